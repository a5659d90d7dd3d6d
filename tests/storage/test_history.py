"""History is written behind the calls' backs and read back whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from huntline.engine.commands import RecordCall, RecordDecision, RecordRing
from huntline.engine.model import Outcome
from huntline.storage.database import open_database
from huntline.storage.history import HistoryWriter, read_calls

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(tmp_path)
    yield engine
    engine.dispose()


def call(call_id: str, at: datetime = NOON, queue_id: str = "q1", first: str = "q1") -> RecordCall:
    answered_at, ended_at = at + SECOND, at + 9 * SECOND
    return RecordCall(
        call_id, queue_id, first, "+1425", at, at, answered_at, ended_at, "amal", Outcome.ANSWERED, "bye"
    )


def test_a_call_is_read_back_with_its_rings_and_reasons_in_order(database: Engine) -> None:
    writer = HistoryWriter(database)
    writer.add_decision(RecordDecision("c1", "q1", "bao", NOON, "not rung", "opted out"), "contoso")
    writer.add_decision(RecordDecision("c1", "q1", "amal", NOON, "rung", "first of the list"), "contoso")
    writer.add_ring(
        RecordRing("c1.1", "c1", "q1", "amal", NOON, NOON + SECOND, NOON + 9 * SECOND, "answered", "bye"),
        "contoso",
    )
    writer.add_call(call("c1"), "contoso")
    writer.close()

    (record,) = read_calls(database)
    assert (record.outcome, record.agent_id, record.arrived_at) == (Outcome.ANSWERED, "amal", NOON)
    assert [(ring.agent_id, ring.outcome) for ring in record.rings] == [("amal", "answered")]
    assert [(each.agent_id, each.reason) for each in record.decisions] == [
        ("bao", "opted out"),
        ("amal", "first of the list"),
    ]


def test_calls_come_newest_first_and_can_be_narrowed_down(database: Engine) -> None:
    writer = HistoryWriter(database)
    writer.add_call(call("c1", NOON), "contoso")
    writer.add_call(call("c2", NOON + SECOND, queue_id="q2", first="q1"), "contoso")
    writer.add_call(call("c3", NOON + 2 * SECOND, queue_id="q3", first="q3"), "fabrikam")
    writer.close()

    assert [each.call_id for each in read_calls(database)] == ["c3", "c2", "c1"]
    assert [each.call_id for each in read_calls(database, organization_id="contoso")] == ["c2", "c1"]
    assert [each.call_id for each in read_calls(database, queue_ids=["q1"])] == ["c2", "c1"]
    assert [each.call_id for each in read_calls(database, queue_ids=["q2"])] == ["c2"]
    assert [each.call_id for each in read_calls(database, since=NOON + SECOND)] == ["c3", "c2"]
    assert [each.call_id for each in read_calls(database, limit=1)] == ["c3"]


def test_closing_writes_everything_that_was_added(database: Engine) -> None:
    writer = HistoryWriter(database)
    for number in range(5000):
        writer.add_call(call(f"c{number}"), "contoso")
    writer.close()
    assert len(read_calls(database, limit=10_000)) == 5000


def test_a_record_that_cannot_be_written_does_not_hang_the_end(
    database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    writer = HistoryWriter(database)
    writer.add_call(call("c1"), "contoso")
    writer.add_call(call("c1"), "contoso")  # the same key twice: refused by the database
    writer.close()
    assert "history not written" in caplog.text
