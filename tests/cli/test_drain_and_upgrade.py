"""Ending a server and replacing its code from the command line, where that cannot be done."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.cli.huntline import huntline

from huntline.data_folder import DATABASE, JOURNAL
from huntline.processes.run_file import Run, write_run
from huntline.storage.database import open_database


@pytest.fixture
def data(tmp_path: Path) -> Path:
    open_database(tmp_path).dispose()
    return tmp_path


@pytest.mark.parametrize("words", [("drain",), ("drain", "--undo"), ("drain", "--limit", "5"), ("upgrade",)])
def test_without_a_server_there_is_nothing_to_do(data: Path, words: tuple[str, ...]) -> None:
    done = huntline(*words, "--data", data)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("huntline: no server is running")


def test_without_a_supervisor_a_server_cannot_be_drained(data: Path) -> None:
    write_run(data, Run("run", 1, "another boot 1"))
    done = huntline("drain", "--data", data)
    assert done.returncode == 1
    assert "the supervisor is gone" in done.stderr


def test_what_a_newer_release_has_written_is_not_taken_over(data: Path) -> None:
    with sqlite3.connect(data / DATABASE) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    done = huntline("upgrade", "--data", data)
    assert done.returncode == 1
    assert "was written by a newer Huntline (revision 9999" in done.stderr


def test_calls_of_a_release_that_wrote_otherwise_are_not_taken_over(data: Path) -> None:
    (data / JOURNAL).write_bytes(b"huntline journal 99\n")
    done = huntline("upgrade", "--data", data)
    assert done.returncode == 1
    assert "format 99" in done.stderr
    assert "huntline drain" in done.stderr


@pytest.mark.parametrize("limit", ["-1", "soon"])
def test_a_time_limit_is_a_number_of_seconds(data: Path, limit: str) -> None:
    done = huntline("drain", "--limit", limit, "--data", data)
    assert done.returncode == 2
    assert "--limit" in done.stderr
