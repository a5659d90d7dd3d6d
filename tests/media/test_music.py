"""What waiting callers hear: greetings, music that all share, silence; and all in one unbroken stream."""

from __future__ import annotations

from typing import cast

from tests.fakes.peers import until
from tests.media.rig import assert_gapless, perform, studio

from huntline.media.interface import PlayFinished
from huntline.media.worker.leg import MediaLeg
from huntline.media.worker.media_clock import MediaClock
from huntline.media.worker.player import Player
from huntline.media.worker.rtp import OutgoingStream

ULAW_SILENCE, ALAW_SILENCE = b"\xff" * 160, b"\xd5" * 160


def test_a_leg_that_is_connected_to_nothing_hears_silence_in_its_own_law() -> None:
    async def story() -> None:
        async with studio() as media:
            american = await media.join("a", codec=0)
            european = await media.join("b", codec=8)
            assert (await american.hear()).payload == ULAW_SILENCE
            heard = await european.hear()
            assert (heard.payload_type, heard.payload) == (8, ALAW_SILENCE)

    perform(story())


def test_greeting_music_and_silence_are_one_stream_without_a_seam() -> None:
    async def story() -> None:
        async with studio() as media:
            greeting = media.sound("greeting", b"\x11" * 160 * 5 + b"\x12" * 80)
            music = media.sound("music", b"\x21" * 1600)
            caller = await media.join("a")
            packets = await caller.hear_until(ULAW_SILENCE)

            media.client.play("a", greeting, loop=False)
            packets += await caller.hear_until(b"\x12" * 80 + b"\xff" * 80)
            assert [packet.payload for packet in packets].count(b"\x11" * 160) == 5
            assert await media.event() == PlayFinished("a", greeting)

            media.client.play("a", music, loop=True)
            packets += await caller.hear_until(b"\x21" * 160)
            media.client.stop("a")
            packets += await caller.hear_until(ULAW_SILENCE)
            assert_gapless(packets)

    perform(story())


def test_all_callers_hear_the_same_music_at_the_same_time() -> None:
    async def story() -> None:
        async with studio() as media:
            # Each 20 ms of it are different, and its length is no multiple of them.
            music = media.sound(
                "music", b"".join(bytes([number]) * 160 for number in range(100)) + b"\x7f" * 70
            )
            callers = [await media.join(f"c{number}") for number in range(3)]
            for number in range(3):
                media.client.play(f"c{number}", music, loop=True)
            await media.client.stats()
            for caller in callers:
                caller.heard_by_now()
            heard = [[(await caller.hear()).payload for _ in range(5)] for caller in callers]
            assert heard[0] == heard[1] == heard[2]
            assert len(set(heard[0])) == 5

    perform(story())


def test_music_shorter_than_a_packet_is_repeated_within_it() -> None:
    async def story() -> None:
        async with studio() as media:
            caller = await media.join("a")
            media.client.play("a", media.sound("beep", bytes(range(7))), loop=True)
            packet = await caller.hear()
            while packet.payload == ULAW_SILENCE:
                packet = await caller.hear()
            start = packet.payload[0]
            assert packet.payload == bytes((start + index) % 7 for index in range(160))

    perform(story())


def test_a_greeting_that_cannot_be_read_ends_at_once_and_says_why() -> None:
    async def story() -> None:
        async with studio() as media:
            caller = await media.join("a", codec=8)
            source = media.sound("only-ulaw", b"\x11" * 160)
            media.client.play("a", source, loop=False)
            event = await media.event()
            assert isinstance(event, PlayFinished)
            assert event.error is not None
            assert ".pcma" in event.error
            media.client.play("a", media.sound("empty", b"", b""), loop=True)
            event = await media.event()
            assert isinstance(event, PlayFinished)
            assert event.error is not None
            assert (await caller.hear()).payload == ALAW_SILENCE

    perform(story())


def test_a_changed_file_is_heard_by_who_starts_to_listen_later() -> None:
    async def story() -> None:
        async with studio() as media:
            source = media.sound("music", b"\x21" * 1600)
            early = await media.join("a")
            media.client.play("a", source, loop=True)
            await early.hear_until(b"\x21" * 160)
            media.sound("music", b"\x22" * 1600)
            late = await media.join("b")
            media.client.play("b", source, loop=True)
            await late.hear_until(b"\x22" * 160)
            early.heard_by_now()
            assert (await early.hear()).payload == b"\x21" * 160

    perform(story())


def test_a_greeting_played_before_the_answer_waits_for_it() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = media.phone()
            phone.hears_from(await media.client.offer("a"))
            media.client.play("a", media.sound("greeting", b"\x11" * 320), loop=False)
            await media.client.accept("a", phone.sdp())
            packets = await phone.hear_until(ULAW_SILENCE)
            assert [packet.payload for packet in packets].count(b"\x11" * 160) == 2

    perform(story())


def test_coming_and_going_of_other_listeners_leaves_no_gap() -> None:
    async def story() -> None:
        async with studio() as media:
            music = media.sound("music", b"\x21" * 16000)
            phone = await media.join("first")
            media.client.play("first", music, loop=True)
            for number in range(80):
                await media.join(f"c{number}")
                media.client.play(f"c{number}", music, loop=True)
            await phone.hear_until(b"\x21" * 160)
            packets = [await phone.hear() for _ in range(25)]
            assert_gapless(packets)

    perform(story())


class _Ear:
    """What the player needs of a leg: it keeps the numbers of what it is sent."""

    payload_type = 0

    def __init__(self) -> None:
        self.stream = OutgoingStream()
        self.sequences: list[int] = []

    def send(self, packet: bytearray | memoryview) -> None:
        self.sequences.append(int.from_bytes(packet[2:4], "big"))


def test_a_round_that_is_not_done_when_the_next_one_is_due_repeats_no_number() -> None:
    async def story() -> None:
        clock = MediaClock()
        player = Player(clock, lambda leg, playing: None)
        # More than are sent to in one go, and one whose turn comes after them.
        ears = [_Ear() for _ in range(40)]
        for ear in ears:
            player.silence(cast(MediaLeg, ear), "PCMU" if ear is not ears[-1] else "PCMA")
        for _ in range(5):
            clock.count += 1
            clock.samples += 160
            player.tick()  # the loop gets no turn in between
        await until(lambda: all(len(ear.sequences) == 5 for ear in ears))
        for ear in ears:
            assert [(number - ear.sequences[0]) & 0xFFFF for number in ear.sequences] == [0, 1, 2, 3, 4]

    perform(story())
