"""Arrivals: turns an admitted INVITE into a call whose audio is ready to be answered."""

from __future__ import annotations

from uuid_utils import uuid7

from huntline.calls.admission import Admission, Admitted, NotAdmitted
from huntline.calls.arrival_order import ArrivalOrder, Turn
from huntline.calls.caller_identity import TEST_CALL, CallerId, caller_of, inside_caller, warning
from huntline.calls.direct_calls import DirectCalls
from huntline.calls.diversion import told_path
from huntline.calls.encryption import encryption_by_way
from huntline.calls.ends import CallEnds
from huntline.calls.model import Arrival, Call, Leg, Party
from huntline.calls.own_description import our_description
from huntline.calls.refusals import Refusal, Refusals, reason_without_audio
from huntline.calls.tools import CallTools
from huntline.clean_text import cleaned
from huntline.directory.encryption import Encryption
from huntline.directory.names import plain_user
from huntline.directory.refused import REFUSAL_WORDS, RefusalReason, RefusedCall
from huntline.errors import PeerError
from huntline.sdp import is_hold
from huntline.sip.core.events import InviteReceived, InviteRefused
from huntline.sip.core.grammar import GrammarError, parse_uri
from huntline.sip.core.message import MAX_FORWARDS, Request, parse_number


class Arrivals:
    """``direct_calls`` takes each call once its audio is ready: it has all calls at first, also those that
    turn out to be for a queue."""

    def __init__(
        self,
        tools: CallTools,
        admission: Admission,
        refusals: Refusals,
        ends: CallEnds,
        direct_calls: DirectCalls,
    ) -> None:
        self._tools = tools
        self._admission = admission
        self._refusals = refusals
        self._ends = ends
        self._direct_calls = direct_calls
        self._order = ArrivalOrder()

    def invited(self, event: InviteReceived) -> None:
        """A new INVITE: refused at once, or taken into the book."""
        decision = self._decide(event)
        if isinstance(decision, NotAdmitted):
            headers = (*decision.headers, *told(self._refusals, event, decision))
            self._tools.user_agent.reject(event.leg_id, decision.status, headers=headers)
            return
        call = self._call(event, decision)
        self._tools.book.add(call)
        self._tools.changed(call)
        self._begin(call)

    def _decide(self, event: InviteReceived) -> Admitted | NotAdmitted:
        """Who calls is asked first: of quotas strangers learn nothing."""
        now = self._tools.user_agent.now()
        decision = self._admission.decide(event.request, event.flow, now)
        if isinstance(decision, NotAdmitted):
            return decision
        reason = self._tools.quotas.why_not(decision.target, now)
        if reason is None:
            return decision
        # RFC 3261 section 21.5.4: after a 503 a provider would send us nobody's calls any more.
        return NotAdmitted(486, (), reason, decision.target.organization_id)

    def take_up(self, call: Call) -> None:
        """Go on with a call of an earlier process, if it has not gone on since it arrived."""
        self._begin(call)

    def _begin(self, call: Call) -> None:
        if call.arrival is not None:
            turn = self._order.come(call.organization_id)
            self._tools.tasks.spawn(self._prepare(call, call.arrival, turn))

    def refused(self, event: InviteRefused) -> None:
        """An INVITE has been refused already, as one that is no call to anybody."""
        reason = RefusalReason.TOO_MANY_CALLS if event.status == 503 else RefusalReason.NOT_UNDERSTOOD
        owner = self._admission.owner_of(event.request)
        told(self._refusals, event, NotAdmitted(event.status, (), reason, owner))

    def _call(self, event: InviteReceived, admitted: Admitted) -> Call:
        call_id = uuid7().hex
        account = admitted.account
        caller_id = TEST_CALL if admitted.is_guest else _caller_id(event, admitted)
        leg = Leg(
            leg_id=event.leg_id,
            media_id=call_id,
            party=Party.CALLER,
            call_id=call_id,
            address=caller_id.user,
            account_id=account.user_id if account else None,
            is_trusted=admitted.is_trusted,
            trunk=admitted.trunk,
        )
        return Call(
            call_id=call_id,
            organization_id=admitted.target.organization_id,
            caller=leg,
            caller_id=caller_id,
            dialled=cleaned(admitted.dialled or plain_user(parse_uri(event.request.uri).user or "")),
            music=self._tools.site.music(None),
            owner=self._direct_calls,
            arrival=Arrival(admitted.target, event.sdp, self._encryption(event, admitted)),
            source=event.flow.remote[0],
            path=told_path(event.request) if account is None and not admitted.is_guest else (),
            max_forwards=_max_forwards(event.request),
            # RFC 3261 section 13.2.1, RFC 3262 section 5: our own offer needs a reliable response.
            may_hear_early=event.sdp is not None or "100rel" in event.request.tokens("require"),
        )

    def _encryption(self, event: InviteReceived, admitted: Admitted) -> Encryption:
        """By what is set for the user or the provider; of guests, by the way that they come."""
        if admitted.account is not None:
            return encryption_by_way(admitted.account.encryption, event.flow)
        trunks = () if admitted.is_guest else self._tools.plan.trunks_of(*event.flow.remote)
        organization_id = admitted.target.organization_id
        own = (each.trunk.encryption for each in trunks if each.organization_id == organization_id)
        return encryption_by_way(next(own, None), event.flow)

    async def _prepare(self, call: Call, arrival: Arrival, turn: Turn) -> None:
        """Audio first, so that whoever arrives can be answered in the same turn. The caller may have left."""
        try:
            if await self._has_audio(call, arrival):
                await turn.wait()
                self._go_on(call, arrival)
        finally:
            turn.end()

    async def _has_audio(self, call: Call, arrival: Arrival) -> bool:
        """Make it ready; where that fails the call is turned away."""
        media_id, offer = call.caller.media_id, arrival.sdp_offer
        try:
            call.sdp_for_caller = await our_description(
                self._tools.media, media_id, offer, arrival.encryption
            )
            call.caller.is_holding = offer is not None and is_hold(offer)
        except PeerError as error:
            if call.call_id in self._tools.book.calls:
                reason = reason_without_audio(error)
                self._ends.turn_away(call, Refusal(error.sip_status, reason, str(error)))
            return False
        return True

    def _go_on(self, call: Call, arrival: Arrival) -> None:
        call.arrival = None
        if call.call_id in self._tools.book.calls:
            self._direct_calls.arrived(call, arrival.target)
            self._tools.changed(call)
        else:
            self._tools.media.delete(call.caller.media_id)


def _max_forwards(request: Request) -> int:
    told = parse_number(request.header("max-forwards"))
    return MAX_FORWARDS if told is None else told


def told(
    refusals: Refusals, event: InviteReceived | InviteRefused, refused: NotAdmitted
) -> tuple[tuple[str, str], ...]:
    """Have it told why an INVITE is refused; the header that tells the caller."""
    if refused.reason is None:
        return ()
    dialled = plain_user(_user_in(event.request.uri))
    caller = caller_of(event.request, is_trusted=False).user
    source, reason = event.flow.remote[0], refused.reason
    refusals.add(RefusedCall(refused.organization_id, source, caller, dialled, refused.status, reason))
    return (warning(REFUSAL_WORDS[reason]),)


def _user_in(uri: str) -> str:
    try:
        return parse_uri(uri).user or ""
    except GrammarError:
        return ""


def _caller_id(event: InviteReceived, admitted: Admitted) -> CallerId:
    caller, account = caller_of(event.request, is_trusted=admitted.is_trusted), admitted.account
    if account is None or caller.is_anonymous:
        return caller
    return inside_caller(account)
