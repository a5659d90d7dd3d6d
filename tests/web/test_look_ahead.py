"""The look-ahead of the web process: whose turn it is, what is asked, and who sees the answer."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from huntline.control.watched_snapshot import WatchedSnapshot
from huntline.directory.access import Role
from huntline.engine.model import AgentState
from huntline.engine.presence import Presence
from huntline.simulator.durations import mean_of
from huntline.simulator.figures import Estimate
from huntline.simulator.look_ahead import (
    FallsBelow,
    LookAheadQuestion,
    Outlook,
    PartAhead,
    PresentAgent,
    PresentCaller,
)
from huntline.storage.forecasts import forecasts_of
from huntline.web.forecast_book import ForecastBook, half_hour_of
from huntline.web.look_ahead import EVERY, EXPECTED_FOR, MOST_CPU_S, LookAhead, Turns
from huntline.web.look_ahead_child import LookAheadChild, NoOutlook, OutlookFound
from huntline.web.outlooks import STALE_AFTER, WATCHED_FOR, Outlooks, QueueOutlook
from huntline.web.present_queues import arrivals_under_way, present_queue
from tests.simulator.lines import line
from tests.simulator.test_look_ahead import asked, crew
from tests.web.past import Past
from tests.web.rig import E5_USER, ServerRig, refusal_of
from tests.web.signalling import FakeSignalling, signalling

NOW = datetime(2026, 11, 23, 12, 3, 20, tzinfo=UTC)
QUIET = Outlook(50, (PartAhead(0.0, 4.0, Estimate(0.9, 0.02), 0.1),), None)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


# -- turns


def test_whose_turn_is_longest_ago_is_next_and_each_has_one_in_ten_seconds() -> None:
    turns = Turns()
    order = []
    for second in range(30):
        if queue_id := turns.next(("a", "b", "c"), float(second)):
            order.append((queue_id, second))
            turns.taken(queue_id, float(second), 0.0)
    assert [queue_id for queue_id, _ in order] == ["a", "b", "c"] * 3
    assert [second for queue_id, second in order if queue_id == "a"] == [0, EVERY, 2 * EVERY]


def test_all_turns_together_take_a_tenth_of_a_core() -> None:
    turns, spent, had = Turns(), 0.0, dict.fromkeys(map(str, range(50)), 0)
    for tick in range(6_000):
        now = tick / 10
        if queue_id := turns.next(had, now):
            turns.taken(queue_id, now, 0.5)
            spent += 0.5
            had[queue_id] += 1
    assert 0.09 <= spent / 600 <= 0.101
    assert set(had.values()) <= {2, 3}  # each as often as others


def test_it_sleeps_until_somebodys_turn() -> None:
    turns = Turns()
    assert turns.wait((), 5.0) == EVERY
    assert turns.wait(("a", "b"), 5.0) == 0
    turns.taken("a", 5.0, 0.0)
    assert turns.wait(("a", "b"), 5.0) == 0
    turns.taken("b", 6.0, 0.2)
    assert turns.wait(("a", "b"), 6.0) == pytest.approx(9)
    turns.taken("b", 6.0, 0.95)
    assert turns.wait(("a", "b"), 7.0) == pytest.approx(8.5)
    turns.taken("b", 6.0, 30.0)
    assert turns.wait(("a", "b"), 7.0) == EVERY


def test_nobody_has_a_turn_where_there_is_no_queue() -> None:
    assert Turns().next((), 5.0) is None


# -- who watches, and what they see


def test_whoever_asked_watches_for_half_a_minute() -> None:
    clock = Clock()
    outlooks = Outlooks(clock)
    assert outlooks.watched() == ()
    outlooks.watch("one")
    clock.now += WATCHED_FOR - 1
    outlooks.watch("two")
    assert outlooks.watched() == ("one", "two")
    clock.now += 2
    assert outlooks.watched() == ("two",)
    clock.now += WATCHED_FOR
    assert outlooks.watched() == ()


def test_it_is_waited_for_without_looking_again_and_again() -> None:
    async def wait_for_both() -> None:
        clock = Clock()
        outlooks = Outlooks(clock)
        waiting = asyncio.ensure_future(outlooks.wait_for_more())
        await asyncio.sleep(0)
        assert not waiting.done()
        outlooks.watch("one")
        await asyncio.wait_for(waiting, 1)
        outlooks.watch("one")
        await asyncio.wait_for(outlooks.wait_for_more(0.01), 1)  # by the clock: nobody else came
        clock.now += 2 * WATCHED_FOR
        assert not outlooks.watched()
        outlooks.watch("one")
        await asyncio.wait_for(outlooks.wait_for_more(), 1)

    asyncio.run(wait_for_both())


def test_what_is_old_is_shown_to_nobody() -> None:
    outlooks = Outlooks(Clock())
    outlooks.put(QueueOutlook("one", "desk", NOW, QUIET))
    outlooks.put(QueueOutlook("two", "other", NOW, QUIET))
    assert [found.queue_id for found in outlooks.of("one", NOW + STALE_AFTER)] == ["desk"]
    assert not list(outlooks.of("one", NOW + STALE_AFTER + timedelta(seconds=1)))
    outlooks.drop("desk")
    assert not list(outlooks.of("one", NOW))


# -- the live picture


def test_the_live_picture_as_the_simulator_begins_with_it(rig: ServerRig) -> None:
    fake = FakeSignalling(rig)
    soon = (NOW + timedelta(seconds=25)).isoformat()
    snapshot = {
        **fake.snapshot,
        "agents": [
            fake.agent("amal", "amal@contoso.com", "desk", state="talking"),
            fake.agent("bao", "bao@contoso.com", "desk", "other", state="wrap-up", until=soon),
            fake.agent("cleo", "cleo@contoso.com", "desk", opted_out=["queue desk"], presence="busy"),
            fake.agent("dan", "dan@contoso.com", "desk", why={"kind": "on-another-call"}),
            fake.agent("eva", "eva@contoso.com", "desk", state="signed-out"),
            fake.agent("fay", "fay@contoso.com", "desk", presence="offline"),
            fake.agent("gil", "gil@contoso.com", "other"),
        ],
        "calls": [
            fake.call("1", "desk", state="alerting"),
            fake.call("2", "desk", state="greeting", waiting_since=None, position=None),
            fake.call("3", "desk", state="talking"),
            fake.call("4", "other"),
            fake.call("5", None, state="talking", waiting_since=None),
        ],
    }
    watched = WatchedSnapshot(snapshot)
    present = present_queue(watched, replace(line(), queue_id="desk"), NOW)
    assert present.callers == (PresentCaller(200.0, 200.0), PresentCaller(200.0, None))
    assert present.agents == (
        PresentAgent("amal", AgentState.TALKING, 200.0),
        PresentAgent("bao", AgentState.WRAP_UP, 200.0, left=25.0),
        PresentAgent("cleo", AgentState.READY, 200.0, presence=Presence.BUSY, is_opted_out=True),
        PresentAgent("dan", AgentState.READY, 200.0, has_other_call=True),
    )
    assert present.left_of_part == 100.0  # from 12:03:20 to 12:05
    assert {name: len(at) for name, at in arrivals_under_way(watched).items()} == {"desk": 3, "other": 1}


# -- a turn


@pytest.fixture
def desk(rig: ServerRig) -> dict[str, str]:
    """A queue whose one agent answered thirty callers in the last hour, each for a minute."""
    api = rig.api()
    amal = api.post("/users", {"upn": "amal@contoso.com", **E5_USER})["id"]
    queue_id = api.post("/queues", {"name": "Help Desk", "agents": ["amal@contoso.com"]})["id"]
    with Past(rig, began_at=datetime.now(UTC) - timedelta(minutes=59)) as past:
        for number in range(30):
            past.call(f"c{number}", queue_id, 110.0 * number, wait=4, agent_id=amal)
            past.ring(f"c{number}", queue_id, amal, 110.0 * number + 2, 60, "answered")
    return {"amal": amal, "desk": queue_id}


class Asked:
    """What the child is asked; it always has the same answer."""

    def __init__(self, cpu_s: float = 0.0) -> None:
        self.questions: list[LookAheadQuestion] = []
        self.allowed = 0.0
        self._cpu_s = cpu_s

    def __call__(self, question: LookAheadQuestion, cpu_s: float) -> OutlookFound:
        self.questions.append(question)
        self.allowed = cpu_s
        return OutlookFound(QUIET, self._cpu_s)


def test_a_turn_asks_from_the_live_picture_and_from_history(rig: ServerRig, desk: dict[str, str]) -> None:
    clock, child = Clock(), Asked()
    looking = LookAhead(rig.backstage, child, clock)
    with signalling(rig) as fake:
        fake.snapshot["agents"] = [fake.agent(desk["amal"], "amal@contoso.com", desk["desk"])]
        fake.snapshot["calls"] = [
            fake.call("now", desk["desk"], arrived_at=datetime.now(UTC).isoformat()),
        ]
        asyncio.run(looking.turn())
        assert not child.questions  # nobody watches
        rig.backstage.outlooks.watch(rig.contoso)
        asyncio.run(looking.turn())
        asyncio.run(looking.turn())  # not before ten seconds are over
    (question,) = child.questions
    assert child.allowed == MOST_CPU_S
    assert question.expected.calls.known_by == 31
    assert question.expected.calls.expected(3600) == pytest.approx(31)
    assert question.expected.greeting == pytest.approx(2, abs=0.01)
    assert mean_of(question.expected.talk) == pytest.approx(60, abs=0.01)
    assert [agent.agent_id for agent in question.now.agents] == [desk["amal"]]
    assert len(question.now.callers) == 1
    assert question.target.share == 0.8


def test_what_it_takes_is_waited_for_and_history_is_read_again_in_two_minutes(
    rig: ServerRig, desk: dict[str, str]
) -> None:
    clock, child = Clock(), Asked(cpu_s=2.0)
    looking = LookAhead(rig.backstage, child, clock)
    outlooks = rig.backstage.outlooks

    def turn_after(seconds: float) -> int:
        clock.now += seconds
        outlooks.watch(rig.contoso)
        asyncio.run(looking.turn())
        return len(child.questions)

    with signalling(rig):
        assert turn_after(0) == 1
        assert turn_after(EVERY) == 1  # two seconds are a tenth of twenty
        assert turn_after(EVERY) == 2
        with Past(rig, began_at=datetime.now(UTC)) as past:
            past.call("later", desk["desk"])
        assert turn_after(2 * EVERY) == 3
        assert child.questions[-1].expected.calls.known_by == 30
        assert turn_after(EXPECTED_FOR) == 4
        assert child.questions[-1].expected.calls.known_by == 31


def test_a_question_that_the_child_does_not_survive_is_paid_for(rig: ServerRig, desk: dict[str, str]) -> None:
    clock, asked_at = Clock(), []

    def fail(question: LookAheadQuestion, cpu_s: float) -> OutlookFound:
        asked_at.append(clock.now)
        raise NoOutlook

    looking = LookAhead(rig.backstage, fail, clock)
    with signalling(rig):
        for _ in range(40):
            rig.backstage.outlooks.watch(rig.contoso)
            with contextlib.suppress(NoOutlook):
                asyncio.run(looking.turn())
            clock.now += 20
    assert [second - asked_at[0] for second in asked_at] == [0, 300, 600]


def test_a_queue_without_calls_is_not_asked_about(rig: ServerRig) -> None:
    rig.api().post("/queues", {"name": "Quiet"})
    child = Asked()
    looking = LookAhead(rig.backstage, child, Clock())
    rig.backstage.outlooks.watch(rig.contoso)
    with signalling(rig):
        asyncio.run(looking.turn())
    assert not child.questions
    assert rig.api().get("/live/look-ahead") == {"queues": []}


# -- the process apart


def test_the_child_answers_again_and_again_and_is_replaced_when_it_dies() -> None:
    child = LookAheadChild()
    try:
        first = child.ask(asked(crew(2), 200), 0.1)
        assert first.outlook.below is not None
        assert first.cpu_s > 0
        assert child.ask(asked(crew(9), 60), 0.1).outlook.below is None
        with pytest.raises(NoOutlook):
            child.ask("no question at all", 0.1)  # type: ignore[arg-type]
        assert child.ask(asked(crew(2), 200), 0.1).outlook.below is not None
    finally:
        child.close()


def test_a_child_whose_parent_is_gone_ends() -> None:
    command = [sys.executable, "-m", "huntline.web.look_ahead_child"]
    done = subprocess.run(command, input=b"", capture_output=True, check=True, timeout=20)
    assert (done.stdout, done.stderr) == (b"", b"")


# -- the answer


def test_the_answer_is_for_those_who_may_see_the_wallboard(rig: ServerRig, desk: dict[str, str]) -> None:
    rig.api().post("/queues", {"name": "Sales"})
    sales = rig.queue("Sales").queue_id
    part = PartAhead(0.0, 4.5, Estimate(0.4, 0.1), 0.9)
    now = datetime.now(UTC)
    below = Outlook(60, (part, PartAhead(100.0, 0.0, Estimate(0.0, None), 0.0)), FallsBelow(100.0, 2, 3))
    outlooks = rig.backstage.outlooks
    outlooks.put(QueueOutlook(rig.contoso, desk["desk"], now, below))
    outlooks.put(QueueOutlook(rig.contoso, sales, now, QUIET))
    outlooks.put(QueueOutlook("another organization", "theirs", now, QUIET))
    shown = rig.api(Role.HOST, organization_id="").get("/live/look-ahead")
    assert {each["id"] for each in shown["queues"]} == {desk["desk"], sales}
    assert outlooks.watched() == (rig.contoso,)
    owner = rig.api(Role.QUEUE_OWNER, queue_ids=(desk["desk"],)).get("/live/look-ahead")
    (own,) = owner["queues"]
    assert (own["target"], own["within_s"], own["runs"]) == (0.8, 20, 60)
    first, second = own["parts"]
    assert (first["offered"], first["service_level"], first["margin"]) == (4.5, 0.4, 0.1)
    assert (second["service_level"], second["margin"]) == (None, None)
    assert datetime.fromisoformat(own["falls_below"]["at"]) == now + timedelta(seconds=100)
    assert (own["falls_below"]["more_agents"], own["falls_below"]["could_come"]) == (2, 3)
    agent = rig.api(Role.AGENT, user_id=desk["amal"])
    assert refusal_of(agent, "GET", "/live/look-ahead")["status"] == 403


# -- what is kept, and what came of it


def outlook(begin: float | None) -> Outlook:
    return replace(QUIET, below=None if begin is None else FallsBelow(begin, 1, 1))


def test_half_hours_are_kept_once_and_what_came_of_them_is_counted(
    rig: ServerRig, desk: dict[str, str]
) -> None:
    began = half_hour_of(datetime.now(UTC)) - timedelta(days=1)
    book, ids = ForecastBook(rig.backstage.database), (rig.contoso, desk["desk"])

    def keep(minutes: float, begin: float | None, agents: int) -> None:
        book.keep(*ids, began + timedelta(minutes=minutes), outlook(begin), agents)

    keep(10, 60.0, 2)  # the present half-hour, of which nothing is known before
    keep(11, 60.0, 2)
    keep(20, 900.0, 2)  # the next one
    keep(40, None, 2)
    keep(41, None, 3)  # more came
    keep(70, None, 3)
    with Past(rig, began_at=began) as past:
        for number in range(5):
            past.call(f"late {number}", desk["desk"], 60.0 * number, wait=30, agent_id=desk["amal"])
            past.call(f"missed {number}", desk["desk"], 5_400 + 60.0 * number, wait=30)
    shown = rig.api().get("/queues/Help Desk/look-ahead-score")
    assert shown == {"days": 7, "warned": 1, "right": 1, "averted": 1, "missed": 1}
    another = ForecastBook(rig.backstage.database)  # after a restart
    another.keep(*ids, began + timedelta(minutes=25), outlook(None), 9)
    assert rig.api().get("/queues/Help Desk/look-ahead-score") == shown


def test_a_look_ahead_is_kept(rig: ServerRig, desk: dict[str, str]) -> None:
    rig.backstage.outlooks.watch(rig.contoso)
    with signalling(rig):
        asyncio.run(LookAhead(rig.backstage, Asked(), Clock()).turn())
    now = datetime.now(UTC)
    (kept,) = forecasts_of(
        rig.backstage.database, rig.contoso, desk["desk"], now - timedelta(hours=1), now + timedelta(hours=1)
    )
    assert timedelta(0) <= kept.begins_at - kept.made_at <= timedelta(minutes=30)
    assert (kept.warned_at, kept.more_came) == (None, False)


def test_the_score_is_for_those_who_may_read_history(rig: ServerRig, desk: dict[str, str]) -> None:
    rig.api().post("/queues", {"name": "Sales"})
    owner = rig.api(Role.QUEUE_OWNER, queue_ids=(desk["desk"],))
    assert owner.get("/queues/Help Desk/look-ahead-score")["warned"] == 0
    assert refusal_of(owner, "GET", "/queues/Sales/look-ahead-score")["status"] == 403
    assert refusal_of(rig.api(), "GET", "/queues/None/look-ahead-score")["status"] == 404
