"""Log lines: a static message, then its values as fields, callers maskable, secrets never."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

NUMBER_FIELDS = frozenset({"caller", "callee", "number", "target"})
SECRET_FIELDS = frozenset(
    {"password", "sealed_password", "sip_password", "secret", "ha1", "digests", "authorization"}
)
SHOWN_DIGITS = 2
LONGEST_VALUE = 1_000
"""Characters of one value: what a stranger sends must not fill the disk."""

_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def set_up_logging(process: str, level: str, *, mask_numbers: bool, stream: TextIO | None = None) -> None:
    """Send this process's log lines to stderr or ``stream``, each beginning with time, level and process.

    Pass values as ``extra={"call_id": ...}``; fields that name people's numbers are masked when asked.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(FieldFormatter(process, mask_numbers=mask_numbers))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.getLogger("alembic").setLevel(logging.WARNING)


class RationedWarning:
    """A warning of what strangers can cause as often as they like: one line at once, then one in ``every``
    seconds at most, which says in ``times`` how often it happened since the line before."""

    def __init__(
        self,
        log: logging.Logger,
        message: str,
        every: float = 60.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._message = message
        self._every = every
        self._now = now
        self._told_at: float | None = None
        self._times = 0

    def tell(self, **fields: object) -> None:
        """It happened once more; ``fields`` are those of this time."""
        now = self._now()
        self._times += 1
        if self._told_at is None or now - self._told_at >= self._every:
            self._log.warning(self._message, extra={**fields, "times": self._times})
            self._told_at, self._times = now, 0


class FieldFormatter(logging.Formatter):
    """``2026-01-31T09:00:00.123Z INFO signalling huntline.signalling.runner: call ended call_id=c17``."""

    def __init__(self, process: str, *, mask_numbers: bool) -> None:
        super().__init__()
        self._process = process
        self._mask_numbers = mask_numbers

    def formatMessage(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        start = f"{at.removesuffix('+00:00')}Z {record.levelname} {self._process} {record.name}:"
        fields = (
            f"{key}={self._shown(key, value)}"
            for key, value in vars(record).items()
            if key not in _STANDARD_FIELDS
        )
        return " ".join([start, _one_line(record.message), *fields])

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        text = self.formatMessage(record)
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text

    def _shown(self, key: str, value: object) -> str:
        if key in SECRET_FIELDS:
            return "***"
        text = _one_line(str(value)[:LONGEST_VALUE])
        if self._mask_numbers and key in NUMBER_FIELDS:
            text = mask_number(text)
        return f'"{text}"' if " " in text or not text else text


def mask_number(text: str) -> str:
    """The text with all but its last two digits replaced by ``*``; a name keeps its first letter only."""
    if not any(character.isdigit() for character in text):
        return text[:1] + "*" * len(text[1:])
    to_hide = sum(character.isdigit() for character in text) - SHOWN_DIGITS
    shown = []
    for character in text:
        if character.isdigit() and to_hide > 0:
            to_hide -= 1
            character = "*"
        shown.append(character)
    return "".join(shown)


def _one_line(text: str) -> str:
    """What peers send may hold line breaks and control characters: a log line stays one line."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
