"""Late, doubled and senseless events are answered calmly."""

from __future__ import annotations

import pytest

from huntline.engine import events as told
from huntline.engine.commands import RecordCall, RefuseCall
from huntline.engine.model import Outcome, Presence
from huntline.engine.reasons import OnlyText

from .desk import Desk, asked, queue

STRANGE = [
    told.GreetingFinished("c9"),
    told.CallerHungUp("c9"),
    told.CallFailed("c9", OnlyText("gone")),
    told.AgentDeclined("c9.1", OnlyText("busy")),
    told.RingFailed("c9.1", OnlyText("gone")),
    told.CallBridged("c9", "c9.1"),
    told.BridgeFailed("c9", "c9.1", OnlyText("gone")),
    told.AgentHungUp("c9.1"),
    told.ForwardAnswered("c9"),
    told.ForwardFailed("c9", OnlyText("gone")),
    told.ForwardEnded("c9"),
    told.AgentReachabilityChanged("stranger", False),
    told.PresenceChanged("stranger", Presence.AVAILABLE),
    told.OtherCallsChanged("stranger", -1),
]


@pytest.mark.parametrize("event", STRANGE, ids=lambda event: type(event).__name__)
def test_events_about_what_nobody_knows_are_ignored(event: told.Event) -> None:
    desk = Desk(queue())
    desk.call("c1")
    before = desk.engine.snapshot(desk.now)
    assert desk.tell(event) == []
    assert desk.engine.snapshot(desk.now) == before


DOUBLED = [
    told.CallArrived("c1", "contoso", "desk", "+1"),
    told.GreetingFinished("c1"),
    told.AgentAnswered("c1.1"),
    told.CallBridged("c1", "c1.1"),
    told.AgentDeclined("c1.1", OnlyText("busy")),
    told.RingFailed("c1.1", OnlyText("gone")),
    told.BridgeFailed("c1", "c1.1", OnlyText("gone")),
    told.ForwardAnswered("c1"),
    told.ForwardEnded("c1"),
]


@pytest.mark.parametrize("event", DOUBLED, ids=lambda event: type(event).__name__)
def test_events_that_come_again_during_a_conversation_are_ignored(event: told.Event) -> None:
    desk = Desk(queue(agents="anna", has_greeting=True))
    desk.call("c1")
    desk.greeted("c1")
    desk.talks("anna")
    assert desk.tell(event) == []
    assert desk.state("c1") == "talking"


def test_a_hang_up_told_twice_ends_the_call_once() -> None:
    desk = Desk(queue(agents="anna"))
    desk.call("c1")
    desk.talks("anna")
    desk.hangs_up("c1")
    assert desk.hangs_up("c1") == []
    assert desk.ends("anna") == []
    assert len([one for one in desk.log if isinstance(one, RecordCall)]) == 1


def test_a_call_for_a_queue_that_is_not_there_is_refused_and_recorded() -> None:
    desk = Desk(queue())
    assert asked(desk.call("c1", "none")) == [RefuseCall("c1", Outcome.REFUSED)]
    assert desk.end_of("c1").outcome is Outcome.REFUSED


def test_an_agent_who_hangs_up_on_a_ring_not_answered_changes_nothing() -> None:
    desk = Desk(queue(agents="anna"))
    desk.call("c1")
    assert desk.ends("anna") == []
    assert desk.ringing("c1") == ["anna"]


def test_a_tick_without_anything_due_does_nothing() -> None:
    desk = Desk(queue())
    desk.call("c1")
    assert desk.engine.tick(desk.now) == []
