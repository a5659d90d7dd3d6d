"""A data folder as one file, taken while it is written to, and put back whole or not at all."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import socket
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Engine, create_engine
from tests.storage.test_history_once import assert_each_is_there_once, records_of

from huntline.data_folder import DATABASE
from huntline.directory.organization import Organization
from huntline.storage.audit import Actor
from huntline.storage.backup import FORMAT, MANIFEST, BackupRefused, KeptFile, Manifest, back_up
from huntline.storage.blobs import Blobs
from huntline.storage.database import HEAD, migrate, open_database
from huntline.storage.history import HistoryWriter, read_calls
from huntline.storage.restore import read_manifest, restore
from huntline.storage.settings import Settings

NOW = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    database = open_database(folder)
    Settings(database).put(Organization(name="Contoso", domains=("contoso.com",)), Actor("test", "file"))
    database.dispose()
    (folder / "secret").write_bytes(b"s" * 32)
    (folder / "huntline.toml").write_text('http = "127.0.0.1:8081"\n')
    Blobs(folder).put(b"a sound")
    for name in ("huntline.lock", "calls.journal", "processes.json", "setup-token", "control.sock"):
        (folder / name).write_text("of the processes\n")
    return folder


@pytest.fixture
def database(data: Path) -> Iterator[Engine]:
    engine = open_database(data)
    yield engine
    engine.dispose()


def organizations_in(folder: Path) -> list[str]:
    database = open_database(folder)
    try:
        return [each.name for each in Settings(database).organizations()]
    finally:
        database.dispose()


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(DATABASE)
    }


def test_everything_that_is_the_servers_comes_back(data: Path, tmp_path: Path) -> None:
    out, fresh = tmp_path / "b.tar.gz", tmp_path / "fresh"
    fresh.mkdir()
    manifest = back_up(data, out)
    restored = restore(out, fresh, NOW)

    assert restored.manifest == manifest == read_manifest(out)
    assert (restored.earlier, restored.kept_settings) == (None, False)
    sound = f"audio/{hashlib.sha256(b'a sound').hexdigest()}"
    kept = {name: contents(data)[name] for name in (sound, "huntline.toml", "secret")}
    assert contents(fresh) == kept
    assert organizations_in(fresh) == ["Contoso"]


def test_only_the_owner_may_read_a_backup_and_what_comes_out_of_it(data: Path, tmp_path: Path) -> None:
    out, fresh = tmp_path / "b.tar.gz", tmp_path / "fresh"
    fresh.mkdir()
    umask = os.umask(0)
    try:
        back_up(data, out)
        restore(out, fresh, NOW)
    finally:
        os.umask(umask)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (out, *fresh.rglob("*")) if path.is_file()}
    assert modes == {0o600}


def test_a_backup_under_load_is_of_one_moment(data: Path, database: Engine, tmp_path: Path) -> None:
    """Calls are written all the while: those that are in it are there whole, and none is kept waiting."""
    writer, enough = HistoryWriter(database), threading.Event()

    def call() -> None:
        number = 0
        while not enough.is_set() or number < 300:
            for record in records_of(number):
                writer.add(record)
            number += 1
            enough.wait(0.001)

    calling = threading.Thread(target=call)
    calling.start()
    counts = []
    for number in range(5):
        out, fresh = tmp_path / f"{number}.tar.gz", tmp_path / f"fresh{number}"
        fresh.mkdir()
        back_up(data, out)
        restore(out, fresh, NOW)
        copied = open_database(fresh)
        counts.append(len(read_calls(copied, limit=100_000)))
        with closing(sqlite3.connect(fresh / DATABASE)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        copied.dispose()
    enough.set()
    calling.join()
    writer.close()
    assert counts == sorted(counts)
    assert_each_is_there_once(database, writer.added // 4)


def test_a_sound_that_is_let_go_meanwhile_is_in_it(data: Path, tmp_path: Path) -> None:
    """Who removes sounds holds them alone, and a backup holds them, too."""
    blobs = Blobs(data)

    def remove(*_: object) -> None:
        with pytest.raises(BlockingIOError), blobs.held(alone=True):
            raise AssertionError("sounds may be removed in the middle of a backup")

    back_up(data, tmp_path / "b.tar.gz", remove)
    with blobs.held(alone=True):
        pass


def test_a_backup_that_fails_leaves_nothing(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    def fail(done: int, of: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(BackupRefused, match=r"b\.tar\.gz cannot be written: .*No space left"):
        back_up(data, folder / "b.tar.gz", fail)
    assert list(folder.iterdir()) == []
    with pytest.raises(BackupRefused, match="is in the data folder"):
        back_up(data, data / "b.tar.gz")
    with pytest.raises(BackupRefused, match="cannot be written"):
        back_up(data, tmp_path / "nowhere" / "b.tar.gz")


def test_a_damaged_database_is_told_and_not_backed_up(data: Path, tmp_path: Path) -> None:
    with (data / DATABASE).open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 16384)
    with pytest.raises(BackupRefused, match=r"damaged|malformed"):
        back_up(data, tmp_path / "b.tar.gz")
    assert not (tmp_path / "b.tar.gz").exists()


def test_a_folder_that_is_not_empty_is_left_alone(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "b.tar.gz"
    back_up(data, out)
    before = contents(data)
    with pytest.raises(BackupRefused, match=r"is not empty .*--force"):
        restore(out, data, NOW)
    assert contents(data) == before


def test_parts_of_a_server_that_has_lost_its_supervisor_are_not_robbed(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "b.tar.gz"
    back_up(data, out)
    before = contents(data)
    (data / "control.sock").unlink()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(data / "control.sock"))
        listening.listen()
        with pytest.raises(BackupRefused, match=r"a server is at work on .*: control\.sock is answered"):
            restore(out, data, NOW, force=True)
    before.pop("control.sock")
    assert contents(data) == before


def test_by_force_what_was_there_is_moved_aside_with_the_live_calls(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "b.tar.gz"
    back_up(data, out)
    (data / "secret").write_bytes(b"another")
    restored = restore(out, data, NOW, force=True)
    assert restored.earlier == data / "before-restore-20261130-123000"
    assert (restored.earlier / "secret").read_bytes() == b"another"
    assert (restored.earlier / "calls.journal").exists()
    assert not (data / "calls.journal").exists()
    assert (data / "secret").read_bytes() == b"s" * 32
    assert organizations_in(data) == organizations_in(restored.earlier) == ["Contoso"]
    assert all(not name.path.startswith("before") for name in back_up(data, tmp_path / "b2").files)


def test_the_settings_file_of_a_new_machine_stays(data: Path, tmp_path: Path) -> None:
    out, fresh = tmp_path / "b.tar.gz", tmp_path / "fresh"
    fresh.mkdir()
    (fresh / "huntline.toml").write_text('http = "127.0.0.1:9999"\n')
    back_up(data, out)
    assert restore(out, fresh, NOW).kept_settings
    assert "9999" in (fresh / "huntline.toml").read_text()
    assert organizations_in(fresh) == ["Contoso"]


def _make_older(path: Path, revision: str) -> None:
    """Put a database of an earlier release in the place of one, with the same organizations."""
    new = path.rename(path.with_suffix(".new"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        migrate(connection, revision)
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        names = ", ".join(row[1] for row in connection.execute("PRAGMA table_info(organizations)"))
        connection.execute("ATTACH ? AS new", (str(new),))
        connection.execute(f"INSERT INTO organizations ({names}) SELECT {names} FROM new.organizations")  # noqa: S608
        connection.execute("INSERT INTO domains SELECT * FROM new.domains")
        connection.commit()
    new.unlink()


def test_an_older_database_is_migrated_and_a_newer_one_refused_first(data: Path, tmp_path: Path) -> None:
    _make_older(data / DATABASE, "0007")
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    assert back_up(data, tmp_path / "old").revision == "0007"
    restore(tmp_path / "old", fresh, NOW)
    with closing(sqlite3.connect(fresh / DATABASE)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)

    with closing(sqlite3.connect(data / DATABASE)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    back_up(data, tmp_path / "new")
    with pytest.raises(BackupRefused, match=r"newer Huntline .*9999.*install that release first"):
        restore(tmp_path / "new", fresh, NOW, force=True)
    assert organizations_in(fresh) == ["Contoso"]


# -- archives that mean no good


def archive(path: Path, manifest: object, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    head = tarfile.TarInfo(MANIFEST)
    text = manifest if isinstance(manifest, bytes) else msgspec.json.encode(manifest)
    head.size = len(text)
    with tarfile.open(path, "w:gz") as tar:
        for member, content in ((head, text), *members):
            tar.addfile(member, io.BytesIO(content))
    return path


def member(name: str, content: bytes, kind: bytes = tarfile.REGTYPE) -> tuple[tarfile.TarInfo, bytes]:
    made = tarfile.TarInfo(name)
    made.size, made.type = len(content), kind
    return made, content


def manifest(*files: tuple[str, bytes], revision: str = HEAD) -> Manifest:
    kept = tuple(KeptFile(name, len(text), hashlib.sha256(text).hexdigest()) for name, text in files)
    return Manifest(FORMAT, "0.1.0", revision, NOW, kept)


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/outside",
        "audio/../../outside",
        "audio//outside",
        "./outside",
        "",
        ".hidden",
        "audio/.new-1",
        "huntline.lock",
        "control.sock",
        "calls.journal",
        "huntline.db-wal",
        "before-restore-x/secret",
        "a\0b",
    ],
)
def test_no_file_lands_where_none_belongs(name: str, tmp_path: Path) -> None:
    made = archive(
        tmp_path / "x", manifest((DATABASE, b""), (name, b"x")), member(DATABASE, b""), member(name, b"x")
    )
    assert_refused(made, tmp_path, "no place in a data folder")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_only_plain_files_are_taken(kind: bytes, tmp_path: Path) -> None:
    made, _ = member(DATABASE, b"", kind)
    made.linkname = "/etc/passwd"
    assert_refused(archive(tmp_path / "x", manifest((DATABASE, b"")), (made, b"")), tmp_path, "no plain file")


def test_a_database_that_is_none_is_refused(tmp_path: Path) -> None:
    made = archive(tmp_path / "x", manifest((DATABASE, b"x" * 4096)), member(DATABASE, b"x" * 4096))
    assert_refused(made, tmp_path, "its database cannot be used")


def test_other_content_than_was_put_in_is_refused(tmp_path: Path) -> None:
    made = archive(tmp_path / "x", manifest((DATABASE, b"a")), member(DATABASE, b"b"))
    assert_refused(made, tmp_path, "huntline.db is not what was put in")


def test_members_that_are_not_as_announced_are_refused(tmp_path: Path) -> None:
    announced = manifest((DATABASE, b"a"), ("secret", b"s"))
    database, secret, more = member(DATABASE, b"a"), member("secret", b"s"), member("more", b"")
    for members, said in (
        ((), "there is its end"),
        ((database,), "there is its end"),
        ((secret, database), "there is 'secret'"),
        ((member(DATABASE, b"aa"), secret), "larger than it should be"),
        ((database, secret, more), "'more' is in it and not in its manifest"),
    ):
        assert_refused(archive(tmp_path / "x", announced, *members), tmp_path, said)


def test_sizes_that_no_disk_has_are_refused_before_anything_is_unpacked(tmp_path: Path) -> None:
    kept = (KeptFile(DATABASE, 2**60, "0" * 64),)
    made = archive(tmp_path / "x", Manifest(FORMAT, "0.1.0", HEAD, NOW, kept))
    assert_refused(made, tmp_path, "make room on it")
    twice = manifest((DATABASE, b""), ("secret", b""), ("secret", b""))
    assert_refused(archive(tmp_path / "x", twice), tmp_path, "names a file twice")
    less = Manifest(FORMAT, "0.1.0", HEAD, NOW, (KeptFile(DATABASE, -1, ""),))
    assert_refused(archive(tmp_path / "x", less), tmp_path, "no possible size")


def test_a_head_that_unpacks_to_gigabytes_is_not_read_to_its_end(tmp_path: Path) -> None:
    long_name = tarfile.TarInfo("././@LongLink")
    long_name.type, long_name.size = tarfile.GNUTYPE_LONGNAME, 2**32
    path = tmp_path / "x"
    with gzip.open(path, "wb", 1) as file:
        file.write(long_name.tobuf(tarfile.GNU_FORMAT))
        for _ in range(200):
            file.write(bytes(2**20))
    assert_refused(path, tmp_path, "unpacks to more than it says")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "Input data was truncated"),
        (b"[]", "Expected `object`"),
        (b"{}", "format"),
        (b'{"format": 99, "files": "of another kind"}', "made by a newer Huntline .format 99"),
        (b'{"format": 1}', "missing required field"),
        (b'{"format": 1, "huntline": "1", "revision": "0001", "made_at": "now", "files": []}', "made_at"),
        (b"\xff\xfe", "manifest.json"),
    ],
)
def test_a_manifest_that_says_nothing_is_refused(text: bytes, said: str, tmp_path: Path) -> None:
    assert_refused(archive(tmp_path / "x", text), tmp_path, said)


def test_what_is_no_backup_is_said_to_be_none(data: Path, tmp_path: Path) -> None:
    for content, said in (
        (b"", "cannot be read as a backup"),
        (b"text", "cannot be read as a backup"),
        (gzip.compress(b"text"), "cannot be read as a backup"),
    ):
        (tmp_path / "x").write_bytes(content)
        assert_refused(tmp_path / "x", tmp_path, said)
    assert_refused(archive(tmp_path / "x", b"{}"), tmp_path, "no backup of Huntline")
    with tarfile.open(tmp_path / "x", "w:gz") as tar:
        tar.addfile(*_with_file("other"))
    assert_refused(tmp_path / "x", tmp_path, "does not begin with manifest.json")
    assert_refused(tmp_path / "nothing", tmp_path, "there is no such file")


def _with_file(name: str) -> tuple[tarfile.TarInfo, io.BytesIO]:
    made, content = member(name, b"x")
    return made, io.BytesIO(content)


def test_a_backup_that_was_cut_short_anywhere_is_refused(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "b.tar.gz"
    back_up(data, out)
    whole = out.read_bytes()
    for length in range(0, len(whole) - 500, len(whole) // 25):
        (tmp_path / "x").write_bytes(whole[:length])
        assert_refused(tmp_path / "x", tmp_path, r"cannot be read|is damaged")


def assert_refused(path: Path, tmp_path: Path, said: str) -> None:
    """It is refused with words, and a folder that it would have been put into is as it was."""
    folder = tmp_path / "target"
    folder.mkdir(exist_ok=True)
    with pytest.raises(BackupRefused, match=said):
        restore(path, folder, NOW)
    assert list(folder.iterdir()) == []
    assert not (tmp_path / "outside").exists()
