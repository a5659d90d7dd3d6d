"""Ends of greetings that several workers play come in the order in which the greetings began."""

from __future__ import annotations

import asyncio

from huntline.media.ends_in_order import EndsInOrder
from huntline.media.interface import PlayFinished

GREETING, OTHER = ("greeting",), ("other",)


class Told:
    """What was delivered; what is to be done then may be given for a leg."""

    def __init__(self) -> None:
        self.ends: list[str] = []
        self.order = EndsInOrder(self._deliver)

    def _deliver(self, event: PlayFinished) -> None:
        self.order.forget(event.leg_id)  # as whoever knows that nothing is played any more
        self.ends.append(event.leg_id)

    def end(self, leg_id: str, sources: tuple[str, ...] = GREETING) -> None:
        self.order.end(PlayFinished(leg_id, sources))

    def assert_nothing_left(self) -> None:
        left = [self.order._lines, self.order._sources, self.order._waiting]
        assert not any(left)


def test_an_end_waits_for_those_that_began_before_it() -> None:
    async def story() -> None:
        told = Told()
        for leg_id in "abcd":
            told.order.begin(leg_id, GREETING)
        told.order.begin("x", OTHER)
        told.end("c")
        told.end("b")
        told.end("x", OTHER)
        assert told.ends == ["x"]
        told.end("a")
        assert told.ends == ["x", "a", "b", "c"]
        told.end("d")
        assert told.ends[-1] == "d"
        told.assert_nothing_left()

    asyncio.run(story())


def test_who_hears_something_else_by_now_keeps_nobody_waiting() -> None:
    async def story() -> None:
        told = Told()
        for leg_id in "abc":
            told.order.begin(leg_id, GREETING)
        told.end("c")
        told.order.begin("a", OTHER)
        told.end("b")
        assert told.ends == ["b", "c"]
        told.order.begin("d", GREETING)
        told.order.begin("e", GREETING)
        told.end("e")
        told.order.forget("e")  # which was told its end, and hung up before that was heard of
        told.order.forget("d")
        told.end("a", GREETING)  # of what it heard before: whoever takes it knows better
        assert told.ends == ["b", "c", "a"]
        told.order.forget("a")
        told.assert_nothing_left()

    asyncio.run(story())


def test_nobody_waits_for_long_for_a_worker_that_is_away() -> None:
    async def story() -> None:
        told = Told()
        told.order.begin("a", GREETING)
        told.order.begin("b", GREETING)
        told.order.begin("c", GREETING)
        told.end("c")
        told.end("b")
        await asyncio.sleep(0.15)
        told.end("a")
        assert sorted(told.ends[:2]) == ["b", "c"]
        assert told.ends[2] == "a"
        told.assert_nothing_left()

    asyncio.run(story())


def test_what_waits_at_the_end_is_not_told() -> None:
    async def story() -> None:
        told = Told()
        told.order.begin("a", GREETING)
        told.order.begin("b", GREETING)
        told.end("b")
        told.order.close()
        await asyncio.sleep(0.15)
        assert told.ends == []

    asyncio.run(story())
