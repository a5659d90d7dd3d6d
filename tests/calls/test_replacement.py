"""What may happen while the audio of a leg that is to take another one's place is prepared."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from tests.fakes.owners import queue_owner
from tests.fakes.plans import PLAN
from tests.sip.core.desk import ANSWER, OFFER, Desk

from huntline.calls.caller_identity import CallerId
from huntline.calls.hold import Holding
from huntline.calls.model import Call, Leg, LegState, Party
from huntline.calls.refusals import Refusals
from huntline.calls.replacement import Takeovers
from huntline.calls.tools import CallTools
from huntline.directory.encryption import Encryption
from huntline.directory.in_force import SettingsInForce
from huntline.directory.plan import Account
from huntline.directory.refused import RefusedCall
from huntline.engine.events import Event, OtherCallsChanged
from huntline.media.interface import MediaUnavailable
from huntline.sip.core.events import InviteReceived
from huntline.sip.core.message import Headers, Request, Response

BAO = Account("bao", "contoso", "bao@contoso.com", "Bao", "contoso.com", (), ())


class SlowMedia:
    """A driver that answers offers when it is told to; what else is asked of it is on record."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.legs: set[str] = {"old-audio"}
        self.answers: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def answer(self, leg_id: str, sdp_offer: str, *, encryption: Encryption = Encryption.NEVER) -> str:
        self.legs.add(leg_id)
        try:
            return await self.answers
        except MediaUnavailable:
            self.legs.discard(leg_id)
            raise

    async def offer(
        self,
        leg_id: str,
        like: str | None = None,
        *,
        is_secure: bool = False,
        encryption: Encryption = Encryption.NEVER,
    ) -> str:
        raise AssertionError("nobody is asked for an offer here")

    def to_narrow(self, leg_a: str, leg_b: str) -> list[str]:
        return []

    async def offer_narrow(self, leg_id: str, like: str) -> str:
        raise AssertionError("nobody is asked for an offer here")

    async def renew(self, leg_id: str) -> str:
        raise AssertionError("no leg is lost here")

    async def accept(self, leg_id: str, sdp_answer: str, *, bridge: str | None = None) -> None:
        raise AssertionError("nobody answers an offer here")

    def play(self, leg_id: str, sources: Sequence[str], *, loop: bool) -> None:
        self.asked.append(("play", leg_id, *sources))

    def announce(self, leg_id: str, sources: Sequence[str]) -> None:
        self.asked.append(("announce", leg_id, *sources))

    def stop(self, leg_id: str) -> None:
        self.asked.append(("stop", leg_id))

    def bridge(self, leg_a: str, leg_b: str) -> None:
        self.asked.append(("bridge", leg_a, leg_b))

    def bridge_early(self, listener: str, speaker: str, meanwhile: str) -> None:
        self.asked.append(("bridge_early", listener, speaker, meanwhile))

    def takes_keys(self, leg_id: str) -> bool:
        return True

    def press(self, leg_id: str, key: str) -> None:
        self.asked.append(("press", leg_id, key))

    def record(self, leg_id: str, path: str, *, most_s: float, silence_s: float) -> None:
        self.asked.append(("record", leg_id, path))

    def stop_recording(self, leg_id: str) -> None:
        self.asked.append(("stop-recording", leg_id))

    def unbridge(self, leg_id: str) -> None:
        self.asked.append(("unbridge", leg_id))

    def relatch(self, leg_id: str) -> None:
        self.asked.append(("relatch", leg_id))

    def delete(self, leg_id: str) -> None:
        self.legs.discard(leg_id)


class Sockets:
    """A user agent without sockets: what the core wants sent stays in it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.leg = desk.core.leg
        self.replaced_leg = desk.core.replaced_leg

    def now(self) -> float:
        return self._desk.now

    def answer(self, leg_id: str, sdp: str) -> None:
        self._desk.core.answer(leg_id, sdp, self.now())

    def reject(self, leg_id: str, status: int, *, headers: Headers = ()) -> None:
        self._desk.core.reject(leg_id, status, self.now(), headers=headers)

    def hang_up(self, leg_id: str) -> None:
        self._desk.core.hang_up(leg_id, self.now())


class Trusting:
    """Takes everybody for Bao."""

    def user_behind(self, *_: Any) -> Account:
        return BAO


class Waiting:
    """Bao waits in a queue; another leg of theirs has sent its INVITE."""

    def __init__(self) -> None:
        self.desk, self.media = Desk(), SlowMedia()
        leg_id, tag = self.desk.answered_call()
        self.counts: list[int] = []
        self.refused: list[RefusedCall] = []
        self.old = Leg(leg_id, "old-audio", Party.CALLER, "c1", "bao", "bao", state=LegState.ANSWERED)
        self.call = Call(
            "c1", "contoso", self.old, CallerId("bao"), "desk", "music", queue_owner(), queue_id="q1"
        )
        agent: Any = Sockets(self.desk)
        admission: Any = Trusting()
        nothing: Any = None
        tools = CallTools(
            agent, self.media, SettingsInForce(PLAN), nothing, self.told, lambda call: None, nothing
        )
        self.book, self.tasks = tools.book, tools.tasks
        holding = Holding(agent, self.media, self.book, "ringing", self.tasks.spawn, lambda call: None)
        self.book.add(self.call)
        self.takeovers = Takeovers(
            tools, admission, holding, Refusals(self.refused.append, lambda seconds, call: None)
        )
        self.desk.receive(self.invite(f"Replaces: call-1;to-tag={tag};from-tag=peer"))
        event = self.desk.told(InviteReceived)
        assert event.replaces is not None
        self.new_id = event.leg_id
        self.takeovers.invited(event, event.replaces)
        self.tag = tag

    def told(self, event: Event) -> None:
        assert isinstance(event, OtherCallsChanged)
        self.counts.append(event.count)

    def invite(self, *headers: str, method: str = "INVITE") -> bytes:
        body = OFFER if method == "INVITE" else ""
        return self.desk.request(
            method, *headers, call_id="call-2", cseq=1, branch="z9hG4bKsecond", body=body
        )

    async def goes_on(self) -> list[Request | Response]:
        """The media driver has answered; what is sent then."""
        await self.tasks.done()
        return self.desk.sent()


def statuses(messages: list[Request | Response]) -> list[int]:
    return [message.status for message in messages if isinstance(message, Response)]


def test_the_new_leg_takes_the_place_and_hears_what_the_call_has_for_it() -> None:
    async def story() -> None:
        waiting = Waiting()
        await asyncio.sleep(0)
        waiting.media.answers.set_result(ANSWER)
        ok, bye = await waiting.goes_on()
        assert isinstance(ok, Response)
        assert isinstance(bye, Request)
        assert (ok.status, bye.method) == (200, "BYE")
        assert waiting.call.caller.leg_id == waiting.new_id
        assert waiting.media.legs == {waiting.call.caller.media_id}
        assert waiting.media.asked == [("play", waiting.call.caller.media_id, "music")]
        assert waiting.book.by_leg(waiting.old.leg_id) is None
        assert waiting.counts == [1, 2, 1], "the user is on a call all the time"

    asyncio.run(story())


def test_a_new_leg_that_is_cancelled_meanwhile_takes_nothing() -> None:
    async def story() -> None:
        waiting = Waiting()
        await asyncio.sleep(0)
        waiting.desk.receive(waiting.invite(method="CANCEL"))
        waiting.media.answers.set_result(ANSWER)
        assert await waiting.goes_on() == []
        assert waiting.call.caller is waiting.old
        assert waiting.media.legs == {"old-audio"}

    asyncio.run(story())


def test_a_call_that_ends_meanwhile_is_nobodys_any_more() -> None:
    async def story() -> None:
        waiting = Waiting()
        await asyncio.sleep(0)
        waiting.desk.receive(waiting.desk.request("BYE", to_tag=waiting.tag))
        waiting.book.drop(waiting.call)
        waiting.media.delete("old-audio")
        waiting.media.answers.set_result(ANSWER)
        assert statuses(await waiting.goes_on()) == [481]
        assert waiting.media.legs == set()

    asyncio.run(story())


def test_without_audio_the_old_leg_stays() -> None:
    async def story() -> None:
        waiting = Waiting()
        await asyncio.sleep(0)
        waiting.media.answers.set_exception(MediaUnavailable("no port is free"))
        assert statuses(await waiting.goes_on()) == [503]
        assert waiting.call.caller is waiting.old
        assert waiting.media.legs == {"old-audio"}

    asyncio.run(story())
