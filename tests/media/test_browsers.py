"""Browsers as legs: paths that are made, moved, lost and restored; and what must not reach anybody's ear."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.peers import until
from tests.media.browser import Browser, attribute
from tests.media.rig import Phone, Studio, key_press, perform, studio

from huntline.media.interface import DtmfPressed, MediaDied, MediaLegLost, MediaUnavailable, NotAcceptable
from huntline.media.worker import secure_path, wire
from huntline.media.worker.dtls import DtlsCertificate
from huntline.network.own_addresses import own_addresses
from huntline.records import Codec, kinds_in

RECORDS = Codec(kinds_in(wire))

SILENCE = b"\xff" * 160


@asynccontextmanager
async def scene(**settings: Any) -> AsyncIterator[Scene]:
    """A studio with browsers; nothing may have gone wrong in the loop behind its back."""
    failures: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
    async with studio(**settings) as media:
        built = Scene(media)
        try:
            yield built
        finally:
            for browser in built.browsers:
                browser.close()
    assert failures == []


class Scene:
    """Ways in which browsers come to a worker."""

    def __init__(self, media: Studio) -> None:
        self.media = media
        self.browsers: list[Browser] = []

    async def browser(self) -> Browser:
        """A browser that has not called yet."""
        browser = await Browser().open()
        self.browsers.append(browser)
        return browser

    async def caller(self, leg_id: str) -> Browser:
        """A browser that has called and talks."""
        browser = await self.browser()
        browser.hears_from(await self.media.client.answer(leg_id, browser.sdp()))
        return await browser.connect()

    async def ring(self, leg_id: str) -> str:
        """Our offer, for as many browsers as there are."""
        return await self.media.client.offer(leg_id, is_secure=True)

    async def answered_by(self, leg_id: str, offer: str, browser: Browser, **answer: str) -> None:
        """A browser answers our offer; done when its path is made."""
        browser.hears_from(offer)
        accepting = asyncio.create_task(
            self.media.client.accept(leg_id, browser.sdp(setup="active", **answer))
        )
        try:
            await browser.connect()
        finally:
            await accepting

    async def bridged_with_phone(self, leg_id: str) -> Phone:
        """A plain phone that talks with the leg."""
        phone = await self.media.join(f"{leg_id}-phone")
        self.media.client.bridge(leg_id, f"{leg_id}-phone")
        await self.media.client.stats()
        return phone

    async def refused(self, count: int) -> None:
        """Wait until the worker has refused so many packets."""
        async with asyncio.timeout(3):
            while (await self.media.client.stats())["packets_refused"] < count:
                continue


async def converse(one: Browser | Phone, two: Browser | Phone, voice: int) -> None:
    """Both speak until each has heard the other's own words."""
    for speaker, listener, payload in (
        (one, two, bytes([voice]) * 160),
        (two, one, bytes([voice + 1]) * 160),
    ):
        heard = asyncio.create_task(listener.hear_until(payload))
        async with asyncio.timeout(5):
            while not heard.done():
                speaker.speak(payload)
                await asyncio.sleep(0.02)
        await heard


# Paths that are made


def test_a_browser_that_answers_is_connected_once_its_path_is_made() -> None:
    async def story() -> None:
        async with scene() as on:
            caller = await on.media.join("a")
            on.media.client.play("a", [on.media.sound("music", b"\x21" * 1600)], loop=True)
            offer, browser = await on.ring("b"), await on.browser()
            browser.hears_from(offer)
            description = browser.sdp(setup="active")
            accepting = asyncio.create_task(on.media.client.accept("b", description, bridge="a"))
            await on.media.client.stats()
            caller.heard_by_now()
            assert {(await caller.hear()).payload for _ in range(5)} == {b"\x21" * 160}
            await browser.connect()
            await accepting
            await converse(browser, caller, 0x31)

    perform(story())


def test_a_browser_that_calls_talks_with_a_plain_phone() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.caller("a")
            phone = await on.bridged_with_phone("a")
            await converse(browser, phone, 0x31)
            assert browser.strange == []

    perform(story())


def test_loopback_is_no_candidate_but_phones_keep_it() -> None:
    """RFC 8445 section 5.1.1.1; Firefox sends nothing there, on the same machine either."""

    async def story() -> None:
        async with scene() as on:
            plain, offered = (
                await on.media.client.offer("plain"),
                await on.media.client.offer("page", is_secure=True),
            )
            own = own_addresses(4)[0]
            assert "c=IN IP4 127.0.0.1" in plain
            assert f" {own} " in next(line for line in offered.splitlines() if "a=candidate" in line)
            assert f"c=IN IP4 {own}" in offered
            on.media.client.delete("plain")

    perform(story())


def test_a_browser_that_is_called_talks_with_another_one() -> None:
    async def story() -> None:
        async with scene() as on:
            caller, agent = await on.caller("a"), await on.browser()
            await on.answered_by("b", await on.ring("b"), agent)
            on.media.client.bridge("a", "b")
            await converse(caller, agent, 0x31)

    perform(story())


def test_a_path_is_used_as_soon_as_there_are_keys_and_the_browsers_choice_goes_before() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.browser()
            browser.hears_from(await on.media.client.answer("a", browser.sdp()))
            await browser.connect(nominate=False)
            phone = await on.bridged_with_phone("a")
            await converse(browser, phone, 0x31)
            browser.socket = await browser.new_socket()
            await browser.find_path()
            await converse(browser, phone, 0x33)

    perform(story())


def test_laws_are_translated_and_keys_passed_on_for_browsers_too() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.caller("a")
            phone = await on.media.join("b", codec=8)
            on.media.client.bridge("a", "b")
            await on.media.client.stats()
            browser.speak(b"\xff" * 160)
            heard = await phone.hear_until(b"\xd5" * 160)
            assert heard[-1].payload_type == 8
            browser.send(browser.srtp.protect(key_press(5, 9, 77, is_end=True)) if browser.srtp else b"")
            while (await phone.hear()).payload_type != 101:
                continue
            assert await on.media.event() == DtmfPressed("a", "5")

    perform(story())


def test_we_begin_the_handshake_when_the_browser_insists() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.browser()
            answer = await on.media.client.answer("a", browser.sdp(setup="passive"))
            assert attribute(answer, "setup") == "active"
            browser.hears_from(answer)
            await browser.connect(is_active=False)
            await converse(browser, await on.bridged_with_phone("a"), 0x31)

    perform(story())


def test_music_is_the_same_for_phones_and_browsers_in_one_stream_without_a_seam() -> None:
    async def story() -> None:
        async with scene() as on:
            music = on.media.sound("music", b"".join(bytes([number]) * 160 for number in range(100)))
            browser, phone = await on.caller("a"), await on.media.join("b")
            await browser.hear_until(SILENCE)
            for leg_id in ("a", "b"):
                on.media.client.play(leg_id, [music], loop=True)
            at_phone = [await phone.hear() for _ in range(50)]
            packets = [await browser.hear() for _ in range(50)]
            assert [packet.payload for packet in packets if packet.payload != SILENCE][5:10] == [
                packet.payload for packet in at_phone if packet.payload != SILENCE
            ][5:10]
            for before, after in itertools.pairwise(packets):
                assert after.ssrc == before.ssrc
                assert after.sequence == (before.sequence + 1) & 0xFFFF
            assert browser.strange == []

    perform(story())


def test_while_a_browser_waits_only_its_keys_are_decrypted() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.caller("a")
            await browser.hear()
            for _ in range(200):
                browser.speak()
            assert browser.srtp is not None
            browser.send(browser.srtp.protect(key_press(7, browser.sequence + 1, 5, is_end=True)))
            assert await on.media.event() == DtmfPressed("a", "7")
            assert (await on.media.client.stats())["packets_received"] < 20
            # What was never decrypted does not keep the rest from being so.
            browser.sequence += 1
            await converse(browser, await on.bridged_with_phone("a"), 0x31)

    perform(story())


def test_hold_and_reoffers_keep_the_path() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.caller("a")
            phone = await on.bridged_with_phone("a")
            await converse(browser, phone, 0x31)
            held = await on.media.client.answer("a", browser.sdp(direction="sendonly"))
            assert "a=recvonly" in held
            assert attribute(held, "ice-ufrag") == browser.theirs
            assert attribute(held, "setup") == "passive"
            browser.heard_by_now()
            phone.speak(b"\x44" * 160)
            await on.media.client.stats()
            assert b"\x44" * 160 not in [packet.payload for packet in browser.heard_by_now()]
            await on.media.client.answer("a", browser.sdp())
            await converse(browser, phone, 0x33)
            again = await on.media.client.offer("a")
            assert attribute(again, "setup") == "actpass"
            await on.media.client.accept("a", browser.sdp(setup="active"))
            await converse(browser, phone, 0x35)

    perform(story())


def test_reports_are_encrypted_both_ways() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.caller("a")
            await browser.hear()
            async with asyncio.timeout(12):
                while not browser.reports:  # RFC 3550: one within seven and a half seconds
                    await browser.hear()
            assert browser.strange == []

    perform(story())


# Who is not believed


@pytest.mark.parametrize("is_called", [True, False])
def test_another_certificate_than_that_of_the_description_is_never_heard(is_called: bool) -> None:
    async def story() -> None:
        async with scene() as on:
            impostor, wrong = await on.browser(), DtlsCertificate.make().fingerprint
            if is_called:
                with pytest.raises(NotAcceptable, match="does not match the fingerprint"):
                    await on.answered_by("a", await on.ring("a"), impostor, fingerprint=wrong)
            else:
                impostor.hears_from(await on.media.client.answer("a", impostor.sdp(fingerprint=wrong)))
                await impostor.connect()
                assert await on.media.event() == MediaDied("a")
            phone = await on.bridged_with_phone("a")
            for _ in range(10):
                impostor.speak(b"\x66" * 160)
                phone.speak()
            await on.refused(10)
            assert impostor.heard.empty()
            assert b"\x66" * 160 not in [packet[12:] for packet in phone.heard_by_now()]

    perform(story())


def test_nothing_is_sent_before_the_handshake_is_done() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.browser()
            browser.hears_from(await on.media.client.answer("a", browser.sdp()))
            on.media.client.play("a", [on.media.sound("music", b"\x21" * 1600)], loop=True)
            phone = await on.media.join("clock")
            await browser.find_path()
            for _ in range(5):
                await phone.hear()
            assert browser.strange == []
            browser.begin_handshake()
            assert (await browser.hear()).payload == b"\x21" * 160

    perform(story())


def test_a_strangers_greeting_and_all_that_comes_from_elsewhere_is_ignored() -> None:
    async def story() -> None:
        async with scene() as on:
            browser, stranger = await on.caller("a"), await on.browser()
            phone = await on.bridged_with_phone("a")
            await converse(browser, phone, 0x31)
            stranger.target, stranger.their_fingerprint = browser.target, browser.their_fingerprint
            before = (await on.media.client.stats())["packets_refused"]
            stranger.begin_handshake()
            elsewhere = await browser.new_socket()
            browser.send(browser.packet(b"\x66" * 160), elsewhere)
            browser.send(b"\x80\xc8" + bytes(30), elsewhere)
            await on.refused(before + 3)
            assert stranger.strange == []
            assert stranger.dtls is not None
            assert stranger.dtls.keys is None
            await converse(browser, phone, 0x33)
            assert b"\x66" * 160 not in [packet[12:] for packet in phone.heard_by_now()]

    perform(story())


def test_a_replayed_packet_is_heard_once() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.caller("a")
            phone = await on.bridged_with_phone("a")
            await converse(browser, phone, 0x31)
            before = (await on.media.client.stats())["packets_refused"]
            once, last = browser.packet(b"\x66" * 160), browser.packet(b"\x67" * 160)
            for datagram in (once, once, once, last):
                browser.send(datagram)
            heard = [packet.payload for packet in await phone.hear_until(b"\x67" * 160)]
            assert heard.count(b"\x66" * 160) == 1
            await on.refused(before + 2)

    perform(story())


def test_checks_with_wrong_credentials_get_no_answer() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.browser()
            browser.hears_from(await on.media.client.answer("a", browser.sdp()))
            browser.send(browser.check(password="x" * 22))
            browser.send(browser.check(username=f"{browser.theirs}:else"))
            browser.send(browser.check()[:-4])
            browser.send(browser.check(nominate=False))
            async with asyncio.timeout(3):
                await browser.answers.get()
            assert browser.answers.empty()

    perform(story())


def test_of_many_browsers_with_one_offer_only_the_accepted_one_can_connect() -> None:
    async def story() -> None:
        async with scene() as on:
            offer = await on.ring("a")
            winner, others = await on.browser(), [await on.browser() for _ in range(3)]
            for other in others:
                other.hears_from(offer)
                other.send(other.check())
            await on.answered_by("a", offer, winner)
            for other in others:
                other.send(other.check())
                other.begin_handshake()
            phone = await on.bridged_with_phone("a")
            await converse(winner, phone, 0x31)
            for other in others:
                assert other.answers.empty()
                assert other.dtls is not None
                assert other.dtls.keys is None

    perform(story())


def test_a_second_browser_that_answered_takes_over_when_it_is_accepted_and_not_before() -> None:
    async def story() -> None:
        async with scene() as on:
            offer = await on.ring("a")
            first, second = await on.browser(), await on.browser()
            await on.answered_by("a", offer, first)
            phone = await on.bridged_with_phone("a")
            on.media.client.relatch("a")
            await converse(first, phone, 0x31)
            await on.answered_by("a", offer, second)
            await converse(second, phone, 0x33)
            first.heard_by_now()
            first.speak(b"\x66" * 160)
            second.speak(b"\x67" * 160)
            heard = [packet.payload for packet in await phone.hear_until(b"\x67" * 160)]
            assert b"\x66" * 160 not in heard
            assert first.heard.empty()

    perform(story())


def test_hostile_datagrams_change_nothing() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.caller("a")
            phone = await on.bridged_with_phone("a")
            noise = random.Random(7)  # noqa: S311
            elsewhere = await browser.new_socket()
            valid = [browser.check(), browser.packet(), b"\x16\xfe\xfd" + bytes(40)]
            for number in range(600):
                datagram = bytearray(noise.choice([*valid, noise.randbytes(noise.randrange(1, 1900))]))
                for _ in range(noise.randrange(1, 4)):
                    datagram[noise.randrange(len(datagram))] = noise.randrange(256)
                browser.send(bytes(datagram), elsewhere if number % 2 else browser.socket)
                if number % 50 == 0:
                    await on.media.client.stats()
            browser.send(b"")
            await converse(browser, phone, 0x31)
            assert on.media.events.empty()

    perform(story())


# Paths that move, and paths that end


def test_a_browser_moves_to_another_network_and_is_followed() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.caller("a")
            phone = await on.bridged_with_phone("a")
            await converse(browser, phone, 0x31)
            old, browser.socket = browser.socket, await browser.new_socket()
            old.transport.close()
            await browser.find_path()
            await converse(browser, phone, 0x33)

    perform(story())


def test_a_nomination_replayed_from_elsewhere_moves_nothing() -> None:
    async def story() -> None:
        async with scene() as on:
            browser, thief = await on.caller("a"), await on.browser()
            phone = await on.bridged_with_phone("a")
            thief.target, thief.ufrag, thief.theirs = browser.target, browser.ufrag, browser.theirs
            thief.consents, thief.password = False, browser.password
            thief.send(browser.check())
            async with asyncio.timeout(3):
                await thief.answers.get()
            await converse(browser, phone, 0x31)
            assert thief.strange == []

    perform(story())


def test_a_restart_of_ice_keeps_the_keys_and_changes_our_credentials() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.caller("a")
            phone = await on.bridged_with_phone("a")
            await converse(browser, phone, 0x31)
            before = browser.theirs
            browser.restart_ice()
            answer = await on.media.client.answer("a", browser.sdp())
            browser.hears_from(answer)
            assert browser.theirs != before
            await converse(browser, phone, 0x33)  # by the old path
            browser.socket = await browser.new_socket()
            await browser.find_path()
            await converse(browser, phone, 0x35)

    perform(story())


def test_a_page_that_was_loaded_again_takes_its_call_over() -> None:
    async def story() -> None:
        async with scene() as on:
            before = await on.caller("a")
            phone = await on.bridged_with_phone("a")
            await converse(before, phone, 0x31)
            after = await on.browser()
            after.hears_from(await on.media.client.answer("a", after.sdp()))
            await after.connect()
            await converse(after, phone, 0x33)
            assert after.strange == []

    perform(story())


def test_without_consent_nothing_is_sent_any_more_and_the_leg_is_dead() -> None:
    async def story() -> None:
        async with scene(dead_after=1.0) as on:
            browser = await on.browser()
            browser.consents = False
            browser.hears_from(await on.media.client.answer("a", browser.sdp()))
            await browser.connect()
            await browser.hear()
            assert await on.media.event() == MediaDied("a")
            assert browser.asked
            clock = await on.media.join("clock")
            browser.heard_by_now()
            for _ in range(5):
                await clock.hear()
            assert browser.heard.empty()
            browser.send(browser.check())
            await on.media.client.stats()
            assert browser.answers.empty()

    perform(story())


def test_consent_keeps_a_silent_browser_alive() -> None:
    async def story() -> None:
        async with scene(dead_after=8.0) as on:
            browser = await on.browser()
            browser.hears_from(await on.media.client.answer("a", browser.sdp(direction="recvonly")))
            await browser.connect()
            async with asyncio.timeout(15):
                while (await on.media.client.stats())["ticks"] < 9 * 50:
                    await browser.hear()
            assert browser.asked >= 2
            assert on.media.events.empty()

    perform(story())


def test_a_browser_that_closes_is_sent_nothing_and_dead_when_it_stays_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(secure_path, "RETURN_SECONDS", 1.0)

    async def story() -> None:
        async with scene() as on:
            browser = await on.caller("a")
            await browser.hear()
            assert browser.dtls is not None
            browser.dtls._connection.shutdown()
            browser._carry(browser.dtls._output())
            clock = await on.media.join("clock")
            browser.heard_by_now()
            for _ in range(5):
                await clock.hear()
            assert browser.heard.empty()
            assert on.media.events.empty()
            assert await on.media.event() == MediaDied("a")

    perform(story())


def test_an_answer_without_a_path_fails_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secure_path, "SETUP_SECONDS", 0.3)

    async def story() -> None:
        async with scene() as on:
            offer, browser = await on.ring("a"), await on.browser()
            browser.hears_from(offer)
            with pytest.raises(MediaUnavailable, match="no encrypted audio path"):
                await on.media.client.accept("a", browser.sdp(setup="active"))
            # The next one may be luckier.
            await on.answered_by("a", offer, await on.browser())

    perform(story())


def test_a_browser_that_never_ends_its_handshake_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secure_path, "SETUP_SECONDS", 0.3)

    async def story() -> None:
        async with scene() as on:
            browser = await on.browser()
            browser.hears_from(await on.media.client.answer("a", browser.sdp()))
            await browser.find_path()
            assert await on.media.event() == MediaDied("a")

    perform(story())


def test_a_leg_may_be_deleted_or_answered_by_another_while_its_path_is_awaited() -> None:
    async def story() -> None:
        async with scene() as on:
            offer, first, second = await on.ring("a"), await on.browser(), await on.browser()
            waiting = asyncio.create_task(on.media.client.accept("a", first.sdp(setup="active")))
            await on.media.client.stats()
            await on.answered_by("a", offer, second)
            with pytest.raises(MediaUnavailable, match="another description"):
                await waiting
            await on.ring("b")
            waiting = asyncio.create_task(on.media.client.accept("b", first.sdp(setup="active")))
            await on.media.client.stats()
            on.media.client.delete("b")
            with pytest.raises(MediaUnavailable, match="was deleted"):
                await waiting
            assert (await on.media.client.stats())["legs"] == 1

    perform(story())


def test_descriptions_of_the_other_kind_and_bad_answers_are_refused() -> None:
    async def story() -> None:
        async with scene() as on:
            browser, phone = await on.caller("a"), await on.media.join("b")
            with pytest.raises(NotAcceptable, match="not supported here"):
                await on.media.client.answer("a", phone.sdp())
            with pytest.raises(NotAcceptable, match="only RTP/AVP"):
                await on.media.client.answer("b", browser.sdp())
            with pytest.raises(NotAcceptable, match="nobody to begin"):
                await on.media.client.accept("a", browser.sdp(setup="actpass"))
            with pytest.raises(NotAcceptable, match="a=fingerprint"):
                await on.media.client.answer("c", browser.sdp(fingerprint="00:11"))
            await converse(browser, await on.bridged_with_phone("a"), 0x31)
            assert (await on.media.client.stats())["legs"] == 3

    perform(story())


def test_hundreds_of_browsers_leave_no_file_open() -> None:
    async def story() -> None:
        async with scene() as on:
            await on.caller("first")
            on.media.client.delete("first")
            await on.media.client.stats()
            before = len(os.listdir("/proc/self/fd"))
            for _ in range(5):
                await asyncio.gather(*(on.ring(f"{number}") for number in range(50)))
                for number in range(50):
                    on.media.client.delete(f"{number}")
            await on.media.client.stats()
            assert len(os.listdir("/proc/self/fd")) == before

    perform(story())


# Restarts


async def _restart(on: Scene) -> None:
    await on.media.stop_worker()
    on.media.start_worker()


def test_a_restarted_worker_goes_on_with_the_same_keys_in_another_stream() -> None:
    async def story() -> None:
        async with scene() as on:
            caller, agent = await on.caller("a"), await on.browser()
            await on.answered_by("b", await on.ring("b"), agent)
            on.media.client.bridge("a", "b")
            phone, waiting = await on.media.join("c"), await on.caller("d")
            on.media.client.play("d", [on.media.sound("music", b"\x21" * 1600)], loop=True)
            await converse(caller, agent, 0x31)
            await waiting.hear_until(b"\x21" * 160)
            before = {(await waiting.hear()).ssrc}
            await _restart(on)
            await converse(caller, agent, 0x33)
            waiting.heard_by_now()
            assert (await waiting.hear_until(b"\x21" * 160))[-1].ssrc not in before
            await phone.hear()
            for browser in on.browsers:
                assert browser.strange == []
            # The same again: the worker's own secrets were kept, not those of its predecessor only.
            await _restart(on)
            await converse(caller, agent, 0x35)
            assert on.media.events.empty()

    perform(story())


def test_a_path_that_moved_is_restored_where_it_was_last() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.caller("a")
            browser.socket = await browser.new_socket()
            await browser.find_path()
            phone = await on.bridged_with_phone("a")
            await converse(browser, phone, 0x31)
            await until(lambda: on.media.client._legs["a"].secrets is not None)
            port = browser.socket.transport.get_extra_info("sockname")[1]
            await until(lambda: (on.media.client._legs["a"].secrets or {})["remote"][1] == port)
            await _restart(on)
            await converse(browser, phone, 0x33)

    perform(story())


def test_browsers_that_ring_can_still_answer_after_a_restart() -> None:
    async def story() -> None:
        async with scene() as on:
            offer, browser = await on.ring("a"), await on.browser()
            await _restart(on)
            await on.answered_by("a", offer, browser)
            await converse(browser, await on.bridged_with_phone("a"), 0x31)

    perform(story())


def test_secrets_are_not_written_down_and_a_new_client_is_told_them() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.caller("a")
            phone = await on.bridged_with_phone("a")
            await converse(browser, phone, 0x31)
            states = {leg_id: on.media.client.state(leg_id) for leg_id in on.media.client.leg_ids}
            journal = RECORDS.encode(states)
            assert browser.dtls is not None
            assert browser.dtls.keys is not None
            secrets = on.media.client._legs["a"].secrets
            assert secrets is not None
            for secret in ("PRIVATE KEY", secrets["keys"]["ours"], secrets["keys"]["theirs"]):
                assert secret in json.dumps(secrets)
                assert secret.encode() not in journal
                assert secret not in repr(on.media.client._legs["a"])
            await on.media.client.close()
            on.media.client = on.media.new_client()
            for leg_id, state in RECORDS.decode(journal).items():
                on.media.client.adopt(leg_id, state)
            await on.media.client.start()
            await on.media.client.wait_ready()
            await _restart(on)
            await converse(browser, phone, 0x33)
            assert on.media.events.empty()

    perform(story())


def _fingerprint(sdp: str) -> str:
    return sdp.split("a=fingerprint:sha-256 ")[1].split()[0]


async def _forget_all_keys(on: Scene, *leg_ids: str) -> None:
    """Worker and client die together: the next ones know what was written down."""
    states = {leg_id: on.media.client.state(leg_id) for leg_id in leg_ids}
    await on.media.client.close()
    await on.media.stop_worker()
    on.media.client = on.media.new_client()
    for leg_id, state in states.items():
        assert state is not None
        on.media.client.adopt(leg_id, state)
    on.media.start_worker()
    await on.media.client.start()
    await on.media.client.wait_ready()


def test_a_browser_whose_keys_nobody_knows_any_more_begins_anew_in_its_session() -> None:
    async def story() -> None:
        async with scene() as on:
            before = await on.caller("a")
            first = on.media.client.state("a")
            phone = await on.media.join("b")
            await _forget_all_keys(on, "a", "b")
            assert await on.media.event() == MediaLegLost("a", is_renewable=True)
            offer = await on.media.client.renew("a")
            on.media.client.bridge("a", "b")
            assert first is not None
            assert f"o=- {first.session_id} {first.version + 1} " in offer
            assert _fingerprint(offer) != _fingerprint(first.sdp)
            assert attribute(offer, "mid") == attribute(first.sdp, "mid")
            # What a browser keeps over this is its own identity; its socket and its keys are others.
            again = await on.browser()
            again.identity = before.identity
            await on.answered_by("a", offer, again)
            await converse(again, phone, 0x31)
            with pytest.raises(MediaUnavailable):
                await on.media.client.renew("a")

    perform(story())


def test_one_that_begins_anew_can_do_so_again_whoever_dies_meanwhile() -> None:
    async def story() -> None:
        async with scene() as on:
            browser = await on.caller("a")
            phone = await on.media.join("b")
            await _forget_all_keys(on, "a", "b")
            await on.media.event()
            await _forget_all_keys(on, "a", "b")  # before it was renewed
            assert await on.media.event() == MediaLegLost("a", is_renewable=True)
            await on.media.client.renew("a")
            await _forget_all_keys(on, "a", "b")  # before the browser has answered
            assert await on.media.event() == MediaLegLost("a", is_renewable=True)
            offer = await on.media.client.renew("a")
            on.media.client.bridge("a", "b")
            again = await on.browser()
            again.identity = browser.identity
            await on.answered_by("a", offer, again)
            await converse(again, phone, 0x31)

    perform(story())


def test_what_cannot_be_renewed_is_lost(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene() as on:
            await on.caller("recorded")
            on.media.client.record("recorded", str(tmp_path / "message.wav"), most_s=60, silence_s=0)
            await on.ring("ringing")
            await on.caller("deleted")
            await _forget_all_keys(on, "recorded", "ringing", "deleted")
            told = [await on.media.event() for _ in range(3)]
            assert {(each.leg_id, each.is_renewable) for each in told if isinstance(each, MediaLegLost)} == {
                ("recorded", False),
                ("ringing", True),
                ("deleted", True),
            }
            on.media.client.delete("deleted")
            on.media.client.delete("ringing")
            for leg_id in ("recorded", "ringing", "deleted", "unknown"):
                with pytest.raises(MediaUnavailable):
                    await on.media.client.renew(leg_id)
            assert (await on.media.client.stats())["ports_in_use"] == 0

    perform(story())
