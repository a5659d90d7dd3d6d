"""Who came first goes on first, whoever's audio is ready first."""

from __future__ import annotations

import asyncio
import random

import pytest

from huntline.calls.arrival_order import ArrivalOrder


@pytest.mark.parametrize("seed", range(20))
def test_callers_of_an_organization_go_on_in_the_order_in_which_they_came(seed: int) -> None:
    async def story() -> None:
        chance, order = random.Random(seed), ArrivalOrder()  # noqa: S311
        went_on: list[int] = []

        async def come(number: int, audio: asyncio.Future[bool]) -> None:
            turn = order.come("contoso")
            try:
                if await audio:
                    await turn.wait()
                    went_on.append(number)
            finally:
                turn.end()

        ready = [asyncio.get_running_loop().create_future() for _ in range(8)]
        tasks = [asyncio.create_task(come(number, audio)) for number, audio in enumerate(ready)]
        await asyncio.sleep(0)
        gone = set(chance.sample(range(8), 3))
        for number in chance.sample(range(8), 8):
            ready[number].set_result(number not in gone)
            if chance.random() < 0.5:
                await asyncio.sleep(0)
        await asyncio.gather(*tasks)
        assert went_on == sorted(set(range(8)) - gone)
        await asyncio.sleep(0)
        assert not order._last

    asyncio.run(story())


def test_nobody_waits_for_who_calls_another_organization() -> None:
    async def story() -> None:
        order = ArrivalOrder()
        slow, other = order.come("contoso"), order.come("fabrikam")
        await asyncio.wait_for(other.wait(), 1)
        other.end()
        slow.end()
        late = order.come("contoso")
        await asyncio.wait_for(late.wait(), 1)
        late.end()
        await asyncio.sleep(0)
        assert not order._last

    asyncio.run(story())
