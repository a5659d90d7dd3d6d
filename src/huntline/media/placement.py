"""Which media worker has which leg."""

from __future__ import annotations

from collections.abc import Collection, Set


class Placement:
    """Each leg has one worker, by its number from 0; the legs of a conversation are to have the same."""

    def __init__(self, workers: int, easy: int = 0) -> None:
        """A worker takes ``easy`` legs before the next one is given any: few legs take nearly as many
        wake-ups as many do."""
        self._easy = easy
        self._places: dict[str, int] = {}
        self._legs: list[set[str]] = [set() for _ in range(workers)]

    def worker_of(self, leg_id: str) -> int | None:
        """The worker that has a leg, or is to have it."""
        return self._places.get(leg_id)

    def legs_of(self, worker: int) -> Set[str]:
        """The legs that a worker has, or is to have."""
        return self._legs[worker]

    def worker_for_more(self, able: Collection[int]) -> int:
        """Who is to have a new leg, of those that are able to take one; of all where none is."""
        workers = able or range(len(self._legs))
        at_ease = (worker for worker in workers if len(self._legs[worker]) < self._easy)
        return min(at_ease, default=min(workers, key=lambda worker: len(self._legs[worker])))

    def place(self, leg_id: str, worker: int) -> None:
        """Give a leg to a worker, instead of the one that has it."""
        self.forget(leg_id)
        self._places[leg_id] = worker
        self._legs[worker].add(leg_id)

    def forget(self, leg_id: str) -> None:
        """A leg is gone; unknown ones are ignored."""
        worker = self._places.pop(leg_id, None)
        if worker is not None:
            self._legs[worker].discard(leg_id)
