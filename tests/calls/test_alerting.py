"""People who are called in person: how long they are rung, and where the call goes that they do not take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.fakes.owners import FakeOwner
from tests.fakes.plans import PLAN, account

from huntline.calls.alerting import Alerting
from huntline.calls.caller_identity import CallerId
from huntline.calls.contacts import Callee, Contact, Display
from huntline.calls.diversion import MAX_TARGETS, DiversionReason, number_hop, person_hop
from huntline.calls.failures import NO_ANSWER, TOO_MANY_HOPS
from huntline.calls.model import Call, Leg, Party, Ring
from huntline.calls.tolls import Tolls
from huntline.directory.plan import NO_WISH, PersonRule

MAILBOX = Callee(
    None, [Contact("sip:vm@10.0.0.9")], is_by_trunk=True, path=(number_hop(PLAN, "contoso", "+1999"),)
)


class Office(FakeOwner):
    """Stands for the plan, the house and the phones; what is rung is on record."""

    def __init__(self) -> None:
        super().__init__()
        self.plan = PLAN
        self.rung: list[tuple[Ring, Display]] = []
        self.failures: list[Ring] = []
        everything: Any = self
        self.alerting = Alerting(
            everything, everything, everything, everything, Tolls(everything), lambda call: None
        )
        caller = Leg("caller", "c1", Party.CALLER, "c1", "+1425")
        self.call = Call("c1", "contoso", caller, CallerId("+14255550123"), "amal", "music", self)

    # what it is asked

    def callee(self, organization_id: str, target: str) -> Callee:
        return MAILBOX

    def start(self, call: Call, ring: Ring, contacts: list[Contact], display: Display) -> None:
        self.rung.append((ring, display))

    def stop(self, call: Call, ring: Ring) -> None:
        """Nothing rings here."""

    def release_media(self, call: Call) -> None:
        """Nothing is held here."""

    def gone(self, call: Call) -> None:
        """Nothing is heard here."""

    def failed(self, call: Call, ring: Ring) -> None:
        self.failures.append(ring)
        self.alerting.stop(call)

    # what a test does

    def ring(self, rule: PersonRule = NO_WISH, before: int = 0) -> Ring | None:
        amal = Callee("amal", [], path=(person_hop(PLAN, account("amal")),), rule=rule)
        hop = number_hop(PLAN, "contoso", "+1000").left(DiversionReason.BUSY)
        path = (hop,) * before
        self.alerting.start(self.call, self, "c1.direct", "amal@contoso.com", amal, path)
        return self.rung[-1][0] if self.rung else None


def run(story: Callable[[Office], Any]) -> None:
    async def told() -> None:
        office = Office()
        result = story(office)
        if result is not None:
            await result
        office.alerting.stop(office.call)

    asyncio.run(told())


def test_the_eleventh_target_is_not_rung() -> None:
    def story(office: Office) -> None:
        assert office.ring(before=MAX_TARGETS - 1) is not None
        office.ring(before=MAX_TARGETS)
        assert len(office.rung) == 1
        (ring,) = office.failures
        assert ring.failure is TOO_MANY_HOPS

    run(story)


def test_a_call_that_may_go_no_further_is_not_sent_on() -> None:
    def story(office: Office) -> None:
        office.call.max_forwards = 0
        assert office.ring() is None
        assert office.failures[0].failure is TOO_MANY_HOPS

    run(story)


def test_a_person_is_rung_for_as_long_as_they_want() -> None:
    assert NO_WISH.ring_time == 20

    async def story(office: Office) -> None:
        ring = office.ring(PersonRule(ring_time=0))
        async with asyncio.timeout(5):
            while not office.failures:  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert office.failures == [ring]
        assert office.failures[0].failure is NO_ANSWER

    run(story)


def test_a_forwarded_call_shows_its_caller_only_where_the_trunk_takes_foreign_numbers() -> None:
    def story(office: Office) -> None:
        for shows_foreign_numbers in (True, False):
            hop = number_hop(PLAN, "contoso", "+1999")
            outside = Callee(
                None, [], is_by_trunk=True, path=(hop,), shows_foreign_numbers=shows_foreign_numbers
            )
            office.alerting.start(office.call, office, "c1.forward", "tel:+1999", outside, ())
            from_ = office.rung[-1][1].from_
            assert ("+14255550123" in from_) is shows_foreign_numbers

    run(story)
