"""The mailboxes as calls see them: what they ask is done in threads, and what comes of it is told here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from huntline.calls.box_visit import BoxPrompt, HeardMessage, MessageChange
from huntline.calls.mailroom import NoRoom, Said
from huntline.directory.in_force import SettingsInForce
from huntline.directory.mailboxes import BoxOwner, MailboxSettings
from huntline.errors import HuntlineError
from huntline.languages.mailbox import Facts, fixed_sentences, mailbox_sentence, spoken_caller
from huntline.media import wav
from huntline.media.wav import NoRecording
from huntline.storage.ids import new_id
from huntline.voicemail.boxes import Caller, MailboxFull, Message, UnknownMessage, Voicemail

log = logging.getLogger(__name__)

Speak = Callable[[str, str], Awaitable[str]]
"""Makes a sentence in a language to the source of a prompt. Raises HuntlineError."""


_PATIENCE_S = 3.0
"""How long a caller waits for sentences that nobody has spoken yet: a message is worth more than what is said
before it, and the next one has them."""


class Boxes:
    """Implements ``calls.mailroom.Mailroom``. ``on_change`` is told of each box whose messages are others
    than before, once that is stored."""

    def __init__(
        self,
        voicemail: Voicemail,
        settings: SettingsInForce,
        speak: Speak,
        beep: str,
        on_change: Callable[[str], None],
    ) -> None:
        self.beep = beep
        self._voicemail = voicemail
        self._in_force = settings
        self._speak = speak
        self._on_change = on_change
        self._settings: dict[str, MailboxSettings] = {}

    def load(self) -> None:
        """Read how boxes are set; waits for the database."""
        self._settings = self._voicemail.all_settings()

    def sentences(self) -> Iterator[tuple[str, str]]:
        """What every box says, with its language, in the languages that boxes have."""
        for language in {MailboxSettings().language, *(each.language for each in self._settings.values())}:
            yield from ((text, language) for text in fixed_sentences(language))

    async def finish_others(self, under_way: frozenset[str]) -> None:
        """Make messages of what was recorded for calls that are no more; those ``under_way`` go on."""
        for message_id in await asyncio.to_thread(self._voicemail.unfinished):
            if message_id not in under_way:
                await self.finish(message_id)

    # -- boxes

    def owner(self, box_id: str) -> BoxOwner | None:
        return self._in_force.plan.box_owner(box_id) if self.settings(box_id).is_on else None

    def settings(self, box_id: str) -> MailboxSettings:
        return self._settings.get(box_id, MailboxSettings())

    async def is_full(self, box_id: str) -> bool:
        return await asyncio.to_thread(self._voicemail.is_full, self._owner(box_id).organization_id, box_id)

    async def has_pin(self, box_id: str) -> bool:
        return await asyncio.to_thread(self._voicemail.has_pin, self._owner(box_id).organization_id, box_id)

    async def is_locked(self, box_id: str) -> bool:
        return await asyncio.to_thread(self._voicemail.is_locked, self._owner(box_id).organization_id, box_id)

    async def is_pin(self, box_id: str, pin: str) -> bool:
        organization_id = self._owner(box_id).organization_id
        return await asyncio.to_thread(self._voicemail.is_pin, organization_id, box_id, pin)

    def _owner(self, box_id: str) -> BoxOwner:
        owner = self._in_force.plan.box_owner(box_id)
        if owner is None:
            raise HuntlineError(f"there is no mailbox {box_id} any more")
        return owner

    # -- what is said

    async def sources(self, box_id: str, said: Sequence[Said]) -> tuple[str, ...]:
        settings, loop = self.settings(box_id), asyncio.get_running_loop()
        until = loop.time() + _PATIENCE_S
        made = [await self._source(settings, each, until - loop.time()) for each in said]
        return tuple(source for source in made if source is not None)

    async def _source(self, settings: MailboxSettings, said: Said, patience: float) -> str | None:
        if said.prompt is BoxPrompt.GREETING and settings.greeting_file is not None:
            return str(self._voicemail.greeting(settings.greeting_file))
        if said.prompt is BoxPrompt.GREETING and settings.greeting_text is not None:
            text = settings.greeting_text
        else:
            facts = Facts(said.name, said.count, said.others)
            text = mailbox_sentence(said.prompt, settings.language, facts)
        try:
            return await asyncio.wait_for(self._speak(text, settings.language), max(patience, 0.05))
        except TimeoutError:
            log.warning("a sentence is not spoken in time", extra={"prompt": said.prompt})
            return None
        except HuntlineError as error:
            log.warning("a sentence cannot be spoken", extra={"prompt": said.prompt, "reason": str(error)})
            return None

    # -- somebody leaves a message

    async def begin(self, box_id: str, call_id: str, number: str, name: str) -> tuple[str, str]:
        caller = Caller(call_id, number, name)
        try:
            message_id, path = await asyncio.to_thread(self._voicemail.begin, self._owner(box_id), caller)
        except MailboxFull as error:
            raise NoRoom(str(error)) from None
        return message_id, str(path)

    async def finish(self, message_id: str) -> bool:
        message = await asyncio.to_thread(self._voicemail.finish, message_id, self._name_of)
        if message is not None:
            log.info("a message is stored", extra={"message_id": message_id, "box_id": message.box_id})
            self._on_change(message.box_id)
        return message is not None

    def _name_of(self, box_id: str) -> str:
        owner = self._in_force.plan.box_owner(box_id)
        return owner.name if owner is not None else ""

    # -- the owner hears messages

    async def messages(self, box_id: str) -> list[HeardMessage]:
        organization_id, language = self._owner(box_id).organization_id, self.settings(box_id).language
        found = await asyncio.to_thread(self._voicemail.messages, organization_id, [box_id])
        in_order = sorted(found, key=lambda message: (not message.is_new, message.message_id))
        return await asyncio.to_thread(lambda: [self._heard(message, language) for message in in_order])

    def _heard(self, message: Message, language: str) -> HeardMessage:
        path = self._voicemail.sound(message.message_id)
        caller = spoken_caller(message.caller, message.caller_name, language)
        try:
            sound = str(path) if wav.read(path).audio else None
        except (NoRecording, OSError):
            sound = None
        return HeardMessage(message.message_id, caller, sound, message.is_new)

    async def heard(self, message_id: str, box_id: str) -> None:
        organization_id = self._owner(box_id).organization_id
        with suppress(UnknownMessage):
            await asyncio.to_thread(self._voicemail.mark_heard, organization_id, message_id)
        self._on_change(box_id)

    async def change(self, message_id: str, box_id: str, change: MessageChange) -> None:
        organization_id = self._owner(box_id).organization_id
        do = self._voicemail.save if change is MessageChange.SAVE else self._voicemail.delete
        with suppress(UnknownMessage):
            await asyncio.to_thread(do, organization_id, message_id)
        self._on_change(box_id)

    # -- and speaks a greeting

    def greeting_file(self, box_id: str) -> tuple[str, str]:
        name = f"greeting-{new_id()}{wav.SUFFIX}"
        return name, str(self._voicemail.greeting(name))

    async def keep_greeting(self, box_id: str, name: str) -> bool:
        return await asyncio.to_thread(self._keep_greeting, self._owner(box_id), name)

    def _keep_greeting(self, owner: BoxOwner, name: str) -> bool:
        try:
            is_something = wav.settle(self._voicemail.greeting(name)).seconds_of_sound > 0
        except (NoRecording, OSError):
            is_something = False
        if is_something:
            now = self._voicemail.settings(owner.organization_id, owner.box_id)
            settings = replace(now, greeting_file=name, greeting_text=None)
            self._voicemail.set(owner.organization_id, owner.box_id, settings)
            self._settings = {**self._settings, owner.box_id: settings}
        return is_something
