"""The journal survives the process that wrote it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from huntline.storage.journal import Journal

WRITER = """
import sys, time
from pathlib import Path
from huntline.storage.journal import Journal

journal = Journal(Path(sys.argv[1]))
for number in range(100):
    journal.append(f"call:{number}", {"number": number})
journal.append("call:0", None)
journal.flush()
print("written", flush=True)
time.sleep(60)
"""


@dataclass(frozen=True, slots=True)
class Leg:
    leg_id: str
    tags: tuple[str, ...]


def test_the_newest_state_counts_and_none_forgets(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.append("a", {"state": 1})
    journal.append("b", {"leg": Leg("l1", ("x", "y"))})
    journal.append("a", {"state": 2})
    journal.flush()
    journal.append("b", None)
    journal.flush()
    assert journal.read_all() == {"a": {"state": 2}}
    journal.close()


def test_plain_records_are_written_as_their_fields(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.append("b", {"leg": Leg("l1", ("x", "y"))})
    journal.flush()
    assert journal.read_all() == {"b": {"leg": {"leg_id": "l1", "tags": ["x", "y"]}}}
    journal.close()


def test_a_follower_sees_every_key_that_changed_since(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.append("a", {"n": 1})
    journal.flush()
    ((cursor, key, state),) = journal.follow(0)
    assert (key, state) == ("a", {"n": 1})
    journal.append("b", {"n": 2})
    journal.append("a", None)
    journal.flush()
    assert [(key, state) for _, key, state in journal.follow(cursor)] == [("b", {"n": 2}), ("a", None)]
    journal.close()


def test_what_was_flushed_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"written\n"
        os.kill(writer.pid, signal.SIGKILL)
    journal = Journal(path)
    found = journal.read_all()
    journal.close()
    assert len(found) == 99
    assert found["call:99"] == {"number": 99}


def test_a_damaged_file_is_moved_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "j"
    path.write_bytes(os.urandom(4096))
    journal = Journal(path)
    journal.append("a", {"n": 1})
    journal.flush()
    assert journal.read_all() == {"a": {"n": 1}}
    journal.close()
    assert "moved aside" in caplog.text
    assert journal.moved_aside is not None
    assert journal.moved_aside.exists()


def test_a_damaged_entry_is_passed_over(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal = Journal(tmp_path / "j")
    journal.append("a", {"n": 1})
    journal.append("b", {"n": 2})
    journal.flush()
    with closing(sqlite3.connect(tmp_path / "j")) as other, other:
        other.execute("UPDATE live SET state = '{' WHERE key = 'a'")
    assert journal.read_all() == {"b": {"n": 2}}
    assert "passed over" in caplog.text
    journal.close()


def test_what_the_disk_refuses_is_written_the_next_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(tmp_path / "j")
    with closing(sqlite3.connect(tmp_path / "j")) as other:
        other.execute("ALTER TABLE live RENAME TO away")
        journal.append("a", {"n": 1})
        journal.flush()
        assert "journal not written" in caplog.text
        other.execute("ALTER TABLE away RENAME TO live")
    journal.flush()
    assert journal.read_all() == {"a": {"n": 1}}
    journal.close()


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    Journal(tmp_path / "j").close()
    assert (tmp_path / "j").stat().st_mode & 0o077 == 0
