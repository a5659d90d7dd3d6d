"""Presence: told from outside, by people and their phones."""

from __future__ import annotations

from enum import StrEnum


class Presence(StrEnum):
    """Availability told from outside."""

    AVAILABLE = "available"
    BUSY = "busy"
    DO_NOT_DISTURB = "do-not-disturb"
    AWAY = "away"
    OFFLINE = "offline"
