"""A person's number, taken out of all that is kept, and with it what they have said to mailboxes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from huntline.directory.spellings import Spellings
from huntline.storage.audit import Actor
from huntline.storage.erasure import Erased, erase
from huntline.voicemail.boxes import Voicemail


def erase_number(
    database: Engine,
    voicemail: Voicemail,
    spellings: Spellings,
    now: datetime,
    by: Actor,
    *,
    organization_id: str | None = None,
    dry_run: bool = False,
    pause: Callable[[], None] = lambda: None,
) -> Erased:
    """``storage.erasure.erase``, and the messages that the number has left are deleted with their sounds."""
    left = [] if dry_run else voicemail.messages_from(spellings, organization_id)
    erased = erase(
        database, spellings, now, by, organization_id=organization_id, dry_run=dry_run, pause=pause
    )
    for message in left:
        voicemail.delete(message.organization_id, message.message_id)
    return erased
