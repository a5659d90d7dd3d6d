"""A visit to a mailbox: how far a caller has come in it, who leaves a message or hears their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class BoxPrompt(StrEnum):
    """What callers are told in a mailbox; the words are the mailroom's."""

    GREETING = "greeting"
    FULL = "full"
    CANNOT_RECORD = "cannot-record"
    STORED = "stored"
    NOT_STORED = "not-stored"
    NO_PIN = "no-pin"
    ENTER_PIN = "enter-pin"
    WRONG_PIN = "wrong-pin"
    LOCKED = "locked"
    MESSAGES = "messages"
    NO_MESSAGES = "no-messages"
    MESSAGE = "message"
    NOT_PLAYABLE = "not-playable"
    CHOICES = "choices"
    SAVED = "saved"
    DELETED = "deleted"
    NO_MORE = "no-more"
    RECORD_GREETING = "record-greeting"
    GREETING_STORED = "greeting-stored"
    GREETING_NOT_STORED = "greeting-not-stored"
    GOODBYE = "goodbye"


class BoxStep(StrEnum):
    """Where a caller is. What waits for the disk or the database is a step of its own, so that another
    process does it again."""

    ENTERING = "entering"
    GREETING = "greeting"
    PREPARING = "preparing"
    BEEP = "beep"
    RECORDING = "recording"
    STORING = "storing"
    ASKING_PIN = "asking-pin"
    CHECKING_PIN = "checking-pin"
    OPENING = "opening"
    LISTENING = "listening"
    CHANGING = "changing"
    SPEAKING = "speaking"  # a last word, after which the call is over


class MessageChange(StrEnum):
    """What a listener does with a message."""

    SAVE = "save"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class HeardMessage:
    """A message as it is heard by phone; ``sound`` is None of one that cannot be played."""

    message_id: str
    caller: str
    sound: str | None
    is_new: bool


@dataclass(slots=True, eq=False)
class BoxVisit:
    """``recording_id`` and ``path`` are there while something is recorded: a message, or the box's greeting
    (``is_greeting``). ``tries`` is how often a PIN was wrong; what is typed of one is in no record.
    ``waits_until`` is when no key has come for too long, by the clock of the user agent."""

    box_id: str
    step: BoxStep = BoxStep.ENTERING
    is_full: bool = False
    recording_id: str | None = None
    path: str | None = None
    is_greeting: bool = False
    last_word: BoxPrompt = BoxPrompt.GOODBYE
    tries: int = 0
    messages: list[HeardMessage] = field(default_factory=list)
    place: int = 0
    change: MessageChange | None = None
    waits_until: float | None = None

    @property
    def message(self) -> HeardMessage | None:
        """The message that is heard now; None after the last one."""
        return self.messages[self.place] if self.place < len(self.messages) else None
