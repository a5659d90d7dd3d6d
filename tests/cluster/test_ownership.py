"""Who owns the server: one machine after the other, never two under one epoch, and nobody without need."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huntline.cluster.ownership import (
    BEAT_EVERY,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    NEXT_IN_LINE,
    SILENT_AFTER,
    AnnounceAgain,
    Beat,
    Claim,
    GiveUp,
    OwnerRecord,
    Ownership,
    succession,
)

NODES = ("a", "b", "c")
pytestmark = pytest.mark.hypothesis


@dataclass
class Store:
    """Keeps one record, as the real one does: whoever expects another version is refused."""

    record: OwnerRecord = field(default_factory=OwnerRecord)

    def claim(self, node: str, claim: Claim) -> OwnerRecord | None:
        if claim.expected != self.record.sequence:
            return None
        self.record = OwnerRecord(node, claim.epoch, claim.run or "run", claim.expected + 1)
        return self.record


class Machines:
    """Machines whose heartbeats all hear, but for those that are cut off or frozen."""

    def __init__(self) -> None:
        self.store, self.now = Store(), 100.0
        self.views = {node: Ownership(node, is_candidate=True) for node in NODES}
        self.away: set[str] = set()
        self.served: list[tuple[str, int]] = []
        self.given_up: list[str] = []

    def turn(self) -> None:
        """A quarter of a second goes by."""
        self.now += BEAT_EVERY
        here = [node for node in NODES if node not in self.away]
        beats = [
            Beat(node, view.epoch, view.run, owner_silent=view.owner_silent(self.now))
            for node, view in self.views.items()
            if node in here
        ]
        for node in here:
            view = self.views[node]
            self._note(node, view.told(self.store.record, self.now))
            for beat in beats:
                self._note(node, view.heard(beat, self.now))
        for node in here:
            view = self.views[node]
            if (claim := view.due(self.now, int(self.now * 1000))) is not None:
                won = self.store.claim(node, claim)
                view.claimed(won)
                if won is not None:
                    self.served.append((node, won.epoch))

    def turns(self, seconds: float) -> None:
        for _ in range(round(seconds / BEAT_EVERY)):
            self.turn()

    @property
    def owners(self) -> list[str]:
        return [node for node, view in self.views.items() if view.is_owner]

    def _note(self, node: str, conclusion: GiveUp | None) -> None:
        if conclusion is not None:
            self.given_up.append(node)


def settled() -> Machines:
    machines = Machines()
    machines.turns(3)
    assert len(machines.owners) == 1
    return machines


def test_a_new_cluster_has_one_owner_and_keeps_it() -> None:
    machines = settled()
    machines.turns(60)
    assert len(machines.served) == 1


def test_who_follows_takes_over_from_a_silent_owner_once_and_soon() -> None:
    machines = settled()
    lost = machines.owners[0]
    machines.away.add(lost)
    machines.turns(SILENT_AFTER + 2 * BEAT_EVERY)
    assert len(machines.served) == 2
    assert machines.served[1][1] > machines.served[0][1]


def test_an_owner_that_comes_back_hears_of_the_new_one_and_gives_up() -> None:
    machines = settled()
    lost = machines.owners[0]
    machines.away.add(lost)
    machines.turns(4)
    machines.away.clear()
    machines.turns(1)
    assert lost in machines.given_up
    assert machines.owners == [machines.served[-1][0]]


def test_an_owner_whose_machine_was_started_anew_does_not_wait() -> None:
    machines = settled()
    lost = machines.owners[0]
    machines.views[lost] = Ownership(lost, is_candidate=True)
    machines.turn()
    machines.turn()
    assert machines.owners == [lost]


def test_who_is_told_that_it_owns_the_server_takes_it_at_once() -> None:
    machines = settled()
    owner = machines.owners[0]
    other = next(node for node in NODES if node != owner)
    to = OwnerRecord(other, machines.store.record.epoch + 1, "run", machines.store.record.sequence + 1)
    machines.store.record = to
    machines.views[owner].handed_over(to, machines.now)
    machines.turn()
    machines.turn()
    assert machines.owners == [other]
    assert not machines.given_up


def test_a_store_that_comes_back_empty_changes_nothing() -> None:
    machines = settled()
    owner = machines.owners
    machines.store.record = OwnerRecord()
    machines.turns(10)
    assert machines.owners == owner
    assert len(machines.served) == 1


def follower_of(owner: str) -> Ownership:
    """Hears its owner, and another machine, at second 10."""
    view = Ownership("b", is_candidate=True)
    view.told(OwnerRecord(owner, 7, "run", 3), 10.0)
    view.heard(Beat(owner, 7), 10.0)
    return view


def test_an_owner_that_another_machine_hears_is_not_accused_for_a_while() -> None:
    view = follower_of("a")
    for now in (12.0, 13.0, 14.0, 14.9):
        view.heard(Beat("b"), now)
        view.heard(Beat("w", owner_silent=0.2), now)
        assert view.due(now, 1) is None
    view.heard(Beat("b"), 15.1)
    view.heard(Beat("w", owner_silent=0.2), 15.1)
    assert view.due(15.1, 1) is not None, "somebody has to, where not all hear each other for long"


@pytest.mark.parametrize("silent", [None, 1.1])
def test_an_owner_that_nobody_hears_is_accused_at_once(silent: float | None) -> None:
    view = follower_of("a")
    now = 10 + SILENT_AFTER + NEXT_IN_LINE
    view.heard(Beat("b"), now)
    view.heard(Beat("w", is_candidate=False, owner_silent=silent), now)
    assert view.due(now, 1) is not None


def test_a_machine_that_does_not_hear_itself_accuses_nobody() -> None:
    view = Ownership("b", is_candidate=True)
    view.told(OwnerRecord("a", 7, "run", 3), 10.0)
    view.heard(Beat("b"), 10.0)
    assert view.due(10.0 + 5, 1) is None
    view.heard(Beat("b"), 15.0)
    assert view.due(15.0, 1) == Claim(8, "run", 3)


def test_a_witness_never_claims() -> None:
    view = Ownership("w", is_candidate=False)
    view.told(OwnerRecord("a", 7, "run", 3), 10.0)
    view.heard(Beat("w", is_candidate=False), 20.0)
    assert view.due(20.0, 1) is None


def test_who_has_no_whole_copy_of_the_journal_comes_last() -> None:
    view = Ownership("b", is_candidate=True)
    view.told(OwnerRecord("a", 7, "run", 3), 10.0)
    for moment in (10.0, 11.0, 11.5):
        view.heard(Beat("b", is_candidate=False), moment)
        view.heard(Beat("c"), moment)
    assert view.due(11.5, 1) is None
    view.heard(Beat("b", is_candidate=False), 12.5)
    assert view.due(12.5, 1) == Claim(8, "run", 3)


def test_an_owner_that_hears_the_others_keeps_an_address_that_another_one_shows() -> None:
    view = Ownership("a", is_candidate=True)
    view.continues(5, "run")
    view.heard(Beat("b"), 10.0)
    assert view.conflict(10.5) == AnnounceAgain()
    assert isinstance(view.conflict(10.0 + SILENT_AFTER + 0.1), GiveUp)
    assert not view.is_owner
    assert view.conflict(20.0) is None


def test_all_agree_who_is_next() -> None:
    assert succession("a", ["b", "c"]) == succession("a", {"c", "b"})


@settings(max_examples=200)
@given(st.lists(st.tuples(st.sets(st.sampled_from(NODES), max_size=2), st.floats(0.25, 6.0)), max_size=12))
def test_never_two_owners_under_one_epoch_and_one_in_the_end(history: list[tuple[set[str], float]]) -> None:
    machines = settled()
    for away, seconds in history:
        machines.away = away
        machines.turns(seconds)
        epochs = [view.epoch for view in machines.views.values() if view.is_owner]
        assert len(set(epochs)) == len(epochs)
    machines.away = set()
    machines.turns(4)
    assert len(machines.owners) == 1
    assert machines.store.record.node == machines.owners[0]
    assert [epoch for _, epoch in machines.served] == sorted({epoch for _, epoch in machines.served})


def test_a_machine_that_could_not_serve_tries_again_later_each_time() -> None:
    view = Ownership("b", is_candidate=True)
    tried: list[float] = []
    now = 0.0
    while now < 300:
        view.heard(Beat("b"), now)
        view.told(OwnerRecord("b", 7, "run", 3), now)
        if view.due(now, 1) is not None:
            tried.append(now)
            view.claimed(OwnerRecord("b", 8, "run", 4))
            view.cannot_serve(now)
        now += BEAT_EVERY
    pauses = [later - earlier for earlier, later in pairwise(tried)]
    assert pauses[:4] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE, 8 * FIRST_PAUSE]
    assert set(pauses[4:]) == {LONGEST_PAUSE}


def test_a_machine_that_has_served_well_meanwhile_begins_with_the_shortest_pause() -> None:
    view = Ownership("b", is_candidate=True)
    for now in (0.0, FIRST_PAUSE, 1000.0):
        view.cannot_serve(now)
    view.heard(Beat("b"), 1000 + FIRST_PAUSE)
    view.told(OwnerRecord("b", 7, "run", 3), 1000 + FIRST_PAUSE)
    assert view.due(1000 + FIRST_PAUSE, 1) is not None


def test_an_owner_that_hears_nobody_is_unsure_until_somebody_would_have_taken_over() -> None:
    view = Ownership("a", is_candidate=True)
    view.continues(7, "run")
    view.heard(Beat("b"), 99.0)
    assert not view.is_unsure(100.0), "one other machine is never most of two"
    view.heard(Beat("b"), 100.0)
    view.heard(Beat("c"), 99.5)
    view.heard(Beat("a", 7), 100.6)
    moments = (100.4, 100.6, 102.0, 103.4, 103.6)
    assert [view.is_unsure(now) for now in moments] == [False, True, True, True, False]
    view.heard(Beat("c"), 102.0)
    assert not view.is_unsure(102.1)
    follower = Ownership("b", is_candidate=True)
    follower.heard(Beat("a", 7), 100.0)
    assert not follower.is_unsure(101.0)


def test_a_witness_never_serves() -> None:
    view = Ownership("w", is_candidate=False)
    view.heard(Beat("w"), 1000.0)
    view.told(OwnerRecord("w", 7, "run", 3), 1000.0)
    assert view.due(1000.0, 1) is None
