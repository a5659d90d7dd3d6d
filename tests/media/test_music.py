"""What waiting callers hear: greetings, music that all share, silence; and all in one unbroken stream."""

from __future__ import annotations

from typing import cast

import pytest
from tests.fakes.peers import until
from tests.media.rig import assert_gapless, key_press, perform, studio, ulaw_code

from huntline.media.interface import DtmfPressed, PlayFinished
from huntline.media.worker.codec_process import CodecProcess
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

            media.client.play("a", [greeting], loop=False)
            packets += await caller.hear_until(b"\x12" * 80 + b"\xff" * 80)
            assert [packet.payload for packet in packets].count(b"\x11" * 160) == 5
            assert await media.event() == PlayFinished("a", (greeting,))

            media.client.play("a", [music], loop=True)
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
                media.client.play(f"c{number}", [music], loop=True)
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
            media.client.play("a", [media.sound("beep", bytes(range(7)))], loop=True)
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
            media.client.play("a", [source], loop=False)
            event = await media.event()
            assert isinstance(event, PlayFinished)
            assert event.error is not None
            assert ".pcma" in event.error
            media.client.play("a", [media.sound("empty", b"", b"")], loop=True)
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
            media.client.play("a", [source], loop=True)
            await early.hear_until(b"\x21" * 160)
            media.sound("music", b"\x22" * 1600)
            late = await media.join("b")
            media.client.play("b", [source], loop=True)
            await late.hear_until(b"\x22" * 160)
            early.heard_by_now()
            assert (await early.hear()).payload == b"\x21" * 160

    perform(story())


def test_a_greeting_played_before_the_answer_waits_for_it() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = media.phone()
            phone.hears_from(await media.client.offer("a"))
            media.client.play("a", [media.sound("greeting", b"\x11" * 320)], loop=False)
            await media.client.accept("a", phone.sdp())
            packets = await phone.hear_until(ULAW_SILENCE)
            assert [packet.payload for packet in packets].count(b"\x11" * 160) == 2

    perform(story())


def test_coming_and_going_of_other_listeners_leaves_no_gap() -> None:
    async def story() -> None:
        async with studio() as media:
            music = media.sound("music", b"\x21" * 16000)
            phone = await media.join("first")
            media.client.play("first", [music], loop=True)
            for number in range(80):
                await media.join(f"c{number}")
                media.client.play(f"c{number}", [music], loop=True)
            await phone.hear_until(b"\x21" * 160)
            packets = [await phone.hear() for _ in range(25)]
            assert_gapless(packets)

    perform(story())


def test_a_list_of_prompts_is_played_without_a_gap_and_ends_once() -> None:
    async def story() -> None:
        async with studio() as media:
            # The second begins in the middle of a packet.
            sources = [
                media.sound("you-are", b"\x11" * 400),
                media.sound("seven", b"\x12" * 200),
                media.sound("th-in-line", b"\x13" * 360),
            ]
            caller = await media.join("a")
            packets = await caller.hear_until(ULAW_SILENCE)
            media.client.play("a", sources, loop=False)
            heard = await caller.hear_until(b"\x13" * 160)
            heard += await caller.hear_until(ULAW_SILENCE)
            assert_gapless(packets + heard)
            audio = b"".join(packet.payload for packet in heard)
            assert audio.strip(b"\xff") == b"\x11" * 400 + b"\x12" * 200 + b"\x13" * 360
            assert await media.event() == PlayFinished("a", tuple(sources))
            media.client.play("a", sources, loop=True)
            heard = [await caller.hear() for _ in range(14)]
            assert b"\x13" * 360 + b"\x11" * 400 in b"".join(packet.payload for packet in heard)

    perform(story())


def test_what_cannot_be_read_of_a_list_is_left_out_and_told_at_its_end() -> None:
    async def story() -> None:
        async with studio() as media:
            sources = (media.sound("one", b"\x11" * 160), "/nowhere", media.sound("two", b"\x12" * 160))
            caller = await media.join("a")
            media.client.play("a", sources, loop=False)
            heard = await caller.hear_until(b"\x12" * 160)
            assert heard[-2].payload == b"\x11" * 160
            event = await media.event()
            assert isinstance(event, PlayFinished)
            assert event.sources == sources
            assert "/nowhere" in (event.error or "")
            media.client.play("a", (), loop=False)
            event = await media.event()
            assert isinstance(event, PlayFinished)
            assert event.error is not None

    perform(story())


def test_the_end_of_what_was_cut_is_not_told() -> None:
    async def story() -> None:
        async with studio() as media:
            caller = await media.join("a")
            media.client.play("a", [media.sound("long", b"\x11" * 16000)], loop=False)
            await caller.hear_until(b"\x11" * 160)
            beep = media.sound("beep", b"\x12" * 160)
            media.client.play("a", [beep], loop=False)
            assert await media.event() == PlayFinished("a", (beep,))

    perform(story())


def test_a_key_cuts_a_list_of_prompts_within_one_packet_of_what_follows_from_it() -> None:
    async def story() -> None:
        async with studio() as media:
            caller = await media.join("a")
            menu = [media.sound(f"p{number}", bytes([number]) * 16000) for number in (0x11, 0x12)]
            chosen = media.sound("chosen", b"\x13" * 800)
            media.hear = lambda event: (
                media.client.play("a", [chosen], loop=False)
                if isinstance(event, DtmfPressed)
                else media.events.put_nowait(event)
            )
            media.client.play("a", menu, loop=False)
            packets = await caller.hear_until(b"\x11" * 160)
            for sequence in (1, 2, 3):  # the end, three times
                caller.send(key_press(5, sequence, 800, is_end=True))
            heard = await caller.hear_until(b"\x13" * 160)
            assert len(heard) <= 15  # 300 ms
            heard += await caller.hear_until(ULAW_SILENCE)
            assert [packet.payload[0] for packet in heard].count(0x13) == 5  # once
            assert_gapless(packets + heard)
            assert await media.event() == PlayFinished("a", (chosen,))

    perform(story())


# A level of 16 bits, the same 15 dB lower, and both added to 8031, in G.711: by hand.
MUSIC, DUCKED, SPEECH, BOTH = (ulaw_code(level) for level in (15996, 2844, 8031, 10875))


def test_speech_is_heard_over_the_music_which_is_15_db_softer_and_then_as_before() -> None:
    async def story() -> None:
        async with studio() as media:
            music, speech = media.sound("music", MUSIC * 1600), media.sound("speech", SPEECH * 320)
            caller, other = await media.join("a"), await media.join("b")
            for leg_id in "ab":
                media.client.play(leg_id, [music], loop=True)
            await other.hear_until(MUSIC * 160)
            packets = await caller.hear_until(MUSIC * 160)
            media.client.announce("a", [speech, media.sound("pause", b"\xff" * 160)])
            heard = await caller.hear_until(DUCKED * 160)
            assert [packet.payload for packet in heard[-3:]] == [BOTH * 160, BOTH * 160, DUCKED * 160]
            heard += await caller.hear_until(MUSIC * 160)
            assert_gapless(packets + heard)
            event = await media.event()
            assert isinstance(event, PlayFinished)
            assert (event.sources[0], event.error) == (speech, None)
            others = {packet[12:] for packet in other.heard_by_now()}
            assert others == {MUSIC * 160}

    perform(story())


def test_music_is_after_an_announcement_where_it_would_be_without_one() -> None:
    async def story() -> None:
        async with studio() as media:
            music = media.sound("music", b"".join(bytes([number]) * 160 for number in range(100)))
            callers = [await media.join(leg_id) for leg_id in "ab"]
            for leg_id in "ab":
                media.client.play(leg_id, [music], loop=True)
            media.client.announce("a", [media.sound("speech", SPEECH * 800)])
            await media.event()
            await media.client.stats()
            for caller in callers:
                caller.heard_by_now()
            heard = [[(await caller.hear()).payload for _ in range(5)] for caller in callers]
            assert heard[0] == heard[1]

    perform(story())


@pytest.mark.parametrize("cut", ["play", "stop", "bridge"])
def test_an_announcement_is_cut_within_one_packet_and_its_end_not_told(cut: str) -> None:
    async def story() -> None:
        async with studio() as media:
            caller = await media.join("a")
            agent = await media.join("b")
            music = media.sound("music", MUSIC * 1600)
            media.client.play("a", [music], loop=True)
            media.client.announce("a", [media.sound("speech", SPEECH * 160 * 200)])
            await caller.hear_until(BOTH * 160)
            if cut == "play":
                media.client.play("a", [music], loop=True)
            elif cut == "stop":
                media.client.stop("a")
            else:
                media.client.bridge("a", "b")
            await media.client.stats()  # the verb was carried out
            caller.heard_by_now()
            agent.speak(b"\x31" * 160)
            heard = {"play": MUSIC * 160, "stop": ULAW_SILENCE, "bridge": b"\x31" * 160}
            assert (await caller.hear()).payload == heard[cut]
            media.client.play("b", [media.sound("beep", b"\x12" * 160)], loop=False)
            event = await media.event()
            assert isinstance(event, PlayFinished)
            assert event.leg_id == "b"

    perform(story())


def test_nothing_is_spoken_over_a_prompt_or_a_conversation_and_that_is_told() -> None:
    async def story() -> None:
        async with studio() as media:
            for leg_id in "ab":
                await media.join(leg_id)
            speech = media.sound("speech", SPEECH * 160)
            media.client.play("a", [media.sound("long", b"\x11" * 16000)], loop=False)
            media.client.announce("a", [speech])
            event = await media.event()
            assert isinstance(event, PlayFinished)
            assert (event.sources, event.error is None) == ((speech,), False)
            media.client.bridge("a", "b")
            media.client.announce("b", [speech])
            event = await media.event()
            assert isinstance(event, PlayFinished)
            assert event.error is not None

    perform(story())


def test_over_silence_speech_is_alone() -> None:
    async def story() -> None:
        async with studio() as media:
            caller = await media.join("a")
            speech = media.sound("speech", SPEECH * 160)
            media.client.announce("a", [speech])
            await caller.hear_until(SPEECH * 160)
            assert await media.event() == PlayFinished("a", (speech,))
            media.client.play("a", ["/nowhere"], loop=True)
            media.client.announce("a", [speech])
            await caller.hear_until(SPEECH * 160)

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
        player = Player(clock, CodecProcess(), lambda leg, playing: None, lambda: None)
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
