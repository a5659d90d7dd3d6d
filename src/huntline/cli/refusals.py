"""Refusals of the API in the words of the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from huntline.errors import Refused

_KNOWN = {
    "organization-not-named": "--organization: say which one, there are several on this server",
    "no-organization": "there is no organization on this server yet; begin with: huntline organization create"
    " NAME --domains DOMAIN, or huntline apply FILE",
}
"""Refusals, by their words, of which the command line knows better what to do next."""

_LONGEST_VALUE = 200  # characters


class CommandRefused(Refused):
    """A command was refused: a line for each problem, with options in the place of fields."""

    def __init__(self, problem: Mapping[str, Any], flags: Mapping[str, str]) -> None:
        super().__init__("\n".join(_lines(problem, flags)))
        self.error_id = str(problem.get("error", "refused"))


@contextmanager
def in_options(flags: Mapping[str, str] | None = None) -> Iterator[None]:
    """Turns refusals of the API into CommandRefused; ``flags`` are options by the fields they set."""
    # Imported here, see ``Door.api``; whoever asks the API has it already.
    from huntline.cli.api_client import ApiRefused

    try:
        yield
    except ApiRefused as refusal:
        raise CommandRefused(refusal.problem, flags or {}) from None


def _lines(problem: Mapping[str, Any], flags: Mapping[str, str]) -> Iterator[str]:
    if (known := _KNOWN.get(str(problem.get("error")))) is not None:
        yield known
        return
    errors = problem.get("errors")
    if not errors:
        yield str(problem.get("detail") or problem.get("title") or "refused")
        return
    for error in errors:
        yield problem_in_words(error, flags)


def problem_in_words(problem: Mapping[str, Any], flags: Mapping[str, str] | None = None) -> str:
    """One problem that the API names: the option or else the field, the value, what would be right."""
    # `overflow.target` and `agents[2]` are parts of what one option says; `limits.agent_limit` has its own.
    field, flags = str(problem["field"]), flags or {}
    first = field.partition(".")[0].partition("[")[0]
    value = problem.get("value")
    shown = "" if value is None else f" value {_short(value)}:"
    return f"{flags.get(field) or flags.get(first, field)}:{shown} {problem['allowed']}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."
