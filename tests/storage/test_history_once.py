"""Each call, ring and decision is on record once, whatever dies in between and is told again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from tests.databases import Place

from huntline.data_folder import DATABASE_VARIABLE
from huntline.engine.commands import DecisionKind, RecordCall, RecordDecision, RecordRing
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause, RingOutcome
from huntline.storage import postgresql
from huntline.storage.database import open_database, writing
from huntline.storage.history import HistoryWriter, read_calls

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BYE = Cause.CALLER_HUNG_UP
Record = RecordCall | RecordRing | RecordDecision


def records_of(number: int) -> list[Record]:
    """What the engine has recorded of one call, in its order."""
    call_id, at = f"c{number}", NOON + number * SECOND
    decided = [
        RecordDecision("contoso", call_id, "q1", agent_id, at, DecisionKind.RUNG, Cause.ALL_AVAILABLE, place)
        for place, agent_id in enumerate(("amal", "bao"), 1)
    ]
    ring = RecordRing(
        "contoso", f"{call_id}.1", call_id, "q1", "amal", at, at, at + SECOND, RingOutcome.ANSWERED, BYE
    )
    ended = RecordCall(
        "contoso", call_id, "q1", "q1", "+1425", at, at, at, at + SECOND, "amal", Outcome.ANSWERED, BYE
    )
    return [*decided, ring, ended]


def assert_each_is_there_once(database: Engine, calls: int) -> None:
    found = read_calls(database, limit=10_000)
    assert sorted(each.call_id for each in found) == sorted(f"c{number}" for number in range(calls))
    for call in found:
        assert [ring.ring_id for ring in call.rings] == [f"{call.call_id}.1"]
        assert [each.agent_id for each in call.decisions] == ["amal", "bao"]


def write(database: Engine, records: Sequence[Record], told_before: int = 0) -> None:
    """Add them in a life of the writer, the first of them again."""
    writer = HistoryWriter(database)
    for place, record in enumerate(records):
        writer.add(record, again=place < told_before)
    writer.close()
    assert writer.settled == writer.added == len(records)


@settings(max_examples=30)
@given(st.integers(1, 4), st.randoms())
def test_whatever_was_stored_before_a_crash_the_replay_makes_it_whole(calls: int, chance: Random) -> None:
    """A life of the process stores a part of what it was told, the next one is told all from some point on
    that is not after the first that is missing, perhaps by clocks that were set in between."""
    told = [record for number in range(calls) for record in records_of(number)]
    chance.shuffle(told)
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder))
        try:
            stored = 0
            while stored < len(told):
                begin = chance.randint(0, stored)
                end = chance.randint(stored + 1, len(told))
                drift = timedelta(days=chance.randint(0, 2))
                write(database, [_moved(record, drift) for record in told[begin:end]], stored - begin)
                stored = end
            write(database, told, len(told))
            assert_each_is_there_once(database, calls)
        finally:
            database.dispose()


def _moved(record: Record, by: timedelta) -> Record:
    match record:
        case RecordCall():
            return replace(record, arrived_at=record.arrived_at + by, ended_at=record.ended_at + by)
        case RecordRing():
            return replace(record, started_at=record.started_at + by, ended_at=record.ended_at + by)
        case RecordDecision():
            return replace(record, at=record.at + by)


def test_the_first_record_of_a_call_stays(database: Engine) -> None:
    first = records_of(0)[-1]
    assert isinstance(first, RecordCall)
    late = replace(first, outcome=Outcome.FAILED, reason=Cause.SHUTTING_DOWN)
    write(database, [first, late])
    write(database, [late])
    (call,) = read_calls(database)
    assert call.outcome is Outcome.ANSWERED


def test_what_is_told_for_the_first_time_is_not_looked_up(database: Engine) -> None:
    asked: list[str] = []
    event.listen(database, "before_cursor_execute", lambda *words: asked.append(words[2]))
    write(database, records_of(0))
    assert not any("FROM " in each for each in asked)
    write(database, records_of(0))
    assert any("FROM " in each for each in asked)
    assert_each_is_there_once(database, 1)


def test_calls_of_two_organizations_may_have_the_same_id(database: Engine) -> None:
    call = records_of(0)[-1]
    write(database, [call, replace(call, organization_id="fabrikam")])
    assert [each.organization_id for each in read_calls(database)] != ["contoso"]
    assert len(read_calls(database)) == 2


PROCESS = """
import sys
from pathlib import Path
from huntline.data_folder import said_database
from huntline.storage.database import open_database
from huntline.storage.history import HistoryWriter
from tests.storage.test_history_once import records_of
folder = Path(sys.argv[1])
writer = HistoryWriter(open_database(folder, said_database(folder)))
for number in range(100_000):
    for record in records_of(number):
        writer.add(record)
    print(number, writer.settled, flush=True)
    sys.stdin.readline()
"""


def test_a_process_that_is_killed_loses_nothing_that_it_called_settled(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in the middle of its writing, three times; each life begins again where nothing was settled."""
    if place.elsewhere is not None:
        monkeypatch.setenv(DATABASE_VARIABLE, place.elsewhere.text)
    calls = 0
    for calls in (40, 80, 120):
        settled = _life_until(place.folder, calls)
        database = place.open()
        found = {each.call_id for each in read_calls(database, limit=10_000)}
        database.dispose()
        assert {f"c{number}" for number in range(settled // 4)} <= found
    database = place.open()
    write(database, [record for number in range(calls) for record in records_of(number)])
    assert_each_is_there_once(database, calls)
    database.dispose()


def _life_until(folder: Path, calls: int) -> int:
    """Run a process until it has taken so many calls; how many records it had settled when it was killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        for _ in range(calls):
            number, settled = map(int, process.stdout.readline().split())
            if number == calls - 1:
                break
            process.stdin.write("\n")
            process.stdin.flush()
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    return settled


def test_what_a_full_disk_refuses_is_kept_until_there_is_room(
    sqlite: Engine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huntline.storage.history._RETRY_AFTER", 0.05)
    is_full = [True]

    def limit(connection: DBAPIConnection, *_: object) -> None:
        connection.cursor().execute(f"PRAGMA max_page_count = {1 if is_full[0] else 1_000_000}")

    event.listen(sqlite, "checkout", limit)
    writer = HistoryWriter(sqlite)
    records = [record for number in range(500) for record in records_of(number)]
    for record in records:
        writer.add(record)
    while "history not written" not in caplog.text:
        assert writer.settled == 0
    is_full[0] = False
    writer.close()
    assert "free some space on its disk" in caplog.text
    assert writer.settled == len(records)
    assert_each_is_there_once(sqlite, 500)


def test_a_locked_database_is_waited_for(
    place: Place, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huntline.storage.history._RETRY_AFTER", 0.05)
    monkeypatch.setattr("huntline.storage.sqlite.BUSY_TIMEOUT", 0.01)
    monkeypatch.setitem(postgresql._OPTIONS, "lock_timeout", "10ms")
    database = place.open()
    with writing(database):
        writer = HistoryWriter(database)
        for record in records_of(0):
            writer.add(record)
        while "another program holds it" not in caplog.text:
            assert writer.settled == 0
    writer.close()
    assert writer.settled == 4
    assert_each_is_there_once(database, 1)
    database.dispose()
