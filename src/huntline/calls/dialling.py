"""Dialling: rings a party on all of its phones, those of a kind with one description, and stops again."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from huntline.calls.caller_identity import COMPLETED_ELSEWHERE
from huntline.calls.contacts import ENCRYPTION, Contact, Display, PhoneKind
from huntline.calls.failures import NO_DESCRIPTION, TRUNKS_FULL, RingFailure
from huntline.calls.model import Call, CallBook, CalleeMedia, Leg, Ring, RingPlan
from huntline.calls.surroundings import Trunks
from huntline.clean_text import cleaned
from huntline.directory.encryption import Encryption
from huntline.errors import PeerError
from huntline.media.interface import Media
from huntline.sip.core.core import Invite
from huntline.sip.core.events import LegAnswered, LegRejected
from huntline.sip.core.flow import Flow
from huntline.sip.user_agent import UserAgent

log = logging.getLogger(__name__)

ANSWER_WITHIN = 4.0
"""Seconds for which a provider may say nothing to a call, until it is tried elsewhere (rules section 8)."""
_DECLINED = (480, 486, 600, 603)
"""What an agent's phone says when its user declines: many have 480 for it."""


class Dialling:
    """Rings parties. All methods return at once; outcomes go to the owner of the ring. ``on_change`` hears of
    each call in which something went on by itself."""

    def __init__(
        self,
        user_agent: UserAgent,
        media: Media,
        book: CallBook,
        trunks: Trunks,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        on_change: Callable[[Call], None],
    ) -> None:
        self._user_agent = user_agent
        self._media = media
        self._book = book
        self._trunks = trunks
        self._spawn = spawn
        self._on_change = on_change
        self._numbers = itertools.count(1)

    def start(self, call: Call, ring: Ring, contacts: list[Contact], display: Display) -> None:
        """Ring all contacts of a party. Without any, the ring fails in the same turn."""
        call.rings[ring.ring_id] = ring
        if not contacts:
            self._fail(call, ring)
            return
        ring.plan, ring.unreached = RingPlan(list(contacts), display), len(contacts)
        self._ring_kinds(call, ring, contacts)

    def add(self, call: Call, ring: Ring, contacts: list[Contact]) -> None:
        """Ring further contacts beside those that ring, or are about to."""
        if ring.plan is not None:
            ring.plan.contacts += contacts
            ring.unreached += len(contacts)
            self._ring_kinds(call, ring, contacts)

    def _ring_kinds(self, call: Call, ring: Ring, contacts: list[Contact]) -> None:
        for kind in dict.fromkeys(contact.phone_kind for contact in contacts):
            media = call.callee_media.get(kind)
            if media is None:
                media = call.callee_media[kind] = CalleeMedia(f"{call.call_id}.{next(self._numbers)}")
                self._spawn(self._offer(call, kind, media))
            if media.sdp is not None:
                self._invite_all(call, ring, kind, media)
            elif ring not in media.unsent:
                media.unsent.append(ring)

    def take_up(self, call: Call) -> None:
        """Go on with what an earlier process had begun for a call."""
        for kind, media in call.callee_media.items():
            if media.sdp is None:
                self._spawn(self._offer(call, kind, media))
        for ring in call.rings.values():
            if ring.plan is not None:
                for contact in ring.plan.looked_up:
                    self._spawn(self._invite_by_name(call, ring, contact, ring.plan))

    def number_from(self, first: int) -> None:
        """Give media legs and legs numbers from here on: those before are taken."""
        self._numbers = itertools.count(first)

    def stop(self, call: Call, ring: Ring, headers: tuple[tuple[str, str], ...] = ()) -> None:
        """Stop all phones of a ring and forget it; an answered one is hung up on."""
        call.rings.pop(ring.ring_id, None)
        ring.plan = None
        for leg in ring.legs.values():
            self._hang_up(leg, headers)
        if ring.answered is not None and ring is not call.connected_ring:
            self._relatch(ring, ring.answered)

    def answered(self, call: Call, ring: Ring, event: LegAnswered) -> None:
        """A phone of the ring answered."""
        leg = ring.legs[event.leg_id]
        self.heard(leg)
        if ring.answered is not None:
            self._drop_leg(ring, leg, (COMPLETED_ELSEWHERE,))
            return
        if event.sdp is None:
            self._drop_leg(ring, leg, ())
            ring.phone_failed(NO_DESCRIPTION)
            self._fail_when_hopeless(call, ring)
            return
        ring.answer(leg, event.sdp)
        ring.plan = None
        for other in [other for other in ring.legs.values() if other is not leg]:
            self._drop_leg(ring, other, (COMPLETED_ELSEWHERE,))
        ring.owner.answered(call, ring)

    def rejected(self, call: Call, ring: Ring, event: LegRejected) -> None:
        """A phone of the ring refused, or could not be reached."""
        leg = ring.legs.pop(event.leg_id)
        self._book.drop_leg(leg)
        failure = RingFailure.of_refusal(event, was_encrypted=leg.phone_kind is PhoneKind.DESK_ENCRYPTED)
        if leg.trunk is not None:
            self._trunks.heard(leg.trunk, leg.flow, failure)
        if leg.further and ring.plan is not None and failure.leads_to_next_way and not leg.has_rung:
            log.info("next way to a number", extra={"call_id": call.call_id, "status": event.status})
            ring.unreached += 1
            self._go_on(call, ring, leg.further, ring.plan)
            self._fail_when_hopeless(call, ring)
            return
        ring.phone_failed(failure)
        ring.declined = ring.declined or event.status in _DECLINED
        if failure.is_for_all_phones:
            ring.plan, ring.unreached = None, 0
            for other in list(ring.legs.values()):
                self._drop_leg(ring, other, (COMPLETED_ELSEWHERE,))
        self._fail_when_hopeless(call, ring)

    def release_media(self, call: Call) -> None:
        """Give the shared media legs back; the next ring makes new ones."""
        media, call.callee_media = call.callee_media, {}
        for each in media.values():
            self._media.delete(each.media_id)

    def hand_over_media(self, call: Call, winner: Leg) -> None:
        """The winner's media leg is theirs alone now, those of other kinds are given back; the next ring
        makes new ones."""
        media, call.callee_media = call.callee_media, {}
        for each in media.values():
            if each.media_id != winner.media_id:
                self._media.delete(each.media_id)

    def move_media(self, call: Call, successor: Call) -> None:
        """Who is rung for a call is rung for another one from now on, by the same media legs."""
        successor.callee_media, call.callee_media = call.callee_media, {}

    def _relatch(self, ring: Ring, leg: Leg) -> None:
        """Make the shared media leg forget a phone that answered and did not win."""
        # Without any ado a plain phone may have sent RTP to the shared port before the winner did. Of
        # browsers only the one whose answer media has been given gets that far.
        if leg.phone_kind is not PhoneKind.BROWSER or ring.is_accepted:
            self._media.relatch(leg.media_id)

    async def _offer(self, call: Call, kind: PhoneKind, media: CalleeMedia) -> None:
        is_secure = kind is PhoneKind.BROWSER
        failure: RingFailure | None = None
        try:
            media.sdp = await self._media.offer(
                media.media_id,
                like=call.caller.media_id,
                is_secure=is_secure,
                encryption=ENCRYPTION.get(kind, Encryption.NEVER),
            )
        except PeerError as error:
            failure = RingFailure.of_error(error)
        if call.callee_media.get(kind) is not media or call.call_id not in self._book.calls:
            self._media.delete(media.media_id)
            return
        rings, media.unsent = media.unsent, []
        if failure is not None:
            del call.callee_media[kind]
        for ring in rings:
            if failure is None:
                self._invite_all(call, ring, kind, media)
            else:
                self._give_up(call, ring, kind, failure)
        self._on_change(call)

    def _give_up(self, call: Call, ring: Ring, kind: PhoneKind, failure: RingFailure) -> None:
        """The ring's phones of a kind cannot be rung."""
        if ring.plan is None:
            return
        ring.unreached -= len(ring.plan.take(kind))
        ring.phone_failed(failure)
        self._fail_when_hopeless(call, ring)

    def _invite_all(self, call: Call, ring: Ring, kind: PhoneKind, media: CalleeMedia) -> None:
        """Ring the phones of a kind, unless the ring was stopped or answered on another kind meanwhile."""
        if ring.plan is None:
            return
        for contact in ring.plan.take(kind):
            self._go_on(call, ring, (contact, *contact.further), ring.plan)
        self._fail_when_hopeless(call, ring)

    def _go_on(self, call: Call, ring: Ring, ways: tuple[Contact, ...], plan: RingPlan) -> None:
        """Take the first of several ways to one phone or number that can be taken: for phones there is one.

        It counts as reached once the INVITE has left.
        """
        for place, contact in enumerate(ways):
            further = ways[place + 1 :]
            if contact.trunk is not None and not self._trunks.has_room(contact.trunk):
                ring.phone_failed(TRUNKS_FULL)
                continue
            try:
                flow = contact.flow or self._user_agent.resolve_literal(contact.uri)
            except PeerError as error:
                ring.phone_failed(RingFailure.of_error(error))
                continue
            if flow is None:
                looked_up = replace(contact, further=further)
                plan.looked_up.append(looked_up)
                self._spawn(self._invite_by_name(call, ring, looked_up, plan))
                return
            ring.unreached -= 1
            self._invite(call, ring, replace(contact, further=further), flow, plan.display)
            return
        ring.unreached -= 1

    def heard(self, leg: Leg) -> None:
        """Whoever is called says how far it has come: there is no other way then."""
        leg.has_rung, leg.further = True, ()
        if leg.trunk is not None:
            self._trunks.heard(leg.trunk, leg.flow, None)

    async def _invite_by_name(self, call: Call, ring: Ring, contact: Contact, plan: RingPlan) -> None:
        try:
            flow = await self._user_agent.resolve(contact.uri)
        except PeerError as error:
            ring.phone_failed(RingFailure.of_error(error))
            flow = None
        plan.looked_up.remove(contact)
        if call.rings.get(ring.ring_id) is not ring or ring.plan is None:
            ring.unreached -= 1
            return
        if flow is None:
            self._go_on(call, ring, contact.further, plan)
        else:
            ring.unreached -= 1
            self._invite(call, ring, contact, flow, plan.display)
        self._fail_when_hopeless(call, ring)
        self._on_change(call)

    def _invite(self, call: Call, ring: Ring, contact: Contact, flow: Flow, display: Display) -> None:
        kind, display = contact.phone_kind, contact.display or display
        media = call.callee_media.get(kind)
        if media is None or media.sdp is None:
            return
        leg = Leg(
            leg_id=f"{call.call_id}-{next(self._numbers)}",
            media_id=media.media_id,
            party=ring.owner.party,
            call_id=call.call_id,
            address=cleaned(contact.uri),
            account_id=ring.account_id if contact.display is None else contact.account_id,
            phone_kind=kind,
            is_trusted=contact.is_trusted,
            charged_to=contact.charged_to,
            trunk=contact.trunk,
            flow=flow if contact.trunk is not None else None,
            further=contact.further,
        )
        ring.legs[leg.leg_id] = leg
        self._book.add_leg(call, leg, ring)
        invite = Invite(
            leg_id=leg.leg_id,
            uri=contact.uri,
            flow=flow,
            from_=display.from_,
            to=display.to,
            sdp=media.sdp,
            contact_user="huntline",
            headers=display.headers + (display.page_headers if kind is PhoneKind.BROWSER else ()),
            route=contact.route,
            credentials=self._trunks.credentials(contact.trunk) if contact.trunk is not None else None,
            answer_within=ANSWER_WITHIN if contact.trunk is not None else None,
            max_forwards=max(call.max_forwards - 1, 0),
        )
        self._user_agent.invite(invite)

    def _drop_leg(self, ring: Ring, leg: Leg, headers: tuple[tuple[str, str], ...]) -> None:
        ring.legs.pop(leg.leg_id, None)
        self._hang_up(leg, headers)

    def _hang_up(self, leg: Leg, headers: tuple[tuple[str, str], ...]) -> None:
        self._book.drop_leg(leg)
        self._user_agent.hang_up(leg.leg_id, headers=headers)

    def _fail_when_hopeless(self, call: Call, ring: Ring) -> None:
        if not ring.legs and not ring.unreached and ring.ring_id in call.rings:
            self._fail(call, ring)

    def _fail(self, call: Call, ring: Ring) -> None:
        call.rings.pop(ring.ring_id, None)
        ring.plan = None
        ring.owner.failed(call, ring)
