"""An outgoing leg until its answer: the UAC side of an INVITE (RFC 3261 sections 9.1 and 13.2)."""

from __future__ import annotations

from dataclasses import replace

from huntline.sip.core.client_transaction import ClientTransaction, Handler, InviteClientTransaction
from huntline.sip.core.dialog import Dialog
from huntline.sip.core.digest_client import DigestCredentials
from huntline.sip.core.early_dialog import EarlyDialog, reliable_number
from huntline.sip.core.events import LegAnswered, LegRejected, LegRinging, OfferReceived
from huntline.sip.core.flow import Flow
from huntline.sip.core.invite import Invite
from huntline.sip.core.leg import LegTools, SipLeg
from huntline.sip.core.leg_record import LegRecord, OutgoingRecord, SipLegState
from huntline.sip.core.message import (
    REASONS,
    SDP,
    HeaderLines,
    Headers,
    Request,
    RequestHead,
    Response,
    seconds_of,
)
from huntline.sip.core.server_transaction import ServerTransaction
from huntline.sip.core.timers import GIVE_UP, Timer, deadline_of

# Seconds: whoever rang by a connection that ended with the process comes back by then, or does not ring.
_RETURN_WITHIN = 3.0
# Phones behind one INVITE of ours that we keep apart; whoever answers wins, known or not.
_MAX_FORKS = 64


class OutgoingLeg(SipLeg):
    """We call somebody."""

    is_incoming = False

    def __init__(
        self,
        leg_id: str,
        surroundings: LegTools,
        flow: Flow,
        local_tag: str,
        contact: str,
        credentials: DigestCredentials | None,
    ) -> None:
        super().__init__(leg_id, surroundings, flow, local_tag, contact, credentials)
        # What was wished, until it is answered.
        self._invite: Invite | None = None
        self._call_id = ""
        self._cseq = 0
        self._proofs: HeaderLines = ()
        self._proof_count = 0
        self._early: dict[str, EarlyDialog] = {}  # by fork
        self._transaction: InviteClientTransaction | None = None
        # Set when the user has hung up: the headers of the CANCEL or BYE.
        self._farewell: HeaderLines | None = None
        self._is_cancelled = False
        # Our INVITE without offer was answered, and its ACK waits for our user's answer.
        self._late_answer: ClientTransaction | None = None
        self._limit: Timer | None = None
        # Until when the peer has to have said more than 100.
        self._silence: Timer | None = None
        # It rang by a connection that is gone, and may come back until then.
        self._return_limit: Timer | None = None

    @classmethod
    def calling(cls, invite: Invite, surroundings: LegTools) -> OutgoingLeg:
        """The leg of a call to be made."""
        context = surroundings.context
        contact = context.contact(invite.contact_user, invite.flow, invite.uri)
        leg = cls(invite.leg_id, surroundings, invite.flow, context.token(), contact, invite.credentials)
        leg._invite = replace(invite, credentials=None)  # as it is on record: the leg has those
        leg._call_id = context.token() + context.token()
        leg.local_sdp = invite.sdp or None
        return leg

    def start(self, invite: Invite, now: float) -> None:
        """Send the INVITE."""
        self._limit_ring(now + self.context.settings.ring_limit)
        self._limit_silence(invite, now)
        self._send_invite(invite, now)

    def _limit_silence(self, invite: Invite, now: float) -> None:
        self._end_silence()
        if invite.answer_within is not None:
            self._silence = self.context.timers.set(now + invite.answer_within, self._rung_too_long)

    def _limit_ring(self, until: float) -> None:
        self._limit = self.context.timers.set(until, self._rung_too_long)

    def outgoing_record(self) -> OutgoingRecord | None:
        """The call until its answer, and for as long as further forks may answer."""
        transaction = self._transaction
        is_first_open = transaction is not None and self.transactions.client(transaction.key) is not None
        if self.dialog is not None and not is_first_open:
            return None
        return OutgoingRecord(
            self._invite,
            self._call_id,
            self._cseq,
            self._proofs,
            self._proof_count,
            tuple(early.record(fork) for fork, early in self._early.items()),
            None if transaction is None else transaction.key,
            self._farewell,
            self._is_cancelled,
            None if self._late_answer is None else self._late_answer.key,
            deadline_of(self._limit),
            deadline_of(self._silence),
        )

    def restore(self, record: LegRecord, now: float) -> None:
        """As for any leg; offers of forks that wait for our user are told again."""
        if record.outgoing is not None:
            self._invite, self._call_id = record.outgoing.invite, record.outgoing.call_id
            self._cseq = record.outgoing.cseq
        super().restore(record, now)
        if record.outgoing is not None:
            self._restore_call(record.outgoing)

    def _restore_call(self, record: OutgoingRecord) -> None:
        transaction = self.transactions.client(record.transaction)
        self._transaction = transaction if isinstance(transaction, InviteClientTransaction) else None
        self._late_answer = self.transactions.client(record.late_answer)
        self._proofs, self._proof_count = record.proofs, record.proof_count
        self._farewell, self._is_cancelled = record.farewell, record.is_cancelled
        if record.rings_until is not None:
            self._limit_ring(record.rings_until)
        if record.answer_by is not None:
            self._silence = self.context.timers.set(record.answer_by, self._rung_too_long)
        for each in record.early:
            early = EarlyDialog.restored(each, self.server_transaction(each.update))
            self._early[each.fork] = early
            offer = early.offer or (early.update and early.update.request.sdp)
            if offer and self.dialog is None and self._farewell is None:
                self.context.tell(OfferReceived(self.leg_id, offer, each.fork))

    def handler_of(self, head: RequestHead) -> Handler:
        """As for any leg, but for the INVITEs that make the dialog: all within it have higher numbers."""
        is_first = head.method == "INVITE" and head.cseq <= self._cseq
        return self._responded if is_first else super().handler_of(head)

    def dialog_to(self, head: RequestHead) -> Dialog | None:
        """As for any leg; every fork has its own."""
        dialogs = (self.dialog, *(early.dialog for early in self._early.values()))
        return next((each for each in dialogs if each is not None and each.remote == head.to), None)

    def _send_invite(self, invite: Invite, now: float) -> None:
        self._cseq += 1
        self._early.clear()
        head = RequestHead(
            "INVITE",
            invite.uri,
            self.context.via(self.flow),
            f"{invite.from_};tag={self.local_tag}",
            invite.to,
            self._call_id,
            self._cseq,
            invite.route,
            invite.max_forwards,
        )
        headers = (
            *self.own_headers(),
            *self.session_timer.request_headers(),
            *invite.headers,
            ("User-Agent", self.context.settings.product),
            *self._proofs,
        )
        data = head.write(headers, invite.sdp, SDP)
        self._transaction = self.transactions.send_invite(
            head, data, self.flow, self._responded, now, self.local_tag
        )

    # Responses to our INVITE

    def _responded(self, transaction: ClientTransaction, response: Response, now: float) -> None:
        if response.status < 200:
            self._progress(transaction, response, now)
        elif response.status < 300:
            self._accepted(transaction, response, now)
        elif transaction is self._transaction:
            self._refused(transaction, response, now)

    def _progress(self, transaction: ClientTransaction, response: Response, now: float) -> None:
        if self._farewell is not None:
            self._cancel(now)
        elif response.status > 100 and self.state in (SipLegState.CALLING, SipLegState.RINGING):
            self.state = SipLegState.RINGING
            self._end_silence()
            early = self._early_dialog(transaction, response)
            if early is not None and early.is_news(response):
                self._rings(early, response, now)

    def _early_dialog(self, transaction: ClientTransaction, response: Response) -> EarlyDialog | None:
        """The early dialog of the fork that responds; None for one too many."""
        fork = response.to_tag or ""
        early = self._early.get(fork)
        if early is None and len(self._early) < _MAX_FORKS:
            dialog = Dialog.from_response(transaction.head, self.local_tag, response)
            early = self._early[fork] = EarlyDialog(dialog, self.local_sdp)
        return early

    def _rings(self, early: EarlyDialog, response: Response, now: float) -> None:
        """Answer a reliable response with PRACK (RFC 3262 section 4), and tell our user."""
        rseq, fork = reliable_number(response), response.to_tag or ""
        is_offer = rseq is not None and response.sdp is not None and early.local_sdp is None
        if rseq is not None:
            early.rseq = rseq
        if is_offer:
            early.offer = response.sdp  # RFC 3262 section 5: the PRACK carries the answer, so it waits
        elif rseq is not None:
            self._acknowledge_progress(early, now)
        self.context.tell(LegRinging(self.leg_id, response.status, early.answer_in(response), fork))
        if is_offer:
            self.context.tell(OfferReceived(self.leg_id, response.sdp, fork))

    def _acknowledge_progress(self, early: EarlyDialog, now: float, sdp: str = "") -> None:
        rack = ("RAck", f"{early.rseq} {self._cseq} INVITE")
        self.request("PRACK", now, headers=(rack,), body=sdp, dialog=early.dialog)

    def _accepted(self, transaction: ClientTransaction, response: Response, now: float) -> None:
        """A 2xx: the first one wins, further forks are acknowledged and ended (section 13.2.2.4)."""
        early = self._early.get(response.to_tag or "")
        dialog = Dialog.from_response(
            transaction.head, self.local_tag, response, None if early is None else early.dialog
        )
        is_first = self.dialog is None and not self.is_over
        if is_first and self._farewell is None:
            self._answered(transaction, dialog, early, response, now)
        elif self._late_answer is not None and self.dialog is not None and _is_same(self.dialog, dialog):
            return  # its ACK waits for our user's answer
        else:
            self.acknowledge(transaction, dialog, response.to_tag)
            if is_first:
                self._crossed(dialog, now)
            self.say_bye(now, self._farewell or (), dialog)

    def _answered(
        self,
        transaction: ClientTransaction,
        dialog: Dialog,
        early: EarlyDialog | None,
        response: Response,
        now: float,
    ) -> None:
        self.dialog, self._invite = dialog, None
        self._end_limit()
        self._end_early_offers(now, but=early)
        self.remote_sdp = response.sdp
        if early is not None and (early.is_agreed or response.sdp is None):
            self.local_sdp, self.remote_sdp = early.local_sdp, early.remote_sdp
        self.note_allowed(response)
        if self.local_sdp is not None:
            self.state = SipLegState.CONFIRMED
            self.acknowledge(transaction, dialog, response.to_tag)
        else:
            self.state = SipLegState.ANSWERED
            self._late_answer = transaction
        if early is not None and early.update is not None:
            self.negotiation.take_over(early.update)
        self.session_timer.agree_as_uac(response, now)
        self.context.tell(LegAnswered(self.leg_id, self.remote_sdp))
        self.hear_identity(response)

    def accept_offer(self, sdp: str, now: float, fork: str) -> None:
        """Answer the peer's offer, be it in a reliable response of a fork, in an UPDATE or in the 2xx."""
        if self.dialog is None:
            if (early := self._early.get(fork)) is not None:
                self._accept_early(early, sdp, now)
        elif self._late_answer is None:
            super().accept_offer(sdp, now, fork)
        else:
            transaction, self._late_answer = self._late_answer, None
            self.local_sdp = sdp
            self.state = SipLegState.CONFIRMED
            self.acknowledge(transaction, self.dialog, self.dialog.remote_tag, sdp)
            self.negotiation.confirmed(now)

    def _accept_early(self, early: EarlyDialog, sdp: str, now: float) -> None:
        if early.offer is not None:
            offer, early.offer = early.offer, None
            early.agree(sdp, offer)
            self._acknowledge_progress(early, now, sdp)
        elif early.update is not None:
            transaction, early.update = early.update, None
            early.agree(sdp, transaction.request.sdp)
            early.dialog.refresh_target(transaction.request)
            transaction.reply(200, now, headers=self.own_headers(), body=sdp, content_type=SDP)

    def reject_offer(self, status: int, now: float, fork: str) -> None:
        """Refuse the peer's offer; with one in a reliable response the whole attempt fails."""
        early = self._early.get(fork) if self.dialog is None else None
        if early is None:
            super().reject_offer(status, now, fork)
        elif early.offer is not None:
            self._call_off(488, now)
        elif early.update is not None:
            transaction, early.update = early.update, None
            transaction.reply(status, now)

    def _end_early_offers(self, now: float, but: EarlyDialog | None = None) -> None:
        """Nobody answers the offers of the other forks any more."""
        for early in self._early.values():
            if early is not but and early.update is not None:
                transaction, early.update = early.update, None
                transaction.reply(487, now)

    def _crossed(self, dialog: Dialog, now: float) -> None:
        """The answer crossed our hanging up: the dialog stands only to be ended."""
        self.dialog, self._invite = dialog, None
        self.stop(now)
        self.table.retire(self)

    def _refused(self, transaction: ClientTransaction, response: Response, now: float) -> None:
        invite = self._invite if self._farewell is None else None
        if invite is not None and self._may_try_again(transaction, response):
            self._limit_silence(invite, now)
            self._send_invite(invite, now)
        elif not self.is_over:
            self._give_up(response, now)

    def _may_try_again(self, transaction: ClientTransaction, response: Response) -> bool:
        """Whether a challenge can be answered, or a longer session interval be asked for."""
        if response.status == 422:
            return self.session_timer.raise_minimum(response)
        proofs = self.further_proofs(self._proofs, self._proof_count, response, transaction.head)
        if proofs is None:
            return False
        self._proofs, self._proof_count = proofs, self._proof_count + 1
        return True

    def _give_up(self, response: Response, now: float) -> None:
        is_told = self._farewell is None
        self.stop(now)
        self.table.forget(self)
        if is_told:
            self.context.tell(
                LegRejected(
                    self.leg_id,
                    response.status,
                    response.reason,
                    tuple(response.all("reason")),
                    seconds_of(response.header("retry-after")),
                    response.is_local,
                )
            )

    # The end before the answer

    def hang_up(self, now: float, headers: Headers) -> None:
        """CANCEL or BYE; a CANCEL waits for the first provisional response (section 9.1)."""
        if self.state in (SipLegState.CALLING, SipLegState.RINGING):
            if self._farewell is None:
                self._farewell = tuple(headers)
                self._end_silence()
                self._cancel(now)
        elif self.state is SipLegState.ANSWERED and self._late_answer is not None and self.dialog is not None:
            self.acknowledge(self._late_answer, self.dialog, self.dialog.remote_tag)
            super().hang_up(now, headers)
        elif self.state is SipLegState.CONFIRMED:
            super().hang_up(now, headers)

    def _cancel(self, now: float) -> None:
        transaction = self._transaction
        if transaction is None or self._is_cancelled or not transaction.may_be_cancelled:
            return
        self._is_cancelled = True
        head = transaction.head.of("CANCEL")
        self._send(head, head.write(self._farewell or ()), now)
        transaction.limit_wait(now + GIVE_UP)

    def _end_silence(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def _end_limit(self) -> None:
        self._end_silence()
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _rung_too_long(self, now: float) -> None:
        self._call_off(408, now, is_local=True)

    def _call_off(
        self, status: int, now: float, reasons: tuple[str, ...] = (), *, is_local: bool = False
    ) -> None:
        """End the attempt by CANCEL, and tell our user as if the peer had refused."""
        if self._farewell is None:
            self.changed()
            rejected = LegRejected(self.leg_id, status, REASONS[status], reasons, is_local=is_local)
            self.context.tell(rejected)
            self.hang_up(now, ())

    # What the peer may ask before the answer

    def matches(self, request: Request) -> bool:
        """As for any leg; before the answer every fork has its own dialog."""
        if self.dialog is not None:
            return super().matches(request)
        return self._call_id == request.call_id and (request.from_tag or "") in self._early

    def receive_request(self, transaction: ServerTransaction, request: Request, now: float) -> None:
        """Handle a request within the dialog, or within one of the early dialogs."""
        if self.dialog is not None:
            super().receive_request(transaction, request, now)
            return
        early = self._early.get(request.from_tag or "")
        if early is None or not early.dialog.is_in_order(request):
            transaction.reply(500, now, reason="Request Out Of Order")
        elif request.method == "UPDATE":
            self._receive_early_update(early, transaction, request, now)
        else:
            self._dispatch(transaction, request, now)

    def _receive_early_update(
        self, early: EarlyDialog, transaction: ServerTransaction, request: Request, now: float
    ) -> None:
        """An UPDATE of one fork: its offer must wait until our own is answered (RFC 3311 section 5.2)."""
        if request.sdp is None:
            early.dialog.refresh_target(request)
            transaction.reply(200, now, headers=self.own_headers())
        elif not early.is_agreed:
            transaction.reply(491, now)
        elif early.update is not None:
            self.ask_to_try_later(transaction, now)
        else:
            early.update = transaction
            self.context.tell(OfferReceived(self.leg_id, request.sdp, request.from_tag or ""))

    def receive_bye(self, now: float) -> None:
        """The peer ends the call; before the answer only one who has answered and was not heard does so."""
        if self.dialog is not None:
            super().receive_bye(now)
        else:
            self._call_off(487, now, self.peer_reasons)

    # Peers who go and come back

    def next_hop(self) -> str | None:
        """As for any leg; before there is a dialog, where the INVITE went."""
        if self.dialog is not None or self._invite is None:
            return super().next_hop()
        return self._invite.route[0] if self._invite.route else self._invite.uri

    def wait_for_return(self, now: float) -> None:
        """As for any leg; whoever rings has a moment to come back before it counts as not reached."""
        if self.dialog is not None:
            super().wait_for_return(now)
        else:
            self.is_cut_off = True
            self._return_limit = self.context.timers.set(now + _RETURN_WITHIN, self._stays_away_ringing)

    def _stays_away_ringing(self, now: float) -> None:
        self._return_limit = None
        self.transactions.fail(self.local_tag, now)

    def take_along(self, flow: Flow, now: float) -> None:
        """Whoever rang is back by this flow, and gets the INVITE, or the CANCEL, again: the old ones may be
        forgotten there."""
        if self._return_limit is not None:
            self._end_return_limit()
            self.transactions.move(self.local_tag, flow, now)

    def _end_return_limit(self) -> None:
        if self._return_limit is not None:
            self._return_limit.cancel()
            self._return_limit = None

    def stop(self, now: float) -> None:
        """As for any leg, the wait for an answer included."""
        super().stop(now)
        self._end_limit()
        self._end_return_limit()
        self._end_early_offers(now)
        self._late_answer = None


def _is_same(one: Dialog, other: Dialog) -> bool:
    return one.remote_tag == other.remote_tag
