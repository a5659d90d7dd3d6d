"""In what form passwords are kept: to check them, or to say them ourselves."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """A password that we have to be able to say ourselves: as it is kept (``sealed``, under the key of the
    server), or ``clear``, as somebody has just given it."""

    sealed: str = field(default="", repr=False)
    clear: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Digest:
    """What checks a password without knowing it: HA1 of one way to write the user name (RFC 7616)."""

    username: str
    algorithm: str  # "MD5" or "SHA-256"
    ha1: str
