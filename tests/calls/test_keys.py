"""Keys of a conversation: told once to the other side, as what it can take (edge)."""

from __future__ import annotations

import asyncio
from typing import cast

import pytest
from tests.fakes.owners import FakeOwner, queue_owner

from huntline.calls import keys as keys_module
from huntline.calls.caller_identity import CallerId
from huntline.calls.keys import Keys
from huntline.calls.model import Call, Leg, Party, Ring
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


def test_keys_of_who_talks_to_nobody_go_nowhere() -> None:
    talk = Talk("callee-audio")
    talk.call.connected_ring = None
    talk.told(talk.caller, "5")
    talk.heard(talk.caller, "5")
    assert (talk.media.pressed, talk.agent.sent) == ([], [])
