"""The shell around the engine: one inbox, one timer, commands that never wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from tests.engine import desk

from huntline.clock import Clock
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.engine import Engine
from huntline.engine.model import AgentSettings, Outcome
from huntline.engine.reasons import Cause, Paused, Reason
from huntline.engine.refusals import UnknownAgent
from huntline.engine.state import CallState
from huntline.errors import Refused
from huntline.signalling.runner import Runner

RECORDS = (do.RecordCall, do.RecordDecision, do.RecordRing)


class House:
    """A runner with two agents, and a dispatch that notes what it is asked."""

    def __init__(self, alert_time: float = 30.0, wrap_up: float = 0.0) -> None:
        self.asked: list[do.Command] = []
        self._was_asked = asyncio.Event()
        self._has_asked = asyncio.Event()
        self.on_command: Callable[[do.Command], None] = lambda command: None
        self.on_step: Callable[[], None] = lambda: None
        self.told: list[tuple[told.Event | None, datetime]] = []
        self.runner = Runner(
            Engine(),
            Clock(),
            self._dispatch,
            lambda: self.on_step(),
            lambda event, now: self.told.append((event, now)),
        )
        queue = desk.queue(
            agents="anna ben",
            distribution=desk.SERIAL,
            agent_alert_time=timedelta(seconds=alert_time),
            wrap_up=timedelta(seconds=wrap_up),
        )
        people = tuple(
            AgentSettings(agent_id=name, organization_id="contoso", name=name) for name in queue.agents
        )
        self.runner.post(told.SettingsChanged("contoso", (queue,), people))
        for name in queue.agents:
            self.runner.post(told.AgentReachabilityChanged(name, True))
        assert self.told == []
        self.runner.start()

    def _dispatch(self, command: do.Command) -> None:
        if not isinstance(command, RECORDS):
            self.asked.append(command)
            self._was_asked.set()
        self._has_asked.set()
        self.on_command(command)

    async def until(self, kind: type[do.Command], count: int = 1) -> None:
        """Wait for so many commands of a kind."""
        while sum(isinstance(command, kind) for command in self.asked) < count:
            self._has_asked.clear()
            await self._has_asked.wait()


def play(story: Callable[[], Awaitable[None]]) -> None:
    async def with_limit() -> None:
        await asyncio.wait_for(story(), 5)

    asyncio.run(with_limit())


def test_an_event_is_answered_before_post_returns() -> None:
    async def story() -> None:
        house = House()
        house.runner.post(told.CallArrived("c1", "contoso", "desk", "+1"))
        assert house.asked == [
            do.AnswerCall("c1"),
            do.PlayMusic("c1", "desk"),
            do.RingAgent("c1.1", "c1", "desk", "anna"),
        ]
        house.runner.close()

    play(story)


def test_what_the_engine_was_told_is_its_state_again() -> None:
    async def story() -> None:
        house = House(alert_time=0.05)
        house.runner.post(told.CallArrived("c1", "contoso", "desk", "+1"))
        with pytest.raises(Refused):
            house.runner.request(told.PauseRequested("nobody", "tea"))
        await house.until(do.RingAgent, count=2)
        again = Engine()
        for event, now in house.told:
            if event is None:
                again.tick(now)
            else:
                again.handle(event, now)
        house.runner.close()
        at = house.told[-1][1] + timedelta(seconds=1)
        assert again.snapshot(at).calls == house.runner.snapshot().calls

    play(story)


def test_what_dispatch_posts_comes_after_the_commands_under_way() -> None:
    async def story() -> None:
        house = House()

        def answer_at_once(command: do.Command) -> None:
            if isinstance(command, do.RingAgent):
                house.runner.post(told.AgentAnswered(command.ring_id))
            if isinstance(command, do.BridgeCall):
                house.runner.post(told.CallBridged(command.call_id, command.ring_id))
                house.runner.post(told.CallerHungUp(command.call_id))

        house.on_command = answer_at_once
        house.runner.post(told.CallArrived("c1", "contoso", "desk", "+1"))
        assert [type(command) for command in house.asked] == [
            do.AnswerCall,
            do.PlayMusic,
            do.RingAgent,
            do.BridgeCall,
            do.EndCall,
        ]
        assert house.runner.snapshot().calls == ()
        house.runner.close()

    play(story)


def test_deadlines_are_kept_by_one_timer() -> None:
    async def story() -> None:
        house = House(alert_time=0.05)
        started = asyncio.get_running_loop().time()
        house.runner.post(told.CallArrived("c1", "contoso", "desk", "+1"))
        await house.until(do.RingAgent, count=4)
        assert 0.15 <= asyncio.get_running_loop().time() - started < 1
        rung = [command.agent_id for command in house.asked if isinstance(command, do.RingAgent)]
        assert rung == ["anna", "ben", "anna", "ben"]
        house.runner.close()

    play(story)


def test_a_dispatch_that_raises_is_logged_and_comes_back_as_the_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        house = House()

        def fail_for_anna(command: do.Command) -> None:
            if isinstance(command, do.RingAgent) and command.agent_id == "anna":
                raise OSError("no route")

        house.on_command = fail_for_anna
        house.runner.post(told.CallArrived("c1", "contoso", "desk", "+1"))
        assert house.runner.snapshot().calls[0].ringing == ("ben",)
        house.runner.close()

    with caplog.at_level(logging.ERROR):
        play(story)
    assert [record.message for record in caplog.records] == ["command not carried out"]


@pytest.mark.parametrize(
    ("broken", "outcome"), [(do.AnswerCall, Outcome.FAILED), (do.BridgeCall, None), (do.PlayMusic, None)]
)
def test_whatever_cannot_be_carried_out_leaves_no_call_behind(
    broken: type[do.Command], outcome: Outcome | None
) -> None:
    async def story() -> None:
        house = House()

        def fail(command: do.Command) -> None:
            if isinstance(command, broken):
                raise OSError("broken")

        house.on_command = fail
        house.runner.post(told.CallArrived("c1", "contoso", "desk", "+1"))
        house.runner.post(told.AgentAnswered("c1.1"))
        assert bool(house.runner.snapshot().calls) == (outcome is None)
        house.runner.post(told.CallerHungUp("c1"))
        assert house.runner.snapshot().calls == ()
        house.runner.close()

    play(story)


def test_a_wish_that_is_refused_is_told_to_the_asker_and_not_to_others() -> None:
    async def story() -> None:
        house = House()
        with pytest.raises(UnknownAgent):
            house.runner.request(told.PauseRequested("zoe", "lunch"))
        house.runner.post(told.PauseRequested("zoe", "lunch"))
        house.runner.request(told.PauseRequested("anna", "lunch"))
        house.runner.post(told.CallArrived("c1", "contoso", "desk", "+1"))
        assert house.runner.snapshot().calls[0].ringing == ("ben",)
        house.runner.close()

    play(story)


def test_a_wish_made_during_a_dispatch_waits_for_the_commands_under_way() -> None:
    async def story() -> None:
        house = House()

        def pause_anna(command: do.Command) -> None:
            if isinstance(command, do.AnswerCall):
                house.runner.request(told.PauseRequested("anna", "lunch"))

        house.on_command = pause_anna
        house.runner.post(told.CallArrived("c1", "contoso", "desk", "+1"))
        assert [type(command) for command in house.asked] == [
            do.AnswerCall,
            do.PlayMusic,
            do.RingAgent,
            do.StopRinging,
            do.RingAgent,
        ]
        house.runner.close()

    play(story)


def test_each_step_is_told_also_one_that_asks_for_nothing() -> None:
    async def story() -> None:
        house, steps = House(), list[Reason]()
        house.on_step = lambda: steps.append(house.runner.snapshot().agents[0].reason)
        house.runner.request(told.PauseRequested("anna", "lunch"))
        house.runner.request(told.ResumeRequested("anna"))
        assert steps == [Paused("lunch"), Cause.READY]
        assert house.asked == []
        house.runner.close()

    asyncio.run(story())


def test_closed_it_neither_acts_nor_wakes() -> None:
    async def story() -> None:
        house = House(alert_time=0.01)
        house.runner.post(told.CallArrived("c1", "contoso", "desk", "+1"))
        house.runner.close()
        asked = len(house.asked)
        house.runner.post(told.CallArrived("c2", "contoso", "desk", "+1"))
        await asyncio.sleep(0.05)
        assert len(house.asked) == asked

    play(story)


def test_each_step_and_change_of_state_is_logged_without_the_callers_number(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def story() -> None:
        house = House()
        caplog.clear()
        house.runner.post(told.CallArrived("c1", "contoso", "desk", "+14255550199"))
        house.runner.close()

    with caplog.at_level(logging.DEBUG, logger="huntline.signalling.runner"):
        play(story)
    step, change = caplog.records
    assert (step.message, vars(step)["event"]) == ("queue step", "CallArrived")
    assert (change.message, vars(change)["call_id"]) == ("state of a queue's call", "c1")
    assert (vars(change)["was"], vars(change)["state"]) == (CallState.ARRIVED, CallState.WAITING)
    assert not any("+14255550199" in str(vars(record)) for record in caplog.records)
