"""The SIP core: takes messages, times and wishes, gives back what to send, what happened and when to wake it.

It performs no I/O and reads no clock: every moment is an argument, in seconds of one monotonic clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from huntline.errors import PeerError
from huntline.plain import frozen
from huntline.sip.core.answer_flow import flow_of_answers
from huntline.sip.core.client_transaction import ClientTransaction
from huntline.sip.core.context import Context, CoreSettings, Keyring, Send, no_keys
from huntline.sip.core.digest_client import DigestCredentials, further_proofs
from huntline.sip.core.events import InviteRefused, RequestReceived, ResponseReceived, SipEvent
from huntline.sip.core.flow import Flow
from huntline.sip.core.grammar import GrammarError, parse_address, parse_uri
from huntline.sip.core.incoming_leg import IncomingLeg
from huntline.sip.core.invite import Invite
from huntline.sip.core.leg import LegTable, LegTools, SipLeg
from huntline.sip.core.leg_record import LegRecord, LegView, SipLegState
from huntline.sip.core.message import (
    HeaderLines,
    Headers,
    MalformedMessage,
    Request,
    RequestHead,
    Response,
    build_response,
    parse_message,
)
from huntline.sip.core.outgoing_leg import OutgoingLeg
from huntline.sip.core.replaces_header import Replaces
from huntline.sip.core.request_checks import refusal_of
from huntline.sip.core.server_transaction import InviteServerTransaction, ServerTransaction
from huntline.sip.core.session_timer import asks_too_small_interval
from huntline.sip.core.transactions import Transactions

__all__ = ["CoreSettings", "DigestCredentials", "Invite", "OutgoingRequest", "Send", "SipCore"]

_RETRY_AFTER = range(5, 16)  # seconds


@frozen
class OutgoingRequest:
    """A request outside of calls. ``from_`` and ``to`` are name-addr values; a From tag is added.

    ``call_id``, ``cseq`` and the From tag are made up when None; give them to continue a registration or a
    subscription, whose To has the peer's tag.
    """

    method: str
    uri: str
    flow: Flow
    from_: str
    to: str
    call_id: str | None = None
    cseq: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: str | bytes = b""
    content_type: str | None = None
    credentials: DigestCredentials | None = None
    from_tag: str | None = None
    route: tuple[str, ...] = ()


class SipCore:
    """All transactions, dialogs and legs of one node."""

    def __init__(
        self, settings: CoreSettings, entropy: Callable[[int], bytes], keyring: Keyring = no_keys
    ) -> None:
        self._context = Context(settings, entropy, keyring)
        self._settings = settings
        self._transactions = Transactions(self._context)
        self._legs = LegTable(self._context)
        self._surroundings = LegTools(self._context, self._transactions, self._legs)
        self._tag_secret = entropy(16)
        self.is_draining = False
        """Whether nothing new begins (RFC 3261 section 21.5.4): INVITE and OPTIONS get 503; calls go on."""
        self._away = f"{self._context.token()}-"
        self._away_tag = f";tag={self._away}".encode()
        # Where peers listen whose connections ended with an earlier process.
        self._listeners: dict[Flow, Flow] = {}

    @property
    def settings(self) -> CoreSettings:
        """What the core was made with."""
        return self._settings

    # In: the network and the clock

    def receive(self, data: bytes, flow: Flow, now: float) -> None:
        """Take one whole message: a datagram, or what a ``StreamFramer`` cut out. Never raises."""
        try:
            message = parse_message(data)
        except MalformedMessage as error:
            self._answer_malformed(error, flow)
            return
        if isinstance(message, Response):
            self._transactions.receive_response(message, now)
            return
        try:
            self._receive_request(message, flow, now)
        except PeerError as error:
            self._answer_stateless(message, flow, error.sip_status)

    def is_under_way(self, request: Request) -> bool:
        """Whether a request, of which ``glance`` may be all that is known, belongs to what is there: to a
        dialog of ours, or to a transaction that it repeats or cancels."""
        try:
            if request.to_tag is not None and request.to_tag in self._legs.by_tag:
                return True
            if request.method == "CANCEL":
                return self._transactions.find_cancelled(request) is not None
            return self._transactions.find(request) is not None
        except GrammarError:
            return False

    def turned_away(self, request: Request, flow: Flow) -> Send:
        """Tells a new request, of which ``glance`` may be all that is known, that there is too much to do.

        When to come back is spread, so that not all do so at once; nothing is kept, and a repetition gets the
        same answer.
        """
        tag = self._stateless_tag(request)
        retry_after = _RETRY_AFTER[int(tag, 16) % len(_RETRY_AFTER)]
        return self._answer(request, flow, 503, None, self._away + tag, retry_after)

    def is_ack_of_turned_away(self, data: bytes) -> bool:
        """Whether a message is the ACK to such an answer: there is nothing to do for it."""
        return data.startswith(b"ACK ") and self._away_tag in data

    def tick(self, now: float) -> None:
        """Do what is due at that moment."""
        self._context.timers.fire(now)

    def next_deadline(self) -> float | None:
        """When ``tick`` is due next."""
        return self._context.timers.next_deadline()

    def flow_failed(self, flow: Flow, now: float) -> None:
        """A message could not be sent by that flow, or its connection was lost."""
        self._transactions.flow_failed(flow, now)
        for leg in [each for each in self._legs.by_id.values() if each.flow == flow]:
            leg.flow_failed(now)

    def undelivered(self, data: bytes, remote: tuple[str, int], now: float) -> None:
        """A datagram to that address reached nobody (RFC 3261 section 18.4): a request of ours fails as 503.

        ``data`` is the datagram or its beginning, nothing when that is not known. A response is sent again
        or not as ever; a peer that has been heard in the same transaction is there.
        """
        self._transactions.undelivered(data, remote, now)

    def move_flow(self, old: Flow, new: Flow, now: float) -> None:
        """The peer at the end of a connection has come back by another, or is known to listen somewhere: its
        answered calls go along."""
        if new.connection:
            self._listeners.pop(old, None)
        else:
            self._listeners[old] = new
        legs = [each for each in self._legs.by_tag.values() if old in (each.flow, each.lost_flow)]
        self._move(legs, old, new, now)

    def _move(self, legs: Sequence[SipLeg], old: Flow, new: Flow, now: float) -> None:
        for leg in legs:
            leg.take_along(new, now)
        self._transactions.flow_failed(old, now)
        for leg in legs:
            leg.flow = new
            leg.peer_is_back(now)
            leg.lost_flow = None if new.connection else old  # it may still come back by its own

    # Out

    def take_output(self) -> list[Send]:
        """What is to be sent, in order; each message is given once."""
        output = self._context.sends
        self._context.sends = []
        return output

    def take_events(self) -> list[SipEvent]:
        """What has happened, in order; each event is given once."""
        events = self._context.events
        self._context.events = []
        return events

    # Requests outside dialogs

    def respond(
        self,
        transaction_id: str,
        status: int,
        now: float,
        *,
        reason: str | None = None,
        headers: Headers = (),
        body: str | bytes = b"",
        content_type: str | None = None,
    ) -> None:
        """Answer a ``RequestReceived``; ignored when it was answered or is long gone."""
        transaction = self._transactions.server(transaction_id)
        if transaction is not None:
            transaction.reply(
                status, now, reason=reason, headers=headers, body=body, content_type=content_type
            )

    def contact(self, user: str, flow: Flow) -> str:
        """Our Contact value on a flow, for whoever reaches us outside of calls."""
        return self._context.contact(user, flow)

    def tag_for(self, transaction_id: str) -> str:
        """The To tag that our answer to a ``RequestReceived`` has, and so a dialog that it begins."""
        transaction = self._transactions.server(transaction_id)
        return transaction.to_tag if transaction is not None else self._context.token()

    def send_request(self, request: OutgoingRequest, now: float) -> str:
        """Send a request; its end comes as ``ResponseReceived`` with the returned id.

        A challenge is answered when there are credentials, once more when it has another nonce.
        """
        request_id = self._context.token()
        from_ = f"{request.from_};tag={request.from_tag or self._context.token()}"
        call_id = request.call_id or self._context.token() + self._context.token()
        self._send_request(request_id, request, from_, call_id, request.cseq or 1, (), now)
        return request_id

    def _send_request(
        self,
        request_id: str,
        request: OutgoingRequest,
        from_: str,
        call_id: str,
        cseq: int,
        proofs: HeaderLines,
        now: float,
        tries: int = 0,
    ) -> None:
        via = self._context.via(request.flow)
        head = RequestHead(request.method, request.uri, via, from_, request.to, call_id, cseq, request.route)

        def on_response(transaction: ClientTransaction, response: Response, now: float) -> None:
            if response.status < 200:
                return
            further = further_proofs(
                proofs,
                tries,
                response,
                request.credentials,
                request.method,
                request.uri,
                self._context.token,
            )
            if further is not None:
                self._send_request(request_id, request, from_, call_id, cseq + 1, further, now, tries + 1)
            else:
                final = None if response.is_local else response
                self._context.tell(ResponseReceived(request_id, final))

        headers = (*request.headers, ("User-Agent", self._settings.product), *proofs)
        data = head.write(headers, request.body, request.content_type)
        self._transactions.send(head, data, request.flow, on_response, now)

    # Legs

    def invite(self, invite: Invite, now: float) -> None:
        """Call somebody; a leg id that is in use is ignored."""
        if invite.leg_id not in self._legs.by_id:
            leg = OutgoingLeg.calling(invite, self._surroundings)
            self._legs.add(leg)
            leg.start(invite, now)

    def ring(self, leg_id: str, now: float, *, status: int = 180, sdp: str | None = None) -> None:
        """Tell the caller that it rings (180), or give early media (183); with PRACK when required."""
        if leg := self._leg(leg_id):
            leg.ring(status, sdp, now)

    def answer(self, leg_id: str, sdp: str, now: float) -> None:
        """Answer an incoming leg: ``LegConfirmed`` follows, or ``LegEnded`` with "no ack"."""
        if leg := self._leg(leg_id):
            leg.answer(sdp, now)

    def reject(
        self, leg_id: str, status: int, now: float, *, reason: str | None = None, headers: Headers = ()
    ) -> None:
        """Refuse an incoming leg that is not answered. No event follows."""
        if leg := self._leg(leg_id):
            leg.reject(status, now, reason, headers)

    def hang_up(self, leg_id: str, now: float, *, headers: Headers = ()) -> None:
        """End a leg by CANCEL, refusal or BYE, whatever its state asks. No event follows; idempotent."""
        if leg := self._leg(leg_id):
            leg.hang_up(now, headers)

    def offer(self, leg_id: str, sdp: str, now: float) -> None:
        """Offer by re-INVITE as soon as nothing else is under way: ``OfferAnswered`` or ``OfferRejected``."""
        if leg := self._leg(leg_id):
            leg.negotiation.offer(sdp, now)

    def send_key(self, leg_id: str, key: str, now: float) -> None:
        """Tell the peer of an answered leg by INFO that a key was pressed; lost when it takes none."""
        if leg := self._leg(leg_id):
            leg.info.send(key, now)

    def ask_whether_there(self, leg_id: str, now: float) -> None:
        """Ask the peer of an answered leg for a sign of life; ``LegEnded`` follows when none comes."""
        if leg := self._leg(leg_id):
            leg.ask_whether_there(now)

    def identify(self, leg_id: str, headers: Headers, now: float) -> None:
        """Tell the peer of an answered leg who is at our end now, by UPDATE where it takes any, else by a
        re-INVITE that offers nothing new (RFC 4916, RFC 5876)."""
        if leg := self._leg(leg_id):
            leg.identity = tuple(headers)
            leg.negotiation.refresh(now)

    def accept_offer(self, leg_id: str, sdp: str, now: float, *, fork: str = "") -> None:
        """Answer ``OfferReceived``, or the offer in the 2xx to an INVITE of ours that had none."""
        if leg := self._leg(leg_id):
            leg.accept_offer(sdp, now, fork)
            leg.follow_peer(now)

    def reject_offer(self, leg_id: str, status: int, now: float, *, fork: str = "") -> None:
        """Refuse ``OfferReceived``; the session goes on as it was. If there is none yet: ``LegRejected``."""
        if leg := self._leg(leg_id):
            leg.reject_offer(status, now, fork)

    def accept_refer(self, leg_id: str, now: float) -> None:
        """Take on ``ReferReceived``: 202, and how it goes is told with ``notify_refer`` to a final status."""
        if leg := self._leg(leg_id):
            leg.referral.accept(now)
            leg.follow_peer(now)

    def refuse_refer(self, leg_id: str, status: int, now: float, *, headers: Headers = ()) -> None:
        """Refuse ``ReferReceived``; the call goes on as it was."""
        if leg := self._leg(leg_id):
            leg.referral.refuse(status, now, headers)

    def notify_refer(self, leg_id: str, status: int, now: float) -> None:
        """Tell how an accepted REFER goes (RFC 3515 section 2.4.5); a final status is the last word."""
        if leg := self._leg(leg_id):
            leg.referral.notify(status, now)

    def replaced_leg(self, replaces: Replaces) -> LegView | None:
        """The living leg whose dialog is meant (RFC 3891 section 3), but for one of ours not yet answered."""
        leg = self._legs.by_tag.get(replaces.to_tag)
        record = None if leg is None else self.leg(leg.leg_id)
        if record is None or not replaces.names(record.call_id, record.local_tag, record.remote_tag):
            return None
        return record

    def _leg(self, leg_id: str) -> SipLeg | None:
        leg = self._legs.by_id.get(leg_id)
        if leg is not None:
            leg.changed()
        return leg

    # Counting

    @property
    def leg_count(self) -> int:
        """Legs that are not over."""
        return len(self._legs.by_id)

    @property
    def transaction_count(self) -> int:
        """Transactions that are not terminated, those that only absorb repetitions included."""
        return len(self._transactions)

    def legs(self) -> list[LegView]:
        """Every leg that has a dialog, to look at."""
        views = (leg.view() for leg in self._legs.by_id.values())
        return [view for view in views if view is not None]

    def leg(self, leg_id: str) -> LegView | None:
        """One leg, to look at; None when it is unknown or has no dialog yet."""
        leg = self._legs.by_id.get(leg_id)
        return None if leg is None else leg.view()

    # The way out and the way back in

    def take_changed(self) -> dict[str, LegRecord | None]:
        """The newest record of each leg that has changed since the last time, by our tag of its dialog; None
        where nothing is left of it. What was sent since is known in them.

        They look into the living legs: write them down before the core is used again.
        """
        changed, self._context.changed = self._context.changed, set()
        return {tag: self._record(tag) for tag in changed}

    @property
    def has_changed(self) -> bool:
        """Whether ``take_changed`` has something."""
        return bool(self._context.changed)

    def forget_changed(self) -> None:
        """Nobody keeps records of what has changed so far."""
        self._context.changed.clear()

    def records(self) -> dict[str, LegRecord]:
        """The record of every leg, by our tag of its dialog; but for refusals that have no ACK yet."""
        return {tag: leg.record() for tag, leg in self._legs.by_tag.items()}

    def _record(self, tag: str) -> LegRecord | None:
        if (leg := self._legs.by_tag.get(tag)) is not None:
            return leg.record()
        servers, _ = self._transactions.records_of(tag)
        refused = [each for each in servers if each.state == "completed"]
        invites = tuple(each for each in refused if each.request.startswith(b"INVITE "))
        if not invites:
            return None
        return LegRecord("", True, SipLegState.ENDED, tag, invites[0].flow, invites)

    def restore(self, records: Iterable[LegRecord], now: float) -> None:
        """Go on where other cores' records were made; each leg may be named once.

        What waits for the user is told again: ``OfferReceived``, ``ReferReceived``. What may never have
        arrived is sent again. Connections are gone: their legs wait for the peer to come back, which is told
        by ``move_flow`` or by a request of the peer, and reach it before where it listens, over TCP.
        """
        for record in records:
            for request in record.servers:
                self._transactions.restore_server(request, record.local_tag, now)
            if record.leg_id:
                self._restore_leg(record, now)

    def _restore_leg(self, record: LegRecord, now: float) -> None:
        leg = self._leg_for(record)
        self._legs.add(leg)
        if record.is_over:
            self._legs.retire(leg)
        for each in self._transactions.servers(record.local_tag):
            if each.request.to_tag is not None:
                each.on_success = leg.peer_is_at
        leg.restore(record, now)
        if leg.flow.connection:
            leg.lose_connection(now)
        lost = leg.lost_flow
        if lost is not None and (listener := self._listeners.get(lost)) is not None:
            self._move([leg], lost, listener, now)

    def _leg_for(self, record: LegRecord) -> SipLeg:
        known = (record.leg_id, self._surroundings, record.flow, record.local_tag, record.contact)
        if record.is_incoming:
            return IncomingLeg(*known)
        credentials = self._context.keyring(record.account) if record.account else None
        return OutgoingLeg(*known, credentials)

    # Requests

    def _receive_request(self, request: Request, flow: Flow, now: float) -> None:
        transaction = self._transactions.find(request)
        if request.method == "ACK":
            self._receive_ack(transaction, request, now)
        elif transaction is not None:
            transaction.receive(request, now)
        elif request.method == "CANCEL":
            self._receive_cancel(request, flow, now)
        elif len(self._transactions) >= self._settings.max_transactions:
            self._answer_stateless(request, flow, 503)
        elif not self._is_refused(request, flow, now):
            self._receive_new(request, flow, now)

    def _receive_ack(self, transaction: ServerTransaction | None, request: Request, now: float) -> None:
        """An ACK ends its refused INVITE, or belongs to a 2xx and so to a dialog; strays are dropped."""
        if isinstance(transaction, InviteServerTransaction) and transaction.awaits_ack:
            transaction.receive(request, now)
        elif leg := self._leg_of(request):
            leg.changed()
            leg.receive_ack(request, now)

    def _receive_cancel(self, request: Request, flow: Flow, now: float) -> None:
        # 9.2: a CANCEL is answered by itself, 200 when its INVITE is known; then the INVITE gets its 487.
        invite = self._transactions.find_cancelled(request)
        if invite is None:
            self._answer_stateless(request, flow, 481)
            return
        transaction = self._transactions.open(request, flow)
        transaction.to_tag = invite.to_tag
        transaction.reply(200, now)
        leg = self._legs.by_tag.get(invite.to_tag)
        if leg is not None:
            leg.changed()
            leg.peer_reasons = tuple(request.all("reason"))
            leg.receive_cancel(invite, now)

    def _is_refused(self, request: Request, flow: Flow, now: float) -> bool:
        refusal = refusal_of(request, self._settings)
        if refusal is not None:
            self._open(request, flow).reply(refusal.status, now, headers=refusal.headers)
            self._tell_refused(request, flow, refusal.status)
        elif self._transactions.is_merged(request):
            self._open(request, flow).reply(482, now)
        else:
            return False
        return True

    def _open(self, request: Request, flow: Flow) -> ServerTransaction:
        if request.method == "INVITE":
            return self._transactions.open_invite(request, flow)
        return self._transactions.open(request, flow)

    def _receive_new(self, request: Request, flow: Flow, now: float) -> None:
        if request.to_tag is not None:
            if leg := self._leg_of(request):
                transaction = self._open(request, flow)
                self._transactions.own(transaction, leg.local_tag)
                transaction.on_success = leg.peer_is_at
                leg.receive_request(transaction, request, now)
                leg.follow_peer(now)
                return
            # Subscriptions are dialogs that no leg has (RFC 6665 section 4.5.1): their server knows them.
            if request.method != "SUBSCRIBE" and not _is_addressed_as_new(request):
                self._answer_stateless(request, flow, 481)
                return
        if self.is_draining and _asks_for_a_call(request):
            self._answer_stateless(request, flow, 503)
        elif request.method == "INVITE":
            self._receive_invite(request, flow, now)
        elif request.method in ("BYE", "PRACK", "UPDATE", "INFO"):
            self._answer_stateless(request, flow, 481)
        else:
            transaction = self._transactions.open(request, flow)
            self._context.tell(RequestReceived(transaction.key, request, flow))

    def _leg_of(self, request: Request) -> SipLeg | None:
        leg = self._legs.by_tag.get(request.to_tag or "")
        return leg if leg is not None and leg.matches(request) else None

    def _receive_invite(self, request: Request, flow: Flow, now: float) -> None:
        if self.leg_count >= self._settings.max_legs:
            self._answer_stateless(request, flow, 503)
            self._tell_refused(request, flow, 503)
            return
        transaction = self._transactions.open_invite(request, flow)
        if asks_too_small_interval(request, self._settings.min_se):
            transaction.reply(422, now, headers=(("Min-SE", str(self._settings.min_se)),))
        else:
            leg = IncomingLeg.called(self._context.token(), self._surroundings, transaction)
            self._transactions.own(transaction, leg.local_tag)
            self._legs.add(leg)
            leg.start(transaction, now)

    def _tell_refused(self, request: Request, flow: Flow, status: int) -> None:
        if request.method == "INVITE" and request.to_tag is None:
            self._context.tell(InviteRefused(request, flow, status))

    # Answers without a transaction

    def _answer_malformed(self, error: MalformedMessage, flow: Flow) -> None:
        request = error.request
        if request is not None and request.method != "ACK":
            self._answer_stateless(request, flow, error.sip_status, error.reason)

    def _answer_stateless(self, request: Request, flow: Flow, status: int, reason: str | None = None) -> None:
        if request.method != "ACK":
            tag = self._stateless_tag(request)
            answer = self._answer(request, flow, status, reason, tag, _RETRY_AFTER[0])
            self._context.send(answer.flow, answer.data)

    def _answer(
        self, request: Request, flow: Flow, status: int, reason: str | None, to_tag: str, retry_after: int
    ) -> Send:
        headers = [("Server", self._settings.product)]
        if status == 503:
            headers.append(("Retry-After", str(retry_after)))
        data = build_response(
            request, status, reason=reason, to_tag=to_tag, source=flow.remote, headers=headers
        )
        return Send(flow_of_answers(request, flow), data)

    def _stateless_tag(self, request: Request) -> str:
        """A tag that is the same for every repetition of the request (section 8.2.7)."""
        seed = f"{request.header('via')}|{request.header('call-id')}".encode("utf-8", "surrogateescape")
        return hashlib.blake2b(seed, key=self._tag_secret, digest_size=8).hexdigest()


def _asks_for_a_call(request: Request) -> bool:
    """Whether a request wants a new call, or asks if it could; one with Replaces goes on with an old one."""
    return request.method == "OPTIONS" or (request.method == "INVITE" and request.header("replaces") is None)


def _is_addressed_as_new(request: Request) -> bool:
    """Whether a request with a foreign To tag is no leftover of a dialog of ours.

    Within a dialog the Request-URI is our Contact, never the address that was called first; where both are
    still the same the tag is an oddity of the sender (wsinv of RFC 4475) and not worth a 481.
    """
    try:
        to, uri = parse_address(request.raw_to).uri, parse_uri(request.uri)
    except GrammarError:
        return False
    return (to.user, to.host.lower()) == (uri.user, uri.host.lower())
