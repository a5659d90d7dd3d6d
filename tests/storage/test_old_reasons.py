"""Rows that were written when reasons were English sentences are read as data (migration 0004)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ColumnClause, Connection, column, create_engine, insert
from sqlalchemy import table as sql_table

from huntline.engine.model import Outcome, Presence
from huntline.engine.reasons import (
    AfterExit,
    AnsweredAfter,
    BackInLine,
    Cause,
    Count,
    Destination,
    DestinationKind,
    ExitTaken,
    FailedForward,
    FailedTransfer,
    FromQueue,
    HandedTo,
    LeftAlone,
    LeftToTransfer,
    NobodyFree,
    Obstacle,
    OnlyText,
    Paused,
    PresenceIs,
    QueueFull,
    Reason,
    SipAnswer,
    StopReason,
    TransferredTo,
    WaitedMaximum,
    WrapUp,
)
from huntline.storage.calls import CallFilter, decisions_of, find_call, rings_of
from huntline.storage.database import migrate, open_database

AT = datetime(2026, 10, 31, 23, 59, 50, tzinfo=UTC)
BUSY = SipAnswer(486, "Busy Here")
BAO = Destination(DestinationKind.PERSON, "bao@contoso.com")
UNKNOWN = "something that nobody knows \U0001f600; and more"
OUTSIDE = Destination(DestinationKind.NUMBER)
SALES = Destination(DestinationKind.QUEUE, "Sales")

OLD: list[tuple[str, Reason]] = [
    ("opted out", Cause.OPTED_OUT),
    ("offline: no phone registered", Cause.NO_PHONE),
    ("no phone registered", Cause.NOT_REGISTERED),
    ("offline: presence", Cause.PRESENCE_OFFLINE),
    ("paused", Paused()),
    ("paused: lunch: 12:00; back soon", Paused("lunch: 12:00; back soon")),
    ("in wrap-up until 23:59:55", WrapUp(AT + timedelta(seconds=5))),
    ("in wrap-up until 00:00:05", WrapUp(AT + timedelta(seconds=15))),
    (
        "left alone until 23:59:55: 486 Busy Here",
        LeftAlone(AT + timedelta(seconds=5), SipAnswer(486, "Busy Here")),
    ),
    ("presence away", PresenceIs(Presence.AWAY)),
    ("answered elsewhere", StopReason.ANSWERED_ELSEWHERE),
    ("480", SipAnswer(480, "")),
    ("30.0 s after the call arrived", AnsweredAfter(30.0)),
    (
        "nobody can be rung: 2 offline, 1 presence busy, 3 presence away",
        NobodyFree((Count(Obstacle.OFFLINE, 2), Count(Obstacle.PRESENCE, 4))),
    ),
    ("nobody can be rung: 2 asleep", OnlyText("nobody can be rung: 2 asleep")),
    ("50 calls wait, the maximum: disconnected", ExitTaken(QueueFull(50), None)),
    ("waited 1200 s, the maximum: forwarded to Sales", ExitTaken(WaitedMaximum(1200.0), SALES)),
    (
        "nobody serves this queue: forwarded to tel:+14255550100",
        ExitTaken(Cause.NOBODY_SERVES, Destination(DestinationKind.NUMBER, "tel:+14255550100")),
    ),
    (
        "nobody serves this queue; went round in a circle",
        AfterExit(Cause.NOBODY_SERVES, Cause.WENT_IN_A_CIRCLE),
    ),
    (
        "the queue was removed; forward failed: the moon is full",
        AfterExit(Cause.QUEUE_REMOVED, FailedForward(OnlyText("the moon is full"))),
    ),
    (
        "back in line: transfer failed: no answer",
        BackInLine(FailedTransfer(StopReason.NO_ANSWER)),
    ),
    ("to bao@contoso.com", HandedTo(BAO)),
    ("to bao@contoso.com, who is still rung", HandedTo(BAO, is_rung=True)),
    ("transferred to Sales", TransferredTo(SALES)),
    (
        "the agent hung up while a number outside was rung",
        LeftToTransfer(Destination(DestinationKind.NUMBER)),
    ),
    ("from Sales", FromQueue("Sales")),
    ("from outside", Cause.FROM_OUTSIDE),
    ("from a queue", FromQueue("")),
    ("", OnlyText("")),
    (
        "something that nobody knows \U0001f600; and more",
        OnlyText("something that nobody knows \U0001f600; and more"),
    ),
]


MOMENT = "2026-10-31 23:59:50.000000"
CALL = {
    "first_queue_id": "q",
    "caller": "+1",
    "arrived_at": MOMENT,
    "ended_at": MOMENT,
    "outcome": "abandoned",
    "reason": "the caller hung up",
}
RING = {
    "ring_id": "c1.1",
    "agent_id": "a",
    "started_at": MOMENT,
    "ended_at": MOMENT,
    "outcome": "stopped",
    "reason": "caller gone",
}
DECISION = {"at": MOMENT, "decision": "waits"}


def _insert(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    columns: list[ColumnClause[Any]] = [column(name) for name in rows[0]]
    connection.execute(insert(sql_table(table, *columns)), rows)


def write(folder: Path, sentences: list[str]) -> None:
    """A database of the revision before, with a decision for each sentence."""
    engine = create_engine(f"sqlite:///{folder / 'huntline.db'}")
    common = {"organization_id": "o", "month": 202610, "call_id": "c1", "queue_id": "q"}
    with engine.begin() as connection:
        migrate(connection, "0003")
        _insert(connection, "calls", [common | CALL])
        _insert(connection, "rings", [common | RING])
        decisions = [
            common | DECISION | {"decision_id": f"{place:06}", "reason": sentence}
            for place, sentence in enumerate(sentences)
        ]
        _insert(connection, "decisions", decisions)
    engine.dispose()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("old")
    write(folder, [sentence for sentence, _ in OLD])
    return folder


def test_sentences_become_reasons(folder: Path) -> None:
    database = open_database(folder)
    read = [each.reason for each in decisions_of(database, "o", "c1")]
    assert read == [reason for _, reason in OLD]
    call = find_call(database, CallFilter(organization_id="o"), "c1")
    assert call is not None
    assert (call.outcome, call.reason) == (Outcome.ABANDONED, Cause.CALLER_HUNG_UP)
    assert [ring.reason for ring in rings_of(database, "o", "c1")] == [StopReason.CALLER_GONE]
    database.dispose()


def test_more_rows_than_a_batch_are_all_rewritten(tmp_path: Path) -> None:
    write(tmp_path, ["opted out"] * 2_501)
    database = open_database(tmp_path)
    reasons = [each.reason for each in decisions_of(database, "o", "c1")]
    assert reasons == [Cause.OPTED_OUT] * 2_501
    database.dispose()
