"""A service manager hears when the server is ready, that it lives, and that it ends."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest
from tests.processes.household import LIVE, Household

from huntline.processes.notify import notify, watchdog_patience


def test_a_service_manager_is_told_of_readiness_life_and_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "30000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.setblocking(False)

        async def story() -> list[bytes]:
            heard: list[bytes] = []

            async def until(wanted: bytes) -> None:
                while not heard or heard[-1] != wanted:
                    heard.append(await asyncio.get_running_loop().sock_recv(manager, 100))

            async with Household(tmp_path, media=LIVE).alive():
                await until(b"READY=1")
                await until(b"WATCHDOG=1")
            await until(b"STOPPING=1")
            return heard

        heard = asyncio.run(story())
    assert set(heard) == {b"READY=1", b"WATCHDOG=1", b"STOPPING=1"}


def test_an_abstract_socket_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", f"@huntline-test-{os.getpid()}")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0huntline-test-{os.getpid()}")
        notify("READY=1")
        assert manager.recv(100) == b"READY=1"


@pytest.mark.parametrize(
    ("wanted", "pid", "patience"),
    [("", "", None), ("20000000", "", 20.0), ("20000000", "1", None), ("x", "", None), ("0", "", None)],
)
def test_the_watchdog_is_fed_when_it_is_ours(
    monkeypatch: pytest.MonkeyPatch, wanted: str, pid: str, patience: float | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", wanted)
    monkeypatch.setenv("WATCHDOG_PID", pid)
    assert watchdog_patience() == patience


def test_without_a_service_manager_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/notify")
    notify("READY=1")
    monkeypatch.delenv("NOTIFY_SOCKET")
    notify("READY=1")
