"""Mailboxes as the API shows them, and how they are set: the same for admins and for their owners."""

from __future__ import annotations

import tempfile
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from huntline.directory.changes import Change
from huntline.directory.index import Mailbox, OrganizationIndex
from huntline.directory.mailboxes import BoxKind, BoxOwner, MailboxSettings, owner_of
from huntline.directory.organization import Organization
from huntline.directory.problems import Problem
from huntline.media import wav
from huntline.media.g711 import SUFFIX
from huntline.media.prompts.apart import encode_apart
from huntline.media.prompts.decode import PromptRefused
from huntline.storage.audit import add_to_audit
from huntline.storage.ids import new_id
from huntline.storage.settings import SettingsRefused
from huntline.voicemail.boxes import Counts, UnsentMails
from huntline.web.access import Access
from huntline.web.api.audio import content_of
from huntline.web.api.collection import NotThere

GREETING_SOUND: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}},
        "description": "G.711 in WAV",
    }
}
"""What ``greeting_of`` answers, for the description of the API."""

_LIKE_SERVER = MailboxSettings()


class MailboxForm(BaseModel):
    """How a box is set; what is left out stays as it is.

    ``greeting_text`` is spoken, and takes the place of a greeting that was recorded or uploaded; null is the
    sentence of ours. ``operator`` is where a caller's key 0 leads, written as the target of a forward.
    ``mail`` gets word of each message, with the sound if ``attach_sound``.
    """

    is_on: bool = _LIKE_SERVER.is_on
    language: Annotated[str, Field(description="en or fr")] = _LIKE_SERVER.language
    greeting_text: str | None = None
    operator: str | None = None
    longest: Annotated[int, Field(description="10 to 1800 seconds")] = _LIKE_SERVER.longest
    kept_days: Annotated[int, Field(description="1 to 3650")] = _LIKE_SERVER.kept_days
    quota: Annotated[int, Field(description="1 to 10000 messages")] = _LIKE_SERVER.quota
    mail: str | None = None
    attach_sound: bool = _LIKE_SERVER.attach_sound


class MailboxSettingsView(MailboxForm):
    """How a box is set. Nobody is told the PIN."""

    has_recorded_greeting: bool
    has_pin: bool


class MailboxView(BaseModel):
    """A box: ``target`` is what forwards to it say; ``new`` and ``old`` are numbers of messages,
    ``unsent_mails`` of those about which no mail could be sent, and ``mail_error`` says why not, of the last
    one."""

    box_id: str
    kind: BoxKind
    name: str
    target: str
    new: int
    old: int
    unsent_mails: int
    mail_error: str | None


class PinForm(BaseModel):
    """4 to 10 digits; null: the box cannot be opened by phone."""

    pin: str | None


def owners_in(organization: Organization) -> list[BoxOwner]:
    """Whose boxes there are."""
    index = OrganizationIndex(organization)
    owners = (owner_of(mailbox, index) for mailbox in index.mailboxes())
    return [owner for owner in owners if owner is not None]


def owners_for(organization: Organization, user_id: str) -> list[BoxOwner]:
    """The boxes that a user hears: their own, and those shared with them."""
    index = OrganizationIndex(organization)
    own = (Mailbox(user) for user in organization.users if user.user_id == user_id)
    groups, queues = map(Mailbox, organization.groups), map(Mailbox, organization.queues)
    owners = (owner_of(mailbox, index) for mailbox in (*own, *groups, *queues))
    return [owner for owner in owners if owner is not None and user_id in owner.members]


def owner_in(organization: Organization, key: str) -> BoxOwner:
    """Whose box this is, by its id, the name of a queue or group, or a UPN. Raises NotThere."""
    index = OrganizationIndex(organization)
    mailbox = index.mailbox_by_id(key) or index.mailbox(key)
    owner = owner_of(mailbox, index) if mailbox is not None else None
    if owner is None:
        raise NotThere(f"there is no mailbox {key!r}")
    return owner


def shown(owner: BoxOwner, counts: Counts, unsent: UnsentMails | None) -> dict[str, Any]:
    """A box, as ``MailboxView`` has it."""
    name = owner.address.removeprefix("sip:") if owner.kind is BoxKind.PERSON else owner.name
    return {
        "box_id": owner.box_id,
        "kind": owner.kind,
        "name": owner.name,
        "target": f"voicemail:{name}",
        "new": counts.new,
        "old": counts.old,
        "unsent_mails": unsent.count if unsent else 0,
        "mail_error": unsent.error if unsent else None,
    }


def settings_shown(access: Access, owner: BoxOwner) -> dict[str, Any]:
    """How a box is set, as ``MailboxSettingsView`` has it."""
    voicemail = access.backstage.voicemail
    settings = voicemail.settings(owner.organization_id, owner.box_id)
    return {name: getattr(settings, name) for name in MailboxForm.model_fields} | {
        "has_recorded_greeting": settings.greeting_file is not None,
        "has_pin": voicemail.has_pin(owner.organization_id, owner.box_id),
    }


def change(access: Access, owner: BoxOwner, form: MailboxForm) -> dict[str, Any]:
    """Set a box as far as the form says. Raises SettingsRefused."""
    wanted = form.model_dump(exclude_unset=True)
    written = wanted.get("operator")
    if written is not None and OrganizationIndex(access.organization).forward_target(written) is None:
        raise SettingsRefused([Problem(("operator",), written, "leads to nothing that is there")])
    now = access.backstage.voicemail.settings(owner.organization_id, owner.box_id)
    if wanted.get("greeting_text") is not None:
        wanted["greeting_file"] = None
    _set(access, owner, now, replace(now, **wanted))
    return settings_shown(access, owner)


def change_pin(access: Access, owner: BoxOwner, form: PinForm) -> dict[str, Any]:
    """Give a box another PIN. Raises SettingsRefused."""
    access.backstage.voicemail.set_pin(owner.organization_id, owner.box_id, form.pin)
    _tell(access, owner, [Change("mailbox", owner.name, "pin", note="changed" if form.pin else "removed")])
    return settings_shown(access, owner)


def change_greeting(access: Access, owner: BoxOwner, file: UploadFile | None) -> dict[str, Any]:
    """Let a sound that was uploaded be the greeting, or (None) the sentence of ours.

    Raises SettingsRefused.
    """
    voicemail = access.backstage.voicemail
    name = None
    if file is not None:
        audio = _encoded(Path(file.filename or ""), content_of(file))
        name = f"greeting-{new_id()}{wav.SUFFIX}"
        voicemail.greeting(name).write_bytes(wav.head("PCMU", len(audio)) + audio)
    now = voicemail.settings(owner.organization_id, owner.box_id)
    _set(access, owner, now, replace(now, greeting_file=name, greeting_text=None))
    return settings_shown(access, owner)


def greeting_of(access: Access, owner: BoxOwner) -> FileResponse:
    """The greeting that was recorded or uploaded. Raises NotThere."""
    voicemail = access.backstage.voicemail
    name = voicemail.settings(owner.organization_id, owner.box_id).greeting_file
    path = voicemail.greeting(name) if name is not None else None
    if path is None or not path.exists():
        raise NotThere("this mailbox has no greeting that was recorded or uploaded")
    return FileResponse(path, media_type="audio/wav")


def _encoded(name: Path, content: bytes) -> bytes:
    with tempfile.TemporaryDirectory(prefix="huntline-") as folder:
        try:
            prompt = encode_apart(name, content, Path(folder))
        except PromptRefused as refusal:
            raise SettingsRefused([Problem(("file",), name.name, str(refusal))]) from None
        return Path(prompt.source + SUFFIX["PCMU"]).read_bytes()


def _set(access: Access, owner: BoxOwner, before: MailboxSettings, after: MailboxSettings) -> None:
    access.backstage.voicemail.set(owner.organization_id, owner.box_id, after)
    pairs = ((field.name, getattr(before, field.name), getattr(after, field.name)) for field in fields(after))
    changes = [
        Change("mailbox", owner.name, name, _text(old), _text(new)) for name, old, new in pairs if old != new
    ]
    _tell(access, owner, changes)


def _tell(access: Access, owner: BoxOwner, changes: list[Change]) -> None:
    if changes:
        backstage = access.backstage
        add_to_audit(backstage.database, owner.organization_id, changes, access.actor, datetime.now(UTC))
        backstage.voicemail_changed(owner.box_id)


def _text(value: object) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
