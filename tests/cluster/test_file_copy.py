"""Sounds and messages of the owner are on the other machines, too; nothing else is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from huntline.cluster.file_copy import FileCopy, files_in, part_of
from huntline.cluster.messages import LONGEST_PART, FileState, FileWish, decoded


class Owner:
    def __init__(self, folder: Path) -> None:
        self.data = folder / "owner"
        (self.data / "audio").mkdir(parents=True)
        (self.data / "voicemail").mkdir()

    async def ask(self, wish: bytes) -> bytes:
        asked = decoded(wish, FileWish)
        assert asked is not None
        return part_of(self.data, asked)


def copied(owner: Owner, folder: Path) -> Path:
    data = folder / "follower"
    copy = FileCopy(data, owner.ask)

    async def all_of_them() -> None:
        for state in files_in(owner.data).values():
            await copy.take(state)

    asyncio.run(all_of_them())
    return data


def test_sounds_messages_and_settings_are_copied_with_their_times(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    for name in ("audio/1234", "voicemail/abc.wav", "last-settings", "password.key"):
        (owner.data / name).write_bytes(name.encode() * LONGEST_PART)
    (owner.data / "huntline.lock").write_bytes(b"12")
    (owner.data / "audio" / ".new-1").write_bytes(b"half")
    data = copied(owner, tmp_path)
    assert files_in(data) == files_in(owner.data)
    assert {path.name for path in data.rglob("*") if path.is_file()} == {
        *("1234", "abc.wav", "last-settings", "password.key")
    }
    assert (data / "audio/1234").read_bytes() == (owner.data / "audio/1234").read_bytes()


def test_what_is_gone_is_removed(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    (owner.data / "audio/1").write_bytes(b"x")
    data = copied(owner, tmp_path)
    asyncio.run(FileCopy(data, owner.ask).take(FileState("audio/1", 0, None)))
    assert not (data / "audio/1").exists()


def test_a_file_that_is_not_whole_replaces_nothing(tmp_path: Path) -> None:
    owner = Owner(tmp_path)
    (owner.data / "audio/1").write_bytes(b"short")
    data = copied(owner, tmp_path)
    asyncio.run(FileCopy(data, owner.ask).take(FileState("audio/1", 500, 1)))
    assert (data / "audio/1").read_bytes() == b"short"
    assert [path.name for path in (data / "audio").iterdir()] == ["1"]


@pytest.mark.parametrize(
    "path", ["../outside", "audio/../../outside", "huntline.toml", "audio/sub/x", "/etc/passwd"]
)
def test_nothing_else_can_be_asked_for_or_written(tmp_path: Path, path: str) -> None:
    owner = Owner(tmp_path)
    (tmp_path / "outside").write_bytes(b"secret")
    assert part_of(owner.data, FileWish(path, 0)) == b""
    data = tmp_path / "follower"
    asyncio.run(FileCopy(data, owner.ask).take(FileState(path, 6, 1)))
    assert not data.exists()
