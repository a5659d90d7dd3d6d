"""``huntline organization``: what an organization has once; and for the host, which there are."""

from __future__ import annotations

from inspect import Parameter
from typing import Annotated

import typer

from huntline.cli.completion import organization_names
from huntline.cli.door import Door
from huntline.cli.printing import print_json, say
from huntline.cli.refusals import in_options
from huntline.cli.settings import (
    NamesOption,
    NumberOption,
    PartOption,
    Setting,
    Steps,
    SwitchOption,
    TextOption,
    WordOption,
)
from huntline.cli.verbs import (
    DRY_RUN,
    Thing,
    add_create,
    add_list,
    add_set,
    add_show,
    add_verb,
    keyword,
    path_to,
)
from huntline.directory.may_dial import DIALLING_NUMBERS, MayDial
from huntline.directory.organization import LIMIT_NUMBERS, ORGANIZATION_NUMBERS
from huntline.directory.quota import QUOTA_NUMBERS

_CODE = "*DIGITS"

_SETTINGS: tuple[Setting, ...] = (
    NamesOption(field="domains", one="domain", help="The first is the realm of the phones' passwords"),
    PartOption(
        "limits",
        NumberOption(
            field="max_waiting",
            help="How high a queue may set --max-waiting",
            number=LIMIT_NUMBERS["max_waiting"],
        ),
    ),
    PartOption(
        "limits",
        NumberOption(
            field="agent_limit",
            help="How high a queue may set --agent-limit",
            number=LIMIT_NUMBERS["agent_limit"],
        ),
    ),
    *(
        PartOption("quota", NumberOption(field=field, help=help_, number=QUOTA_NUMBERS[field]))
        for field, help_ in {
            "max_calls": "Calls at once, for the host to set; 0: any",
            "max_calls_per_second": "New calls a second, the same",
            "max_registrations": "Registered phones, the same",
        }.items()
    ),
    SwitchOption(field="communication_credits", help="Whether toll-free numbers may be used"),
    SwitchOption(field="propagation_delay", help="Whether changes of groups reach queues as late as in 2018"),
    TextOption(field="time_zone", help="By whose clocks days begin", metavar="IANA_NAME", may_be_none=True),
    SwitchOption(
        field="queue_name_in_identity",
        help="Whether P-Asserted-Identity, too, names the queue to agents' phones",
    ),
    *(
        PartOption(
            "star_codes",
            TextOption(field=field, name=f"{field}_code", help=help_, metavar=_CODE, may_be_none=True),
        )
        for field, help_ in {
            "opt_out": "Opts out",
            "opt_in": "Opts in",
            "forward_all": "Sends all calls to the number behind it, or to voicemail",
            "forward_all_off": "Sends all calls on no more",
            "forward_busy": "The same for calls while one is busy",
            "forward_busy_off": "Ends that",
            "forward_no_answer": "The same for calls not answered",
            "forward_no_answer_off": "Ends that",
            "hide_number": "Before a number: hides the own one for this call",
        }.items()
    ),
    PartOption(
        "dialling",
        TextOption(
            field="country",
            help="Where what is national is so; without it, where its numbers are",
            metavar="XX",
            may_be_none=True,
        ),
    ),
    PartOption(
        "dialling",
        WordOption(field="may_dial", help="How far its users may call", words=[*MayDial]),
    ),
    *(
        PartOption("dialling", NumberOption(field=field, help=help_, number=DIALLING_NUMBERS[field]))
        for field, help_ in {
            "international_calls_a_day": "Most international and premium calls of a user and day; 0: any",
            "international_minutes_a_day": "Most minutes of those of a user and day; 0: any",
        }.items()
    ),
    Steps(
        field="service_number_table",
        help="How many service numbers so many Phone System licences allow",
        names=("phone_system_licences", "service_numbers"),
    ),
    Steps(
        field="queue_table",
        help="How many queues so many licences for Phone System and conferencing allow",
        names=("phone_system_licences", "conferencing_licences", "queues"),
    ),
    SwitchOption(
        field="queues_need_licences",
        help="Whether there are queues only with E5, or with E3 and Phone System, as in 2018",
    ),
    SwitchOption(
        field="phones_fetch_settings",
        help="Whether phones get their settings at addresses that are made for them",
    ),
    NumberOption(
        field="history_days",
        help="Days for which history is kept, where the server does not say less; 0: as it says",
        number=ORGANIZATION_NUMBERS["history_days"],
    ),
)

ORGANIZATION = Thing(
    noun="organization",
    help="What an organization has once: domains, limits, star codes. For the host also: which there are.",
    path="organizations",
    key="organization",
    metavar="NAME",
    settings=_SETTINGS,
    columns={
        "organization": lambda organization: organization["organization"],
        "domains": lambda organization: organization["domains"],
        "server": lambda organization: organization["shard"],
    },
    complete=organization_names,
    rename=TextOption(field="organization", name="name", help="Another name", metavar="NAME"),
    own="/organization",
)

_Which = Annotated[str, typer.Argument(metavar="NAME", autocompletion=organization_names, show_default=False)]
_Confirm = Annotated[str, typer.Option(help="The name once more, for this is for good.", metavar="NAME")]


def _remove(door: Door, as_json: bool, which: str, confirm: str, dry_run: bool) -> None:
    with door.api() as api, in_options({"confirm": "--confirm"}):
        removed = api.delete(path_to(ORGANIZATION, which), confirm=confirm, dry_run=dry_run or None)
    if as_json:
        print_json(removed)
    else:
        say(f"{'Would remove' if dry_run else 'Removed'} organization {removed['organization']}.")


_Shard = Annotated[str, typer.Argument(metavar="SERVER", show_default=False)]


def _move(door: Door, as_json: bool, which: str, shard: str, dry_run: bool) -> None:
    path = f"{path_to(ORGANIZATION, which)}/move"
    with door.api() as api, in_options({"shard": "SERVER"}):
        done = api.post(path, {"shard": shard}, dry_run=dry_run or None)
        while not (done["is_moved"] or dry_run):
            if not as_json:
                say(f"{done['files_left']} files ({done['bytes_left'] // 1_000_000} MB) are left.")
            done = api.post(path, {"shard": shard})
    if as_json:
        print_json(done)
    else:
        say(f"{'Would move' if dry_run else 'Moved'} organization {done['organization']} to {done['shard']}.")


organization = typer.Typer(no_args_is_help=True, help=ORGANIZATION.help)
add_list(organization, ORGANIZATION)
add_show(organization, ORGANIZATION)
add_create(organization, ORGANIZATION)
add_set(organization, ORGANIZATION)
add_verb(
    organization,
    "remove",
    "Remove an organization with all its settings and accounts; history and audit stay.",
    [keyword("which", _Which, Parameter.empty), keyword("confirm", _Confirm, ""), DRY_RUN],
    _remove,
)
add_verb(
    organization,
    "move",
    "Give an organization without calls to another server on the database, with its files.",
    [
        keyword("which", _Which, Parameter.empty),
        keyword("shard", _Shard, Parameter.empty),
        DRY_RUN,
    ],
    _move,
)
