"""Star codes: what users dial for what the server does for them, and what may stand behind each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from huntline.directory.names import plain_number
from huntline.directory.organization import QueueSettings, StarCodes

ECHO_CODE = "*43"
"""What users dial to hear themselves, where the organization has given it no other meaning."""

VOICEMAIL_CODE = "*97"
"""What users dial to hear their messages, or, with somebody behind it, to leave one; where the organization
has given it no other meaning."""

StarAction = Literal[
    "opt-out",
    "opt-in",
    "forward-all",
    "forward-all-off",
    "forward-busy",
    "forward-busy-off",
    "forward-no-answer",
    "forward-no-answer-off",
    "hide-number",
    "voicemail",
    "echo",
]
"""What a code does: those of ``StarCodes``, voicemail, and to hear oneself."""

_DIALLED_QUEUE = re.compile(r"\+?[0-9]{3,15}")
_FEWEST_DIGITS = 3  # fewer are too easily those of another queue


@dataclass(frozen=True, slots=True)
class StarCode:
    """The dialled digits are a code of the caller's organization; ``dialled`` is what stands behind it."""

    organization_id: str
    action: StarAction
    dialled: str = ""


def star_code(organization_id: str, codes: StarCodes, dialled: str) -> StarCode | None:
    """The code that somebody dials. Of several that it could be the longest goes first."""
    if dialled[:1] not in "*#":
        return None
    found = [
        (len(code), StarCode(organization_id, action, behind))
        for action, code, read in _readers(codes)
        if code and dialled.startswith(code) and (behind := read(dialled.removeprefix(code))) is not None
    ]
    return max(found, key=lambda each: each[0])[1] if found else None


Reader = Callable[[str], str | None]
"""What stands behind a code; None where that cannot stand there."""


def _readers(codes: StarCodes) -> Iterator[tuple[StarAction, str | None, Reader]]:
    yield "opt-out", codes.opt_out, _nothing_or(_queue_behind)
    yield "opt-in", codes.opt_in, _nothing_or(_queue_behind)
    yield "forward-all", codes.forward_all, _nothing_or(plain_number)
    yield "forward-all-off", codes.forward_all_off, _nothing
    yield "forward-busy", codes.forward_busy, _nothing_or(plain_number)
    yield "forward-busy-off", codes.forward_busy_off, _nothing
    yield "forward-no-answer", codes.forward_no_answer, _nothing_or(plain_number)
    yield "forward-no-answer-off", codes.forward_no_answer_off, _nothing
    yield "hide-number", codes.hide_number, plain_number
    yield "voicemail", VOICEMAIL_CODE, str
    yield "echo", ECHO_CODE, _nothing


def _nothing(behind: str) -> str | None:
    return None if behind else ""


def _nothing_or(read: Reader) -> Reader:
    return lambda behind: read(behind) if behind else ""


def _queue_behind(behind: str) -> str | None:
    """A queue's number, or how one ends."""
    return behind if _DIALLED_QUEUE.fullmatch(behind) else None


def queues_meant(dialled: str, queues: Iterable[QueueSettings]) -> tuple[QueueSettings, ...]:
    """The queues whose number is the one dialled, or ends so; a zero in front of one does not count.

    Several where too little was dialled: then it is better to do nothing.
    """
    digits = dialled.removeprefix("+")
    by_number = [(queue.line_uri.removeprefix("tel:+"), queue) for queue in queues if queue.line_uri]
    for wanted in (digits, digits.lstrip("0")):
        found = tuple(queue for number, queue in by_number if number.endswith(wanted))
        if found and len(wanted) >= _FEWEST_DIGITS:
            return found
    return ()
