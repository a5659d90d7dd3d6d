"""History is written behind the calls' backs and read back whole."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from huntline.engine.commands import DecisionKind, RecordCall, RecordDecision, RecordRing
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause, RingOutcome, WrapUp
from huntline.storage import schema
from huntline.storage.database import writing
from huntline.storage.history import HistoryWriter, read_calls

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BYE = Cause.AGENT_HUNG_UP


def call(
    call_id: str, at: datetime = NOON, queue_id: str = "q1", first: str = "q1", of: str = "contoso"
) -> RecordCall:
    answered_at, ended_at = at + SECOND, at + 9 * SECOND
    return RecordCall(
        of, call_id, queue_id, first, "+1425", at, at, answered_at, ended_at, "amal", Outcome.ANSWERED, BYE
    )


def test_a_call_is_read_back_with_its_rings_and_reasons_in_order(database: Engine) -> None:
    writer = HistoryWriter(database)
    writer.add(RecordDecision("contoso", "c1", "q1", "bao", NOON, DecisionKind.NOT_RUNG, Cause.OPTED_OUT, 1))
    writer.add(RecordDecision("contoso", "c1", "q1", "amal", NOON, DecisionKind.RUNG, WrapUp(NOON), 2))
    until = NOON + 9 * SECOND
    ring = RecordRing(
        "contoso", "c1.1", "c1", "q1", "amal", NOON, NOON + SECOND, until, RingOutcome.ANSWERED, BYE
    )
    writer.add(ring)
    writer.add(call("c1"))
    writer.close()

    (record,) = read_calls(database)
    assert (record.outcome, record.agent_id, record.arrived_at) == (Outcome.ANSWERED, "amal", NOON)
    assert [(ring.agent_id, ring.outcome) for ring in record.rings] == [("amal", "answered")]
    assert [(each.agent_id, each.reason) for each in record.decisions] == [
        ("bao", Cause.OPTED_OUT),
        ("amal", WrapUp(NOON)),
    ]


def test_calls_come_newest_first_and_can_be_narrowed_down(database: Engine) -> None:
    writer = HistoryWriter(database)
    writer.add(call("c1", NOON))
    writer.add(call("c2", NOON + SECOND, queue_id="q2", first="q1"))
    writer.add(call("c3", NOON + 2 * SECOND, queue_id="q3", first="q3", of="fabrikam"))
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
        writer.add(call(f"c{number}"))
    writer.close()
    assert len(read_calls(database, limit=10_000)) == 5000


def test_a_record_that_is_refused_does_not_keep_the_others_out(
    database: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    writer = HistoryWriter(database)
    without_zone = replace(call("c2"), ended_at=NOON.replace(tzinfo=None))
    for record in (call("c1"), without_zone, call("c3")):
        writer.add(record)
    writer.close()
    assert {each.call_id for each in read_calls(database)} == {"c1", "c3"}
    assert caplog.text.count("history record refused") == 1
    assert without_zone.caller not in caplog.text
    assert writer.settled == writer.added == 3


def test_a_database_that_is_away_is_tried_again(
    database: Engine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huntline.storage.history._RETRY_AFTER", 0.05)
    with writing(database) as connection:
        connection.exec_driver_sql("ALTER TABLE calls RENAME TO elsewhere")
    writer = HistoryWriter(database)
    writer.add(call("c1"))
    deadline = time.monotonic() + 10
    while "history not written" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.01)
    assert (writer.added, writer.settled) == (1, 0)
    assert "Traceback" not in caplog.text
    assert call("c1").caller not in caplog.text
    with writing(database) as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO calls")
    while not read_calls(database) and time.monotonic() < deadline:
        time.sleep(0.01)
    writer.close()
    assert [each.call_id for each in read_calls(database)] == ["c1"]


def test_what_could_not_be_written_is_tried_once_more_at_the_end(
    database: Engine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huntline.storage.history._RETRY_AFTER", 60.0)
    with writing(database) as connection:
        connection.exec_driver_sql("ALTER TABLE calls RENAME TO elsewhere")
    writer = HistoryWriter(database)
    writer.add(call("c1"))
    deadline = time.monotonic() + 10
    while "history not written" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.01)
    with writing(database) as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO calls")
    writer.add(call("c2"))
    writer.close()
    assert {each.call_id for each in read_calls(database)} == {"c1", "c2"}


def test_a_call_stays_in_the_month_in_which_it_came(database: Engine) -> None:
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    writer = HistoryWriter(database)
    writer.add(call("c1", new_year - SECOND))
    ended_at = new_year + SECOND
    writer.add(
        RecordRing("contoso", "c1.1", "c1", "q1", "amal", new_year, None, ended_at, RingOutcome.DECLINED, BYE)
    )
    writer.close()
    with database.begin() as connection:
        assert connection.execute(select(schema.calls.c.month)).scalars().all() == [202612]
        assert connection.execute(select(schema.rings.c.month)).scalars().all() == [202701]
    (record,) = read_calls(database)
    assert len(record.rings) == 1
