"""Which ways to a provider are open: after silence, Retry-After, refusals, and within limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.calls.failures import TRUNK_SILENT, RingFailure
from huntline.calls.trunk_health import LONGEST_KEPT_AWAY, REFUSED_PAUSE, CallRate, TrunkHealth
from huntline.sip.core.events import LegRejected
from huntline.sip.core.flow import Flow, Transport

ONE, TWO = (Flow(Transport.UDP, ("127.0.0.1", 5060), (f"192.0.2.{number}", 5060)) for number in (1, 2))


def said(status: int, retry_after: int | None = None, *, is_local: bool = False) -> RingFailure:
    return RingFailure.of_refusal(LegRejected("l", status, "No", retry_after=retry_after, is_local=is_local))


def test_a_host_that_was_silent_is_skipped_until_it_is_heard() -> None:
    health = TrunkHealth(is_asked=True)
    assert health.is_open(ONE, 0)
    assert health.failed(ONE, 0, said(408, is_local=True))
    assert not health.is_open(ONE, 1_000)
    assert health.is_open(TWO, 1_000)
    assert health.heard(ONE, 1_001)
    assert health.is_open(ONE, 1_001)
    assert not health.heard(ONE, 1_002)


def test_where_nobody_asks_a_host_is_tried_again_with_the_next_call() -> None:
    health = TrunkHealth(is_asked=False)
    health.failed(ONE, 0, said(503, is_local=True))
    assert health.is_open(ONE, 0)


def test_retry_after_keeps_calls_away_whatever_options_says() -> None:
    health = TrunkHealth(is_asked=True)
    assert health.failed(ONE, 0, said(503, retry_after=120))
    health.heard(ONE, 30)
    assert not health.is_open(ONE, 119)
    assert health.is_open(ONE, 120)
    health.failed(ONE, 0, said(500, retry_after=10**9))
    assert health.is_open(ONE, LONGEST_KEPT_AWAY)


@pytest.mark.parametrize("status", [404, 408, 480, 486, 500, 503, 603])
def test_whoever_answers_is_there(status: int) -> None:
    health = TrunkHealth(is_asked=True)
    health.failed(ONE, 0, said(408, is_local=True))
    health.failed(ONE, 1, said(status))
    assert health.is_open(ONE, 1)


@pytest.mark.parametrize("status", [401, 407])
def test_a_refused_password_is_left_alone_for_a_minute(status: int) -> None:
    health = TrunkHealth(is_asked=True)
    assert not health.refuses_us(0)
    health.failed(ONE, 0, said(status))
    assert health.refuses_us(REFUSED_PAUSE - 1)
    assert not health.refuses_us(REFUSED_PAUSE)
    assert health.is_refused, "until a call is let in"
    health.failed(ONE, REFUSED_PAUSE, said(408, is_local=True))
    health.heard(ONE, REFUSED_PAUSE)  # OPTIONS
    assert health.is_refused
    health.failed(ONE, REFUSED_PAUSE, said(486))
    assert not health.is_refused
    without = TrunkHealth(is_asked=True, has_password=False)
    without.failed(ONE, 0, said(status))
    assert not without.refuses_us(1)


def test_what_is_no_way_any_more_is_forgotten() -> None:
    health = TrunkHealth(is_asked=True)
    health.silent(ONE, 0, TRUNK_SILENT)
    health.keep([TWO])
    assert health.is_open(ONE, 1)


@given(st.lists(st.floats(0, 10)), st.integers(1, 5))
def test_in_no_second_more_calls_begin_than_may(moments: list[float], most: int) -> None:
    rate = CallRate()
    taken = [now for now in sorted(moments) if rate.takes(most, now)]
    for now in taken:
        assert sum(now - 1 < each <= now for each in taken) <= most
    assert CallRate().takes(most, 0)


@given(st.lists(st.floats(0, 10)))
def test_without_a_limit_all_calls_begin(moments: list[float]) -> None:
    rate = CallRate()
    assert all(rate.takes(0, now) for now in moments)
