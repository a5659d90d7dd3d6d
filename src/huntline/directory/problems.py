"""What is wrong with an organization's settings: where, which value, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal. ``path`` leads to the setting by field names and places in lists, counted from 0."""

    path: Path
    value: object
    message: str

    @property
    def field(self) -> str:
        """The path as people write it: ``queues[0].agents[2]``."""
        return field_of(self.path)


Problems = Iterator[Problem]


def field_of(path: Path) -> str:
    """A path as people write it: ``queues[0].agents[2]``."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def rooted(problem: Problem, path: Path) -> Problem:
    """The problem of a part, as one of the whole in which the part stands at ``path``."""
    return replace(problem, path=(*path, *problem.path))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A suggestion to put behind a refusal, or nothing when no known word is close."""
    by_key = {each.casefold(): each for each in known}
    close = get_close_matches(word.casefold(), by_key, n=1)
    return f"; did you mean {by_key[close[0]]}?" if close else ""
