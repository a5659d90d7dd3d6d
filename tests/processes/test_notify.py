"""A service manager hears when the server is ready, that it lives, and that it ends."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest
from tests.processes.household import LIVE, Household, until

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

        async def story() -> set[bytes]:
            heard: set[bytes] = set()

            async def listen() -> None:
                while True:
                    heard.add(await asyncio.get_running_loop().sock_recv(manager, 100))

            listening = asyncio.create_task(listen())
            async with Household(tmp_path, media=LIVE).alive():
                await until(lambda: heard == {b"READY=1", b"WATCHDOG=1"})
            await until(lambda: b"STOPPING=1" in heard)
            listening.cancel()
            return heard

        heard = asyncio.run(story())
    assert heard == {b"READY=1", b"WATCHDOG=1", b"STOPPING=1"}


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


def test_a_service_manager_that_does_not_listen_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        for _ in range(1000):
            notify("WATCHDOG=1")


def test_without_a_service_manager_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/notify")
    notify("READY=1")
    monkeypatch.delenv("NOTIFY_SOCKET")
    notify("READY=1")
