"""What real phones do in a call: TCP, hold, late and new offers, reliable ringing, timers, lost messages."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

import pytest

from . import sounds, tones
from .baresip import Baresip
from .leg import Leg
from .office import Office
from .phone import Phone
from .stories import Talk, assert_heard_each_other, desk, talk

pytestmark = pytest.mark.scenario


def connected(office: Office, **settings: Any) -> Talk:
    number, [amal] = desk(office, "amal", **settings)
    return talk(office.caller(), number, amal)


def test_phones_over_tcp(office: Office) -> None:
    number = office.queue("amal")
    office.open()
    amal = office.agent("amal", transport="tcp", tone=tones.AGENT)
    caller, agent = talk(office.caller(transport="tcp"), number, amal)
    assert_heard_each_other(caller, agent)
    agent.hang_up()
    caller.wait_ended()
    mixed, agent = talk(office.caller(), number, amal)
    mixed.hang_up()
    agent.wait_ended()


def test_a_softphone_over_tcp(office: Office, tmp_path: Path) -> None:
    number = office.queue("amal")
    office.open()
    agent = Baresip(
        tmp_path / "amal", "amal", office.domain, office.server.address, tone=tones.AGENT, transport="tcp"
    )
    with contextlib.closing(agent):
        caller = office.caller().dial(number)
        agent.wait("CALL_INCOMING")
        agent.answer()
        caller.sound.wait_for(tones.AGENT)
        caller.hang_up()
        agent.wait("CALL_CLOSED")


def test_the_agent_holds_and_the_caller_hears_music(office: Office, tmp_path: Path) -> None:
    music = sounds.tone_file(tmp_path, tones.MUSIC, 3)
    caller, agent = connected(office, music={"file": str(music)})
    assert_heard_each_other(caller, agent)
    for direction in ("sendonly", "inactive"):
        held_at = time.time()
        answer = agent.reinvite(direction=direction)
        assert answer.status == 200
        assert ("a=recvonly" if direction == "sendonly" else "a=inactive") in answer.body
        caller.sound.wait_for(tones.MUSIC, since=held_at)
        resumed_at = time.time()
        assert "a=sendrecv" in agent.reinvite().body
        caller.sound.wait_for(agent.sound.tone or 0, since=resumed_at)
        agent.sound.wait_for(tones.CALLER, since=resumed_at)
    caller.hang_up()
    agent.wait_ended()


def test_a_softphone_holds_and_resumes(office: Office, tmp_path: Path) -> None:
    music = sounds.tone_file(tmp_path, tones.MUSIC, 3)
    number = office.queue("amal", music={"file": str(music)})
    office.open()
    agent = Baresip(tmp_path / "amal", "amal", office.domain, office.server.address, tone=tones.AGENT)
    with contextlib.closing(agent):
        caller = office.caller().dial(number)
        agent.wait("CALL_INCOMING")
        agent.answer()
        caller.sound.wait_for(tones.AGENT)
        held_at = time.time()
        agent.hold()
        caller.sound.wait_for(tones.MUSIC, since=held_at)
        resumed_at = time.time()
        agent.resume()
        caller.sound.wait_for(tones.AGENT, since=resumed_at)
        agent.hang_up()
        caller.wait_ended()


def test_the_caller_holds_too(office: Office) -> None:
    caller, agent = connected(office)
    assert caller.reinvite(direction="sendonly").status == 200
    resumed_at = time.time()
    assert caller.reinvite().status == 200
    caller.sound.wait_for(agent.sound.tone or 0, since=resumed_at)
    agent.sound.wait_for(tones.CALLER, since=resumed_at)
    agent.hang_up()
    caller.wait_ended()


def test_a_caller_may_hold_while_waiting(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    caller = office.caller().dial(number)
    caller.wait_answered()
    ring = amal.wait_call()
    assert caller.reinvite(direction="sendonly").status == 200
    resumed_at = time.time()
    assert caller.reinvite().status == 200
    caller.sound.wait_loud(since=resumed_at)
    ring.answer()
    ring.wait_up()
    assert_heard_each_other(caller, ring)
    caller.hang_up()
    ring.wait_ended()


def test_a_caller_whose_offer_comes_late(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    caller = office.caller().dial(number, late_offer=True)
    assert "m=audio" in caller.wait_answered().body
    caller.sound.wait_loud()
    ring = amal.wait_call()
    ring.answer()
    ring.wait_up()
    assert_heard_each_other(caller, ring)
    for leg in (caller, ring):
        assert "m=audio" in leg.reinvite(late_offer=True).body
    now = time.time()
    caller.sound.wait_for(ring.sound.tone or 0, since=now)
    ring.hang_up()
    caller.wait_ended()


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_new_offers_from_either_side(office: Office, method: str) -> None:
    caller, agent = connected(office)
    for leg in (caller, agent):
        answer = leg.reinvite() if method == "INVITE" else leg.update()
        assert answer.status == 200
        assert "m=audio" in answer.body
    now = time.time()
    caller.sound.wait_for(agent.sound.tone or 0, since=now)
    agent.sound.wait_for(tones.CALLER, since=now)
    caller.hang_up()
    agent.wait_ended()


def test_a_phone_moves_its_audio_to_another_port(office: Office) -> None:
    caller, agent = connected(office)
    for leg, tone in ((agent, tones.CALLER), (caller, agent.sound.tone or 0)):
        leg.move_audio()
        assert leg.reinvite().status == 200
        leg.sound.wait_for(tone)
    now = time.time()
    caller.sound.wait_for(agent.sound.tone or 0, since=now)
    agent.sound.wait_for(tones.CALLER, since=now)
    caller.hang_up()
    agent.wait_ended()


def test_ringing_is_reliable_for_a_caller_who_asks(office: Office) -> None:
    office.queue("amal", "bao")
    office.open()
    amal, bao = office.agent("amal"), office.agent("bao")
    direct = amal.dial(f"sip:bao@{office.domain}", headers=(("Require", "100rel"),))
    ring = bao.wait_call()
    ringing = direct.wait_response("INVITE", 180)
    assert ringing.header("rseq")
    assert "100rel" in ringing.header("require")
    direct.wait_response("PRACK", 200)
    ring.answer()
    direct.wait_answered()
    assert_heard_each_other(direct, ring)
    direct.hang_up()
    ring.wait_ended()


@pytest.mark.parametrize("header", ["Require", "Supported"])
def test_a_queue_serves_callers_with_reliable_responses(office: Office, header: str) -> None:
    number, [amal] = desk(office, "amal")
    caller = office.caller().dial(number, headers=((header, "100rel"),))
    caller.wait_answered()
    ring = amal.wait_call()
    caller.hang_up()
    ring.wait_cancelled()


def test_session_timers_are_agreed(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    supported = ("Supported", "timer")
    brief = office.caller().dial(number, headers=(supported, ("Session-Expires", "30")))
    assert brief.wait_refused() == 422
    assert int(next(m for m in brief.log if m.status == 422).header("min-se")) >= 90
    expires = ("Session-Expires", "90;refresher=uac")
    caller = office.caller().dial(number, headers=(supported, expires))
    agreed = caller.wait_answered().header("session-expires")
    assert agreed.replace(" ", "").startswith("90;refresher=uac")
    ring = amal.wait_call()
    ring.answer()
    ring.wait_up()
    refreshed = caller.transact("UPDATE", headers=(supported, expires))
    assert refreshed.status == 200
    assert "90" in refreshed.header("session-expires")
    caller.hang_up()
    ring.wait_ended()


def _loses_first(phone: Phone, start: bytes) -> None:
    """The first message that begins so is lost between this phone and the server, in either direction."""
    lost: list[bytes] = []

    def drops(data: bytes) -> bool:
        if data.startswith(start) and not lost:
            lost.append(data)
            return True
        return False

    phone.drops = drops


@pytest.mark.parametrize("lost", [b"INVITE", b"SIP/2.0 200", b"ACK", b"BYE"])
def test_what_the_callers_line_loses_is_sent_again(office: Office, lost: bytes) -> None:
    number, [amal] = desk(office, "amal")
    phone = office.caller()
    _loses_first(phone, lost)
    caller, agent = talk(phone, number, amal)
    assert_heard_each_other(caller, agent)
    caller.hang_up()
    agent.wait_ended()
    caller.wait_response("BYE", 200)


@pytest.mark.parametrize("lost", [b"INVITE", b"SIP/2.0 200", b"ACK", b"BYE"])
def test_what_the_agents_line_loses_is_sent_again(office: Office, lost: bytes) -> None:
    number, [amal] = desk(office, "amal")
    _loses_first(amal, lost)
    caller, agent = talk(office.caller(), number, amal)
    assert_heard_each_other(caller, agent)
    caller.hang_up()
    agent.wait_ended()


def test_offers_that_cross_find_an_end(office: Office) -> None:
    caller, agent = connected(office)
    with office.reactor.changed:
        sent = [leg.start_reinvite() for leg in (caller, agent)]
    finals = [leg.wait_final("INVITE", cseq) for leg, cseq in zip((caller, agent), sent, strict=True)]
    assert all(final.status in (200, 491) for final in finals)
    now = time.time()
    caller.sound.wait_for(agent.sound.tone or 0, since=now)
    caller.hang_up()
    agent.wait_ended()


def test_an_answer_without_a_common_codec_keeps_the_caller_at_the_head(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao", distribution="serial")

    def answers_with_video_only(leg: Leg) -> None:
        body = (
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\n"
        )
        leg.answered_at = time.time()
        leg.respond(200, body=body)

    amal.on_call = answers_with_video_only
    caller = office.caller().dial(number)
    amal.wait_call().wait_ended()
    ring = bao.wait_call()
    ring.answer()
    ring.wait_up()
    assert_heard_each_other(caller, ring)
    caller.hang_up()
    ring.wait_ended()
