"""Draining: no new calls are taken, and those that are up go on until they end by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from huntline.calls.model import CallBook
from huntline.sip.core.core import SipCore


@dataclass(frozen=True, slots=True)
class Draining:
    """``book`` has the calls that are left; ``on_change`` writes down that new calls are refused, or are not
    any more, so that the next process does the same."""

    core: SipCore
    book: CallBook
    on_change: Callable[[], None]

    @property
    def is_on(self) -> bool:
        """Whether new calls are refused."""
        return self.core.is_draining

    @property
    def calls_left(self) -> int:
        """How many calls are up."""
        return len(self.book.calls)

    def turn(self, *, on: bool) -> None:
        """Refuse new calls from now on, or take them again."""
        self.core.is_draining = on
        self.on_change()
