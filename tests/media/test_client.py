"""Signalling and the worker: either may restart, calls go on; and nothing on the control socket does harm."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import sys
from typing import Any

import pytest
from tests.media.rig import PORTS, RECORDS, Phone, Studio, assert_gapless, key_press, perform, studio, talk

from huntline.media.client import MediaClient
from huntline.media.interface import (
    DtmfPressed,
    MediaLegLost,
    MediaSilent,
    MediaUnavailable,
    NotAcceptable,
    PlayFinished,
)
from huntline.media.worker.mixing import Mixer
from huntline.media.worker.wire import LONGEST_LINE, MediaLegState, event_line, event_of, line, message_in

_WORKER = """
import sys, uvloop
from huntline.media.worker.server import run
uvloop.run(run(sys.argv[1], "127.0.0.1", range(int(sys.argv[2]), int(sys.argv[3]))))
"""


async def _restart(media: Studio) -> None:
    await media.stop_worker()
    media.start_worker()


async def _bridged(media: Studio) -> tuple[Phone, Phone]:
    return await _bridged_pair(media, "a", "b")


async def _bridged_pair(media: Studio, leg_a: str, leg_b: str) -> tuple[Phone, Phone]:
    one, two = await media.join(leg_a), await media.join(leg_b)
    media.client.bridge(leg_a, leg_b)
    await media.client.stats()
    return one, two


def test_after_a_restart_of_the_worker_all_legs_go_on_at_the_same_ports() -> None:
    async def story() -> None:
        async with studio() as media:
            one, two = await _bridged(media)
            waiting, greeted = await media.join("c"), await media.join("d")
            media.client.play("c", [media.sound("music", b"\x21" * 1600)], loop=True)
            greeting = media.sound("greeting", b"\x11" * 160 * 40)
            media.client.play("d", [greeting], loop=False)
            await talk(one, two, 0x31)
            await _restart(media)
            await talk(one, two, 0x32)
            waiting.heard_by_now()
            await waiting.hear_until(b"\x21" * 160)
            assert await media.event() == PlayFinished("d", (greeting,))
            greeted.heard_by_now()
            assert (await greeted.hear()).payload == b"\xff" * 160
            counts = await media.client.stats()
            assert (counts["legs"], counts["bridged_legs"]) == (4, 2)

    perform(story())


async def _rung(media: Studio) -> tuple[Phone, Phone, asyncio.Task[None]]:
    """A caller "a" on music, a phone that is offered the leg "b", and its answer on the way, to be connected
    with the caller."""
    caller, rung = await media.join("a"), media.phone()
    media.client.play("a", [media.sound("music", b"\x21" * 1600)], loop=True)
    rung.hears_from(await media.client.offer("b", like="a"))
    await caller.hear_until(b"\x21" * 160)
    accepting = asyncio.create_task(media.client.accept("b", rung.sdp(), bridge="a"))
    await asyncio.sleep(0)
    return caller, rung, accepting


def test_whose_answer_is_accepted_can_be_connected_by_the_same_message() -> None:
    async def story() -> None:
        async with studio() as media:
            caller, rung, accepting = await _rung(media)
            await accepting
            media.client.bridge("b", "a")
            await talk(caller, rung, 0x31)
            assert (await media.client.stats())["bridged_legs"] == 2
            states = {leg_id: media.client.state(leg_id) for leg_id in "ab"}
            heard = {leg_id: (each.bridge, each.play) for leg_id, each in states.items() if each is not None}
            assert heard == {"a": ("b", None), "b": ("a", None)}

    perform(story())


def test_who_was_to_be_connected_with_a_leg_that_is_deleted_meanwhile_hears_music_on() -> None:
    async def story() -> None:
        async with studio() as media:
            caller, _, accepting = await _rung(media)
            media.client.delete("b")
            with pytest.raises(MediaUnavailable):
                await accepting
            await media.client.stats()
            caller.heard_by_now()
            assert {(await caller.hear()).payload for _ in range(5)} == {b"\x21" * 160}

    perform(story())


def test_whom_an_answer_that_is_not_acceptable_was_to_connect_hears_music_on() -> None:
    async def story() -> None:
        async with studio() as media:
            caller, rung, accepting = await _rung(media)
            await accepting
            media.client.play("a", [media.sound("other", b"\x22" * 1600)], loop=True)
            with pytest.raises(NotAcceptable):
                await media.client.accept("b", rung.sdp(codec=99), bridge="a")
            caller.heard_by_now()
            assert {(await caller.hear()).payload for _ in range(5)} == {b"\x22" * 160}

    perform(story())


def test_a_killed_worker_is_replaced_without_a_word() -> None:
    async def story() -> None:
        async with studio() as media:
            await media.stop_worker()
            arguments = [str(media.control_path), str(PORTS.start), str(PORTS.stop)]
            worker = await asyncio.create_subprocess_exec(sys.executable, "-c", _WORKER, *arguments)
            with contextlib.suppress(MediaUnavailable):  # it may take long to start
                await media.client.stats()
            async with asyncio.timeout(10):
                await media.client.wait_ready()
            one, two = await _bridged(media)
            await talk(one, two, 0x31)
            worker.send_signal(signal.SIGKILL)
            await worker.wait()
            media.start_worker()
            await talk(one, two, 0x32)
            assert media.events.empty()

    perform(story())


def test_what_is_told_to_a_worker_in_the_turn_in_which_it_goes_does_no_harm() -> None:
    async def story() -> None:
        async with studio() as media:
            loop, faults = asyncio.get_running_loop(), list[dict[str, Any]]()
            loop.set_exception_handler(lambda _, fault: faults.append(fault))
            await media.join("a")
            is_over = False

            def tell_in_every_turn() -> None:
                media.client.stop("a")
                if not is_over:
                    loop.call_soon(tell_in_every_turn)

            tell_in_every_turn()
            for _ in range(10):
                await _restart(media)
                async with asyncio.timeout(5):
                    await media.client.wait_ready()
            is_over = True
            assert faults == []

    perform(story())


def test_a_leg_whose_port_was_taken_meanwhile_is_lost() -> None:
    async def story() -> None:
        async with studio() as media:
            one, _ = await _bridged(media)
            await media.stop_worker()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as thief:
                thief.bind(one.target)
                media.start_worker()
                assert await media.event() == MediaLegLost("a")
            assert media.client.state("a") is None
            counts = await media.client.stats()
            assert (counts["legs"], counts["bridged_legs"]) == (1, 0)

    perform(story())


def test_verbs_given_while_the_worker_is_away_are_made_good() -> None:
    async def story() -> None:
        async with studio() as media:
            one, _ = await _bridged(media)
            third = await media.join("c")
            await media.stop_worker()
            media.client.delete("b")
            media.client.bridge("a", "c")
            media.client.play("c", [media.sound("music", b"\x21" * 1600)], loop=True)
            late = asyncio.create_task(media.client.offer("d"))
            await asyncio.sleep(0.1)
            media.start_worker()
            assert "m=audio" in await late
            await third.hear_until(b"\x21" * 160)
            media.client.stop("c")
            await talk(one, third, 0x33)
            assert sorted(media.client.leg_ids) == ["a", "c", "d"]
            assert (await media.client.stats())["legs"] == 3

    perform(story())


def test_without_a_worker_a_verb_fails_in_time_and_leaves_nothing() -> None:
    async def story() -> None:
        async with studio() as media:
            await media.stop_worker()
            started = asyncio.get_running_loop().time()
            with pytest.raises(MediaUnavailable):
                await media.client.offer("a")
            assert asyncio.get_running_loop().time() - started < 4
            media.start_worker()
            assert (await media.client.stats())["legs"] == 0

    perform(story())


def test_audio_goes_on_while_signalling_is_away_and_it_takes_its_legs_over() -> None:
    async def story() -> None:
        async with studio() as media:
            one, two = await _bridged(media)
            await media.join("forgotten")
            journal = {leg_id: media.client.state(leg_id) for leg_id in ("a", "b")}
            await media.client.close()
            await talk(one, two, 0x31)
            one.send(key_press(7, 99, 99_999, is_end=True))

            media.client = successor = media.new_client()
            for leg_id, state in journal.items():
                assert state is not None
                successor.adopt(leg_id, RECORDS.decode(RECORDS.encode(state)))
            await successor.start()
            await successor.wait_ready()
            assert await media.event() == DtmfPressed("a", "7")  # pressed while nobody was there
            assert (await successor.stats())["legs"] == 2
            await talk(one, two, 0x32)

    perform(story())


def test_nobody_hears_that_another_client_took_over() -> None:
    async def story() -> None:
        async with studio() as media:
            one, two = await _bridged(media)
            music, greeted = await media.join("c"), await media.join("d")
            media.client.play("c", [media.sound("music", b"\x21" * 1600)], loop=True)
            rising = b"".join(bytes([number]) * 160 for number in range(1, 80))
            media.client.play("d", [media.sound("greeting", rising)], loop=False)
            await talk(one, two, 0x31)
            await music.hear_until(b"\x21" * 160)
            await greeted.hear_until(bytes([10]) * 160)
            two.heard_by_now()
            one.speak(b"\x41" * 160)
            before = await two.hear()

            await media.succeed()

            assert_gapless([await music.hear() for _ in range(40)])
            one.speak(b"\x42" * 160)
            after = await two.hear()
            assert (after.ssrc, after.sequence) == (before.ssrc, before.sequence + 1 & 0xFFFF)
            assert (
                after.timestamp == before.timestamp + 160 & 0xFFFFFFFF
            )  # as the speaker counts, not our clock
            heard = await greeted.hear_until(bytes([60]) * 160)
            assert_gapless(heard)
            assert [packet.payload[0] for packet in heard] == list(range(11, 61))

    perform(story())


@pytest.mark.parametrize("dies", ["client", "worker"])
def test_lists_and_announcements_go_on_after_a_death(dies: str) -> None:
    async def story() -> None:
        async with studio() as media:
            prompted, announced = await media.join("a"), await media.join("b")
            rising = [media.sound(f"p{n}", bytes([n]) * 160 * 20) for n in range(1, 6)]
            media.client.play("a", rising, loop=False)
            music, speech = media.sound("music", b"\x21" * 1600), media.sound("speech", b"\x31" * 160 * 100)
            media.client.play("b", [music], loop=True)
            media.client.announce("b", [speech])
            await prompted.hear_until(bytes([2]) * 160)
            before = await announced.hear_until(Mixer.of("PCMU").mix(b"\x31" * 160, b"\x21" * 160))
            if dies == "client":
                await media.succeed()
            else:
                await media.stop_worker()
                media.start_worker()
            later = await prompted.hear_until(bytes([5]) * 160)
            heard = {packet.payload[0] for packet in later} - {0xFF}
            assert 1 not in heard  # not from its beginning
            # Nothing but speech over music, until it is over.
            during = await announced.hear_until(b"\x21" * 160)
            if dies == "client":
                assert {packet.payload for packet in during[:-1]} == {before[-1].payload}
            ends = {type(event): event for event in (await media.event(), await media.event())}
            assert list(ends) == [PlayFinished]
            assert media.client.state("a") is not None
            for leg_id in "ab":
                state = media.client.state(leg_id)
                assert state is not None
                assert state.announcement is None
                assert (state.play is None) == (leg_id == "a")

    perform(story())


@pytest.mark.parametrize("dies", ["signalling", "media"])
def test_who_hears_themselves_still_does_after_a_death(dies: str) -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            media.client.bridge("a", "a")
            await media.client.stats()
            await talk(phone, phone, 0x31)
            if dies == "signalling":
                await media.succeed()
            else:
                await media.stop_worker()
                media.start_worker()
            await media.client.stats()
            await talk(phone, phone, 0x32)
            assert (await media.client.stats())["bridged_legs"] == 1
            media.client.unbridge("a")
            await media.client.stats()
            phone.heard_by_now()
            phone.speak(b"\x33" * 160)
            assert {(await phone.hear()).payload for _ in range(3)} == {b"\xff" * 160}

    perform(story())


def test_verbs_that_a_dead_client_wrote_down_but_did_not_send_are_made_good() -> None:
    async def story() -> None:
        async with studio() as media:
            one, two = await media.join("a"), await media.join("b")
            third, fourth = await _bridged_pair(media, "c", "d")
            await media.client.close()  # from here on it only writes down
            media.client.bridge("a", "b")
            media.client.unbridge("c")
            media.client.play("c", [media.sound("music", b"\x21" * 1600)], loop=True)
            await media.succeed()
            await talk(one, two, 0x31)
            await third.hear_until(b"\x21" * 160)
            fourth.heard_by_now()
            third.speak(b"\x51" * 160)
            assert {(await fourth.hear()).payload for _ in range(5)} == {b"\xff" * 160}

    perform(story())


def test_a_description_that_the_dead_client_never_learnt_is_taken_back() -> None:
    async def story() -> None:
        async with studio() as media:
            phone = await media.join("a")
            known, told = media.client.state("a"), await media.client.offer("a")
            assert await media.client.answer("a", phone.sdp(codec=8, direction="sendonly")) != told
            await media.succeed(a=known)
            assert await media.client.offer("a") == told
            media.client.play("a", [media.sound("music", b"\x21" * 1600, b"\x22" * 1600)], loop=True)
            await phone.hear_until(b"\x21" * 160)

    perform(story())


def test_a_ringing_tone_that_ended_when_the_party_was_heard_does_not_come_back() -> None:
    async def story() -> None:
        async with studio() as media:
            caller, callee = await media.join("a"), await media.join("b")
            media.client.bridge_early("a", "b", media.sound("ringing", b"\x11" * 160 * 500))
            await caller.hear_until(b"\x11" * 160)
            await talk(callee, caller, 0x31)
            state = media.client.state("a")
            assert state is not None
            assert state.play is not None  # nobody told the client
            await media.succeed()
            caller.heard_by_now()
            callee.speak(b"\x32" * 160)
            assert (await caller.hear()).payload == b"\x32" * 160

    perform(story())


def test_legs_that_nobody_claims_are_deleted_after_a_while_and_not_before() -> None:
    async def story() -> None:
        async with studio(abandoned_after=0.3) as media:
            one, two = await _bridged(media)
            for _ in range(3):
                await media.succeed()
                await asyncio.sleep(0.2)  # together longer than a client may be away
            await talk(one, two, 0x31)
            await media.client.close()
            raw = await RawClient.connect(media)  # asks, but claims nothing
            async with asyncio.timeout(3):
                while await raw.legs():
                    continue
            await raw.close()
            await media.client.start()
            await media.client.wait_ready()
            await talk(one, two, 0x32)  # whoever comes later makes them again

    perform(story())


def test_each_change_of_a_leg_is_told_once() -> None:
    async def story() -> None:
        async with studio() as media:
            told: list[str] = []
            await media.client.close()
            media.client = client = MediaClient([media.control_path], media.events.put_nowait, told.append)
            await client.start()
            await media.join("a")
            await media.join("b")
            assert told == ["a", "b"]
            client.bridge("a", "b")
            client.bridge("a", "b")
            assert told[2:] == ["a", "b"]
            client.play("a", ["/nowhere"], loop=False)
            assert told[4:] == ["a"]
            assert isinstance(await media.event(), PlayFinished)
            assert told[5:] == ["a"]
            client.stop("a")
            client.delete("b")
            assert told[6:] == ["b", "a", "b"]
            assert client.state("b") is None

    perform(story())


def test_a_cancelled_offer_leaves_no_leg() -> None:
    async def story() -> None:
        async with studio() as media:
            asking = asyncio.create_task(media.client.offer("a"))
            await asyncio.sleep(0)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
            deleted = asyncio.create_task(media.client.offer("b"))
            await asyncio.sleep(0)
            media.client.delete("b")
            with pytest.raises(MediaUnavailable):
                await deleted
            assert media.client.leg_ids == []
            assert (await media.client.stats())["legs"] == 0

    perform(story())


def test_a_listener_that_fails_does_not_end_the_client() -> None:
    async def story() -> None:
        async with studio() as media:

            def fail(event: object) -> None:
                raise RuntimeError("not today")

            media.hear = fail
            await media.join("a")
            media.client.play("a", ["/nowhere"], loop=False)
            assert (await media.client.stats())["legs"] == 1

    perform(story())


def test_descriptions_change_their_version_only_with_their_content() -> None:
    async def story() -> None:
        async with studio() as media:
            first = await media.client.offer("a")
            assert await media.client.offer("a") == first
            european = media.phone()
            await media.client.answer("b", european.sdp(codec=8, events=97))
            changed = await media.client.offer("a", like="b")
            assert "RTP/AVP 8 0 97" in changed
            assert [line.split()[2] for line in changed.splitlines() if line.startswith("o=")] == ["2"]

    perform(story())


# The control socket


class RawClient:
    """Writes any bytes to the control socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, media: Studio) -> RawClient:
        return cls(*await asyncio.open_unix_connection(media.control_path))

    async def answer(self) -> dict[str, Any]:
        async with asyncio.timeout(3):
            message: dict[str, Any] = json.loads(await self.reader.readline())
        return message

    async def legs(self) -> int:
        """How many the worker has."""
        self.writer.write(b'{"id":1,"verb":"stats"}\n')
        legs: int = (await self.answer())["result"]["legs"]
        return legs

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


def test_lines_that_are_no_verbs_are_refused_one_by_one() -> None:
    async def story() -> None:
        async with studio() as media:
            raw = await RawClient.connect(media)
            lines = [
                b"",
                b"\xff\xfe",
                b"[1]",
                b"7",
                b"null",
                b"[" * 100_000,
                b'{"verb":"dance"}',
                b'{"verb":["offer"],"leg":"a"}',
                b'{"verb":"offer","leg":7}',
                b'{"verb":"offer"}',
                b'{"verb":"play","leg":"a"}',
                b'{"verb":"keep"}',
                b'{"verb":"keep","legs":7}',
                b'{"verb":"restore","leg":"a"}',
                b'{"verb":"restore","leg":"a","state":{"port":"x"}}',
                b'{"verb":"restore","leg":"a","state":{"port":9,"session_id":1,"version":1,"sdp":""}}',
            ]
            for line in lines:
                raw.writer.write(line + b"\n")
                assert "error" in await raw.answer()
            raw.writer.write(b'{"id":5,"verb":"stats"}\n')
            assert (await raw.answer())["result"]["legs"] == 0
            await raw.close()
            assert (await media.client.stats())["ports_in_use"] == 0

    perform(story())


def test_a_line_without_end_ends_the_connection() -> None:
    async def story() -> None:
        async with studio() as media:
            raw = await RawClient.connect(media)
            raw.writer.write(b"x" * (LONGEST_LINE + 2))
            async with asyncio.timeout(3):
                assert await raw.reader.read() == b""
            await raw.close()
            await media.client.stats()

    perform(story())


def test_a_restored_leg_with_nonsense_in_it_gives_its_ports_back() -> None:
    async def story() -> None:
        async with studio() as media:
            raw = await RawClient.connect(media)
            for agreed in ({}, {"address": 7}, {"x": 1}):
                state = MediaLegState(PORTS.start, 1, 1, "", agreed)
                request = {"id": 1, "verb": "restore", "leg": "a", "state": state.to_dict()}
                raw.writer.write(json.dumps(request).encode() + b"\n")
                assert "error" in await raw.answer()
            await raw.close()
            assert (await media.client.stats())["ports_in_use"] == 0

    perform(story())


def test_a_new_client_replaces_the_old_one() -> None:
    async def story() -> None:
        async with studio() as media:
            first, second = await RawClient.connect(media), await RawClient.connect(media)
            await media.client.close()
            for raw in (first, second):
                raw.writer.write(b'{"id":1,"verb":"keep","legs":[]}\n')
                assert await raw.answer() == {"id": 1, "result": []}
            async with asyncio.timeout(3):
                assert await first.reader.read() == b""
            await first.close()
            await second.close()
            await media.client.start()
            await media.client.wait_ready()

    perform(story())


def test_events_travel_unchanged() -> None:
    for event in (PlayFinished("a", ("b",), "c"), DtmfPressed("a", "#"), MediaSilent("a"), MediaLegLost("a")):
        assert event_of(message_in(event_line(event))) == event


def test_bytes_of_a_phone_that_are_no_text_come_through() -> None:
    message = {
        "verb": "answer",
        "sdp": "v=0\r\ns=\udcff\r\n",
        "name": "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}",
    }
    assert message_in(line(message)) == message


def test_what_is_no_message_is_refused_as_a_value() -> None:
    for text in (b"{", b"\xff", b""):
        with pytest.raises(ValueError, match=r"Expecting|decode"):
            message_in(text)


def test_fifty_offers_at_once_are_answered_together() -> None:
    async def story() -> None:
        async with studio() as media:
            answers = await asyncio.gather(*(media.client.offer(f"{number}") for number in range(50)))
            assert len(set(answers)) == 50
            assert (await media.client.stats())["ports_in_use"] == 100

    perform(story())


def test_a_leg_deleted_in_the_very_turn_its_answer_comes_stays_deleted() -> None:
    async def story() -> None:
        async with studio() as media:
            for turns in range(1, 40):
                await media.client.offer("a")
                asking = asyncio.create_task(media.client.offer("a"))
                for _ in range(turns):
                    await asyncio.sleep(0)
                media.client.delete("a")
                await asyncio.gather(asking, return_exceptions=True)
                assert media.client.usage()["media_legs"] == 0
            assert (await media.client.stats())["legs"] == 0

    perform(story())
