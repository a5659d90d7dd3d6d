"""Who owns the server: what a machine of a cluster concludes from what it hears, and when. Pure.

The owner is whoever is named in the store with the highest epoch. Nobody stops owning because time has
passed: an owner stops when it hears of a higher epoch, or when the network tells it that another machine has
its address while it hears nobody of the cluster. Who follows claims when the owner has been silent for long.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

BEAT_EVERY = 0.25
"""Seconds between two heartbeats of a machine."""
SILENT_AFTER = 1.25
"""Seconds without a heartbeat after which an owner counts as dead."""
ALMOST_SILENT, DOUBTED_AFTER = 0.95, 5.0
"""Seconds without a heartbeat of the owner that each other machine must have seen too, as long as it has not
been silent here for the second of them: lost packets delay heartbeats between one pair of machines."""
NEXT_IN_LINE = 0.4
"""Seconds by which each further machine in the order of succession waits longer."""
HEARS_ITSELF_WITHIN = 0.6
"""Seconds: a machine that has not heard its own heartbeat for longer is itself what does not work."""
UNSURE_AFTER, SURE_AFTER = 0.5, 3.5
"""Seconds without a heartbeat of any other machine between which an owner may be about to be replaced: before
that nobody has a reason, and after that somebody would have done so."""
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 60.0
"""Seconds after which a machine that could not serve would do so again: twice as long each time it fails."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A heartbeat: ``epoch`` is that under which the machine owns the server, 0 where it does not;
    ``owner_silent`` for how many seconds it has not heard whoever does, None where it knows of nobody."""

    node: str
    epoch: int = 0
    run: str = ""
    is_candidate: bool = True
    owner_silent: float | None = None


@dataclass(frozen=True, slots=True)
class OwnerRecord:
    """What the store says of the owner; ``sequence`` names this version of it (0: there never was one)."""

    node: str = ""
    epoch: int = 0
    run: str = ""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Claim:
    """Wish to be the owner, in place of whom the record of ``expected`` names."""

    epoch: int
    run: str
    expected: int


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Stop serving at once: another machine owns the server."""

    why: str


@dataclass(frozen=True, slots=True)
class AnnounceAgain:
    """Tell the network anew where the address is."""


Conclusion = Claim | GiveUp | AnnounceAgain


@dataclass(slots=True)
class Ownership:
    """One machine's view. Moments are seconds on its monotonic clock; ``clock_ms`` in ``due`` is the time of
    day in milliseconds, from which epochs are made."""

    node: str
    is_candidate: bool
    record: OwnerRecord | None = None
    """What the store says; None as long as it could not be asked."""
    epoch: int = 0
    """Under which this machine owns the server; 0 where it follows."""
    run: str = ""
    _heard_at: dict[str, float] = field(default_factory=dict)
    _candidates: dict[str, bool] = field(default_factory=dict)
    _owner_silent: dict[str, float | None] = field(default_factory=dict)
    _is_claiming: bool = False
    _owner_heard_at: float = float("-inf")
    _watched_since: float | None = None
    _failed_at: float = float("-inf")
    _pause: float = 0.0

    @property
    def is_owner(self) -> bool:
        """Whether this machine owns the server, as far as it knows."""
        return self.epoch > 0

    @property
    def nodes_heard(self) -> dict[str, float]:
        """When each machine was heard last."""
        return dict(self._heard_at)

    def heard(self, beat: Beat, now: float) -> GiveUp | None:
        """A heartbeat came."""
        self._heard_at[beat.node] = now
        self._candidates[beat.node] = beat.is_candidate
        self._owner_silent[beat.node] = beat.owner_silent
        if beat.epoch > self.epoch and beat.node != self.node and self.is_owner:
            return self._give_up(f"{beat.node} owns the server since epoch {beat.epoch}")
        if self.record is not None and beat.epoch > self.record.epoch:
            self.record = OwnerRecord(beat.node, beat.epoch, beat.run, self.record.sequence)
        if self.record is not None and (beat.node, beat.epoch) == (self.record.node, self.record.epoch):
            self._owner_heard_at = now
        return None

    def told(self, record: OwnerRecord, now: float) -> GiveUp | None:
        """The store was asked, or has announced a new owner."""
        if self.record is not None and record.epoch < self.record.epoch:
            # The store has lost what it knew, or an owner is quicker than its answer.
            self.record = replace(self.record, sequence=record.sequence)
            return None
        if self.record is None or record.epoch > self.record.epoch:
            self._watched_since = now
        self.record = record
        if self.is_owner and record.epoch > self.epoch and record.node != self.node:
            return self._give_up(f"the store names {record.node} with epoch {record.epoch}")
        return None

    def claimed(self, won: OwnerRecord | None) -> None:
        """The claim under way was granted with that record, or not."""
        self._is_claiming = False
        if won is not None:
            self.record, self.epoch, self.run = won, won.epoch, won.run

    def cannot_serve(self, now: float) -> None:
        """This machine has failed to serve: another one is to, and this one may try again after a pause."""
        is_again = now - self._failed_at < 2 * LONGEST_PAUSE
        self._pause = min(2 * self._pause, LONGEST_PAUSE) if is_again else FIRST_PAUSE
        self.epoch, self.is_candidate, self._failed_at = 0, False, now

    def continues(self, epoch: int, run: str) -> None:
        """This machine's server runs already, under that epoch: only this process was started anew."""
        self.epoch, self.run = epoch, run

    def handed_over(self, to: OwnerRecord, now: float) -> None:
        """This machine has given the server to another one on purpose."""
        self.record, self.epoch, self._watched_since = to, 0, now

    def conflict(self, now: float) -> GiveUp | AnnounceAgain | None:
        """The network says that another machine has the moving address, too (RFC 5227 section 2.4)."""
        if not self.is_owner:
            return None
        if any(now - at <= SILENT_AFTER for node, at in self._heard_at.items() if node != self.node):
            return AnnounceAgain()
        return self._give_up("another machine has the address, and nobody of the cluster is heard")

    def is_unsure(self, now: float) -> bool:
        """Whether another machine may be taking the server at this moment, unheard here: what this one does
        now may be unknown to the next owner. A single other one cannot: it would not be most of them."""
        others = [at for node, at in self._heard_at.items() if node != self.node]
        return self.is_owner and len(others) > 1 and UNSURE_AFTER <= now - max(others) < SURE_AFTER

    def due(self, now: float, clock_ms: int) -> Claim | None:
        """What is to be done now that only time has passed."""
        if self._pause and not self.is_candidate and now - self._failed_at >= self._pause:
            self.is_candidate = True
        if self.is_owner or self._is_claiming or not self.is_candidate or self.record is None:
            return None
        silent = now - self._silent_since(now)
        if not self._hears_itself(now) or silent < self._patience(now):
            return None
        if silent < DOUBTED_AFTER and self._is_heard_by_others(now):
            return None
        self._is_claiming = True
        return Claim(max(self.record.epoch + 1, clock_ms), self.record.run, self.record.sequence)

    def owner_silent(self, now: float) -> float | None:
        """For how many seconds nothing was heard of the owner; None where that is this machine, or nobody."""
        return now - self._silent_since(now) if self._owner else None

    def _is_heard_by_others(self, now: float) -> bool:
        """Whether a machine that is there says that the owner is there, too."""
        return any(
            (silent := self._owner_silent[node]) is not None and silent + (now - at) < ALMOST_SILENT
            for node, at in self._heard_at.items()
            if node not in (self.node, self._owner) and now - at <= SILENT_AFTER
        )

    def _silent_since(self, now: float) -> float:
        """Since when nothing is heard of whom the record names; where it names this machine: never was."""
        assert self.record is not None
        if self.record.node == self.node:
            return float("-inf")
        if self._watched_since is None:
            self._watched_since = now
        return max(self._owner_heard_at, self._watched_since)

    def _patience(self, now: float) -> float:
        alive = [
            node
            for node, at in self._heard_at.items()
            if now - at <= SILENT_AFTER and self._candidates.get(node) and node != self._owner
        ]
        if self.record is not None and self.record.node == self.node:
            return 0.0
        if self._owner and not self._candidates.get(self.node):
            return SILENT_AFTER + NEXT_IN_LINE * (len(alive) + 1)  # who has no whole copy comes last
        return SILENT_AFTER + NEXT_IN_LINE * succession(self._owner, {*alive, self.node}).index(self.node)

    @property
    def _owner(self) -> str:
        return self.record.node if self.record is not None and self.record.node != self.node else ""

    def _hears_itself(self, now: float) -> bool:
        return now - self._heard_at.get(self.node, float("-inf")) <= HEARS_ITSELF_WITHIN

    def _give_up(self, why: str) -> GiveUp:
        self.epoch = 0
        return GiveUp(why)


def succession(owner: str, nodes: Iterable[str]) -> list[str]:
    """In which order machines claim what an owner has left: the same for all who hear the same machines
    (rendezvous hashing)."""
    return sorted(nodes, key=lambda node: hashlib.sha256(f"{owner} {node}".encode()).digest())
