"""Keys from telephone-events (RFC 4733): once a press, whatever is lost, repeated or late."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.media.worker.dtmf import KeyPresses

FIVE, SIX = 5, 6


def _payload(event: int, is_end: bool = False, *, samples: int = 160) -> bytes:
    return bytes([event, 0x80 * is_end | 10, *samples.to_bytes(2, "big")])


def test_a_press_is_told_at_its_first_end_packet_only() -> None:
    presses = KeyPresses()
    ends = [False, False, True, True, True]
    assert [presses.heard(_payload(FIVE, end), 7, 1000, 1) for end in ends] == ["", "", "5", "", ""]


def test_the_same_key_twice_is_two_presses() -> None:
    presses = KeyPresses()
    assert presses.heard(_payload(FIVE, True), 7, 1000, 1) == "5"
    assert presses.heard(_payload(FIVE, True), 7, 2600, 11) == "5"


def test_a_press_whose_end_was_lost_is_told_by_the_next_one() -> None:
    presses = KeyPresses()
    presses.heard(_payload(FIVE), 7, 1000, 1)
    assert presses.heard(_payload(SIX), 7, 2600, 5) == "5"
    assert presses.heard(_payload(SIX, True), 7, 2600, 6) == "6"


@pytest.mark.parametrize(("step", "told_at"), [(160, 6), (240, 7), (400, 10)])
def test_a_press_whose_end_was_lost_is_told_when_three_packets_have_not_come(step: int, told_at: int) -> None:
    presses = KeyPresses()
    presses.heard(_payload(FIVE, samples=step), 7, 1000, 1)
    presses.heard(_payload(FIVE, samples=2 * step), 7, 1000, 2)
    keys = [presses.expire(tick) for tick in range(3, 14)]
    assert keys.index("5") + 3 == told_at
    assert "".join(keys) == "5"
    assert not presses.is_pressed
    assert presses.heard(_payload(FIVE, True), 7, 1000, 14) == ""


def test_one_packet_of_a_press_is_enough() -> None:
    presses = KeyPresses()
    presses.heard(_payload(FIVE), 7, 1000, 1)
    assert presses.is_pressed
    assert [presses.expire(tick) for tick in (8, 9)] == ["", "5"]


def test_a_late_packet_of_an_earlier_press_is_no_new_press() -> None:
    presses = KeyPresses()
    presses.heard(_payload(FIVE, True), 7, 0xFFFFFF00, 1)
    assert presses.heard(_payload(SIX, True), 7, 100, 2) == "6"
    assert presses.heard(_payload(FIVE, True), 7, 0xFFFFFF00, 3) == ""


def test_flash_and_other_events_are_no_keys() -> None:
    presses = KeyPresses()
    assert presses.heard(_payload(16, True), 7, 1000, 1) == ""
    assert presses.heard(b"\x05\x80", 7, 1000, 1) == ""


@given(st.lists(st.tuples(st.binary(max_size=6), st.integers(0, 9), st.integers(0, 2**32 - 1))))
def test_any_bytes_yield_keys_or_nothing(packets: list[tuple[bytes, int, int]]) -> None:
    presses = KeyPresses()
    for tick, (payload, ssrc, timestamp) in enumerate(packets):
        keys = presses.heard(payload, ssrc, timestamp, tick) + presses.expire(tick)
        assert set(keys) <= set("0123456789*#ABCD")
