"""Phones whose audio is encrypted by keys of the description (SDES), bridged with plain ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from tests.fakes.peers import until
from tests.media.crypto_phone import CM_80, PROFILES, CryptoPhone
from tests.media.rig import ULAW_SPEECH, Phone, Studio, assert_gapless, perform, studio

from huntline.directory.encryption import Encryption
from huntline.media.interface import NotAcceptable

OTHER = b"\x41" * 160


def run(story: Callable[[Studio], Awaitable[None]]) -> None:
    async def told() -> None:
        async with studio() as media:
            await story(media)

    perform(told())


async def caller(
    media: Studio, leg_id: str = "a", suite: str = CM_80, profile: str = "RTP/SAVP"
) -> CryptoPhone:
    """A phone that has called with keys."""
    phone = CryptoPhone(media.phone(), suite)
    ours = await media.client.answer(leg_id, phone.sdp(profile=profile), encryption=Encryption.OFFERED)
    phone.hears_from(ours)
    assert f" {profile} " in ours
    return phone


async def bridge(media: Studio, one: str, other: str) -> None:
    media.client.bridge(one, other)
    await media.client.stats()


async def converse(one: CryptoPhone, other: CryptoPhone | Phone) -> None:
    """Both hear each other."""
    one.speak(OTHER)
    await other.hear_until(OTHER)
    other.speak(ULAW_SPEECH)
    await one.hear_until(ULAW_SPEECH)


@pytest.mark.parametrize("suite", PROFILES)
def test_a_phone_with_keys_and_a_plain_one_hear_each_other(suite: str) -> None:
    async def story(media: Studio) -> None:
        phone, plain = await caller(media, suite=suite), await media.join("b")
        await bridge(media, "a", "b")
        await converse(phone, plain)
        plain.speak(OTHER)
        assert_gapless(await phone.hear_until(OTHER))
        assert phone.refused == 0

    run(story)


def test_music_is_encrypted_for_each_listener_and_plain_for_who_is_plain() -> None:
    async def story(media: Studio) -> None:
        one, two, plain = await caller(media, "a"), await caller(media, "b"), await media.join("c")
        music = media.sound("music", OTHER * 10)
        for leg_id in "abc":
            media.client.play(leg_id, [music], loop=True)
        for phone in (one, two, plain):
            assert_gapless([(await phone.hear_until(OTHER))[-1], await phone.hear()])

    run(story)


def test_what_is_not_encrypted_or_by_another_key_is_heard_by_nobody() -> None:
    async def story(media: Studio) -> None:
        phone, plain = await caller(media), await media.join("b")
        await bridge(media, "a", "b")
        await converse(phone, plain)
        phone.phone.speak(b"\x11" * 160)
        stranger = CryptoPhone(phone.phone)
        stranger.speak(b"\x12" * 160)
        phone.speak(OTHER)
        heard = [packet.payload for packet in await plain.hear_until(OTHER)]
        assert not {b"\x11" * 160, b"\x12" * 160} & set(heard)
        assert (await media.client.stats())["packets_refused"] == 2

    run(story)


def test_reports_are_encrypted_both_ways_and_count_as_life() -> None:
    async def story(media: Studio) -> None:
        phone = await caller(media)
        phone.report()
        assert (await phone.hear_report())[1] in (200, 201)

    run(story)


def test_our_offer_is_answered_with_keys_or_in_plain_as_the_phone_can() -> None:
    async def story(media: Studio) -> None:
        for leg_id, has_keys in (("a", True), ("b", False)):
            offered = await media.client.offer(leg_id, encryption=Encryption.OFFERED)
            assert offered.count("a=crypto:") == 4
            assert " RTP/AVP " in offered
            phone = CryptoPhone(media.phone())
            phone.hears_from(offered)
            tag = phone.tag if has_keys else 0
            await media.client.accept(leg_id, phone.sdp(tag=tag, profile="RTP/AVP"))
            other = await media.join(f"{leg_id}2")
            await bridge(media, leg_id, f"{leg_id}2")
            await converse(phone, other) if has_keys else await converse_plain(phone.phone, other)

    run(story)


async def converse_plain(one: Phone, other: Phone) -> None:
    one.speak(OTHER)
    await other.hear_until(OTHER)
    other.speak(ULAW_SPEECH)
    await one.hear_until(ULAW_SPEECH)


def test_where_it_is_required_plain_is_refused_both_ways_and_where_never_keys_are() -> None:
    async def story(media: Studio) -> None:
        plain, phone = media.phone(), CryptoPhone(media.phone())
        with pytest.raises(NotAcceptable, match="required"):
            await media.client.answer("a", plain.sdp(), encryption=Encryption.REQUIRED)
        assert " RTP/SAVP " in await media.client.offer("b", encryption=Encryption.REQUIRED)
        with pytest.raises(NotAcceptable, match="required"):
            await media.client.accept("b", plain.sdp())
        with pytest.raises(NotAcceptable, match="switched off"):
            await media.client.answer("c", phone.sdp())
        assert media.client.leg_ids == ["b"]

    run(story)


def test_keys_change_by_a_new_offer_and_plain_becomes_encrypted_and_plain_again() -> None:
    async def story(media: Studio) -> None:
        phone, plain = await caller(media), await media.join("b")
        await bridge(media, "a", "b")
        await converse(phone, plain)
        for _ in range(2):
            phone.new_key()
            phone.hears_from(await media.client.answer("a", phone.sdp()))
            phone.sequence = 0
            await converse(phone, plain)
        phone.phone.hears_from(await media.client.answer("a", phone.sdp(tag=0, profile="RTP/AVP")))
        await converse_plain(phone.phone, plain)
        phone.new_key()
        phone.hears_from(await media.client.answer("a", phone.sdp()))
        await converse(phone, plain)

    run(story)


def test_the_same_keys_again_go_on_without_a_seam() -> None:
    async def story(media: Studio) -> None:
        phone, plain = await caller(media), await media.join("b")
        await bridge(media, "a", "b")
        await converse(phone, plain)
        plain.speak(OTHER)
        before = await phone.hear_until(OTHER)
        ours = await media.client.answer("a", phone.sdp(direction="sendonly"))
        assert "a=recvonly" in ours
        await media.client.answer("a", phone.sdp())
        plain.speak(ULAW_SPEECH)
        assert (await phone.hear_until(ULAW_SPEECH))[-1].ssrc == before[-1].ssrc

    run(story)


def test_a_restarted_worker_goes_on_however_often_the_numbers_went_around() -> None:
    async def story(media: Studio) -> None:
        phone, plain = await caller(media), await media.join("b")
        await bridge(media, "a", "b")
        await converse(phone, plain)
        for _ in range(12):
            phone.speak(steps=12_000)
            await plain.hear_until(ULAW_SPEECH)

        def is_kept() -> bool:
            heard = (media.client._legs["a"].secrets or {})["heard"]
            return heard is not None and heard["index"] == 131_072

        await until(is_kept)
        for _ in range(2):
            await media.stop_worker()
            media.start_worker()
            await media.client.stats()
            await converse(phone, plain)
        assert media.events.empty()

    run(story)


def test_phones_that_ring_can_answer_with_keys_after_a_restart() -> None:
    async def story(media: Studio) -> None:
        offered = await media.client.offer("a", encryption=Encryption.REQUIRED)
        await media.stop_worker()
        media.start_worker()
        phone = CryptoPhone(media.phone(), "AEAD_AES_256_GCM")
        phone.hears_from(offered)
        await media.client.accept("a", phone.sdp(tag=phone.tag))
        plain = await media.join("b")
        await bridge(media, "a", "b")
        await converse(phone, plain)
        with pytest.raises(NotAcceptable, match="required"):
            await media.client.answer("a", plain.sdp())

    run(story)


def test_an_heir_of_signalling_finds_all_as_it_was() -> None:
    async def story(media: Studio) -> None:
        phone, plain = await caller(media), await media.join("b")
        await bridge(media, "a", "b")
        await converse(phone, plain)
        states = {leg_id: media.client.state(leg_id) for leg_id in media.client.leg_ids}
        await media.client.close()
        media.client = media.new_client()
        for leg_id, state in states.items():
            assert state is not None
            assert state.secrets is None
            media.client.adopt(leg_id, state)
        await media.client.start()
        await media.client.wait_ready()
        await converse(phone, plain)
        assert phone.refused == 0
        await media.stop_worker()
        media.start_worker()
        await media.client.stats()
        await converse(phone, plain)

    run(story)
