"""An incoming leg until its answer: the UAS side of an INVITE (RFC 3261 section 13.3, RFC 3262)."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from huntline.sip.core.dialog import Dialog
from huntline.sip.core.events import InviteReceived, LegCancelled, LegConfirmed, OfferAnswered
from huntline.sip.core.flow import Flow
from huntline.sip.core.leg import LegTools, SipLeg
from huntline.sip.core.leg_record import (
    IncomingRecord,
    LegRecord,
    ProvisionalRecord,
    RepetitionRecord,
    SipLegState,
)
from huntline.sip.core.message import SDP, HeaderLines, Headers, Request
from huntline.sip.core.repetition import Repetition
from huntline.sip.core.replaces_header import replaces_in
from huntline.sip.core.server_transaction import InviteServerTransaction, ServerTransaction


@dataclass(slots=True)
class _Provisional:
    """A reliable provisional response; ``repetition`` is None while it waits for its turn."""

    status: int
    sdp: str | None
    rseq: int = 0
    repetition: Repetition | None = None

    def record(self) -> ProvisionalRecord:
        repetition = None if self.repetition is None else self.repetition.record()
        return ProvisionalRecord(self.status, self.sdp, self.rseq, repetition)


class IncomingLeg(SipLeg):
    """Somebody calls us."""

    is_incoming = True

    def __init__(self, leg_id: str, surroundings: LegTools, flow: Flow, local_tag: str, contact: str) -> None:
        super().__init__(leg_id, surroundings, flow, local_tag, contact, None)
        self.state = SipLegState.RINGING
        # The caller's INVITE, until our answer to it is acknowledged.
        self._invite: InviteServerTransaction | None = None
        self._is_reliable = False
        self._rseq = 0
        self._provisionals: deque[_Provisional] = deque()
        # The first offer was answered before our 2xx: by a reliable response of ours, or by its PRACK.
        self._is_agreed_early = False
        self._held_answer: str | None = None
        self._repetition: Repetition | None = None
        self._bye_headers: HeaderLines | None = None

    @classmethod
    def called(cls, leg_id: str, surroundings: LegTools, invite: InviteServerTransaction) -> IncomingLeg:
        """The leg of a new INVITE."""
        # The Contact names the leg and nothing else: the topology stays hidden.
        contact = surroundings.context.contact(leg_id, invite.flow, invite.request.uri)
        leg = cls(leg_id, surroundings, invite.flow, invite.to_tag, contact)
        request = invite.request
        leg.dialog = Dialog.from_request(request, invite.to_tag)
        leg.remote_sdp = request.sdp
        leg.note_allowed(request)
        leg._invite = invite
        leg._is_reliable = "100rel" in request.tokens("require")
        return leg

    def start(self, invite: InviteServerTransaction, now: float) -> None:
        """Tell our user of the call; the peer is told that it has come, unless our user is quick."""
        request = invite.request
        invite.expect_answer(now)
        told = InviteReceived(self.leg_id, request, invite.source, request.sdp, replaces_in(request))
        self.context.tell(told)

    def incoming_record(self) -> IncomingRecord | None:
        """The call until the ACK to our answer; afterwards there is nothing to know of it any more."""
        if self._invite is None:
            return None
        return IncomingRecord(
            self._invite.key,
            self._is_reliable,
            self._rseq,
            tuple(provisional.record() for provisional in self._provisionals),
            self._is_agreed_early,
            self._held_answer,
            None if self._repetition is None else self._repetition.record(),
            self._bye_headers,
        )

    def restore(self, record: LegRecord, now: float) -> None:
        """As for any leg; a response that may never have arrived is repeated."""
        super().restore(record, now)
        if record.incoming is not None:
            self._restore_unconfirmed(record.incoming, now)

    def _restore_unconfirmed(self, record: IncomingRecord, now: float) -> None:
        invite = self.transactions.server(record.invite)
        if not isinstance(invite, InviteServerTransaction):
            return
        self._invite = invite
        self._is_reliable, self._rseq = record.is_reliable, record.rseq
        self._is_agreed_early, self._held_answer = record.is_agreed_early, record.held_answer
        self._bye_headers = record.bye_headers

        def repetition(of: RepetitionRecord | None, give_up: Callable[[float], None]) -> Repetition | None:
            if of is None:
                return None
            return Repetition(self.context, self.flow, invite.last, now, give_up, of)

        for each in record.provisionals:
            again = repetition(each.repetition, self._no_prack)
            self._provisionals.append(_Provisional(each.status, each.sdp, each.rseq, again))
        self._repetition = repetition(record.repetition, self._no_ack)

    # Our user's wishes

    @property
    def _ringing(self) -> InviteServerTransaction | None:
        """The caller's INVITE, while it has no final response."""
        return self._invite if self.state is SipLegState.RINGING else None

    def ring(self, status: int, sdp: str | None, now: float) -> None:
        """Send 180 or 183, reliably when the caller demands it (RFC 3262).

        A reliable one with ``sdp`` settles the session, also of a caller without an offer: then it is ours.
        """
        invite = self._ringing
        if invite is None or self._held_answer is not None:
            return
        has_offer = self.remote_sdp is not None
        if not self._is_reliable:
            # A caller without an offer gets ours in the 2xx: an unreliable response can carry none.
            body = sdp if sdp and has_offer else ""
            invite.reply(status, now, headers=self._provisional_headers(), body=body, content_type=SDP)
        elif has_offer or sdp:
            self._provisionals.append(_Provisional(status, sdp))
            self._send_provisional(invite, now)
        # Else the first reliable response had to carry our offer (RFC 3262 section 5): the 2xx will.

    @property
    def is_agreed(self) -> bool:
        """As for any leg; with reliable responses it may be so before the answer."""
        return self._is_agreed_early or super().is_agreed

    def _provisional_headers(self) -> tuple[tuple[str, str], ...]:
        return (*self._record_route(), ("Contact", self.contact), ("Allow", self.context.allow))

    def _record_route(self) -> tuple[tuple[str, str], ...]:
        # Section 12.1.1: responses that make a dialog copy the Record-Route values.
        route_set = self.dialog.route_set if self.dialog else ()
        return tuple(("Record-Route", value) for value in route_set)

    def _send_provisional(self, invite: InviteServerTransaction, now: float) -> None:
        """Send the first waiting reliable response, unless one is under way (RFC 3262 section 3)."""
        if not self._provisionals or self._provisionals[0].repetition is not None:
            return
        provisional = self._provisionals[0]
        if self._is_agreed_early:
            provisional.sdp = None  # RFC 3261 section 13.2.1: there is nothing left to answer
        self._rseq += 1
        provisional.rseq = self._rseq
        headers = (*self._provisional_headers(), ("Require", "100rel"), ("RSeq", str(self._rseq)))
        data = invite.reply(
            provisional.status, now, headers=headers, body=provisional.sdp or "", content_type=SDP
        )
        provisional.repetition = Repetition(self.context, self.flow, data, now, self._no_prack)

    def receive_prack(self, transaction: ServerTransaction, request: Request, now: float) -> None:
        """The PRACK for the response that is under way; any other one gets 481."""
        rack = (request.header("rack") or "").split()
        waiting = self._provisionals[0] if self._provisionals else None
        invite = self._ringing
        if waiting is None or waiting.repetition is None or invite is None:
            transaction.reply(481, now)
            return
        if rack != [str(waiting.rseq), str(invite.request.cseq.sequence), "INVITE"]:
            transaction.reply(481, now)
            return
        waiting.repetition.stop()
        self._provisionals.popleft()
        if waiting.sdp is not None and self.remote_sdp is None:
            self._take_early_answer(waiting.sdp, request.sdp)
            transaction.reply(200, now)
        else:
            if waiting.sdp is not None:
                self.local_sdp, self._is_agreed_early = waiting.sdp, True
            self.negotiation.receive_prack(transaction, request, now)
        self._send_provisional(invite, now)
        self._release_answer(now)

    def _take_early_answer(self, ours: str, theirs: str | None) -> None:
        """The answer to our offer; where a PRACK lacks it, our 2xx offers once more."""
        if theirs is not None:
            self.local_sdp, self.remote_sdp, self._is_agreed_early = ours, theirs, True
            self.context.tell(OfferAnswered(self.leg_id, theirs))

    def _no_prack(self, now: float) -> None:
        # RFC 3262 section 3: without a PRACK after 64*T1 the INVITE is refused with a 5xx.
        if (invite := self._ringing) is not None:
            invite.reply(504, now, reason="No PRACK")
            self._cancelled(now)

    def answer(self, sdp: str, now: float) -> None:
        """Send the 2xx, after the PRACK when one is still missing (RFC 3262 section 3).

        Where a session was agreed on before, that one holds.
        """
        if self.state is SipLegState.RINGING and self._held_answer is None:
            self._held_answer = sdp
            self._release_answer(now)

    def _release_answer(self, now: float) -> None:
        """Send the 2xx that waits, unless a reliable response or an offer of the caller is open."""
        is_open = bool(self._provisionals) or self.negotiation.is_asked
        if self._held_answer is not None and not is_open and (invite := self._ringing) is not None:
            self._send_answer(invite, self._held_answer, now)

    def accept_offer(self, sdp: str, now: float, fork: str) -> None:
        """As for any leg; our 2xx may have waited for it."""
        super().accept_offer(sdp, now, fork)
        self._release_answer(now)

    def reject_offer(self, status: int, now: float, fork: str) -> None:
        """As for any leg; our 2xx may have waited for it."""
        super().reject_offer(status, now, fork)
        self._release_answer(now)

    def _send_answer(self, invite: InviteServerTransaction, sdp: str, now: float) -> None:
        self.state, self._held_answer = SipLegState.ANSWERED, None
        # RFC 3261 section 13.2.1: a session that was agreed before stands, and is not described again.
        body = "" if self._is_agreed_early else sdp
        self.local_sdp = self.local_sdp if self._is_agreed_early else sdp
        timer = self.session_timer.agree_as_uas(invite.request, now)
        headers = (*self._record_route(), *self.own_headers(), *timer)
        data = invite.reply(200, now, headers=headers, body=body, content_type=SDP)
        self._repetition = Repetition(self.context, self.flow, data, now, self._no_ack)

    def reject(self, status: int, now: float, reason: str | None, headers: Headers) -> None:
        """Refuse the call; the user hears no more of the leg."""
        if (invite := self._ringing) is not None:
            invite.reply(status, now, reason=reason, headers=headers)
            self.stop(now)
            self.table.forget(self)

    def hang_up(self, now: float, headers: Headers) -> None:
        """Refuse, or say BYE, which has to wait for the ACK (section 15)."""
        if self.state is SipLegState.RINGING:
            self.reject(480, now, None, headers)
        elif self.state is SipLegState.ANSWERED:
            self._bye_headers = tuple(headers)
            self.table.retire(self)
        elif self.state is SipLegState.CONFIRMED:
            super().hang_up(now, headers)

    # What the peer does

    def receive_ack(self, request: Request, now: float) -> None:
        """The ACK to our 2xx, to the first or to one to a re-INVITE."""
        if self._invite is None or self.state is not SipLegState.ANSWERED:
            super().receive_ack(request, now)
        elif request.cseq.sequence == self._invite.request.cseq.sequence:
            self._confirm(self._invite.request, request.sdp, now)

    def _confirm(self, invite: Request, sdp: str | None, now: float) -> None:
        if self._repetition is not None:
            self._repetition.stop()
            self._repetition = None
        self.state = SipLegState.CONFIRMED
        self._invite = None
        if self._bye_headers is not None:
            super().hang_up(now, self._bye_headers)
            return
        is_late = invite.sdp is None and not self._is_agreed_early
        self.remote_sdp = sdp if is_late else self.remote_sdp
        self.context.tell(LegConfirmed(self.leg_id, sdp if is_late else None))
        self.negotiation.confirmed(now)

    def _no_ack(self, now: float) -> None:
        # Section 13.3.1.4: no ACK within 64*T1 ends the session with a BYE.
        if self._bye_headers is not None:
            super().hang_up(now, self._bye_headers)
        else:
            self.end_with_bye("no ack", now)

    def end_with_bye(self, reason: str, now: float) -> None:
        """As for any leg; without an ACK there is nothing to wait for any more."""
        if self.state is SipLegState.ANSWERED:
            self.state = SipLegState.CONFIRMED
        super().end_with_bye(reason, now)

    def receive_cancel(self, transaction: InviteServerTransaction, now: float) -> None:
        """The caller gives up (section 9.2); after our answer a CANCEL has no effect."""
        if transaction is not self._invite:
            super().receive_cancel(transaction, now)
        elif self.state is SipLegState.RINGING:
            transaction.reply(487, now)
            self._cancelled(now)

    def receive_bye(self, now: float) -> None:
        """The caller ends the call, also before our answer (section 15.1.2)."""
        if (invite := self._ringing) is not None:
            invite.reply(487, now)
            self._cancelled(now)
        elif self._bye_headers is not None:
            self.stop(now)
            self.table.forget(self)
        else:
            super().receive_bye(now)

    def flow_failed(self, now: float) -> None:
        """As for any leg; a call that is not answered yet is over."""
        super().flow_failed(now)
        if (invite := self._ringing) is not None:
            invite.terminate()
            self._cancelled(now)
        elif self.state is SipLegState.ANSWERED and not self.is_cut_off:
            self.end("transport failed", now)

    def lose_connection(self, now: float) -> None:
        """As for any leg; a page takes nothing back that it had asked by the old connection (RFC 7118), so an
        unanswered call of one is over."""
        if self._ringing is not None and self.flow.transport.is_websocket:
            self.flow_failed(now)
            return
        super().lose_connection(now)
        for repetition in (self._repetition, *(each.repetition for each in self._provisionals)):
            if repetition is not None:
                repetition.flow = self.flow

    def peer_is_back(self, now: float) -> None:
        """As for any leg; a 2xx without ACK is repeated there."""
        super().peer_is_back(now)
        if self._repetition is not None:
            self._repetition.flow = self.flow

    def _cancelled(self, now: float) -> None:
        self.stop(now)
        self.table.forget(self)
        self.context.tell(LegCancelled(self.leg_id, self.peer_reasons))

    def stop(self, now: float) -> None:
        """As for any leg, the repetitions of our responses included."""
        super().stop(now)
        self._invite = None
        if self._repetition is not None:
            self._repetition.stop()
            self._repetition = None
        for provisional in self._provisionals:
            if provisional.repetition is not None:
                provisional.repetition.stop()
        self._provisionals.clear()
