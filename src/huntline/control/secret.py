"""A secret of this server, made once and kept in the data folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_LENGTH = 32  # bytes


def kept_secret(path: Path) -> bytes:
    """The secret in the file, which is made when missing and readable by its owner alone."""
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        secret = b""
    if len(secret) < _LENGTH:
        secret = os.urandom(_LENGTH)
        keep_private(path, secret)
    return secret


def keep_private(path: Path, content: bytes) -> None:
    """Write a file that is readable by its owner alone. Who reads meanwhile, or after a crash, sees the whole
    of it or what was there before."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # for its owner alone
    try:
        with open(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
