"""Transfers: a party of a call hands the other one on by REFER, to an address or to another call of theirs.

Blind (RFC 5589 section 6): the target is rung while the far party hears music; whoever answers goes on with
them in a call of its own, the successor. A queue takes the far party at once, as a new arrival.
Consultative (section 7): the far party takes the transferor's place in the other call that REFER names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from uuid_utils import uuid7

from huntline.calls.admission import Admission, NotAdmitted
from huntline.calls.caller_identity import ANONYMOUS, CallerId, inside_caller, warning
from huntline.calls.contacts import Callee
from huntline.calls.direct_calls import DirectCalls
from huntline.calls.diversion import DiversionReason, Hop, Path, number_hop, people_passed, person_hop
from huntline.calls.model import Call, Leg, OwnerKind, Party, PendingTransfer, Ring
from huntline.calls.moves import Moves
from huntline.calls.parts import CallParts
from huntline.calls.tools import CallTools
from huntline.clean_text import cleaned
from huntline.directory.names import plain_user
from huntline.directory.plan import (
    NO_WISH,
    Account,
    AttendantTarget,
    MoveTarget,
    OutsideAddress,
    OutsideNumber,
    QueueTarget,
    UserTarget,
    VoicemailTarget,
)
from huntline.directory.star_codes import StarCode
from huntline.engine.model import Transfer
from huntline.engine.reasons import Cause, Destination, DestinationKind, Reason
from huntline.sip.core.events import LegRinging, ReferReceived
from huntline.sip.core.grammar import GrammarError, Uri, parse_uri
from huntline.sip.core.replaces_header import Replaces

_Place = QueueTarget | AttendantTarget | VoicemailTarget
"""What takes a caller at once, with nobody to be rung first."""

_Rung = UserTarget | OutsideNumber | OutsideAddress


class TransferRefused(Exception):
    """The REFER is refused with this status, in words that say why; the calls go on as they were."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class Transfers:
    """The owner of the rings of those to whom somebody is handed on, until they have answered."""

    kind = OwnerKind.TRANSFER
    party = Party.TARGET

    def __init__(
        self,
        tools: CallTools,
        parts: CallParts,
        admission: Admission,
        moves: Moves,
        direct_calls: DirectCalls,
    ) -> None:
        self._tools = tools
        self._admission = admission
        self._dialling = parts.dialling
        self._alerting = parts.alerting
        self._holding = parts.holding
        self._audio_paths = parts.audio_paths
        self._ends = parts.ends
        self._identity = parts.identity
        self._moves = moves
        self._direct_calls = direct_calls
        self._early: dict[str, ReferReceived] = {}
        """Of parties that media has connected already, which we are not told of yet."""
        self._audio_paths.wire(self._talk)

    # -- what a party asks

    def referred(self, event: ReferReceived) -> None:
        """A party wants to hand the other one on. What cannot be is refused; what can be is accepted, and how
        it goes is told by NOTIFY."""
        try:
            call, leg = self._call_of(event.leg_id)
            if call.is_connecting(leg):  # who hears the other one may be quicker than media's answer to us
                self._early = {leg_id: early for leg_id, early in self._early.items() if self._knows(leg_id)}
                self._early[leg.leg_id] = event
                return
            far, account = _far_of(call, leg), self._transferor(leg)
            if event.replaces is None:
                self._transfer(call, leg, far, account, event.refer_to)
            else:
                self._consultative(call, leg, far, account, event.replaces)
        except TransferRefused as refusal:
            headers = (warning(str(refusal)),)
            self._tools.user_agent.refuse_refer(event.leg_id, refusal.status, headers=headers)

    def _talk(self, caller: Leg, callee: Leg) -> None:
        """What they have asked a moment too early is due, once everybody knows that they talk."""
        for leg in (caller, callee):
            if (event := self._early.pop(leg.leg_id, None)) is not None:
                asyncio.get_running_loop().call_soon(self.referred, event)

    def _knows(self, leg_id: str) -> bool:
        return self._tools.book.by_leg(leg_id) is not None

    def _call_of(self, leg_id: str) -> tuple[Call, Leg]:
        found = self._tools.book.by_leg(leg_id)
        if found is None:
            raise TransferRefused(603, "the call is over")
        call, ring = found
        return call, call.caller if ring is None else ring.legs[leg_id]

    def _transferor(self, leg: Leg) -> Account:
        account = self._tools.plan.account_by_id(leg.account_id or "")
        if account is None:
            raise TransferRefused(403, "only users of this server may transfer")
        return account

    # -- to an address

    def _transfer(self, call: Call, leg: Leg, far: Leg, account: Account, refer_to: Uri) -> None:
        target = self._admission.target_for(account, refer_to)
        if isinstance(target, StarCode):
            raise TransferRefused(403, "a code is nobody to transfer to")
        if isinstance(target, NotAdmitted):
            if target.status == 403:
                raise TransferRefused(403, "you may not call that number")
            self._accept(leg)
            self._tell(leg, target.status)
            return
        passed, last = self._tools.plan.way(target)
        if isinstance(last, _Place):
            self._accept(leg)
            successor = self._successor(call, far)
            successor.path = (*successor.path, *people_passed(self._tools.plan, passed))
            self._hand_over(call, leg, successor, last)
            return
        to, callee = self._party(account.organization_id, last, passed)
        if callee.user_id is not None and callee.user_id in (leg.account_id, far.account_id):
            raise TransferRefused(403, "whom you transfer to is in the call already")
        self._accept(leg)
        self._ring(call, leg, to, callee, people_passed(self._tools.plan, passed))

    def _party(self, organization_id: str, to: _Rung, passed: Sequence[Account]) -> tuple[str, Callee]:
        """Who is rung, and how they are called: the UPN of a user, or a URI. What they do not take goes by
        their rule, or that of the last one of those who want all calls to go there."""
        plan = self._tools.plan
        rule = plan.rule_of(passed[-1].user_id) if passed else NO_WISH
        if isinstance(to, UserTarget):
            person = plan.account_by_id(to.user_id)
            if person is None:
                return "nobody", Callee(None, [])
            uri, callee = person.upn, self._tools.site.person(person)
        else:
            uri = f"tel:{to.number}" if isinstance(to, OutsideNumber) else to.uri
            callee = self._tools.site.callee(organization_id, uri)
        return uri, replace(callee, rule=callee.rule.or_of(rule))

    def _hand_over(self, call: Call, leg: Leg, successor: Call, place: _Place) -> None:
        """The far party is a new arrival there; the call is over for the transferor."""
        far = successor.caller
        successor.transferred = call.owner.transfer_by(call, leg.account_id)
        if place.organization_id != call.organization_id:
            # Another customer's: who transferred, and out of which call, is not theirs to know.
            successor.organization_id = place.organization_id
            successor.transferred = Transfer(None, Cause.FROM_OUTSIDE)
        self._tell(leg, 200)
        self._detach(call, far)
        self._tools.book.adopt(successor)
        self._tools.media.unbridge(far.media_id)
        self._holding.settle(successor)
        call.owner.handed_on(call, self._moves.shown(place))
        self._moves.go(successor, place)
        self._identity.tell_queue(successor)

    # -- while somebody is rung

    def _ring(self, call: Call, leg: Leg, to: str, callee: Callee, passed: Path) -> None:
        successor = self._successor(call, _far_of(call, leg))
        call.transfer = PendingTransfer(leg, successor, _destination(to))
        self._holding.settle(call)
        ring_id = f"{successor.call_id}.transfer"
        self._alerting.start(call, self, ring_id, to, callee, (*successor.path, *passed))

    def transferor_left(self, call: Call, leg_id: str) -> bool:
        """Whether the leg that is over is that of a transferor: then the transfer goes on without them."""
        transfer = call.transfer
        if transfer is None or transfer.transferor.leg_id != leg_id:
            return False
        transfer.is_on_its_own = True
        leg, ring = transfer.transferor, call.connected_ring
        self._tools.book.drop_leg(leg)
        self._tools.media.delete(leg.media_id)
        leg.call_id = ""  # it is in no call any more
        if ring is not None and ring.answered is leg:
            self._forget_connected(call)
            ring.owner.left_by_transfer(call, ring, transfer.to)
        self._tools.changed(call)
        return True

    # -- how its rings go (RingOwner)

    def ringing(self, call: Call, ring: Ring, event: LegRinging) -> None:
        """The transferor learns of it; who is handed on hears music."""
        if call.transfer is not None:
            self._tell(call.transfer.transferor, 180)

    def answered(self, call: Call, ring: Ring) -> None:
        """The far party gets the target."""
        self._alerting.stop(call)
        self._audio_paths.answer_caller(call)
        self._audio_paths.connect(call, ring)

    def failed(self, call: Call, ring: Ring) -> None:
        """The target's rule counts; without one the far party stays where they are."""
        if self._alerting.ring_the_rest(call, ring):
            return
        self._alerting.stop(call)
        transfer = call.transfer
        to, path = self._moves.by_rule(transfer.successor if transfer else call, ring)
        if to is not None and transfer is not None:
            self._dialling.release_media(call)
            self._follow_rule(call, transfer, to, path)
        else:
            status = ring.failure.status_for_caller(is_outside=ring.is_outside)
            self._give_up(call, status, ring.failure.why)

    def _follow_rule(self, call: Call, transfer: PendingTransfer, to: MoveTarget, path: Path) -> None:
        """Who did not take the far party has a rule that says who does."""
        passed, last = self._tools.plan.way(to)
        path = (*path, *people_passed(self._tools.plan, passed))
        if isinstance(last, _Place):
            call.transfer, transfer.successor.path = None, path
            self._hand_over(call, transfer.transferor, transfer.successor, last)
        else:
            uri, callee = self._party(call.organization_id, last, passed)
            ring_id = f"{transfer.successor.call_id}.transfer/{len(path)}"
            self._alerting.start(call, self, ring_id, uri, callee, path)

    def connected(self, call: Call, ring: Ring) -> None:
        """The far party goes on with the target, in a call of their own."""
        transfer, leg = call.transfer, ring.answered
        if transfer is None or leg is None:
            return
        call.transfer, successor = None, transfer.successor
        del call.rings[ring.ring_id]
        ring.owner = self._direct_calls
        self._dialling.hand_over_media(call, leg)
        self._detach(call, transfer.far)
        successor.connect(ring)
        self._tools.book.adopt(successor)
        self._holding.settle(successor)
        self._tell(transfer.transferor, 200)
        call.owner.handed_on(call, transfer.to)
        self._identity.introduce(successor)
        self._tools.changed(successor)

    def not_connected(self, call: Call, ring: Ring, reason: Reason) -> None:
        """The far party stays where they are."""
        self._give_up(call, 488, reason)

    def left(self, call: Call, ring: Ring) -> None:
        """The target hung up before they could be connected: the far party stays where they are."""
        self._give_up(call, 480, Cause.TARGET_HUNG_UP)

    def left_by_transfer(self, call: Call, ring: Ring, to: Destination) -> None:
        """Who is rung for a transfer talks to nobody yet, and so hands nobody on."""

    def _give_up(self, call: Call, status: int, reason: Reason) -> None:
        """The target cannot be had: the call goes on as it was, or without a transferor where that leads."""
        transfer = call.transfer
        if transfer is None:
            return
        call.transfer = None
        self._dialling.release_media(call)
        self._tell(transfer.transferor, status)
        if transfer.is_on_its_own:
            call.owner.transfer_failed(call, reason)
        else:
            self._holding.settle(call)
            self._tools.changed(call)

    # -- to another call

    def _consultative(self, call: Call, leg: Leg, far: Leg, account: Account, replaces: Replaces) -> None:
        record = self._tools.user_agent.replaced_leg(replaces)
        found = self._tools.book.by_leg(record.leg_id) if record is not None else None
        if record is None or found is None:
            self._accept(leg)
            self._tell(leg, 481)
            return
        other_call, ring = found
        other = other_call.caller if ring is None else ring.legs[record.leg_id]
        if other.account_id != account.user_id:
            raise TransferRefused(403, "the other call is somebody else's")
        if other_call is call:
            raise TransferRefused(403, "a call cannot be transferred to itself")
        if other_call.transfer is not None:
            raise TransferRefused(491, "the other call is being transferred")
        if other is other_call.caller and other_call.owner.has_places:
            self._take_place(call, leg, far, other_call)
        elif other_call.callee is not None:
            self._join(call, leg, far, other_call, other)
        else:
            self._take_ring(call, leg, other_call)

    def _take_place(self, call: Call, leg: Leg, far: Leg, other_call: Call) -> None:
        """The far party is now who waits in a queue, or talks to its agent."""
        self._accept(leg)
        transfer = call.owner.transfer_by(call, leg.account_id)
        caller_id = self._caller_id_of(call, far)
        to, own = Destination(DestinationKind.QUEUE, self._queue_name(other_call)), other_call.caller
        other_call.path, other_call.is_handed_on = _path_of(call, far), True
        self._detach(call, far)
        other_call.caller, other_call.caller_id = far, caller_id
        self._tools.book.move_leg(far, other_call, None)
        self._let_go(own)
        other_call.owner.caller_replaced(other_call, transfer)
        self._tools.media.unbridge(far.media_id)
        self._holding.settle(other_call)
        self._tell(leg, 200)
        call.owner.handed_on(call, to)
        if other_call.callee is not None:
            self._identity.introduce(other_call)
        else:
            self._identity.tell_queue(other_call)
        self._tools.changed(other_call)

    def _join(self, call: Call, leg: Leg, far: Leg, other_call: Call, other: Leg) -> None:
        """Both far parties go on together; both calls are over for the transferor."""
        other_far = _far_of(other_call, other)
        self._accept(leg)
        successor = self._successor(call, far)
        to, other_to = self._shown(other_call, other_far), self._shown(call, far)
        self._detach(call, far)
        self._detach(other_call, other_far)
        ring = Ring(
            f"{successor.call_id}.joined", successor.call_id, self._direct_calls, other_far.account_id
        )
        ring.speak_by(other_far)
        ring.path = (*successor.path, self._hop(other_call, other_far))
        successor.connect(ring)
        self._tools.book.adopt(successor)
        self._holding.settle(successor)
        self._tell(leg, 200)
        call.owner.handed_on(call, to)
        other_call.owner.handed_on(other_call, other_to)
        self._identity.introduce(successor)
        self._tools.changed(successor)

    def _take_ring(self, call: Call, leg: Leg, other_call: Call) -> None:
        """Whom the transferor has rung is rung for the far party from now on, as by a blind transfer."""
        ring = next(iter(other_call.rings.values()), None)
        if ring is None or ring.answered is not None or ring.unreached:
            raise TransferRefused(491, "the other call neither rings nor is answered yet")
        self._accept(leg)
        successor = self._successor(call, _far_of(call, leg))
        call.transfer = PendingTransfer(leg, successor, self._rung_by(ring))
        del other_call.rings[ring.ring_id]
        ring.owner = self
        ring.path = (*successor.path, *ring.path[-1:])
        self._dialling.move_media(other_call, call)
        self._tools.book.move_ring(ring, call)
        self._holding.settle(call)
        self._ends.end(other_call)
        self._alerting.limit(call, ring)
        self._tell(leg, 180)
        self._tools.changed(call)

    # -- steps that they share

    def _successor(self, call: Call, far: Leg) -> Call:
        """The call in which a party goes on as its caller; it comes into the book when they do."""
        return Call(
            call_id=uuid7().hex,
            organization_id=call.organization_id,
            caller=far,
            caller_id=self._caller_id_of(call, far),
            dialled=call.dialled,
            music=call.music,
            owner=self._direct_calls,
            path=_path_of(call, far),
            is_handed_on=True,
        )

    def _detach(self, call: Call, far: Leg) -> None:
        """The far party is about to leave for another call."""
        if far is call.callee:
            self._forget_connected(call)

    def _forget_connected(self, call: Call) -> None:
        if (ring := call.disconnect()) is not None:
            del call.rings[ring.ring_id]

    def _let_go(self, leg: Leg) -> None:
        self._tools.user_agent.hang_up(leg.leg_id)
        self._tools.book.drop_leg(leg)
        self._tools.media.delete(leg.media_id)

    def _accept(self, leg: Leg) -> None:
        self._tools.user_agent.accept_refer(leg.leg_id)

    def _tell(self, leg: Leg, status: int) -> None:
        self._tools.user_agent.notify_refer(leg.leg_id, status)

    # -- who and where

    def _hop(self, call: Call, far: Leg) -> Hop:
        """Where a party that goes on with another one is: a user of ours, or an address outside."""
        plan = self._tools.plan
        account = plan.account_by_id(far.account_id or "")
        if account is not None:
            return person_hop(plan, account)
        try:
            number = plain_user(parse_uri(far.address).user or "")
        except GrammarError:
            number = ""
        return number_hop(plan, call.organization_id, number)

    def _queue_name(self, call: Call) -> str:
        queue = self._tools.plan.queue(call.queue_id or "")
        return queue.name if queue else ""

    def _caller_id_of(self, call: Call, far: Leg) -> CallerId:
        if far is call.caller:
            return call.caller_id
        account = self._tools.plan.account_by_id(far.account_id or "")
        if account is not None:
            return inside_caller(account)
        try:
            return CallerId(plain_user(parse_uri(far.address).user or ANONYMOUS))
        except GrammarError:
            return CallerId(ANONYMOUS)

    def _shown(self, call: Call, far: Leg) -> Destination:
        account = self._tools.plan.account_by_id(far.account_id or "")
        if account is not None:
            return Destination(DestinationKind.PERSON, account.upn)
        return Destination(DestinationKind.NUMBER, self._caller_id_of(call, far).shown)

    def _rung_by(self, ring: Ring) -> Destination:
        account = self._tools.plan.account_by_id(ring.account_id or "")
        if account is not None:
            return Destination(DestinationKind.PERSON, account.upn)
        return Destination(DestinationKind.NUMBER)


def _destination(to: str) -> Destination:
    """Whom a name stands for: a ``tel:`` URI, or a user's UPN."""
    number = to.removeprefix("tel:")
    return Destination(DestinationKind.PERSON if number == to else DestinationKind.NUMBER, cleaned(number))


def _path_of(call: Call, far: Leg) -> Path:
    """How a far party came to whoever hands them on. One who was called came from nowhere."""
    path = (call.connected_ring and call.connected_ring.path) or call.path
    if far is not call.caller or not path:
        return ()
    return (*path[:-1], path[-1].left(DiversionReason.DEFLECTION))


def _far_of(call: Call, leg: Leg) -> Leg:
    """Whom a party of a call may hand on. Raises TransferRefused."""
    callee = call.callee
    if call.transfer is not None:
        raise TransferRefused(491, "another transfer is under way")
    if leg is call.caller and call.owner.has_places:
        raise TransferRefused(403, "the caller of a queue cannot transfer")
    if callee is None or leg not in (call.caller, callee):
        raise TransferRefused(403, "there is nobody to transfer yet")
    return callee if leg is call.caller else call.caller
