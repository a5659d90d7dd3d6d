#!/usr/bin/env python3
"""Pictures of every page of a demo server: both languages, light and dark, on a desk and on a telephone.

    bench/page_screenshots.py FOLDER [--only NAME ...] [--languages en fr] [--colours light dark]
        [--widths 1440 390] [--seconds 25]

starts a demo server of its own, waits until there is something to be seen, and leaves a PNG for each page:
``queues-fr-dark-390.png``.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, expect, sync_playwright

# What the tests look with is what we look with.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.scenarios.every_page import EVERY_PAGE, addresses_of

from huntline.demo.organization import ADMIN, DOMAIN, PEOPLE, WEB_PASSWORD

CHROMIUM = "/usr/bin/chromium-headless-shell"
WIDTHS = {1440: 900, 390: 844}  # px: how high such a screen is
COLOURS = ("light", "dark")


@contextmanager
def demo_server(folder: Path) -> Iterator[str]:
    """A demo server with callers and agents; its address."""
    http = "127.0.0.1:18480"
    command = [sys.executable, "-m", "huntline", "demo", "--data", str(folder), "--http", http]
    command += ["--sip", "udp:127.0.0.1:15480", "--media-ports", "24800-25200"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_it_answers(f"http://{http}/healthz")
        yield f"http://{http}"
    finally:
        server.terminate()
        server.wait(30)


def _wait_until_it_answers(address: str) -> None:
    deadline = time.monotonic() + 240
    while True:
        try:
            httpx.get(address).raise_for_status()
            return
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def signed_in(browser: Browser, server: str, name: str, **window: object) -> Page:
    """A window of somebody who is signed in."""
    context = browser.new_context(reduced_motion="reduce", **window)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(server)
    page.locator("input[autocomplete=username]").fill(name)
    page.locator("input[autocomplete=current-password]").fill(WEB_PASSWORD)
    page.locator("button[type=submit]").click()
    page.locator("#main").wait_for()
    return page


def take_all(browser: Browser, server: str, folder: Path, wanted: argparse.Namespace) -> int:
    """All pictures; how many."""
    count = 0
    for language in wanted.languages:
        for colour in wanted.colours:
            for width in wanted.widths:
                height = WIDTHS[width]
                window = {
                    "locale": {"en": "en-GB", "fr": "fr-FR"}[language],
                    "viewport": {"width": width, "height": height},
                    "color_scheme": colour,
                }
                admin = signed_in(browser, server, ADMIN, **window)
                agent = signed_in(browser, server, f"{PEOPLE[0]}@{DOMAIN}", **window)
                addresses = addresses_of(admin, server)
                for name, address in EVERY_PAGE.items():
                    if wanted.only and name not in wanted.only:
                        continue
                    page = agent if name == "agent" else admin
                    page.goto(server + address.format(**addresses))
                    page.wait_for_load_state("load")
                    page.locator("h1").first.wait_for()
                    expect(page.get_by_role("progressbar")).to_have_count(0)
                    page.wait_for_timeout(700)  # for pictures and figures that come by themselves
                    _show_all(page, width, height)
                    page.screenshot(path=folder / f"{name}-{language}-{colour}-{width}.png")
                    page.set_viewport_size({"width": width, "height": height})
                    count += 1
                admin.context.close()
                agent.context.close()
    return count


def _show_all(page: Page, width: int, height: int) -> None:
    """Make the window as high as what is in it."""
    whole = page.evaluate("(document.querySelector('#main') ?? document.documentElement).scrollHeight")
    if whole > height:
        page.set_viewport_size({"width": width, "height": min(whole + 60, 4000)})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", choices=EVERY_PAGE)
    parser.add_argument("--languages", nargs="*", default=["en", "fr"], choices=["en", "fr"])
    parser.add_argument("--colours", nargs="*", default=COLOURS, choices=COLOURS)
    parser.add_argument("--widths", nargs="*", type=int, default=list(WIDTHS), choices=list(WIDTHS))
    parser.add_argument("--seconds", type=float, default=25.0, help="of calls before the first picture")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, demo_server(Path(data)) as server, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        time.sleep(wanted.seconds)
        print(take_all(browser, server, wanted.folder, wanted), "pictures")
        browser.close()


if __name__ == "__main__":
    main()
