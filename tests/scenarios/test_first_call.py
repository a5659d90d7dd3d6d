"""The first call a new user makes: greeting, music, ring, talk, and what remains of it."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from . import sounds, tones
from .baresip import Baresip
from .office import Office
from .stories import desk, talk

pytestmark = pytest.mark.scenario


@pytest.mark.parametrize("who_hangs_up", ["caller", "agent"])
def test_two_softphones_meet_over_a_queue(office: Office, tmp_path: Path, who_hangs_up: str) -> None:
    greeting = sounds.tone_file(tmp_path, tones.GREETING, 1)
    music = sounds.tone_file(tmp_path, tones.MUSIC, 5)
    number = office.queue("amal", greeting={"file": str(greeting)}, music={"file": str(music)})
    office.open()
    server = office.server.address
    with (
        contextlib.closing(
            Baresip(tmp_path / "amal", "amal", office.domain, server, tone=tones.AGENT)
        ) as agent,
        contextlib.closing(
            Baresip(
                tmp_path / "caller", "+12065550100", "127.0.0.1", server, tone=tones.CALLER, registers=False
            )
        ) as caller,
    ):
        caller.dial(f"sip:{number}@{server[0]}:{server[1]}")
        caller.wait("CALL_ESTABLISHED")
        agent.wait("CALL_INCOMING")
        time.sleep(1)  # the caller listens to the music
        agent.answer()
        agent.wait("CALL_ESTABLISHED")
        time.sleep(1)  # they talk
        first, other = (caller, agent) if who_hangs_up == "caller" else (agent, caller)
        first.hang_up()
        other.wait("CALL_CLOSED")
    heard = caller.heard()
    for tone, at_least in ((tones.GREETING, 0.8), (tones.MUSIC, 0.7), (tones.AGENT, 0.7)):
        assert [t for _, t in heard].count(tone) * 0.02 > at_least, f"{tone} Hz in what the caller heard"
    assert sounds.share_of(tones.CALLER, agent.heard(), since=0.3) > 0.8
    call = office.calls()[0]
    assert (call["outcome"], call["agent"]) == ("answered", office.upn("amal"))


def test_history_tells_the_call_with_its_reasons(office: Office, tmp_path: Path) -> None:
    greeting = sounds.tone_file(tmp_path, tones.GREETING, 0.5)
    number, [amal] = desk(office, "amal", greeting={"file": str(greeting)})
    caller, agent = talk(office.caller(), number, amal)
    agent.hang_up()
    caller.wait_ended()
    call = office.calls()[0]
    assert call["caller"] == "+12065550100"
    assert call["queue"] == office.queue_name()
    assert call["arrived_at"] < call["waiting_since"] < call["answered_at"] <= call["ended_at"]
    assert [(ring["agent"], ring["outcome"]) for ring in call["rings"]] == [(office.upn("amal"), "answered")]
    assert any(d["agent"] == office.upn("amal") and d["decision"] == "rung" for d in call["decisions"])
    assert all(d["reason"] for d in call["decisions"])


def test_both_hear_each_other_at_once(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    caller, agent = talk(office.caller(), number, amal)
    assert caller.sound.wait_for(amal.tone or 0) - agent.answered_at < 0.1
    assert agent.sound.wait_for(tones.CALLER) - agent.answered_at < 0.1
    agent.hang_up()
    caller.wait_ended(0.5)


def test_the_greeting_is_played_once_then_the_music_without_end(office: Office, tmp_path: Path) -> None:
    greeting = sounds.tone_file(tmp_path, tones.GREETING, 1)
    music = sounds.tone_file(tmp_path, tones.MUSIC, 1)
    number, [amal] = desk(office, "amal", greeting={"file": str(greeting)}, music={"file": str(music)})
    caller = office.caller().dial(number)
    answered = caller.wait_answered()
    assert caller.sound.wait_for(tones.GREETING) - answered.at < 0.2
    started = caller.sound.wait_for(tones.MUSIC)
    assert 0.9 < started - caller.sound.wait_for(tones.GREETING) < 1.15
    assert amal.wait_call().invite.at - answered.at > 0.9, "rung before the greeting was over"  # type: ignore[union-attr]
    caller.sound.wait_packets(125)  # the file is over twice
    assert caller.sound.count(tones.GREETING, since=started) == 0
    now = time.time()
    assert caller.sound.longest_gap(since=started, until=now - 0.1) < 0.1
    caller.hang_up()


def test_music_may_come_as_mp3(office: Office, tmp_path: Path) -> None:
    music = sounds.tone_file(tmp_path, tones.MUSIC, 3, name="waiting.mp3")
    number, _ = desk(office, music={"file": str(music)})
    caller = office.caller().dial(number)
    caller.sound.wait_for(tones.MUSIC)
    caller.hang_up()


def test_there_is_music_without_asking_for_any(office: Office) -> None:
    number, _ = desk(office)
    caller = office.caller().dial(number)
    answered = caller.wait_answered()
    assert caller.sound.wait_loud() - answered.at < 0.5
    caller.hang_up()


def test_a_law_phones_are_served_in_a_law(office: Office, tmp_path: Path) -> None:
    music = sounds.tone_file(tmp_path, tones.MUSIC, 3)
    number = office.queue("amal", music={"file": str(music)})
    office.open()
    amal = office.agent("amal", payload_type=8, tone=tones.AGENT)
    caller = office.caller(payload_type=8).dial(number)
    caller.sound.wait_for(tones.MUSIC)
    agent = amal.wait_call()
    agent.answer()
    caller.sound.wait_for(tones.AGENT)
    agent.sound.wait_for(tones.CALLER)
    assert {packet.payload_type for packet in caller.sound.heard} == {8}
    caller.hang_up()
    agent.wait_ended()
