"""Moves: whichever way a call goes, its path, its record and what is held for it are right (edge)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tests.calls.exchange import (
    BAO,
    OUTSIDE,
    PLAN,
    QUEUE,
    Exchange,
    account,
    play,
)
from tests.fakes.owners import FakeOwner

from huntline.calls.diversion import MAX_TARGETS, DiversionReason, Hop, number_hop, person_hop
from huntline.calls.model import Call
from huntline.directory.plan import (
    AlsoRung,
    AttendantTarget,
    MoveTarget,
    OutsideNumber,
    PersonRule,
    UserTarget,
    VoicemailTarget,
)
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.model import MAX_TARGETS as MOST
from huntline.engine.model import Outcome, QueueLeft
from huntline.engine.reasons import Cause, Destination, DestinationKind, KeyPressed, SentOn
from huntline.sip.core.grammar import Uri

MENU = AttendantTarget("main", "contoso")
BOX = VoicemailTarget("desk", "contoso")
AMAL = UserTarget("amal", "contoso")
MAIN = Destination(DestinationKind.ATTENDANT, "Main")
AT_DESK = (QueueLeft("desk", Outcome.TIMED_OUT),)


class FakePlace(FakeOwner):
    """Takes everybody in and waits for what the test does with them."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.taken: list[str] = []

    def hop(self, place_id: str) -> Hop | None:
        is_there = place_id != "gone"
        return (
            Hop(Uri("sip", place_id, "contoso.com"), self.name, attendant_id=place_id) if is_there else None
        )

    def enter(self, call: Call, place_id: str) -> None:
        call.owner = self
        self.taken.append(place_id)


class House(Exchange):
    """An exchange with an attendant and mailboxes."""

    def __init__(self) -> None:
        super().__init__()
        self.menu, self.boxes = FakePlace("Main"), FakePlace("Box")
        b2bua = self.b2bua
        b2bua._moves.wire(b2bua._direct_calls, b2bua._direct_calls, b2bua._forwards, self.menu, self.boxes)

    async def goes(self, call: Call, to: MoveTarget | None, key: str = "1") -> None:
        """The caller of a menu presses a key."""
        self.b2bua._moves.go(call, to, DiversionReason.UNCONDITIONAL, KeyPressed(key))
        await self.tools.tasks.done()


def tell(story: Callable[[House], Awaitable[None]]) -> None:
    async def told_once() -> None:
        house = House()
        try:
            await story(house)
        finally:
            house.b2bua.end_calls()
            await house.b2bua.close()
        house.assert_nothing_is_left()

    asyncio.run(told_once())


def diversions(house: Exchange) -> list[str]:
    """What the last INVITE says of those who had the call sent on, newest first."""
    return [value for name, value in house.agent.invites[-1].headers if name == "Diversion"]


# -- attendants and mailboxes


@pytest.mark.parametrize("to", [MENU, BOX])
def test_a_caller_is_answered_before_a_place_speaks_to_them(to: MoveTarget) -> None:
    async def story(house: House) -> None:
        call = await house.dials(to)
        assert house.did() == [("answer", "in1")]
        assert (house.menu if to is MENU else house.boxes).taken == [
            to.attendant_id if isinstance(to, AttendantTarget) else "desk"
        ]
        assert house.heard() == [], "the engine knows of calls that came to a queue"
        assert call.stop is not None

    tell(story)


def test_what_is_not_there_cannot_be_reached() -> None:
    async def story(house: House) -> None:
        await house.dials(AttendantTarget("gone", "contoso"))
        assert house.did() == [("reject", "in1", 480)]

    tell(story)


def test_a_key_leads_to_a_person_to_whom_the_path_is_told_while_the_caller_hears_music() -> None:
    async def story(house: House) -> None:
        call = await house.dials(MENU)
        await house.goes(call, BAO)
        assert ("play", call.caller.media_id, "music") in house.media.did
        assert diversions(house) == ['"Main" <sip:main@contoso.com>;reason=unconditional;counter=1']
        assert house.menu.heard == [("let_go", call.call_id)]
        await house.answers(call)
        assert call.callee is not None

    tell(story)


def test_a_person_whom_a_menu_leads_to_in_vain_is_the_end_of_a_call_of_no_queue() -> None:
    async def story(house: House) -> None:
        call = await house.dials(MENU)
        await house.goes(call, BAO)
        house.did()
        await house.rejects(call, 486)
        assert house.did() == [("hang up", "in1")]

    tell(story)


def test_a_call_that_came_to_a_queue_by_a_menu_tells_the_engine_its_way() -> None:
    async def story(house: House) -> None:
        call = await house.dials(MENU)
        await house.goes(call, QUEUE, "2")
        (arrived,) = house.heard()
        step = SentOn(MAIN, KeyPressed("2"), Destination(DestinationKind.QUEUE, "Help Desk"))
        assert isinstance(arrived, told.CallArrived)
        assert (arrived.is_answered, arrived.steps, arrived.passed) == (True, (step,), 1)
        assert arrived.arrived_at == call.arrived_at

    tell(story)


def test_the_engine_hears_of_each_step_of_its_calls_and_gets_them_back() -> None:
    async def story(house: House) -> None:
        call = await house.waiting()
        house.heard()
        house.b2bua._moves.go(call, MENU)
        assert house.heard() == [told.ForwardAnswered(call.call_id)]
        assert house.b2bua._moves.keeper(call).kind == "queue"
        await house.goes(call, QUEUE, "3")
        step = SentOn(MAIN, KeyPressed("3"), Destination(DestinationKind.QUEUE, "Help Desk"))
        assert house.heard() == [
            told.CallStepTaken(call.call_id, step),
            told.CallSentToQueue(call.call_id, "desk", 1),
        ]
        assert call.owner.kind == "queue"

    tell(story)


def test_a_menu_that_disconnects_leaves_the_end_to_whoever_keeps_the_record() -> None:
    async def story(house: House) -> None:
        direct, queued = await house.dials(MENU), await house.waiting()
        house.b2bua._moves.go(queued, MENU)
        house.heard()
        house.did()
        await house.goes(direct, None)
        assert house.did() == [("hang up", "in1")]
        await house.goes(queued, None)
        step = SentOn(MAIN, KeyPressed("1"), None)
        assert house.heard() == [told.CallStepTaken(queued.call_id, step), told.ForwardEnded(queued.call_id)]

    tell(story)


def test_a_place_is_told_that_its_caller_is_gone_for_good() -> None:
    async def story(house: House) -> None:
        call = await house.dials(MENU)
        house.b2bua._parts.ends.end(call)
        assert house.menu.heard == [("let_go", call.call_id)]

    tell(story)


def test_a_transfer_leads_to_an_attendant_at_once() -> None:
    async def story(house: House) -> None:
        call = await house.direct()
        assert call.callee is not None
        house.did()
        await house.refers(call.callee, MENU)
        assert house.menu.taken == ["main"]
        assert ("notify", call.callee.leg_id, 200) in house.did()

    tell(story)


# -- how far


@pytest.mark.parametrize("to", [BAO, OUTSIDE, QUEUE, MENU, BOX])
def test_no_call_comes_to_an_eleventh_target(to: MoveTarget) -> None:
    assert MAX_TARGETS == MOST == 10

    async def story(house: House) -> None:
        call = await house.dials(MENU)
        call.path = (number_hop(PLAN, "contoso", "+1000").left(DiversionReason.BUSY),) * (MAX_TARGETS - 1)
        house.did()
        await house.goes(call, to)
        assert house.agent.invites == []
        assert house.heard() == []
        assert house.did() == [("hang up", "in1")]

    tell(story)


def test_the_engine_is_told_that_its_call_has_passed_too_many() -> None:
    async def story(house: House) -> None:
        call = await house.waiting()
        call.path = (number_hop(PLAN, "contoso", "+1000").left(DiversionReason.BUSY),) * MAX_TARGETS
        house.heard()
        await house.asks(do.ForwardCall(call.call_id, "tel:+442071234567"))
        assert house.heard() == [told.ForwardFailed(call.call_id, Cause.TOO_MANY_HOPS)]

    tell(story)


# -- rules of people

RULE = PersonRule(
    busy=OutsideNumber("+1001", "contoso"),
    no_answer=OutsideNumber("+1002", "contoso"),
    not_reachable=OutsideNumber("+1003", "contoso"),
)


@pytest.mark.parametrize(
    ("status", "number", "reason"),
    [
        *((status, "+1001", "user-busy") for status in (486, 600, 603)),
        *((status, "+1003", "unavailable") for status in (404, 408, 410, 480, 500, 503)),
    ],
)
def test_which_answer_means_what_for_the_rule_of_who_was_called(
    status: int, number: str, reason: str
) -> None:
    async def story(house: House) -> None:
        house.site.rule = RULE
        call = await house.dials(BAO, account("amal"))
        await house.rejects(call, status)
        assert house.ringing(call).path[-1].uri.user == number
        (diversion,) = diversions(house)
        assert f";reason={reason};" in diversion
        await house.rejects(call, 486)
        assert house.did()[-1][0] == "reject", "who is outside has no rule"

    tell(story)


def test_nobody_who_answers_in_time_is_the_third_way() -> None:
    async def story(house: House) -> None:
        house.site.rule = PersonRule(no_answer=RULE.no_answer, ring_time=0)
        call = await house.dials(BAO, account("amal"))
        async with asyncio.timeout(5):
            while len(house.agent.invites) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0)
        await house.tools.tasks.done()
        assert house.ringing(call).path[-1].uri.user == "+1002"
        assert ";reason=no-answer;" in diversions(house)[0]

    tell(story)


def test_a_busy_phone_does_not_end_the_others_and_a_decline_does() -> None:
    async def story(house: House) -> None:
        phones = [*house.site.contacts("bao"), *house.site.contacts("desk")]
        house.site.contacts = lambda account_id: phones  # type: ignore[method-assign]
        house.site.rule = RULE
        call = await house.dials(BAO, account("amal"))
        one, other = house.ringing(call).legs.values()
        await house.refuses(one, 486)
        assert list(house.ringing(call).legs.values()) == [other]
        second = await house.dials(BAO, account("amal"))
        one, _ = house.ringing(second).legs.values()
        await house.refuses(one, 603)
        assert house.ringing(second).path[-1].uri.user == "+1001"

    tell(story)


def test_a_rule_that_leads_to_a_queue_an_attendant_or_a_box_is_followed() -> None:
    async def story(house: House) -> None:
        for to, place in ((MENU, house.menu), (BOX, house.boxes)):
            house.site.rule = PersonRule(busy=to)
            await house.rejects(await house.dials(BAO, account("amal")), 486)
            assert len(place.taken) == 1
        house.site.rule = PersonRule(busy=QUEUE)
        await house.rejects(await house.dials(BAO, account("amal")), 486)
        arrived = house.heard()[-1]
        step = SentOn(
            Destination(DestinationKind.PERSON, "bao@contoso.com"),
            Cause.RULE_BUSY,
            Destination(DestinationKind.QUEUE, "Help Desk"),
        )
        assert isinstance(arrived, told.CallArrived)
        assert (arrived.is_answered, arrived.steps, arrived.passed) == (False, (step,), 1)

    tell(story)


def test_who_is_on_another_call_is_busy_where_they_have_a_wish_for_that() -> None:
    async def story(house: House) -> None:
        await house.direct()
        house.agent.invites.clear()
        house.site.rule = RULE
        call = await house.dials(BAO)
        assert house.ringing(call).path[-1].uri.user == "+1001"
        house.site.rule = PersonRule()
        call = await house.dials(BAO)
        assert house.ringing(call).account_id == "bao", "without a wish it rings"

    tell(story)


def test_two_people_who_lead_to_each_other_end_at_the_eleventh_target() -> None:
    async def story(house: House) -> None:
        house.site.rule = PersonRule(busy=AMAL)
        call = await house.dials(BAO)
        refusals = 0
        while call.call_id in house.tools.book.calls:
            await house.rejects(call, 486)
            refusals += 1
        assert refusals == MAX_TARGETS
        assert house.did() == [("reject", "in1", 483)]

    tell(story)


def test_a_transferred_caller_goes_where_the_rule_of_the_target_leads() -> None:
    async def story(house: House) -> None:
        call = await house.with_agent()
        assert call.callee is not None
        house.site.rule, transferor = PersonRule(busy=MENU), call.callee.leg_id
        await house.refers(call.callee, BAO)
        await house.rejects(call, 486)
        assert house.menu.taken == ["main"]
        assert ("notify", transferor, 200) in house.did()

    tell(story)


# -- also ring


def test_others_ring_beside_a_person_in_time_and_any_of_them_may_answer() -> None:
    async def story(house: House) -> None:
        now, later = (AlsoRung(OutsideNumber(f"+100{n}", "contoso"), n) for n in (0, 1))
        house.site.rule = PersonRule(also_ring=(now, later))
        call = await house.dials(BAO)
        assert [leg.account_id for leg in house.ringing(call).legs.values()] == ["bao", None]
        assert ";reason=unconditional;" in diversions(house)[0]
        async with asyncio.timeout(5):
            while len(house.agent.invites) < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        *_, mobile = house.ringing(call).legs.values()
        await house.answers_by(mobile)
        assert call.callee is mobile
        assert call.rings.keys() == {call.connected_ring and call.connected_ring.ring_id}

    tell(story)


def test_those_who_were_to_ring_later_ring_at_once_when_nobody_else_can() -> None:
    async def story(house: House) -> None:
        house.site.rule = PersonRule(
            busy=RULE.busy, also_ring=(AlsoRung(OutsideNumber("+1000", "contoso"), 10),)
        )
        call = await house.dials(BAO)
        await house.rejects(call, 486)
        assert len(house.agent.invites) == 2
        assert house.ringing(call).account_id == "bao", "it is still the same ring"
        await house.rejects(call, 480)
        assert house.ringing(call).path[-1].uri.user == "+1001", "busy says more than not reachable"

    tell(story)


def test_a_decline_speaks_for_those_who_were_to_ring_later() -> None:
    async def story(house: House) -> None:
        house.site.rule = PersonRule(also_ring=(AlsoRung(OutsideNumber("+1000", "contoso"), 10),))
        await house.rejects(await house.dials(BAO), 603)
        assert house.did() == [("reject", "in1", 603)]

    tell(story)


def test_agents_are_rung_without_any_rule_of_theirs() -> None:
    async def story(exchange: Exchange) -> None:
        exchange.site.rule = PersonRule(busy=OUTSIDE, also_ring=(AlsoRung(OUTSIDE, 0),))
        call = await exchange.waiting()
        await exchange.asks(do.RingAgent(f"{call.call_id}.1", call.call_id, "desk", "amal"))
        assert len(exchange.agent.invites) == 1
        await exchange.rejects(call, 486)
        assert len(exchange.agent.invites) == 1
        assert isinstance(exchange.heard()[-1], told.AgentDeclined)

    play(story)


def test_the_path_of_a_queue_s_exit_goes_on_through_the_rule_of_a_person() -> None:
    async def story(house: House) -> None:
        call = await house.waiting()
        house.site.rule = PersonRule(busy=OUTSIDE)
        await house.asks(do.ForwardCall(call.call_id, "sip:bao@contoso.com", AT_DESK))
        await house.rejects(call, 486)
        assert [value.rpartition(";reason=")[2] for value in diversions(house)] == [
            "user-busy;counter=1;privacy=full",
            "no-answer;counter=1",
        ]
        house.heard()
        await house.rejects(call, 503)
        assert [type(event) for event in house.heard()] == [told.ForwardFailed]
        assert [hop.diverted for hop in call.path] == [
            DiversionReason.NO_ANSWER,
            DiversionReason.BUSY,
            DiversionReason.UNREACHABLE,
        ], "the next exit tells of everybody"
        assert call.path[1].user_id == person_hop(PLAN, account("bao")).user_id

    tell(story)


@pytest.mark.parametrize("hides", [True, False])
def test_a_code_before_a_number_is_a_wish_for_that_call_alone(hides: bool) -> None:
    async def story(house: House) -> None:
        call = await house.dials(
            OutsideNumber("+442071234567", "contoso", hides_number=hides), account("amal")
        )
        assert call.hides_number is hides

    tell(story)
