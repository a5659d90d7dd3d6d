"""Ringing a party on phones and pages: one media leg of a kind, made when needed and given back (edge)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

import pytest
from tests.fakes.owners import FakeOwner

from huntline.calls.caller_identity import CallerId
from huntline.calls.contacts import Contact, Display
from huntline.calls.dialling import Dialling
from huntline.calls.model import Call, CallBook, Leg, OwnerKind, Party, Ring
from huntline.calls.surroundings import NoTrunks, Trunks
from huntline.calls.tasks import Tasks
from huntline.directory.encryption import Encryption
from huntline.engine.reasons import Cause, OnlyText, Reason, SipAnswer
from huntline.media.interface import Media, MediaUnavailable
from huntline.sip.core.core import Invite
from huntline.sip.core.events import LegAnswered, LegRejected
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.resolver import Unreachable
from huntline.sip.user_agent import UserAgent

HERE = ("127.0.0.1", 5060)
DESK = Contact("sip:amal@10.0.0.5", Flow(Transport.UDP, HERE, ("10.0.0.5", 5060)))
SOFTPHONE = Contact("sip:amal@10.0.0.6", Flow(Transport.TCP, HERE, ("10.0.0.6", 5060), 3))
BY_ADDRESS = Contact("sip:amal@10.0.0.8", Flow(Transport.TCP, HERE, ("10.0.0.8", 5060), 6))
PAGE = Contact("sip:x@a.invalid;transport=ws", Flow(Transport.WS, HERE, ("10.0.0.7", 6000), 4))
TAB = Contact("sip:y@b.invalid;transport=ws", Flow(Transport.WS, HERE, ("10.0.0.7", 6001), 5))
BY_NAME = Contact("sip:amal@phone.contoso.com")
NOWHERE = Contact("sip:amal@[::1];transport=tcp")
DISPLAY = Display("<sip:c@a>", "<sip:amal@a>", (("Diversion", "q"),), (("X-Huntline-Queue", "Help%20Desk"),))


class FakeUserAgent:
    """Keeps what it is told to do; names are looked up when the test says so."""

    def __init__(self) -> None:
        self.invites: list[Invite] = []
        self.hung_up: list[str] = []
        self.is_known = asyncio.Event()

    def invite(self, invite: Invite) -> None:
        self.invites.append(invite)

    def hang_up(self, leg_id: str, *, headers: Any = ()) -> None:
        self.hung_up.append(leg_id)

    def resolve_literal(self, uri: str) -> Flow | None:
        if "[::1]" in uri:
            raise Unreachable("no listening address fits")
        return None

    async def resolve(self, uri: str) -> Flow:
        await self.is_known.wait()
        return Flow(Transport.UDP, HERE, ("10.0.0.9", 5060))


class FakeMedia:
    """Makes offers when the test says so."""

    def __init__(self) -> None:
        self.offers: dict[str, bool] = {}  # is it secure
        self.encryptions: list[Encryption] = []
        self.held = {True: asyncio.Event(), False: asyncio.Event()}
        self.failing: set[bool] = set()
        self.relatched: list[str] = []
        self.deleted: list[str] = []
        for each in self.held.values():
            each.set()

    async def offer(
        self,
        leg_id: str,
        like: str | None = None,
        *,
        is_secure: bool = False,
        encryption: Encryption = Encryption.NEVER,
    ) -> str:
        self.offers[leg_id] = is_secure
        self.encryptions.append(encryption)
        await self.held[is_secure].wait()
        if is_secure in self.failing:
            del self.offers[leg_id]
            raise MediaUnavailable("no port is free")
        return "secure" if is_secure else "plain"

    def relatch(self, leg_id: str) -> None:
        self.relatched.append(leg_id)

    def delete(self, leg_id: str) -> None:
        self.deleted.append(leg_id)


class Failures(FakeOwner):
    """Hears why rings fail, and which were answered."""

    def __init__(self) -> None:
        super().__init__(OwnerKind.QUEUE, Party.AGENT)
        self.failures: list[tuple[str, Reason]] = []
        self.names_answered: list[str] = []

    def answered(self, call: Call, ring: Ring) -> None:
        self.names_answered.append(ring.ring_id)

    def failed(self, call: Call, ring: Ring) -> None:
        self.failures.append((ring.ring_id, ring.failure.why))


class Office:
    """A call, and whoever is rung for it."""

    def __init__(self, trunks: Trunks | None = None) -> None:
        self.agent = FakeUserAgent()
        self.media = FakeMedia()
        self.book = CallBook(lambda user_id, count: None)
        self.tasks, self.owner = Tasks(), Failures()
        user_agent, media = cast(UserAgent, self.agent), cast(Media, self.media)
        self.dialling = Dialling(
            user_agent, media, self.book, trunks or NoTrunks(), self.tasks.spawn, lambda call: None
        )
        caller = Leg("caller", "c1", Party.CALLER, "c1", "+1425")
        self.call = Call("c1", "contoso", caller, CallerId("+1425"), "desk", "music", FakeOwner())
        self.book.add(self.call)

    def ring(self, name: str, *contacts: Contact) -> Ring:
        ring = Ring(name, "c1", self.owner, name)
        self.dialling.start(self.call, ring, list(contacts), DISPLAY)
        return ring

    async def settle(self) -> None:
        """Let everything happen that waits for nothing of the test's."""
        for _ in range(5):
            await asyncio.sleep(0)

    @property
    def invited(self) -> list[tuple[str, str]]:
        """Whom an INVITE went to, and with what description."""
        return [(invite.uri, invite.sdp) for invite in self.agent.invites]

    def answer(self, ring: Ring, contact: Contact) -> Leg:
        leg = next(leg for leg in ring.legs.values() if leg.address == contact.uri)
        self.dialling.answered(self.call, ring, LegAnswered(leg.leg_id, "answer"))
        return leg

    def reject(self, ring: Ring, contact: Contact, status: int) -> None:
        leg = next(leg for leg in ring.legs.values() if leg.address == contact.uri)
        self.dialling.rejected(self.call, ring, LegRejected(leg.leg_id, status, "No"))

    def assert_given_back(self) -> None:
        """Everything that media made is given back once the call has ended."""
        rings = list(self.call.rings.values())
        for ring in rings:
            self.dialling.stop(self.call, ring)
        self.dialling.release_media(self.call)
        self.book.drop(self.call)
        assert set(self.media.offers) <= set(self.media.deleted)
        assert self.call.callee_media == {}
        assert all(ring.plan is None for ring in rings)
        assert [self.book.by_media(media_id) for media_id in ("c1", *self.media.offers)] == [None] * (
            1 + len(self.media.offers)
        )


def run(story: Callable[[Office], Awaitable[None]]) -> None:
    async def told() -> None:
        office = Office()
        await story(office)
        office.assert_given_back()
        await office.tasks.close()

    asyncio.run(told())


def test_phones_and_pages_of_a_party_ring_with_a_description_each_of_their_kind() -> None:
    async def story(office: Office) -> None:
        office.ring("c1.1", PAGE, DESK, SOFTPHONE, TAB)
        await office.settle()
        assert sorted(office.invited) == sorted(
            [(DESK.uri, "plain"), (SOFTPHONE.uri, "plain"), (PAGE.uri, "secure"), (TAB.uri, "secure")]
        )
        assert sorted(office.media.offers.values()) == [False, True]
        office.ring("c1.2", PAGE, DESK)
        assert len(office.invited) == 6
        assert len(office.media.offers) == 2

    run(story)


def test_phones_that_must_or_may_be_encrypted_get_offers_of_their_own() -> None:
    async def story(office: Office) -> None:
        offered = replace(SOFTPHONE, encryption=Encryption.OFFERED)
        required = replace(BY_ADDRESS, encryption=Encryption.REQUIRED)
        ring = office.ring("c1.1", DESK, offered, required, replace(PAGE, encryption=Encryption.REQUIRED))
        await office.settle()
        assert sorted(office.media.encryptions) == ["never", "never", "offered", "required"]
        assert len({leg.media_id for leg in ring.legs.values()}) == 4
        for phone, why in ((required, Cause.NO_ENCRYPTION), (offered, SipAnswer(488, "No"))):
            alone = office.ring(f"of {phone.uri}", phone)
            office.reject(alone, phone, 488)
            assert office.owner.failures[-1][1] == why
        assert alone.unfit is Cause.NO_COMMON_AUDIO

    run(story)


def test_only_pages_are_told_what_only_pages_can_show() -> None:
    async def story(office: Office) -> None:
        office.ring("c1.1", PAGE, DESK)
        await office.settle()
        headers = {invite.uri: invite.headers for invite in office.agent.invites}
        assert headers[DESK.uri] == DISPLAY.headers
        assert headers[PAGE.uri] == DISPLAY.headers + DISPLAY.page_headers

    run(story)


@pytest.mark.parametrize(
    ("status", "unfit"),
    [
        (415, Cause.UNKNOWN_CONTENT),
        (420, Cause.UNKNOWN_EXTENSION),
        (488, Cause.NO_COMMON_AUDIO),
        (606, Cause.NO_COMMON_AUDIO),
        (480, None),
        (486, None),
        (500, None),
        (503, None),
    ],
)
def test_a_party_can_take_no_call_while_none_of_their_phones_can(status: int, unfit: Cause | None) -> None:
    async def story(office: Office) -> None:
        alone = office.ring("c1.1", DESK)
        both = office.ring("c1.2", DESK, SOFTPHONE)
        await office.settle()
        office.reject(alone, DESK, status)
        assert alone.unfit is unfit
        office.reject(both, DESK, status)
        office.reject(both, SOFTPHONE, 503)
        assert both.unfit is None

    run(story)


@pytest.mark.parametrize(("contacts", "is_secure"), [([DESK, SOFTPHONE], False), ([PAGE], True)])
def test_what_nobody_needs_is_not_made(contacts: list[Contact], is_secure: bool) -> None:
    async def story(office: Office) -> None:
        office.ring("c1.1", *contacts)
        await office.settle()
        assert list(office.media.offers.values()) == [is_secure]

    run(story)


def test_a_page_that_answers_is_connected_and_the_phones_description_given_back() -> None:
    async def story(office: Office) -> None:
        ring = office.ring("c1.1", DESK, PAGE)
        await office.settle()
        leg = office.answer(ring, PAGE)
        assert office.owner.names_answered == ["c1.1"]
        assert office.media.offers[leg.media_id]
        office.call.connected_ring = ring
        office.dialling.hand_over_media(office.call, leg)
        (plain,) = [media_id for media_id, is_secure in office.media.offers.items() if not is_secure]
        assert office.media.deleted == [plain]
        office.media.delete(leg.media_id)  # which is the leg's own now

    run(story)


def test_one_kind_does_not_wait_for_the_other() -> None:
    async def story(office: Office) -> None:
        office.media.held[True].clear()
        ring = office.ring("c1.1", DESK, PAGE)
        await office.settle()
        assert office.invited == [(DESK.uri, "plain")]
        office.reject(ring, DESK, 486)
        assert office.owner.failures == []
        office.media.held[True].set()
        await office.settle()
        assert office.invited == [(DESK.uri, "plain"), (PAGE.uri, "secure")]
        office.reject(ring, PAGE, 486)
        assert [ring_id for ring_id, _ in office.owner.failures] == ["c1.1"]

    run(story)


@pytest.mark.parametrize("end", ["answered", "stopped", "declined everywhere"])
def test_a_description_that_comes_too_late_rings_nobody(end: str) -> None:
    async def story(office: Office) -> None:
        office.media.held[True].clear()
        ring = office.ring("c1.1", DESK, PAGE)
        await office.settle()
        if end == "answered":
            office.answer(ring, DESK)
        elif end == "stopped":
            office.dialling.stop(office.call, ring)
        else:
            office.reject(ring, DESK, 603)
            assert [ring_id for ring_id, _ in office.owner.failures] == ["c1.1"]
        office.media.held[True].set()
        await office.settle()
        assert office.invited == [(DESK.uri, "plain")]

    run(story)


def test_a_kind_that_media_cannot_offer_leaves_the_other_ringing() -> None:
    async def story(office: Office) -> None:
        office.media.failing.add(True)
        office.ring("c1.1", DESK, PAGE)
        office.ring("c1.2", PAGE)
        await office.settle()
        assert office.invited == [(DESK.uri, "plain")]
        assert office.owner.failures == [("c1.2", OnlyText("no port is free"))]
        office.media.failing.clear()
        office.ring("c1.3", PAGE)
        await office.settle()
        assert office.invited[1:] == [(PAGE.uri, "secure")]

    run(story)


def test_an_address_that_leads_nowhere_leaves_the_others_ringing() -> None:
    async def story(office: Office) -> None:
        for name in ("c1.1", "c1.2"):
            office.ring(name, NOWHERE, DESK)
            await office.settle()
        assert office.invited == [(DESK.uri, "plain")] * 2
        office.ring("c1.3", NOWHERE)
        assert office.owner.failures == [("c1.3", OnlyText("no listening address fits"))]

    run(story)


def test_a_name_that_is_still_looked_up_keeps_the_ring_alive() -> None:
    async def story(office: Office) -> None:
        ring = office.ring("c1.1", BY_NAME, PAGE)
        await office.settle()
        office.reject(ring, PAGE, 486)
        assert office.owner.failures == []
        office.agent.is_known.set()
        await office.settle()
        assert office.invited[1:] == [(BY_NAME.uri, "plain")]

    run(story)


def test_who_answers_too_late_is_forgotten_by_the_shared_leg_where_media_may_have_met_them() -> None:
    async def story(office: Office) -> None:
        late, page, accepted = (
            office.ring(f"c1.{number}", contact) for number, contact in enumerate((DESK, PAGE, TAB))
        )
        await office.settle()
        phone, _, tab = office.answer(late, DESK), office.answer(page, PAGE), office.answer(accepted, TAB)
        accepted.is_accepted = True
        for ring in (late, page, accepted):
            office.dialling.stop(office.call, ring)
        assert office.media.relatched == [phone.media_id, tab.media_id]

    run(story)


def test_a_call_that_ends_while_media_makes_an_offer_leaves_nothing() -> None:
    async def story(office: Office) -> None:
        for held in office.media.held.values():
            held.clear()
        office.ring("c1.1", DESK, PAGE)
        await office.settle()
        office.assert_given_back()
        for held in office.media.held.values():
            held.set()
        await office.settle()
        assert office.invited == []

    run(story)
