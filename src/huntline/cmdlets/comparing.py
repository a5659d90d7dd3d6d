"""The comparisons of the language: letter case does not count, and the left side says what is compared."""

from __future__ import annotations

import re
from collections.abc import Callable

from huntline.cmdlets.values import (
    CmdletRefused,
    Hashtable,
    Value,
    is_like,
    is_true,
    items_of,
    number_of,
    text_of,
)

_NEGATED = {
    "ne": "eq",
    "notlike": "like",
    "notmatch": "match",
    "notcontains": "contains",
    "notin": "in",
}


def compare(operator: str, left: Value, right: Value) -> Value:
    """``left -operator right``; with a list on the left those of its things for which it holds.

    Raises CmdletRefused for what cannot be compared so.
    """
    positive = _NEGATED.get(operator, operator)
    if positive == "in":
        left, right, positive = right, left, "contains"
    holds = _COMPARISONS[positive]
    if positive == "contains":
        found = any(holds(each, right) for each in items_of(left))
        return found if operator in ("contains", "in") else not found
    wanted = operator not in _NEGATED
    if isinstance(left, list):
        return [each for each in left if holds(each, right) is wanted]
    return holds(left, right) is wanted


def _is_equal(left: Value, right: Value) -> bool:
    if isinstance(left, bool):
        return left is is_true(right)
    if left is None or right is None or isinstance(left, Hashtable):
        return left is right
    if isinstance(left, int | float):
        return left == number_of(right)
    return text_of(left).casefold() == text_of(right).casefold()


def _is_like(left: Value, right: Value) -> bool:
    return is_like(text_of(left), text_of(right))


def _matches(left: Value, right: Value) -> bool:
    pattern = text_of(right)
    try:
        return re.search(pattern, text_of(left), re.IGNORECASE) is not None
    except (re.error, OverflowError, RecursionError) as error:
        raise CmdletRefused(f"-match: value {pattern!r}: is no regular expression: {error}") from None


def _difference(left: Value, right: Value) -> int:
    """Below, at or above zero as the left comes before, with or after the right."""
    if isinstance(left, int | float):
        number = number_of(right) if right is not None else 0
        if number is None:
            raise CmdletRefused(f"value {text_of(right)!r}: must be a number to be compared with {left}")
        return (left > number) - (left < number)
    first, second = text_of(left).casefold(), text_of(right).casefold()
    return (first > second) - (first < second)


_COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    "eq": _is_equal,
    "contains": _is_equal,
    "like": _is_like,
    "match": _matches,
    "gt": lambda left, right: _difference(left, right) > 0,
    "ge": lambda left, right: _difference(left, right) >= 0,
    "lt": lambda left, right: _difference(left, right) < 0,
    "le": lambda left, right: _difference(left, right) <= 0,
}
