"""A core that only remembers the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answer:
    """One final response."""

    transaction_id: str
    status: int
    headers: tuple[tuple[str, str], ...]

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for header, value in self.headers if header == name]

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next(iter(self.all(name)), None)


@dataclass
class FakeResponder:
    """Records what it is told to answer."""

    answers: list[Answer] = field(default_factory=list)

    def respond(
        self, transaction_id: str, status: int, now: float, *, headers: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Remember an answer."""
        self.answers.append(Answer(transaction_id, status, tuple(headers)))

    @property
    def last(self) -> Answer:
        """The latest answer."""
        return self.answers[-1]
