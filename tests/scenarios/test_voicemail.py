"""Voicemail as callers and owners meet it: what was said is there, whoever dies, and lamps say so."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from huntline.media import wav

from . import tones
from .leg import Leg
from .office import Office
from .phone import Phone
from .reactor import Reactor
from .server import Server
from .wire import Message

pytestmark = pytest.mark.scenario


@pytest.fixture
def office(own_server: Server, reactor: Reactor, tmp_path: Path) -> contextlib.closing[Office]:
    return contextlib.closing(Office(own_server, reactor, tmp_path))


def lamps(phone: Phone) -> list[str]:
    """What a phone was told of its messages, in order."""
    told = [message.body for message in phone.strays if message.method == "NOTIFY"]
    return [body.partition("Voice-Message: ")[2].split()[0] for body in told]


def wait_lamp(phone: Phone, wanted: str, timeout: float = 6.0) -> None:
    phone.reactor.wait(lambda: lamps(phone)[-1:] == [wanted], timeout, lambda: f"{wanted}: {lamps(phone)}")


def wait_for(ready: Callable[[], bool], what: str, timeout: float = 8.0) -> None:
    """Nothing tells a file's growth."""
    deadline = time.monotonic() + timeout
    while not ready():
        assert time.monotonic() < deadline, f"not within {timeout:g} s: {what}"
        time.sleep(0.02)


def subscribe(phone: Phone) -> Message:
    headers = (("Event", "message-summary"), ("Expires", "600"), ("Contact", f"<{phone.contact}>"))
    return phone.request("SUBSCRIBE", phone.aor, headers)


def speaking(folder: Path, leg: Leg, least: float = 0.6) -> Path:
    """Skip the greeting; the file, once so much has been recorded."""
    leg.wait_answered()
    leg.sound.wait_loud()
    leg.press("#")

    def files() -> list[Path]:
        return list(folder.glob(".*.wav"))

    wait_for(lambda: bool(files()) and _seconds(files()[0]) >= least, "a recording")
    return files()[0]


def _seconds(path: Path) -> float:
    return max(0, path.stat().st_size - wav.HEAD_SIZE) / 8000


def test_a_message_is_left_over_two_deaths_and_the_lamp_goes_on_and_stays(
    own_server: Server, office: contextlib.closing[Office]
) -> None:
    with office as house:
        number = house.queue("amal", max_waiting=0)
        name = house.queue_name()
        house.settings["queues"][0]["overflow"] = {"action": "forward", "target": f"voicemail:{name}"}
        house.open()
        amal = house.agent("amal")
        wait_lamp(amal, "0/0")
        assert subscribe(amal).status == 200
        folder = own_server.data / "voicemail"
        leg = house.caller("+12065550101").dial(number)
        unfinished = speaking(folder, leg)
        own_server.kill_child("signalling")
        before = _seconds(unfinished)
        wait_for(lambda: _seconds(unfinished) > before + 1, "more of it, without signalling")
        own_server.kill_child("media")
        before = _seconds(unfinished)
        wait_for(lambda: _seconds(unfinished) > before + 1, "more of it, with another media")
        leg.hang_up()
        wait_lamp(amal, "1/0")
        (sound,) = folder.glob("[!.]*.wav")
        recording = wav.read(sound)
        frames = [recording.audio[at : at + 160] for at in range(0, len(recording.audio) - 160, 160)]
        heard = sum(tones.tone_in(frame, 0) == tones.CALLER for frame in frames)
        assert heard > 0.6 * len(frames)
        assert recording.seconds > 2.5
        (call,) = house.calls(1)
        assert call["outcome"] == "overflowed"
        _lamps_after_a_death(own_server, amal)
        own_server.assert_empty()


def _lamps_after_a_death(server: Server, amal: Phone) -> None:
    """Another process knows of it: the same again, to subscribers and to phones."""
    told = len(lamps(amal))
    server.kill_child("signalling")
    amal.reactor.wait(lambda: len(lamps(amal)) > told, 8, "the lamp again")
    assert lamps(amal)[-1] == "1/0"


def test_what_was_said_when_the_whole_server_died_is_heard_by_phone_and_deleted(
    own_server: Server, office: contextlib.closing[Office]
) -> None:
    with office as house:
        number = house.queue("amal", max_waiting=0)
        upn = house.upn("amal")
        house.settings["queues"][0]["overflow"] = {"action": "forward", "target": f"voicemail:{upn}"}
        house.open()
        own_server.run("mailbox", "pin", upn, "--pin", "246813")
        amal = house.agent("amal")
        leg = house.caller("+12065550101").dial(number)
        speaking(own_server.data / "voicemail", leg, least=2.6)
        own_server.kill()
        own_server.start()
        amal.register()
        wait_lamp(amal, "1/0")
        mine = amal.dial("*97")
        mine.wait_answered()
        mine.sound.wait_loud(15)
        for key in "246813#":
            assert mine.press(key) == 200
        pressed_at = time.time()
        wait_lamp(amal, "0/1", 20)
        # A voice may have a frame that sounds alike, and not a second of them.
        wait_for(lambda: mine.sound.count(tones.CALLER, since=pressed_at) > 50, "the message", 25)
        mine.press("3")
        wait_lamp(amal, "0/0")
        wait_for(lambda: not list((own_server.data / "voicemail").iterdir()), "nothing left of the message")
        mine.press("*")
        mine.wait_ended(8)
        own_server.assert_empty()
