"""Which queue an agent means who dials a star code and a number behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from huntline.directory.organization import QueueSettings

_DIALLED = re.compile(r"\+?[0-9]{3,15}")
_FEWEST_DIGITS = 3  # fewer are too easily those of another queue


def is_of_a_queue(dialled: str) -> bool:
    """Whether what stands behind a star code may be a queue's number, or how one ends."""
    return _DIALLED.fullmatch(dialled) is not None


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
