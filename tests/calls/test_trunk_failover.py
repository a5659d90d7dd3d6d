"""Calls to a provider that are tried elsewhere: when, where, and when never (case O8)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.calls.test_dialling import HERE, Office

from huntline.calls.contacts import Contact
from huntline.calls.failures import RingFailure
from huntline.calls.model import Leg, Ring
from huntline.engine.reasons import Cause, Reason, SipAnswer
from huntline.sip.core.digest_client import DigestCredentials
from huntline.sip.core.events import LegRejected
from huntline.sip.core.flow import Flow, Transport


def way(number: int, trunk: str) -> Contact:
    flow = Flow(Transport.UDP, HERE, (f"192.0.2.{number}", 5060))
    return Contact(f"sip:+1425@host{number}", flow, trunk=trunk, is_trusted=trunk == "one")


A, B, C = way(1, "one"), way(2, "one"), way(3, "two")
ONE = replace(A, further=(B, C))
CREDENTIALS = DigestCredentials("us", "secret", "one")
NEXT = [408, 500, 502, 503, 504, 580, 599]
NEVER = [300, 302, 400, 401, 403, 404, 407, 480, 486, 487, 488, 501, 505, 513, 600, 603, 604, 606]


class FakeTrunks:
    """Has room where the test says so, and notes what it hears."""

    def __init__(self, full: tuple[str, ...] = ()) -> None:
        self.full = full
        self.told: list[tuple[str, str, int | None]] = []

    def has_room(self, trunk: str) -> bool:
        return trunk not in self.full

    def credentials(self, trunk: str) -> DigestCredentials | None:
        return CREDENTIALS if trunk == "one" else None

    def heard(self, trunk: str, flow: Flow | None, failure: RingFailure | None) -> None:
        assert flow is not None
        self.told.append((trunk, flow.remote[0], None if failure is None else failure.status))


def run(story: Callable[[Office, FakeTrunks], Awaitable[None]], full: tuple[str, ...] = ()) -> None:
    async def told() -> None:
        trunks = FakeTrunks(full)
        office = Office(trunks)
        await story(office, trunks)
        office.assert_given_back()
        await office.tasks.close()

    asyncio.run(told())


def leg_of(ring: Ring) -> Leg:
    (leg,) = ring.legs.values()
    return leg


def reject(office: Office, ring: Ring, status: int, *, is_local: bool = False) -> None:
    event = LegRejected(leg_of(ring).leg_id, status, "No", is_local=is_local)
    office.dialling.rejected(office.call, ring, event)


def called(office: Office) -> list[str]:
    return [invite.uri for invite in office.agent.invites]


@pytest.mark.parametrize("status", NEXT)
def test_the_next_host_is_tried_at_once_where_this_one_cannot(status: int) -> None:
    async def story(office: Office, trunks: FakeTrunks) -> None:
        ring = office.ring("r", ONE)
        await office.settle()
        reject(office, ring, status)
        assert called(office) == [A.uri, B.uri]
        assert office.owner.failures == []
        reject(office, ring, status)
        reject(office, ring, status)
        assert called(office) == [A.uri, B.uri, C.uri]
        assert [why for _, why in office.owner.failures] == [SipAnswer(status, "No")]
        assert [told[:2] for told in trunks.told] == [
            ("one", "192.0.2.1"), ("one", "192.0.2.2"), ("two", "192.0.2.3")
        ]  # fmt: skip

    run(story)


@pytest.mark.parametrize("status", NEVER)
def test_what_is_said_of_the_called_or_of_the_request_ends_the_attempt(status: int) -> None:
    async def story(office: Office, trunks: FakeTrunks) -> None:
        ring = office.ring("r", ONE)
        await office.settle()
        reject(office, ring, status)
        assert called(office) == [A.uri]
        assert len(office.owner.failures) == 1

    run(story)


@pytest.mark.parametrize("status", NEXT)
def test_who_has_rung_is_not_rung_by_another_way(status: int) -> None:
    async def story(office: Office, trunks: FakeTrunks) -> None:
        ring = office.ring("r", ONE)
        await office.settle()
        office.dialling.heard(leg_of(ring))
        reject(office, ring, status)
        assert called(office) == [A.uri]
        assert trunks.told == [("one", "192.0.2.1", None), ("one", "192.0.2.1", status)]

    run(story)


def test_a_provider_has_four_seconds_and_gets_what_we_prove_ourselves_with() -> None:
    async def story(office: Office, trunks: FakeTrunks) -> None:
        office.ring("r", ONE)
        await office.settle()
        (invite,) = office.agent.invites
        assert (invite.answer_within, invite.credentials) == (4.0, CREDENTIALS)
        office.ring("s", replace(ONE, trunk=None, further=()))
        assert office.agent.invites[-1].answer_within is None
        assert office.agent.invites[-1].credentials is None

    run(story)


def test_a_full_trunk_is_passed_over_and_all_of_them_full_is_said() -> None:
    async def story(office: Office, trunks: FakeTrunks) -> None:
        office.ring("r", ONE)
        await office.settle()
        assert called(office) == [C.uri]
        trunks.full = ("one", "two")
        ring = office.ring("s", ONE)
        assert office.owner.failures == [("s", Cause.TRUNKS_FULL)]
        assert ring.failure.status_for_caller(is_outside=True) == 503

    run(story, full=("one",))


def test_nobody_is_tried_any_more_once_the_ring_is_over() -> None:
    async def story(office: Office, trunks: FakeTrunks) -> None:
        ring = office.ring("r", ONE)
        await office.settle()
        leg = leg_of(ring)
        office.dialling.stop(office.call, ring)
        assert office.agent.hung_up == [leg.leg_id]
        assert called(office) == [A.uri]

    run(story)


def test_each_provider_is_told_what_it_may_be_told() -> None:
    async def story(office: Office, trunks: FakeTrunks) -> None:
        ring = office.ring("r", ONE)
        await office.settle()
        assert leg_of(ring).is_trusted
        reject(office, ring, 503)
        reject(office, ring, 503)
        assert not leg_of(ring).is_trusted

    run(story)


def test_a_name_that_leads_nowhere_is_one_way_less() -> None:
    async def story(office: Office, trunks: FakeTrunks) -> None:
        ring = office.ring("r", replace(A, flow=None, uri="sip:+1425@[::1];transport=tcp", further=(C,)))
        await office.settle()
        assert called(office) == [C.uri]
        assert leg_of(ring).trunk == "two"

    run(story)


answers = st.lists(
    st.tuples(st.sampled_from([*NEXT, *NEVER]), st.booleans(), st.booleans()), min_size=1, max_size=5
)


@given(answers, st.sampled_from([(), ("one",), ("two",)]))
def test_whatever_is_answered_each_way_is_tried_once_and_the_ring_has_one_end(
    said: list[tuple[int, bool, bool]], full: tuple[str, ...]
) -> None:
    ends: list[tuple[str, Reason]] = []

    async def story(office: Office, trunks: FakeTrunks) -> None:
        ring = office.ring("r", ONE)
        await office.settle()
        has_rung_by: list[str] = []
        for status, has_rung, is_local in said:
            if not ring.legs:
                break
            if has_rung:
                has_rung_by.append(leg_of(ring).address)
                office.dialling.heard(leg_of(ring))
            reject(office, ring, status, is_local=is_local)
        tried = called(office)
        assert len(set(tried)) == len(tried)
        assert tried == [each.uri for each in (A, B, C) if each.trunk not in full][: len(tried)]
        if has_rung_by:
            assert tried[-1] == has_rung_by[0]
        ends.extend(office.owner.failures)
        assert len(ends) == (0 if ring.legs else 1)

    run(story, full)
