"""Passwords of accounts, kept as argon2id (RFC 9106) in its own text form."""

from __future__ import annotations

import secrets
import threading
from base64 import b64encode

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's smallest, in KiB
_AT_ONCE = threading.BoundedSemaphore(4)  # so that a flood of sign-ins takes neither memory nor all cores


def _filler(length: int) -> str:
    return b64encode(secrets.token_bytes(length)).decode().rstrip("=")


NOBODYS = (
    f"$argon2id$v=19$m={_HASHER.memory_cost},t={_HASHER.time_cost},p={_HASHER.parallelism}"
    f"${_filler(_HASHER.salt_len)}${_filler(_HASHER.hash_len)}"
)
"""The hash of no password: compared with where there is none, so that unknown names take no less time."""


def hashed(password: str) -> str:
    """What is stored of a password."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether this is the password; takes as long when there is none to compare with."""
    with _AT_ONCE:
        try:
            _HASHER.verify(password_hash or NOBODYS, password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None
