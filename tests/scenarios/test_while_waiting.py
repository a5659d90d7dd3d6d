"""What waiting callers are told: over softer music, when they have moved up, and cut by whoever answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from huntline.languages.waiting import call_sentence, position_sentence, waited_sentence

from . import sounds, tones
from .audio import Packet
from .leg import Leg
from .office import Office
from .stories import assert_heard_each_other, taken

pytestmark = pytest.mark.scenario

_SOFTER = 15  # dB
_WITHIN = 2.0  # dB: what speech adds at the music's own frequency, and G.711 takes away


def _music(packet: Packet) -> float:
    return tones.level_of(tones.MUSIC, packet.payload, packet.payload_type)


def _wait(caller: Leg, wanted: Callable[[Packet], bool], what: str, *, since: float) -> float:
    """Wait for five such packets, 100 ms; the moment of the first one."""
    found: list[float] = []
    seen = 0

    def are_there() -> bool:
        nonlocal seen
        new, seen = caller.sound.heard[seen:], len(caller.sound.heard)
        found.extend(packet.at for packet in new if packet.at > since and wanted(packet))
        return len(found) >= 5

    caller.phone.reactor.wait(are_there, 5, what)
    return found[0]


def test_callers_are_told_where_they_stand_over_softer_music(office: Office, tmp_path: Path) -> None:
    music = {"file": str(sounds.tone_file(tmp_path, tones.MUSIC, 10))}
    number = office.queue("amal", name="Sales", music=music, announce_position=True, announce_to_agent=True)
    office.open()
    office.server.wait_spoken(
        position_sentence(1, "en"),
        position_sentence(2, "en"),
        call_sentence("Sales", "en"),
        waited_sentence(timedelta(0), "en"),
    )
    amal = office.agent("amal")
    first, second = (office.caller(f"+1206555010{digit}").dial(number) for digit in "12")
    begun_at = second.sound.wait_for(tones.MUSIC)
    full = max(_music(packet) for packet in second.sound.heard)

    def is_soft(packet: Packet) -> bool:
        return packet.is_loud and abs(_music(packet) - (full - _SOFTER)) < _WITHIN

    def is_full(packet: Packet) -> bool:
        return packet.tone == tones.MUSIC and abs(_music(packet) - full) < _WITHIN

    # Each is told after two seconds of music, which goes on below.
    told_at = _wait(second, is_soft, "softer music", since=begun_at)
    assert 1.9 < told_at - begun_at < 2.5
    _wait(first, is_soft, "softer music", since=begun_at)
    # The first one is answered in the middle of it: that is cut, and the agent told of the call.
    ring = taken(amal)
    taken_at = ring.sound.wait_loud()
    _wait(first, is_full, "the music alone", since=told_at)
    assert first.sound.count(ring.sound.tone, since=told_at, until=taken_at + 1) == 0
    # The second one has moved up, and is told so once there was music for two seconds again.
    over_at = _wait(second, is_full, "the music as it was", since=told_at)
    assert_heard_each_other(first, ring)
    first.hang_up()
    ring.wait_ended()
    again_at = _wait(second, is_soft, "softer music again", since=over_at)
    assert 1.8 < again_at - over_at < 2.5
    ring = taken(amal)
    cut_at = _wait(second, is_full, "the music alone", since=again_at)
    assert cut_at - again_at < 1.2, "there was more of the sentence"
    # Who hangs up while the agent is being told ends that, too.
    ring.sound.wait_loud()
    second.hang_up()
    ring.wait_ended()
    assert [call["outcome"] for call in office.calls(2)] == ["answered", "abandoned"]
