"""What may be dialled: the classes of numbers, and how far each user may call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from huntline.directory.numbers import Range, numbers_of, whole


class NumberClass(StrEnum):
    """How far a call goes, and whether it costs more than the way."""

    INTERNAL = "internal"
    EMERGENCY = "emergency"
    NATIONAL = "national"
    INTERNATIONAL = "international"
    PREMIUM = "premium"

    @property
    def is_dear(self) -> bool:
        """Whether somebody gains by calls to it that another one pays."""
        return self in (NumberClass.INTERNATIONAL, NumberClass.PREMIUM)


class MayDial(StrEnum):
    """The furthest that somebody may call; each has the ones before it. Emergency calls are always allowed
    (rules section 8)."""

    INTERNAL = "internal"
    NATIONAL = "national"
    INTERNATIONAL = "international"
    PREMIUM = "premium"

    def allows(self, number_class: NumberClass) -> bool:
        """Whether a number of that class may be called."""
        if number_class is NumberClass.EMERGENCY:
            return True
        in_order = [*MayDial]
        return in_order.index(MayDial(number_class)) <= in_order.index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiallingSettings:
    """What the users of an organization may call outside, unless theirs says otherwise.

    What is national is so in the ``country`` (ISO 3166-1, two capital letters), or without it in the
    countries of the organization's numbers. The rest are the ceilings of each user and day, for calls to
    international and premium numbers together; 0 is none.
    """

    country: str | None = None
    may_dial: MayDial = MayDial.NATIONAL
    international_calls_a_day: int = whole(20, Range(0, 10_000, "calls"))
    international_minutes_a_day: int = whole(60, Range(0, 100_000, "minutes"))


USUAL_DIALLING = DiallingSettings()
DIALLING_NUMBERS = numbers_of(DiallingSettings)
