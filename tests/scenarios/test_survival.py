"""Signalling is killed in the middle of calls, and every call goes on."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from huntline.languages.waiting import position_sentence

from . import sounds, tones, wire
from .leg import Leg
from .office import Office, Settings
from .reactor import Reactor
from .server import Server
from .stories import hear_each_other, taken, talk
from .test_auto_attendants import press, with_attendants
from .test_voicemail import speaking, wait_grown, wait_lamp

pytestmark = pytest.mark.scenario


@pytest.fixture
def office(hurt_server: Server, reactor: Reactor, tmp_path: Path) -> contextlib.closing[Office]:
    return contextlib.closing(Office(hurt_server, reactor, tmp_path))


def kill(server: Server, name: str) -> float:
    """Kill a process of the server, at once; when that was."""
    server.kill_child(name)
    return time.time()


@contextlib.contextmanager
def asked_once(server: Server, kind: socket.SocketKind, transport: str) -> Iterator[socket.socket]:
    """A peer that has sent an OPTIONS, and does not send it again."""
    with socket.socket(type=kind) as peer:
        peer.settimeout(5)
        peer.connect(server.address)
        host, port = peer.getsockname()
        headers = [
            ("Via", f"SIP/2.0/{transport} {host}:{port};branch={wire.new_branch()}"),
            ("From", "<sip:probe@example.test>;tag=1"),
            ("To", f"<sip:{server.host}>"),
            ("Call-ID", transport),
            ("CSeq", "1 OPTIONS"),
        ]
        peer.send(wire.compose(f"OPTIONS sip:{server.host} SIP/2.0", headers, ""))
        yield peer


def what_comes_meanwhile_is_answered(server: Server) -> None:
    """It waits in the socket for the process that listens next."""
    with (
        asked_once(server, socket.SOCK_DGRAM, "UDP") as by_datagram,
        asked_once(server, socket.SOCK_STREAM, "TCP") as by_connection,
    ):
        for peer in (by_datagram, by_connection):
            assert peer.recv(4096).startswith(b"SIP/2.0 200 ")


def furnish(house: Office) -> tuple[str, str]:
    """The numbers of a queue with music, which tells places, and of one that is full: its callers are for
    dora, and when she is busy for evan."""
    rules: Settings = {"distribution": "serial", "agent_alert_time": 60, "announce_position": True}
    music = {"file": str(sounds.tone_file(house.folder, tones.MUSIC, 10))}
    number = house.queue("amal", "bao", "cleo", music=music, **rules)
    house.user("dora", when_busy=f"sip:{house.upn('evan')}")
    house.user("evan")
    overflow = {"action": "forward", "target": f"sip:{house.upn('dora')}"}
    full = house.queue(max_waiting=0, overflow=overflow)
    house.open()
    house.server.wait_spoken(position_sentence(1, "en"), position_sentence(2, "en"))
    return number, full


def forwarded_twice(house: Office, full: str) -> tuple[Leg, Leg]:
    """A caller whom dora has declined, and the ring of evan's phone by her rule."""
    dora, evan = house.agent("dora"), house.agent("evan")
    caller = house.caller("+12065550103").dial(full)
    dora.wait_call().decline(486)
    return caller, evan.wait_call()


def wait_told_over_music(leg: Leg, since: float) -> None:
    """Wait until a caller has heard that they moved up."""
    leg.phone.reactor.wait(
        lambda: sum(p.at > since and p.is_loud and p.tone is None for p in leg.sound.heard) > 10,
        6,
        "speech over the music",
    )


def answer(ring: Leg, caller: Leg) -> None:
    """Answer a ring, maybe while the server is about to come back, and talk."""
    ring.answer()
    ring.wait_up(10)
    caller.wait_answered(10)
    hear_each_other(caller, ring)


def test_every_call_goes_on_when_signalling_is_killed(
    hurt_server: Server, office: contextlib.closing[Office]
) -> None:
    with office as house:
        number, full = furnish(house)
        amal = house.agent("amal", tone=tones.AGENT)
        talking, agent = talk(house.caller(), number, amal)
        bao = house.agent("bao", tone=tones.SECOND_AGENT)
        first = house.caller("+12065550101").dial(number)
        first.wait_answered()
        ring = bao.wait_call()
        second = house.caller("+12065550102").dial(number)
        second.sound.wait_loud()
        forwarded, target = forwarded_twice(house, full)
        killed_at = kill(hurt_server, "signalling")
        what_comes_meanwhile_is_answered(hurt_server)
        hear_each_other(talking, agent)
        answer(target, forwarded)
        answer(ring, first)  # the phone did not notice anything
        second.sound.wait_loud(since=killed_at)
        wait_told_over_music(second, since=killed_at)
        agent.hang_up()
        talking.wait_ended()
        served = taken(amal)
        hear_each_other(second, served)
        for leg in (first, second, forwarded):
            leg.hang_up()
        for leg in (ring, served, target):
            leg.wait_ended()
        assert [call["outcome"] for call in house.calls(4)] == [*["answered"] * 3, "overflowed"]
        hurt_server.assert_empty()


def test_who_is_in_a_menu_leaves_a_message_or_is_forwarded_goes_on_when_signalling_is_killed(
    hurt_server: Server, office: contextlib.closing[Office]
) -> None:
    """What the caller in the menu presses while nobody is there is told to the next process."""
    with office as house:
        house.user("dora")
        full = house.queue(
            max_waiting=0, overflow={"action": "forward", "target": f"sip:{house.upn('dora')}"}
        )
        box = {"action": "forward", "target": f"voicemail:{house.upn('dora')}"}
        recorded = house.queue(max_waiting=0, overflow=box)
        _, menu = with_attendants(house, wait_for_key=20)
        zoe, dora = house.agent("zoe", tone=tones.AGENT), house.agent("dora", tone=tones.SECOND_AGENT)
        speaker = house.caller("+12065550101").dial(recorded)
        (message,) = speaking(hurt_server.data / "voicemail", speaker)
        forwarded = house.caller("+12065550102").dial(full)
        target = dora.wait_call()
        caller = house.caller().dial(menu)
        caller.wait_answered()
        caller.sound.wait_for(tones.GREETING)
        press(caller, "33")  # half of an extension
        kill(hurt_server, "signalling")
        press(caller, "01")
        found = zoe.wait_call(15)
        answer(found, caller)
        answer(target, forwarded)
        wait_grown(lambda: [message], 1, 2.5)
        speaker.press("#")
        wait_lamp(dora, "1/0")
        for leg in (caller, forwarded, speaker):
            leg.hang_up()
        for leg in (found, target):
            leg.wait_ended()
        assert [call["outcome"] for call in house.calls(2)] == ["overflowed", "overflowed"]
        hurt_server.assert_empty()


def test_phones_are_rung_after_a_restart_without_registering_again(
    hurt_server: Server, office: contextlib.closing[Office]
) -> None:
    with office as house:
        number = house.queue("amal")
        house.open()
        amal = house.agent("amal", tone=tones.AGENT)
        hurt_server.stop()
        hurt_server.start()
        caller = house.caller().dial(number)
        caller.wait_answered()
        hear_each_other(caller, taken(amal))
        hurt_server.kill_child("signalling")
        caller.hang_up()
        again = house.caller().dial(number)
        again.wait_answered(10)
        hear_each_other(again, taken(amal))


def test_calls_that_were_up_when_all_of_the_server_died_are_ended_and_recorded(
    hurt_server: Server, office: contextlib.closing[Office]
) -> None:
    with office as house:
        number = house.queue("amal")
        house.open()
        amal = house.agent("amal", tone=tones.AGENT)
        talking, agent = talk(house.caller(), number, amal)
        waiting = house.caller().dial(number)
        waiting.sound.wait_loud()
        hurt_server.kill()
        hurt_server.start()
        for leg in (talking, agent, waiting):
            leg.wait_ended(10)
            assert len(leg.requests("BYE")) == 1
        first, second = house.calls(2)
        assert (first["outcome"], second["outcome"]) == ("answered", "failed")
        assert first["reason"] == second["reason"] == "the server restarted"
        hurt_server.assert_empty()
        caller = house.caller().dial(number)
        caller.wait_answered()
        hear_each_other(caller, taken(amal))
