"""``/me/voicemail``: the messages that I hear, in my own box and in those shared with me."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any

from fastapi import Path, Query, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel

from huntline.directory.mailboxes import BoxOwner
from huntline.directory.names import plain_number
from huntline.directory.organization import Organization
from huntline.directory.shown_numbers import shown_number
from huntline.errors import Refused
from huntline.media import wav
from huntline.media.g711 import ALAW_LEVELS, ULAW_LEVELS
from huntline.media.wav import NoRecording
from huntline.voicemail.boxes import Counts, Message, UnknownMessage
from huntline.web import mailboxes
from huntline.web.access import Access, Own
from huntline.web.api.collection import NotThere
from huntline.web.api.me import own_user
from huntline.web.listing import Listing, Page
from huntline.web.mailboxes import MailboxForm, MailboxSettingsView, MailboxView, PinForm
from huntline.web.routing import api_router

_MOST_PEAKS = 1000
_LEVELS = {"PCMU": ULAW_LEVELS, "PCMA": ALAW_LEVELS}
_SOUND = {"schema": {"type": "string", "format": "binary"}}


class NotPlayable(Refused):
    """The sound of a message is missing, or damaged: the message can be deleted all the same."""

    error_id = "message-not-playable"
    status = 410


class TakenNotHeard(Refused):
    """A message of a shared box is taken by one member; until then it is new to all."""

    error_id = "shared-message"


class MessageView(BaseModel):
    """A message. ``taken_by`` is the member who has taken it, of a shared box; ``call_back`` is what to call,
    null where the caller withheld it; ``mail_error`` says why no mail about it could be sent."""

    message_id: str
    box_id: str
    box: str
    is_shared: bool
    call_id: str
    caller: str
    caller_shown: str
    caller_name: str
    call_back: str | None
    recorded_at: datetime
    seconds: float
    is_new: bool
    is_saved: bool
    taken_by: str | None
    taken_at: datetime | None
    is_mine: bool
    mail_error: str | None


class Waveform(BaseModel):
    """The loudest sample of each of so many equal parts, 0 to 1."""

    seconds: float
    peaks: list[float]


class HeardForm(BaseModel):
    """Whether a message counts as heard."""

    is_heard: bool


MessageId = Annotated[str, Path(description="A message's id.", max_length=100)]

router = api_router("/me/voicemail", tag="me")


@router.get("/boxes", response_model=list[MailboxView], operation_id="list_my_mailboxes")
def list_boxes(access: Own) -> Any:
    """The boxes that I hear, my own first, with their numbers of messages."""
    owners = mailboxes.owners_for(access.organization, own_user(access).user_id)
    ids = [owner.box_id for owner in owners]
    voicemail, organization_id = access.backstage.voicemail, access.organization_id
    counts, unsent = voicemail.counts(organization_id, ids), voicemail.unsent_mails(organization_id)
    return [
        mailboxes.shown(owner, counts.get(owner.box_id, Counts()), unsent.get(owner.box_id))
        for owner in owners
    ]


@router.get("/messages", response_model=Listing[MessageView], operation_id="list_my_messages")
def list_messages(
    access: Own, page: Page, box: Annotated[str | None, Query(description="Only of this box, by id.")] = None
) -> Any:
    """The messages that I hear, the newest first."""
    organization, user_id = access.organization, own_user(access).user_id
    owners = {owner.box_id: owner for owner in mailboxes.owners_for(organization, user_id)}
    if box is not None and box not in owners:
        raise NotThere(f"you hear no mailbox {box!r}")
    found = access.backstage.voicemail.messages(access.organization_id, owners if box is None else [box])
    names = _names(organization)
    return page.of(found, lambda message: _shown(message, owners[message.box_id], user_id, names))


@router.get("/messages/{message_id}", response_model=MessageView, operation_id="read_my_message")
def read_message(access: Own, message_id: MessageId) -> Any:
    """One message."""
    return _answer(access, *_message(access, message_id))


@router.get(
    "/messages/{message_id}/sound",
    response_class=FileResponse,
    operation_id="read_my_message_sound",
    responses={
        200: {"content": {"audio/wav": _SOUND}, "description": "G.711 in WAV; ranges can be asked for"}
    },
)
def read_sound(access: Own, message_id: MessageId) -> FileResponse:
    """What was said. To listen changes nothing: see ``heard`` and ``taken``."""
    message, _ = _message(access, message_id)
    _recording(access, message)
    name = f"{message.recorded_at:%Y-%m-%d-%H%M%S}.wav"
    path = access.backstage.voicemail.sound(message.message_id)
    return FileResponse(path, media_type="audio/wav", filename=name, content_disposition_type="inline")


@router.get("/messages/{message_id}/waveform", response_model=Waveform, operation_id="draw_my_message")
def read_waveform(
    access: Own, message_id: MessageId, parts: Annotated[int, Query(ge=1, le=_MOST_PEAKS)] = 120
) -> Any:
    """How loud it is, to be drawn."""
    recording = _recording(access, _message(access, message_id)[0])
    return {"seconds": recording.seconds, "peaks": _peaks(recording, parts)}


@router.put("/messages/{message_id}/heard", response_model=MessageView, operation_id="hear_my_message")
def put_heard(access: Own, message_id: MessageId, form: HeardForm) -> Any:
    """Say that I have heard a message of my own box, or that it is to count as new again."""
    message, owner = _message(access, message_id)
    if owner.is_shared:
        raise TakenNotHeard("a message of a shared box is taken, not marked as heard")
    voicemail = access.backstage.voicemail
    organization_id = access.organization_id
    heard = voicemail.mark_heard(organization_id, message.message_id, is_heard=form.is_heard)
    return _changed(access, owner, heard)


@router.put("/messages/{message_id}/taken", response_model=MessageView, operation_id="take_my_message")
def put_taken(access: Own, message_id: MessageId) -> Any:
    """Take a message of a shared box: all other members see that I have it, and their lamps go off."""
    message, owner = _message(access, message_id)
    if not owner.is_shared:
        raise TakenNotHeard("a message of your own box is marked as heard, not taken")
    voicemail, user_id = access.backstage.voicemail, own_user(access).user_id
    return _changed(access, owner, voicemail.take(access.organization_id, message.message_id, user_id))


@router.delete("/messages/{message_id}/taken", response_model=MessageView, operation_id="release_my_message")
def delete_taken(access: Own, message_id: MessageId) -> Any:
    """Give a message back to all members."""
    message, owner = _message(access, message_id)
    voicemail, user_id = access.backstage.voicemail, own_user(access).user_id
    return _changed(access, owner, voicemail.release(access.organization_id, message.message_id, user_id))


@router.put("/messages/{message_id}/saved", response_model=MessageView, operation_id="save_my_message")
def put_saved(access: Own, message_id: MessageId) -> Any:
    """Keep a message as long as if it had come today."""
    message, owner = _message(access, message_id)
    return _changed(
        access, owner, access.backstage.voicemail.save(access.organization_id, message.message_id)
    )


@router.delete("/messages/{message_id}", response_model=MessageView, operation_id="delete_my_message")
def delete_message(access: Own, message_id: MessageId) -> Any:
    """Delete a message and its sound, for all who hear the box."""
    message, owner = _message(access, message_id)
    return _changed(
        access, owner, access.backstage.voicemail.delete(access.organization_id, message.message_id)
    )


@router.get("/settings", response_model=MailboxSettingsView, operation_id="read_my_mailbox")
def read_settings(access: Own) -> Any:
    """How my own box is set."""
    return mailboxes.settings_shown(access, _own_box(access))


@router.patch("/settings", response_model=MailboxSettingsView, operation_id="change_my_mailbox")
def patch_settings(access: Own, form: MailboxForm) -> Any:
    """Set my own box; what is left out stays as it is."""
    return mailboxes.change(access, _own_box(access), form)


@router.put("/pin", response_model=MailboxSettingsView, operation_id="set_my_mailbox_pin")
def put_pin(access: Own, form: PinForm) -> Any:
    """Give my box another PIN; it is no longer locked then."""
    return mailboxes.change_pin(access, _own_box(access), form)


@router.get(
    "/greeting",
    response_class=FileResponse,
    operation_id="read_my_mailbox_greeting",
    responses=mailboxes.GREETING_SOUND,
)
def read_greeting(access: Own) -> FileResponse:
    """The greeting that I recorded or uploaded, as callers hear it."""
    return mailboxes.greeting_of(access, _own_box(access))


@router.put("/greeting", response_model=MailboxSettingsView, operation_id="set_my_mailbox_greeting")
def put_greeting(access: Own, file: UploadFile) -> Any:
    """Upload my greeting: .wav (PCM), .mp3 or .wma, up to 5 MB."""
    return mailboxes.change_greeting(access, _own_box(access), file)


@router.delete("/greeting", response_model=MailboxSettingsView, operation_id="remove_my_mailbox_greeting")
def delete_greeting(access: Own) -> Any:
    """Go back to the sentence of ours."""
    return mailboxes.change_greeting(access, _own_box(access), None)


def _own_box(access: Access) -> BoxOwner:
    return mailboxes.owner_in(access.organization, own_user(access).user_id)


def _message(access: Access, message_id: str) -> tuple[Message, BoxOwner]:
    """A message that whoever asks may hear. Raises UnknownMessage."""
    message = access.backstage.voicemail.message(access.organization_id, message_id)
    for owner in mailboxes.owners_for(access.organization, own_user(access).user_id):
        if owner.box_id == message.box_id:
            return message, owner
    raise UnknownMessage(message_id)


def _changed(access: Access, owner: BoxOwner, message: Message) -> dict[str, Any]:
    access.backstage.voicemail_changed(owner.box_id)
    return _answer(access, message, owner)


def _answer(access: Access, message: Message, owner: BoxOwner) -> dict[str, Any]:
    return _shown(message, owner, own_user(access).user_id, _names(access.organization))


def _names(organization: Organization) -> Mapping[str, str]:
    return {user.user_id: user.shown_name for user in organization.users}


def _shown(message: Message, owner: BoxOwner, user_id: str, names: Mapping[str, str]) -> dict[str, Any]:
    number = plain_number(message.caller)
    taken_by = message.taken_by and names.get(message.taken_by, message.taken_by)
    return {
        "message_id": message.message_id,
        "box_id": message.box_id,
        "box": owner.name,
        "is_shared": owner.is_shared,
        "call_id": message.call_id,
        "caller": message.caller,
        "caller_shown": shown_number(message.caller),
        "caller_name": message.caller_name,
        "call_back": f"tel:{number}" if number else None,
        "recorded_at": message.recorded_at,
        "seconds": message.seconds,
        "is_new": message.is_new,
        "is_saved": message.saved_at is not None,
        "taken_by": taken_by,
        "taken_at": message.taken_at,
        "is_mine": message.taken_by == user_id,
        "mail_error": message.mail_error,
    }


def _recording(access: Access, message: Message) -> wav.Recording:
    try:
        return wav.read(access.backstage.voicemail.sound(message.message_id))
    except (NoRecording, FileNotFoundError):
        raise NotPlayable("the sound of this message is missing or damaged; it can be deleted") from None


def _peaks(recording: wav.Recording, parts: int) -> list[float]:
    """Of each part its loudest sample; each value of a law counts once."""
    levels, audio = _LEVELS[recording.law], recording.audio
    edges = [len(audio) * place // parts for place in range(parts + 1)]
    pieces = (set(audio[start:end]) for start, end in pairwise(edges))
    loudest = (max((abs(levels[code]) for code in piece), default=0) for piece in pieces)
    return [round(peak / 32_768, 3) for peak in loudest]
