"""``huntline licence``: how many of each there are, and how many are assigned."""

from __future__ import annotations

from inspect import Parameter
from typing import Annotated

import typer

from huntline.cli.completion import words
from huntline.cli.door import Door
from huntline.cli.printing import console, in_words, print_json, rows
from huntline.cli.refusals import in_options
from huntline.cli.verbs import DRY_RUN, add_verb, answer_with, keyword
from huntline.directory.organization import Licence
from huntline.errors import ConfigurationError

UNLIMITED = "unlimited"

_Which = Annotated[
    str, typer.Argument(metavar="|".join(Licence), autocompletion=words(Licence), show_default=False)
]
_Size = Annotated[
    str, typer.Option(help="How many there are.", metavar=f"NUMBER|{UNLIMITED}", show_default=False)
]

licence = typer.Typer(no_args_is_help=True, help="Licences: how many there are, and how many are assigned.")


def _list(door: Door, as_json: bool) -> None:
    with door.api() as api, in_options():
        answer = api.get("/licences")
    if as_json:
        print_json({"licences": answer["items"], "service_numbers": answer["service_numbers"]})
        return
    table = rows(
        ("licence", "assigned", "size", "available"),
        (
            (
                each["licence"],
                each["assigned"],
                UNLIMITED if each["size"] is None else each["size"],
                each["available"],
            )
            for each in answer["items"]
        ),
    )
    numbers = answer["service_numbers"]
    allowed = UNLIMITED if numbers["allowed"] is None else in_words(numbers["allowed"])
    console().print(table, f"Service numbers: {numbers['used']} held, {allowed} allowed.")


def _set(door: Door, as_json: bool, which: str, size: str, dry_run: bool) -> None:
    if not size.isascii() or not (size.isdigit() or size.casefold() == UNLIMITED):
        raise ConfigurationError(f"--size: value {size!r}: must be a whole number, or {UNLIMITED}")
    pool = {"size": int(size) if size.isdigit() else None}
    # Imported here, see ``Door.api``.
    from huntline.cli.api_client import path_of

    with door.api() as api, in_options({"size": "--size"}):
        stored = api.put(path_of("licences", which), pool, dry_run=dry_run or None)
    answer_with(stored, ["Would change." if dry_run else "Changed."], as_json)


add_verb(licence, "list", "Show every licence, and how many service numbers they allow.", [], _list)
add_verb(
    licence,
    "set",
    "Say how many of a licence there are.",
    [keyword("which", _Which, Parameter.empty), keyword("size", _Size, Parameter.empty), DRY_RUN],
    _set,
)
