"""Legs: ports that always come back, peers that die or misbehave, and what the kernel keeps from us."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import struct
import time
from functools import partial

import pytest
from tests.media.rig import PORTS, Phone, Studio, key_press, perform, rtp, studio

from huntline.media.interface import DtmfPressed, MediaSilent, MediaUnavailable, NotAcceptable
from huntline.media.worker.ports import PortPool


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


# Ports


def test_ports_are_even_and_each_is_used_once_until_given_back() -> None:
    pool = PortPool("127.0.0.1", range(PORTS.start + 1, PORTS.start + 8))
    opened = [pool.open() for _ in range(3)]
    assert sorted(port for port, _ in opened) == [PORTS.start + 2, PORTS.start + 4, PORTS.start + 6]
    with pytest.raises(MediaUnavailable):
        pool.open()
    for port, sockets in opened:
        for each in sockets:
            each.close()
        pool.give_back(port)
    assert pool.in_use == 0
    port, sockets = pool.open()
    assert port == opened[0][0]  # the one that has been free for the longest time
    for each in sockets:
        each.close()


def test_ports_of_other_programs_are_passed_over() -> None:
    pool = PortPool("127.0.0.1", range(PORTS.start, PORTS.start + 4))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", PORTS.start + 1))
        port, sockets = pool.open()
        assert port == PORTS.start + 2
        with pytest.raises(MediaUnavailable):
            pool.reopen(PORTS.start)
        with pytest.raises(MediaUnavailable):
            pool.open()
    for each in sockets:
        each.close()
    for each in pool.reopen(PORTS.start):
        each.close()


def test_a_browser_gets_no_port_that_browsers_keep_away_from_and_a_phone_may() -> None:
    refused = 10_080
    pool = PortPool("127.0.0.1", range(refused, refused + 4))
    opened = [pool.open(for_browser=True)]
    assert opened[0][0] == refused + 2
    with pytest.raises(MediaUnavailable):
        pool.open(for_browser=True)
    opened.append(pool.open())
    assert opened[1][0] == refused
    for _, sockets in opened:
        for each in sockets:
            each.close()


def test_a_refused_offer_leaves_no_leg_and_a_known_leg_as_it_was() -> None:
    async def story() -> None:
        async with studio() as media:
            for bad, status in (("", 400), ("v=0\r\nm=", 400), (media.phone().sdp(codec=18), 488)):
                with pytest.raises(NotAcceptable) as refused:
                    await media.client.answer("a", bad)
                assert refused.value.sip_status == status
            assert (await media.client.stats())["ports_in_use"] == 0

            phone = await media.join("b")
            with pytest.raises(NotAcceptable):
                await media.client.answer("b", phone.sdp(codec=18))
            with pytest.raises(NotAcceptable):
                await media.client.accept("b", "nonsense")
            await phone.hear()
            assert (await media.client.stats())["legs"] == 1

    perform(story())


def test_when_no_port_is_free_the_call_can_be_tried_again() -> None:
    async def story() -> None:
        async with studio(ports=range(PORTS.start, PORTS.start + 2)) as media:
            await media.client.offer("a")
            with pytest.raises(MediaUnavailable):
                await media.client.offer("b")
            media.client.delete("a")
            await media.client.offer("b")

    perform(story())


def test_hundreds_of_legs_leave_no_file_open() -> None:
    async def story() -> None:
        async with studio() as media:
            before = _open_files()
            for _ in range(5):
                await asyncio.gather(*(media.client.offer(f"{number}") for number in range(50)))
                media.client.bridge("1", "2")
                media.client.play("3", [media.sound("music", b"\x21" * 160)], loop=True)
                for number in range(50):
                    media.client.delete(f"{number}")
            media.client.delete("never-there")
            await media.client.stats()
            assert _open_files() == before

    perform(story())


def test_unknown_legs_are_ignored_or_refused() -> None:
    async def story() -> None:
        async with studio() as media:
            client = media.client
            client.play("x", ["y"], loop=True)
            client.stop("x")
            client.bridge("x", "y")
            client.unbridge("x")
            client.relatch("x")
            with pytest.raises(MediaUnavailable):
                await client.accept("x", media.phone().sdp())
            assert (await client.stats())["legs"] == 0

    perform(story())


# Peers


def test_a_dead_peer_harms_nobody_and_may_come_back() -> None:
    async def story() -> None:
        async with studio() as media:
            dead, other = await media.join("dead"), await media.join("other")
            for phone in (dead, other):
                phone.speak()
            await media.heard(dead, 2)
            dead.socket.close()  # the kernel now answers our packets with "port unreachable"
            for _ in range(10):
                await other.hear()
            media.client.bridge("dead", "other")
            await media.client.stats()
            for _ in range(10):
                other.speak()
            dead.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            dead.socket.setblocking(False)
            dead.socket.bind(("127.0.0.1", dead.port))
            await media.heard(other, 12)
            other.speak(b"\x51" * 160)
            await dead.hear_until(b"\x51" * 160)

    perform(story())


def test_a_leg_that_falls_silent_is_told_after_each_time_of_silence() -> None:
    async def story() -> None:
        async with studio(dead_after=0.4) as media:
            phone = await media.join("a")
            phone.speak()
            assert await media.event() == MediaSilent("a")
            assert await media.event() == MediaSilent("a")
            for _ in range(64):
                phone.speak()
            assert media.events.empty()
            assert await media.event() == MediaSilent("a")

    perform(story())


def test_reports_alone_keep_a_leg_alive() -> None:
    async def story() -> None:
        async with studio(dead_after=1.0) as media:
            quiet, reporting = await media.join("quiet"), await media.join("reporting")
            for phone in (quiet, reporting):
                phone.speak()

            async def report() -> None:
                while True:
                    host, port = reporting.target
                    reporting.rtcp.sendto(struct.pack("!BBHI", 0x80, 201, 1, 7), (host, port + 1))
                    await asyncio.sleep(0.2)

            reports = asyncio.create_task(report())
            assert await media.event() == MediaSilent("quiet")
            media.client.delete("quiet")
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.2):
                    await media.events.get()
            reports.cancel()

    perform(story())


@pytest.mark.parametrize("hold", ["sendonly", "inactive", "recvonly"])
def test_silence_says_nothing_on_hold_nor_before_the_first_packet(hold: str) -> None:
    """RFC 3264 sections 5.1 and 8.4: who may send need not; a phone on hold often does not."""

    async def story() -> None:
        async with studio(dead_after=0.2) as media:
            await media.join("never-heard")
            held = await media.join("held")
            held.speak()
            await media.heard(held, 1)
            await media.client.answer("held", held.sdp(direction=hold))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(2):
                    await media.events.get()
            await media.client.answer("held", held.sdp())
            assert await media.event() == MediaSilent("held")

    perform(story())


def test_comfort_noise_is_a_sign_of_life() -> None:
    """RFC 3389: a phone that sends nothing else while its user listens."""

    async def story() -> None:
        async with studio(dead_after=1.0) as media:
            phone = await media.join("a")
            clock = await media.join("clock")
            phone.speak()
            for number in range(100):
                if number % 10 == 0:
                    phone.send(rtp(b"\x40", number, payload_type=13))
                await clock.hear()
            assert media.events.empty()

    perform(story())


def test_a_leg_that_was_never_heard_is_watched_where_that_is_asked_for() -> None:
    async def story() -> None:
        async with studio(dead_after=0.2, expects_media=True) as media:
            await media.join("a")
            assert await media.event() == MediaSilent("a")

    perform(story())


def test_reports_tell_what_was_sent() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            first = await phone.hear()
            async with asyncio.timeout(3):
                report = await asyncio.get_running_loop().sock_recv(phone.rtcp, 2048)
            flags, kind, length, ssrc, _, _, timestamp, packets, octets = struct.unpack_from(
                "!BBHIIIIII", report
            )
            assert (flags, kind, length, ssrc) == (0x80, 200, 6, first.ssrc)
            assert octets == 160 * packets
            assert (timestamp - first.timestamp) & 0xFFFFFFFF == 160 * (packets - 1)
            assert report[28:30] == b"\x81\xca"
            assert len(report) == 28 + 4 * (1 + int.from_bytes(report[30:32], "big"))

    perform(story())


def test_media_over_ipv6() -> None:
    async def story() -> None:
        async with studio(media_address="::1") as media:
            one, two = await media.join("a"), await media.join("b")
            for phone in (one, two):
                phone.speak()
            await media.heard(one, 2)
            media.client.bridge("a", "b")
            await media.client.stats()
            one.speak(b"\x61" * 160)
            await two.hear_until(b"\x61" * 160)
            with pytest.raises(NotAcceptable):
                await media.client.answer("c", media.phone(address="127.0.0.1").sdp())

    perform(story())


# The socket filter


def test_while_a_caller_waits_the_kernel_drops_the_audio_but_not_the_keys() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            phone.speak()
            await media.heard(phone, 1)
            for _ in range(640):
                phone.speak()
            phone.send(key_press(5, 641, 99_999, is_end=True))
            assert await media.event() == DtmfPressed("a", "5")
            # One in 64 shows that the phone lives.
            assert (await media.client.stats())["packets_received"] == 1 + 640 // 64 + 1

            await media.join("b")
            media.client.bridge("a", "b")
            await media.client.stats()
            for _ in range(20):
                phone.speak()
            await media.heard(phone, 12 + 20)

    perform(story())


# Hostile bytes


def _hostile_packets() -> list[bytes]:
    chance = random.Random(4)  # noqa: S311 - repeatable noise
    speech = rtp(b"\xff" * 160, 5)
    noise = [chance.randbytes(chance.choice((0, 1, 11, 12, 13, 40, 172, 1400, 3000))) for _ in range(200)]
    damaged = []
    for _ in range(300):
        packet = bytearray(speech[: chance.randint(1, len(speech))])
        packet[0] = 0x80 | chance.randrange(64)
        for _ in range(4):
            packet[chance.randrange(len(packet))] = chance.randrange(256)
        damaged.append(bytes(packet))
    return noise + damaged + [key_press(255, 1, 1, is_end=True), rtp(b"\x05", 2, payload_type=101)]


async def _hear_each_other(media: Studio, one: Phone, two: Phone) -> None:
    for speaker, listener, voice in ((one, two, b"\x71" * 160), (two, one, b"\x72" * 160)):
        speaker.speak(voice)
        await listener.hear_until(voice)


def test_any_bytes_on_both_ports_leave_the_call_as_it_is() -> None:
    async def story() -> None:
        async with studio() as media:
            one, two = await media.join("a"), await media.join("b")
            media.client.bridge("a", "b")
            stranger = media.phone()
            await media.client.stats()
            for packet in _hostile_packets():
                for sender in (stranger, one):
                    host, port = one.target
                    for target in ((host, port), (host, port + 1)):
                        sender.socket.sendto(packet, target)
                await media.client.stats()
            for phone in (one, two):
                phone.speak()
            await media.client.stats()
            one.heard_by_now()
            two.heard_by_now()
            await _hear_each_other(media, one, two)

    perform(story())


def test_the_control_socket_is_for_its_owner_only() -> None:
    async def story() -> None:
        async with studio() as media:
            assert os.stat(media.control_path).st_mode & 0o077 == 0

    perform(story())


@pytest.mark.parametrize("events", [96, 127])
def test_keys_pressed_over_music_are_told_once_each_by_the_numbers_of_each_leg(events: int) -> None:
    async def story() -> None:
        async with studio() as media:
            caller = await media.join("a", events=events)
            music = media.sound("music", b"\x21" * 1600)
            media.client.play("a", [music], loop=True)
            caller.speak()
            await caller.hear_until(b"\x21" * 160)
            press = partial(key_press, payload_type=events)
            for sequence in range(100, 103):  # all of its ends are lost
                caller.send(press(5, sequence, 16_000, is_end=False))
            last_heard = time.monotonic()
            assert await media.event() == DtmfPressed("a", "5")
            assert time.monotonic() - last_heard < 0.3
            for sequence in range(110, 113):
                caller.send(press(11, sequence, 32_000, is_end=True))
            caller.send(press(1, 113, 40_000, is_end=False))
            caller.send(press(2, 114, 48_000, is_end=True))  # says that the one before has ended
            assert [await media.event() for _ in range(3)] == [DtmfPressed("a", key) for key in "#12"]

    perform(story())
