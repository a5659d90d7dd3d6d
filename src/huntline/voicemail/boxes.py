"""Voicemail: how boxes are set, and their messages. A message is a row and a file of the same name.

The row comes first, while the caller still speaks, and tells by its length that the message is whole: so
whoever starts after a death knows which were being recorded, and makes messages of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, delete, func, insert, select, update

from huntline.directory.mailboxes import BoxOwner, MailboxSettings, check_mailbox, check_pin
from huntline.directory.spellings import Spellings
from huntline.engine.reasons import Destination, DestinationKind, LeftMessage
from huntline.errors import Refused
from huntline.media import wav
from huntline.media.wav import NoRecording
from huntline.storage import schema
from huntline.storage.blobs import Blobs
from huntline.storage.database import reading, writing
from huntline.storage.history import add_left_message
from huntline.storage.ids import new_id
from huntline.storage.passwords import hashed, is_password
from huntline.storage.settings import SettingsRefused
from huntline.storage.shards import of_this_server

FOLDER_NAME = "voicemail"

SHORTEST = 2.0
"""Seconds of speech; with less nobody has left a message."""

WRONG_PINS = 5
LOCKED_FOR = timedelta(minutes=15)

_ALONE = 86_400.0
"""Seconds after which a file that no message has is nobody's any more."""

_boxes, _messages = schema.mailboxes, schema.voicemail_messages
_FIELDS = tuple(field.name for field in fields(MailboxSettings))


class UnknownMessage(Refused):
    """There is no such message, or none that may be seen."""

    error_id = "unknown-message"
    status = 404

    def __init__(self, message_id: str) -> None:
        super().__init__(f"there is no message {message_id!r}")


class MessageTaken(Refused):
    """Another member has taken the message; ``by`` is their id."""

    error_id = "message-taken"
    status = 409

    def __init__(self, by: str) -> None:
        super().__init__("another member of the box has taken this message")
        self.by = by


class MailboxFull(Refused):
    """The box has as many messages as it may."""

    error_id = "mailbox-full"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who leaves a message, in which call."""

    call_id: str
    number: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message that is whole. ``mail_error`` says why a mail about it was not sent."""

    message_id: str
    organization_id: str
    box_id: str
    call_id: str
    caller: str
    caller_name: str
    recorded_at: datetime
    seconds: float
    heard_at: datetime | None = None
    saved_at: datetime | None = None
    taken_by: str | None = None
    taken_at: datetime | None = None
    mail_due_at: datetime | None = None
    mail_tries: int = 0
    mail_error: str | None = None

    @property
    def left_at(self) -> datetime:
        """When the caller had said it all."""
        return self.recorded_at + timedelta(seconds=self.seconds)

    @property
    def is_new(self) -> bool:
        """Whether it still asks for somebody: nobody has heard it, or taken it."""
        return self.heard_at is None and self.taken_at is None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many messages of a box are new, and how many are not."""

    new: int = 0
    old: int = 0


@dataclass(frozen=True, slots=True)
class UnsentMails:
    """How many messages of a box no mail could be sent about, and why not, of the last one."""

    count: int
    error: str


class Voicemail:
    """All boxes that one server has, by its database and data folder. May be used from several threads and
    processes at once."""

    def __init__(
        self, database: Engine, data: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._database = database
        self._is_here = of_this_server(database, _messages)
        self._blobs = Blobs(data)
        self._folder = data / FOLDER_NAME
        self._now = now

    # -- boxes

    def settings(self, organization_id: str, box_id: str) -> MailboxSettings:
        """How a box is set."""
        return self.all_settings(organization_id).get(box_id, MailboxSettings())

    def all_settings(self, organization_id: str | None = None) -> dict[str, MailboxSettings]:
        """How boxes are set by their ids, where somebody has set them."""
        is_of = of_this_server(self._database, _boxes)
        if organization_id is not None:
            is_of = _boxes.c.organization_id == organization_id
        with reading(self._database, organization_id) as connection:
            rows = connection.execute(select(_boxes).where(is_of)).mappings().all()
        return {row["box_id"]: MailboxSettings(**{name: row[name] for name in _FIELDS}) for row in rows}

    def set(self, organization_id: str, box_id: str, settings: MailboxSettings) -> MailboxSettings:
        """Set a box; returns how it was set. Raises SettingsRefused."""
        if problems := list(check_mailbox(settings)):
            raise SettingsRefused(problems)
        before = self.settings(organization_id, box_id)
        with writing(self._database, organization_id) as connection:
            values = {name: getattr(settings, name) for name in _FIELDS}
            self._put(connection, organization_id, box_id, values)
        return before

    def set_pin(self, organization_id: str, box_id: str, pin: str | None) -> None:
        """Give a box a PIN, or (None) take it away: then it cannot be opened by phone. An earlier lock is
        gone. Raises SettingsRefused."""
        if pin is not None and (problems := list(check_pin(pin))):
            raise SettingsRefused(problems)
        values = {"pin_hash": hashed(pin) if pin else None, "wrong_pins": 0, "locked_until": None}
        with writing(self._database, organization_id) as connection:
            self._put(connection, organization_id, box_id, values)

    def has_pin(self, organization_id: str, box_id: str) -> bool:
        """Whether the box can be opened by phone."""
        with reading(self._database, organization_id) as connection:
            found = connection.execute(select(_boxes.c.pin_hash).where(_is_box(organization_id, box_id)))
            return found.scalar() is not None

    def is_locked(self, organization_id: str, box_id: str) -> bool:
        """Whether no PIN opens the box now, which five wrong ones bring about."""
        with reading(self._database, organization_id) as connection:
            is_box = _is_box(organization_id, box_id)
            until = connection.execute(select(_boxes.c.locked_until).where(is_box)).scalar()
        return until is not None and until > self._now()

    def is_pin(self, organization_id: str, box_id: str, pin: str) -> bool:
        """Whether a PIN opens the box: never while it is locked, which five wrong ones bring about."""
        is_box, now = _is_box(organization_id, box_id), self._now()
        with reading(self._database, organization_id) as connection:
            row = connection.execute(select(_boxes).where(is_box)).mappings().first()
        is_right = is_password(pin, row["pin_hash"] if row else None)
        if row is None or (row["locked_until"] is not None and row["locked_until"] > now):
            return False
        with writing(self._database, organization_id) as connection:
            # Counted where it is stored: several phones may try at once.
            wrong = connection.execute(select(_boxes.c.wrong_pins).where(is_box)).scalar() or 0
            wrong = 0 if is_right else wrong + 1
            values: dict[str, Any] = {"wrong_pins": wrong % WRONG_PINS}
            if wrong == WRONG_PINS:
                values["locked_until"] = now + LOCKED_FOR
            connection.execute(update(_boxes).where(is_box).values(values))
        return is_right

    def _put(
        self, connection: Connection, organization_id: str, box_id: str, values: Mapping[str, Any]
    ) -> None:
        if not connection.execute(
            update(_boxes).where(_is_box(organization_id, box_id)).values(values)
        ).rowcount:
            defaults = {name: getattr(MailboxSettings(), name) for name in _FIELDS}
            key = {"organization_id": organization_id, "box_id": box_id}
            connection.execute(insert(_boxes).values(key | defaults | dict(values)))

    # -- a message comes to be

    def begin(self, owner: BoxOwner, caller: Caller) -> tuple[str, Path]:
        """A new message of the box, which is about to be recorded: its id, and the file to record into.

        Raises MailboxFull.
        """
        settings = self.settings(owner.organization_id, owner.box_id)
        message_id = new_id()
        row = {
            "organization_id": owner.organization_id,
            "message_id": message_id,
            "box_id": owner.box_id,
            "call_id": caller.call_id,
            "caller": caller.number,
            "caller_name": caller.name,
            "recorded_at": self._now(),
        }
        self._folder.mkdir(mode=0o700, exist_ok=True)
        with writing(self._database, owner.organization_id) as connection:
            is_box = _messages.c.box_id == owner.box_id, _messages.c.organization_id == owner.organization_id
            count = connection.execute(select(func.count()).select_from(_messages).where(*is_box)).scalar()
            if (count or 0) >= settings.quota:
                raise MailboxFull(f"the box {owner.name} has {count} messages, as many as it may")
            connection.execute(insert(_messages).values(row))
        return message_id, self._unfinished(message_id)

    def is_full(self, organization_id: str, box_id: str) -> bool:
        """Whether a box takes no message more."""
        counts = self.counts(organization_id, [box_id]).get(box_id, Counts())
        return counts.new + counts.old >= self.settings(organization_id, box_id).quota

    def finish(self, message_id: str, name_of: Callable[[str], str] = str) -> Message | None:
        """Make a message of what was recorded, which nobody writes any more; None where it is none, and
        nothing is left of it. Of a message that is whole nothing is changed.

        It is stored when this returns, and the call's record tells of it; ``name_of`` is what people call a
        box.
        """
        with self._database.begin() as connection:
            row = connection.execute(select(_messages).where(_messages.c.message_id == message_id)).first()
        if row is None or row.seconds is not None:
            return _message(row) if row is not None else None
        seconds = self._settle(message_id)
        with writing(self._database, row.organization_id) as connection:
            is_it = and_(_messages.c.message_id == message_id, _messages.c.seconds.is_(None))
            if seconds is None:
                connection.execute(delete(_messages).where(is_it))
                return None
            mail = self.settings(row.organization_id, row.box_id).mail
            due = self._now() if mail else None
            connection.execute(update(_messages).where(is_it).values(seconds=seconds, mail_due_at=due))
            row = connection.execute(select(_messages).where(_messages.c.message_id == message_id)).one()
            message = _message(row)
            step = LeftMessage(
                Destination(DestinationKind.VOICEMAIL, name_of(message.box_id)), round(seconds, 1)
            )
            add_left_message(
                connection, message.organization_id, message.call_id, message_id, message.left_at, step
            )
        return message

    def unfinished(self) -> list[str]:
        """The ids of messages that are being recorded, or were when an earlier process died."""
        query = select(_messages.c.message_id).where(_messages.c.seconds.is_(None), self._is_here)
        with self._database.begin() as connection:
            return list(connection.execute(query).scalars())

    def _settle(self, message_id: str) -> float | None:
        """The length of a message whose file is whole under its name now; None when there is none."""
        unfinished, whole = self._unfinished(message_id), self.sound(message_id)
        try:
            recording = wav.settle(unfinished if unfinished.exists() else whole)
        except (NoRecording, FileNotFoundError):
            recording = None
        if recording is None or recording.seconds_of_sound < SHORTEST:
            for path in (unfinished, whole):
                path.unlink(missing_ok=True)
            return None
        with suppress(FileNotFoundError):
            os.replace(unfinished, whole)
        return recording.seconds

    def sound(self, message_id: str) -> Path:
        """Where the sound of a message is."""
        return self._folder / f"{message_id}{wav.SUFFIX}"

    def greeting(self, name: str) -> Path:
        """Where a greeting of a box is that was recorded, or is to be."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        return self._folder / name

    def _unfinished(self, message_id: str) -> Path:
        """No backup waits for a file that begins with a dot, or misses that it grows."""
        return self._folder / f".{message_id}{wav.SUFFIX}"

    # -- messages that are there

    def messages(self, organization_id: str, box_ids: Iterable[str]) -> list[Message]:
        """The messages of boxes, the newest first."""
        query = (
            select(_messages)
            .where(_is_whole(organization_id), _messages.c.box_id.in_(list(box_ids)))
            .order_by(_messages.c.message_id.desc())
        )
        with reading(self._database, organization_id) as connection:
            return [_message(row) for row in connection.execute(query)]

    def message(self, organization_id: str, message_id: str) -> Message:
        """One message. Raises UnknownMessage."""
        query = select(_messages).where(_is_whole(organization_id), _messages.c.message_id == message_id)
        with reading(self._database, organization_id) as connection:
            row = connection.execute(query).first()
        if row is None:
            raise UnknownMessage(message_id)
        return _message(row)

    def messages_from(self, spellings: Spellings, organization_id: str | None) -> list[Message]:
        """The messages that a number has left, in the boxes of one organization or of all."""
        query = select(_messages).where(
            _messages.c.seconds.is_not(None), _messages.c.caller.like(spellings.like)
        )
        is_of = self._is_here if organization_id is None else _messages.c.organization_id == organization_id
        with reading(self._database, organization_id) as connection:
            found = [_message(row) for row in connection.execute(query.where(is_of))]
        return [message for message in found if spellings.are(message.caller)]

    def counts(self, organization_id: str, box_ids: Iterable[str]) -> dict[str, Counts]:
        """How many messages boxes have, of those that have any."""
        is_of = and_(_is_whole(organization_id), _messages.c.box_id.in_(list(box_ids)))
        return self._counted(is_of)

    def all_counts(self) -> dict[str, Counts]:
        """How many messages the boxes of all organizations have, of those that have any."""
        return self._counted(and_(_messages.c.seconds.is_not(None), self._is_here))

    def _counted(self, which: ColumnElement[bool]) -> dict[str, Counts]:
        box_id = _messages.c.box_id
        is_new = and_(_messages.c.heard_at.is_(None), _messages.c.taken_at.is_(None))
        query = select(box_id, is_new.label("is_new"), func.count()).where(which).group_by(box_id, is_new)
        counts: dict[str, Counts] = {}
        with self._database.begin() as connection:
            for box, new, count in connection.execute(query):
                before = counts.get(box, Counts())
                counts[box] = Counts(count, before.old) if new else Counts(before.new, count)
        return counts

    def mark_heard(self, organization_id: str, message_id: str, *, is_heard: bool = True) -> Message:
        """Somebody has heard a message, or wants it to count as new. Raises UnknownMessage."""
        return self._update(organization_id, message_id, heard_at=self._now() if is_heard else None)

    def save(self, organization_id: str, message_id: str) -> Message:
        """Keep a message for as long as the box keeps any, from now on. Raises UnknownMessage."""
        return self._update(organization_id, message_id, saved_at=self._now())

    def take(self, organization_id: str, message_id: str, user_id: str) -> Message:
        """A member takes a message for all others, who see by whom. Raises MessageTaken, UnknownMessage."""
        is_it = and_(_is_whole(organization_id), _messages.c.message_id == message_id)
        is_free = _messages.c.taken_by.is_(None)
        with writing(self._database, organization_id) as connection:
            values = {"taken_by": user_id, "taken_at": self._now()}
            connection.execute(update(_messages).where(is_it, is_free).values(values))
        message = self.message(organization_id, message_id)
        if message.taken_by != user_id:
            raise MessageTaken(message.taken_by or "")
        return message

    def release(self, organization_id: str, message_id: str, user_id: str) -> Message:
        """Give back a message that one has taken. Raises MessageTaken, UnknownMessage."""
        message = self.message(organization_id, message_id)
        if message.taken_by not in (None, user_id):
            raise MessageTaken(message.taken_by or "")
        return self._update(organization_id, message_id, taken_by=None, taken_at=None)

    def delete(self, organization_id: str, message_id: str) -> Message:
        """Remove a message, and its sound at once unless a backup is being made. Raises UnknownMessage."""
        message = self.message(organization_id, message_id)
        with writing(self._database, organization_id) as connection:
            is_it = and_(_is_whole(organization_id), _messages.c.message_id == message_id)
            connection.execute(delete(_messages).where(is_it))
        with suppress(BlockingIOError), self._blobs.held(alone=True):
            self.sound(message_id).unlink(missing_ok=True)
        return message

    def _update(self, organization_id: str, message_id: str, **values: Any) -> Message:
        is_it = and_(_is_whole(organization_id), _messages.c.message_id == message_id)
        with writing(self._database, organization_id) as connection:
            connection.execute(update(_messages).where(is_it).values(values))
        return self.message(organization_id, message_id)

    # -- mail

    def due_mails(self) -> list[Message]:
        """The messages about which a mail is to be sent now, the oldest first."""
        query = (
            select(_messages)
            .where(_messages.c.mail_due_at <= self._now(), _messages.c.seconds.is_not(None), self._is_here)
            .order_by(_messages.c.mail_due_at)
        )
        with self._database.begin() as connection:
            return [_message(row) for row in connection.execute(query)]

    def mailed(self, message: Message) -> None:
        """The mail about a message is sent."""
        self._note_mail(message, mail_due_at=None, mail_error=None, mail_tries=message.mail_tries + 1)

    def not_mailed(self, message: Message, error: str, again_at: datetime | None) -> None:
        """The mail could not be sent, and is tried again then, or (None) not any more."""
        tries = message.mail_tries + 1
        self._note_mail(message, mail_due_at=again_at, mail_error=error, mail_tries=tries)

    def _note_mail(self, message: Message, **values: Any) -> None:
        with writing(self._database, message.organization_id) as connection:
            is_it = _messages.c.message_id == message.message_id
            connection.execute(update(_messages).where(is_it).values(values))

    def unsent_mails(self, organization_id: str) -> dict[str, UnsentMails]:
        """The boxes about whose messages mails could not be sent, by their ids."""
        query = (
            select(_messages.c.box_id, _messages.c.mail_error)
            .where(_is_whole(organization_id), _messages.c.mail_error.is_not(None))
            .order_by(_messages.c.message_id)
        )
        unsent: dict[str, UnsentMails] = {}
        with reading(self._database, organization_id) as connection:
            for box_id, error in connection.execute(query):
                before = unsent.get(box_id)
                unsent[box_id] = UnsentMails(1 + (before.count if before else 0), error)
        return unsent

    # -- what is old

    def let_go(self) -> list[Message]:
        """Remove what boxes keep no longer, and files that no message has any more; returns the messages.

        Files stay for another time while a backup is made.
        """
        settings, now = self.all_settings(), self._now()
        with self._database.begin() as connection:
            query = select(_messages).where(_messages.c.seconds.is_not(None), self._is_here)
            rows = connection.execute(query).all()
        old = [message for message in map(_message, rows) if _is_old(message, settings, now)]
        for message in old:
            with suppress(UnknownMessage):
                self.delete(message.organization_id, message.message_id)
        self._let_files_go()
        return old

    def _let_files_go(self) -> None:
        if not self._folder.exists():
            return
        with suppress(BlockingIOError), self._blobs.held(alone=True):
            with self._database.begin() as connection:
                query = select(_messages.c.message_id).where(self._is_here)
                known = set(connection.execute(query).scalars())
            kept = {settings.greeting_file for settings in self.all_settings().values()}
            for path in self._folder.iterdir():
                is_alone = path.name.lstrip(".").removesuffix(wav.SUFFIX) not in known
                age = self._now().timestamp() - path.stat().st_mtime
                if is_alone and path.name not in kept and age > _ALONE:
                    path.unlink(missing_ok=True)


def _is_old(message: Message, settings: Mapping[str, MailboxSettings], now: datetime) -> bool:
    kept = timedelta(days=settings.get(message.box_id, MailboxSettings()).kept_days)
    return (message.saved_at or message.recorded_at) + kept < now


def _is_box(organization_id: str, box_id: str) -> ColumnElement[bool]:
    return and_(_boxes.c.organization_id == organization_id, _boxes.c.box_id == box_id)


def _is_whole(organization_id: str) -> ColumnElement[bool]:
    return and_(_messages.c.organization_id == organization_id, _messages.c.seconds.is_not(None))


def _message(row: Row[Any]) -> Message:
    return Message(**row._mapping)
