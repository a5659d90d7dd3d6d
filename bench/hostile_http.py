#!/usr/bin/env python
"""What calls and an agent's page feel while strangers keep HTTP connections and bodies waiting.

Four phases of ``--seconds`` each: quiet; half requests that are sent again when they are cut off; bodies of
nobody known, again and again; quiet. The strangers have the page's own address. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.browser_agents import processes_of, rss_mb  # noqa: E402 - after the path

from huntline.demo.phone import Phones  # noqa: E402
from huntline.network.setting_values import Listener  # noqa: E402

HUNTLINE = [sys.executable, "-m", "huntline"]
HTTP, SIP, MEDIA = 18180, 18190, "23000-26999"
DESK = "+14255550100"
AGENTS = 60
TALKS = 0.5  # seconds
PAGE_ASKS_EVERY = 0.25  # seconds
PATIENCE = 10.0  # seconds
BODY = b" " * 5_900_000


@dataclass
class Felt:
    """What was felt in one phase: waits in seconds."""

    dialled: int = 0
    rings: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    page_failures: int = 0
    health: list[float] = field(default_factory=list)
    health_failures: int = 0
    events: int = 0
    streams_broken: int = 0
    web_rss_mb: int = 0
    cut_off: int = 0
    bodies_refused: int = 0

    def figures(self) -> dict[str, Any]:
        """For people."""
        return {
            "calls": {"dialled": self.dialled, "rung": len(self.rings), "to_ring_ms": spread(self.rings)},
            "page": {"failures": self.page_failures, "answer_ms": spread(self.page)},
            "health": {"failures": self.health_failures, "answer_ms": spread(self.health)},
            "stream": {"events": self.events, "broken": self.streams_broken},
            "web_rss_mb": self.web_rss_mb,
            "half_requests_cut_off": self.cut_off,
            "bodies_refused": self.bodies_refused,
        }


def spread(seconds: list[float]) -> dict[str, float]:
    if not seconds:
        return {}
    values = sorted(seconds)
    at = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return {
        name: round(1000 * values[min(int(share * len(values)), len(values) - 1)], 1)
        for name, share in at.items()
    }


@asynccontextmanager
async def server(folder: Path) -> AsyncIterator[int]:
    """A server whose agents have phones; the process id of its web process."""
    data = folder / "data"
    (folder / "contoso.yaml").write_text(json.dumps(organization()))  # which is YAML, too
    await run(*HUNTLINE, "apply", str(folder / "contoso.yaml"), "--data", str(data))
    command = [*HUNTLINE, "serve", "--data", str(data), "--http", f"127.0.0.1:{HTTP}"]
    command += ["--sip", f"udp:127.0.0.1:{SIP}", "--media-ports", MEDIA]
    log = (folder / "server.log").open("w")
    running = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=log)
    assert running.stdout is not None
    async for line in running.stdout:
        if line.startswith(b"Huntline is ready"):
            break
    else:
        raise SystemExit(f"the server did not start:\n{(folder / 'server.log').read_text()}")
    try:
        yield processes_of(running.pid)["web"]
    finally:
        running.send_signal(signal.SIGTERM)
        await running.wait()
        log.close()


def organization() -> dict[str, Any]:
    upns = [f"agent{number}@contoso.com" for number in range(AGENTS)]
    user = {"licences": ["E5"], "voice_enabled": True, "sip_password": "secret"}
    return {
        "organization": "Contoso",
        "domains": ["contoso.com"],
        "trunks": [{"name": "callers", "addresses": ["127.0.0.1"]}],
        "numbers": [{"number": DESK, "kind": "service-toll"}],
        "users": [{"upn": upn, **user} for upn in upns],
        "queues": [
            {"name": "Desk", "line_uri": f"tel:{DESK}", "distribution": "round-robin", "alerting": "parallel",
             "agent_limit": 1000, "agents": upns, "max_waiting": 200},
        ],
    }  # fmt: skip


async def run(*command: str) -> str:
    """What a command printed."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0, command
    return printed.decode()


class Desk:
    """Callers and agents by SIP, and an agent's page by HTTP, all of whom tell what they feel."""

    def __init__(self, phones: Phones, page: httpx.AsyncClient) -> None:
        self.felt = Felt()
        self._phones = phones
        self._page = page
        self._dialled: asyncio.Queue[float] = asyncio.Queue()
        self._calls: set[asyncio.Task[None]] = set()

    async def agent(self, number: int) -> None:
        """Answer whatever rings; the calls are served in the order in which they were dialled."""
        while True:
            ring = await self._phones.next_ring(f"agent{number}")
            self.felt.rings.append(time.monotonic() - self._dialled.get_nowait())
            ring.answer()
            await ring.over.wait()

    async def callers(self, rate: float) -> None:
        """Dial so often a second."""
        number = 0
        while True:
            number += 1
            task = asyncio.create_task(self._call(f"+1206556{number % 10_000:04d}"))
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)
            await asyncio.sleep(1 / rate)

    async def _call(self, caller: str) -> None:
        self.felt.dialled += 1
        self._dialled.put_nowait(time.monotonic())
        call = self._phones.call(caller, DESK, hertz=400)
        await asyncio.sleep(TALKS)
        call.hang_up()

    async def page(self) -> None:
        """Ask what a page asks."""
        while True:
            try:
                self.felt.page.append(await self._asked("/api/v1/me", 200))
            except (httpx.HTTPError, AssertionError):
                self.felt.page_failures += 1
            await asyncio.sleep(PAGE_ASKS_EVERY)

    async def health(self) -> None:
        """Ask what a watchman asks, on a connection of its own each time."""
        while True:
            try:
                async with httpx.AsyncClient(base_url=str(self._page.base_url), timeout=PATIENCE) as watchman:
                    began = time.monotonic()
                    assert (await watchman.get("/healthz")).status_code == 200
                    self.felt.health.append(time.monotonic() - began)
            except (httpx.HTTPError, AssertionError):
                self.felt.health_failures += 1
            await asyncio.sleep(PAGE_ASKS_EVERY)

    async def stream(self) -> None:
        """Follow what a page follows."""
        while True:
            with contextlib.suppress(httpx.HTTPError):
                async with self._page.stream("GET", "/api/v1/me/live/events", timeout=30) as events:
                    async for line in events.aiter_lines():
                        self.felt.events += line.startswith("event: change")
            self.felt.streams_broken += 1
            await asyncio.sleep(PAGE_ASKS_EVERY)

    async def _asked(self, path: str, status: int) -> float:
        began = time.monotonic()
        answer = await self._page.get(path)
        assert answer.status_code == status
        return time.monotonic() - began


async def half_requests(count: int) -> None:
    """Keep so many connections open with half a request each, anew when one is cut off; print how often."""
    cuts = 0
    print(json.dumps({"cut_off": 0}), flush=True)

    async def one() -> None:
        nonlocal cuts
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", HTTP)
                writer.write(b"GET /hea")
                await reader.read()
                writer.close()
            cuts += 1
            print(json.dumps({"cut_off": cuts}), flush=True)
            await asyncio.sleep(0.1)

    await asyncio.gather(*(one() for _ in range(count)))


async def bodies(count: int) -> None:
    """Send so many bodies at a time as nobody known, again and again; print how many were refused."""
    refused = 0
    print(json.dumps({"bodies_refused": 0}), flush=True)

    async def one() -> None:
        nonlocal refused
        head = f"POST /api/v1/audio HTTP/1.1\r\nHost: x\r\nContent-Length: {len(BODY)}\r\n\r\n".encode()
        while True:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", HTTP)
                writer.write(head + BODY)
                refused += b" 401 " in await reader.readline()
                with contextlib.suppress(OSError):
                    await writer.drain()
                writer.close()
            print(json.dumps({"bodies_refused": refused}), flush=True)
            await asyncio.sleep(0.1)

    await asyncio.gather(*(one() for _ in range(count)))


ATTACKS: dict[str, Callable[[int], Awaitable[None]]] = {"half": half_requests, "bodies": bodies}


@asynccontextmanager
async def attacked(kind: str | None, count: int, felt: Felt) -> AsyncIterator[None]:
    """Strangers in a process of their own, who have begun, and are gone afterwards."""
    if kind is None:
        yield
        return
    command = [sys.executable, __file__, "--attack", kind, "--count", str(count)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    await process.stdout.readline()

    async def count_them(lines: asyncio.StreamReader) -> None:
        async for line in lines:
            for name, value in json.loads(line).items():
                setattr(felt, name, value)

    counting = asyncio.create_task(count_them(process.stdout))
    try:
        yield
    finally:
        process.kill()
        await process.wait()
        counting.cancel()


async def measured(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All phases."""
    async with server(folder) as web, Phones.open("127.0.0.1", Listener("udp", "127.0.0.1", SIP)) as phones:
        for number in range(AGENTS):
            assert await phones.register(f"agent{number}", "contoso.com", "secret")
        created = ["account", "create", "agent", "--role", "agent", "--user", "agent0@contoso.com"]
        key = (await run(*HUNTLINE, *created, "--data", str(folder / "data"))).strip()
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{HTTP}", headers=headers, timeout=PATIENCE
        ) as page:
            desk = Desk(phones, page)
            tasks = [asyncio.create_task(desk.agent(number)) for number in range(AGENTS)]
            tasks += map(
                asyncio.create_task, (desk.callers(options.rate), desk.page(), desk.health(), desk.stream())
            )
            phases = {}
            for name, kind, count in (
                ("before", None, 0),
                (f"{options.halves} half requests", "half", options.halves),
                (f"{options.bodies} bodies of 5.9 MB", "bodies", options.bodies),
                ("after", None, 0),
            ):
                felt = Felt()
                async with attacked(kind, count, felt):
                    desk.felt = felt
                    await asyncio.sleep(options.seconds)
                felt.web_rss_mb = rss_mb(web)
                phases[name] = felt.figures()
            for task in tasks:
                task.cancel()
    log = (folder / "server.log").read_text().splitlines()
    told = [line for line in log if "cut off" in line or "refused" in line]
    load = os.getloadavg()
    return {"machine": platform.platform(), "cores": os.cpu_count(), "load": load,
            "calls_per_s": options.rate, "phases": phases,
            "log_lines": len(told), "log": told[:5]}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=20, help="calls a second")
    parser.add_argument("--seconds", type=float, default=20, help="of each phase")
    parser.add_argument("--halves", type=int, default=1_000, help="half requests at a time")
    parser.add_argument("--bodies", type=int, default=200, help="bodies at a time")
    parser.add_argument("--attack", choices=ATTACKS, help=argparse.SUPPRESS)
    parser.add_argument("--count", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.attack:
        asyncio.run(ATTACKS[options.attack](options.count))
        return
    with tempfile.TemporaryDirectory(prefix="huntline-bench-") as folder:
        print(json.dumps(asyncio.run(measured(options, Path(folder))), indent=1))


if __name__ == "__main__":
    main()
