"""Keys of a conversation: told once to the other side, as what it can take (edge)."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from tests.fakes.owners import FakeOwner, queue_owner
from tests.fakes.peers import until

from huntline.calls import keys as keys_module
from huntline.calls.caller_identity import CallerId
from huntline.calls.keys import Keys
from huntline.calls.model import Call, KeyWay, Leg, Party, PendingTransfer, Ring
from huntline.engine.reasons import Destination, DestinationKind
from huntline.media.interface import Media
from huntline.sip.user_agent import UserAgent


class FakeUserAgent:
    """Keeps the keys that it is told to send."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send_key(self, leg_id: str, key: str) -> None:
        self.sent.append((leg_id, key))


class FakeMedia:
    """Keeps the keys that it is told to press."""

    def __init__(self, *takers: str) -> None:
        self.takers, self.pressed = takers, list[tuple[str, str]]()

    def takes_keys(self, leg_id: str) -> bool:
        return leg_id in self.takers

    def press(self, leg_id: str, key: str) -> None:
        self.pressed.append((leg_id, key))


class Talk:
    """A caller and an agent; ``takers`` are those of their media legs that have telephone-events."""

    def __init__(self, *takers: str) -> None:
        self.agent, self.media = FakeUserAgent(), FakeMedia(*takers)
        self.keys = Keys(cast(UserAgent, self.agent), cast(Media, self.media))
        self.caller = Leg("caller", "caller-audio", Party.CALLER, "c1", "+1425")
        self.callee = Leg("callee", "callee-audio", Party.AGENT, "c1", "amal")
        self.call = Call("c1", "contoso", self.caller, CallerId("+1425"), "desk", "music", FakeOwner())
        ring = Ring("c1.1", "c1", queue_owner(), "amal", legs={"callee": self.callee}, answered=self.callee)
        self.call.rings["c1.1"] = self.call.connected_ring = ring

    def told(self, leg: Leg, *keys: str) -> None:
        for key in keys:
            self.keys.came_by_info(self.call, leg, key)

    def heard(self, leg: Leg, key: str) -> None:
        self.keys.came_by_audio(self.call, leg, key)


@pytest.mark.parametrize("takers", [("callee-audio",), ()])
def test_a_key_by_info_reaches_the_other_side_as_what_it_can_take(takers: tuple[str, ...]) -> None:
    talk = Talk(*takers)
    talk.told(talk.caller, "5", "#")
    pressed = [("callee-audio", "5"), ("callee-audio", "#")] if takers else []
    assert talk.media.pressed == pressed
    assert talk.agent.sent == ([] if takers else [("callee", "5"), ("callee", "#")])


def test_a_telephone_event_reaches_who_takes_none_by_info() -> None:
    talk = Talk("caller-audio")
    talk.heard(talk.caller, "5")
    assert talk.agent.sent == [("callee", "5")]
    assert talk.media.pressed == []
    # Media has relayed it already to who takes it.
    talk = Talk("caller-audio", "callee-audio")
    talk.heard(talk.callee, "5")
    assert (talk.agent.sent, talk.media.pressed) == ([], [])


@pytest.mark.parametrize("is_info_first", [True, False])
def test_a_phone_that_sends_both_ways_is_heard_once(
    is_info_first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_module, "_DOUBT_S", 0.01)

    async def story() -> None:
        talk = Talk("caller-audio", "callee-audio")
        for key in "12":
            if is_info_first:
                talk.told(talk.caller, key)
            talk.heard(talk.caller, key)
            if not is_info_first:
                talk.told(talk.caller, key)
        await asyncio.sleep(0.02)
        assert (talk.media.pressed, talk.agent.sent) == ([], [])

    asyncio.run(story())


def test_a_phone_that_could_send_events_and_uses_info_is_heard_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keys_module, "_DOUBT_S", 0.01)

    async def story() -> None:
        talk = Talk("caller-audio", "callee-audio")
        talk.told(talk.caller, "1", "2")
        assert talk.media.pressed == []
        await asyncio.sleep(0.02)
        talk.told(talk.caller, "3")
        assert talk.media.pressed == [("callee-audio", key) for key in "123"]

    asyncio.run(story())


def _waiting(*takers: str) -> tuple[Talk, FakeOwner]:
    talk, owner = Talk(*takers), FakeOwner()
    talk.call.connected_ring, talk.call.owner = None, owner
    return talk, owner


def _keys(owner: FakeOwner) -> str:
    return "".join(key for heard, key in owner.heard if heard == "key_pressed")


def test_keys_of_who_talks_to_nobody_are_for_the_owner_of_the_call() -> None:
    talk, owner = _waiting()
    talk.told(talk.caller, "5")
    talk.heard(talk.callee, "6")  # nobody's, any more
    assert _keys(owner) == "5"
    talk, owner = _waiting("caller-audio", "callee-audio")
    for key in "12##":
        talk.heard(talk.caller, key)
    assert _keys(owner) == "12##"
    assert (talk.media.pressed, talk.agent.sent) == ([], [])


def test_keys_in_a_conversation_are_not_for_the_owner_and_in_a_transfer_for_nobody() -> None:
    talk = Talk("caller-audio")
    owner = FakeOwner()
    talk.call.owner = owner
    talk.heard(talk.caller, "5")
    successor = Call("c2", "contoso", talk.caller, CallerId("+1425"), "desk", "music", FakeOwner())
    to = Destination(DestinationKind.PERSON, "sip:bao@contoso.com")
    talk.call.transfer = PendingTransfer(talk.callee, successor, to)
    talk.call.connected_ring = None
    talk.heard(talk.caller, "6")
    assert _keys(owner) == ""
    assert talk.agent.sent == [("callee", "5")]


@pytest.mark.parametrize("is_quick", [True, False])
def test_an_owner_hears_once_of_a_key_that_comes_both_ways(
    is_quick: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_module, "_DOUBT_S", 0.01)

    async def story() -> None:
        talk, owner = _waiting("caller-audio")
        talk.told(talk.caller, "5")
        if not is_quick:  # held down for longer than we wait for its end
            await until(lambda: _keys(owner) == "5")
        talk.heard(talk.caller, "5")
        assert _keys(owner) == "5"
        for _ in range(2):
            talk.told(talk.caller, "5")
            talk.heard(talk.caller, "5")
        assert _keys(owner) == "555"

    asyncio.run(story())


def test_another_key_in_the_audio_than_the_one_by_info_is_another_press() -> None:
    async def story() -> None:
        talk, owner = _waiting("caller-audio")
        talk.caller.key_way = KeyWay.INFO
        talk.told(talk.caller, "5")
        talk.heard(talk.caller, "6")
        assert _keys(owner) == "56"

    asyncio.run(story())


def test_a_press_by_info_is_told_within_300_ms() -> None:
    async def story() -> None:
        talk, owner = _waiting("caller-audio")
        talk.told(talk.caller, "5")
        async with asyncio.timeout(0.3):
            await until(lambda: _keys(owner) == "5")

    asyncio.run(story())


def test_a_key_that_was_in_doubt_when_the_call_ended_is_nobodys() -> None:
    async def story(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(keys_module, "_DOUBT_S", 0.01)
        ended, owner = _waiting("caller-audio")
        ended.told(ended.caller, "5")
        ended.call.release()
        goes_on, other = _waiting("caller-audio")
        goes_on.told(goes_on.caller, "6")
        await until(lambda: _keys(other) == "6")
        assert _keys(owner) == ""

    with pytest.MonkeyPatch.context() as patch:
        asyncio.run(story(patch))
