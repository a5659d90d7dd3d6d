"""A process of the server ends when it is told to, once, and finishes what it does at its end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from huntline.config import Config
from huntline.process import run_until_told_to_end
from huntline.processes.words import HANDED_OVER


def test_a_second_signal_does_not_cut_the_end_short(tmp_path: Path) -> None:
    done = []

    async def role(config: Config, ready: Callable[[], None]) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await asyncio.Event().wait()
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
                os.kill(os.getpid(), number)
                await asyncio.sleep(0.01)  # signals come by a socket that the loop must read
            done.append("records")

    asyncio.run(run_until_told_to_end(role, Config(data=tmp_path)))
    assert done == ["records"]


def test_signals_in_the_same_moment_are_one(tmp_path: Path) -> None:
    done = []

    async def role(config: Config, ready: Callable[[], None]) -> None:
        for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGINT):
            os.kill(os.getpid(), number)
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)
            done.append("records")

    asyncio.run(run_until_told_to_end(role, Config(data=tmp_path)))
    assert done == ["records"]


def test_a_role_that_is_to_hand_over_is_told_so(tmp_path: Path) -> None:
    heard: list[object] = []

    async def role(config: Config, ready: Callable[[], None]) -> None:
        os.kill(os.getpid(), signal.SIGUSR1)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError as told:
            heard.extend(told.args)
            raise

    asyncio.run(run_until_told_to_end(role, Config(data=tmp_path)))
    assert heard == [HANDED_OVER]
