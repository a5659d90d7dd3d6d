"""Two racks of played phones that call each other: no server between them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from huntline.demo.phone import Conversation, Phones
from huntline.network.setting_values import Listener

NOBODY = Listener("udp", "127.0.0.1", 9)


@asynccontextmanager
async def caller_and_agent() -> AsyncIterator[tuple[Phones, Phones]]:
    before = len(os.listdir("/proc/self/fd"))
    async with Phones.open("127.0.0.1", NOBODY) as agents:
        async with Phones.open("127.0.0.1", Listener("udp", "127.0.0.1", agents.port)) as callers:
            yield callers, agents
        assert callers.conversation_count == 0
    assert agents.conversation_count == 0
    assert len(os.listdir("/proc/self/fd")) == before


async def ringing(callers: Phones, agents: Phones) -> tuple[Conversation, Conversation]:
    outgoing = callers.call("+14255550123", "robin", hertz=440)
    return outgoing, await agents.next_ring("robin")


def test_an_answered_call_carries_tones_both_ways_until_one_hangs_up() -> None:
    async def story() -> None:
        async with asyncio.timeout(10), caller_and_agent() as (callers, agents):
            outgoing, incoming = await ringing(callers, agents)
            incoming.answer()
            await outgoing.answered.wait()
            while not (outgoing.tone.packets_heard and incoming.tone.packets_heard):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            outgoing.hang_up()
            await incoming.over.wait()

    asyncio.run(story())


def test_a_declined_call_is_over_for_both() -> None:
    async def story() -> None:
        async with asyncio.timeout(10), caller_and_agent() as (callers, agents):
            outgoing, incoming = await ringing(callers, agents)
            incoming.decline()
            await outgoing.over.wait()
            assert not outgoing.answered.is_set()

    asyncio.run(story())


def test_a_caller_who_gives_up_stops_the_ring() -> None:
    async def story() -> None:
        async with asyncio.timeout(10), caller_and_agent() as (callers, agents):
            outgoing, incoming = await ringing(callers, agents)
            outgoing.hang_up()
            await incoming.over.wait()

    asyncio.run(story())


def test_a_registration_that_is_refused_is_told() -> None:
    async def story() -> None:
        async with asyncio.timeout(10), caller_and_agent() as (callers, _):
            assert await callers.register("robin", "contoso.com", "demo") is False

    asyncio.run(story())
