"""What was written as a record is there again, in this release and in the next one."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, make_dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.records import Codec, TreeCodec, UnreadableRecord


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    pass


@dataclass(slots=True, eq=False)
class Node:
    name: str
    others: list[Node] = field(default_factory=list)
    owner: object = None


KINDS = (Colour, Point, Nothing, Node)
CODEC = Codec(KINDS)

moments = st.datetimes(timezones=st.just(UTC))
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=()))
    | st.binary()
    | moments
    | st.timedeltas()
    | st.dates()
    | st.sampled_from(Colour)
    | st.builds(Point, st.integers(0, 9), st.none() | st.text())
    | st.just(Nothing())
)
values: st.SearchStrategy[Any] = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.tuples(st.sampled_from(Colour), st.text()), inner)
        | st.sets(st.text())
        | st.frozensets(st.integers(0, 9))
    ),
)


@given(values)
def test_what_was_written_is_read(value: Any) -> None:
    assert CODEC.decode(CODEC.encode(value)) == value
    assert type(CODEC.decode(CODEC.encode(value))) is type(value)


def test_an_object_that_is_met_twice_is_one_object_also_where_it_leads_back_to_itself() -> None:
    one = Node("one")
    two = Node("two", [one])
    one.others += [two, two]
    again = CODEC.decode(CODEC.encode({"one": one, "two": two}))
    assert again["one"].others == [again["two"], again["two"]]
    assert again["two"].others == [again["one"]]
    assert (again["one"].name, again["two"].name) == ("one", "two")


def test_objects_that_are_there_on_both_sides_go_by_their_names() -> None:
    ours, theirs = object(), object()
    record = Codec(KINDS, {"queue": ours}).encode(Node("one", owner=ours))
    assert Codec(KINDS, {"queue": theirs}).decode(record).owner is theirs


def test_another_release_passes_over_fields_and_fills_in_defaults() -> None:
    newer = make_dataclass("Point", [("x", int), ("label", str, "new"), ("z", int, field(default=7))])
    assert Codec([newer]).decode(CODEC.encode(Point(1, "old"))) == newer(1, "old", 7)
    assert CODEC.decode(Codec([newer]).encode(newer(1, "old", 8))) == Point(1, "old")


def test_a_kind_that_was_not_named_is_not_written() -> None:
    with pytest.raises(TypeError, match="Point is no kind of a record"):
        Codec([Nothing]).encode(Point(1))


@given(st.binary(), values, st.integers(0, 60))
def test_damaged_records_are_refused_and_nothing_else_is_raised(noise: bytes, value: Any, kept: int) -> None:
    for damaged in (noise, CODEC.encode(value)[:kept]):
        with contextlib.suppress(UnreadableRecord):
            CODEC.decode(damaged)


@dataclass(slots=True)
class Branch:
    at: Point
    colour: Colour = Colour.RED
    told: dict[str, Any] = field(default_factory=dict)
    further: tuple[Point, ...] = ()


BRANCHES = TreeCodec(Branch, (Branch, Point, Colour))
points = st.builds(Point, st.integers(0, 9), st.none() | st.text(st.characters(exclude_categories=())))
branches = st.builds(Branch, points, st.sampled_from(Colour), further=st.lists(points).map(tuple))


@given(branches)
def test_a_tree_is_read_as_it_was_written_also_by_the_other_codec(branch: Branch) -> None:
    assert BRANCHES.decode(BRANCHES.encode(branch)) == branch
    assert BRANCHES.decode(Codec((Branch, Point, Colour)).encode(branch)) == branch


@given(st.binary(), branches, st.integers(0, 60))
def test_damaged_trees_are_refused_and_nothing_else_is_raised(
    noise: bytes, branch: Branch, kept: int
) -> None:
    for damaged in (noise, BRANCHES.encode(branch)[:kept]):
        with contextlib.suppress(UnreadableRecord):
            BRANCHES.decode(damaged)


@pytest.mark.parametrize(
    "known", [[], [Colour, Nothing], [make_dataclass("Point", [("y", int)])]], ids=["none", "other", "field"]
)
def test_a_record_of_unknown_kinds_or_fields_is_named(known: list[type]) -> None:
    with pytest.raises(UnreadableRecord):
        Codec(known).decode(CODEC.encode(Point(1)))


def test_durations_keep_their_microseconds() -> None:
    at = datetime(2026, 11, 29, tzinfo=UTC) + timedelta(microseconds=1)
    assert CODEC.decode(CODEC.encode([at, timedelta(microseconds=-1)])) == [at, timedelta(microseconds=-1)]
