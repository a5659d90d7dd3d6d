"""A number that is erased stands nowhere any more, and everything else is as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, select

from huntline.data_folder import DATABASE
from huntline.directory.changes import Change
from huntline.directory.refused import RefusalReason, RefusedCall
from huntline.directory.spellings import spellings_of
from huntline.engine.commands import DecisionKind, RecordCall, RecordDecision, RecordRing
from huntline.engine.model import Outcome
from huntline.engine.reasons import (
    Cause,
    Destination,
    DestinationKind,
    ExitTaken,
    HandedTo,
    OnlyText,
    RingOutcome,
)
from huntline.storage import schema
from huntline.storage.audit import Actor, AuditFilter, add_to_audit, page_of_audit
from huntline.storage.erasure import Erased, erase
from huntline.storage.history import HistoryWriter, read_calls
from huntline.storage.refused import RefusalFilter, page_of_refused

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
NUMBER, OTHER = "+14255550199", "+14255550198"
BY = Actor("anna", "cli")


def call(call_id: str, caller: str, of: str = "contoso") -> RecordCall:
    target = Destination(DestinationKind.NUMBER, f"tel:{NUMBER}")
    return RecordCall(
        of, call_id, "q1", "q1", caller, NOON, NOON, None, NOON, None, Outcome.TIMED_OUT, HandedTo(target)
    )


def fill(database: Engine) -> None:
    """Calls of the number in three spellings and of another one, in two organizations; all that tells of
    them, and a change of settings that names it."""
    writer = HistoryWriter(database)
    for call_id, caller in (
        ("c1", NUMBER),
        ("c2", "4255550199"),
        ("c3", "sip:+14255550199@host"),
        ("c4", OTHER),
    ):
        writer.add(call(call_id, caller))
    writer.add(call("f1", NUMBER, "fabrikam"))
    said = OnlyText(f"486 from {NUMBER}")
    writer.add(RecordRing("contoso", "c4.1", "c4", "q1", "amal", NOON, None, NOON, RingOutcome.FAILED, said))
    exit_taken = ExitTaken(Cause.NOBODY_SERVES, Destination(DestinationKind.NUMBER, f"tel:{NUMBER}"))
    writer.add(RecordDecision("contoso", "c4", "q1", None, NOON, DecisionKind.TIMEOUT, exit_taken, 1))
    for caller, dialled in ((NUMBER, "+14255550100"), (OTHER, "425-555-0199"), (OTHER, OTHER)):
        refused = RefusedCall("contoso", "192.0.2.1", caller, dialled, 404, RefusalReason.UNKNOWN_NUMBER)
        writer.add_refused(refused, NOON)
    writer.close()
    change = Change("user", "amal@contoso.com", "line_uri", f"tel:{NUMBER}", f"tel:{OTHER}")
    add_to_audit(database, "contoso", [change], BY, NOON)


def erased(database: Engine, *, dry_run: bool = False, of: str | None = None) -> Erased:
    return erase(
        database, spellings_of(NUMBER), NOON + timedelta(days=1), BY, organization_id=of, dry_run=dry_run
    )


def texts(database: Engine) -> str:
    tables = (schema.calls, schema.rings, schema.decisions, schema.refused_calls, schema.audit)
    with database.begin() as connection:
        return "\n".join(str(tuple(row)) for table in tables for row in connection.execute(select(table)))


def test_it_is_found_in_every_spelling_and_place(database: Engine) -> None:
    fill(database)
    before = texts(database)
    found = erased(database, dry_run=True)
    assert {of: dict(counts) for of, counts in found.rows.items()} == {
        "contoso": {"calls": 4, "rings": 1, "decisions": 1, "refused_calls": 2, "audit": 1},
        "fabrikam": {"calls": 1},
    }
    assert texts(database) == before


def test_what_is_erased_stands_nowhere_any_more(database: Engine, tmp_path: Path) -> None:
    fill(database)
    found = erased(database, dry_run=True)
    assert erased(database) == found
    assert erased(database).total == 0
    left = texts(database)
    assert "0199" not in left
    assert OTHER in left
    for path in tmp_path.glob(f"{DATABASE}*"):
        assert b"5550199" not in path.read_bytes(), path


def test_the_audit_tells_of_it_without_the_number(database: Engine) -> None:
    fill(database)
    erased(database)
    entries = page_of_audit(database, AuditFilter(organization_id=None, what="history"), 10)
    assert {each.organization_id: (each.who, each.key, each.after, each.note) for each in entries} == {
        "contoso": ("anna", "+*********99", "erased", "places: 9"),
        "fabrikam": ("anna", "+*********99", "erased", "places: 1"),
    }


def test_the_calls_stay_as_those_of_somebody_who_withholds_their_number(database: Engine) -> None:
    fill(database)
    erased(database)
    calls = {each.call_id: each for each in read_calls(database)}
    assert {call_id: each.caller for call_id, each in calls.items()} == {
        **dict.fromkeys(("c1", "c2", "c3", "f1"), "anonymous"),
        "c4": OTHER,
    }
    nowhere = Destination(DestinationKind.NUMBER, "")
    assert calls["c1"].reason == HandedTo(nowhere)
    assert calls["c4"].rings[0].reason == OnlyText("486 from anonymous")
    assert calls["c4"].decisions[0].reason == ExitTaken(Cause.NOBODY_SERVES, nowhere)
    refused = page_of_refused(database, RefusalFilter(organization_id="contoso"), 10)
    assert {(each.call.caller, each.call.dialled) for each in refused} == {
        ("anonymous", "+14255550100"),
        (OTHER, "anonymous"),
        (OTHER, OTHER),
    }
    (change,) = page_of_audit(database, AuditFilter(organization_id="contoso", what="user"), 10)
    assert (change.before, change.after) == ("tel:anonymous", f"tel:{OTHER}")


def test_another_organization_keeps_its_own(database: Engine) -> None:
    fill(database)
    assert set(erased(database, of="fabrikam").rows) == {"fabrikam"}
    assert [each.caller for each in read_calls(database, organization_id="fabrikam")] == ["anonymous"]
    assert NUMBER in [each.caller for each in read_calls(database, organization_id="contoso")]


def test_many_rows_are_rewritten_in_batches(database: Engine) -> None:
    writer, pauses = HistoryWriter(database), []
    for number in range(1_200):
        writer.add(replace(call(f"c{number}", NUMBER), reason=Cause.CALLER_HUNG_UP))
    writer.close()
    gone = erase(database, spellings_of(NUMBER), NOON, BY, pause=lambda: pauses.append(1))
    assert gone.rows["contoso"]["calls"] == 1_200
    assert len(pauses) == 3
    assert {each.caller for each in read_calls(database, limit=2_000)} == {"anonymous"}
