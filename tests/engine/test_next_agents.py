"""Who is next: the order in which a queue would ring its ready agents, told before a call comes."""

from __future__ import annotations

import pytest

from huntline.engine.model import CallsAlerting, Distribution, Presence

from .desk import ATTENDANT, LONGEST_IDLE, ROUND_ROBIN, SERIAL, Desk, queue, rung


def rung_in_turn(desk: Desk, count: int) -> list[str]:
    """Whom the next calls ring, each while the ones before still ring."""
    return [agent for number in range(count) for agent in rung(desk.call(f"at {desk.now} {number}"))]


def used(method: Distribution) -> Desk:
    """A desk that has had calls, so that every method has its own idea of who is next."""
    desk = Desk(queue(distribution=method, alerting=CallsAlerting.PARALLEL, agents="anna ben cleo dora"))
    for agent in rung_in_turn(desk, 4):
        desk.talks(agent)
    for agent in ("cleo", "anna", "dora", "ben"):
        desk.passes(10)
        desk.ends(agent)
    desk.call("one more")
    desk.hangs_up("one more")
    return desk


@pytest.mark.parametrize(
    ("method", "order"),
    [
        (SERIAL, ["anna", "ben", "cleo", "dora"]),
        (ROUND_ROBIN, ["ben", "cleo", "dora", "anna"]),
        (LONGEST_IDLE, ["cleo", "anna", "dora", "ben"]),
    ],
)
def test_calls_ring_agents_in_the_order_that_was_told(method: Distribution, order: list[str]) -> None:
    desk = used(method)
    assert desk.queue().takes_turns
    assert list(desk.queue().next_agents) == order
    assert rung_in_turn(desk, 4) == order
    assert desk.queue().next_agents == ()


def test_by_the_attendant_method_all_are_next_at_once() -> None:
    desk = Desk(queue(distribution=ATTENDANT))
    assert not desk.queue().takes_turns
    assert list(desk.queue().next_agents) == rung(desk.call("c1")) == ["anna", "ben", "cleo"]


def test_who_may_not_be_rung_is_not_in_turn() -> None:
    desk = Desk(queue(distribution=SERIAL, agents="anna ben cleo dora"), away="dora")
    desk.presence("anna", Presence.DO_NOT_DISTURB)
    assert desk.queue().next_agents == ("ben", "cleo")
    desk.call("c1")
    assert desk.queue().next_agents == ("cleo",)
    desk.presence("anna", Presence.AVAILABLE)
    desk.online("dora")
    assert desk.queue().next_agents == ("anna", "cleo", "dora")


def test_who_lost_the_race_for_a_call_is_next() -> None:
    desk = Desk(queue(distribution=ATTENDANT))
    desk.call("c1")
    desk.talks("anna")
    desk.answers("cleo")
    assert desk.queue().next_agents == ("cleo", "ben")
    assert rung(desk.call("c2")) == ["cleo", "ben"]


@pytest.mark.parametrize(("method", "most"), [(ATTENDANT, 200), (ROUND_ROBIN, 20)])
def test_of_very_many_the_first_are_told(method: Distribution, most: int) -> None:
    names = [f"agent{number:03}" for number in range(230)]
    desk = Desk(queue(distribution=method, agents=" ".join(names)))
    assert list(desk.queue().next_agents) == names[:most]


def test_an_agent_of_several_queues_has_a_turn_in_each() -> None:
    desk = Desk(queue(distribution=SERIAL), queue("sales", agents="cleo anna", distribution=SERIAL))
    desk.call("c1")
    assert desk.queue().next_agents == ("ben", "cleo")
    assert desk.queue("sales").next_agents == ("cleo",)


def test_settings_change_the_order() -> None:
    desk = Desk(queue(distribution=SERIAL))
    desk.settings(queue(distribution=SERIAL, agents="cleo anna"))
    assert desk.queue().next_agents == ("cleo", "anna")
    desk.settings(queue(distribution=ATTENDANT, agents="cleo anna"))
    assert not desk.queue().takes_turns
