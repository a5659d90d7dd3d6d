"""The journal on other machines: the owner's file is read as it grows, and followers keep the same bytes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from huntline.cluster.messages import LONGEST_PART, JournalPart


class JournalTail:
    """Reads the owner's journal at ``path``, each byte once; a new file in its place from its start on."""

    def __init__(self, path: Path, epoch: int) -> None:
        self._path, self._epoch = path, epoch
        self._file: int | None = None
        self._generation = 0
        self._read = 0

    def news(self) -> Iterator[JournalPart]:
        """What has been written since this was asked last."""
        self._turn_to_new_file()
        if self._file is None:
            return
        size = os.fstat(self._file).st_size
        while self._read < size:
            data = os.pread(self._file, min(LONGEST_PART, size - self._read), self._read)
            if not data:
                return
            yield JournalPart(self._epoch, self._generation, self._read, size, data)
            self._read += len(data)

    def begin_again(self) -> None:
        """Tell everything once more: a follower lacks something."""
        self._read = 0

    def place(self) -> JournalPart | None:
        """Where the reader is, without any bytes: followers see by it what they lack. None without a file."""
        if self._file is None:
            return None
        return JournalPart(self._epoch, self._generation, self._read, self._read, b"")

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _turn_to_new_file(self) -> None:
        try:
            found = os.stat(self._path).st_ino
        except FileNotFoundError:
            return
        if self._file is not None and os.fstat(self._file).st_ino == found:
            return
        self.close()
        self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        # Higher than any before, also than those of an earlier process that read the same owner's journal.
        self._generation, self._read = max(self._generation + 1, time.time_ns()), 0


class JournalCopy:
    """Keeps what the owner has written, in the file at ``path``.

    A new generation is kept beside until it is whole, so that there is a whole one at any moment.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._beside = path.with_name(f"{path.name}.new")
        self._file: int | None = None
        self._key = (0, 0)  # epoch and generation
        self._size = 0
        self._is_whole = False
        self._missing = 0

    @property
    def behind(self) -> int | None:
        """How many bytes the copy lacks, as far as is known; None while there is no whole one."""
        return self._missing if self._is_whole else None

    def take(self, part: JournalPart) -> bool:
        """Keep a part; whether it fitted: where not, the owner is to be asked to begin again."""
        key = (part.epoch, part.generation)
        if key < self._key:
            return True  # of an owner, or a file, that is no more
        if key > self._key:
            if part.offset != 0:
                return False
            self._begin(key)
        if part.offset < self._size and part.data:
            return part.offset + len(part.data) <= self._size or self._rewind(part)
        if part.offset > self._size:
            self._missing = part.size - self._size
            return False
        self._append(part)
        return True

    def put_in_place(self, journal: Path) -> bool:
        """Make the copy the journal of this machine, in place of one from before; whether it was whole."""
        is_whole = self._is_whole
        self.close()
        if is_whole:
            os.replace(self._path, journal)
        else:
            journal.unlink(missing_ok=True)
        return is_whole

    def close(self) -> None:
        """Give the file back, and begin anew with whatever comes next."""
        if self._file is not None:
            os.close(self._file)
        self._file, self._key, self._size, self._is_whole = None, (0, 0), 0, False
        self._beside.unlink(missing_ok=True)

    def _begin(self, key: tuple[int, int]) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = os.open(
            self._beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600
        )
        self._key, self._size, self._is_whole = key, 0, False

    def _rewind(self, part: JournalPart) -> bool:
        """The owner tells everything again, for somebody: what is known already is left out."""
        return self.take(
            JournalPart(
                part.epoch,
                part.generation,
                self._size,
                part.size,
                part.data[self._size - part.offset :],
            )
        )

    def _append(self, part: JournalPart) -> None:
        assert self._file is not None
        os.write(self._file, part.data)
        self._size += len(part.data)
        self._missing = max(0, part.size - self._size)
        if not self._is_whole and self._size >= part.size:
            os.replace(self._beside, self._path)
            self._is_whole = True
