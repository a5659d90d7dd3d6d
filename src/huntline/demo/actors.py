"""The demo's actors: agents who answer, decline or miss their calls, and callers who keep dialling."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from huntline.config import Config
from huntline.demo.organization import (
    ACTORS,
    DEMO_LINE,
    DOMAIN,
    PASSWORD,
    udp_listener,
)
from huntline.demo.phone import EXPIRES, Conversation, Phones
from huntline.network.setting_values import Listener, reachable_host

CALLERS_AT_ONCE = 6
DECLINES = 0.1  # of all rings
MISSES = 0.05
GIVES_UP_AFTER = (20, 50)  # seconds that a caller has patience
TALKS_FOR = (5, 15)
ANSWERS_AFTER = (1, 4)
DIALS_EVERY = (3, 8)

_chance = random.Random()  # noqa: S311 - it only makes the demo lively


async def run_demo(config: Config, ready: Callable[[], None]) -> None:
    """Play agents and callers of the Demo Line until cancelled."""
    listener = udp_listener(config)
    host = reachable_host(listener.host)
    async with Phones.open(host, Listener("udp", host, listener.port)) as phones, asyncio.TaskGroup() as acts:
        for name in ACTORS:
            acts.create_task(_stay_registered(phones, name))
            acts.create_task(_play_agent(phones, name))
        ready()
        acts.create_task(_play_callers(phones))


async def _stay_registered(phones: Phones, name: str) -> None:
    while True:
        is_registered = await phones.register(name, DOMAIN, PASSWORD)
        await asyncio.sleep(EXPIRES / 2 if is_registered else 1)


async def _play_agent(phones: Phones, name: str) -> None:
    while True:
        conversation = await phones.next_ring(name)
        mood = _chance.random()
        if mood < MISSES:
            continue  # it rings until the server gives up
        if await _is_over_within(conversation, _chance.uniform(*ANSWERS_AFTER)):
            continue
        if mood < MISSES + DECLINES:
            conversation.decline()
            continue
        conversation.answer()
        if not await _is_over_within(conversation, _chance.uniform(*TALKS_FOR)):
            conversation.hang_up()


async def _play_callers(phones: Phones) -> None:
    free = asyncio.Semaphore(CALLERS_AT_ONCE)
    async with asyncio.TaskGroup() as acts:
        while True:
            await free.acquire()
            act = acts.create_task(_play_caller(phones))
            act.add_done_callback(lambda _: free.release())
            await asyncio.sleep(_chance.uniform(*DIALS_EVERY))


async def _play_caller(phones: Phones) -> None:
    number = f"+1425555{_chance.randrange(1000, 10000)}"
    conversation = phones.call(number, DEMO_LINE, hertz=_chance.choice((350, 400, 450, 500)))
    # The queue answers at once and plays music: patience and conversation are one time for the caller.
    if not await _is_over_within(conversation, _chance.uniform(*GIVES_UP_AFTER)):
        conversation.hang_up()


async def _is_over_within(conversation: Conversation, seconds: float) -> bool:
    try:
        await asyncio.wait_for(conversation.over.wait(), seconds)
    except TimeoutError:
        return False
    return True
