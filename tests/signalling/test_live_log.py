"""What a process writes down is what the next one knows (edge)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.engine import desk
from tests.fakes.peers import until

from huntline.clock import Clock, ClockStart
from huntline.engine import events as told
from huntline.engine.commands import RecordCall
from huntline.engine.engine import Engine
from huntline.engine.model import AgentSettings
from huntline.engine.reasons import Cause
from huntline.signalling.live_log import ENGINE, Earlier, Life, LiveLog, this_machine
from huntline.signalling.runner import Runner
from huntline.signalling.unsettled import Recorded, Unsettled
from huntline.storage.journal import Contents, Journal


class Archive:
    """A history that stores nothing until it is told to."""

    def __init__(self) -> None:
        self.records: list[Recorded] = []
        self.settled = 0

    @property
    def added(self) -> int:
        return len(self.records)

    def add(self, record: Recorded, *, again: bool = False) -> None:
        self.records.append(record)


class Process:
    """The engine with its log; ``things`` are all else that lives."""

    def __init__(self, path: Path) -> None:
        self.journal = Journal(path)
        self.earlier = Earlier(self.journal.found)
        self.archive = Archive()
        self.unsettled = Unsettled(self.archive, lambda record: record)
        for record in self.earlier.unsettled:
            self.unsettled.add(record, again=True)
        self.clock = Clock(start=self.earlier.clock_start)
        self.things: dict[str, str] = {}
        self.legs: dict[str, bytes | None] = {}
        self.log = LiveLog(
            self.journal,
            {"thing": lambda name: ENGINE.encode(self.things[name]) if name in self.things else None},
            self._changed_legs,
            self.earlier.engine.checkpoint,
            self.unsettled.records,
        )
        self.runner = Runner(self.earlier.engine, self.clock, self._carry_out, lambda: None, self.log.told)
        self.runner.start()

    def _changed_legs(self) -> dict[str, bytes | None]:
        legs, self.legs = self.legs, {}
        return legs

    def _carry_out(self, command: object) -> None:
        if isinstance(command, Recorded):
            self.unsettled.add(command)

    def opens(self) -> None:
        queue = desk.queue(agents="anna", distribution=desk.SERIAL, wrap_up=timedelta(0))
        anna = AgentSettings(agent_id="anna", organization_id="contoso", name="anna")
        self.runner.post(told.SettingsChanged("contoso", (queue,), (anna,)))
        self.runner.post(told.AgentReachabilityChanged("anna", True))

    def is_begun(self) -> None:
        self.log.begin_anew(Life(this_machine(), "run", self.clock.start))


read, write = Path.read_bytes, Path.write_bytes


def size(path: Path) -> int:
    return path.stat().st_size


def tell(path: Path, story: Callable[[Process], Awaitable[None]]) -> Earlier:
    """What the next process finds after a story, at the end of which the process dies."""

    async def lived() -> None:
        process = Process(path)
        try:
            await story(process)
        finally:
            written = read(path)
            process.runner.close()
            await asyncio.sleep(0)
            process.journal.close()
            write(path, written)

    asyncio.run(lived())
    with closing(Journal(path)) as journal:
        return Earlier(journal.found)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "live.journal"


def test_the_engine_goes_on_from_what_was_written(path: Path) -> None:
    async def story(process: Process) -> None:
        process.opens()
        process.is_begun()
        before = size(path)
        process.runner.post(told.CallArrived("c1", "contoso", "desk", "+1"))
        process.runner.post(told.AgentAnswered("c1.1"))
        assert size(path) == before
        process.log.flush()
        assert size(path) > before
        process.runner.post(told.CallBridged("c1", "c1.1"))

    earlier = tell(path, story)
    (call,) = earlier.engine.snapshot(Clock().now()).calls
    assert (call.call_id, call.state) == ("c1", "connecting")
    assert earlier.reachable == ["anna"]


def test_what_must_be_on_record_before_it_is_sent_is(path: Path) -> None:
    async def story(process: Process) -> None:
        process.things["a"] = "one"
        process.log.changed("thing", "a")
        process.legs["tag"] = ENGINE.encode("a leg")
        process.log.flush()
        process.things["a"] = "two"
        process.log.changed("thing", "a")

    earlier = tell(path, story)
    assert earlier.records("thing", ENGINE.decode) == {"a": "one"}
    assert earlier.records("leg", ENGINE.decode) == {"tag": "a leg"}


def test_what_nobody_outside_was_told_of_is_written_soon(path: Path) -> None:
    async def story(process: Process) -> None:
        before = size(path)
        process.legs["tag"] = ENGINE.encode("a leg")
        process.log.legs_changed()
        await until(lambda: size(path) > before)

    assert tell(path, story).records("leg", ENGINE.decode) == {"tag": "a leg"}


def test_what_is_gone_is_forgotten_also_over_a_new_beginning(path: Path) -> None:
    async def story(process: Process) -> None:
        process.things |= {"a": "one", "b": "two"}
        for name in "ab":
            process.log.changed("thing", name)
        process.log.flush()
        process.is_begun()
        del process.things["a"]
        process.log.changed("thing", "a")
        process.log.flush()

    assert tell(path, story).records("thing", ENGINE.decode) == {"b": "two"}


def test_no_record_on_its_way_into_the_history_is_lost(path: Path) -> None:
    async def story(process: Process) -> None:
        process.opens()
        for call_id in ("c1", "c2", "c3"):
            process.runner.post(told.CallArrived(call_id, "contoso", "desk", "+1"))
            process.runner.post(told.CallerHungUp(call_id))
            if call_id == "c1":
                process.archive.settled = process.archive.added
            if call_id == "c2":
                process.is_begun()
        process.log.flush()

    earlier = tell(path, story)
    assert [record.call_id for record in earlier.unsettled if isinstance(record, RecordCall)] == ["c2", "c3"]


def test_a_run_is_told_from_another_and_the_clock_goes_on(path: Path) -> None:
    starts: list[Life] = []

    async def story(process: Process) -> None:
        process.is_begun()
        starts.append(Life(this_machine(), "run", process.clock.start))

    earlier = tell(path, story)
    assert earlier.life == starts[0]
    assert earlier.clock_start == starts[0].clock
    assert (earlier.is_of_run("run"), earlier.is_of_run("other")) == (True, False)
    assert earlier.clock_shift == 0


def test_on_another_machine_the_time_of_day_goes_on_and_monotonic_moments_are_moved(path: Path) -> None:
    at = datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
    life = Life("another machine", "run", ClockStart(at, 50_000.0))
    contents = Contents(
        None, [ENGINE.encode((at + timedelta(seconds=100), None))], {"life": ENGINE.encode(life)}
    )
    minute_later = at + timedelta(seconds=160)
    earlier = Earlier(contents, lambda: minute_later, lambda: 7.0)
    assert earlier.is_of_run("run")
    assert earlier.clock_start == ClockStart(minute_later, 7.0)
    assert earlier.clock_shift == 7.0 - 50_160.0
    behind = Earlier(contents, lambda: at, lambda: 7.0)  # its time of day is: the clock may not run backwards
    assert behind.clock_start.moment == at + timedelta(seconds=100)


def test_what_cannot_be_read_is_left_out_and_named() -> None:
    at = Clock().now()
    earlier = Earlier(
        Contents(
            b"\xc1",
            [b"\xc1", ENGINE.encode((at, None)), ENGINE.encode((at, told.CallFailed("c9", Cause.NO_ACK)))],
            {"thing:a": b"\xc1", "thing:b": ENGINE.encode("two")},
        )
    )
    assert earlier.records("thing", ENGINE.decode) == {"b": "two"}
    assert [name.partition(":")[0] for name in earlier.unreadable] == ["checkpoint", "event 0", "thing"]
    assert earlier.engine.snapshot(at).calls == Engine().snapshot(at).calls
    assert earlier.life is None
