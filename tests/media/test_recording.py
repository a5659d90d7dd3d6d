"""Recording: what a party says is on file, whoever ends and however."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.media.rig import PORTS, Phone, Studio, key_press, perform, studio

from huntline.media import wav
from huntline.media.interface import MediaUnavailable, RecordingEnded
from huntline.media.worker.recorder import RecordedFile
from huntline.media.worker.wire import MediaLegState, RecordState

VOICE, SILENT = b"\x10" * 160, b"\xff" * 160


def _record(media: Studio, leg_id: str, **limits: float) -> Path:
    path = media.folder / f"{leg_id}.wav"
    media.client.record(leg_id, str(path), **{"most_s": 60, "silence_s": 30} | limits)
    return path


async def _speak(phone: Phone, seconds: float, payload: bytes = VOICE) -> None:
    """Speak in real time."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    for number in range(int(seconds * 50)):
        phone.speak(payload)
        await asyncio.sleep(max(0, start + (number + 1) * 0.02 - loop.time()))


async def _ended(media: Studio) -> RecordingEnded:
    event = await media.event()
    assert isinstance(event, RecordingEnded)
    return event


async def _recorded_packets(media: Studio, path: Path, packets: int) -> None:
    """Wait until so much is on file, and its head says so: that is written a moment later."""
    async with asyncio.timeout(5):
        while _said_size(path) < packets * 160:
            await media.client.stats()


def _said_size(path: Path) -> int:
    """How many bytes of audio a file has by its head."""
    head = path.read_bytes()[: wav.HEAD_SIZE] if path.exists() else b""
    return int.from_bytes(head[wav.HEAD_SIZE - 4 :], "little")


def test_what_is_said_is_on_file_and_the_leg_goes_on() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            path = _record(media, "a")
            await media.client.stats()
            await _speak(phone, 0.6)
            media.client.stop_recording("a")
            ended = await _ended(media)
            assert (ended.leg_id, ended.path, ended.why) == ("a", str(path), "stopped")
            recording = wav.read(path)
            assert recording.seconds == ended.seconds
            assert 0.5 <= recording.seconds <= 0.75
            assert recording.audio.count(VOICE[:1]) >= 28 * 160
            assert (await media.client.stats())["recordings"] == 0
            assert media.client.state("a").record is None  # type: ignore[union-attr]
            phone.heard_by_now()
            assert (await phone.hear()).payload == SILENT

    perform(story())


def test_it_can_be_read_while_it_grows() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            path = _record(media, "a")
            speaking = asyncio.create_task(_speak(phone, 1.2))
            await _recorded_packets(media, path, 10)
            data = path.read_bytes()
            size = int.from_bytes(data[wav.HEAD_SIZE - 4 : wav.HEAD_SIZE], "little")
            assert 0 < size <= len(data) - wav.HEAD_SIZE
            await speaking

    perform(story())


def test_keys_are_told_and_are_no_part_of_it() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            path = _record(media, "a")
            await media.client.stats()
            await _speak(phone, 0.2)
            time = (phone.sequence + 1) * 160
            tone = b"\x20" * 160
            for is_end in (False, False, True):
                phone.sequence += 1
                phone.send(key_press(11, phone.sequence, time, is_end=is_end))
                if not is_end:
                    phone.speak(tone)  # some phones let the tone be heard as well
            media.client.stop_recording("a")
            events = {type(event).__name__: event for event in (await media.event(), await media.event())}
            assert events["DtmfPressed"].digit == "#"  # type: ignore[union-attr]
            assert tone[:1] not in wav.read(path).audio

    perform(story())


@pytest.mark.parametrize(
    ("limits", "payload", "why", "seconds"),
    [({"silence_s": 0.5}, SILENT, "silence", 0.65), ({"most_s": 0.6}, VOICE, "limit", 0.6)],
)
def test_silence_and_the_longest_time_end_it(
    limits: dict[str, float], payload: bytes, why: str, seconds: float
) -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            path = _record(media, "a", **limits)
            await media.client.stats()
            await _speak(phone, 0.4)
            speaking = asyncio.create_task(_speak(phone, 2, payload))
            ended = await _ended(media)
            assert (ended.why, ended.path) == (why, str(path))
            assert wav.read(path).seconds == ended.seconds == pytest.approx(seconds, abs=0.1)
            await speaking

    perform(story())


def test_a_party_that_falls_silent_altogether_ends_it_too() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            path = _record(media, "a", silence_s=0.5)
            await media.client.stats()
            await _speak(phone, 0.4)
            assert (await _ended(media)).why == "silence"
            assert wav.read(path).seconds == pytest.approx(0.4, abs=0.1)

    perform(story())


def test_the_end_of_the_leg_ends_it_and_that_is_told() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            path = _record(media, "a")
            await media.client.stats()
            await _speak(phone, 0.3)
            media.client.delete("a")
            ended = await _ended(media)
            assert ended.why == "deleted"
            assert wav.read(path).seconds == ended.seconds == pytest.approx(0.3, abs=0.1)

    perform(story())


def test_both_parties_of_a_bridge_are_recorded_and_hear_each_other() -> None:
    async def story() -> None:
        async with studio() as media:
            one, two = await media.join("a"), await media.join("b")
            media.client.bridge("a", "b")
            path = _record(media, "a")
            await media.client.stats()
            await asyncio.gather(_speak(one, 0.3), _speak(two, 0.3, b"\x22" * 160))
            await two.hear_until(VOICE)
            media.client.stop_recording("a")
            await _ended(media)
            assert set(wav.read(path).audio) <= {0x10, 0xFF}

    perform(story())


def test_a_disk_that_takes_nothing_is_an_end_that_is_told() -> None:
    async def story() -> None:
        async with studio() as media:
            await media.join("a")
            media.client.record("a", str(media.folder / "no" / "such" / "folder.wav"), most_s=9, silence_s=9)
            ended = await _ended(media)
            assert (ended.why, ended.seconds) == ("disk", 0)
            assert (await media.client.stats())["recordings"] == 0

    perform(story())


def test_a_disk_that_fills_up_keeps_what_it_has_taken(tmp_path: Path) -> None:
    """A limit on the size of files refuses as a full disk does."""
    code = """
import resource, signal, sys
from huntline.media.worker.recorder import RecordedFile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
file = RecordedFile(sys.argv[1])
file.open("PCMU")
file.add(b"1" * 800)
try:
    file.add(b"2" * 800)
except OSError:
    file.close(None)
    print(file.length)
"""
    path = tmp_path / "full.wav"
    told = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, check=True, text=True)
    assert told.stdout == "800\n"
    assert wav.read(path) == wav.Recording("PCMU", b"1" * 800)


def test_a_new_client_leaves_a_recording_alone() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            path = _record(media, "a")
            await media.client.stats()
            speaking = asyncio.create_task(_speak(phone, 0.6))
            await _recorded_packets(media, path, 1)
            state = media.client.state("a")
            assert state is not None
            await media.client.close()
            media.client = media.new_client()
            media.client.adopt("a", MediaLegState.from_dict(state.to_dict()))
            await media.client.start()
            await media.client.wait_ready()
            await speaking
            media.client.stop_recording("a")
            await _ended(media)
            assert wav.read(path).audio.count(VOICE[:1]) >= 28 * 160

    perform(story())


_WORKER = """
import sys, uvloop
from huntline.media.worker.server import run
uvloop.run(run(sys.argv[1], "127.0.0.1", range(int(sys.argv[2]), int(sys.argv[3]))))
"""


async def _worker(media: Studio) -> asyncio.subprocess.Process:
    arguments = ("-c", _WORKER, str(media.control_path), str(PORTS.start), str(PORTS.stop))
    return await asyncio.create_subprocess_exec(sys.executable, *arguments)


def test_over_a_kill_of_the_worker_it_goes_on_in_the_same_file() -> None:
    async def story() -> None:
        async with studio() as media:
            await media.stop_worker()
            process = await _worker(media)
            with contextlib.suppress(MediaUnavailable):  # it may take long to start
                await media.client.stats()
            async with asyncio.timeout(10):
                await media.client.wait_ready()
            phone = await media.join("a")
            path = _record(media, "a")
            await media.client.stats()
            await _speak(phone, 1.2)
            process.send_signal(signal.SIGKILL)
            await process.wait()
            before = wav.read(path)
            assert before.seconds >= 0.5
            media.start_worker()
            await _speak(phone, 1.5, b"\x22" * 160)
            await media.client.stats()
            media.client.stop_recording("a")
            ended = await _ended(media)
            after = wav.read(path)
            assert after.audio.startswith(before.audio)
            assert after.audio.endswith(b"\x22" * 160)
            assert ended.seconds == after.seconds >= 2.4

    perform(story())


def test_the_record_of_a_leg_has_its_recording_in_it() -> None:
    state = MediaLegState(1, 2, 3, "", record=RecordState("/a.wav", 300, 5, 17.5))
    assert MediaLegState.from_dict(state.to_dict()) == state


def test_a_file_that_was_torn_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "torn.wav"
    path.write_bytes(wav.head("PCMA", 0) + b"1" * 320)
    file = RecordedFile(str(path))
    file.open("PCMU")
    file.add(b"2" * 160)
    file.close(None)
    assert wav.read(path) == wav.Recording("PCMA", b"1" * 320 + b"2" * 160)
    assert os.stat(path).st_size == wav.HEAD_SIZE + 480


def test_a_verb_that_makes_no_sense_is_refused_and_nothing_is_recorded() -> None:
    async def story() -> None:
        async with studio() as media:
            await media.join("a")
            for wrong in ({}, {"path": "x"}, None, {"path": 1, "most_s": "x", "silence_s": 1, "begun_at": 0}):
                answer: Any = None
                try:
                    await media.client._ask("a", {"verb": "record", "leg": "a", "record": wrong})
                except Exception as error:
                    answer = error
                assert answer is not None
            assert (await media.client.stats())["recordings"] == 0

    perform(story())
