"""Telling a service manager how we are, as sd_notify(3) says; where there is none, nothing is told."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket

READY = "READY=1"
STOPPING = "STOPPING=1"
ALIVE = "WATCHDOG=1"


def notify(state: str) -> None:
    """Tell it; that it cannot be told, or has no time to hear, is no fault of ours."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if where:
        address = where.replace("@", "\0", 1) if where.startswith("@") else where
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as telling, contextlib.suppress(OSError):
            telling.sendto(state.encode(), socket.MSG_DONTWAIT, address)


async def stay_alive() -> None:
    """Tell again and again that this event loop turns, as often as is wanted; until cancelled."""
    patience = watchdog_patience()
    while patience is not None:
        notify(ALIVE)
        await asyncio.sleep(patience / 3)
    await asyncio.Event().wait()


def watchdog_patience() -> float | None:
    """Seconds of silence after which this process is taken for dead (sd_watchdog_enabled(3)); None: never."""
    wanted, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    is_for_us = pid in ("", str(os.getpid()))
    return int(wanted) / 1e6 if is_for_us and wanted.isascii() and wanted.isdigit() and int(wanted) else None
