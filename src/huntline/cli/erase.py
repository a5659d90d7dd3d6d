"""``huntline erase``: a person's number, out of all that is kept."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huntline.cli.chosen import chosen
from huntline.cli.door import DryRunOption, OrganizationOption
from huntline.cli.options import DataOption, local_user
from huntline.cli.printing import say
from huntline.control.client import ControlClient
from huntline.control.messages import ServerNotRunning
from huntline.data_folder import CONTROL_SOCKET, data_folder, made_data_folder, said_database, said_shard
from huntline.errors import ConfigurationError

if TYPE_CHECKING:
    from huntline.directory.organization import Organization
    from huntline.storage.erasure import Erased

_ROWS = {
    "calls": "calls",
    "rings": "rings",
    "decisions": "decisions",
    "refused_calls": "refused calls",
    "voicemail_messages": "voice messages",
    "audit": "changes in the audit",
}
_PAUSE = 0.05  # s between two batches: a server may be at work on the same database


def erase(
    number: Annotated[
        str, typer.Argument(help="With + and the country's code, such as +14255550100.", show_default=False)
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    dry_run: DryRunOption = False,
    organization: OrganizationOption = None,
    data: DataOption = None,
) -> None:
    """Take a person's number out of history, refused calls and audit, and delete their voice messages.

    The calls stay, as calls of somebody who withholds their number. The settings stay as they are.
    """
    # Imported here: the database's library is half a second that no other verb should wait.
    from huntline.directory.spellings import NotANumber, spellings_of
    from huntline.storage.audit import Actor
    from huntline.storage.database import open_database
    from huntline.storage.settings import Settings
    from huntline.voicemail.boxes import Voicemail
    from huntline.voicemail.erasure import erase_number as take_out

    try:
        spellings = spellings_of(number)
    except NotANumber as error:
        raise ConfigurationError(f"NUMBER: value {number!r}: {error}") from None
    folder = made_data_folder(data)
    database = open_database(folder, said_database(folder), said_shard(folder))
    voicemail = Voicemail(database, folder)
    try:
        organizations = Settings(database).organizations()
        one = chosen(organizations, organization).organization_id if organization else None
        now, by = datetime.now(UTC), Actor(local_user(), "cli")
        found = take_out(database, voicemail, spellings, now, by, organization_id=one, dry_run=True)
        _show(found, organizations)
        if dry_run or not found.total:
            return
        if not yes:
            typer.confirm(f"Erase {spellings.e164} there? It cannot be undone", abort=True)
        erased = take_out(
            database, voicemail, spellings, now, by, organization_id=one, pause=lambda: time.sleep(_PAUSE)
        )
    finally:
        database.dispose()
    _tell_server(data_folder(data))
    say(f"Erased {spellings.e164} in {erased.total} places.")
    say("Calls that are up now are written when they end: erase again after them. Backups have it still.")


def _tell_server(folder: Path) -> None:
    """What a running server has written down of calls that are over goes, too."""
    with contextlib.suppress(ServerNotRunning), ControlClient(folder / CONTROL_SOCKET) as client:
        client.request("number-erased")


def _show(found: Erased, organizations: tuple[Organization, ...]) -> None:
    names = {each.organization_id: each.name for each in organizations}
    if not found.total:
        say("The number stands nowhere in history, refused calls or audit.")
    for organization_id, counts in found.rows.items():
        name = names.get(organization_id, organization_id) or "the host"
        say(f"{name}: {', '.join(f'{count} {_ROWS[kind]}' for kind, count in counts.items())}")
