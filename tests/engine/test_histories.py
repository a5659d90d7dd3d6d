"""Random histories: whatever happens, in whatever order, the promises hold."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from huntline.engine import events as told
from huntline.engine.deadlines import Due
from huntline.engine.model import (
    AgentSettings,
    AgentState,
    CallQueue,
    CallsAlerting,
    Distribution,
    Exit,
    ExitAction,
    Presence,
    Transfer,
)
from huntline.engine.reasons import Destination, DestinationKind, FromQueue, KeyPressed, OnlyText, SentOn
from huntline.errors import Refused

from .desk import person, seconds
from .world import Caller, Person, World

AGENTS = ["anna", "ben", "cleo", "dora", "emil"]
QUEUES = ["red", "green", "blue"]

prompts = st.sampled_from([None, None, seconds(4)])
exits = st.one_of(
    st.builds(Exit, st.just(ExitAction.DISCONNECT), prompt=prompts),
    st.builds(Exit, st.just(ExitAction.FORWARD), st.sampled_from([*QUEUES, "gone"]), prompt=prompts),
    st.builds(Exit, st.just(ExitAction.FORWARD), target=st.just("tel:+1"), prompt=prompts),
)


def call_queues(queue_id: str) -> st.SearchStrategy[CallQueue]:
    return st.builds(
        CallQueue,
        queue_id=st.just(queue_id),
        organization_id=st.just("contoso"),
        name=st.just(queue_id.title()),
        agents=st.lists(st.sampled_from(AGENTS), unique=True, max_size=4).map(tuple),
        distribution=st.sampled_from(Distribution),
        alerting=st.sampled_from(CallsAlerting),
        has_greeting=st.booleans(),
        music=st.just({"red": "calm", "green": "calm", "blue": None}[queue_id]),
        agent_alert_time=st.sampled_from([seconds(15), seconds(30)]),
        allow_opt_out=st.booleans(),
        max_waiting=st.sampled_from([0, 1, 3, 50]),
        overflow=exits,
        max_wait=st.sampled_from([seconds(0), seconds(15), seconds(45), seconds(1200)]),
        timeout=exits,
        no_agents=st.one_of(st.just(Exit(ExitAction.QUEUE)), exits),
        no_agents_new_calls_only=st.booleans(),
        presence_based_routing=st.booleans(),
        ring_busy=st.booleans(),
        goodbye=prompts,
        wrap_up=st.sampled_from([seconds(0), seconds(7)]),
        messages=st.sampled_from([(), (seconds(3),), (seconds(3), seconds(20))]),
        message_interval=st.sampled_from([seconds(0), seconds(15), seconds(30)]),
        announce_position=st.booleans(),
        announce_wait=st.booleans(),
        announce_interval=st.sampled_from([seconds(15), seconds(60)]),
        announce_to_agent=st.booleans(),
    )


organizations = st.tuples(*(call_queues(name) for name in QUEUES)).flatmap(
    lambda queues: st.lists(st.sampled_from(queues), unique_by=lambda queue: queue.queue_id, min_size=1)
)


class Histories(RuleBasedStateMachine):
    """Callers, agents, phones and administrators doing as they please."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.count = 0

    def tell(self, event: told.Event) -> None:
        self.world.step(event)

    @initialize(queues=st.tuples(*(call_queues(name) for name in QUEUES)))
    def opens(self, queues: tuple[CallQueue, ...]) -> None:
        self._set_up(queues, AGENTS)
        for name in AGENTS:
            self.comes_or_goes(name, is_reachable=True)

    def _set_up(self, queues: tuple[CallQueue, ...], agents: list[str]) -> None:
        world = self.world
        world.agents = set(agents)
        world.queues = {queue.queue_id: queue for queue in queues}
        for name in AGENTS:
            person = world.people.setdefault(name, Person())
            person.is_unfit = False
            if name not in agents:
                person.opted_out, person.is_paused = set(), False
            for queue in queues:
                if not queue.allow_opt_out and name in queue.agents and name in agents:
                    person.opted_out.discard(queue.queue_id)
        people = tuple(AgentSettings(agent_id=name, organization_id="contoso", name=name) for name in agents)
        self.tell(told.SettingsChanged("contoso", queues, people))

    @rule(queues=organizations, agents=st.lists(st.sampled_from(AGENTS), unique=True, min_size=2))
    def settings_change(self, queues: list[CallQueue], agents: list[str]) -> None:
        self._set_up(tuple(queues), agents)

    # -- time

    @rule(count=st.sampled_from([0.1, 1, 5, 8, 20]))
    def time_passes(self, count: float) -> None:
        end = self.world.now + seconds(count)
        while (deadline := self.world.engine.next_deadline()) is not None and deadline <= end:
            self.world.now = deadline
            self.world.step(None)
        self.world.now = end

    @rule(count=st.sampled_from([1, 12, 40]))
    def the_loop_is_late(self, count: float) -> None:
        self.world.now += seconds(count)
        self.world.step(None)

    # -- callers

    @rule(
        queue_id=st.sampled_from(QUEUES),
        is_transferred=st.booleans(),
        is_answered=st.booleans(),
        passed=st.integers(0, 10),
    )
    def a_call_arrives(self, queue_id: str, is_transferred: bool, is_answered: bool, passed: int) -> None:
        self.count += 1
        transfer = Transfer("anna", FromQueue("Red"), "c0") if is_transferred else None
        self.world.callers[f"c{self.count}"] = Caller(is_answered=is_transferred or is_answered)
        self.tell(
            told.CallArrived(
                f"c{self.count}",
                "contoso",
                queue_id,
                "+1",
                transfer,
                is_answered=is_answered or is_transferred,
                arrived_at=self.world.now - seconds(9) if is_answered else None,
                steps=(KeyPressed("1"),) if is_answered else (),
                passed=passed,
            )
        )

    def _some(self, data: st.DataObject, names: list[str]) -> str:
        return data.draw(st.sampled_from(sorted(names)))

    def _live(self) -> list[str]:
        return [call_id for call_id, caller in self.world.callers.items() if not caller.records]

    def _greeted(self) -> list[str]:
        return [one for one in self._live() if (self.world.callers[one].hears or "").startswith("greeting")]

    @precondition(lambda self: self._greeted())
    @rule(data=st.data())
    def a_greeting_ends(self, data: st.DataObject) -> None:
        self.tell(told.GreetingFinished(self._some(data, self._greeted())))

    def _leaving(self) -> list[str]:
        return [one for one in self._live() if (self.world.callers[one].hears or "").startswith("prompt")]

    @precondition(lambda self: self._leaving())
    @rule(data=st.data())
    def a_prompt_ends(self, data: st.DataObject) -> None:
        self.tell(told.ExitPromptFinished(self._some(data, self._leaving())))

    def _told(self) -> list[str]:
        return [one for one in self._live() if self.world.callers[one].is_told]

    @precondition(lambda self: self._told())
    @rule(data=st.data())
    def an_announcement_ends(self, data: st.DataObject) -> None:
        self.world.announcement_ends(self._some(data, self._told()))

    @precondition(lambda self: self._live())
    @rule(data=st.data(), is_failure=st.booleans())
    def a_caller_leaves(self, data: st.DataObject, is_failure: bool) -> None:
        call_id = self._some(data, self._live())
        self.world.callers[call_id].is_gone = True
        self.tell(
            told.CallFailed(call_id, OnlyText("no media")) if is_failure else told.CallerHungUp(call_id)
        )

    # -- phones

    def _alerting(self) -> list[str]:
        return [ring_id for ring_id in self.world.rings if ring_id not in self.world.answered]

    @precondition(lambda self: self._alerting())
    @rule(data=st.data())
    def an_agent_answers(self, data: st.DataObject) -> None:
        ring_id = self._some(data, self._alerting())
        self.world.answered.add(ring_id)
        self.tell(told.AgentAnswered(ring_id))

    @precondition(lambda self: self._alerting())
    @rule(data=st.data())
    def an_agent_declines(self, data: st.DataObject) -> None:
        self.world.decline(self._some(data, self._alerting()))

    @precondition(lambda self: self._alerting())
    @rule(data=st.data())
    def a_phone_fails(self, data: st.DataObject) -> None:
        self.tell(told.RingFailed(self._some(data, self._alerting()), OnlyText("unreachable")))

    @precondition(lambda self: self._alerting())
    @rule(data=st.data())
    def a_phone_can_take_no_call(self, data: st.DataObject) -> None:
        self.world.refuse_for_good(self._some(data, self._alerting()))

    @rule(name=st.sampled_from(AGENTS))
    def a_phone_is_started_anew(self, name: str) -> None:
        self.world.people[name].is_unfit = False
        self.world.register(name)
        self.tell(told.PhoneRenewed(name))

    @precondition(lambda self: self.world.connecting)
    @rule(data=st.data(), is_bridged=st.booleans())
    def a_bridge_is_made_or_not(self, data: st.DataObject, is_bridged: bool) -> None:
        call_id = self._some(data, list(self.world.connecting))
        ring_id = self.world.connecting[call_id]
        if is_bridged:
            self.world.bridge(call_id)
        else:
            self.tell(told.BridgeFailed(call_id, ring_id, OnlyText("no audio")))

    @precondition(lambda self: self.world.answered)
    @rule(data=st.data())
    def an_agent_hangs_up(self, data: st.DataObject) -> None:
        self.tell(told.AgentHungUp(self._some(data, list(self.world.answered))))

    @precondition(lambda self: self.world.talking)
    @rule(data=st.data())
    def an_agent_transfers_and_leaves(self, data: st.DataObject) -> None:
        self.world.transferor_leaves(self._some(data, list(self.world.talking)))

    @precondition(lambda self: self.world.transferring)
    @rule(data=st.data())
    def nobody_takes_a_transfer(self, data: st.DataObject) -> None:
        self.world.transfer_fails(self._some(data, list(self.world.transferring)))

    @precondition(lambda self: self._live())
    @rule(data=st.data())
    def a_caller_is_handed_on(self, data: st.DataObject) -> None:
        call_id = self._some(data, self._live())
        self.world.callers[call_id].is_gone = True
        self.tell(told.CallTransferred(call_id, person("Bao")))

    @precondition(lambda self: self._live())
    @rule(data=st.data())
    def another_caller_takes_the_place(self, data: st.DataObject) -> None:
        call_id = self._some(data, self._live())
        self.world.callers[call_id].is_answered = True
        self.tell(told.CallerChanged(call_id, "+2", Transfer("ben", FromQueue("Green"))))

    @precondition(lambda self: self.world.forwards)
    @rule(data=st.data(), kind=st.sampled_from([told.ForwardAnswered, told.ForwardEnded, told.ForwardFailed]))
    def a_forward_goes_on(self, data: st.DataObject, kind: type[Any]) -> None:
        call_id = self._some(data, list(self.world.forwards))
        self.world.callers[call_id].is_answered |= kind is told.ForwardAnswered
        self.tell(kind(call_id, "busy") if kind is told.ForwardFailed else kind(call_id))

    @precondition(lambda self: self.world.forwards)
    @rule(data=st.data(), queue_id=st.sampled_from([*QUEUES, "gone"]), passed=st.integers(0, 10))
    def a_forward_leads_to_a_queue(self, data: st.DataObject, queue_id: str, passed: int) -> None:
        call_id = self._some(data, list(self.world.forwards))
        self.world.forwards.discard(call_id)
        self.tell(told.CallSentToQueue(call_id, queue_id, passed))

    @precondition(lambda self: self._live())
    @rule(data=st.data(), key=st.sampled_from("12"))
    def a_step_is_taken_elsewhere(self, data: st.DataObject, key: str) -> None:
        step = SentOn(Destination(DestinationKind.ATTENDANT, "Main"), KeyPressed(key), person("Bao"))
        self.tell(told.CallStepTaken(self._some(data, self._live()), step))

    @precondition(lambda self: self.world.past_rings)
    @rule(data=st.data(), kind=st.sampled_from([told.AgentAnswered, told.AgentHungUp]))
    def something_comes_late(self, data: st.DataObject, kind: type[Any]) -> None:
        self.tell(kind(self._some(data, self.world.past_rings)))

    @rule(number=st.integers(1, 9), ring=st.integers(1, 4))
    def something_senseless_comes(self, number: int, ring: int) -> None:
        ring_id = f"c{number}.{ring}"
        if ring_id not in self.world.rings:
            for event in (told.AgentDeclined(ring_id, OnlyText("")), told.RingFailed(ring_id, OnlyText(""))):
                self.tell(event)
            self.tell(told.BridgeFailed(f"c{number}", ring_id, OnlyText("")))
            self.tell(told.CallBridged(f"c{number}", ring_id))
            self.tell(told.TransferorLeft(ring_id, person("Bao")))
        if f"c{number}" not in self.world.transferring | self.world.forwards:
            self.tell(told.TransferFailed(f"c{number}", OnlyText("")))

    # -- agents

    @rule(name=st.sampled_from(AGENTS), is_reachable=st.booleans())
    def comes_or_goes(self, name: str, is_reachable: bool) -> None:
        self.world.people[name].is_reachable = is_reachable
        if is_reachable:
            self.world.people[name].is_unfit = False
            self.world.register(name)
        self.tell(told.AgentReachabilityChanged(name, is_reachable))

    @rule(name=st.sampled_from(AGENTS), presence=st.sampled_from(Presence))
    def presence_changes(self, name: str, presence: Presence) -> None:
        self.world.people[name].presence = presence
        self.tell(told.PresenceChanged(name, presence))

    @rule(name=st.sampled_from(AGENTS), count=st.integers(0, 1))
    def other_calls_change(self, name: str, count: int) -> None:
        self.world.people[name].other_calls = count
        self.tell(told.OtherCallsChanged(name, count))

    @rule(name=st.sampled_from(AGENTS), queue_id=st.sampled_from(QUEUES), is_in=st.booleans())
    def opts_in_or_out(self, name: str, queue_id: str, is_in: bool) -> None:
        person = self.world.people[name]
        before = set(person.opted_out)
        person.opted_out = before - {queue_id} if is_in else before | {queue_id}
        try:
            wish = told.OptInRequested if is_in else told.OptOutRequested
            self.tell(wish(name, queue_id))
        except Refused:
            person.opted_out = before

    @rule(name=st.sampled_from(AGENTS), is_paused=st.booleans())
    def pauses_or_resumes(self, name: str, is_paused: bool) -> None:
        person = self.world.people[name]
        before, person.is_paused, was_unfit = person.is_paused, is_paused, person.is_unfit
        person.is_unfit = is_paused and was_unfit
        try:
            self.tell(told.PauseRequested(name, "tea") if is_paused else told.ResumeRequested(name))
        except Refused:
            person.is_paused, person.is_unfit = before, was_unfit

    # -- the end

    def teardown(self) -> None:
        world = self.world
        for call_id in self._live():
            world.callers[call_id].is_gone = True
            world.step(told.CallerHungUp(call_id))
        assert all(caller.records == 1 for caller in world.callers.values())
        assert not world.rings
        floor = world.engine._floor
        assert (floor.calls, floor.rings) == ({}, {})
        assert {due for due, _ in floor.deadlines.pending()} <= {Due.WRAP_UP, Due.REST}
        for line in floor.lines.values():
            assert (line.calls, line.greeting, line.talking) == ([], set(), 0)
        busy = (AgentState.RINGING, AgentState.TALKING)
        assert not any(agent.state in busy for agent in world.engine.snapshot(world.now).agents)
        world.replay()


Histories.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=50,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes longer than anybody waits
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
test_histories = pytest.mark.timeout(110)(Histories.TestCase)
