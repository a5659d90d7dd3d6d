"""Audio files by their content: each is kept once, under its SHA-256, and never changes."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER_NAME = "audio"


class Blobs:
    """The audio folder of a data folder. The codec-encoded forms lie beside, with the codec as suffix."""

    def __init__(self, data_folder: Path) -> None:
        self.folder = data_folder / FOLDER_NAME

    @contextmanager
    def held(self, *, alone: bool = False) -> Iterator[None]:
        """Nothing is removed meanwhile: by whoever holds them ``alone``, which waits for no one.

        Raises BlockingIOError when somebody else holds them.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB if alone else fcntl.LOCK_SH)
            yield
        finally:
            os.close(descriptor)

    def put(self, content: bytes) -> str:
        """Keep a file's content; returns its SHA-256. Who reads sees a whole file or none."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        with self.held():
            if path.exists():
                os.utime(path)  # wanted today, if perhaps by nobody yesterday
            else:
                self._write(content, path)
        return sha256

    def _write(self, content: bytes, path: Path) -> None:
        descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise

    def path(self, sha256: str) -> Path:
        """Where the content lies, or would."""
        return self.folder / sha256

    def read(self, sha256: str) -> bytes:
        """The content. Raises FileNotFoundError when nobody has put it."""
        return self.path(sha256).read_bytes()
