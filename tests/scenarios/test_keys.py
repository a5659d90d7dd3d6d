"""Keys pressed within a conversation, by INFO and as telephone-events."""

from __future__ import annotations

import struct

import pytest

from .leg import Leg
from .office import Office
from .stories import desk, hear_each_other, talk

pytestmark = pytest.mark.scenario

_EVENTS = 101
_WITHOUT_EVENTS = (
    "v=0\r\no=phone 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"
)


def pressed(leg: Leg) -> list[int]:
    """The telephone-events that a party has heard, each press once, by its time."""
    events = {p.timestamp: p.payload[0] for p in leg.sound.heard if p.payload_type == _EVENTS}
    return list(events.values())


def test_keys_by_info_reach_the_other_side_as_telephone_events(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    caller, agent = talk(office.caller(), number, amal)
    for key in "1#":
        assert caller.press(key) == 200
    assert caller.press("0", "application/dtmf") == 200
    office.reactor.wait(lambda: len(pressed(agent)) == 3, 3, "three keys heard")
    hear_each_other(caller, agent)
    assert pressed(agent) == [1, 11, 0]
    assert pressed(caller) == []
    assert caller.press("5", "application/vnd.keys") == 415
    assert caller.press("55") == 400
    assert agent.press("7") == 200
    office.reactor.wait(lambda: pressed(caller) == [7], 3, "the agent's key heard")
    caller.hang_up()


def test_who_takes_no_telephone_events_is_told_by_info(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    caller = office.caller().dial(number, offer=_WITHOUT_EVENTS)
    caller.wait_answered()
    agent = amal.wait_call()
    agent.answer()
    agent.wait_up()
    agent.sound.wait_packets(5)
    for sequence, is_end in enumerate((False, True, True)):
        header = struct.pack("!BBHII", 0x80, _EVENTS, sequence, 4711, 7)
        agent.sound.send_raw(header + bytes([5, 0x80 * is_end | 10, 0, 160]))
    assert "Signal=5" in caller.wait_request("INFO").body
    assert len(caller.requests("INFO")) == 1
    caller.hang_up()
