"""An outgoing leg until its answer: the UAC side of an INVITE (RFC 3261 sections 9.1 and 13.2)."""

from __future__ import annotations

from dataclasses import dataclass

from huntline.sip.core.client_transaction import ClientTransaction, InviteClientTransaction
from huntline.sip.core.dialog import Dialog
from huntline.sip.core.digest import Credentials
from huntline.sip.core.events import LegAnswered, LegRejected, LegRinging
from huntline.sip.core.flow import Flow
from huntline.sip.core.leg import SDP, Leg, Surroundings
from huntline.sip.core.leg_record import LegState
from huntline.sip.core.message import REASONS, Headers, Request, RequestHead, Response, parse_number
from huntline.sip.core.server_transaction import ServerTransaction
from huntline.sip.core.timers import GIVE_UP

# A first proof, and one more for a stale nonce or a proxy behind the registrar.
_MAX_PROOFS = 2


@dataclass(frozen=True, slots=True)
class Invite:
    """A call to be made.

    ``from_`` and ``to`` are name-addr values without tags. ``sdp`` empty lets the peer offer: its offer
    comes with ``LegAnswered`` and the ACK waits for ``accept_offer``. ``route`` are Route values in order.
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
    credentials: Credentials | None = None


@dataclass(slots=True)
class _EarlyDialog:
    """What one fork of our INVITE has said so far."""

    dialog: Dialog
    rseq: int | None = None


class OutgoingLeg(Leg):
    """We call somebody."""

    is_incoming = False

    def __init__(self, invite: Invite, surroundings: Surroundings, now: float) -> None:
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
        self._early: dict[str | None, _EarlyDialog] = {}
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
        elif response.status > 100 and self.state in (LegState.CALLING, LegState.RINGING):
            self.state = LegState.RINGING
            if self._is_new_progress(transaction, response, now):
                self.context.tell(LegRinging(self.leg_id, response.status, response.sdp))

    def _is_new_progress(self, transaction: ClientTransaction, response: Response, now: float) -> bool:
        """Keep the early dialog; answer a reliable response with PRACK (RFC 3262 section 4)."""
        early = self._early.get(response.to_tag)
        if early is None:
            dialog = Dialog.from_response(transaction.head, self.local_tag, response)
            early = self._early[response.to_tag] = _EarlyDialog(dialog)
        rseq = parse_number(response.header("rseq"))
        if rseq is None or "100rel" not in response.tokens("require"):
            return True
        if early.rseq is not None and rseq != early.rseq + 1:
            return False  # a repetition, or one out of order
        early.rseq = rseq
        rack = ("RAck", f"{rseq} {response.cseq.sequence} INVITE")
        self.request("PRACK", _ignore, now, headers=(rack,), dialog=early.dialog)
        return True

    def _accepted(self, transaction: ClientTransaction, response: Response, now: float) -> None:
        """A 2xx: the first one wins, further forks are acknowledged and ended (section 13.2.2.4)."""
        early = self._early.pop(response.to_tag, None)
        dialog = Dialog.from_response(transaction.head, self.local_tag, response)
        if early is not None:
            dialog.local_cseq = early.dialog.local_cseq
            dialog.remote_cseq = early.dialog.remote_cseq
        is_first = self.dialog is None and not self.is_over
        if is_first and self._farewell is None:
            self._answered(transaction, dialog, response, now)
        elif self._late_answer is not None and self.dialog is not None and _is_same(self.dialog, dialog):
            return  # its ACK waits for our user's answer
        else:
            self.acknowledge(transaction, dialog, response)
            if is_first:
                self._crossed(dialog, now)
            self.say_bye(now, self._farewell or (), dialog)

    def _answered(
        self, transaction: ClientTransaction, dialog: Dialog, response: Response, now: float
    ) -> None:
        self.dialog = dialog
        self._limit.cancel()
        self._early.clear()
        self.remote_sdp = response.sdp
        self.peer_allows_update = "update" in response.tokens("allow")
        if self._invite.sdp:
            self.state = LegState.CONFIRMED
            self.acknowledge(transaction, dialog, response)
        else:
            self.state = LegState.ANSWERED
            self._late_answer = transaction, response
        self.session_timer.agree_as_uac(response, now)
        self.context.tell(LegAnswered(self.leg_id, response.sdp))
        self.hear_identity(response)

    def accept_offer(self, sdp: str, now: float) -> None:
        """Answer the peer's offer; the one in a 2xx to our INVITE is answered in its ACK."""
        if self._late_answer is None or self.dialog is None:
            super().accept_offer(sdp, now)
            return
        transaction, response = self._late_answer
        self._late_answer = None
        self.local_sdp = sdp
        self.state = LegState.CONFIRMED
        self.acknowledge(transaction, self.dialog, response, sdp)
        self.negotiation.confirmed(now)

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
            self._give_up(response.status, response.reason, now)

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

    def _give_up(self, status: int, reason: str, now: float) -> None:
        is_told = self._farewell is None
        self.stop(now)
        self.table.forget(self)
        if is_told:
            self.context.tell(LegRejected(self.leg_id, status, reason))

    # The end before the answer

    def hang_up(self, now: float, headers: Headers) -> None:
        """CANCEL or BYE; a CANCEL waits for the first provisional response (section 9.1)."""
        if self.state in (LegState.CALLING, LegState.RINGING):
            if self._farewell is None:
                self._farewell = tuple(headers)
                self._cancel(now)
        elif self.state is LegState.ANSWERED and self._late_answer is not None and self.dialog is not None:
            self.acknowledge(self._late_answer[0], self.dialog, self._late_answer[1])
            super().hang_up(now, headers)
        elif self.state is LegState.CONFIRMED:
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
        if self._farewell is None:
            self.context.tell(LegRejected(self.leg_id, 408, REASONS[408]))
            self.hang_up(now, ())

    # What the peer may ask before the answer

    def matches(self, request: Request) -> bool:
        """As for any leg; before the answer every fork has its own dialog."""
        if self.dialog is not None:
            return super().matches(request)
        return self._call_id == request.call_id and request.from_tag in self._early

    def receive_request(self, transaction: ServerTransaction, request: Request, now: float) -> None:
        """Handle a request within the dialog, or within one of the early dialogs."""
        if self.dialog is not None:
            super().receive_request(transaction, request, now)
            return
        early = self._early.get(request.from_tag)
        if early is None or not early.dialog.is_in_order(request):
            transaction.reply(500, now, reason="Request Out Of Order")
        else:
            self._dispatch(transaction, request, now)

    def receive_bye(self, now: float) -> None:
        """The peer ends the call; before the answer only one who has answered and was not heard does so."""
        if self.dialog is not None:
            super().receive_bye(now)
        elif self._farewell is None:
            self.context.tell(LegRejected(self.leg_id, 487, REASONS[487]))
            self.hang_up(now, ())

    def stop(self, now: float) -> None:
        """As for any leg, the wait for an answer included."""
        super().stop(now)
        self._limit.cancel()
        self._late_answer = None


def _is_same(one: Dialog, other: Dialog) -> bool:
    return one.remote_tag == other.remote_tag


def _challenges(response: Response) -> list[str]:
    return response.all("www-authenticate") + response.all("proxy-authenticate")


def _ignore(transaction: ClientTransaction, response: Response, now: float) -> None:
    """The response changes nothing: PRACK and CANCEL are answered for their transactions' sake only."""
