"""How fast the queue engine decides: `.venv/bin/python bench/engine_steps.py`. No network, no peer.

Times are CPU time, so that other work on the machine does not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from huntline.engine import events as told
from huntline.engine.commands import Command, RingAgent
from huntline.engine.engine import Engine
from huntline.engine.model import AgentSettings, CallQueue, CallsAlerting, Distribution, Exit, ExitAction

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
STEP = timedelta(milliseconds=10)


RULES: dict[str, Any] = {
    "organization_id": "o",
    "distribution": Distribution.ATTENDANT,
    "alerting": CallsAlerting.ONE,
    "agent_alert_time": timedelta(seconds=30),
    "allow_opt_out": True,
    "max_waiting": 50,
    "overflow": Exit(ExitAction.DISCONNECT),
    "max_wait": timedelta(seconds=1200),
    "timeout": Exit(ExitAction.DISCONNECT),
    "no_agents": Exit(ExitAction.QUEUE),
    "no_agents_new_calls_only": False,
    "presence_based_routing": False,
    "ring_busy": False,
    "wrap_up": timedelta(0),
}


class Stopwatch:
    """An engine whose steps are counted and timed from ``start`` on."""

    def __init__(self, agents: int, **settings: object) -> None:
        self.engine = Engine()
        self.now = NOON
        self.steps = 0
        names = tuple(f"agent{number}" for number in range(agents))
        line = CallQueue(queue_id="q", name="Q", agents=names, **RULES | settings)
        people = tuple(AgentSettings(agent_id=name, organization_id="o", name=name) for name in names)
        self.tell(told.SettingsChanged("o", (line,), people))
        for name in names:
            self.tell(told.AgentReachabilityChanged(name, True))
        self.start()

    def start(self) -> None:
        self.steps, self.started = 0, time.thread_time()

    def tell(self, event: told.Event) -> list[Command]:
        self.steps += 1
        self.now += STEP
        return self.engine.handle(event, self.now)

    def ring(self, commands: list[Command]) -> RingAgent:
        return next(command for command in commands if isinstance(command, RingAgent))

    def answer(self, ring: RingAgent) -> None:
        self.tell(told.AgentAnswered(ring.ring_id))
        self.tell(told.CallBridged(ring.call_id, ring.ring_id))

    def print(self, what: str) -> None:
        took = (time.thread_time() - self.started) / self.steps
        print(f"{what:50} {1 / took:9,.0f} steps/s  {took * 1e6:6.1f} us a step")


def whole_calls(method: Distribution, count: int = 5_000) -> None:
    """Arrive, ring, answer, bridge, hang up."""
    watch = Stopwatch(50, distribution=method, alerting=CallsAlerting.PARALLEL)
    for number in range(count):
        ring = watch.ring(watch.tell(told.CallArrived(f"c{number}", "o", "q", "+1")))
        watch.answer(ring)
        watch.tell(told.AgentHungUp(ring.ring_id))
    watch.print(f"whole calls, {method}, 50 agents")


def presence() -> None:
    """The simplest step."""
    watch = Stopwatch(50)
    for number in range(20_000):
        watch.tell(told.OtherCallsChanged(f"agent{number % 50}", number % 2))
    watch.print("an agent's own calls come and go, 50 agents")


def saturated(method: Distribution) -> None:
    """200 agents talk, 200 callers wait: each agent who hangs up gets the next one, one more arrives."""
    watch = Stopwatch(200, distribution=method, alerting=CallsAlerting.PARALLEL, max_waiting=10_000)
    rings = [watch.ring(watch.tell(told.CallArrived(f"c{number}", "o", "q", "+1"))) for number in range(200)]
    for ring in rings:
        watch.answer(ring)
    for number in range(200, 400):
        watch.tell(told.CallArrived(f"c{number}", "o", "q", "+1"))
    watch.start()
    for number in range(400, 2400):
        ring = watch.ring(watch.tell(told.AgentHungUp(rings[number % 200].ring_id)))
        rings[number % 200] = ring
        watch.answer(ring)
        watch.tell(told.CallArrived(f"c{number}", "o", "q", "+1"))
    watch.print(f"200 talk, 200 wait, {method}")


def ticks() -> None:
    """200 agents talk, 200 callers wait, nothing happens."""
    watch = Stopwatch(
        200, distribution=Distribution.SERIAL, alerting=CallsAlerting.PARALLEL, max_waiting=10_000
    )
    for number in range(400):
        commands = watch.tell(told.CallArrived(f"c{number}", "o", "q", "+1"))
        if number < 200:
            watch.answer(watch.ring(commands))
    measure("tick: 200 talk, 200 wait", lambda: watch.engine.tick(watch.now))
    measure("snapshot: 200 agents, 400 calls", lambda: watch.engine.snapshot(watch.now), 200)


def snapshots() -> None:
    """200 queues share 1,000 agents, 100 each and all ready; between two snapshots one of them is not for
    a moment."""
    engine, now = Engine(), NOON
    names = [f"agent{number}" for number in range(1_000)]
    queues = tuple(
        CallQueue(
            queue_id=f"q{number}",
            name=f"Q{number}",
            agents=tuple(names[(5 * number + place) % 1_000] for place in range(100)),
            **RULES | {"distribution": Distribution.LONGEST_IDLE},
        )
        for number in range(200)
    )
    people = tuple(AgentSettings(agent_id=name, organization_id="o", name=name) for name in names)
    engine.handle(told.SettingsChanged("o", queues, people), now)
    for name in names:
        engine.handle(told.AgentReachabilityChanged(name, True), now)

    def step() -> None:
        for count in (1, 0):
            engine.handle(told.OtherCallsChanged("agent500", count), now)
        engine.snapshot(now)

    measure("snapshot: 200 queues of 100 agents, one changed", step, 500)


def measure(what: str, step: Callable[[], object], count: int = 20_000) -> None:
    started = time.thread_time()
    for _ in range(count):
        step()
    took = (time.thread_time() - started) / count
    print(f"{what:50} {1 / took:9,.0f} steps/s  {took * 1e6:6.1f} us a step")


if __name__ == "__main__":
    presence()
    for each in Distribution:
        whole_calls(each, 500 if each is Distribution.ATTENDANT else 5_000)
    for each in (Distribution.SERIAL, Distribution.ROUND_ROBIN, Distribution.LONGEST_IDLE):
        saturated(each)
    ticks()
    snapshots()
