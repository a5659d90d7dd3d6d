"""Who is never rung, and why (rules sections 3.3 to 3.5, 3.8 and 3.12)."""

from __future__ import annotations

import pytest

from huntline.engine import events as told
from huntline.engine.commands import StopRinging
from huntline.engine.model import AgentState, Presence
from huntline.engine.reasons import Cause, Paused, PresenceIs, Reason, RingOutcome, StopReason, WrapUp

from .desk import LONGEST_IDLE, NOON, Desk, queue, rung, seconds, stopped

ANNA_AWAY = [
    (told.AgentReachabilityChanged("anna", False), Cause.NO_PHONE),
    (told.PresenceChanged("anna", Presence.OFFLINE), Cause.PRESENCE_OFFLINE),
    (told.PresenceChanged("anna", Presence.DO_NOT_DISTURB), Cause.DO_NOT_DISTURB),
    (told.OptOutRequested("anna", "desk"), Cause.OPTED_OUT),
    (told.PauseRequested("anna", "lunch"), Paused("lunch")),
]


@pytest.mark.parametrize(("event", "why"), ANNA_AWAY)
def test_who_is_away_is_not_rung_and_the_reason_is_known(event: told.Event, why: Reason) -> None:
    desk = Desk(queue(agents="anna ben"))
    desk.tell(event)
    assert rung(desk.call("c1")) == ["ben"]
    assert desk.engine.why_not_rung("anna", "desk") == why
    assert desk.reasons("c1", "not rung") == [("anna", why)]


@pytest.mark.parametrize(("event", "why"), ANNA_AWAY)
def test_who_goes_away_while_ringing_stops_ringing(event: told.Event, why: Reason) -> None:
    desk = Desk(queue(agents="anna ben"))
    desk.call("c1")
    assert desk.tell(event)[0] == StopRinging("c1.1", StopReason.NO_LONGER_ALLOWED)
    assert desk.ringing("c1") == ["ben"]
    assert [(ring.outcome, ring.reason) for ring in desk.rings_of("anna")] == [(RingOutcome.STOPPED, why)]


@pytest.mark.parametrize(("event", "why"), ANNA_AWAY)
def test_who_goes_away_while_talking_goes_on_talking(event: told.Event, why: Reason) -> None:
    desk = Desk(queue(agents="anna"))
    desk.call("c1")
    desk.talks("anna")
    assert desk.tell(event) == []
    assert desk.agent("anna").state is AgentState.TALKING
    desk.ends("anna")
    assert desk.engine.why_not_rung("anna", "desk") == why


@pytest.mark.parametrize("presence", [Presence.BUSY, Presence.AWAY])
def test_busy_and_away_are_rung_unless_presence_routes(presence: Presence) -> None:
    plain, by_presence, idle = (
        Desk(queue(agents="anna")),
        Desk(queue(agents="anna", presence_based_routing=True)),
        Desk(queue(agents="anna", distribution=LONGEST_IDLE)),
    )
    for desk in (plain, by_presence, idle):
        desk.presence("anna", presence)
    assert [rung(desk.call("c1")) for desk in (plain, by_presence, idle)] == [["anna"], [], []]
    assert by_presence.engine.why_not_rung("anna", "desk") == PresenceIs(presence)
    assert rung(by_presence.presence("anna", Presence.AVAILABLE)) == ["anna"]


def test_a_phone_that_tells_busy_because_it_rings_goes_on_ringing() -> None:
    desk = Desk(queue(agents="anna", presence_based_routing=True))
    desk.call("c1")
    assert desk.presence("anna", Presence.BUSY) == []
    assert desk.ringing("c1") == ["anna"]


def test_who_is_on_another_call_is_not_rung_unless_the_queue_rings_the_busy() -> None:
    strict, lenient = Desk(queue(agents="anna")), Desk(queue(agents="anna", ring_busy=True))
    for desk in (strict, lenient):
        desk.tell(told.OtherCallsChanged("anna", 1))
    assert (rung(strict.call("c1")), rung(lenient.call("c1"))) == ([], ["anna"])
    assert strict.engine.why_not_rung("anna", "desk") is Cause.ON_ANOTHER_CALL
    assert rung(strict.tell(told.OtherCallsChanged("anna", 0))) == ["anna"]


def test_who_talks_on_a_queue_call_is_never_rung_even_where_the_busy_are() -> None:
    desk = Desk(queue(agents="anna", ring_busy=True))
    desk.call("c1")
    desk.talks("anna")
    assert rung(desk.call("c2")) == []


def test_wrap_up_keeps_an_agent_free_of_calls_in_all_queues_until_it_ends() -> None:
    desk = Desk(queue(agents="anna", wrap_up=seconds(10)), queue("other", agents="anna"))
    desk.call("c1")
    desk.talks("anna")
    desk.ends("anna")
    assert rung(desk.call("c2", "other")) == []
    assert desk.engine.why_not_rung("anna", "other") == WrapUp(NOON + seconds(10))
    assert (desk.agent("anna").state, desk.agent("anna").until) == (
        AgentState.WRAP_UP,
        desk.now + seconds(10),
    )
    assert rung(desk.passes(9.9)) == []
    assert rung(desk.passes(0.2)) == ["anna"]


def test_resuming_ends_wrap_up() -> None:
    desk = Desk(queue(agents="anna", wrap_up=seconds(60)))
    desk.call("c1")
    desk.talks("anna")
    desk.ends("anna")
    desk.call("c2")
    assert rung(desk.tell(told.ResumeRequested("anna"))) == ["anna"]
    assert desk.engine.next_deadline() == desk.now + seconds(30)


def test_wrap_up_follows_only_a_conversation() -> None:
    desk = Desk(queue(agents="anna", wrap_up=seconds(60)))
    desk.call("c1")
    desk.answers("anna")
    desk.hangs_up("c1")
    assert desk.agent("anna").state is AgentState.READY


def test_a_pause_during_a_conversation_lasts_beyond_it() -> None:
    desk = Desk(queue(agents="anna"))
    desk.call("c1")
    desk.talks("anna")
    desk.tell(told.PauseRequested("anna", "lunch"))
    desk.ends("anna")
    assert (desk.agent("anna").state, desk.agent("anna").reason) == (AgentState.PAUSED, Paused("lunch"))
    assert rung(desk.call("c2")) == []
    assert rung(desk.tell(told.ResumeRequested("anna"))) == ["anna"]


def test_opting_in_during_a_ring_joins_it() -> None:
    desk = Desk(queue(agents="anna ben"), opted_out={"ben": {"desk"}})
    assert rung(desk.call("c1")) == ["anna"]
    assert rung(desk.tell(told.OptInRequested("ben", "desk"))) == ["ben"]


def test_opting_out_of_one_queue_leaves_the_others_alone() -> None:
    desk = Desk(queue(agents="anna"), queue("other", agents="anna"))
    desk.tell(told.OptOutRequested("anna", "desk"))
    assert rung(desk.call("c1")) == []
    assert rung(desk.call("c2", "other")) == ["anna"]
    assert desk.agent("anna").opted_out == ("desk",)


def test_a_phone_registered_before_its_user_became_an_agent_is_rung() -> None:
    desk = Desk(queue(agents="anna"))
    desk.online("ben")
    desk.call("c1")
    assert rung(desk.settings(queue(agents="anna ben"))) == ["ben"]


def test_nothing_is_kept_of_strangers_who_went_offline() -> None:
    desk = Desk(queue(agents="anna"))
    desk.online("stranger")
    desk.tell(told.OtherCallsChanged("stranger", 1))
    desk.tell(told.OtherCallsChanged("stranger", 0))
    desk.online("stranger", False)
    assert list(desk.engine._floor.agents) == ["anna"]


def test_two_rings_never_reach_one_agent_at_once() -> None:
    desk = Desk(queue(agents="anna"), queue("other", agents="anna"))
    desk.call("c1")
    assert rung(desk.call("c2", "other")) == []
    assert rung(desk.hangs_up("c1")) == ["anna"]


def test_a_ring_heals_itself_when_nothing_is_heard_of_it() -> None:
    desk = Desk(queue(agents="anna"))
    desk.call("c1")
    assert stopped(desk.passes(30)) == [("c1.1", StopReason.NO_ANSWER)]
