"""``huntline audit``: who changed what, when, from what to what."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Annotated

import typer

from huntline.cli.door import Door, KeyOption, OrganizationOption, ServerOption
from huntline.cli.options import DataOption, JsonOption
from huntline.cli.printing import console, print_json, rows, say
from huntline.cli.refusals import in_options
from huntline.cli.settings import Json
from huntline.directory.changes import Change
from huntline.errors import ConfigurationError

_FLAGS = {"from": "--from", "to": "--to", "limit": "--limit"}
_LONGEST_LIST = 1_000


def audit(
    limit: Annotated[int, typer.Option(help="At most so many changes.", min=1, max=_LONGEST_LIST)] = 20,
    since: Annotated[
        str | None, typer.Option("--from", help="Not before this moment or day.", metavar="2026-01-31T09:00")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", help="Before this moment or day.", metavar="2026-01-31T17:00")
    ] = None,
    who: Annotated[
        str | None, typer.Option(help="Only of people with this in the name.", metavar="TEXT")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Only of things with this in the name.", metavar="TEXT")
    ] = None,
    what: Annotated[
        str | None, typer.Option(help="Only of one kind of things.", metavar="queue|user|group|...")
    ] = None,
    field: Annotated[str | None, typer.Option(help="Only of one setting.", metavar="agents|...")] = None,
    door: Annotated[
        str | None,
        typer.Option(help="Only through one door.", metavar="api|page|cli|cmdlet|file|scim|import|setup"),
    ] = None,
    is_host: Annotated[
        bool, typer.Option("--host", help="Of all organizations, of the gone ones too, and of the host.")
    ] = False,
    organization: OrganizationOption = None,
    data: DataOption = None,
    server: ServerOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the last changes, the newest first: who, through which door, from what to what."""
    with Door(data, server, key, organization).api() as api, in_options(_FLAGS):
        page = api.get(
            "/host/audit" if is_host else "/audit",
            limit=limit,
            who=who,
            key=name,
            what=what,
            field=field,
            door=door,
            **{"from": _moment("--from", since), "to": _moment("--to", until)},
        )
    entries = page["items"]
    if as_json:
        print_json(entries)
    elif not entries:
        say("There are no changes.")
    else:
        cells = ((_here(each["at"]), _in_words(each), each["who"], each["door"]) for each in entries)
        console().print(rows(("when", "change", "who", "door"), cells))


def _in_words(entry: Json) -> str:
    """One change as ``huntline apply`` says it."""
    parts = {field.name: entry[field.name] for field in fields(Change)}
    return str(Change(**parts))


def _moment(flag: str, text: str | None) -> str | None:
    """A moment as the API wants it; without a time zone it is one of this machine's."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone().isoformat()
    except (ValueError, OverflowError):
        wanted = "must be a day or a moment, such as 2026-01-31 or 2026-01-31T09:00"
        raise ConfigurationError(f"{flag}: value {text!r}: {wanted}") from None


def _here(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M:%S}"
