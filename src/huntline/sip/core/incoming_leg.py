"""An incoming leg until its answer: the UAS side of an INVITE (RFC 3261 section 13.3, RFC 3262)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from huntline.sip.core.dialog import Dialog
from huntline.sip.core.events import InviteReceived, LegCancelled, LegConfirmed
from huntline.sip.core.leg import SDP, Leg, Surroundings
from huntline.sip.core.leg_record import LegState
from huntline.sip.core.message import Headers, Request
from huntline.sip.core.repetition import Repetition
from huntline.sip.core.replaces import replaces_in
from huntline.sip.core.server_transaction import InviteServerTransaction, ServerTransaction


@dataclass(slots=True)
class _Provisional:
    """A reliable provisional response; ``repetition`` is None while it waits for its turn."""

    status: int
    sdp: str | None
    rseq: int = 0
    repetition: Repetition | None = None


class IncomingLeg(Leg):
    """Somebody calls us."""

    is_incoming = True

    def __init__(
        self, leg_id: str, surroundings: Surroundings, transaction: InviteServerTransaction, now: float
    ) -> None:
        request = transaction.request
        # The Contact names the leg and nothing else: the topology stays hidden.
        super().__init__(leg_id, surroundings, transaction.flow, transaction.to_tag, leg_id, None)
        self.dialog = Dialog.from_request(request, transaction.to_tag)
        self.state = LegState.RINGING
        self.remote_sdp = request.sdp
        self.note_allowed(request)
        self._transaction = transaction
        self._is_reliable = "100rel" in request.tokens("require")
        self._rseq = 0
        self._provisionals: deque[_Provisional] = deque()
        self._held_answer: str | None = None
        self._repetition: Repetition | None = None
        self._bye_headers: Headers | None = None
        timestamp = request.header("timestamp")
        transaction.reply(100, now, headers=(("Timestamp", timestamp),) if timestamp else ())
        self.context.tell(
            InviteReceived(leg_id, request, transaction.flow, request.sdp, replaces_in(request))
        )

    # Our user's wishes

    def ring(self, status: int, sdp: str | None, now: float) -> None:
        """Send 180 or 183, reliably when the caller demands it (RFC 3262)."""
        if self.state is not LegState.RINGING or self._held_answer is not None:
            return
        if not self._is_reliable:
            self._transaction.reply(
                status, now, headers=self._provisional_headers(), body=sdp or "", content_type=SDP
            )
        elif self.remote_sdp is not None:
            self._provisionals.append(_Provisional(status, sdp))
            self._send_provisional(now)
        # Else the first reliable response had to carry our offer (RFC 3262 section 5): the 2xx will.

    def _provisional_headers(self) -> tuple[tuple[str, str], ...]:
        return (*self._record_route(), ("Contact", self.contact), ("Allow", self.context.allow))

    def _record_route(self) -> tuple[tuple[str, str], ...]:
        # Section 12.1.1: responses that make a dialog copy the Record-Route values.
        route_set = self.dialog.route_set if self.dialog else ()
        return tuple(("Record-Route", value) for value in route_set)

    def _send_provisional(self, now: float) -> None:
        """Send the first waiting reliable response, unless one is under way (RFC 3262 section 3)."""
        if not self._provisionals or self._provisionals[0].repetition is not None:
            return
        provisional = self._provisionals[0]
        self._rseq += 1
        provisional.rseq = self._rseq
        headers = (*self._provisional_headers(), ("Require", "100rel"), ("RSeq", str(self._rseq)))
        data = self._transaction.reply(
            provisional.status, now, headers=headers, body=provisional.sdp or "", content_type=SDP
        )
        provisional.repetition = Repetition(self.context, self.flow, data, now, self._no_prack)

    def receive_prack(self, transaction: ServerTransaction, request: Request, now: float) -> None:
        """The PRACK for the response that is under way; any other one gets 481."""
        rack = (request.header("rack") or "").split()
        waiting = self._provisionals[0] if self._provisionals else None
        expected = [str(waiting.rseq), str(self._transaction.request.cseq.sequence)] if waiting else []
        if waiting is None or waiting.repetition is None or rack != [*expected, "INVITE"]:
            transaction.reply(481, now)
            return
        waiting.repetition.stop()
        self._provisionals.popleft()
        transaction.reply(200, now)
        self._send_provisional(now)
        if self._held_answer is not None and not self._provisionals:
            self._send_answer(self._held_answer, now)

    def _no_prack(self, now: float) -> None:
        # RFC 3262 section 3: without a PRACK after 64*T1 the INVITE is refused with a 5xx.
        self._transaction.reply(504, now, reason="No PRACK")
        self._cancelled(now)

    def answer(self, sdp: str, now: float) -> None:
        """Send the 2xx, after the PRACK when one is still missing (RFC 3262 section 3)."""
        if self.state is not LegState.RINGING or self._held_answer is not None:
            return
        if self._provisionals:
            self._held_answer = sdp
        else:
            self._send_answer(sdp, now)

    def _send_answer(self, sdp: str, now: float) -> None:
        self.state = LegState.ANSWERED
        self.local_sdp = sdp
        timer = self.session_timer.agree_as_uas(self._transaction.request, now)
        headers = (*self._record_route(), *self.own_headers(), *timer)
        data = self._transaction.reply(200, now, headers=headers, body=sdp, content_type=SDP)
        self._repetition = Repetition(self.context, self.flow, data, now, self._no_ack)

    def reject(self, status: int, now: float, reason: str | None, headers: Headers) -> None:
        """Refuse the call; the user hears no more of the leg."""
        if self.state is LegState.RINGING:
            self._transaction.reply(status, now, reason=reason, headers=headers)
            self.stop(now)
            self.table.forget(self)

    def hang_up(self, now: float, headers: Headers) -> None:
        """Refuse, or say BYE, which has to wait for the ACK (section 15)."""
        if self.state is LegState.RINGING:
            self.reject(480, now, None, headers)
        elif self.state is LegState.ANSWERED:
            self._bye_headers = headers
            self.table.retire(self)
        elif self.state is LegState.CONFIRMED:
            super().hang_up(now, headers)

    # What the peer does

    def receive_ack(self, request: Request, now: float) -> None:
        """The ACK to our 2xx, to the first or to one to a re-INVITE."""
        if self.state is not LegState.ANSWERED:
            super().receive_ack(request, now)
        elif request.cseq.sequence == self._transaction.request.cseq.sequence:
            self._confirm(request.sdp, now)

    def _confirm(self, sdp: str | None, now: float) -> None:
        if self._repetition is not None:
            self._repetition.stop()
            self._repetition = None
        self.state = LegState.CONFIRMED
        if self._bye_headers is not None:
            super().hang_up(now, self._bye_headers)
            return
        is_late = self._transaction.request.sdp is None
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
        if self.state is LegState.ANSWERED:
            self.state = LegState.CONFIRMED
        super().end_with_bye(reason, now)

    def receive_cancel(self, transaction: InviteServerTransaction, now: float) -> None:
        """The caller gives up (section 9.2); after our answer a CANCEL has no effect."""
        if transaction is not self._transaction:
            super().receive_cancel(transaction, now)
        elif self.state is LegState.RINGING:
            transaction.reply(487, now)
            self._cancelled(now)

    def receive_bye(self, now: float) -> None:
        """The caller ends the call, also before our answer (section 15.1.2)."""
        if self.state is LegState.RINGING:
            self._transaction.reply(487, now)
            self._cancelled(now)
        elif self._bye_headers is not None:
            self.stop(now)
            self.table.forget(self)
        else:
            super().receive_bye(now)

    def flow_failed(self, now: float) -> None:
        """As for any leg; a call that is not answered yet is over."""
        super().flow_failed(now)
        if self.state is LegState.RINGING:
            self._transaction.terminate()
            self._cancelled(now)
        elif self.state is LegState.ANSWERED and not self.is_cut_off:
            self.end("transport failed", now)

    def peer_is_back(self, now: float) -> None:
        """As for any leg; a 2xx without ACK is repeated there."""
        super().peer_is_back(now)
        if self._repetition is not None:
            self._repetition.flow = self.flow

    def _cancelled(self, now: float) -> None:
        self.stop(now)
        self.table.forget(self)
        self.context.tell(LegCancelled(self.leg_id))

    def stop(self, now: float) -> None:
        """As for any leg, the repetitions of our responses included."""
        super().stop(now)
        if self._repetition is not None:
            self._repetition.stop()
            self._repetition = None
        for provisional in self._provisionals:
            if provisional.repetition is not None:
                provisional.repetition.stop()
        self._provisionals.clear()
