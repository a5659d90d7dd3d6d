"""Symmetric RTP that a stranger cannot steal."""

from __future__ import annotations

import asyncio

from tests.media.rig import Phone, Studio, perform, rtp, studio

from huntline.media.worker.latch import Latch

TOLD, BEHIND_NAT, STRANGER = ("10.0.0.5", 4000), ("198.51.100.7", 61000), ("203.0.113.9", 9)


def test_until_something_was_heard_packets_go_where_the_description_says() -> None:
    assert Latch(TOLD).target == TOLD


def test_a_phone_behind_nat_is_found_by_its_first_packet() -> None:
    latch = Latch(TOLD)
    assert latch.admit(BEHIND_NAT)
    assert (latch.target, latch.is_final) == (BEHIND_NAT, False)


def test_who_comes_second_from_elsewhere_is_refused() -> None:
    latch = Latch(TOLD)
    latch.admit(BEHIND_NAT)
    assert not latch.admit(STRANGER)
    assert latch.admit(BEHIND_NAT)
    assert latch.target == BEHIND_NAT


def test_the_told_address_wins_over_a_stranger_who_came_first() -> None:
    latch = Latch(TOLD)
    latch.admit(STRANGER)
    assert latch.admit(TOLD)
    assert (latch.target, latch.is_final) == (TOLD, True)
    assert not latch.admit(STRANGER)


async def _is_served(media: Studio, phone: Phone) -> None:
    """Wait until the worker sends to this phone."""
    phone.heard_by_now()
    await phone.hear()
    await phone.hear()


def _stranger(media: Studio, phone: Phone) -> Phone:
    stranger = media.phone()
    stranger.target = phone.target
    return stranger


def test_a_stranger_cannot_take_over_a_phone_that_was_heard() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            phone.speak()
            await media.heard(phone, 1)
            stranger = _stranger(media, phone)
            for _ in range(20):
                stranger.speak()
            await _is_served(media, phone)
            assert stranger.heard_by_now() == []
            assert (await media.client.stats())["packets_received"] == 1

    perform(story())


def test_a_stranger_cannot_take_over_a_phone_behind_nat() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = media.phone()
            phone.hears_from(await media.client.answer("a", phone.sdp(port=9)))
            phone.speak()
            await media.heard(phone, 1)
            stranger = _stranger(media, phone)
            for _ in range(200):
                stranger.speak()
            await _is_served(media, phone)
            assert stranger.heard_by_now() == []

    perform(story())


def test_a_stranger_who_was_first_loses_to_the_told_address() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            stranger = _stranger(media, phone)
            stranger.speak()
            await media.heard(stranger, 1)
            await _is_served(media, stranger)
            for _ in range(64):  # the socket filter lets one of them through
                phone.speak()
            await media.heard(phone, 2)
            await _is_served(media, phone)
            stranger.heard_by_now()
            await _is_served(media, phone)
            assert stranger.heard_by_now() == []

    perform(story())


def test_what_is_not_valid_rtp_latches_nothing() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            stranger = _stranger(media, phone)
            good = rtp(b"\xff" * 160, 1)
            for bad in (
                b"",
                good[:12],
                b"\x40" + good[1:],
                rtp(b"\xff" * 160, 1, payload_type=18),
                good * 20,
            ):
                stranger.send(bad)
            await _is_served(media, phone)
            assert stranger.heard_by_now() == []
            assert (await media.client.stats())["packets_received"] == 0

    perform(story())


def test_signalling_lets_a_leg_be_learnt_anew() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            phone.speak()
            await media.heard(phone, 1)
            moved = _stranger(media, phone)
            media.client.relatch("a")
            await media.client.stats()
            moved.speak()
            await _is_served(media, moved)

    perform(story())


def test_a_new_description_moves_a_leg_and_the_same_one_does_not() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            phone.speak()
            await media.heard(phone, 1)
            first = await media.client.answer("a", phone.sdp())
            stranger = _stranger(media, phone)
            stranger.speak()
            await _is_served(media, phone)
            assert stranger.heard_by_now() == []

            other = media.phone()
            second = await media.client.answer("a", other.sdp())
            assert first == second  # nothing of ours has changed, so neither has the version
            other.hears_from(second)
            await _is_served(media, other)
            other.speak()
            await media.heard(other, 2)

    perform(story())


def test_packets_of_strangers_that_wait_when_the_phone_is_found_are_not_taken() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            stranger = _stranger(media, phone)
            phone.speak()
            for _ in range(20):
                stranger.speak()
            await media.heard(phone, 1)
            await asyncio.sleep(0)
            assert (await media.client.stats())["packets_received"] == 1

    perform(story())
