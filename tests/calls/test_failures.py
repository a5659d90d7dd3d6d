"""What the refusal of a phone or a trunk means for the call and its caller (unit)."""

from __future__ import annotations

import pytest

from huntline.calls.diversion import DiversionReason
from huntline.calls.failures import (
    NO_ANSWER,
    NO_PHONE,
    TOO_MANY_HOPS,
    Q850Cause,
    RingFailure,
    farewell_of,
    q850_of,
)
from huntline.media.interface import MediaUnavailable, NotAcceptable
from huntline.sip.core.events import LegRejected


def refusal(status: int, *reasons: str, retry_after: int | None = None) -> RingFailure:
    return RingFailure.of_refusal(LegRejected("leg", status, "No", reasons, retry_after))


OUTSIDE = {
    302: 480, 400: 500, 401: 500, 403: 403, 404: 404, 407: 500, 408: 504, 410: 410, 415: 488, 420: 500,
    480: 480, 482: 482, 483: 483, 484: 484, 486: 486, 487: 480, 488: 488, 500: 500, 501: 500, 502: 500,
    503: 500, 504: 504, 513: 500, 600: 600, 603: 603, 604: 604, 606: 488,
}  # fmt: skip
INSIDE = {302: 480, 404: 480, 408: 480, 410: 480, 480: 480, 486: 486, 488: 488, 500: 480, 503: 480,
          600: 600, 603: 603, 606: 488}  # fmt: skip


@pytest.mark.parametrize(("status", "told"), OUTSIDE.items())
def test_the_failure_of_a_trunk_reaches_the_caller_as_what_it_means(status: int, told: int) -> None:
    assert refusal(status).status_for_caller(is_outside=True) == told


@pytest.mark.parametrize(("status", "told"), INSIDE.items())
def test_of_a_colleagues_phone_a_caller_learns_no_more_than_of_the_colleague(status: int, told: int) -> None:
    assert refusal(status).status_for_caller(is_outside=False) == told


@pytest.mark.parametrize("is_outside", [True, False])
def test_who_is_not_there_or_does_not_answer_is_unavailable(is_outside: bool) -> None:
    for failure in (NO_ANSWER, NO_PHONE):
        assert failure.status_for_caller(is_outside=is_outside) == 480
    assert TOO_MANY_HOPS.status_for_caller(is_outside=is_outside) == 483


MEANINGS = {
    DiversionReason.BUSY: [486, 600, 603],
    DiversionReason.UNREACHABLE: [404, 408, 410, 480, 500, 503, 504],
}


@pytest.mark.parametrize(
    ("meaning", "status"), [(meaning, status) for meaning, all_ in MEANINGS.items() for status in all_]
)
def test_a_status_is_busy_or_not_reachable_to_a_persons_rule(meaning: DiversionReason, status: int) -> None:
    assert refusal(status).meaning is meaning


def test_only_the_end_of_the_ring_time_is_no_answer() -> None:
    assert NO_ANSWER.meaning is DiversionReason.NO_ANSWER
    assert NO_PHONE.meaning is DiversionReason.UNREACHABLE


def test_the_time_for_another_try_goes_with_an_error_of_the_server_alone() -> None:
    for status, has_time in ((503, True), (500, True), (486, False)):
        failure = refusal(status, retry_after=7)
        told = failure.headers_for_caller(failure.status_for_caller(is_outside=True))
        assert (("Retry-After", "7") in told) is has_time


@pytest.mark.parametrize(
    ("reasons", "cause"),
    [
        (["Q.850;cause=17"], Q850Cause(17)),
        (['Q.850 ;cause=17 ;text="User busy"'], Q850Cause(17, "User busy")),
        (['q.850;text="a;cause=3, \\"b\\"";cause=34'], Q850Cause(34, 'a;cause=3, "b"')),
        (['SIP;cause=486;text="Busy, here", Q.850;cause=1'], Q850Cause(1)),
        (["SIP;cause=200"], None),
        (["Q.850;cause=999"], None),
        (["Q.850;cause="], None),
        (["Q.850"], None),
        ([""], None),
        ([], None),
    ],
)
def test_the_cause_of_the_network_is_found_among_reasons(reasons: list[str], cause: Q850Cause | None) -> None:
    assert q850_of(reasons) == cause


def test_the_cause_of_the_network_is_passed_on_and_nothing_else_is() -> None:
    told = farewell_of(['SIP;cause=486, Q.850;cause=16;text="Normal \\"clearing\\""'])
    assert told == (("Reason", 'Q.850;cause=16;text="Normal \\"clearing\\""'),)
    assert farewell_of(["SIP;cause=200"]) == ()
    failure = refusal(480, "Q.850;cause=20")
    assert failure.headers_for_caller(480) == (("Reason", "Q.850;cause=20"),)


def test_of_several_phones_the_one_counts_that_says_most_of_the_person() -> None:
    for better, worse in ((486, 408), (603, 486), (488, 503), (486, 404), (600, 500)):
        for first, second in ((better, worse), (worse, better)):
            assert refusal(second).or_better(refusal(first)).status == better
    assert refusal(404).or_better(refusal(410)).status == 404
    assert NO_ANSWER.or_better(refusal(480)) is NO_ANSWER
    assert refusal(480).or_better(None).status == 480


def test_what_keeps_us_from_asking_is_a_failure_like_others() -> None:
    assert RingFailure.of_error(MediaUnavailable("no port is free")).status == 480
    assert RingFailure.of_error(NotAcceptable("no codec")).status == 488
