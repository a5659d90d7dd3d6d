"""``huntline mailbox``: whose mailboxes there are, and how they are set."""

from __future__ import annotations

from inspect import Parameter
from typing import Annotated, Any

import typer

from huntline.cli.door import Door
from huntline.cli.printing import console, print_json, rows, sheet
from huntline.cli.refusals import in_options
from huntline.cli.settings import NumberOption, Setting, SwitchOption, TextOption, Typed, WordOption
from huntline.cli.verbs import add_verb, answer_with, keyword
from huntline.directory.mailboxes import LANGUAGES, MAILBOX_NUMBERS
from huntline.errors import ConfigurationError

_Box = Annotated[
    str,
    typer.Argument(
        metavar="BOX", help="A user's address, or the name of a queue or group.", show_default=False
    ),
]
_Pin = Annotated[
    str,
    typer.Option(prompt="PIN (empty: none)", hide_input=True, help="4 to 10 digits.", show_default=False),
]

_SETTINGS: tuple[Setting, ...] = (
    SwitchOption(field="is_on", help="Whether it takes messages", name="on", opposite="--off"),
    WordOption(field="language", help="What is said is in", words=[*LANGUAGES]),
    TextOption(field="greeting_text", help="Spoken as greeting", metavar="TEXT", may_be_none=True),
    TextOption(field="operator", help="Where a caller's 0 leads", metavar="TARGET", may_be_none=True),
    NumberOption(field="longest", help="How long a message may be", number=MAILBOX_NUMBERS["longest"]),
    NumberOption(field="kept_days", help="How long messages are kept", number=MAILBOX_NUMBERS["kept_days"]),
    NumberOption(field="quota", help="How many messages it takes", number=MAILBOX_NUMBERS["quota"]),
    TextOption(field="mail", help="Who gets word of each message", metavar="ADDRESS", may_be_none=True),
    SwitchOption(field="attach_sound", help="Whether the mail has the sound with it"),
)

mailbox = typer.Typer(
    no_args_is_help=True, help="Mailboxes: how they are set. Their messages are their owners'."
)


def _list(door: Door, as_json: bool) -> None:
    with door.api() as api, in_options():
        boxes = list(api.items("/mailboxes"))
    if as_json:
        print_json({"mailboxes": boxes})
        return
    columns = ("name", "kind", "new", "old", "target")
    console().print(rows(columns, ([box[column] for column in columns] for box in boxes)))


def _show(door: Door, as_json: bool, box: str) -> None:
    # Imported here, see ``Door.api``.
    from huntline.cli.api_client import path_of

    with door.api() as api, in_options():
        settings = api.get(path_of("mailboxes", box))
    if as_json:
        print_json(settings)
    else:
        console().print(sheet(settings))


def _set(door: Door, as_json: bool, box: str, **said: Any) -> None:
    from huntline.cli.api_client import path_of

    flags = {each.field: each.flag for each in _SETTINGS}
    with door.api() as api, in_options(flags):
        typed = Typed(said, None, api, False, flags)
        body = {key: value for each in _SETTINGS for key, value in each.body(typed).items()}
        if not body:
            raise ConfigurationError(f"say what to set: {', '.join(flags.values())}")
        settings = api.patch(path_of("mailboxes", box), body)
    answer_with(settings, ["Changed."], as_json)


def _pin(door: Door, as_json: bool, box: str, pin: str) -> None:
    from huntline.cli.api_client import path_of

    with door.api() as api, in_options():
        settings = api.put(path_of("mailboxes", box, "pin"), {"pin": pin or None})
    answer_with(settings, ["Changed." if pin else "Removed."], as_json)


_WHICH = keyword("box", _Box, Parameter.empty)
add_verb(mailbox, "list", "Show all mailboxes, with their numbers of messages.", [], _list)
add_verb(mailbox, "show", "Show how a mailbox is set.", [_WHICH], _show)
add_verb(
    mailbox,
    "set",
    "Change settings of a mailbox; all others stay.",
    [_WHICH, *(option for each in _SETTINGS for option in each.parameters(is_new=False))],
    _set,
)
add_verb(
    mailbox,
    "pin",
    "Give a mailbox another PIN, or none; it is no longer locked then.",
    [_WHICH, keyword("pin", _Pin, Parameter.empty)],
    _pin,
)
