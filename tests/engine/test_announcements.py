"""What waiting callers are told, and when."""

from __future__ import annotations

from typing import Any

import pytest

from huntline.engine import announcements
from huntline.engine import events as told
from huntline.engine.commands import (
    BridgeCall,
    Command,
    CutAnnouncement,
    EndCall,
    ForwardCall,
    PlayMessage,
    PlayMusic,
    RingAgent,
    TellPlace,
)
from huntline.engine.model import CallQueue, Outcome
from huntline.engine.waits import LAST_POSITION, WaitBand

from .desk import Desk, asked, queue, seconds, to_queue, to_target

Said = tuple[float, Any]


def said(desk: Desk, call_id: str, count: float, lasts: float = 3) -> list[Said]:
    """What a caller is told in so many seconds, and after how many, where each thing lasts so long."""
    start, heard = desk.now, list[Said]()
    end = start + seconds(count)
    while (deadline := desk.engine.next_deadline()) is not None and deadline <= end:
        new = announcements_in(desk.passes((deadline - desk.now).total_seconds()))
        for one in new:
            if one.call_id == call_id:
                heard.append(((desk.now - start).total_seconds(), what(one)))
        if new:
            desk.passes(lasts)
            for one in new:
                desk.tell(told.AnnouncementFinished(one.call_id))
    desk.passes((end - desk.now).total_seconds())
    return heard


def announcements_in(commands: list[Command]) -> list[PlayMessage | TellPlace]:
    return [one for one in commands if isinstance(one, PlayMessage | TellPlace)]


def what(one: PlayMessage | TellPlace) -> Any:
    return one.number if isinstance(one, PlayMessage) else (one.position, one.wait)


def with_messages(*lengths: float, every: float = 30, **settings: Any) -> CallQueue:
    return queue(messages=tuple(map(seconds, lengths)), message_interval=seconds(every), **settings)


def alone(*queues: CallQueue) -> Desk:
    """A desk without agents, at which callers wait."""
    return Desk(*queues, away="anna ben cleo")


def served(desk: Desk, minutes_each: float, count: int) -> None:
    """So many callers have been talked to, each as long; then all agents are busy with others."""
    for number in range(count):
        desk.call(f"old{number}")
        desk.talks("anna")
        desk.passes(60 * minutes_each)
        desk.ends("anna")


# -- messages


def test_messages_are_told_one_after_the_other_and_from_the_first_again() -> None:
    desk = alone(with_messages(3, 3, every=30))
    desk.call("c1")
    assert said(desk, "c1", 130) == [(30, 0), (60, 1), (90, 0), (120, 1)]


def test_a_message_longer_than_the_interval_is_followed_by_music_all_the_same() -> None:
    desk = alone(with_messages(20, every=15))
    desk.call("c1")
    assert said(desk, "c1", 60, lasts=20) == [(15, 0), (37, 0), (59, 0)]


@pytest.mark.parametrize("line", [queue(), with_messages(3, every=0), with_messages(every=30)])
def test_a_queue_that_says_nothing_sets_no_deadline(line: CallQueue) -> None:
    desk = Desk(line, away="anna ben cleo")
    desk.call("c1")
    assert desk.engine.next_deadline() == desk.now + line.max_wait
    assert said(desk, "c1", 1000) == []


def test_each_caller_has_a_time_of_their_own() -> None:
    desk = alone(with_messages(3, every=30))
    desk.call("c1")
    desk.passes(20)
    desk.call("c2")
    assert [one.call_id for one in announcements_in(desk.passes(10))] == ["c1"]
    assert [one.call_id for one in announcements_in(desk.passes(20))] == ["c2"]


def test_an_end_that_is_not_told_is_taken_for_granted_in_time() -> None:
    desk = alone(with_messages(8, every=15))
    desk.call("c1")
    assert len(announcements_in(desk.passes(15))) == 1
    assert announcements_in(desk.passes(8 + 15 + 1.9)) == []
    assert len(announcements_in(desk.passes(0.2))) == 1


def test_the_greeting_is_not_spoken_over() -> None:
    desk = alone(with_messages(3, every=15, has_greeting=True, announce_position=True))
    desk.call("c1")
    assert announcements_in(desk.passes(600)) == []
    desk.greeted("c1")
    assert said(desk, "c1", 16) == [(2, (1, None)), (15, 0)]


# -- position


def test_the_position_is_told_at_first_and_then_in_its_interval() -> None:
    desk = alone(queue(announce_position=True, announce_interval=seconds(60)))
    desk.call("c1")
    desk.call("c2")
    assert said(desk, "c2", 125) == [(2, (2, None)), (62, (2, None)), (122, (2, None))]


def test_who_moves_up_is_told_at_once_and_the_interval_begins_anew() -> None:
    desk = alone(queue(announce_position=True))
    for name in ("c1", "c2", "c3"):
        desk.call(name)
    said(desk, "c3", 20)
    assert announcements_in(desk.hangs_up("c2")) == [TellPlace("c3", "desk", 2, None)]
    desk.tell(told.AnnouncementFinished("c3"))
    assert said(desk, "c3", 60) == [(60, (2, None))]


def test_in_a_line_that_moves_fast_nothing_is_told_over_something_else() -> None:
    desk = alone(queue(announce_position=True))
    for number in range(1, 6):
        desk.call(f"c{number}")
    assert len(announcements_in(desk.passes(2))) == 5
    for number in range(1, 4):
        assert announcements_in(desk.hangs_up(f"c{number}")) == []
    desk.tell(told.AnnouncementFinished("c5"))
    assert said(desk, "c5", 10) == [(announcements.PAUSE.total_seconds(), (2, None))]


def test_a_worse_position_is_never_told() -> None:
    desk = Desk(queue(agents="anna", announce_position=True))
    desk.call("c1")
    desk.call("c2")
    desk.answers("anna")
    assert said(desk, "c2", 2) == [(2, (1, None))]
    desk.bridge_fails("anna")  # the first caller is back at the head
    desk.online("anna", is_reachable=False)
    status = desk.status("c2")
    assert status is not None
    assert status.position == 2
    assert said(desk, "c2", 300) == []
    assert announcements_in(desk.hangs_up("c1")) == []  # as good as was told before, and no better
    assert said(desk, "c2", 60)[0][1] == (1, None)


def test_far_back_no_step_is_told() -> None:
    desk = alone(queue(announce_position=True))
    for number in range(25):
        desk.call(f"c{number}")
    last = LAST_POSITION + 1
    assert said(desk, "c24", 10) == [(2, (last, None))]
    assert announcements_in(desk.hangs_up("c0")) == [
        TellPlace(f"c{position}", "desk", position, None) for position in range(1, last)
    ]


def test_what_falls_due_while_something_is_said_waits_its_turn() -> None:
    desk = alone(with_messages(10, every=15, announce_position=True, announce_interval=seconds(15)))
    desk.call("c1")
    desk.call("c2")
    # The message is due at 15 and the position at 17, 37 and so on: 2 s of music lie between.
    assert said(desk, "c2", 50, lasts=10) == [
        (2, (2, None)),
        (15, 0),
        (27, (2, None)),
        (39, 0),
    ]


# -- wait


def test_the_wait_is_told_in_a_band_once_enough_is_known() -> None:
    desk = Desk(queue(agents="anna", announce_wait=True))
    served(desk, 4, 2)
    desk.call("busy")
    desk.talks("anna")
    desk.call("c1")
    assert said(desk, "c1", 200) == []
    desk.passes(40)
    desk.ends("anna")
    desk.talks("anna")  # with c1
    desk.call("c2")
    desk.call("c3")
    assert said(desk, "c3", 3) == [(2, (None, WaitBand(6, 10)))]


def test_free_agents_shorten_the_wait_to_nothing() -> None:
    desk = Desk(queue(agents="anna ben", announce_wait=True))
    served(desk, 4, 3)
    desk.call("c1")
    desk.call("c2")
    desk.call("c3")
    assert said(desk, "c2", 3) == [(2, (None, WaitBand(0, 1)))]


def test_agents_of_two_queues_with_callers_count_as_half_of_one() -> None:
    desk = Desk(queue(agents="anna", announce_wait=True), queue("sales", agents="anna"))
    served(desk, 4, 3)
    desk.call("busy")
    desk.talks("anna")
    desk.call("other", "sales")
    desk.call("c1")
    assert said(desk, "c1", 3) == [(2, (None, WaitBand(6, 10)))]  # 4 minutes by half an agent


def test_a_longer_wait_than_was_told_is_never_told() -> None:
    desk = Desk(queue(agents="anna ben", announce_wait=True, announce_position=True))
    served(desk, 4, 3)
    for name in ("anna", "ben"):
        desk.call(f"with {name}")
        desk.talks(name)
    desk.call("c1")
    assert said(desk, "c1", 3) == [(2, (1, WaitBand(2, 4)))]
    desk.online("ben", is_reachable=False)  # one agent is left
    assert said(desk, "c1", 60) == [(59, (1, None))]
    desk.online("ben")
    assert said(desk, "c1", 60) == [(59, (1, WaitBand(2, 4)))]


# -- what ends it


def test_the_answer_of_an_agent_cuts_it() -> None:
    desk = Desk(queue(agents="anna", announce_position=True))
    desk.call("c1")
    desk.passes(2)
    commands = asked(desk.answers("anna"))
    assert [type(one) for one in commands] == [BridgeCall, CutAnnouncement]
    desk.bridged("anna")
    assert announcements_in(desk.passes(600)) == []
    assert asked(desk.tell(told.AnnouncementFinished("c1"))) == []


def test_an_exit_cuts_it_and_another_queue_begins_anew() -> None:
    rules: dict[str, Any] = {"music": "calm", "announce_position": True}
    desk = alone(
        with_messages(9, every=15, max_wait=seconds(16), timeout=to_queue("sales"), **rules),
        with_messages(9, every=15, name="sales", **rules),
    )
    desk.call("first", "sales")
    desk.call("c1")
    said(desk, "c1", 10)
    assert PlayMessage("c1", "desk", 0) in desk.passes(5)
    assert CutAnnouncement("c1") in desk.passes(1)
    assert said(desk, "c1", 16) == [(2, (2, None)), (15, 0)]


def test_what_is_being_said_stops_with_the_wait() -> None:
    desk = alone(
        with_messages(30, every=15, max_wait=seconds(20), timeout=to_target("tel:+1"), announce_wait=True)
    )
    desk.call("c1")
    desk.passes(15)
    assert asked(desk.passes(5)) == [CutAnnouncement("c1"), ForwardCall("c1", "tel:+1")]
    assert announcements_in(desk.passes(100)) == []


def test_a_caller_who_hangs_up_is_told_nothing_more() -> None:
    desk = alone(with_messages(30, every=15))
    desk.call("c1")
    desk.passes(15)
    assert asked(desk.hangs_up("c1")) == [CutAnnouncement("c1"), EndCall("c1", Outcome.ABANDONED)]
    assert desk.engine.next_deadline() is None


def test_who_is_back_in_line_is_told_again() -> None:
    desk = Desk(with_messages(3, every=30, agents="anna", announce_position=True))
    desk.call("c1")
    said(desk, "c1", 20)
    desk.answers("anna")
    assert PlayMusic("c1", "desk") in asked(desk.bridge_fails("anna"))
    assert said(desk, "c1", 46) == [(10, 0), (40, 0), (45, (1, None))]


# -- settings


def test_callers_who_wait_already_are_told_what_is_switched_on() -> None:
    desk = alone(queue())
    desk.call("c1")
    desk.passes(100)
    desk.settings(with_messages(3, every=30, announce_position=True))
    assert said(desk, "c1", 31) == [(2, (1, None)), (30, 0)]


def test_what_is_switched_off_is_told_no_more() -> None:
    desk = alone(with_messages(3, every=30, announce_position=True))
    desk.call("c1")
    said(desk, "c1", 35)
    desk.settings(queue())
    assert said(desk, "c1", 600) == []
    assert desk.engine.next_deadline() is not None  # the maximum wait


def test_what_is_being_said_is_said_to_its_end() -> None:
    desk = alone(with_messages(30, every=15))
    desk.call("c1")
    desk.passes(15)
    assert asked(desk.settings(queue())) == []
    assert asked(desk.tell(told.AnnouncementFinished("c1"))) == []


def test_another_interval_counts_from_its_change() -> None:
    desk = alone(with_messages(3, every=600))
    desk.call("c1")
    desk.passes(100)
    desk.settings(with_messages(3, every=15))
    assert said(desk, "c1", 31) == [(15, 0), (30, 0)]


def test_fewer_messages_begin_with_the_first_again() -> None:
    desk = alone(with_messages(3, 3, 3, every=30))
    desk.call("c1")
    assert [number for _, number in said(desk, "c1", 65)] == [0, 1]
    desk.settings(with_messages(3, 3, every=30))
    assert [number for _, number in said(desk, "c1", 60)] == [0, 1]


def test_a_removed_queue_tells_nothing_more() -> None:
    desk = alone(with_messages(30, every=15), queue("sales"))
    desk.call("c1")
    desk.passes(15)
    commands = asked(desk.settings(queue("sales")))
    assert commands == [CutAnnouncement("c1"), EndCall("c1", Outcome.TIMED_OUT)]


def test_rings_go_on_whatever_is_told() -> None:
    desk = Desk(with_messages(3, every=15, agents="anna"))
    assert any(isinstance(one, RingAgent) for one in desk.call("c1"))
    assert [at for at, _ in said(desk, "c1", 60)] == [15, 30, 45, 60]
