"""Agents who serve several queues (rules sections 3.1 and 3.3)."""

from __future__ import annotations

from huntline.engine import events as told
from huntline.engine.model import AgentSettings

from .desk import SERIAL, Desk, queue, rung


def test_an_agent_who_comes_free_goes_to_the_longest_waiting_head_call_of_their_queues() -> None:
    desk = Desk(*(queue(name, agents="anna", distribution=SERIAL) for name in ("red", "green", "blue")))
    desk.call("busy", "red")
    desk.talks("anna")
    for call_id, name in [("c1", "blue"), ("c2", "red"), ("c3", "green"), ("c4", "blue")]:
        desk.passes(1)
        desk.call(call_id, name)
    served = []
    for _ in range(4):
        desk.ends("anna")
        desk.talks("anna")
        served.append(desk.agent("anna").call_id)
    assert served == ["c1", "c2", "c3", "c4"]


def test_a_call_in_one_queue_takes_the_agent_out_of_the_others() -> None:
    desk = Desk(queue(agents="anna ben"), queue("other", agents="ben anna"))
    assert rung(desk.call("c1")) == ["anna", "ben"]
    assert rung(desk.call("c2", "other")) == []
    assert rung(desk.answers("ben")) == ["anna"]
    assert desk.ringing("c2") == ["anna"]


def test_an_agent_freed_by_one_queue_serves_both_in_the_same_step() -> None:
    desk = Desk(queue(agents="anna ben"), queue("other", agents="ben cleo"))
    desk.call("c1")
    desk.call("c2", "other")
    assert desk.ringing("c2") == ["cleo"]
    assert rung(desk.hangs_up("c1")) == ["ben"]
    assert desk.ringing("c2") == ["cleo", "ben"]


def test_two_organizations_do_not_see_each_other() -> None:
    desk = Desk(queue(agents="anna"))

    theirs = queue("theirs", "anna zoe", organization_id="fabrikam")
    zoe = AgentSettings(agent_id="zoe", organization_id="fabrikam", name="Zoe")
    desk.tell(told.SettingsChanged("fabrikam", (theirs,), (zoe,)))
    desk.online("zoe")
    assert rung(desk.call("c1", "theirs")) == ["zoe"]
    assert rung(desk.call("c2")) == ["anna"]
    desk.tell(told.SettingsChanged("fabrikam", (), ()))
    assert desk.state("c1") is None
    assert desk.ringing("c2") == ["anna"]
