"""The journal survives the process that wrote it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.storage import journal as subject
from huntline.storage.journal import Journal, JournalUnreadable

WRITER = """
import sys, time
from pathlib import Path
from huntline.storage.journal import Journal

journal = Journal(Path(sys.argv[1]))
for number in range(100):
    journal.put(f"call:{number}", b"%d" % number)
journal.append(b"event")
journal.flush()
journal.put("call:0", None)
journal.flush()
journal.put("call:1", None)
print("written", flush=True)
time.sleep(60)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "live.journal"


def found(path: Path) -> subject.Contents:
    with closing(Journal(path)) as journal:
        return journal.found


def test_the_newest_record_counts_and_none_forgets(path: Path) -> None:
    with closing(Journal(path)) as journal:
        journal.put("a", b"1")
        journal.put("b", b"2")
        journal.put("a", b"3")
        journal.flush()
        journal.put("b", None)
        journal.put("c", None)
    assert found(path).records == {"a": b"3"}


def test_events_after_the_checkpoint_are_kept_in_order(path: Path) -> None:
    with closing(Journal(path)) as journal:
        journal.append(b"1")
        journal.put("a", b"1")
        journal.begin_anew(b"all until here")
        journal.append(b"2")
        journal.flush()
        journal.append(b"3")
    again = found(path)
    assert (again.checkpoint, again.events, again.records) == (b"all until here", [b"2", b"3"], {"a": b"1"})


def test_what_was_flushed_survives_a_kill_and_nothing_else(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"written\n"
        os.kill(writer.pid, signal.SIGKILL)
    again = found(path)
    assert again.records == {f"call:{number}": b"%d" % number for number in range(1, 100)}
    assert again.events == [b"event"]


@given(cut=st.integers(0, 300), noise=st.binary(max_size=40))
def test_a_file_that_was_cut_short_has_all_whole_turns_and_goes_on(
    tmp_path_factory: pytest.TempPathFactory, cut: int, noise: bytes
) -> None:
    path = tmp_path_factory.mktemp("journal") / "live.journal"
    with closing(Journal(path)) as journal:
        for number in range(10):
            journal.put("key", b"%d" % number)
            journal.append(b"%d" % number)
            journal.flush()
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - cut] + noise)
    if not path.read_bytes().startswith(b"huntline journal 2\n"):
        return
    with closing(Journal(path)) as journal:
        turns = len(journal.found.events)
        assert journal.found.events == [b"%d" % number for number in range(turns)]
        assert journal.found.records == ({"key": b"%d" % (turns - 1)} if turns else {})
        journal.append(b"after")
    assert found(path).events[turns:] == [b"after"]


def test_what_is_no_journal_is_moved_aside(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.write_bytes(b"SQLite format 3\0" + os.urandom(4096))
    with closing(Journal(path)) as journal:
        journal.put("a", b"1")
    assert found(path).records == {"a": b"1"}
    assert "moved aside" in caplog.text
    assert path.with_name("live.journal.damaged-1").exists()


def test_the_journal_of_a_later_release_is_left_alone_and_named(path: Path) -> None:
    path.write_bytes(b"huntline journal 99\nwhatever")
    with pytest.raises(JournalUnreadable, match=r"format 99, this one knows 2.*huntline drain"):
        Journal(path)
    assert path.read_bytes() == b"huntline journal 99\nwhatever"
    subject.check(path.with_name("none"))


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """As on a full disk: what is written beyond is refused."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_what_the_disk_refuses_is_written_once_there_is_room(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Journal(path)) as journal:
        journal.put("a", b"1")
        journal.flush()
        assert not journal.needs_checkpoint
        with no_file_longer_than(path.stat().st_size + 10):
            for number in range(3):
                journal.put("b", b"%d" % number * 50)
                journal.append(b"lost")
                journal.flush()
            assert journal.needs_checkpoint
            journal.begin_anew(b"state")
            assert journal.needs_checkpoint
        assert found(path).records == {"a": b"1"}
        journal.begin_anew(b"state")
        assert not journal.needs_checkpoint
        journal.append(b"kept")
    again = found(path)
    assert again == subject.Contents(b"state", [b"kept"], {"a": b"1", "b": b"2" * 50})
    assert caplog.text.count("journal not written") == 1


def test_a_file_that_has_grown_long_is_to_be_written_anew(path: Path) -> None:
    with closing(Journal(path)) as journal:
        while not journal.needs_checkpoint:
            journal.append(bytes(2**20))
            journal.flush()
        journal.begin_anew(b"short")
        assert not journal.needs_checkpoint
    assert path.stat().st_size < 100


def test_nobody_else_may_read_it(path: Path) -> None:
    with closing(Journal(path)) as journal:
        journal.begin_anew(b"")
    assert path.stat().st_mode & 0o077 == 0


WITH_KEY = b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0"


def test_records_with_keys_of_audio_are_sealed_and_all_others_written_as_they_are(path: Path) -> None:
    with closing(Journal(path)) as journal:
        journal.put("a", WITH_KEY)
        journal.put("b", b"plain")
        journal.flush()
        written = path.read_bytes()
        journal.put("a", WITH_KEY)
        journal.flush()
        assert path.read_bytes() == written
        journal.begin_anew(b"checkpoint")
    for file in (written, path.read_bytes()):
        assert b"plain" in file
        assert b"inline" not in file
        assert b"c2VjcmV0" not in file
    assert found(path).records == {"a": WITH_KEY, "b": b"plain"}


def test_a_sealed_record_is_lost_with_its_key_and_nothing_else_is(path: Path) -> None:
    key_file = path.with_name("password.key")
    for other_key in (bytes(32), b"no key"):
        with closing(Journal(path)) as journal:
            journal.put("a", WITH_KEY)
            journal.put("b", b"plain")
        key_file.write_bytes(other_key)
        assert found(path).records == {"b": b"plain"}
        key_file.unlink()
