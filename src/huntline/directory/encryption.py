"""Whether calls of a user or a trunk are encrypted."""

from __future__ import annotations

from enum import StrEnum


class Encryption(StrEnum):
    """What becomes of audio by keys in the session description (SRTP by SDES); pages are always encrypted."""

    NEVER = "never"
    OFFERED = "offered"  # encrypted where the other side can do it
    REQUIRED = "required"  # a call without it is refused
