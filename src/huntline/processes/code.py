"""Which code lies on the disk: whether a process that lives would be another one if it were started now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def digest_of_code(parts: Iterable[str] = ("",)) -> str:
    """A digest of all sources of these parts of the package (folders and files; by default all of it)."""
    whole = hashlib.sha256()
    for part in parts:
        where = _PACKAGE / part
        for source in [where] if where.is_file() else sorted(where.rglob("*.py")):
            whole.update(f"{source.relative_to(_PACKAGE)}\n".encode())
            whole.update(source.read_bytes())
    return whole.hexdigest()
