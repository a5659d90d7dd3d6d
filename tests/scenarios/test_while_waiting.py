"""What waiting callers are told: over softer music, when they have moved up, and cut by whoever answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from huntline.languages.waiting import position_sentence

from . import sounds, tones
from .audio import Packet
from .leg import Leg
from .office import Office
from .stories import taken

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
    number = office.queue("amal", music=music, announce_position=True)
    office.open()
    office.server.wait_spoken(position_sentence(1, "en"), position_sentence(2, "en"))
    amal = office.agent("amal")
    first, second = (office.caller(f"+1206555010{digit}").dial(number) for digit in "12")
    begun_at = second.sound.wait_for(tones.MUSIC)
    full = max(_music(packet) for packet in second.sound.heard)

    def is_soft(packet: Packet) -> bool:
        return packet.is_loud and abs(_music(packet) - (full - _SOFTER)) < _WITHIN

    def is_full(packet: Packet) -> bool:
        return packet.tone == tones.MUSIC and abs(_music(packet) - full) < _WITHIN

    def is_answered(packet: Packet) -> bool:
        return packet.tone == amal.tone

    # Each is told after two seconds of music, which goes on below.
    told_at = _wait(second, is_soft, "softer music", since=begun_at)
    assert 1.9 < told_at - begun_at < 2.5
    _wait(first, is_soft, "softer music", since=begun_at)
    # The first one is answered in the middle of it, and hears the agent at once.
    ring = taken(amal)
    answered_at = _wait(first, is_answered, "the agent", since=told_at)
    assert [p.tone for p in first.sound.heard if p.at >= answered_at] == 5 * [amal.tone]
    first.hang_up()
    # The second one has moved up, and is told so once there was music for two seconds again.
    over_at = _wait(second, is_full, "the music as it was", since=told_at)
    again_at = _wait(second, is_soft, "softer music again", since=over_at)
    assert 1.8 < again_at - over_at < 2.5
    taken(amal)
    answered_at = _wait(second, is_answered, "the agent", since=again_at)
    assert answered_at - again_at < 1.2, "there was more of the sentence"
    assert [p.tone for p in second.sound.heard if p.at >= answered_at] == 5 * [amal.tone]
    ring.wait_ended()
