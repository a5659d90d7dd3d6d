"""Two legs that hear each other: laws, payload types, keys, hold, and streams that jump."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from tests.media.rig import (
    EVENTS,
    ULAW_SPEECH,
    Packet,
    Phone,
    Studio,
    assert_gapless,
    key_press,
    perform,
    rtp,
    studio,
)

from huntline.media.g711 import ALAW_TO_ULAW, ULAW_TO_ALAW
from huntline.media.interface import DtmfPressed
from huntline.media.worker.media_clock import MediaClock
from huntline.media.worker.relay import Relay
from huntline.media.worker.rtp import HEADER, OutgoingStream
from huntline.sdp import Agreed

SPOKEN = {0: "PCMU", 101: "telephone-event"}


def _agreed(codec: str = "PCMU", payload_type: int = 0, events: int | None = 101) -> Agreed:
    return Agreed.from_dict(
        {
            "address": "127.0.0.1",
            "port": 4000,
            "rtcp_address": "127.0.0.1",
            "rtcp_port": 4001,
            "codec": codec,
            "payload_type": payload_type,
            "event_payload_type": events,
            "direction": "sendrecv",
        }
    )


_Through = Callable[[bytes], Packet | None]


def _relay(listener: Agreed | None = None) -> tuple[_Through, OutgoingStream, MediaClock]:
    """A relay as a function from the packet that comes to the one that goes, with its stream and clock."""
    stream, clock, sent = OutgoingStream(), MediaClock(), list[bytes]()
    relay = Relay(SPOKEN, listener or _agreed(), stream, lambda packet: sent.append(bytes(packet)), clock)

    def through(packet: bytes) -> Packet | None:
        buffer = bytearray(packet)
        _, second, sequence, timestamp, ssrc = HEADER.unpack_from(buffer)
        relay.pass_on(memoryview(buffer), len(buffer), second, sequence, timestamp, ssrc)
        if not sent:
            return None
        heard = sent.pop()
        _, second, sequence, timestamp, ssrc = HEADER.unpack_from(heard)
        return Packet(second & 0x7F, second >= 0x80, sequence, timestamp, ssrc, heard[12:])

    return through, stream, clock


def test_loss_order_and_pauses_of_the_speaker_stay_visible() -> None:
    through, _, _ = _relay()
    sent = [10, 11, 13, 12, 17]
    heard = [through(rtp(ULAW_SPEECH, number, marker=number == 17)) for number in sent]
    packets = [packet for packet in heard if packet is not None]
    first = packets[0]
    assert [(packet.sequence - first.sequence) & 0xFFFF for packet in packets] == [0, 1, 3, 2, 7]
    assert [(packet.timestamp - first.timestamp) & 0xFFFFFFFF for packet in packets] == [
        0,
        160,
        480,
        320,
        1120,
    ]
    assert [packet.marker for packet in packets] == [False, False, False, False, True]


def test_a_speaker_who_starts_anew_continues_the_stream() -> None:
    through, _, clock = _relay()
    before = through(rtp(ULAW_SPEECH, 10))
    clock.samples += 320
    after = through(rtp(ULAW_SPEECH, 40_000, timestamp=99_999_999, ssrc=8))
    clock.samples += 160
    later = through(rtp(ULAW_SPEECH, 7, timestamp=3, ssrc=8))
    assert before
    assert after
    assert later
    assert before.ssrc == after.ssrc == later.ssrc
    assert (after.sequence - before.sequence) & 0xFFFF == 1
    assert (later.sequence - after.sequence) & 0xFFFF == 1
    assert (after.timestamp - before.timestamp) & 0xFFFFFFFF == 320
    assert (later.timestamp - after.timestamp) & 0xFFFFFFFF == 160


def test_keys_that_the_listener_cannot_take_leave_no_gap() -> None:
    through, _, _ = _relay(_agreed(events=None))
    before = through(rtp(ULAW_SPEECH, 1))
    assert through(key_press(5, 2, 320, is_end=False)) is None
    assert through(key_press(5, 3, 320, is_end=True)) is None
    after = through(rtp(ULAW_SPEECH, 4))
    assert before
    assert after
    assert (after.sequence - before.sequence) & 0xFFFF == 1


def test_all_packets_of_a_key_press_keep_one_timestamp() -> None:
    through, _, _ = _relay(_agreed(events=97))
    through(rtp(ULAW_SPEECH, 1))
    packets = [through(key_press(5, number, 320, is_end=number > 3)) for number in range(2, 6)]
    assert {packet.payload_type for packet in packets if packet} == {97}
    assert len({packet.timestamp for packet in packets if packet}) == 1


@given(
    st.lists(
        st.tuples(
            st.integers(0, 0xFFFF),
            st.integers(0, 0xFFFFFFFF),
            st.sampled_from([7, 8]),
            st.sampled_from([0, 101]),
            st.integers(0, 2000),
        ),
        min_size=2,
        max_size=30,
    )
)
def test_whatever_comes_the_stream_keeps_its_ssrc_and_never_leaps(
    packets: list[tuple[int, int, int, int, int]],
) -> None:
    through, stream, clock = _relay()
    highest = stream.sequence
    for sequence, timestamp, ssrc, payload_type, pause in packets:
        clock.samples += pause
        packet = through(
            rtp(b"\xff" * 160, sequence, timestamp=timestamp, ssrc=ssrc, payload_type=payload_type)
        )
        assert packet is not None
        assert packet.ssrc == stream.ssrc
        step = (packet.sequence - highest) & 0xFFFF
        assert step <= 3001 or step >= 0x10000 - 200 * len(packets)
        highest = stream.sequence


async def _bridged(media: Studio, codec_a: int = 0, codec_b: int = 0, **b: object) -> tuple[Phone, Phone]:
    """Two phones on the line with each other, both already heard."""
    phones = await media.join("a", codec=codec_a), await media.join("b", codec=codec_b, **b)
    for phone, codec in zip(phones, (codec_a, codec_b), strict=True):
        phone.speak(payload_type=codec)
    await media.heard(phones[0], 2)
    media.client.bridge("a", "b")
    await media.client.stats()
    for phone in phones:
        phone.heard_by_now()
    return phones


def test_both_sides_hear_each_other() -> None:
    async def story() -> None:
        async with studio() as media:
            caller, agent = await _bridged(media)
            for speaker, listener in ((caller, agent), (agent, caller)):
                for number in range(5):
                    speaker.speak(bytes([number]) * 160)
                packets = [await listener.hear() for _ in range(5)]
                assert [packet.payload[0] for packet in packets] == [0, 1, 2, 3, 4]
                assert_gapless(packets)

    perform(story())


def test_laws_are_translated_where_the_sides_differ() -> None:
    async def story() -> None:
        async with studio() as media:
            american, european = await _bridged(media, 0, 8)
            american.speak(ULAW_SPEECH)
            heard = await european.hear()
            assert (heard.payload_type, heard.payload) == (8, ULAW_SPEECH.translate(ULAW_TO_ALAW))
            european.speak(ULAW_SPEECH, payload_type=8)
            heard = await american.hear()
            assert (heard.payload_type, heard.payload) == (0, ULAW_SPEECH.translate(ALAW_TO_ULAW))

    perform(story())


def test_a_phone_may_use_either_law_that_we_have_offered() -> None:
    async def story() -> None:
        async with studio() as media:
            caller = await media.join("a")
            agent = media.phone()
            agent.hears_from(await media.client.offer("b", like="a"))
            await media.client.accept("b", agent.sdp())
            media.client.bridge("a", "b")
            await media.client.stats()
            agent.speak(ULAW_SPEECH, payload_type=8)
            assert (await caller.hear_until(ULAW_SPEECH.translate(ALAW_TO_ULAW)))[-1].payload_type == 0

    perform(story())


def test_a_phone_whose_port_was_closed_for_a_while_is_heard_again_and_can_move() -> None:
    async def story() -> None:
        async with studio() as media:
            caller, agent = await _bridged(media)
            caller.close()
            for _ in range(5):
                agent.speak()
                await asyncio.sleep(0.02)  # the answer to each is that nobody is there
            caller.come_back()
            caller.speak(ULAW_SPEECH[::-1])
            await agent.hear_until(ULAW_SPEECH[::-1])
            caller.close()
            agent.speak()
            await media.client.stats()
            moved = media.phone()
            moved.hears_from(await media.client.answer("a", moved.sdp()))
            moved.speak()
            await agent.hear_until(ULAW_SPEECH)
            agent.speak()
            await moved.hear_until(ULAW_SPEECH)

    perform(story())


def test_a_key_is_told_once_and_heard_by_the_other_side() -> None:
    async def story() -> None:
        async with studio() as media:
            caller, agent = await _bridged(media, events=96)
            caller.speak()
            for number, is_end in ((3, False), (4, False), (5, True), (6, True), (7, True)):
                caller.send(key_press(11, number, 480, is_end=is_end))
            assert await media.event() == DtmfPressed("a", "#")
            packets = [await agent.hear() for _ in range(6)]
            assert [packet.payload_type for packet in packets] == [0, 96, 96, 96, 96, 96]
            assert len({packet.timestamp for packet in packets[1:]}) == 1
            assert media.events.empty()

    perform(story())


def test_keys_that_came_by_signalling_are_heard_as_presses_in_the_stream() -> None:
    """RFC 4733 section 2.5.1: one beginning, one time, three ends; then the conversation goes on."""

    async def story() -> None:
        async with studio() as media:
            _, agent = await _bridged(media, events=96)
            for key in "5#":
                media.client.press("b", key)
            media.client.press("b", "x")
            heard = [await agent.hear() for _ in range(14)]
            while heard[0].payload_type != 96:
                heard = [*heard[1:], await agent.hear()]
            presses = [[p for p in heard if p.payload_type == 96 and p.payload[0] == key] for key in (5, 11)]
            for press in presses:
                assert len({packet.timestamp for packet in press}) == 1
                assert [packet.marker for packet in press] == [True] + [False] * 6
                assert [packet.payload[1] >> 7 for packet in press] == [0, 0, 0, 0, 1, 1, 1]
                durations = [int.from_bytes(packet.payload[2:]) for packet in press]
                assert durations == [160, 320, 480, 640, 800, 800, 800]
            assert presses[1][0].timestamp - presses[0][0].timestamp >= 9 * 160
            assert {packet.ssrc for packet in heard} == {heard[0].ssrc}
            assert [p.sequence for p in heard] == [(heard[0].sequence + n) & 0xFFFF for n in range(14)]

    perform(story())


def test_a_press_takes_the_place_of_the_conversation_and_gives_it_back() -> None:
    async def story() -> None:
        async with studio() as media:
            caller, agent = await _bridged(media)
            clock = await media.join("clock")
            media.client.press("b", "1")
            heard: list[bytes] = []
            while not any(packet.endswith(ULAW_SPEECH) for packet in heard[-1:]):
                assert len(heard) < 100
                caller.speak(ULAW_SPEECH)
                await clock.hear()
                heard += agent.heard_by_now()
            kinds = [packet[1] & 0x7F for packet in heard]
            first = kinds.index(EVENTS)
            assert kinds[first : first + 7] == [EVENTS] * 7, "nothing of the conversation in between"

    perform(story())


def test_no_keys_for_who_takes_none_or_may_not_be_sent_to() -> None:
    async def story() -> None:
        async with studio() as media:
            deaf, held = await media.join("deaf", events=None), await media.join("held")
            assert not media.client.takes_keys("deaf")
            assert media.client.takes_keys("held")
            assert not media.client.takes_keys("unknown")
            await media.client.answer("held", held.sdp(direction="sendonly"))
            held.heard_by_now()
            for leg in ("deaf", "held", "unknown"):
                media.client.press(leg, "1")
            assert {(await deaf.hear()).payload_type for _ in range(5)} == {0}
            assert held.heard_by_now() == []

    perform(story())


def test_header_extensions_sources_and_padding_stay_on_their_side() -> None:
    async def story() -> None:
        async with studio() as media:
            caller, agent = await _bridged(media)
            plain = rtp(ULAW_SPEECH, 9)
            extras = b"\x00\x00\x00\x01" + b"\xbe\xde\x00\x01abcd"
            caller.send(b"\xb1" + plain[1:12] + extras + ULAW_SPEECH + b"\0\0\0\4")
            assert (await agent.hear()).payload == ULAW_SPEECH

    perform(story())


def test_on_hold_nothing_is_relayed_and_music_takes_its_place() -> None:
    async def story() -> None:
        async with studio() as media:
            caller, agent = await _bridged(media)
            on_hold = await media.client.answer("b", agent.sdp(direction="inactive"))
            assert "a=inactive" in on_hold
            media.client.play("a", [media.sound("music", b"\x21" * 1600)], loop=True)
            await caller.hear_until(b"\x21" * 160)
            agent.heard_by_now()
            for _ in range(70):
                caller.speak()
            await caller.hear()
            await caller.hear()
            assert agent.heard_by_now() == []

            await media.client.answer("b", agent.sdp())
            media.client.stop("a")
            await media.client.stats()
            caller.speak(b"\x31" * 160)
            agent.speak(b"\x32" * 160)
            await agent.hear_until(b"\x31" * 160)
            await caller.hear_until(b"\x32" * 160)

    perform(story())


def test_the_stream_has_no_seam_from_silence_over_the_bridge_to_silence() -> None:
    async def story() -> None:
        async with studio() as media:
            caller, agent = await media.join("a"), await media.join("b")
            agent.speak()
            packets = [await caller.hear(), await caller.hear()]
            media.client.bridge("a", "b")
            await media.client.stats()
            for number in range(5):
                agent.speak(bytes([number]) * 160)
            packets += await caller.hear_until(b"\x04" * 160)
            media.client.unbridge("b")
            packets += [await caller.hear() for _ in range(3)]
            assert packets[-1].payload == b"\xff" * 160
            for before, after in itertools.pairwise(packets):
                assert after.ssrc == before.ssrc
                assert after.sequence == (before.sequence + 1) & 0xFFFF
                assert 0 < (after.timestamp - before.timestamp) & 0xFFFFFFFF < 8000

    perform(story())


def test_a_new_bridge_ends_the_old_one() -> None:
    async def story() -> None:
        async with studio() as media:
            caller, first = await _bridged(media)
            second = await media.join("c")
            media.client.bridge("a", "c")
            await media.client.stats()
            caller.speak(b"\x41" * 160)
            await second.hear_until(b"\x41" * 160)
            first.speak(b"\x42" * 160)
            second.speak(b"\x43" * 160)
            packets = await caller.hear_until(b"\x43" * 160)
            assert b"\x42" * 160 not in [packet.payload for packet in packets]
            assert (await media.client.stats())["bridged_legs"] == 2

    perform(story())
