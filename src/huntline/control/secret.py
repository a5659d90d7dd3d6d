"""A secret of this server, made once and kept in the data folder."""

from __future__ import annotations

import os
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
    """Write a file that is readable by its owner alone."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
