"""``huntline trunk``: the providers that calls come from and go to."""

from __future__ import annotations

from typing import Any

import typer

from huntline.cli.completion import trunk_names
from huntline.cli.door import Door
from huntline.cli.printing import print_json, say
from huntline.cli.refusals import in_options
from huntline.cli.settings import NamesOption, NumberOption, Password, SwitchOption, TextOption, WordOption
from huntline.cli.verbs import Thing, add_verb, group_of, key_argument
from huntline.directory.organization import TRUNK_NUMBERS, Encryption, TrunkTransport

TRUNK = Thing(
    noun="trunk",
    help="Trunks: providers, known by their addresses.",
    path="trunks",
    key="name",
    metavar="TRUNK",
    settings=(
        NamesOption(
            field="addresses",
            one="address",
            help="Where calls come from: IP, IP:PORT or a network such as 10.1.0.0/16",
        ),
        NamesOption(
            field="hosts",
            one="host",
            help="Where calls go, the first that is there: a name, NAME:PORT or an address",
        ),
        WordOption(field="transport", help="What calls go by", words=tuple(TrunkTransport)),
        TextOption(field="username", help="What we sign in with at the provider", may_be_none=True),
        Password(field="password", help="The password for it"),
        SwitchOption(field="registers", help="Whether we register at the provider"),
        SwitchOption(
            field="registers_all_numbers", help="Whether we register for all numbers at once (RFC 6140)"
        ),
        NumberOption(
            field="options_interval",
            help="How often the provider is asked whether it is there; 0 is never",
            number=TRUNK_NUMBERS["options_interval"],
        ),
        NumberOption(
            field="most_calls", help="Calls at once; 0 is no limit", number=TRUNK_NUMBERS["most_calls"]
        ),
        NumberOption(
            field="most_calls_per_second",
            help="New calls a second; 0 is no limit",
            number=TRUNK_NUMBERS["most_calls_per_second"],
        ),
        NamesOption(
            field="prefixes_in",
            one="prefix-in",
            help="How the provider's numbers become ours, as PREFIX>REPLACEMENT, the first that fits",
        ),
        NamesOption(
            field="prefixes_out",
            one="prefix-out",
            help="How numbers are written for the provider, as PREFIX>REPLACEMENT, the first that fits",
        ),
        WordOption(field="encryption", help="Whether audio is encrypted (SRTP)", words=tuple(Encryption)),
        SwitchOption(
            field="is_enabled",
            name="enabled",
            opposite="--disabled",
            help="Whether calls come and go by it",
        ),
        NamesOption(
            field="numbers",
            one="number",
            help="Which numbers come in by it, or what they begin with; none is all",
        ),
        SwitchOption(
            field="foreign_numbers", help="Whether a forwarded call may show its caller's own number"
        ),
        SwitchOption(field="is_trusted", help="Whether it is told who calls by P-Asserted-Identity"),
    ),
    columns={
        "trunk": lambda trunk: trunk["name"],
        "addresses": lambda trunk: trunk["addresses"],
        "hosts": lambda trunk: trunk["hosts"],
    },
    complete=trunk_names,
    rename=TextOption(field="name", help="Another name", metavar="NAME"),
)
trunk = group_of(TRUNK)


def _state(door: Door, as_json: bool, which: str) -> None:
    from huntline.cli.api_client import path_of

    with door.api() as api, in_options():
        found = api.get(path_of("trunks", which, "state"))
    if as_json:
        print_json(found)
        return
    registered = f", registered until {found['registered_until']}" if found["registered_until"] else ""
    state = f"{found['name']}: {found['state']}{registered}, {found['calls']} calls"
    say(_joined(state, found["reason"], found["advice"]))
    for host in found["hosts"]:
        is_up = {True: "answers", False: "does not answer", None: "not asked yet"}[host["is_up"]]
        server = f"  {host['address']} ({host['transport']}): {is_up}"
        say(_joined(server, host["reason"], host["advice"]))


add_verb(
    trunk,
    "state",
    "Show whether a trunk is up, until when we are registered, what is wrong, and what to do about it.",
    [key_argument(TRUNK)],
    _state,
)


def _joined(*said: str | None) -> str:
    return "; ".join(each for each in said if each)


def _test(door: Door, as_json: bool, which: str) -> None:
    from huntline.cli.api_client import path_of

    with door.api() as api, in_options():
        found = api.post(path_of("trunks", which, "test"))
    if as_json:
        print_json(found)
    else:
        for step in found["steps"]:
            say(_line(step))
    if not found["is_ok"]:
        raise typer.Exit(1)


def _line(step: dict[str, Any]) -> str:
    words = {"found": "found", "answers": "answers", "signs-in": "knows us"}
    if step["is_ok"]:
        return f"{step['what']}: {words[step['step']]}"
    return _joined(f"{step['what']}: {step['reason']}", step["advice"])


add_verb(
    trunk,
    "test",
    "Ask a trunk's servers whether they are there, and whether they know our password; nothing changes.",
    [key_argument(TRUNK)],
    _test,
)
