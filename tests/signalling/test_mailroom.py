"""The mailboxes as calls see them, with a database and files behind them (edge)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from tests.fakes.plans import CONTOSO

from huntline.calls.box_visit import BoxPrompt, MessageChange
from huntline.calls.mailroom import Said
from huntline.directory.in_force import SettingsInForce
from huntline.directory.organization import Licence
from huntline.directory.plan import ServerPlan
from huntline.media import wav
from huntline.signalling.lamps import Lamps
from huntline.signalling.mailroom import Boxes
from huntline.sip.servers.message_summary import Waiting
from huntline.storage.database import open_database
from huntline.voicemail.boxes import Voicemail

USERS = tuple(replace(user, licences=frozenset({Licence.E5}), voice_enabled=True) for user in CONTOSO.users)
PLAN = ServerPlan((replace(CONTOSO, users=USERS),))


class Office:
    """Amal's box; ``told`` are the users whose lamps were looked at anew."""

    def __init__(self, folder: Path) -> None:
        self.database = open_database(folder)
        self.voicemail = Voicemail(self.database, folder)
        settings = SettingsInForce(PLAN)
        self.told: list[str] = []
        self.changed: list[str] = []
        self.lamps = Lamps(self.voicemail, settings, self.told.append)
        self.boxes = Boxes(self.voicemail, settings, self.speak, "beep", self.changed.append)

    async def speak(self, text: str, language: str) -> str:
        return f"{language}: {text}"

    async def leave(self) -> str:
        """Somebody leaves a message; its id."""
        message_id, path = await self.boxes.begin("amal", "c1", "+14255550100", "Zoé")
        recorded = wav.head("PCMU", 0) + b"\x10" * 24_000
        await asyncio.to_thread(Path(path).write_bytes, recorded)
        assert await self.boxes.finish(message_id)
        return message_id


def perform(folder: Path, story: Callable[[Office], Awaitable[None]]) -> None:
    async def run() -> None:
        office = Office(folder)
        await story(office)
        office.database.dispose()

    asyncio.run(run())


def test_a_message_is_left_heard_and_deleted_and_the_lamp_follows(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.leave()
        assert office.changed == ["amal"]
        await office.lamps.refresh("amal")
        assert (office.told, office.lamps.waiting("amal")) == (["amal"], Waiting(1, 0))
        (message,) = await office.boxes.messages("amal")
        assert (message.caller, message.is_new) == ("Zoé", True)
        assert message.sound is not None
        await office.boxes.heard(message.message_id, "amal")
        await office.lamps.refresh("amal")
        assert office.lamps.waiting("amal") == Waiting(0, 1)
        await office.boxes.change(message.message_id, "amal", MessageChange.DELETE)
        await office.lamps.refresh("amal")
        assert office.lamps.waiting("amal") == Waiting(0, 0)
        assert office.changed == ["amal"] * 3

    perform(tmp_path, story)


def test_the_pin_opens_the_box(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        assert not await office.boxes.has_pin("amal")
        office.voicemail.set_pin("contoso", "amal", "2468")
        assert await office.boxes.has_pin("amal")
        assert await office.boxes.is_pin("amal", "2468")
        assert not await office.boxes.is_pin("amal", "2469")

    perform(tmp_path, story)


def test_what_was_recorded_for_nobody_becomes_a_message_at_the_start(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        ended, path = await office.boxes.begin("amal", "c1", "+14255550100", "")
        await asyncio.to_thread(Path(path).write_bytes, wav.head("PCMU", 0) + b"\x10" * 24_000)
        goes_on, _ = await office.boxes.begin("amal", "c2", "+14255550101", "")
        await office.boxes.finish_others(frozenset({goes_on}))
        assert [message.message_id for message in await office.boxes.messages("amal")] == [ended]
        assert office.voicemail.unfinished() == [goes_on]

    perform(tmp_path, story)


def test_what_cannot_be_spoken_in_time_is_left_out(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        said = await office.boxes.sources("amal", [Said(BoxPrompt.SAVED), Said(BoxPrompt.MESSAGE, "Zoé", 1)])
        assert said == ("en: Saved.", "en: Message 1, from Zoé.")

    perform(tmp_path, story)


def test_what_is_recorded_as_a_greeting_is_one(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        name, path = office.boxes.greeting_file("amal")
        assert not await office.boxes.keep_greeting("amal", name)
        await asyncio.to_thread(Path(path).write_bytes, wav.head("PCMA", 0) + b"\x10" * 24_000)
        assert await office.boxes.keep_greeting("amal", name)
        assert await office.boxes.sources("amal", [Said(BoxPrompt.GREETING, "Amal")]) == (path,)

    perform(tmp_path, story)
