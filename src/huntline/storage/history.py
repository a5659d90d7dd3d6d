"""History: what became of every call, written behind the calls' backs and read by people."""

from __future__ import annotations

import hashlib
import logging
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import Connection, Engine, Table, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from huntline.directory.refused import RefusedCall
from huntline.engine.commands import DecisionKind, RecordCall, RecordDecision, RecordRing
from huntline.engine.model import Outcome
from huntline.engine.reasons import LeftMessage, Reason, RingOutcome
from huntline.plain import fields_of
from huntline.storage import schema
from huntline.storage.database import reading, writing
from huntline.storage.faults import DatabaseUnavailable
from huntline.storage.ids import new_id
from huntline.storage.shards import of_this_server

log = logging.getLogger(__name__)

Row = dict[str, Any]
_Entry = tuple[Table, Row, bool]
"""A row, and whether an earlier process may have stored it."""

_SPACING = 0.25  # s between two batches
_SPACING_WHEN_BUSY = 1.0  # s, after a batch of as many as _MANY: a batch costs more than the rows in it
_MANY = 30
_RETRY_AFTER = 2.0  # s
_LARGEST_BATCH = 2_000
_NAMED_BY = {schema.calls: "call_id", schema.rings: "ring_id", schema.decisions: "decision_id"}
"""What is the same when a record is added again, whatever the clocks say by then."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One reasoned decision; ``agent_id`` None: about the call itself."""

    at: datetime
    queue_id: str
    agent_id: str | None
    decision: DecisionKind
    reason: Reason


@dataclass(frozen=True, slots=True)
class RingRecord:
    """One ring of an agent."""

    ring_id: str
    call_id: str
    queue_id: str
    agent_id: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    outcome: RingOutcome
    reason: Reason


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call that is over, with its rings and decisions in the order of time."""

    call_id: str
    organization_id: str
    queue_id: str
    first_queue_id: str
    caller: str
    arrived_at: datetime
    waiting_since: datetime | None
    answered_at: datetime | None
    ended_at: datetime
    agent_id: str | None
    outcome: Outcome
    reason: Reason
    transferred_from: str | None
    rings: tuple[RingRecord, ...]
    decisions: tuple[Decision, ...]


class HistoryWriter:
    """Takes records at once and writes them in batches from a thread of its own.

    A record that was stored before, or added twice, changes nothing: of a call, a ring or a decision the
    first one that is stored stays, so that whoever does not know how far it got adds all ``again``. What
    cannot be written now is tried again until ``close``, what the database refuses for good is logged and
    left out; the caller never waits and never fails.
    """

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._inbox: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._added = self._settled = 0
        self._thread = threading.Thread(target=self._write, name="history", daemon=True)
        self._thread.start()

    @property
    def added(self) -> int:
        """How many records were taken so far."""
        return self._added

    @property
    def settled(self) -> int:
        """How many of them, in the order in which they were taken, are stored for good or never will be:
        a crash loses none of those."""
        return self._settled

    def add(self, record: RecordCall | RecordRing | RecordDecision, *, again: bool = False) -> None:
        """A call or a ring is over, or a decision was taken. ``again``: an earlier process has said so, and
        its clock may have been another."""
        row = fields_of(record)
        match record:
            case RecordCall():
                self._add(schema.calls, record.arrived_at, row, again)
            case RecordRing():
                self._add(schema.rings, record.started_at, row, again)
            case RecordDecision():
                number = row.pop("number")
                name = {"decision_id": _decision_id(record.call_id, number)}
                self._add(schema.decisions, record.at, row | name, again)
            case _:
                assert_never(record)

    def add_refused(self, refused: RefusedCall, at: datetime) -> None:
        """A call was turned away."""
        row = fields_of(refused) | {"refusal_id": new_id(), "at": at}
        self._add(schema.refused_calls, at, row)

    def close(self) -> None:
        """Write what is left, trying once more, and end the thread."""
        self._closing.set()
        self._inbox.put(None)
        self._thread.join()

    def _add(self, table: Table, began_at: datetime, row: Row, again: bool = False) -> None:
        self._added += 1
        self._inbox.put((table, row | {"month": began_at.year * 100 + began_at.month}, again))

    def _write(self) -> None:
        batch: list[_Entry] = []
        spacing = _SPACING
        while True:
            if not batch:
                first = self._inbox.get()
                if first is None:
                    return
                batch.append(first)
                self._closing.wait(spacing)
            is_last_try = self._closing.is_set()
            batch.extend(_taken(self._inbox, _LARGEST_BATCH - len(batch)))
            spacing = _SPACING if len(batch) < _MANY else _SPACING_WHEN_BUSY
            try:
                self._settle(batch)
            except (OperationalError, DatabaseUnavailable) as error:
                # Locked, full, read-only: it may pass. The calls go on and the records are kept.
                reason = str(error).partition("\n")[0]
                log.error("history not written: %s", reason, extra={"records": len(batch)})
                if is_last_try:
                    return
                self._closing.wait(_RETRY_AFTER)

    def _settle(self, batch: list[_Entry]) -> None:
        """Store the batch and empty it; what could not be stored for now is left in it."""
        try:
            self._insert(batch)
        except (OperationalError, DatabaseUnavailable):
            raise
        except Exception:
            # A record that is refused for what it is must not keep the others out for ever.
            self._settle_one_by_one(batch)
        else:
            self._settled += len(batch)
            batch.clear()

    def _insert(self, entries: Sequence[_Entry]) -> None:
        """Store all that is new: looked up before only where something need not be."""
        if not any(again for _, _, again in entries):
            try:
                return self._store(entries, lambda connection, table, rows: rows)
            except IntegrityError:
                pass  # a batch whose fate was not known, or a record that the database refuses for good
        self._store(entries, _new_rows)

    def _store(
        self, entries: Iterable[_Entry], chosen: Callable[[Connection, Table, list[Row]], Iterable[Row]]
    ) -> None:
        rows: dict[Table, list[Row]] = defaultdict(list)
        for table, row, _ in entries:
            rows[table].append(row)
        with writing(self._database) as connection:
            for table, batch in rows.items():
                if new := list(chosen(connection, table, batch)):
                    connection.execute(insert(table), new)

    def _settle_one_by_one(self, batch: list[_Entry]) -> None:
        while batch:
            try:
                self._insert(batch[:1])
            except (OperationalError, DatabaseUnavailable):
                raise
            except Exception:
                log.exception("history record refused", extra={"table": batch[0][0].name})
            del batch[0]
            self._settled += 1


def add_left_message(
    connection: Connection,
    organization_id: str,
    call_id: str,
    message_id: str,
    left_at: datetime,
    step: LeftMessage,
) -> None:
    """Add to the record of a call that a message was left in it; a call without a record gets none.

    It is for whoever stores the message, in the same transaction: so neither is there without the other,
    though the call may be over long before.
    """
    decisions = schema.decisions
    is_of = decisions.c.organization_id == organization_id, decisions.c.call_id == call_id
    query = select(decisions.c.queue_id).where(*is_of).order_by(decisions.c.decision_id.desc()).limit(1)
    queue_id = connection.execute(query).scalar()
    if queue_id is None:
        return
    row = {
        "organization_id": organization_id,
        "month": left_at.year * 100 + left_at.month,
        "decision_id": f"{_decisions_of(call_id)}f{message_id[-7:]}",  # after all that have a number
        "call_id": call_id,
        "queue_id": queue_id,
        "at": left_at,
        "decision": DecisionKind.LEFT_MESSAGE,
        "reason": step,
    }
    connection.execute(insert(decisions).values(row))


def _decision_id(call_id: str, number: int) -> str:
    """The same for the same decision, however often it is recorded; sorts by number within the call."""
    return f"{_decisions_of(call_id)}{number:08x}"


def _decisions_of(call_id: str) -> str:
    """How the ids of a call's decisions begin."""
    return hashlib.sha256(call_id.encode()).hexdigest()[:28]


def _new_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> Iterator[Row]:
    """Those that are not stored yet, each once.

    The key cannot tell, for the month in it is one of a clock that may have been set in between.
    """
    if table not in _NAMED_BY:
        yield from rows
        return
    name = _NAMED_BY[table]
    seen = set(_stored_names(connection, table, name, rows))
    for row in rows:
        key = (row["organization_id"], row[name])
        if key not in seen:
            seen.add(key)
            yield row


def _stored_names(
    connection: Connection, table: Table, name: str, rows: Sequence[Row]
) -> Iterator[tuple[str, str]]:
    call_ids: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        call_ids[row["organization_id"]].add(row["call_id"])
    for organization_id, ids in call_ids.items():
        stored = select(table.c[name]).where(
            table.c.organization_id == organization_id, table.c.call_id.in_(ids)
        )
        yield from ((organization_id, found) for found in connection.execute(stored).scalars())


def read_calls(
    database: Engine,
    *,
    organization_id: str | None = None,
    queue_ids: Sequence[str] | None = None,
    since: datetime | None = None,
    limit: int = 100,
) -> list[CallRecord]:
    """The last calls that match, the newest first, of one organization or of all that this server has.
    ``queue_ids``: where the call ended or came in."""
    calls = schema.calls
    wanted = select(calls).order_by(calls.c.arrived_at.desc(), calls.c.call_id.desc()).limit(limit)
    is_of = of_this_server(database, calls)
    if organization_id is not None:
        is_of = calls.c.organization_id == organization_id
    wanted = wanted.where(is_of)
    if queue_ids is not None:
        wanted = wanted.where(calls.c.queue_id.in_(queue_ids) | calls.c.first_queue_id.in_(queue_ids))
    if since is not None:
        wanted = wanted.where(calls.c.arrived_at >= since)
    with reading(database, organization_id) as connection:
        found = [dict(row) for row in connection.execute(wanted).mappings()]
        call_ids = [row["call_id"] for row in found]
        rings = _by_call(connection.execute(_of_calls(schema.rings, call_ids, "started_at")).mappings())
        decisions = _by_call(
            connection.execute(_of_calls(schema.decisions, call_ids, "decision_id")).mappings()
        )
    return [_call(row, rings[row["call_id"]], decisions[row["call_id"]]) for row in found]


def _of_calls(table: Table, call_ids: Sequence[str], order: str) -> Any:
    return select(table).where(table.c.call_id.in_(call_ids)).order_by(table.c[order])


def _by_call(rows: Iterable[Any]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["call_id"]].append(dict(row))
    return found


def _call(row: Row, rings: Sequence[Row], decisions: Sequence[Row]) -> CallRecord:
    return CallRecord(
        **_without(row, "month"),
        rings=tuple(RingRecord(**_without(ring, "month", "organization_id")) for ring in rings),
        decisions=tuple(
            Decision(**_without(each, "month", "call_id", "organization_id", "decision_id"))
            for each in decisions
        ),
    )


def _without(row: Row, *keys: str) -> Row:
    return {key: value for key, value in row.items() if key not in keys}


def _taken(inbox: queue.SimpleQueue[_Entry | None], most: int) -> list[_Entry]:
    """What is there already; the mark of the end stays for whoever waits."""
    taken: list[_Entry] = []
    while len(taken) < most and not inbox.empty():
        entry = inbox.get()
        if entry is None:
            inbox.put(None)
            break
        taken.append(entry)
    return taken
