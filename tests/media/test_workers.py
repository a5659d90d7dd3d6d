"""Several workers: who gets a leg, legs that are brought together, and the death of one of them."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.media.rig import PORTS, Phone, Studio, assert_gapless, perform, studio, talk

from huntline.media import wav
from huntline.media.interface import MediaUnavailable, RecordingEnded
from huntline.media.placement import Placement
from huntline.media.worker.ports import PortPool, Share

VOICE = b"\x21" * 160


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from([None, 0, 1, 2])), max_size=40))
def test_a_leg_is_with_one_worker_and_the_counts_are_true(steps: list[tuple[str, int | None]]) -> None:
    placement, expected = Placement(3), dict[str, int]()
    for leg_id, worker in steps:
        if worker is None:
            placement.forget(leg_id)
            expected.pop(leg_id, None)
        else:
            placement.place(leg_id, worker)
            expected[leg_id] = worker
    by_worker = [{leg for leg, worker in expected.items() if worker == number} for number in range(3)]
    assert [placement.legs_of(number) for number in range(3)] == by_worker
    assert {leg: placement.worker_of(leg) for leg in "abcdef"} == {leg: expected.get(leg) for leg in "abcdef"}
    fewest = min(map(len, by_worker))
    assert len(by_worker[placement.worker_for_more(())]) == fewest
    assert placement.worker_for_more([1]) == 1


def test_a_worker_has_some_legs_before_the_next_one_is_given_any() -> None:
    placement = Placement(3, easy=2)
    for number in range(9):
        placement.place(str(number), placement.worker_for_more((0, 1, 2)))
    assert [sorted(placement.legs_of(worker)) for worker in range(3)] == [
        ["0", "1", "6"],
        ["2", "3", "7"],
        ["4", "5", "8"],
    ]
    placement.forget("2")
    placement.forget("7")
    assert placement.worker_for_more((0, 1, 2)) == 1
    assert placement.worker_for_more((0, 2)) == 0


def test_each_worker_has_ports_of_its_own_and_restores_any() -> None:
    ports = range(PORTS.start, PORTS.start + 9)
    pools = [PortPool("127.0.0.1", ports, Share(number, 3)) for number in range(3)]
    taken = [pool.open() for pool in (*pools, pools[0])]
    assert len({port for port, _ in taken}) == 4
    with pytest.raises(MediaUnavailable, match="no media port is free"):
        pools[1].open()
    port, sockets = taken[1]
    with pytest.raises(MediaUnavailable, match="Address already in use"):
        pools[2].reopen(port)
    for each in sockets:
        each.close()
    pools[1].give_back(port)
    again = pools[2].reopen(port)
    with pytest.raises(MediaUnavailable, match="no media port is free"):
        pools[1].open()  # its only pair is with another one now
    for each in again:
        each.close()
    pools[2].give_back(port)
    assert pools[2].in_use == 2
    with pytest.raises(MediaUnavailable, match="not in the range"):
        pools[0].reopen(ports.stop + 1)
    for _, sockets in (taken[0], taken[2], taken[3], pools[1].open()):
        for each in sockets:
            each.close()


async def _legs_of(media: Studio, number: int) -> int:
    reader, writer = await asyncio.open_unix_connection(media.control_paths[number])
    writer.write(b'{"id":1,"verb":"stats"}\n')
    legs: int = json.loads(await reader.readline())["result"]["legs"]
    writer.close()
    await writer.wait_closed()
    return legs


async def _load(media: Studio) -> list[int]:
    await media.client.stats()
    return [await _legs_of(media, number) for number in range(len(media.control_paths))]


async def _apart(media: Studio) -> tuple[Phone, Phone]:
    """Legs ``a`` and ``b``, each with a worker of its own."""
    phones = await media.join("a"), await media.join("b")
    assert await _load(media) == [1, 1]
    return phones


def test_a_new_leg_is_with_the_worker_of_the_one_it_is_like_else_where_there_are_fewest() -> None:
    async def story() -> None:
        async with studio(workers=2) as media:
            for leg_id in "abc":
                await media.join(leg_id)
            assert await _load(media) == [2, 1]
            for leg_id in ("like a", "like a, too"):
                await media.client.offer(leg_id, like="a")
            assert await _load(media) == [4, 1]
            await media.join("d")
            assert await _load(media) == [4, 2]
            media.client.delete("b")
            media.client.delete("d")
            await media.join("e")
            assert await _load(media) == [4, 1]

    perform(story())


def test_legs_that_are_bridged_are_brought_together_and_keep_their_ports() -> None:
    async def story() -> None:
        async with studio(workers=2) as media:
            one, two = await _apart(media)
            media.client.play("a", [media.sound("music", b"\x11" * 160 * 50)], loop=True)
            await one.hear_until(b"\x11" * 160)
            media.client.bridge("a", "b")
            await talk(one, two, 0x31)
            assert await _load(media) == [2, 0]
            assert (await media.client.stats())["bridged_legs"] == 2
            media.client.unbridge("a")
            await media.client.stats()
            one.heard_by_now()
            assert {(await one.hear()).payload for _ in range(3)} == {b"\xff" * 160}

    perform(story())


def test_who_is_brought_to_another_worker_hears_one_stream_all_the_time() -> None:
    async def story() -> None:
        async with studio(workers=2) as media:
            one, two = await _apart(media)
            media.client.play("b", [media.sound("music", b"\x11" * 160 * 50)], loop=True)
            heard = await two.hear_until(b"\x11" * 160)
            media.client.bridge("a", "b")
            await media.client.stats()
            one.speak(VOICE)
            heard += await two.hear_until(VOICE)
            media.client.play("b", [media.sound("music", b"\x12" * 160 * 50)], loop=True)
            heard += await two.hear_until(b"\x12" * 160)
            assert_gapless(heard)

    perform(story())


def test_greetings_end_in_the_order_in_which_they_began_whatever_worker_plays_them() -> None:
    async def story() -> None:
        async with studio(workers=3) as media:
            names = [f"leg {number}" for number in range(12)]
            for name in names:
                await media.join(name)
            assert await _load(media) == [4, 4, 4]
            greeting = media.sound("greeting", VOICE * 5)
            for name in names:
                media.client.play(name, [greeting], loop=False)
                await asyncio.sleep(0.003)
            ends = [await media.event() for _ in names]
            assert [event.leg_id for event in ends] == names

    perform(story())


def test_a_party_that_answers_where_another_worker_has_the_caller_is_connected() -> None:
    async def story() -> None:
        async with studio(workers=2) as media:
            caller = await media.join("a")
            called = media.phone()
            called.hears_from(await media.client.offer("b"))
            assert await _load(media) == [1, 1]
            await media.client.accept("b", called.sdp(), bridge="a")
            await talk(caller, called, 0x31)

    perform(story())


def test_what_is_offered_like_a_leg_of_another_worker_comes_to_it() -> None:
    async def story() -> None:
        async with studio(workers=2) as media:
            one, two = media.phone(), media.phone()
            one.hears_from(await media.client.answer("a", one.sdp(codec=8)))
            two.hears_from(await media.client.answer("b", two.sdp()))
            offered = await media.client.offer("b", like="a")
            assert f"m=audio {two.target[1]} RTP/AVP 8 0" in offered
            await media.client.accept("b", two.sdp(codec=8), bridge="a")
            two.speak(payload_type=8)
            assert (await one.hear()).payload_type == 8
            assert await _load(media) == [2, 0]

    perform(story())


def test_a_ringing_tone_is_heard_until_a_speaker_of_another_worker_is() -> None:
    async def story() -> None:
        async with studio(workers=2) as media:
            listener, speaker = await _apart(media)
            media.client.bridge_early("a", "b", media.sound("ringing", b"\x11" * 160 * 500))
            await media.client.stats()
            assert await _load(media) == [2, 0]
            listener.heard_by_now()
            await listener.hear_until(b"\x11" * 160)
            await talk(speaker, listener, 0x31)

    perform(story())


def test_a_recording_goes_on_where_the_other_party_is_brought_to_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with studio(workers=2) as media:
            one, two = await _apart(media)
            path = tmp_path / "b.wav"
            media.client.record("b", str(path), most_s=60, silence_s=60)
            media.client.bridge("a", "b")
            await talk(one, two, 0x31)
            assert await _load(media) == [0, 2]
            third = await media.join("c")
            media.client.record("c", str(tmp_path / "c.wav"), most_s=60, silence_s=60)
            media.client.bridge("b", "c")  # one of both recordings has to move
            await talk(two, third, 0x32)
            assert media.events.empty()
            media.client.delete("b")
            media.client.delete("c")
            ends = [await media.event(), await media.event()]
            assert {event.leg_id for event in ends} == {"b", "c"}
            assert all(isinstance(event, RecordingEnded) for event in ends)
            assert len(wav.read(path).audio) > 160

    perform(story())


@pytest.mark.parametrize("number", [0, 1])
def test_the_death_of_a_worker_is_not_heard_by_the_legs_of_another(number: int) -> None:
    async def story() -> None:
        async with studio(workers=2) as media:
            pairs = {}
            for leg_a, leg_b in ("ab", "cd"):
                first, second = await media.join(leg_a), media.phone()
                second.hears_from(await media.client.offer(leg_b, like=leg_a))
                await media.client.accept(leg_b, second.sdp(), bridge=leg_a)
                pairs[leg_a] = first, second
            assert await _load(media) == [2, 2]
            lucky, hurt = (pairs["c"], pairs["a"]) if number == 0 else (pairs["a"], pairs["c"])
            await talk(*lucky, 0x31)
            await media.stop_worker(number)
            lucky[1].heard_by_now()
            for _ in range(5):
                lucky[0].speak(b"\x41" * 160)
            assert_gapless([await lucky[1].hear() for _ in range(5)])
            await media.join("e")  # goes where a worker is
            media.start_worker(number)
            await media.client.wait_ready()
            await talk(*hurt, 0x32)
            await talk(*lucky, 0x33)
            assert await _load(media) == ([2, 3] if number == 0 else [3, 2])

    perform(story())


@pytest.mark.parametrize("which", [0, 1])
def test_legs_are_brought_together_although_a_worker_is_away(which: int) -> None:
    async def story() -> None:
        async with studio(workers=2) as media:
            one, two = await _apart(media)
            await media.stop_worker(which)
            media.client.bridge("a", "b")
            await asyncio.sleep(0.05)
            media.start_worker(which)
            await media.client.wait_ready()
            await talk(one, two, 0x31)
            assert await _load(media) == [2, 0]

    perform(story())


def test_signalling_that_dies_in_the_middle_of_a_move_has_a_successor_that_brings_it_to_an_end() -> None:
    async def story() -> None:
        async with studio(workers=2) as media:
            one, two = await _apart(media)
            media.client.bridge("a", "b")  # of which no worker has heard yet
            await media.succeed()
            await talk(one, two, 0x31)
            assert await _load(media) == [2, 0]

    perform(story())


def test_a_leg_that_is_deleted_on_its_way_leaves_nothing() -> None:
    async def story() -> None:
        async with studio(workers=2) as media:
            one, _ = await _apart(media)
            media.client.bridge("a", "b")
            await asyncio.sleep(0)  # it is being given up
            media.client.delete("b")
            with pytest.raises(MediaUnavailable):
                await media.client.accept("b", one.sdp())
            media.client.play("a", [media.sound("music", VOICE * 50)], loop=True)
            await one.hear_until(VOICE)
            assert await _load(media) == [1, 0]

    perform(story())


def test_where_there_are_fewer_workers_than_before_the_others_have_all_legs() -> None:
    async def story() -> None:
        async with studio(workers=2) as media:
            one, two = await _apart(media)
            media.control_paths.pop()
            succeeding = asyncio.create_task(media.succeed())
            await asyncio.sleep(0.05)  # the worker too many lives a little longer than it should
            await media.stop_worker(1)
            await succeeding
            media.client.bridge("a", "b")
            await talk(one, two, 0x32)
            assert await _load(media) == [2]

    perform(story())


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_asked_for_in_whatever_order_is_so_in_the_end(seed: int) -> None:
    async def story() -> None:
        chance = random.Random(seed)  # noqa: S311
        async with studio(workers=3) as media:
            names = "abcdefgh"
            phones = {name: await media.join(name) for name in names}
            music = media.sound("music", VOICE * 50)
            for _ in range(150):
                first, second = chance.sample(names, 2)
                match chance.randrange(7):
                    case 0 | 1 | 2:
                        media.client.bridge(first, second)
                    case 3:
                        media.client.unbridge(first)
                    case 4:
                        media.client.play(first, [music], loop=True)
                    case 5:
                        media.client.bridge_early(first, second, music)
                    case _:
                        await asyncio.sleep(chance.choice([0, 0, 0.001, 0.01]))
            states = {name: media.client.state(name) for name in names}
            assert all(state is not None for state in states.values())
            bridged = {name: state.bridge for name, state in states.items() if state and state.bridge}
            for name in names:
                media.client.stop(name)
            for name, other in bridged.items():
                await talk(phones[name], phones[other], 0x31)
            assert (await media.client.stats())["bridged_legs"] == len(bridged)
            assert sum(await _load(media)) == len(names)

    perform(story())
