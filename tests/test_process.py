"""A process of the server ends when it is told to, once, and finishes what it does at its end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from huntline.config import Config
from huntline.process import run_until_told_to_end


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
