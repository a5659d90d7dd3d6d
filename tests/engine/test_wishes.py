"""Wishes: obeyed, or refused by name before anything changes."""

from __future__ import annotations

import pytest

from huntline.engine import events as told
from huntline.engine.refusals import AgentNotInQueue, OptOutNotAllowed, UnknownAgent, UnknownQueue
from huntline.errors import Refused

from .desk import Desk, queue, rung


@pytest.mark.parametrize(
    ("wish", "refusal", "error_id"),
    [
        (told.OptOutRequested("zoe", "desk"), UnknownAgent, "unknown-agent"),
        (told.OptInRequested("anna", "none"), UnknownQueue, "unknown-queue"),
        (told.OptInRequested("anna", "other"), AgentNotInQueue, "agent-not-in-queue"),
        (told.OptOutRequested("nina", "other"), OptOutNotAllowed, "opt-out-not-allowed"),
        (told.PauseRequested("zoe", "lunch"), UnknownAgent, "unknown-agent"),
        (told.ResumeRequested("zoe"), UnknownAgent, "unknown-agent"),
    ],
)
def test_a_wish_the_rules_do_not_allow_is_refused_and_nothing_changes(
    wish: told.Event, refusal: type[Refused], error_id: str
) -> None:
    desk = Desk(queue(), queue("other", agents="nina", allow_opt_out=False))
    desk.call("c1")
    desk.passes(29)
    before = desk.engine.snapshot(desk.now)
    with pytest.raises(refusal) as caught:
        desk.engine.handle(wish, desk.now)
    assert caught.value.error_id == error_id
    assert desk.engine.snapshot(desk.now) == before


def test_a_refused_wish_swallows_no_command_of_a_deadline_that_has_passed() -> None:
    desk = Desk(queue(agents="anna"))
    desk.call("c1")
    deadline = desk.engine.next_deadline()
    assert deadline is not None
    with pytest.raises(UnknownAgent):
        desk.engine.handle(told.PauseRequested("zoe", ""), deadline)
    assert rung(desk.engine.tick(deadline)) == ["anna"]


def test_wishes_told_twice_are_obeyed_once() -> None:
    desk = Desk(queue(agents="anna"))
    desk.tell(told.OptOutRequested("anna", "desk"))
    assert desk.tell(told.OptOutRequested("anna", "desk")) == []
    desk.tell(told.OptInRequested("anna", "desk"))
    assert desk.tell(told.OptInRequested("anna", "desk")) == []
    desk.tell(told.PauseRequested("anna", "lunch"))
    assert desk.tell(told.PauseRequested("anna", "lunch")) == []
    desk.tell(told.ResumeRequested("anna"))
    assert desk.tell(told.ResumeRequested("anna")) == []
