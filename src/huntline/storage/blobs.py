"""Audio files by their content: each is kept once, under its SHA-256, and never changes."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

FOLDER_NAME = "audio"


class Blobs:
    """The audio folder of a data folder. The codec-encoded forms lie beside, with the codec as suffix."""

    def __init__(self, data_folder: Path) -> None:
        self.folder = data_folder / FOLDER_NAME

    def put(self, content: bytes) -> str:
        """Keep a file's content; returns its SHA-256. Who reads sees a whole file or none."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        if not path.exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=".new-")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                os.replace(name, path)
            except BaseException:
                os.unlink(name)
                raise
        return sha256

    def path(self, sha256: str) -> Path:
        """Where the content lies, or would."""
        return self.folder / sha256

    def read(self, sha256: str) -> bytes:
        """The content. Raises FileNotFoundError when nobody has put it."""
        return self.path(sha256).read_bytes()
