"""An outgoing leg until its answer: the UAC side of an INVITE (RFC 3261 sections 9.1 and 13.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from huntline.sip.core.client_transaction import ClientTransaction, InviteClientTransaction
from huntline.sip.core.dialog import Dialog
from huntline.sip.core.digest import DigestCredentials
from huntline.sip.core.early_dialog import EarlyDialog, reliable_number
from huntline.sip.core.events import LegAnswered, LegRejected, LegRinging, OfferReceived
from huntline.sip.core.flow import Flow
from huntline.sip.core.leg import LegTools, SipLeg
from huntline.sip.core.leg_record import SipLegState
from huntline.sip.core.message import MAX_FORWARDS, REASONS, SDP, Headers, Request, RequestHead, Response
from huntline.sip.core.server_transaction import ServerTransaction
from huntline.sip.core.timers import GIVE_UP

# A first proof, and one more for a stale nonce or a proxy behind the registrar.
_MAX_PROOFS = 2
# Phones behind one INVITE of ours that we keep apart; whoever answers wins, known or not.
_MAX_FORKS = 64


@dataclass(frozen=True, slots=True)
class Invite:
    """A call to be made.

    ``from_`` and ``to`` are name-addr values without tags. ``sdp`` empty lets the peer offer: its offer
    comes with ``LegAnswered`` and the ACK waits for ``accept_offer``, or earlier with ``OfferReceived``.
    ``route`` are Route values in order. ``max_forwards`` goes on from that of the call whose other side this
    is (RFC 7332).
    """

    leg_id: str
    uri: str
    flow: Flow
    from_: str
    to: str
    sdp: str
    contact_user: str
    headers: tuple[tuple[str, str], ...] = ()
    route: tuple[str, ...] = ()
    credentials: DigestCredentials | None = None
    max_forwards: int = MAX_FORWARDS


class OutgoingLeg(SipLeg):
    """We call somebody."""

    is_incoming = False

    def __init__(self, invite: Invite, surroundings: LegTools, now: float) -> None:
        tag = surroundings.context.token()
        super().__init__(
            invite.leg_id, surroundings, invite.flow, tag, invite.contact_user, invite.credentials
        )
        self._invite = invite
        self._from = f"{invite.from_};tag={tag}"
        self._call_id = self.context.token() + self.context.token()
        self._cseq = 0
        self._proofs: dict[str, str] = {}
        self._proof_count = 0
        self._early: dict[str, EarlyDialog] = {}  # by fork
        self._transaction: InviteClientTransaction | None = None
        # Set when the user has hung up: the headers of the CANCEL or BYE.
        self._farewell: Headers | None = None
        self._is_cancelled = False
        self._late_answer: tuple[ClientTransaction, Response] | None = None
        self.local_sdp = invite.sdp or None
        self._limit = self.context.timers.set(now + self.context.settings.ring_limit, self._rung_too_long)
        self._send_invite(now)

    def _send_invite(self, now: float) -> None:
        invite = self._invite
        self._cseq += 1
        self._early.clear()
        head = RequestHead(
            "INVITE",
            invite.uri,
            self.context.via(self.flow),
            self._from,
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
            *self._proofs.items(),
        )
        data = head.write(headers, invite.sdp, SDP)
        self._transaction = self.transactions.send_invite(head, data, self.flow, self._responded, now)

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
            early = self._early_dialog(transaction, response)
            if early is not None and early.is_news(response):
                self._rings(early, response, now)

    def _early_dialog(self, transaction: ClientTransaction, response: Response) -> EarlyDialog | None:
        """The early dialog of the fork that responds; None for one too many."""
        fork = response.to_tag or ""
        early = self._early.get(fork)
        if early is None and len(self._early) < _MAX_FORKS:
            dialog = Dialog.from_response(transaction.head, self.local_tag, response)
            early = self._early[fork] = EarlyDialog(dialog, self._invite.sdp or None)
        return early

    def _rings(self, early: EarlyDialog, response: Response, now: float) -> None:
        """Answer a reliable response with PRACK (RFC 3262 section 4), and tell our user."""
        rseq, fork = reliable_number(response), response.to_tag or ""
        is_offer = rseq is not None and response.sdp is not None and early.local_sdp is None
        if rseq is not None:
            early.rseq = rseq
        if is_offer:
            early.offer = response  # RFC 3262 section 5: the PRACK carries the answer, so it waits
        elif rseq is not None:
            self._acknowledge_progress(early, response, now)
        self.context.tell(LegRinging(self.leg_id, response.status, early.answer_in(response), fork))
        if is_offer:
            self.context.tell(OfferReceived(self.leg_id, response.sdp, fork))

    def _acknowledge_progress(
        self, early: EarlyDialog, response: Response, now: float, sdp: str = ""
    ) -> None:
        rack = ("RAck", f"{early.rseq} {response.cseq.sequence} INVITE")
        self.request("PRACK", _ignore, now, headers=(rack,), body=sdp, dialog=early.dialog)

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
            self.acknowledge(transaction, dialog, response)
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
        self.dialog = dialog
        self._limit.cancel()
        self._end_early_offers(now, but=early)
        self.remote_sdp = response.sdp
        if early is not None and (early.is_agreed or response.sdp is None):
            self.local_sdp, self.remote_sdp = early.local_sdp, early.remote_sdp
        self.note_allowed(response)
        if self.local_sdp is not None:
            self.state = SipLegState.CONFIRMED
            self.acknowledge(transaction, dialog, response)
        else:
            self.state = SipLegState.ANSWERED
            self._late_answer = transaction, response
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
            transaction, response = self._late_answer
            self._late_answer = None
            self.local_sdp = sdp
            self.state = SipLegState.CONFIRMED
            self.acknowledge(transaction, self.dialog, response, sdp)
            self.negotiation.confirmed(now)

    def _accept_early(self, early: EarlyDialog, sdp: str, now: float) -> None:
        if early.offer is not None:
            response, early.offer = early.offer, None
            early.agree(sdp, response.sdp)
            self._acknowledge_progress(early, response, now, sdp)
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
        self.dialog = dialog
        self._limit.cancel()
        self.stop(now)
        self.table.retire(self)

    def _refused(self, transaction: ClientTransaction, response: Response, now: float) -> None:
        if self._farewell is None and self._may_try_again(transaction, response):
            self._send_invite(now)
        elif not self.is_over:
            self._give_up(response, now)

    def _may_try_again(self, transaction: ClientTransaction, response: Response) -> bool:
        """Whether a challenge can be answered, or a longer session interval be asked for."""
        if response.status == 422:
            return self.session_timer.raise_minimum(response)
        proof = self.authorization(response, "INVITE", transaction.head.uri)
        if proof is None or self._proof_count >= _MAX_PROOFS:
            return False
        is_stale = any("stale=true" in value.lower().replace(" ", "") for value in _challenges(response))
        if proof[0] in self._proofs and not is_stale:
            return False  # the same credentials were refused
        self._proof_count += 1
        self._proofs[proof[0]] = proof[1]
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
                    _seconds(response.header("retry-after")),
                    response.is_local,
                )
            )

    # The end before the answer

    def hang_up(self, now: float, headers: Headers) -> None:
        """CANCEL or BYE; a CANCEL waits for the first provisional response (section 9.1)."""
        if self.state in (SipLegState.CALLING, SipLegState.RINGING):
            if self._farewell is None:
                self._farewell = tuple(headers)
                self._cancel(now)
        elif self.state is SipLegState.ANSWERED and self._late_answer is not None and self.dialog is not None:
            self.acknowledge(self._late_answer[0], self.dialog, self._late_answer[1])
            super().hang_up(now, headers)
        elif self.state is SipLegState.CONFIRMED:
            super().hang_up(now, headers)

    def _cancel(self, now: float) -> None:
        transaction = self._transaction
        if transaction is None or self._is_cancelled or not transaction.may_be_cancelled:
            return
        self._is_cancelled = True
        head = transaction.head.of("CANCEL")
        self.transactions.send(head, head.write(self._farewell or ()), self.flow, _ignore, now)
        transaction.limit_wait(now + GIVE_UP)

    def _rung_too_long(self, now: float) -> None:
        self._call_off(408, now, is_local=True)

    def _call_off(
        self, status: int, now: float, reasons: tuple[str, ...] = (), *, is_local: bool = False
    ) -> None:
        """End the attempt by CANCEL, and tell our user as if the peer had refused."""
        if self._farewell is None:
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

    def stop(self, now: float) -> None:
        """As for any leg, the wait for an answer included."""
        super().stop(now)
        self._limit.cancel()
        self._end_early_offers(now)
        self._late_answer = None


def _is_same(one: Dialog, other: Dialog) -> bool:
    return one.remote_tag == other.remote_tag


def _seconds(retry_after: str | None) -> int | None:
    """The number at the start of Retry-After, whose comment and parameters are for nobody here."""
    number = re.match(r"\s*(\d{1,9})\b", retry_after or "", re.ASCII)
    return int(number[1]) if number else None


def _challenges(response: Response) -> list[str]:
    return response.all("www-authenticate") + response.all("proxy-authenticate")


def _ignore(transaction: ClientTransaction, response: Response, now: float) -> None:
    """The response changes nothing: PRACK and CANCEL are answered for their transactions' sake only."""
