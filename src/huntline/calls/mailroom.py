"""What calls ask of the mailboxes behind them: where messages are kept, and how it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from huntline.calls.box_visit import BoxPrompt, HeardMessage, MessageChange
from huntline.directory.mailboxes import BoxOwner, MailboxSettings
from huntline.errors import HuntlineError


class NoRoom(HuntlineError):
    """The box has as many messages as it may."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something to tell a caller: ``name`` is whose box it is or who has called, ``count`` and ``others`` are
    numbers of messages."""

    prompt: BoxPrompt
    name: str = ""
    count: int = 0
    others: int = 0


class Mailroom(Protocol):
    """Methods that wait may raise HuntlineError or OSError: then nothing was done."""

    @property
    def beep(self) -> str:
        """The source of the tone after which one speaks."""
        ...

    def owner(self, box_id: str) -> BoxOwner | None:
        """Whose a box is; None where there is none, or it is off."""
        ...

    def settings(self, box_id: str) -> MailboxSettings:
        """How a box is set."""
        ...

    async def is_full(self, box_id: str) -> bool:
        """Whether a box takes no message more."""
        ...

    async def sources(self, box_id: str, said: Sequence[Said]) -> tuple[str, ...]:
        """What is played to say this in the language of the box; what cannot be said is left out."""
        ...

    async def begin(self, box_id: str, call_id: str, number: str, name: str) -> tuple[str, str]:
        """A new message that is about to be recorded: its id, and the file to record into. Raises NoRoom."""
        ...

    async def finish(self, message_id: str) -> bool:
        """Nobody records into the message any more: it is stored, and then everybody is told. Whether there
        is a message at all. Done again it changes nothing."""
        ...

    async def has_pin(self, box_id: str) -> bool:
        """Whether the box can be opened by phone."""
        ...

    async def is_locked(self, box_id: str) -> bool:
        """Whether no PIN opens the box for a while, since wrong ones were typed."""
        ...

    async def is_pin(self, box_id: str, pin: str) -> bool:
        """Whether the PIN opens the box now."""
        ...

    async def messages(self, box_id: str) -> list[HeardMessage]:
        """The messages of a box, new ones first, each kind from the oldest on."""
        ...

    async def heard(self, message_id: str, box_id: str) -> None:
        """A message begins to be heard."""
        ...

    async def change(self, message_id: str, box_id: str, change: MessageChange) -> None:
        """Save or delete a message; one that is gone is left alone."""
        ...

    def greeting_file(self, box_id: str) -> tuple[str, str]:
        """A name for a greeting that is about to be recorded, and the file to record into."""
        ...

    async def keep_greeting(self, box_id: str, name: str) -> bool:
        """Let what was recorded be the greeting of the box; whether there was anything in it."""
        ...
