"""Firefox as an agent's browser: it sends nothing to loopback. Playwright drives none but its own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from huntline.directory.access import Role

from . import tones
from .firefox import Firefox
from .office import Office
from .pages import PASSWORD, account

pytestmark = pytest.mark.scenario

_PREFERENCES = {"media.navigator.audio.fake_frequency": tones.AGENT}


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    """A Firefox of its own, whose microphone hears the agent's tone."""
    with contextlib.closing(Firefox(tmp_path / "firefox", _PREFERENCES)) as browser:
        yield browser


def test_a_caller_of_the_queue_hears_an_agent_in_firefox(office: Office, firefox: Firefox) -> None:
    number = office.queue("amal")
    office.open()
    name = account(office.server, office, Role.AGENT, office.upn("amal"))
    firefox.navigate(f"http://127.0.0.1:{office.server.http_port}/agent")
    firefox.fill("input[autocomplete=username]", name)
    firefox.fill("input[autocomplete=current-password]", PASSWORD)
    firefox.click("//button[@type='submit']")
    firefox.find("css selector", "#main")
    office.server.wait_status(
        lambda status: any(
            agent["upn"] == office.upn("amal") and agent["state"] == "ready" for agent in status["agents"]
        ),
        "the page's phone is registered",
        20,
    )
    caller = office.caller().dial(number)
    caller.wait_answered()
    firefox.click("//button[normalize-space()='Accept']")
    caller.sound.wait_for(tones.AGENT, 15)
    caller.hang_up()
    assert office.calls()[0]["outcome"] == "answered"
