"""Phones that speak G.722 or Opus: what they hear, and how they talk to those that only have G.711."""

from __future__ import annotations

import asyncio
import itertools
import math
import os
import signal
from array import array
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path

import pytest
from tests.fakes.peers import until
from tests.media.rig import Packet, Phone, Studio, assert_gapless, key_press, perform, rtp, studio
from tests.scenarios.tones import dominant

from huntline.media import g711, wav
from huntline.media.interface import DtmfPressed, NotAcceptable, RecordingEnded
from huntline.media.worker.codec_child import CodecChange

MAPS = {
    "PCMU": (0, "0", ""),
    "PCMA": (8, "8", ""),
    "G722": (9, "9 0", ""),
    "opus": (96, "96 0", "a=rtpmap:96 opus/48000/2\r\na=rtpmap:97 telephone-event/48000\r\n"),
}
SCALE = {"PCMU": 1, "PCMA": 1, "G722": 1, "opus": 6}
WIDE = ["G722", "opus"]


@cache
def tone(codec: str, hertz: int) -> list[bytes]:
    """A second of a tone, in packets."""
    samples = array("h", (round(8000 * math.sin(2 * math.pi * hertz * n / 8000)) for n in range(160)))
    narrow = g711.encode_ulaw(samples)
    if codec == "PCMU":
        return [narrow] * 50
    change = CodecChange("PCMU", codec)
    return [packet for _ in range(50) for packet in change.change(narrow)]


class WidePhone:
    """One of the rig's phones, with a codec."""

    def __init__(self, phone: Phone, codec: str) -> None:
        self.phone, self.codec = phone, codec
        self.number, self.formats, self.maps = MAPS[codec]
        self.sent = 0

    def sdp(self, *, alone: bool = False) -> str:
        """A description with this codec first, and G.711 unless it stands ``alone``."""
        text = self.phone.sdp(codec=self.number, events=None)
        formats = str(self.number) if alone else self.formats
        events = " 97 101" if self.codec == "opus" else " 101"
        text = text.replace(f"RTP/AVP {self.number}", f"RTP/AVP {formats}{events}")
        return text + self.maps + "a=rtpmap:101 telephone-event/8000\r\n"

    def speak(self, payload: bytes, number: int | None = None) -> None:
        self.sent += 1
        timestamp = self.sent * 160 * SCALE[self.codec]
        payload_type = self.number if number is None else number
        self.phone.send(rtp(payload, self.sent, payload_type=payload_type, timestamp=timestamp))

    async def say(self, hertz: int) -> None:
        """A second of a tone, as fast as it is."""
        for payload in tone(self.codec, hertz):
            self.speak(payload)
            await asyncio.sleep(0.004)

    async def hear_audio(self) -> Packet:
        """The next packet of the codec."""
        while (packet := await self.phone.hear()).payload_type != self.number:
            pass
        return packet

    async def hears(self, hertz: int) -> list[Packet]:
        """Wait until a tone is heard; all packets until then."""
        decode, packets = CodecChange(self.codec, "PCMU"), list[Packet]()
        while len(packets) < 200:
            packets.append(await self.hear_audio())
            for narrow in decode.change(packets[-1].payload):
                if dominant([g711.ULAW_LEVELS[code] for code in narrow]) == hertz:
                    return packets
        raise AssertionError(f"{hertz} Hz was not heard")


async def caller(media: Studio, leg_id: str, codec: str, *, alone: bool = False) -> WidePhone:
    phone = WidePhone(media.phone(), codec)
    phone.phone.hears_from(await media.client.answer(leg_id, phone.sdp(alone=alone)))
    return phone


async def bridge(media: Studio, one: str, other: str) -> None:
    media.client.bridge(one, other)
    await media.client.stats()


def run(story: Callable[[Studio], Awaitable[None]], *, is_transcoding: bool = False) -> None:
    async def told() -> None:
        async with studio(is_transcoding=is_transcoding) as media:
            await story(media)
            for leg_id in media.client.leg_ids:
                media.client.delete(leg_id)
            assert (await media.client.stats())["codec_streams"] == 0

    perform(told())


@pytest.mark.parametrize("codec", WIDE)
def test_two_phones_of_a_codec_hear_each_other_as_they_are(codec: str) -> None:
    async def story(media: Studio) -> None:
        one, other = await caller(media, "a", codec), await caller(media, "b", codec)
        await bridge(media, "a", "b")
        other.phone.heard_by_now()  # silence, before they were
        spoken = tone(codec, 500)
        heard = []
        for payload in spoken[:5]:
            one.speak(payload)
            heard.append(await other.hear_audio())
        assert [packet.payload for packet in heard] == spoken[:5]
        steps = {after.timestamp - before.timestamp for before, after in itertools.pairwise(heard)}
        assert steps == {160 * SCALE[codec]}
        assert (await media.client.stats())["codec_streams"] == 0

    run(story)


@pytest.mark.parametrize("codec", WIDE)
def test_music_is_made_in_the_codec_once_and_heard_by_all_at_the_same_place(codec: str) -> None:
    async def story(media: Studio) -> None:
        one, other = await caller(media, "a", codec), await caller(media, "b", codec)
        music = media.sound("music", b"".join(tone("PCMU", 500)))
        for leg_id in "ab":
            media.client.play(leg_id, [music], loop=True)
        packets = await one.hears(500)
        assert_gapless(packets[-1:] + [await one.hear_audio() for _ in range(5)])
        await other.hears(500)
        one.phone.heard_by_now()
        other.phone.heard_by_now()
        heard = [{(await phone.hear_audio()).payload for _ in range(60)} for phone in (one, other)]
        assert len(heard[0] & heard[1]) > 20

    run(story)


@pytest.mark.parametrize("codec", WIDE)
def test_a_prompt_is_heard_to_its_end_and_its_end_is_told_once(codec: str) -> None:
    async def story(media: Studio) -> None:
        phone = await caller(media, "a", codec)
        prompt = media.sound("prompt", b"".join(tone("PCMU", 700)[:20]))
        media.client.play("a", [prompt, prompt], loop=False)
        await phone.hears(700)
        event = await media.event()
        assert (event.leg_id, getattr(event, "error", "?")) == ("a", None)
        media.client.play("a", [str(media.folder / "nothing")], loop=False)
        assert "nothing" in str(getattr(await media.event(), "error", ""))

    run(story)


@pytest.mark.parametrize(("one", "other"), [("G722", "PCMU"), ("opus", "PCMU"), ("opus", "G722")])
def test_different_codecs_are_changed_into_each_other(one: str, other: str) -> None:
    async def story(media: Studio) -> None:
        first = await caller(media, "a", one, alone=True)
        second = await caller(media, "b", other, alone=other != "PCMU")
        await bridge(media, "a", "b")
        await asyncio.gather(first.say(500), second.hears(500))
        await asyncio.gather(second.say(700), first.hears(700))
        assert (await media.client.stats())["codec_streams"] == 2

    run(story, is_transcoding=True)


def test_a_phone_without_g711_is_refused_unless_codecs_are_changed() -> None:
    async def story(media: Studio) -> None:
        for codec in WIDE:
            with pytest.raises(NotAcceptable, match=f"only {codec.upper()}"):
                await caller(media, "a", codec, alone=True)

    run(story)


def test_when_the_process_that_changes_codecs_dies_another_one_goes_on() -> None:
    async def story(media: Studio) -> None:
        first, second = await caller(media, "a", "G722"), await caller(media, "b", "PCMU")
        await bridge(media, "a", "b")
        await asyncio.gather(first.say(500), second.hears(500))
        os.kill(_child(), signal.SIGKILL)
        second.phone.heard_by_now()
        for _ in range(5):
            await first.say(700)
        await second.hears(700)

    run(story)


def _child() -> int:
    """The process of codecs that this one has begun."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    [found] = [pid for pid in children if b"codec_child" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    return int(found)


async def key_of(phone: Phone, number: int) -> Packet:
    """The next packet of a key, after what silence there is."""
    while (packet := await phone.hear()).payload_type != number:
        pass
    return packet


def test_keys_have_the_number_and_the_time_of_each_sides_clock() -> None:
    async def story(media: Studio) -> None:
        wide, narrow = await caller(media, "a", "opus"), await caller(media, "b", "PCMU")
        await bridge(media, "a", "b")
        wide.phone.send(key_press(5, 1, 9600, is_end=True, payload_type=97))
        assert await media.event() == DtmfPressed("a", "5")
        heard = await key_of(narrow.phone, 101)
        assert heard.payload == bytes([5, 0x8A, 0, 800 // 6])
        media.client.press("a", "7")
        pressed = await key_of(wide.phone, 97)
        assert int.from_bytes(pressed.payload[2:4], "big") == 960

    run(story)


@pytest.mark.parametrize("codec", WIDE)
def test_what_is_said_is_recorded_as_g711(codec: str, tmp_path: Path) -> None:
    async def story(media: Studio) -> None:
        phone, file = await caller(media, "a", codec), tmp_path / "said.wav"
        media.client.record("a", str(file), most_s=30, silence_s=10)
        await phone.hear_audio()
        for payload in tone(codec, 500):
            phone.speak(payload)
            await asyncio.sleep(0.02)
        await until(lambda: file.exists() and file.stat().st_size > wav.HEAD_SIZE + 4000)
        media.client.stop_recording("a")
        assert isinstance(await media.event(), RecordingEnded)
        said = wav.read(file)
        assert said.law == "PCMU"
        frames = [said.audio[start : start + 160] for start in range(0, len(said.audio) - 160, 160)]
        heard = [dominant([g711.ULAW_LEVELS[code] for code in frame]) for frame in frames]
        assert heard.count(500) > 20

    run(story)


def test_a_stream_begins_anew_when_its_clock_changes_and_goes_on_when_it_does_not() -> None:
    async def story(media: Studio) -> None:
        phone = await caller(media, "a", "opus")
        before = await phone.hear_audio()
        phone.number = 0
        await media.client.answer("a", phone.phone.sdp(codec=0))
        after = await phone.hear_audio()
        assert after.ssrc != before.ssrc
        assert 0 < (after.sequence - before.sequence) & 0xFFFF < 100
        phone.number = 9
        await media.client.answer("a", phone.phone.sdp(codec=9).replace("AVP 9", "AVP 9 0"))
        assert (await phone.hear_audio()).ssrc == after.ssrc

    run(story)


def test_a_restarted_worker_goes_on_in_each_codec() -> None:
    async def story(media: Studio) -> None:
        first, second = await caller(media, "a", "opus"), await caller(media, "b", "PCMU")
        await bridge(media, "a", "b")
        await asyncio.gather(first.say(500), second.hears(500))
        await media.stop_worker()
        media.start_worker()
        await media.client.stats()
        await asyncio.gather(first.say(700), second.hears(700))

    run(story)


@pytest.mark.parametrize("codec", WIDE)
def test_a_phone_without_g711_is_rung_where_audio_is_changed_for_it_and_keeps_its_codec(codec: str) -> None:
    async def story(media: Studio) -> None:
        narrow = await caller(media, "a", "PCMU")
        wide = WidePhone(media.phone(), codec)
        if codec == "opus":  # who answers uses our number
            wide.number, wide.maps = 111, wide.maps.replace("96", "111")
        wide.phone.hears_from(await media.client.offer("b", like="a"))
        await media.client.accept("b", wide.sdp(alone=True))
        await bridge(media, "a", "b")
        assert media.client.to_narrow("a", "b") == ["b"], "who answers need not say what else they have"
        again = await media.client.offer_narrow("b", "a")
        (line,) = (line.split() for line in again.splitlines() if line.startswith("m="))
        assert line[3:6] == ["0", "8", {"G722": "9", "opus": "111"}[codec]]
        await media.client.accept("b", wide.sdp(alone=True))
        await asyncio.gather(narrow.say(400), wide.hears(400))
        await asyncio.gather(wide.say(500), narrow.hears(500))

    run(story, is_transcoding=True)
