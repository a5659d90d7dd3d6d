"""Offer and answer within a leg: re-INVITE and UPDATE, from either side; of a caller before our answer, too.

RFC 3261 section 14, RFC 3311, and RFC 4028 for refreshes; one exchange at a time.
"""

from __future__ import annotations

from huntline.sip.core.client_transaction import ClientTransaction
from huntline.sip.core.dialog_usage import DialogUsage
from huntline.sip.core.events import LegConfirmed, OfferAnswered, OfferReceived, OfferRejected
from huntline.sip.core.leg_record import NegotiationRecord, SipLegState
from huntline.sip.core.message import SDP, Request, Response, parse_number
from huntline.sip.core.repetition import Repetition
from huntline.sip.core.server_transaction import InviteServerTransaction, ServerTransaction
from huntline.sip.core.session_timer import asks_too_small_interval
from huntline.sip.core.timers import Timer, deadline_of

# What the peer wants to be asked later is asked so often again, and a Retry-After is followed so far.
_MAX_REPEATS = 5
_LONGEST_WAIT = 60.0


class Negotiation:
    """The exchanges of one leg."""

    __slots__ = (
        "_accepted",
        "_asked",
        "_failures",
        "_has_update_failed",
        "_is_late",
        "_is_refresh_due",
        "_leg",
        "_offered",
        "_queued",
        "_repetition",
        "_retry",
    )

    def __init__(self, leg: DialogUsage) -> None:
        self._leg = leg
        # Our INVITE or UPDATE that is under way: the SDP in it, empty for a bare refresh.
        self._offered: str | None = None
        # An offer of our user that waits for its turn.
        self._queued: str | None = None
        # The session is to be refreshed: by UPDATE, or by re-INVITE when that has failed.
        self._is_refresh_due = self._has_update_failed = False
        # After a refusal that need not last, a glare (491) say, we wait for this; how many came in a row.
        self._retry: Timer | None = None
        self._failures = 0
        # The peer's request that waits for our user.
        self._asked: ServerTransaction | None = None
        # The peer's re-INVITE whose 2xx waits for its ACK.
        self._accepted: ServerTransaction | None = None
        self._repetition: Repetition | None = None
        self._is_late = False

    @property
    def is_busy(self) -> bool:
        """Whether an exchange is under way, so that nobody may begin another (section 14.1)."""
        return (
            self._offered is not None
            or self._asked is not None
            or self._accepted is not None
            or not self._leg.is_agreed
        )

    @property
    def is_asked(self) -> bool:
        """Whether an offer of the peer waits for our user."""
        return self._asked is not None

    @property
    def _must_wait(self) -> bool:
        """Whether what we would begin has to wait for its turn, or for the peer."""
        is_confirmed = self._leg.state is SipLegState.CONFIRMED
        return self.is_busy or not is_confirmed or self._retry is not None or self._leg.is_cut_off

    # The way out and the way back in

    def record(self) -> NegotiationRecord | None:
        """What it takes to go on; None where nothing is under way."""
        if self._is_idle:
            return None
        return NegotiationRecord(
            self._offered,
            self._queued,
            self._is_refresh_due,
            self._has_update_failed,
            deadline_of(self._retry),
            self._failures,
            None if self._asked is None else self._asked.key,
            None if self._accepted is None else self._accepted.key,
            None if self._repetition is None else self._repetition.record(),
            self._is_late,
        )

    @property
    def _is_idle(self) -> bool:
        # Asked whenever the leg has changed: in the order in which the usual leg is told from others.
        is_exchanging = self._offered is not None or self._asked is not None or self._accepted is not None
        is_to_come = self._queued is not None or self._retry is not None or self._is_refresh_due
        return not (is_exchanging or is_to_come or self._has_update_failed or self._failures > 0)

    def restore(self, record: NegotiationRecord, now: float) -> None:
        """Go on where the record was made; an offer of the peer that waits for our user is told again."""
        leg = self._leg
        self._offered, self._queued, self._failures = record.offered, record.queued, record.failures
        self._is_refresh_due, self._has_update_failed = record.is_refresh_due, record.has_update_failed
        self._is_late = record.is_late
        if record.retry_at is not None:
            self._retry = leg.context.timers.set(record.retry_at, self._retry_due)
        self._accepted = leg.server_transaction(record.accepted)
        if self._accepted is not None and record.repetition is not None:
            flow, data = self._accepted.flow, self._accepted.last
            self._repetition = Repetition(leg.context, flow, data, now, self._no_ack, record.repetition)
        self._asked = leg.server_transaction(record.asked)
        if self._asked is not None:
            leg.context.tell(OfferReceived(leg.leg_id, self._asked.request.sdp))

    # Our offers

    def offer(self, sdp: str, now: float) -> None:
        """Offer by re-INVITE, as soon as nothing else is under way and the peer can be reached; a newer offer
        replaces a waiting one."""
        if self._must_wait:
            self._queued = sdp
        else:
            self._send_invite(sdp, now)

    def refresh(self, now: float) -> None:
        """Refresh the session, by UPDATE when the peer knows it (RFC 4028 section 7.4)."""
        self._is_refresh_due = True
        self._leg.changed()
        if self._leg.is_cut_off:
            self._wait_for_peer(self._leg.local_sdp)
        self._settle(now)

    def _send_refresh(self, now: float) -> None:
        leg = self._leg
        if leg.peer_allows_update and not self._has_update_failed:
            self._offered = ""
            headers = (*leg.own_headers(), *leg.session_timer.request_headers())
            leg.request("UPDATE", now, headers=headers)
        elif leg.local_sdp is not None:
            self._send_invite(leg.local_sdp, now)

    def _send_invite(self, sdp: str, now: float) -> None:
        leg = self._leg
        self._offered = sdp
        headers = (*leg.own_headers(), *leg.session_timer.request_headers())
        leg.request("INVITE", now, headers=headers, body=sdp)

    def answered(self, transaction: ClientTransaction, response: Response, now: float) -> None:
        """A response to our re-INVITE."""
        leg, sdp = self._leg, self._offered
        if response.status < 200:
            return
        if response.status < 300 and leg.dialog is not None:
            leg.dialog.refresh_target(response)
            # Also when the leg has ended meanwhile: a 2xx must have its ACK.
            leg.acknowledge(transaction, leg.dialog, response.to_tag)
        if leg.is_over or sdp is None:
            return
        if leg.has_lost_connection(response):
            self._wait_for_peer(sdp)
            return
        if self._failed_for_good(sdp, response, now):
            return
        self._offered = None
        if response.status < 300:
            self._agreed(sdp, response, now)
        elif response.status == 422 and leg.session_timer.raise_minimum(response):
            self._queued = self._queued or sdp
        elif self._is_to_come_later(response):
            self._queued = self._queued or sdp
            self._wait(response, now)
        else:
            if sdp != leg.local_sdp:
                leg.context.tell(OfferRejected(leg.leg_id, response.status))
            if self._is_refresh_due:
                self._wait(response, now)
            else:
                self._failures = 0
        self._settle(now)

    def _agreed(self, sdp: str, response: Response, now: float) -> None:
        leg = self._leg
        is_refresh = sdp == leg.local_sdp and response.sdp in (None, leg.remote_sdp)
        leg.local_sdp = sdp
        leg.remote_sdp = response.sdp or leg.remote_sdp
        self._refreshed_by(response, now)
        leg.hear_identity(response)
        if not is_refresh:
            leg.context.tell(OfferAnswered(leg.leg_id, response.sdp))

    def _refreshed_by(self, response: Response, now: float) -> None:
        self._is_refresh_due = self._has_update_failed = False
        self._failures = 0
        self._leg.session_timer.agree_as_uac(response, now)

    def refreshed(self, response: Response, now: float) -> None:
        """A response to our UPDATE without offer; one that fails is followed by a re-INVITE."""
        leg = self._leg
        if leg.is_over or response.status < 200:
            return
        if leg.has_lost_connection(response):
            self._wait_for_peer(leg.local_sdp)
            return
        self._offered = None
        if response.status < 300 and leg.dialog is not None:
            leg.dialog.refresh_target(response)
            self._refreshed_by(response, now)
            leg.hear_identity(response)
        elif response.status == 491:
            self._wait(response, now)
        elif response.status != 422 or not leg.session_timer.raise_minimum(response):
            self._has_update_failed = True
            if response.status in (405, 501):
                leg.peer_allows_update = False
            elif response.status not in (408, 481):
                self._wait(response, now)
        self._settle(now)

    def _wait_for_peer(self, sdp: str | None) -> None:
        """The peer is gone for now: what it did not get it gets when it is back, unless there is newer."""
        self._leg.is_cut_off = True
        self._offered = None
        self._queued = self._queued or sdp

    def peer_is_back(self, now: float) -> None:
        """The peer can be reached again."""
        self.move()
        self._settle(now)

    def move(self) -> None:
        """The peer is reached by another flow."""
        if self._repetition is not None:
            self._repetition.flow = self._leg.flow

    def _failed_for_good(self, sdp: str, response: Response, now: float) -> bool:
        """Section 12.2.1.2: 481 and 408 to a re-INVITE mean that the peer knows the dialog no more.

        An offer that cannot even be sent is the end, too; a refresh has time to try again.
        """
        is_refresh = self._is_refresh_due and sdp == self._leg.local_sdp
        if response.status not in (408, 481) and (is_refresh or not response.is_local):
            return False
        self._offered = None
        reason = "transport failed" if response.is_local and response.status == 503 else "no response"
        self._leg.end_with_bye(reason, now)
        return True

    def _glare_wait(self) -> float:
        # Section 14.1: the owner of the Call-ID waits 2.1 to 4 s, the other side up to 2 s.
        share = self._leg.context.random()
        return 2.1 + round(share * 1.9, 2) if not self._leg.is_incoming else round(share * 2, 2)

    def _is_to_come_later(self, response: Response) -> bool:
        """Whether the same offer is welcome later: after a glare, or when the peer says so (section 14.2)."""
        has_time = response.status == 500 and response.header("retry-after") is not None
        return response.status == 491 or (has_time and self._failures < _MAX_REPEATS)

    def _wait(self, response: Response, now: float) -> None:
        """Begin nothing for a random time, longer after each failure, or until the peer wants to be asked."""
        asked = parse_number(response.header("retry-after")) or 0
        wait = self._glare_wait()
        if response.status != 491:
            wait = min(max(wait * 2**self._failures, asked), _LONGEST_WAIT)
            self._failures = min(self._failures + 1, _MAX_REPEATS)
        self._retry = self._leg.context.timers.set(now + wait, self._retry_due)

    def _retry_due(self, now: float) -> None:
        self._retry = None
        self._leg.changed()
        self._settle(now)

    def _settle(self, now: float) -> None:
        """Begin what has waited for its turn; an offer refreshes the session as well."""
        if self._must_wait:
            return
        if self._queued is not None:
            sdp, self._queued = self._queued, None
            self._send_invite(sdp, now)
        elif self._is_refresh_due:
            self._send_refresh(now)

    def confirmed(self, now: float) -> None:
        """The leg is confirmed: what was wished before may begin."""
        self._settle(now)

    # The peer's offers

    def receive_invite(self, transaction: InviteServerTransaction, request: Request, now: float) -> None:
        """A re-INVITE."""
        if self._is_refused(transaction, request, now):
            return
        transaction.reply(100, now)
        self._asked = transaction
        leg, sdp = self._leg, request.sdp
        if sdp is not None and sdp == leg.remote_sdp and leg.local_sdp is not None:
            self.accept(leg.local_sdp, now)  # a refresh: nothing new to decide
        else:
            leg.context.tell(OfferReceived(leg.leg_id, sdp))

    def receive_update(self, transaction: ServerTransaction, request: Request, now: float) -> None:
        """An UPDATE, with or without an offer."""
        leg, sdp = self._leg, request.sdp
        if sdp is None:
            if asks_too_small_interval(request, leg.context.settings.min_se):
                self._refuse_interval(transaction, now)
            else:
                self._accept_refresh(transaction, request, now)
        elif not self._is_refused(transaction, request, now):
            self.take_over(transaction)
            leg.context.tell(OfferReceived(leg.leg_id, sdp))

    def receive_prack(self, transaction: ServerTransaction, request: Request, now: float) -> None:
        """The PRACK that acknowledges our answer; it may carry a new offer (RFC 3262 section 5)."""
        if request.sdp is None:
            transaction.reply(200, now)
        elif not self._is_refused(transaction, request, now):
            self.take_over(transaction)
            self._leg.context.tell(OfferReceived(self._leg.leg_id, request.sdp))

    def take_over(self, transaction: ServerTransaction) -> None:
        """An offer waits for our user, who has been told."""
        self._asked = transaction

    def _accept_refresh(self, transaction: ServerTransaction, request: Request, now: float) -> None:
        leg = self._leg
        if leg.dialog is not None:
            leg.dialog.refresh_target(request)
        leg.hear_identity(request)
        transaction.reply(200, now, headers=(*leg.own_headers(), *self._agree_on_timer(request, now)))

    def _agree_on_timer(self, request: Request, now: float) -> tuple[tuple[str, str], ...]:
        """What our 2xx says of the session timer, which runs from the answer on and in sessions alone."""
        if self._leg.state is not SipLegState.CONFIRMED or request.method == "PRACK":
            return ()
        self._is_refresh_due = False
        return self._leg.session_timer.agree_as_uas(request, now)

    def _is_refused(self, transaction: ServerTransaction, request: Request, now: float) -> bool:
        """Refuse an offer that comes at the wrong time (section 14.2, RFC 3311 section 5.2)."""
        leg = self._leg
        if self._offered is not None or self._waits_for_answer():
            transaction.reply(491, now)
        elif self.is_busy or (request.method == "INVITE" and leg.state is not SipLegState.CONFIRMED):
            leg.ask_to_try_later(transaction, now)
        elif asks_too_small_interval(request, leg.context.settings.min_se):
            self._refuse_interval(transaction, now)
        else:
            return False
        return True

    def _waits_for_answer(self) -> bool:
        """Whether the offer in our INVITE, or the one to a caller without an offer, has no answer yet."""
        if self._leg.is_incoming:
            return self._leg.remote_sdp is None
        return self._leg.state in (SipLegState.CALLING, SipLegState.RINGING)

    def _refuse_interval(self, transaction: ServerTransaction, now: float) -> None:
        minimum = str(self._leg.context.settings.min_se)
        transaction.reply(422, now, headers=(("Min-SE", minimum),))

    def accept(self, sdp: str, now: float) -> None:
        """Answer the peer's offer, or make ours in the 2xx to a re-INVITE that had none."""
        leg, transaction = self._leg, self._asked
        if transaction is None or leg.dialog is None:
            return
        self._asked = None
        request = transaction.request
        leg.dialog.refresh_target(request)
        leg.local_sdp = sdp
        self._is_late = request.sdp is None
        leg.remote_sdp = request.sdp or leg.remote_sdp
        leg.hear_identity(request)
        headers = (*leg.own_headers(), *self._agree_on_timer(request, now))
        data = transaction.reply(200, now, headers=headers, body=sdp, content_type=SDP)
        if request.method == "INVITE":
            self._accepted = transaction
            self._repetition = Repetition(leg.context, transaction.flow, data, now, self._no_ack)
        else:
            self._settle(now)

    def reject(self, status: int, now: float) -> None:
        """Refuse the peer's offer; what was agreed before stays in force."""
        if self._asked is not None:
            transaction, self._asked = self._asked, None
            transaction.reply(status, now)
            self._settle(now)

    def receive_ack(self, request: Request, now: float) -> None:
        """The ACK to our 2xx to a re-INVITE."""
        accepted = self._accepted
        if accepted is None or accepted.request.cseq.sequence != request.cseq.sequence:
            return
        self._accepted = None
        if self._repetition is not None:
            self._repetition.stop()
            self._repetition = None
        if self._is_late:
            self._leg.remote_sdp = request.sdp or self._leg.remote_sdp
            self._leg.context.tell(LegConfirmed(self._leg.leg_id, request.sdp))
        self._settle(now)

    def receive_cancel(self, transaction: InviteServerTransaction, now: float) -> None:
        """The peer takes its re-INVITE back."""
        if self._asked is transaction:
            self._asked = None
            transaction.reply(487, now)
            self._settle(now)

    def _no_ack(self, now: float) -> None:
        # Section 14.2: no ACK to the 2xx of a re-INVITE ends the session with a BYE.
        self._leg.end_with_bye("no ack", now)

    def stop(self, now: float) -> None:
        """The leg is over; a request that waits for our user gets 487 (RFC 3261 section 15.1.2)."""
        if self._asked is not None:
            self._asked.reply(487, now)
        if self._retry is not None:
            self._retry.cancel()
        if self._repetition is not None:
            self._repetition.stop()
        self._asked = self._accepted = self._retry = self._repetition = self._queued = None
        self._is_refresh_due = False
