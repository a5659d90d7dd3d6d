"""What callers are told before an exit happens: heard, in its time, and by who dies in between."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from . import sounds, tones
from .leg import Leg
from .office import Office
from .reactor import Reactor
from .server import Server
from .stories import assert_heard_each_other

pytestmark = pytest.mark.scenario


def _moment(ring: Leg) -> float:
    assert ring.invite is not None
    return ring.invite.at


def _told(folder: Path, seconds: float) -> dict[str, str]:
    return {"file": str(sounds.tone_file(folder, tones.GREETING, seconds))}


def _forward_to(office: Office, name: str) -> dict[str, str]:
    office.user(name)
    return {"action": "forward", "target": f"sip:{name}@{office.domain}"}


def test_exits_happen_after_their_prompts(office: Office, tmp_path: Path) -> None:
    prompt = _told(tmp_path, 0.8)
    music = {"file": str(sounds.tone_file(tmp_path, tones.MUSIC, 3))}
    timeout = _forward_to(office, "front")
    late = office.queue(max_wait=0, timeout=timeout, timeout_prompt=dict(prompt), music=music)
    full = office.queue(max_waiting=0, overflow_prompt=dict(prompt))
    untold = office.queue(max_wait=0, greeting=prompt)
    office.open()
    front = office.agent("front")
    refused = office.caller("+12065550102").dial(full)
    caller = office.caller("+12065550101").dial(late)
    sorry = office.caller("+12065550103").dial(untold)
    # A full queue that has something to say answers for it; then that was all.
    answered = refused.wait_answered()
    refused.sound.wait_for(tones.GREETING)
    assert 0.7 < refused.wait_request("BYE").at - answered.at < 1.4
    # The forward begins when the caller has heard why, and music bridges it.
    told_at = caller.sound.wait_for(tones.GREETING)
    ring = front.wait_call()
    assert _moment(ring) - told_at > 0.7
    music_at = caller.sound.wait_for(tones.MUSIC)
    assert music_at - told_at < 1.2
    ring.answer()
    ring.wait_up()
    assert_heard_each_other(caller, ring)
    assert caller.sound.longest_gap(since=told_at, until=music_at + 0.1) < 0.3
    caller.hang_up()
    ring.wait_ended()
    # Who is hung up on and had been answered hears a sentence of the server's.
    sorry.sound.wait_loud(since=sorry.sound.wait_for(tones.GREETING) + 0.9)
    sorry.wait_ended(12)
    outcomes = {call["caller"][-1]: call["outcome"] for call in office.calls(3)}
    assert outcomes == {"1": "timed-out", "2": "overflowed", "3": "timed-out"}


def test_an_exit_happens_though_signalling_died_while_its_prompt_was_played(
    hurt_server: Server, reactor: Reactor, tmp_path: Path
) -> None:
    with contextlib.closing(Office(hurt_server, reactor, tmp_path)) as house:
        timeout = _forward_to(house, "front")
        number = house.queue(max_wait=0, timeout=timeout, timeout_prompt=_told(tmp_path, 4))
        house.open()
        front = house.agent("front")
        caller = house.caller().dial(number)
        told_at = caller.sound.wait_for(tones.GREETING)
        hurt_server.kill_child("signalling")
        killed_at = time.time()
        ring = front.wait_call(10)
        assert caller.sound.longest_gap(since=killed_at, until=told_at + 3.5) < 0.1
        assert _moment(ring) - told_at > 3.7
        ring.answer()
        ring.wait_up()
        assert_heard_each_other(caller, ring)
        caller.hang_up()
        ring.wait_ended()
        assert house.calls()[0]["outcome"] == "timed-out"
        hurt_server.assert_empty()
