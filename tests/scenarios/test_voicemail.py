"""Voicemail as callers and owners meet it: what was said is there, whoever dies, and lamps say so."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
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

TOGETHER = 20


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


def speaking(folder: Path, *legs: Leg, least: float = 0.6) -> list[Path]:
    """Skip the greeting; the files, once so much of each caller has been recorded."""
    for leg in legs:
        leg.wait_answered()
    for leg in legs:
        leg.sound.wait_loud(12)  # the greeting is spoken when it is asked for first
        leg.press("#")

    def files() -> list[Path]:
        return list(folder.glob(".*.wav"))

    wait_grown(files, len(legs), least)
    return files()


def wait_grown(files: Callable[[], list[Path]], count: int, seconds: float) -> None:
    """Wait until so many recordings are at least so long."""
    wait_for(
        lambda: sum(_seconds(file) >= seconds for file in files()) == count,
        f"{count} recordings of {seconds:.1f} s",
    )


def _seconds(path: Path) -> float:
    return max(0, path.stat().st_size - wav.HEAD_SIZE) / 8000


def test_twenty_messages_are_left_over_two_deaths_and_the_lamp_goes_on_and_stays(
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
        legs = [house.caller(f"+120655501{index:02d}").dial(number) for index in range(TOGETHER)]
        unfinished = speaking(folder, *legs)
        spoken_since = time.monotonic()
        for process in ("signalling", "media"):
            before = max(map(_seconds, unfinished))
            own_server.kill_child(process)
            wait_grown(lambda: unfinished, TOGETHER, before + 1)
        for leg in legs:
            leg.hang_up()
        spoken = time.monotonic() - spoken_since
        wait_lamp(amal, f"{TOGETHER}/0", 10)
        recordings = [wav.read(sound) for sound in folder.glob("[!.]*.wav")]
        assert len(recordings) == TOGETHER
        for recording in recordings:
            assert recording.seconds > spoken - 1  # the last second may be lost, and no other
            frames = [recording.audio[at : at + 160] for at in range(0, len(recording.audio) - 160, 160)]
            heard = sum(tones.tone_in(frame, 0) == tones.CALLER for frame in frames)
            assert heard > 0.6 * len(frames)
        calls = house.calls(TOGETHER)
        assert {call["outcome"] for call in calls} == {"overflowed"}
        assert all(call["decisions"][-1]["decision"] == "left a message" for call in calls)
        _lamps_after_a_death(own_server, amal, f"{TOGETHER}/0")
        own_server.assert_empty()


def _lamps_after_a_death(server: Server, amal: Phone, lamp: str) -> None:
    """Another process knows of it: the same again, to subscribers and to phones."""
    told = len(lamps(amal))
    server.kill_child("signalling")
    amal.reactor.wait(lambda: len(lamps(amal)) > told, 8, "the lamp again")
    assert lamps(amal)[-1] == lamp


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
        folder = own_server.data / "voicemail"
        speaking(folder, leg, least=2.6)
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
        wait_for(lambda: not list(folder.iterdir()), "nothing left of the message")
        mine.press("*")
        mine.wait_ended(8)
        if os.geteuid() == 0:  # who may not mount has tests/media/test_recording.py
            _what_a_full_disk_has_taken_is_a_message(house, number, amal, folder)
        own_server.assert_empty()


def _what_a_full_disk_has_taken_is_a_message(house: Office, number: str, amal: Phone, folder: Path) -> None:
    with full_disk(folder):
        leg = house.caller("+12065550102").dial(number)
        leg.wait_answered()
        leg.sound.wait_loud(12)
        leg.press("#")
        wait_lamp(amal, "1/0", 12)
        (sound,) = folder.glob("[!.]*.wav")
        assert wav.read(sound).seconds > 2.5
        leg.wait_ended(12)  # they were told that it is left, though it was cut short


@contextlib.contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """What is in a folder meanwhile may have 28 KiB in all, of which three and a half seconds fill the
    disk."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=28k,mode=700", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)
