"""A caller is handed on: by the agent or the target of a forward, into a queue, or by another caller."""

from __future__ import annotations

from huntline.engine import events as told
from huntline.engine.commands import (
    AnswerCall,
    EndCall,
    PlayGreeting,
    PlayMusic,
    RecordCall,
    RingAgent,
    StopRinging,
)
from huntline.engine.model import AgentState, Exit, ExitAction, Outcome, Presence, Transfer
from huntline.engine.reasons import (
    AfterExit,
    BackInLine,
    Cause,
    FailedTransfer,
    FromQueue,
    HandedTo,
    OnlyText,
    RingOutcome,
    StopReason,
    TransferredTo,
    WaitedMaximum,
)

from .desk import NOON, SERIAL, Desk, asked, person, queue, rung, seconds, to_queue, to_target

BY_ANNA = Transfer("anna", FromQueue("Desk"), "c1")


def talking(desk: Desk, call_id: str = "c1", agent: str = "anna") -> str:
    """The agent talks; the ring that became the conversation."""
    desk.call(call_id)
    desk.talks(agent)
    return desk.ring_of(agent)


def arrives_from_anna(desk: Desk, call_id: str, queue_id: str) -> list[object]:
    return list(asked(desk.tell(told.CallArrived(call_id, "contoso", queue_id, "+1", BY_ANNA))))


def test_a_call_handed_on_is_over_as_answered_and_the_agent_is_released() -> None:
    desk = Desk(queue(agents="anna", wrap_up=seconds(20)))
    talking(desk)
    desk.passes(60)
    assert asked(desk.tell(told.CallTransferred("c1", person("Bao")))) == [EndCall("c1", Outcome.ANSWERED)]
    record = desk.end_of("c1")
    assert (record.outcome, record.agent_id) == (Outcome.ANSWERED, "anna")
    assert record.reason == TransferredTo(person("Bao"))
    (ring,) = desk.rings_of("anna")
    assert (ring.outcome, ring.reason) == (RingOutcome.ANSWERED, TransferredTo(person("Bao")))
    assert desk.reasons("c1", "transferred") == [("anna", HandedTo(person("Bao")))]
    assert desk.agent("anna").state is AgentState.WRAP_UP


def test_an_agent_who_leaves_while_another_is_rung_is_free_at_once() -> None:
    desk = Desk(queue(agents="anna"))
    ring_id = talking(desk)
    assert asked(desk.tell(told.TransferorLeft(ring_id, person("Bao")))) == []
    assert (desk.state("c1"), desk.agent("anna").state) == ("transferring", AgentState.READY)
    assert desk.queue().talking == 0
    assert rung(desk.call("c2")) == ["anna"]
    desk.tell(told.CallTransferred("c1", person("Bao")))
    assert (desk.end_of("c1").outcome, desk.end_of("c1").agent_id) == (Outcome.ANSWERED, "anna")


def test_whom_nobody_takes_comes_back_to_the_head_of_the_line() -> None:
    desk = Desk(queue(agents="anna ben", distribution=SERIAL))
    ring_id = talking(desk)
    desk.passes(10)
    desk.call("c2")
    desk.call("c3")
    assert desk.ringing("c2") == ["ben"]
    desk.presence("anna", Presence.DO_NOT_DISTURB)
    desk.tell(told.TransferorLeft(ring_id, person("Bao")))
    assert asked(desk.tell(told.TransferFailed("c1", OnlyText("declined")))) == [
        StopRinging("c2.1", StopReason.EARLIER_CALL),
        PlayMusic("c1", "desk"),
        RingAgent("c1.2", "c1", "desk", "ben"),
    ]
    positions = [status.position for one in ("c1", "c2", "c3") if (status := desk.status(one))]
    assert positions == [1, 2, 3]
    assert (None, BackInLine(FailedTransfer(OnlyText("declined")))) in desk.reasons("c1", "waits")


def test_the_time_of_a_conversation_is_no_waiting() -> None:
    desk = Desk(queue(agents="anna", max_wait=seconds(45)))
    desk.call("c1")
    desk.passes(15)
    desk.talks("anna")
    desk.passes(600)
    desk.tell(told.TransferorLeft(desk.ring_of("anna"), person("Bao")))
    desk.presence("anna", Presence.DO_NOT_DISTURB)
    desk.tell(told.TransferFailed("c1", OnlyText("no answer")))
    desk.passes(29)
    assert desk.state("c1") == "waiting"
    desk.passes(1)
    assert desk.end_of("c1").reason == WaitedMaximum(45)


def test_another_maximum_wait_counts_without_the_conversation_too() -> None:
    desk = Desk(queue(agents="anna", max_wait=seconds(45)))
    talking(desk)
    desk.passes(600)
    desk.tell(told.TransferorLeft(desk.ring_of("anna"), person("Bao")))
    desk.presence("anna", Presence.DO_NOT_DISTURB)
    desk.tell(told.TransferFailed("c1", OnlyText("no answer")))
    desk.settings(queue(agents="anna", max_wait=seconds(30)))
    assert desk.state("c1") == "waiting"
    desk.passes(30)
    assert desk.end_of("c1").reason == WaitedMaximum(30)


def test_a_call_that_was_answered_once_stays_answered() -> None:
    for leaves in ("caller", "timeout", "second agent"):
        desk = Desk(queue(agents="anna ben", distribution=SERIAL))
        talking(desk)
        desk.passes(5)
        desk.presence("anna", Presence.DO_NOT_DISTURB)
        desk.tell(told.TransferorLeft(desk.ring_of("anna"), person("Bao")))
        desk.tell(told.TransferFailed("c1", OnlyText("no answer")))
        if leaves == "caller":
            desk.hangs_up("c1")
        elif leaves == "timeout":
            desk.passes(1205)
        else:
            desk.talks("ben")
            desk.ends("ben")
        record = desk.end_of("c1")
        assert (record.outcome, record.answered_at) == (Outcome.ANSWERED, NOON)
        assert record.agent_id == ("ben" if leaves == "second agent" else "anna")


def test_a_transfer_that_is_never_heard_of_again_brings_the_caller_back() -> None:
    desk = Desk(queue(agents="anna"))
    desk.tell(told.TransferorLeft(talking(desk), person("Bao")))
    assert PlayMusic("c1", "desk") in desk.passes(240)
    assert desk.ringing("c1") == ["anna"]


def test_a_caller_who_leaves_a_transfer_was_answered() -> None:
    desk = Desk(queue(agents="anna"))
    desk.tell(told.TransferorLeft(talking(desk), person("Bao")))
    assert asked(desk.hangs_up("c1")) == [EndCall("c1", Outcome.ANSWERED)]
    assert desk.tell(told.TransferFailed("c1", OnlyText("declined"))) == []


def test_whoever_comes_back_to_a_removed_queue_takes_its_exit() -> None:
    desk = Desk(queue(agents="anna"), queue("other", agents=""))
    desk.tell(told.TransferorLeft(talking(desk), person("Bao")))
    desk.settings(queue("other", agents="anna"))
    desk.tell(told.TransferFailed("c1", OnlyText("declined")))
    assert desk.end_of("c1").reason == Cause.QUEUE_REMOVED


def test_the_target_of_a_forward_hands_the_caller_on() -> None:
    desk = Desk(queue(agents="", no_agents=to_target("sip:bao@contoso.com")))
    desk.call("c1")
    desk.tell(told.ForwardAnswered("c1"))
    desk.tell(told.CallTransferred("c1", person("Cy")))
    record = desk.end_of("c1")
    assert record.outcome is Outcome.NO_AGENTS
    assert record.reason == AfterExit(Cause.NOBODY_SERVES, TransferredTo(person("Cy")))


def test_whom_the_target_of_a_forward_leaves_to_nobody_is_at_the_end() -> None:
    desk = Desk(queue(agents="", no_agents=to_target("sip:bao@contoso.com")))
    desk.call("c1")
    desk.tell(told.ForwardAnswered("c1"))
    desk.tell(told.TransferFailed("c1", OnlyText("no answer")))
    assert desk.end_of("c1").reason == AfterExit(Cause.NOBODY_SERVES, FailedTransfer(OnlyText("no answer")))


def test_late_and_senseless_words_on_transfers_change_nothing() -> None:
    desk = Desk(queue(agents="anna"))
    for event in (
        told.CallTransferred("c9", person("Bao")),
        told.TransferorLeft("c9.1", person("Bao")),
        told.TransferFailed("c9", OnlyText("")),
        told.CallerChanged("c9", "+1", BY_ANNA),
    ):
        assert desk.tell(event) == []
    desk.call("c1")
    assert desk.tell(told.TransferorLeft(desk.ring_of("anna"), person("Bao"))) == []
    assert desk.tell(told.TransferFailed("c1", OnlyText(""))) == []
    assert desk.ringing("c1") == ["anna"]


# Into a queue


def test_a_transferred_caller_is_a_new_arrival_who_is_connected_already() -> None:
    desk = Desk(queue("sales", agents="cleo", has_greeting=True))
    assert arrives_from_anna(desk, "c2", "sales") == [PlayGreeting("c2", "sales")]
    desk.passes(3)
    desk.greeted("c2")
    status = desk.status("c2")
    assert status
    assert (status.arrived_at, status.waiting_since) == (NOON, NOON + seconds(3))
    assert desk.reasons("c2", "transferred") == [("anna", FromQueue("Desk"))]
    desk.hangs_up("c2")
    assert (desk.end_of("c2").transferred_from, desk.end_of("c2").outcome) == ("c1", Outcome.ABANDONED)


def test_a_transferred_caller_waits_behind_those_who_wait_already() -> None:
    desk = Desk(queue("sales", agents=""))
    desk.call("c2", "sales")
    desk.passes(1)
    arrives_from_anna(desk, "c3", "sales")
    status = desk.status("c3")
    assert status
    assert status.position == 2


def test_a_full_queue_hangs_up_on_who_cannot_be_refused_any_more() -> None:
    desk = Desk(queue("sales", agents="", max_waiting=0))
    assert arrives_from_anna(desk, "c2", "sales") == [EndCall("c2", Outcome.OVERFLOWED)]


def test_a_loop_of_forwards_ends_for_a_transferred_caller_as_for_others() -> None:
    desk = Desk(
        queue("sales", agents="", no_agents=to_queue("desk")),
        queue(agents="", no_agents=Exit(ExitAction.FORWARD, queue_id="sales")),
    )
    assert arrives_from_anna(desk, "c2", "sales") == [EndCall("c2", Outcome.NO_AGENTS)]
    assert desk.end_of("c2").reason == AfterExit(Cause.NOBODY_SERVES, Cause.WENT_IN_A_CIRCLE)


def test_a_transfer_into_a_queue_that_is_gone_is_recorded() -> None:
    desk = Desk(queue())
    ended, record = desk.tell(told.CallArrived("c2", "contoso", "gone", "+1", BY_ANNA))
    assert ended == EndCall("c2", Outcome.REFUSED)
    assert isinstance(record, RecordCall)
    assert (record.outcome, record.transferred_from) == (Outcome.REFUSED, "c1")


# Another caller in the same place


def test_who_takes_a_place_in_line_keeps_it_as_it_is() -> None:
    desk = Desk(queue(agents=""))
    desk.call("c2")
    desk.passes(5)
    assert asked(desk.tell(told.CallerChanged("c2", "+14255550111", BY_ANNA))) == []
    status = desk.status("c2")
    assert status
    assert (status.caller, status.position, status.waiting_since) == ("+14255550111", 1, NOON)
    desk.hangs_up("c2")
    assert (desk.end_of("c2").caller, desk.end_of("c2").transferred_from) == ("+14255550111", "c1")


def test_who_takes_the_place_of_a_caller_not_yet_answered_is_connected() -> None:
    desk = Desk(queue(agents="", no_agents=to_target("sip:bao@contoso.com")))
    assert AnswerCall("c2") not in desk.call("c2")
    desk.tell(told.CallerChanged("c2", "+14255550111", BY_ANNA))
    assert asked(desk.tell(told.ForwardFailed("c2", OnlyText("busy")))) == [EndCall("c2", Outcome.NO_AGENTS)]
