"""The harness against itself: what the stories stand on is true before a server is blamed."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from . import ports, sounds, tones, wire
from .baresip import Baresip
from .leg import Leg
from .phone import Phone
from .reactor import Reactor
from .sipp import Sipp

pytestmark = pytest.mark.scenario


def pair(reactor: Reactor) -> tuple[Phone, Phone]:
    """Two phones, each the other's server."""
    first, second = ports.take(2), ports.take(2)
    return (
        Phone(reactor, ("127.0.0.1", second), "a", port=first, tone=tones.CALLER),
        Phone(reactor, ("127.0.0.1", first), "b", port=second, tone=tones.AGENT),
    )


def test_two_phones_talk_and_hear_each_others_tone(reactor: Reactor) -> None:
    a, b = pair(reactor)
    with contextlib.closing(a), contextlib.closing(b):
        outgoing = a.dial("b")
        incoming = b.wait_call()
        outgoing.wait_response("INVITE", 180)
        incoming.answer()
        outgoing.wait_answered()
        incoming.wait_up()
        assert outgoing.sound.wait_for(tones.AGENT) - incoming.answered_at < 0.1
        incoming.sound.wait_for(tones.CALLER)
        assert outgoing.reinvite(direction="sendonly").status == 200
        assert outgoing.update().status == 200
        outgoing.hang_up()
        incoming.wait_ended()


def test_late_offer_decline_and_cancel(reactor: Reactor) -> None:
    a, b = pair(reactor)
    with contextlib.closing(a), contextlib.closing(b):
        late = a.dial("b", late_offer=True)
        incoming = b.wait_call()
        assert incoming.invite is not None
        assert not incoming.invite.body
        incoming.answer()
        incoming.wait_up()
        incoming.sound.wait_for(tones.CALLER)
        late.sound.wait_for(tones.AGENT)
        b.on_call = lambda leg: leg.decline(486)
        assert a.dial("b").wait_refused() == 486
        b.on_call = Leg.ring
        given_up = a.dial("b")
        b.incoming.clear()
        given_up.wait_response("INVITE", 180)
        given_up.cancel()
        assert given_up.wait_refused() == 487


def test_a_lost_answer_is_sent_again(reactor: Reactor) -> None:
    a, b = pair(reactor)
    lost: list[bytes] = []

    def loses_first_answer(data: bytes) -> bool:
        is_answer = data.startswith(b"SIP/2.0 200") and not lost
        if is_answer:
            lost.append(data)
        return is_answer

    with contextlib.closing(a), contextlib.closing(b):
        a.drops = loses_first_answer
        dialled = time.time()
        outgoing = a.dial("b")
        b.wait_call().answer()
        answered = outgoing.wait_answered()
        assert 0.4 < answered.at - dialled < 0.9


def test_tones_are_told_apart() -> None:
    for tone in tones.KNOWN:
        for payload_type in (0, 8):
            assert tones.tone_in(tones.payload(tone, payload_type), payload_type) == tone
    assert tones.tone_in(tones.payload(None, 0), 0) is None


def test_a_tone_file_is_recognised(tmp_path: Path) -> None:
    recording = sounds.tones_in_recording(sounds.tone_file(tmp_path, tones.MUSIC, 1))
    assert sounds.share_of(tones.MUSIC, recording) > 0.99


def test_the_digest_examples_of_rfc_7616_section_3_9_1() -> None:
    given = 'realm="http-auth@example.org", qop="auth, auth-int", '
    given += 'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"'
    expected = {
        "SHA-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        "MD5": "8ca523f5e9506fed4657c9700eebdbec",
    }
    offered = [f"Digest {given}, algorithm={algorithm}" for algorithm in expected]
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    for challenges, algorithm in ((offered, "MD5"), (offered[:1], "SHA-256")):
        answer = wire.authorization(
            challenges, "GET", "/dir/index.html", "Mufasa", "Circle of Life", cnonce=cnonce
        )
        assert f'response="{expected[algorithm]}"' in answer


def test_baresip_calls_the_test_phone(reactor: Reactor, tmp_path: Path) -> None:
    port = ports.take(2)
    phone = Phone(reactor, ("127.0.0.1", 9), "queue", port=port, tone=tones.MUSIC)
    softphone = Baresip(
        tmp_path / "b", "amal", "x.test", ("127.0.0.1", port), tone=tones.AGENT, registers=False
    )
    with contextlib.closing(phone), contextlib.closing(softphone):
        softphone.dial(f"sip:queue@127.0.0.1:{port}")
        incoming = phone.wait_call()
        assert incoming.invite is not None
        phone.server = incoming.invite.source
        incoming.answer()
        softphone.wait("CALL_ESTABLISHED")
        incoming.sound.wait_for(tones.AGENT)
        incoming.sound.wait_packets(50)
        incoming.hang_up()
        softphone.wait("CALL_CLOSED")
    assert sounds.share_of(tones.MUSIC, softphone.heard(), since=0.3) > 0.9


def test_sipp_calls_sipp(tmp_path: Path) -> None:
    agent = Sipp(tmp_path, "agent.xml")
    caller = Sipp(tmp_path, "caller.xml", target=("127.0.0.1", agent.port), service="1", calls=5, rate=20)
    result = caller.wait()
    agent.stop()
    assert (result.exit_code, result.succeeded, result.failed) == (0, 5, 0), result.errors


def test_a_phone_calls_sipp_over_tcp(reactor: Reactor, tmp_path: Path) -> None:
    agent = Sipp(tmp_path, "agent.xml", transport="tcp")
    agent.wait_listening()
    phone = Phone(reactor, ("127.0.0.1", agent.port), "a", transport="tcp")
    with contextlib.closing(phone):
        leg = phone.dial("1")
        leg.wait_answered()
        leg.wait_ended()
    agent.stop()
