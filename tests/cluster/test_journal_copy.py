"""A follower has the owner's journal, byte for byte, whatever is lost on the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huntline.cluster.journal_copy import JournalCopy, JournalTail
from huntline.cluster.messages import LONGEST_PART, JournalPart


class Follower:
    """One that asks again where something does not fit."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "copy"
        self.copy = JournalCopy(self.path)
        self.asks = False

    def take(self, part: JournalPart) -> None:
        self.asks |= not self.copy.take(part)


def news(tail: JournalTail, *followers: Follower) -> None:
    for part in tail.news():
        for follower in followers:
            follower.take(part)


def catch_up(tail: JournalTail, *followers: Follower) -> None:
    """As it is told where the journal is, and told anew where somebody asks."""
    news(tail, *followers)
    place = tail.place()
    assert place is not None
    for follower in followers:
        follower.take(place)
    if any(follower.asks for follower in followers):
        tail.begin_again()
        news(tail, *followers)


def test_what_is_written_is_there_at_the_follower(tmp_path: Path) -> None:
    journal, follower = tmp_path / "live", Follower(tmp_path)
    tail = JournalTail(journal, 1)
    news(tail, follower)
    assert tail.place() is None
    journal.write_bytes(b"head")
    news(tail, follower)
    with journal.open("ab") as file:
        file.write(b"more" * LONGEST_PART)
    news(tail, follower)
    assert follower.path.read_bytes() == journal.read_bytes()
    assert follower.copy.behind == 0
    tail.close()


def test_a_journal_that_is_begun_anew_replaces_the_copy_once_it_is_whole(tmp_path: Path) -> None:
    journal, follower = tmp_path / "live", Follower(tmp_path)
    journal.write_bytes(b"old" * 1000)
    tail = JournalTail(journal, 1)
    news(tail, follower)
    fresh = tmp_path / "live.new"
    fresh.write_bytes(b"x" * (LONGEST_PART + 5))
    fresh.replace(journal)
    first, second = tail.news()
    follower.take(first)
    assert follower.path.read_bytes() == b"old" * 1000
    follower.take(second)
    assert follower.path.read_bytes() == journal.read_bytes()
    tail.close()


def test_a_follower_that_comes_late_asks_and_is_given_all(tmp_path: Path) -> None:
    journal, follower = tmp_path / "live", Follower(tmp_path)
    journal.write_bytes(b"head")
    tail = JournalTail(journal, 1)
    news(tail)
    assert follower.copy.behind is None
    catch_up(tail, follower)
    assert follower.path.read_bytes() == b"head"
    tail.close()


def test_parts_of_an_earlier_owner_are_left_out(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    follower.take(JournalPart(2, 1, 0, 3, b"new"))
    follower.take(JournalPart(1, 9, 0, 3, b"old"))
    assert follower.path.read_bytes() == b"new"
    assert not follower.asks


@pytest.mark.parametrize("is_whole", [True, False])
def test_only_a_whole_copy_becomes_the_journal(tmp_path: Path, is_whole: bool) -> None:
    follower, journal = Follower(tmp_path), tmp_path / "live"
    journal.write_bytes(b"of long ago")
    follower.take(JournalPart(1, 1, 0, 3 if is_whole else 4, b"abc"))
    assert follower.copy.put_in_place(journal) is is_whole
    assert journal.exists() is is_whole
    assert follower.copy.behind is None
    assert not list(tmp_path.glob("copy*"))


@pytest.mark.hypothesis
@settings(max_examples=100)
@given(st.lists(st.tuples(st.binary(min_size=1, max_size=50), st.booleans(), st.booleans()), max_size=30))
def test_whatever_is_lost_the_copy_is_the_journal_in_the_end(
    tmp_path_factory: pytest.TempPathFactory, history: list[tuple[bytes, bool, bool]]
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal, follower, other = folder / "live", Follower(folder), Follower(folder / "copy-of-another")
    (folder / "copy-of-another").mkdir()
    journal.write_bytes(b"head")
    tail = JournalTail(journal, 1)
    for data, is_lost, is_anew in history:
        if is_anew:
            fresh = folder / "live.new"
            fresh.write_bytes(data)
            fresh.replace(journal)
        else:
            with journal.open("ab") as file:
                file.write(data)
        news(tail, other, *(() if is_lost else (follower,)))
    catch_up(tail, follower, other)
    assert follower.path.read_bytes() == other.path.read_bytes() == journal.read_bytes()
    assert follower.copy.behind == other.copy.behind == 0
    tail.close()
    follower.copy.close()
    other.copy.close()
