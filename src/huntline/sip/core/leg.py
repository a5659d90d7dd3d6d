"""A leg: one INVITE session and all that happens in its dialog (RFC 3261 sections 12 to 15)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from huntline.plain import fields_of
from huntline.sip.core.client_transaction import ClientTransaction, Handler, InviteClientTransaction
from huntline.sip.core.context import Context
from huntline.sip.core.dialog import Dialog
from huntline.sip.core.digest_client import DigestCredentials, further_proofs
from huntline.sip.core.events import LegEnded, PeerIdentified
from huntline.sip.core.flow import Flow
from huntline.sip.core.info import Info
from huntline.sip.core.leg_record import (
    IncomingRecord,
    LegRecord,
    LegView,
    OutgoingRecord,
    SipLegState,
)
from huntline.sip.core.listener import flow_to_listener
from huntline.sip.core.message import (
    SDP,
    HeaderLines,
    Headers,
    Message,
    Request,
    RequestHead,
    Response,
    parse_message,
)
from huntline.sip.core.negotiation import Negotiation
from huntline.sip.core.referral import Referral
from huntline.sip.core.server_transaction import InviteServerTransaction, ServerTransaction
from huntline.sip.core.session_timer import SessionTimer
from huntline.sip.core.timers import GIVE_UP, Timer, deadline_of
from huntline.sip.core.transactions import Transactions


class LegTable:
    """Legs by their id (living ones) and by our tag (also those whose BYE is under way)."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.by_id: dict[str, SipLeg] = {}
        self.by_tag: dict[str, SipLeg] = {}

    def add(self, leg: SipLeg) -> None:
        """Take in a new leg."""
        self.by_id[leg.leg_id] = leg
        self.by_tag[leg.local_tag] = leg
        leg.changed()

    def retire(self, leg: SipLeg) -> None:
        """The leg is over for its user."""
        self.by_id.pop(leg.leg_id, None)
        leg.changed()

    def forget(self, leg: SipLeg) -> None:
        """Nothing is left to be done for the leg."""
        self.by_id.pop(leg.leg_id, None)
        self.by_tag.pop(leg.local_tag, None)
        leg.changed()


@dataclass(frozen=True, slots=True)
class LegTools:
    """What a leg works with, shared by all legs of a core."""

    context: Context
    transactions: Transactions
    legs: LegTable


class SipLeg:
    """What incoming and outgoing legs share: all from the answer on."""

    is_incoming: bool

    def __init__(
        self,
        leg_id: str,
        surroundings: LegTools,
        flow: Flow,
        local_tag: str,
        contact: str,
        credentials: DigestCredentials | None,
    ) -> None:
        self.leg_id = leg_id
        self.context = surroundings.context
        self.transactions = surroundings.transactions
        self.table = surroundings.legs
        self.flow = flow
        self.local_tag = local_tag
        self.contact = contact
        self.credentials = credentials
        self.state = SipLegState.CALLING
        self.dialog: Dialog | None = None
        self.local_sdp: str | None = None
        self.remote_sdp: str | None = None
        self.peer_allows_update = False
        # Who is at our end of the dialog, as told to the peer from now on (RFC 3325, RFC 5876).
        self.identity: tuple[tuple[str, str], ...] = ()
        # The connection is gone, and the peer has not come back by another one yet.
        self.is_cut_off = False
        # The connection that ended with an earlier process, by which a peer that registers again is known.
        self.lost_flow: Flow | None = None
        self._has_moved = False
        # Our BYE, as long as it has no response, and the end of its wait for a peer that is cut off.
        self._goodbye: HeaderLines | None = None
        self._goodbye_limit: Timer | None = None
        # Our question whether the peer is there has no answer yet.
        self._is_asked = False
        # Why the peer has ended the call, as its BYE or CANCEL says (RFC 3326).
        self.peer_reasons: tuple[str, ...] = ()
        # How often the request that is under way was sent with proofs.
        self._proven = 0
        self.negotiation = Negotiation(self)
        self.referral = Referral(self)
        self.info = Info(self)
        self.session_timer = SessionTimer(self.context, self.negotiation.refresh, self._session_expired)

    @property
    def is_over(self) -> bool:
        """Whether the leg is over for its user."""
        return self.state is SipLegState.ENDED

    @property
    def is_agreed(self) -> bool:
        """Whether the first offer has its answer for good, so that there may be further ones."""
        return self.state is SipLegState.CONFIRMED

    def changed(self) -> None:
        """Something of the leg is no longer as it was last on record."""
        self.context.changed.add(self.local_tag)

    def server_transaction(self, key: str | None) -> ServerTransaction | None:
        """A request of the peer, as records name it."""
        return self.transactions.server(key)

    def note_allowed(self, message: Message) -> None:
        """Take over what the peer says in Allow that it knows."""
        allowed = message.tokens("allow")
        self.peer_allows_update = "update" in allowed
        self.info.note_allowed(allowed)

    def own_headers(self) -> tuple[tuple[str, str], ...]:
        """What we say about ourselves in every INVITE, UPDATE and the responses to them."""
        return (
            ("Contact", self.contact),
            ("Allow", self.context.allow),
            ("Supported", self.context.supported),
            *self.identity,
        )

    def hear_identity(self, message: Message) -> None:
        """Tell of who the peer says is at its end now; whether to believe it is for our user to say."""
        if message.header("p-asserted-identity") is not None:
            self.context.tell(PeerIdentified(self.leg_id, message))

    def matches(self, request: Request) -> bool:
        """Whether a request with our tag belongs to this dialog (section 12.2.2)."""
        dialog = self.dialog
        return (
            dialog is not None and dialog.call_id == request.call_id and dialog.remote_tag == request.from_tag
        )

    # What the peer asks within the dialog

    def receive_request(self, transaction: ServerTransaction, request: Request, now: float) -> None:
        """Handle a new request within the dialog that is neither ACK nor CANCEL."""
        dialog = self.dialog
        if dialog is None or not dialog.is_in_order(request):
            transaction.reply(500, now, reason="Request Out Of Order")
        elif self.is_over and request.method != "BYE":
            transaction.reply(481, now)
        else:
            self._dispatch(transaction, request, now)

    def _dispatch(self, transaction: ServerTransaction, request: Request, now: float) -> None:
        match request.method:
            case "BYE":
                transaction.reply(200, now)
                self.peer_reasons = tuple(request.all("reason"))
                self.receive_bye(now)
            case "INVITE" if isinstance(transaction, InviteServerTransaction):
                self.negotiation.receive_invite(transaction, request, now)
            case "UPDATE":
                self.negotiation.receive_update(transaction, request, now)
            case "PRACK":
                self.receive_prack(transaction, request, now)
            case "REFER":
                self.referral.receive(transaction, request, now)
            case "INFO":
                self.info.receive(transaction, request, now)
            case "OPTIONS":
                transaction.reply(200, now, headers=(*self.own_headers(), ("Accept", SDP)))
            case _:
                transaction.reply(405, now, headers=(("Allow", self.context.allow),))

    def receive_bye(self, now: float) -> None:
        """The peer has said goodbye, and has got its 200."""
        if not self.is_over:
            self.end("bye", now)

    def receive_prack(self, transaction: ServerTransaction, request: Request, now: float) -> None:
        """A PRACK that no reliable provisional response of ours waits for (RFC 3262 section 3)."""
        transaction.reply(481, now)

    def receive_ack(self, request: Request, now: float) -> None:
        """The ACK to a 2xx of ours."""
        self.negotiation.receive_ack(request, now)

    def receive_cancel(self, transaction: InviteServerTransaction, now: float) -> None:
        """The peer cancels an INVITE that we have not answered."""
        self.negotiation.receive_cancel(transaction, now)

    def ask_to_try_later(self, transaction: ServerTransaction, now: float) -> None:
        """Refuse an offer that comes while another one is open (section 14.2, RFC 3311 section 5.2)."""
        retry_after = str(int(self.context.random() * 10))
        transaction.reply(500, now, headers=(("Retry-After", retry_after),))

    # What we ask within the dialog

    def request(
        self,
        method: str,
        now: float,
        *,
        headers: Headers = (),
        body: str = "",
        content_type: str = SDP,
        dialog: Dialog | None = None,
    ) -> None:
        """Send a request within the dialog; a challenge is answered when we have credentials."""
        dialog = dialog or self.dialog
        if dialog is not None:
            head = dialog.next_head(method, self.context.via(self.flow))
            product = ("User-Agent", self.context.settings.product)
            self._send(head, head.write((*headers, product), body, content_type), now)

    def _send(self, head: RequestHead, data: bytes, now: float) -> None:
        send = self.transactions.send_invite if head.method == "INVITE" else self.transactions.send
        send(head, data, self.flow, self.handler_of(head), now, self.local_tag)

    def handler_of(self, head: RequestHead) -> Handler:
        """Who takes the responses to a request of ours: by what it asks, so that records need not say."""
        return self._responded_within

    def _responded_within(self, transaction: ClientTransaction, response: Response, now: float) -> None:
        """A response to a request within the dialog."""
        if (proofs := self._further_proofs(transaction, response)) is not None:
            self._ask_again(transaction, proofs, now)
            return
        match transaction.head.method:
            case "INVITE":
                self.negotiation.answered(transaction, response, now)
            case "UPDATE":
                self.negotiation.refreshed(response, now)
            case "NOTIFY":
                self.referral.notified(response, now)
            case "INFO":
                self.info.answered(response, now)
            case "OPTIONS":
                self._has_answered(response, now)
            case "BYE":
                self._bye_answered(response, now)
            case _:
                pass  # PRACK and CANCEL are answered for their transactions' sake only

    def _further_proofs(self, transaction: ClientTransaction, response: Response) -> HeaderLines | None:
        """What answers a challenge within the dialog, unless we were refused as we are."""
        if response.status not in (401, 407):
            if response.status >= 200:
                self._proven = 0
            return None
        sent = parse_message(transaction.data).headers
        further = self.further_proofs(sent, self._proven, response, transaction.head)
        self._proven = 0 if further is None else self._proven + 1
        return further

    def further_proofs(
        self, sent: Headers, tries: int, response: Response, head: RequestHead
    ) -> HeaderLines | None:
        """The headers that answer a challenge, when there is one and we have credentials."""
        return further_proofs(
            sent, tries, response, self.credentials, head.method, head.uri, self.context.token
        )

    def _ask_again(self, transaction: ClientTransaction, proofs: HeaderLines, now: float) -> None:
        asked = transaction.head
        dialog = self.dialog_to(asked)
        number = 1 + max(asked.cseq, 0 if dialog is None else dialog.local_cseq)
        if dialog is not None:
            dialog.local_cseq = number
        head = replace(asked, via=self.context.via(self.flow), cseq=number)
        self._send(head, head.write_again(transaction.data, proofs), now)

    def dialog_to(self, head: RequestHead) -> Dialog | None:
        """The dialog that a request of ours was in; None where nothing is known of it any more."""
        return self.dialog

    def acknowledge(
        self, transaction: ClientTransaction, dialog: Dialog, to_tag: str | None, sdp: str | None = None
    ) -> None:
        """Send the ACK for a 2xx, now and for each repetition of the 2xx."""
        if isinstance(transaction, InviteClientTransaction):
            head = dialog.head("ACK", self.context.via(self.flow), transaction.head.cseq)
            transaction.acknowledge(to_tag, self.flow, head.write((), sdp or "", SDP))

    def ask_whether_there(self, now: float) -> None:
        """End the leg unless the peer answers: a request within the dialog tells whether it stands.

        RFC 3261 section 12.2.1.2. Any answer but 408 and 481 will do, a refusal of OPTIONS too.
        """
        if self.is_cut_off:
            self.end_with_bye("transport failed", now)
        elif self.state is SipLegState.CONFIRMED and not self._is_asked:
            self._is_asked = True
            self.request("OPTIONS", now, headers=(("Accept", SDP),))

    def _has_answered(self, response: Response, now: float) -> None:
        if response.status < 200:
            return
        self._is_asked = False
        is_gone = response.is_local or response.status in (408, 481)
        if is_gone and not self.is_over and not self.has_lost_connection(response):
            self.end_with_bye("no response", now)

    # The end

    def hang_up(self, now: float, headers: Headers) -> None:
        """Say BYE and be over. The user hears no more of the leg."""
        self.referral.flush(now)
        self.stop(now)
        self.table.retire(self)
        self.say_bye(now, headers)

    def say_bye(self, now: float, headers: Headers = (), dialog: Dialog | None = None) -> None:
        """Send a BYE; whatever it is answered, that dialog is over (section 15.1.1).

        It goes again to a peer that comes back by another connection in time.
        """
        if dialog is None:
            self._goodbye = tuple(headers)
        self.request("BYE", now, headers=headers, dialog=dialog)

    def _bye_answered(self, response: Response, now: float) -> None:
        if response.status < 200 or not self.is_over:
            return
        if self._goodbye is not None and self.has_lost_connection(response):
            self._wait_to_say_bye(now + GIVE_UP)
        else:
            self.table.forget(self)

    def _wait_to_say_bye(self, until: float) -> None:
        self._goodbye_limit = self.context.timers.set(until, self._stays_away)

    def _stays_away(self, now: float) -> None:
        self.table.forget(self)

    def end(self, reason: str, now: float) -> None:
        """The leg is over by the peer's doing or by failure."""
        self.stop(now)
        self.table.forget(self)
        self.context.tell(LegEnded(self.leg_id, reason, self.peer_reasons))

    def end_with_bye(self, reason: str, now: float) -> None:
        """The leg is over by failure, and the peer may still listen."""
        if not self.is_over:
            self.context.tell(LegEnded(self.leg_id, reason))
            self.hang_up(now, ())

    def stop(self, now: float) -> None:
        """Stop all timers; nothing more is told to the user."""
        self.state = SipLegState.ENDED
        self.transactions.limit_waits(self.local_tag, now + GIVE_UP)
        self.negotiation.stop(now)
        self.referral.stop(now)
        self.session_timer.stop()

    def _session_expired(self, now: float) -> None:
        self.end_with_bye("session expired", now)

    # Peers who go and come back

    def flow_failed(self, now: float) -> None:
        """The flow is gone; requests of ours that wait for a response fail by themselves.

        A call stands without a connection, for the peer may come back by another one: what ends it is
        its audio, or its session timer.
        """
        self.is_cut_off = self._may_come_back
        self.changed()

    @property
    def _may_come_back(self) -> bool:
        """Whether the peer may come back by a connection of its own when it is not reached."""
        return bool(self.flow.connection) or self.lost_flow is not None

    def lose_connection(self, now: float) -> None:
        """The connection has ended with the process that had it.

        Whoever listens where it says is reached there (RFC 3261 section 18.1.1); others come back by
        themselves.
        """
        self.lost_flow = self.lost_flow or self.flow
        other = self._other_way()
        if other is None:
            self.wait_for_return(now)
        else:
            self.flow = other
            self.negotiation.move()
            self.transactions.move(self.local_tag, other, now)

    def _other_way(self) -> Flow | None:
        uri = self.next_hop()
        return None if uri is None else flow_to_listener(self.flow, uri)

    def next_hop(self) -> str | None:
        """Where requests within the dialog go, as name-addr or URI."""
        if self.dialog is None:
            return None
        return self.dialog.route_set[0] if self.dialog.route_set else self.dialog.target

    def wait_for_return(self, now: float) -> None:
        """Nobody is reached before the peer is back by another connection."""
        self.is_cut_off = True
        self.transactions.fail(self.local_tag, now)

    def take_along(self, flow: Flow, now: float) -> None:
        """The peer is back by this flow: what it has to get again before what waits for it."""

    def has_lost_connection(self, response: Response) -> bool:
        """Whether a request of ours failed for want of a connection, to a peer that may come back."""
        return response.is_local and response.status == 503 and self._may_come_back

    def peer_is_at(self, transaction: ServerTransaction) -> None:
        """A request was accepted: the peer is reached from now on where it came from, as one is that moved
        behind its NAT. A refused request says nothing of where the peer is."""
        if self.flow not in (transaction.source, transaction.flow):
            self.flow = transaction.flow
            self._has_moved = True

    def follow_peer(self, now: float) -> None:
        """Send to the peer what has waited for it, if it has moved."""
        if self._has_moved:
            self._has_moved = False
            self.peer_is_back(now)

    def peer_is_back(self, now: float) -> None:
        """The peer is reached by another flow, which is ours already: what has waited for it is sent."""
        self.is_cut_off = False
        self.lost_flow = None
        self.changed()
        if self._goodbye_limit is not None:
            self._goodbye_limit.cancel()
            self._goodbye_limit = None
        if self._goodbye is not None:
            self.say_bye(now, self._goodbye)
        else:
            self.negotiation.peer_is_back(now)

    # The user's wishes that only one kind of leg can have

    def ring(self, status: int, sdp: str | None, now: float) -> None:
        """Send a provisional response; only an incoming leg can."""

    def answer(self, sdp: str, now: float) -> None:
        """Send the 2xx; only an incoming leg can."""

    def reject(self, status: int, now: float, reason: str | None, headers: Headers) -> None:
        """Send a refusal; only an incoming leg can."""

    def accept_offer(self, sdp: str, now: float, fork: str) -> None:
        """Answer the peer's offer, or make ours where the peer left it to us."""
        self.negotiation.accept(sdp, now)

    def reject_offer(self, status: int, now: float, fork: str) -> None:
        """Refuse the peer's offer; what was agreed before stays in force."""
        self.negotiation.reject(status, now)

    # The way out and the way back in

    def record(self) -> LegRecord:
        """All that it takes to go on with the leg elsewhere."""
        servers, clients = self.transactions.records_of(self.local_tag)
        return LegRecord(
            self.leg_id,
            self.is_incoming,
            self.state,
            self.local_tag,
            self.flow,
            servers,
            clients,
            self.contact,
            (self.credentials.account or None) if self.credentials else None,
            self.dialog,
            self.local_sdp,
            self.remote_sdp,
            self.peer_allows_update,
            self.identity,
            self.is_cut_off,
            self.lost_flow,
            self._goodbye,
            deadline_of(self._goodbye_limit),
            self._is_asked,
            self.session_timer.record(),
            self.negotiation.record(),
            self.referral.record(),
            self.info.record(),
            self.incoming_record(),
            self.outgoing_record(),
        )

    def incoming_record(self) -> IncomingRecord | None:
        """What only an incoming leg has, until it is confirmed."""
        return None

    def outgoing_record(self) -> OutgoingRecord | None:
        """What only an outgoing leg has, as long as its first INVITE matters."""
        return None

    def restore(self, record: LegRecord, now: float) -> None:
        """Go on where the record was made; what waits for our user is told again."""
        self.state = record.state
        self.dialog = record.dialog
        self.local_sdp, self.remote_sdp = record.local_sdp, record.remote_sdp
        self.peer_allows_update, self.identity = record.peer_allows_update, record.identity
        self.is_cut_off, self._is_asked = record.is_cut_off, record.is_asked
        self._goodbye, self.lost_flow = record.goodbye, record.lost_flow
        if record.goodbye_until is not None:
            self._wait_to_say_bye(record.goodbye_until)
        for request in record.clients:
            self.transactions.restore_client(request, self.local_tag, self.handler_of, now)
        if record.session is not None:
            self.session_timer.restore(record.session)
        if record.negotiation is not None:
            self.negotiation.restore(record.negotiation, now)
        if record.referral is not None:
            self.referral.restore(record.referral)
        if record.info is not None:
            self.info.restore(record.info)

    def view(self) -> LegView | None:
        """What there is to see of the leg; None before it has a dialog."""
        dialog = self.dialog
        if dialog is None:
            return None
        return LegView(
            self.leg_id,
            self.is_incoming,
            str(self.state),
            fields_of(self.flow),
            dialog.call_id,
            dialog.local_tag,
            dialog.remote_tag,
            dialog.local,
            dialog.remote,
            dialog.target,
            dialog.local_cseq,
            dialog.remote_cseq,
            list(dialog.route_set),
            self.contact,
            self.local_sdp,
            self.remote_sdp,
            self.session_timer.interval,
            self.session_timer.we_refresh,
        )
