"""What a caller hears of a leg that may be heard before anybody answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from tests.media.rig import ULAW_SPEECH, Phone, Studio, assert_gapless, key_press, perform, studio

RINGING = b"\x31" * 160
ULAW_SILENCE = b"\xff" * 160


async def early(media: Studio) -> tuple[Phone, Phone]:
    """A caller who hears ringing until the trunk is heard."""
    caller, trunk = await media.join("caller"), await media.join("trunk")
    media.client.bridge_early("caller", "trunk", media.sound("ringing", RINGING * 3000))
    await caller.hear_until(RINGING)
    return caller, trunk


def run(story: Callable[[Studio], Awaitable[None]]) -> None:
    async def told() -> None:
        async with studio() as media:
            await story(media)

    perform(told())


def test_the_first_packet_of_the_speaker_ends_the_ringing() -> None:
    async def story(media: Studio) -> None:
        caller, trunk = await early(media)
        trunk.speak()
        packets = await caller.hear_until(ULAW_SPEECH)
        trunk.speak()
        packets += [await caller.hear()]
        assert [packet.payload for packet in packets[-2:]] == [ULAW_SPEECH] * 2, "and it is no more heard"
        assert_gapless(packets)

    run(story)


def test_a_key_is_no_audio_and_the_speaker_hears_the_caller_all_the_while() -> None:
    async def story(media: Studio) -> None:
        caller, trunk = await early(media)
        trunk.send(key_press(1, 1, 160, is_end=True))
        caller.speak()
        await trunk.hear_until(ULAW_SPEECH)
        await caller.hear_until(RINGING)

    run(story)


@pytest.mark.parametrize("is_heard", [True, False])
def test_the_bridge_of_the_answer_ends_it_whether_or_not_it_was_heard(is_heard: bool) -> None:
    async def story(media: Studio) -> None:
        caller, trunk = await early(media)
        if is_heard:
            trunk.speak()
            await caller.hear_until(ULAW_SPEECH)
        media.client.bridge("caller", "trunk")
        await media.client.stats()
        caller.heard_by_now()
        trunk.speak()
        heard = await caller.hear_until(ULAW_SPEECH)
        assert RINGING not in [packet.payload for packet in heard]

    run(story)


def test_a_worker_that_was_restarted_waits_for_the_speaker_again() -> None:
    async def story(media: Studio) -> None:
        caller, trunk = await early(media)
        await media.stop_worker()
        media.start_worker()
        await media.client.stats()
        caller.heard_by_now()
        await caller.hear_until(RINGING)
        trunk.speak()
        await caller.hear_until(ULAW_SPEECH)

    run(story)


def test_of_several_forks_the_last_that_promised_audio_is_heard_once_it_speaks_and_who_answers_at_once() -> (
    None
):
    async def story(media: Studio) -> None:
        caller, ringing = await media.join("caller"), media.sound("ringing", RINGING * 3000)
        offered = await media.client.offer("trunk")
        one, other = media.phone(), media.phone()
        for fork in (one, other):
            fork.hears_from(offered)
            await media.client.accept("trunk", fork.sdp())
            media.client.bridge_early("caller", "trunk", ringing)
            await media.client.stats()
            caller.heard_by_now()
            await caller.hear_until(RINGING)
            fork.speak()
            await caller.hear_until(ULAW_SPEECH)
        await media.client.accept("trunk", one.sdp())
        media.client.bridge("caller", "trunk")
        await media.client.stats()
        caller.heard_by_now()
        one.speak(b"\x44" * 160)
        heard = await caller.hear_until(b"\x44" * 160)
        assert RINGING not in [packet.payload for packet in heard]
        other.speak(b"\x45" * 160)
        caller.speak()
        await one.hear_until(ULAW_SPEECH)
        one.speak()
        assert b"\x45" * 160 not in [packet.payload for packet in await caller.hear_until(ULAW_SPEECH)]

    run(story)
