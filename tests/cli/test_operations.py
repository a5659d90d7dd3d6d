"""Backup, restore, retention and erasure as they are typed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from tests.cli.huntline import huntline

from huntline.engine.commands import RecordCall
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause
from huntline.processes.supervisor import data_folder_taken
from huntline.storage.database import open_database
from huntline.storage.history import HistoryWriter, read_calls

NUMBER = "+14255550199"
LONG_AGO = datetime.now(UTC) - timedelta(days=500)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "contoso.yaml").write_text("{organization: Contoso, domains: [contoso.com]}")
    folder = tmp_path / "data"
    assert huntline("apply", tmp_path / "contoso.yaml", "--data", folder).returncode == 0
    database = open_database(folder)
    writer = HistoryWriter(database)
    for call_id, at in (("old", LONG_AGO), ("new", datetime.now(UTC))):
        writer.add(
            RecordCall(
                *("contoso", call_id, "q1", "q1", NUMBER, at, at, None, at, None),
                Outcome.ABANDONED,
                Cause.CALLER_HUNG_UP,
            )
        )
    writer.close()
    database.dispose()
    return folder


def calls_in(folder: Path) -> dict[str, str]:
    database = open_database(folder)
    try:
        return {each.call_id: each.caller for each in read_calls(database)}
    finally:
        database.dispose()


def test_a_backup_goes_to_a_new_file_and_comes_back_into_an_empty_folder(data: Path, tmp_path: Path) -> None:
    out, fresh = tmp_path / "b.tar.gz", tmp_path / "fresh"
    done = huntline("backup", out, "--data", data)
    assert done.stdout.startswith(f"Wrote {out}: 1 files, ")
    again = huntline("backup", out, "--data", data)
    assert again.stderr == f"huntline: {out} is there already; say --replace to write over it\n"
    assert huntline("backup", out, "--replace", "--data", data).returncode == 0
    assert huntline("restore", out, "--data", fresh).stdout.startswith(f"Restored {fresh} as it was at 20")
    assert calls_in(fresh).keys() == {"old", "new"}
    assert "say --force" in huntline("restore", out, "--data", fresh).stderr
    moved = huntline("restore", out, "--force", "--data", fresh)
    assert f"What was there before is in {fresh}/before-restore-" in moved.stdout


def test_a_folder_that_is_served_is_not_restored(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "b.tar.gz"
    huntline("backup", out, "--data", data)
    with data_folder_taken(data):
        done = huntline("restore", out, "--force", "--data", data)
    assert done.returncode == 1
    assert "is already served by process" in done.stderr


def test_what_is_no_backup_makes_no_folder(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("no backup")
    done = huntline("restore", tmp_path / "x", "--data", tmp_path / "fresh")
    assert (
        done.stderr == f"huntline: {tmp_path / 'x'} cannot be read as a backup: Not a gzipped file (b'no')\n"
    )
    assert not (tmp_path / "fresh").exists()
    assert "does not exist" in huntline("backup", tmp_path / "y", "--data", tmp_path / "fresh").stderr


def test_retention_goes_by_the_settings_of_the_server(data: Path) -> None:
    assert "History is kept for ever" in huntline("retention", "--data", data).stdout
    (data / "huntline.toml").write_text("[retention]\nhistory_days = 400\n")
    would = huntline("retention", "--dry-run", "--data", data).stdout
    assert would.startswith("Would remove 1 calls and 0 rows of refused calls, older than 400 days.\n")
    assert calls_in(data).keys() == {"old", "new"}
    assert huntline("retention", "--data", data).stdout.startswith("Removed 1 calls")
    assert calls_in(data).keys() == {"new"}
    assert huntline("retention", "--history-days", "1", "--data", data).stdout.startswith("Removed 0 calls")


@pytest.mark.parametrize("days", ["-1", "soon"])
def test_a_time_that_is_none_is_refused(data: Path, days: str) -> None:
    (data / "huntline.toml").write_text(f"[retention]\nhistory_days = '{days}'\n")
    done = huntline("retention", "--data", data)
    assert done.returncode == 1
    assert f"huntline.toml: retention.history_days: '{days}' is wrong" in done.stderr


def test_a_number_is_erased_when_that_is_confirmed(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = huntline("erase", NUMBER, "--dry-run", "--data", data)
    assert done.stdout == "contoso: 2 calls\n"
    monkeypatch.setattr(sys, "stdin", StringIO("n\n"))
    assert huntline("erase", NUMBER, "--data", data).returncode == 1
    assert set(calls_in(data).values()) == {NUMBER}
    monkeypatch.setattr(sys, "stdin", StringIO("y\n"))
    done = huntline("erase", NUMBER, "--data", data)
    assert f"Erased {NUMBER} in 2 places.\n" in done.stdout
    assert set(calls_in(data).values()) == {"anonymous"}
    done = huntline("erase", NUMBER, "--yes", "--data", data)
    assert done.stdout == "The number stands nowhere in history, refused calls or audit.\n"
    assert NUMBER not in huntline("audit", "--host", "--json", "--data", data).stdout


def test_what_is_no_number_and_no_organization_is_said(data: Path) -> None:
    wanted = "must begin with + and the country's code, such as +14255550100"
    assert huntline("erase", "425", "--data", data).stderr == f"huntline: NUMBER: value '425': {wanted}\n"
    done = huntline("erase", NUMBER, "--organization", "Fabrikam", "--data", data)
    assert done.stderr == (
        "huntline: --organization: there is no organization 'Fabrikam'; there are: Contoso\n"
    )
    done = huntline("erase", NUMBER, "--organization", "Contoso", "--yes", "--data", data)
    assert "stands nowhere" in done.stdout  # the calls are another organization's
