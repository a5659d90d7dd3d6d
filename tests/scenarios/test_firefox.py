"""Firefox as an agent's browser: it sends nothing to loopback. Playwright drives none but its own."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from huntline.directory.access import Role

from . import tones
from .firefox import Firefox
from .office import Office
from .pages import PASSWORD, account
from .reactor import Reactor
from .server import Server

pytestmark = pytest.mark.scenario

_PREFERENCES = {"media.navigator.audio.fake_frequency": tones.AGENT}


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    """A Firefox of its own, whose microphone hears the agent's tone."""
    with contextlib.closing(Firefox(tmp_path / "firefox", _PREFERENCES)) as browser:
        yield browser


@pytest.fixture
def house(hurt_server: Server, reactor: Reactor, tmp_path: Path) -> Iterator[Office]:
    with contextlib.closing(Office(hurt_server, reactor, tmp_path)) as office:
        yield office


def test_a_caller_hears_an_agent_in_firefox_also_when_signalling_and_media_died_together(
    house: Office, firefox: Firefox
) -> None:
    """With those two its keys are lost, and it takes no others in a session that it has."""
    number = house.queue("amal")
    house.open()
    name = account(house.server, house, Role.AGENT, house.upn("amal"))
    firefox.navigate(f"http://127.0.0.1:{house.server.http_port}/agent")
    firefox.fill("input[autocomplete=username]", name)
    firefox.fill("input[autocomplete=current-password]", PASSWORD)
    firefox.click("//button[@type='submit']")
    firefox.find("css selector", "#main")
    house.server.wait_status(
        lambda status: any(
            agent["upn"] == house.upn("amal") and agent["state"] == "ready" for agent in status["agents"]
        ),
        "the page's phone is registered",
        20,
    )
    caller = house.caller().dial(number)
    caller.wait_answered()
    firefox.click("//button[normalize-space()='Accept']")
    caller.sound.wait_for(tones.AGENT, 15)
    house.wait_talking(1)  # who dies before that has the agent rung again
    killed_at = time.time()
    house.server.kill_children("signalling", "media")
    caller.sound.wait_for(tones.AGENT, 15, since=killed_at + 0.5)
    caller.hang_up()
    assert house.calls()[0]["outcome"] == "answered"
