#!/usr/bin/env python
"""What pages cost: ``.venv/bin/python bench/browser_agents.py [--agents 100] [--calls 50] [--seconds 20]``.

Starts ``huntline serve`` on a new data folder and ports of 127.0.0.1, and one headless Chromium in which
each agent has a window of their own with the agent's page and its phone. Measured are the time from loading
the page until it is on the air, the processor time and memory of each of the server's processes while all are
signed in, and how long after a caller has dialled the wallboard shows it.

Then calls come in and are talked in. A talking window takes a tenth of a core, so that Chromium beside the
server on a small machine would be all that is measured: ``--talk light``, the default, closes the windows
and lets as many pages without a browser (``light_page.py``) sign in and take the calls; ``--talk windows``
lets the windows take them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from light_page import LightPage
from media_browser import speak_evenly
from playwright.async_api import Browser, BrowserContext, async_playwright

from huntline.demo.phone import Phones
from huntline.directory.access import Role
from huntline.network.setting_values import Listener
from huntline.processes.run_file import read_run
from huntline.storage.accounts import Accounts, SignInAccount
from huntline.storage.audit import Actor
from huntline.storage.database import open_database
from huntline.storage.passwords import hashed
from huntline.storage.settings import Settings

HUNTLINE = [sys.executable, "-m", "huntline"]
SIP, WEBSOCKET, HTTP, CALLERS, MEDIA = 5260, 5262, 5261, 5270, "24000-25999"
ADDRESS = f"http://127.0.0.1:{HTTP}"
DESK, NOBODY = "+14255550100", "+14255550101"
PASSWORD = "correct horse battery"  # noqa: S105 - of a server that is gone in a moment
PATIENCE_MS = 60_000
WALLBOARD_CALLS = 30
CHROMIUM = "/usr/bin/chromium-headless-shell"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
]
TAKE_CALLS = """
let isTalking = false;
new MutationObserver(() => {
  for (const button of document.querySelectorAll('button'))
    if (button.textContent.startsWith('Accept')) button.click();
  const stages = [...document.querySelectorAll('[role=status]')];
  if (!isTalking && stages.some((each) => each.textContent === 'On a call')) {
    isTalking = true;
    window.tellOfTalk();
  }
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
WATCH_WAITING = """
(card) => {
  const number = [...card.querySelectorAll('dt')].find((each) => each.textContent === 'Waiting').nextSibling;
  window.seen = [];
  new MutationObserver(() => window.seen.push([Date.now(), Number(number.textContent)]))
    .observe(number, { subtree: true, childList: true, characterData: true });
}
"""


def organization(agents: int) -> dict[str, Any]:
    """A desk that rings all agents in turn, and a queue that nobody serves."""
    upns = [f"agent{number}@contoso.com" for number in range(agents)]
    voice = {"licences": ["E5"], "voice_enabled": True}
    return {
        "organization": "Contoso",
        "domains": ["contoso.com"],
        "trunks": [{"name": "callers", "addresses": ["127.0.0.1"]}],
        "numbers": [{"number": number, "kind": "service-toll"} for number in (DESK, NOBODY)],
        "users": [{"upn": upn, **voice} for upn in upns],
        "queues": [
            {"name": "Desk", "line_uri": f"tel:{DESK}", "distribution": "round-robin", "agent_limit": 1000,
             "agents": upns, "max_waiting": 200},
            {"name": "Nobody", "line_uri": f"tel:{NOBODY}"},
        ],
    }  # fmt: skip


def make_accounts(data: Path) -> None:
    """An account for each user, and one for the wallboard."""
    database = open_database(data)
    try:
        accounts, by, secret = Accounts(database), Actor("bench", "bench"), hashed(PASSWORD)
        (stored,) = Settings(database).organizations()
        owners = [(user.upn, Role.AGENT, user.user_id) for user in stored.users]
        for name, role, user_id in [("wall", Role.ADMIN, None), *owners]:
            accounts.add(
                SignInAccount(
                    organization_id=stored.organization_id,
                    name=name,
                    role=role,
                    password_hash=secret,
                    user_id=user_id,
                ),
                by,
            )
    finally:
        database.dispose()


@asynccontextmanager
async def server(folder: Path, agents: int) -> AsyncIterator[dict[str, int]]:
    """A server with the organization; the ids of its processes by their names."""
    file, data = folder / "contoso.yaml", folder / "data"
    file.write_text(json.dumps(organization(agents)))  # which is YAML, too
    applying = await asyncio.create_subprocess_exec(
        *HUNTLINE, "apply", str(file), "--data", str(data), stdout=subprocess.DEVNULL
    )
    assert await applying.wait() == 0
    make_accounts(data)
    listeners = [f"udp:127.0.0.1:{SIP}", f"ws:127.0.0.1:{WEBSOCKET}"]
    command = [*HUNTLINE, "serve", "--data", str(data), "--http", f"127.0.0.1:{HTTP}", "--media-ports", MEDIA]
    for listener in listeners:
        command += ["--sip", listener]
    running = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    assert running.stdout is not None
    while not (await running.stdout.readline()).startswith(b"Huntline is ready"):
        pass
    try:
        yield processes_of(data)
    finally:
        running.send_signal(signal.SIGTERM)
        await running.wait()


def processes_of(data: Path) -> dict[str, int]:
    run = read_run(data)
    return {name: child.pid for name, child in run.children.items()} if run else {}


def cpu_seconds(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20


async def cost(processes: dict[str, int], seconds: float) -> dict[str, Any]:
    """Of each process: percent of a core over some seconds, and MB of memory at their end."""
    before = {name: cpu_seconds(pid) for name, pid in processes.items()}
    await asyncio.sleep(seconds)
    spent = {name: cpu_seconds(pid) - before[name] for name, pid in processes.items()}
    return {
        name: {"cpu_percent": round(100 * spent[name] / seconds, 1), "rss_mb": rss_mb(pid)}
        for name, pid in processes.items()
    }


async def signed_in(browser: Browser, name: str) -> BrowserContext:
    """A window of somebody who is signed in."""
    context = await browser.new_context(permissions=["microphone"], locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    answer = await context.request.post(
        f"{ADDRESS}/api/v1/session", data={"name": name, "password": PASSWORD}
    )
    assert answer.ok, await answer.text()
    return context


async def open_agent(browser: Browser, number: int, on_talk: Callable[[], None]) -> float:
    """An agent's page on the air, and the seconds that took from loading it."""
    context = await signed_in(browser, f"agent{number}@contoso.com")
    await context.expose_function("tellOfTalk", on_talk)
    await context.add_init_script(TAKE_CALLS)
    page = await context.new_page()
    started = time.monotonic()
    await page.goto(f"{ADDRESS}/agent")
    await page.get_by_text("On the air").wait_for()
    return time.monotonic() - started


async def wallboard_delays(browser: Browser, phones: Phones) -> list[float]:
    """Milliseconds from a caller's INVITE until the wallboard shows one more, or one less, who waits."""
    page = await (await signed_in(browser, "wall")).new_page()
    await page.goto(f"{ADDRESS}/wallboard")
    await page.get_by_role("heading", name="Nobody").wait_for()
    await page.get_by_role("group", name="Nobody").evaluate(WATCH_WAITING)
    delays = []
    for number in range(WALLBOARD_CALLS):
        began = time.time() * 1000
        conversation = phones.call(f"+1206555{number:04d}", NOBODY, hertz=400)
        await conversation.answered.wait()
        await page.wait_for_timeout(1500)
        seen = await page.evaluate("window.seen.splice(0)")
        delays.append(next(at for at, waiting in seen if waiting == 1) - began)
        conversation.hang_up()
        await page.wait_for_timeout(500)
        await page.evaluate("window.seen.splice(0)")
    return delays


async def agents_talking(data: Path) -> int:
    """How many agents the server says are in a call."""
    asking = await asyncio.create_subprocess_exec(
        *HUNTLINE, "status", "--json", "--data", str(data), stdout=subprocess.PIPE
    )
    told, _ = await asking.communicate()
    return sum(agent["state"] == "talking" for agent in json.loads(told)["agents"])


@asynccontextmanager
async def talk_in_windows(
    phones: Phones, talks_begun: asyncio.Queue[None], calls: int
) -> AsyncIterator[list[float]]:
    """One call after the other comes and is taken; the seconds from dialling to talking of each."""
    times = []
    for number in range(calls):
        dialled = time.monotonic()
        phones.call(f"+1206556{number:04d}", DESK, hertz=400)
        async with asyncio.timeout(PATIENCE_MS / 1000):
            await talks_begun.get()
        times.append(time.monotonic() - dialled)
        print(f"{number + 1} of {calls} talk   ", file=sys.stderr, end="\r")
    yield times


@asynccontextmanager
async def talk_without_browser(phones: Phones, agents: int, calls: int) -> AsyncIterator[list[float]]:
    """As ``talk_in_windows``, all calls at once, with pages that have no window."""
    line = f"ws://127.0.0.1:{WEBSOCKET}/sip"
    pages = [
        await LightPage.open(ADDRESS, line, f"agent{number}@contoso.com", PASSWORD)
        for number in range(agents)
    ]
    begun: asyncio.Queue[None] = asyncio.Queue()
    waits = [asyncio.create_task(_tell(page.talks, begun)) for page in pages]
    dialled, times = time.monotonic(), []
    for number in range(calls):
        phones.call(f"+1206556{number:04d}", DESK, hertz=400)
    for _ in range(calls):
        async with asyncio.timeout(PATIENCE_MS / 1000):
            await begun.get()
        times.append(time.monotonic() - dialled)
    speaking = asyncio.create_task(speak_evenly([page.browser for page in pages if page.browser is not None]))
    try:
        yield times
    finally:
        for task in (*waits, speaking):
            task.cancel()
        for page in pages:
            await page.close()


async def _tell(event: asyncio.Event, queue: asyncio.Queue[None]) -> None:
    await event.wait()
    queue.put_nowait(None)


async def run(agents: int, calls: int, seconds: float, are_light: bool, folder: Path) -> dict[str, Any]:
    """All of it."""
    result: dict[str, Any] = {"machine": platform.platform(), "cores": os.cpu_count(), "agents": agents}
    async with server(folder, agents) as processes, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        result["nobody_signed_in"] = await cost(processes, seconds / 4)
        talks_begun: asyncio.Queue[None] = asyncio.Queue()
        times = []
        for number in range(agents):
            times.append(await open_agent(browser, number, lambda: talks_begun.put_nowait(None)))
            print(f"{number + 1} of {agents} on the air", file=sys.stderr, end="\r")
        result["load_to_on_the_air_s"] = spread(times)
        result["signed_in"] = await cost(processes, seconds)
        async with Phones.open("127.0.0.1", Listener("udp", "127.0.0.1", SIP)) as phones:
            result["wallboard_ms"] = spread(await wallboard_delays(browser, phones))
            if are_light:
                await browser.close()
                talking = talk_without_browser(phones, agents, calls)
            else:
                talking = talk_in_windows(phones, talks_begun, calls)
            async with talking as times:
                result["dialled_to_talking_s"] = spread(times)
                result["talking"] = await cost(processes, seconds)
                result["agents_talking"] = await agents_talking(folder / "data")
    return result


def spread(values: list[float]) -> dict[str, float]:
    """The middle, what 19 of 20 stay below, and the worst."""
    shown = {
        "p50": statistics.median(values),
        "p95": statistics.quantiles(values, n=20)[-1],
        "max": max(values),
    }
    return {name: round(value, 2) for name, value in shown.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--talk", choices=("light", "windows"), default="light")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="huntline-browsers-") as folder:
        result = asyncio.run(
            run(options.agents, options.calls, options.seconds, options.talk == "light", Path(folder))
        )
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
