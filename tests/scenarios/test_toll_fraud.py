"""A stolen account calls numbers that earn money in a loop: what stops it, when, and who is told."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from .office import Office
from .reactor import Reactor
from .server import Server
from .test_outside import provider_of

pytestmark = pytest.mark.scenario

ABROAD, PREMIUM, NEXT_DOOR = "+442071234567", "+19005551234", "+14255559999"


def wait_ceiling_told(server: Server, timeout: float = 3.0) -> None:
    """Wait until whoever watches the server is told, though it is well in all other respects: for a second
    it may say what it found before."""
    deadline = time.monotonic() + timeout
    while True:
        answer = httpx.get(f"http://127.0.0.1:{server.http_port}/healthz", timeout=5)
        if answer.status_code == 200 and answer.json()["tolls"] is False:
            return
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)


def test_a_stolen_account_is_stopped_at_the_ceiling_even_when_signalling_is_killed(
    own_server: Server, reactor: Reactor, tmp_path: Path
) -> None:
    with contextlib.closing(Office(own_server, reactor, tmp_path)) as office:
        provider = provider_of(office)
        office.user("amal")
        office.user("bao", may_dial="national")
        office.open()
        thief, bao = office.agent("amal"), office.agent("bao")
        outcomes: Counter[int] = Counter()
        began = time.monotonic()

        def loop(rounds: int) -> None:
            for _ in range(rounds):
                for number in (PREMIUM, ABROAD):
                    leg = thief.dial(number)
                    if number == ABROAD and outcomes[486] < 20:
                        provider.wait_call().decline(486)
                    outcomes[leg.wait_refused()] += 1

        loop(12)
        own_server.kill_child("signalling")
        loop(10)
        print(f"stopped after {time.monotonic() - began:.1f} s: {dict(outcomes)}")
        assert outcomes == {486: 20, 403: 24}, (
            "22 premium calls that were never allowed, and 2 past the ceiling"
        )
        reasons = Counter(each["why"] for each in office.refused(10))
        assert reasons["number-not-allowed"] >= 1
        own_server.wait_log("a ceiling of international calls is reached")
        assert bao.dial(ABROAD).wait_refused() == 403, "bao may call at home alone"
        wait_ceiling_told(own_server)
        national = thief.dial(NEXT_DOOR)
        provider.wait_call().answer()
        national.wait_answered()
        national.hang_up()
