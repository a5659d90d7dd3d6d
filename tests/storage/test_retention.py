"""What is old goes, what is not stays, and nobody who is at work is kept waiting."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from tests.storage.test_history_once import NOON as FIRST_CALL
from tests.storage.test_history_once import records_of

from huntline.config import Retention
from huntline.directory.organization import Audio, Organization
from huntline.directory.refused import RefusalReason, RefusedCall
from huntline.engine.commands import RecordCall
from huntline.media.prompts.synthesize import ensure_builtin
from huntline.storage import schema
from huntline.storage.audit import Actor, AuditFilter, page_of_audit
from huntline.storage.blobs import Blobs
from huntline.storage.forecasts import ForecastKey, forecasts_of, keep_forecast
from huntline.storage.history import HistoryWriter, read_calls
from huntline.storage.retention import LetGo, let_go
from huntline.storage.settings import Settings

DAY = timedelta(days=1)
BY = Actor("the server", "retention")


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path)


def fill(database: Engine, calls: int = 3, organization_id: str = "contoso") -> None:
    writer = HistoryWriter(database)
    for number in range(calls):
        for record in records_of(number):
            writer.add(replace(record, organization_id=organization_id))
        refused = RefusedCall(
            organization_id, "192.0.2.1", "+1425", "+1426", 404, RefusalReason.UNKNOWN_NUMBER
        )
        writer.add_refused(refused, FIRST_CALL + timedelta(seconds=number))
    other = records_of(0)[-1]
    assert isinstance(other, RecordCall)
    writer.add(replace(other, organization_id="fabrikam"))
    writer.close()


def rows_in(database: Engine) -> dict[str, int]:
    tables = (schema.calls, schema.rings, schema.decisions, schema.refused_calls)
    with database.begin() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables
        }


def test_history_that_is_older_goes_with_all_that_is_its(database: Engine, blobs: Blobs) -> None:
    fill(database)
    now = FIRST_CALL + 400 * DAY + timedelta(seconds=2)  # the third call came 400 days ago, to the second
    gone = let_go(database, blobs, Retention(history_days=400), now, BY)
    assert gone.calls == {"contoso": 2, "fabrikam": 1}
    assert gone.refused == {"contoso": 2}
    assert rows_in(database) == {"calls": 1, "rings": 1, "decisions": 2, "refused_calls": 1}
    (left,) = read_calls(database)
    assert (left.call_id, len(left.rings), len(left.decisions)) == ("c2", 1, 2)


def test_what_was_expected_of_half_hours_goes_with_their_calls(database: Engine, blobs: Blobs) -> None:
    for begins_at in (FIRST_CALL, FIRST_CALL + DAY):
        keep_forecast(database, ForecastKey("contoso", "desk", begins_at), begins_at)
    let_go(database, blobs, Retention(history_days=1), FIRST_CALL + 2 * DAY, BY)
    found = forecasts_of(database, "contoso", "desk", FIRST_CALL, FIRST_CALL + 2 * DAY)
    assert [each.begins_at for each in found] == [FIRST_CALL + DAY]


def test_the_audit_of_each_organization_says_what_is_gone(database: Engine, blobs: Blobs) -> None:
    fill(database)
    now = FIRST_CALL + 500 * DAY
    let_go(database, blobs, Retention(history_days=400), now, BY)
    entries = page_of_audit(database, AuditFilter(organization_id=None), 10)
    told = {each.organization_id: (each.who, each.what, each.key, each.before, each.note) for each in entries}
    day = "2027-03-10"
    assert told == {
        "contoso": (
            *("the server", "history", day, "removed"),
            "all before that day: 3 calls, 3 refused calls",
        ),
        "fabrikam": (
            *("the server", "history", day, "removed"),
            "all before that day: 1 calls, 0 refused calls",
        ),
    }
    assert let_go(database, blobs, Retention(history_days=400), now, BY).is_nothing
    assert len(page_of_audit(database, AuditFilter(organization_id=None), 10)) == 2


@pytest.mark.parametrize(
    ("server", "own", "gone"),
    [
        (0, 30, 3),
        (400, 30, 3),
        (30, 400, 4),
        (400, 0, 0),
        (0, 0, 0),
    ],
)
def test_an_organization_may_keep_its_history_for_less_than_the_server_says(
    database: Engine, blobs: Blobs, server: int, own: int, gone: int
) -> None:
    contoso = Organization(name="Contoso", domains=("contoso.com",), history_days=own)
    organization_id = Settings(database).put(contoso, BY).organization.organization_id
    fill(database, organization_id=organization_id)
    now = FIRST_CALL + 31 * DAY
    would = let_go(database, blobs, Retention(history_days=server), now, BY, dry_run=True)
    done = let_go(database, blobs, Retention(history_days=server), now, BY)
    assert done == would
    assert (done.calls.total(), done.calls[organization_id]) == (gone, min(gone, 3))
    assert rows_in(database)["calls"] == 4 - gone
    if gone:
        day = (now - min(filter(None, (server, own))) * DAY).date().isoformat()
        (entry, *_) = page_of_audit(database, AuditFilter(organization_id=organization_id), 10)
        assert (entry.what, entry.key) == ("history", day)


def test_a_dry_run_counts_the_same_and_changes_nothing(database: Engine, blobs: Blobs) -> None:
    fill(database)
    blobs.put(b"nobody's")
    now = datetime.now(UTC) + 1_000 * DAY
    before = rows_in(database)
    said = Retention(history_days=1)
    would = let_go(database, blobs, said, now, BY, dry_run=True)
    assert rows_in(database) == before
    assert page_of_audit(database, AuditFilter(organization_id=None), 10) == []
    assert would.files == 1
    assert let_go(database, blobs, said, now, BY) == would


def test_history_is_kept_for_ever_unless_said(database: Engine, blobs: Blobs) -> None:
    fill(database)
    before = rows_in(database)
    let_go(database, blobs, Retention(), FIRST_CALL + 30_000 * DAY, BY)
    assert rows_in(database) == before


def test_whoever_writes_history_meanwhile_gets_in_between(database: Engine, blobs: Blobs) -> None:
    fill(database, 1_100)
    writer = HistoryWriter(database)
    settled: list[int] = []
    now = FIRST_CALL + 400 * DAY

    def call_comes() -> None:
        new = records_of(0)[-1]
        assert isinstance(new, RecordCall)
        writer.add(replace(new, call_id=f"new{len(settled)}", arrived_at=now))
        while writer.settled < writer.added:
            os.sched_yield()
        settled.append(writer.settled)

    let_go(database, blobs, Retention(history_days=399), now, BY, pause=call_comes)
    writer.close()
    assert len(settled) == 6  # batches of 500, of calls and of refusals
    assert len(read_calls(database)) == 6


def sound_files(blobs: Blobs) -> set[str]:
    return {path.name for path in blobs.folder.iterdir()}


def made_old(blobs: Blobs, days: float) -> None:
    moment = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    for path in blobs.folder.iterdir():
        os.utime(path, (moment, moment))


def test_only_sounds_that_nobody_has_go(database: Engine, blobs: Blobs) -> None:
    used, unused = blobs.put(b"used"), blobs.put(b"unused")
    for sha256 in (used, unused):
        for suffix in (".pcmu", ".pcma", ".measures"):
            blobs.path(sha256 + suffix).write_bytes(b"a form")
    ensure_builtin(blobs.folder)
    (blobs.folder / "notes.txt").write_text("somebody's own")
    library = (Audio(used, "welcome.wav", 1.0),)
    Settings(database).put(Organization(name="Contoso", domains=("contoso.com",), audio=library), BY)
    made_old(blobs, 8)
    before = sound_files(blobs)

    gone = let_go(database, blobs, Retention(unused_sounds_days=7), datetime.now(UTC), BY)
    assert (gone.files, gone.size) == (4, len(b"unused") + 3 * len(b"a form"))
    assert sound_files(blobs) == {name for name in before if not name.startswith(unused)}
    (entry,) = page_of_audit(database, AuditFilter(organization_id=""), 10)
    assert (entry.what, entry.note) == ("sounds", "nothing has used them since that day: 4 files")


def test_a_sound_that_was_put_in_again_lately_stays(database: Engine, blobs: Blobs) -> None:
    sha256 = blobs.put(b"a sound")
    made_old(blobs, 30)
    blobs.put(b"a sound")  # by somebody whose settings are about to be stored
    assert let_go(database, blobs, Retention(), datetime.now(UTC), BY) == LetGo()
    assert blobs.read(sha256) == b"a sound"
    made_old(blobs, 30)
    assert let_go(database, blobs, Retention(unused_sounds_days=0), datetime.now(UTC), BY) == LetGo()
    assert blobs.read(sha256) == b"a sound"


def test_sounds_stay_while_somebody_holds_them(database: Engine, blobs: Blobs) -> None:
    blobs.put(b"a sound")
    made_old(blobs, 30)
    with blobs.held():
        assert let_go(database, blobs, Retention(), datetime.now(UTC), BY) == LetGo()
    assert let_go(database, blobs, Retention(), datetime.now(UTC), BY).files == 1
