"""``huntline attendant``: auto attendants."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from huntline.cli.attendant_settings import DirectoryOption, FlowOption, HolidaysOption, HoursOption
from huntline.cli.completion import attendant_names
from huntline.cli.door import Door
from huntline.cli.printing import print_json, say
from huntline.cli.refusals import in_options
from huntline.cli.settings import Json, NamesOption, Setting, TextOption, WordOption
from huntline.cli.verbs import Thing, add_verb, answer_with, group_of, key_argument, keyword, path_to

_SETTINGS: tuple[Setting, ...] = (
    TextOption(
        field="domain", help="A domain of the organization; with only one it is filled in", metavar="DOMAIN"
    ),
    NamesOption(field="line_uris", one="line-uri", help="The service numbers that call it"),
    WordOption(field="language", help="What it speaks", words=("en", "fr")),
    TextOption(
        field="time_zone",
        help="By whose clocks its hours are, such as Europe/Paris; else the organization's",
        metavar="ZONE",
        may_be_none=True,
    ),
    TextOption(
        field="operator",
        help="Where key 0 leads, and who presses nothing",
        metavar="TARGET",
        may_be_none=True,
    ),
    HoursOption(field="hours", help="When it is open"),
    FlowOption(field="open", help="while it is open"),
    FlowOption(field="after_hours", help="after hours, and on holidays that have no flow of their own"),
    HolidaysOption(field="holidays"),
    DirectoryOption(field="directory"),
)

ATTENDANT = Thing(
    noun="attendant",
    help="Auto attendants: menus, hours, holidays, dialling by name.",
    path="attendants",
    key="name",
    metavar="ATTENDANT",
    settings=_SETTINGS,
    columns={
        "attendant": lambda attendant: attendant["name"],
        "numbers": lambda attendant: [uri.removeprefix("tel:") for uri in attendant["line_uris"]],
        "language": lambda attendant: attendant["language"],
        "open": lambda attendant: attendant["open"],
        "after hours": lambda attendant: attendant["after_hours"],
        "holidays": lambda attendant: len(attendant["holidays"]),
        "operator": lambda attendant: attendant["operator"],
    },
    complete=attendant_names,
    rename=TextOption(field="name", help="Another name", metavar="NAME"),
)
attendant = group_of(ATTENDANT)

_AT = keyword(
    "at",
    Annotated[
        str,
        typer.Option(
            help="When somebody calls, by the clocks of the attendant, such as 2027-07-14T19:10; now unless"
            " said.",
            metavar="MOMENT",
            show_default=False,
        ),
    ],
    "",
)


def _what_happens(door: Door, as_json: bool, which: str, at: str) -> None:
    with door.api() as api, in_options({"at": "--at"}):
        happens = api.get(f"{path_to(ATTENDANT, which)}/what-happens", at=at or None)
    if as_json:
        print_json(happens)
        return
    say(_in_words(happens))
    answer_with(happens["flow"], (), as_json=False)


def _in_words(happens: Json) -> str:
    name: Any = happens["holiday"] or happens["kind"]
    until = f", until {happens['until']}" if happens["until"] else ""
    return f"At {happens['at']} ({happens['time_zone']}): {name}, for {happens['reason']}{until}."


add_verb(
    attendant,
    "what-happens",
    "Show what a caller gets at a moment, why, and until when.",
    [key_argument(ATTENDANT), _AT],
    _what_happens,
)
