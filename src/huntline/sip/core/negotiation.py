"""Offer and answer within an answered leg: re-INVITE and UPDATE, from either side.

RFC 3261 section 14, RFC 3311, and RFC 4028 for refreshes; one exchange at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from huntline.sip.core.client_transaction import ClientTransaction
from huntline.sip.core.events import LegConfirmed, OfferAnswered, OfferReceived, OfferRejected
from huntline.sip.core.leg_record import LegState
from huntline.sip.core.message import Request, Response
from huntline.sip.core.repetition import Repetition
from huntline.sip.core.server_transaction import InviteServerTransaction, ServerTransaction
from huntline.sip.core.session_timer import asks_too_small_interval
from huntline.sip.core.timers import Timer

if TYPE_CHECKING:
    from huntline.sip.core.leg import Leg

SDP = "application/sdp"


class Negotiation:
    """The exchanges of one leg."""

    __slots__ = ("_accepted", "_asked", "_is_late", "_leg", "_offered", "_queued", "_repetition", "_retry")

    def __init__(self, leg: Leg) -> None:
        self._leg = leg
        # Our INVITE or UPDATE that is under way: the SDP in it, empty for a bare refresh.
        self._offered: str | None = None
        # An offer of our user that waits for its turn.
        self._queued: str | None = None
        # After a glare (491) our offer waits for this.
        self._retry: Timer | None = None
        # The peer's request that waits for our user.
        self._asked: ServerTransaction | None = None
        # The peer's re-INVITE whose 2xx waits for its ACK.
        self._accepted: ServerTransaction | None = None
        self._repetition: Repetition | None = None
        self._is_late = False

    @property
    def is_busy(self) -> bool:
        """Whether an exchange is under way, so that we may not begin another (section 14.1)."""
        return (
            self._offered is not None
            or self._asked is not None
            or self._accepted is not None
            or self._leg.state is not LegState.CONFIRMED
        )

    @property
    def _must_wait(self) -> bool:
        """Whether what we would begin has to wait for its turn, or for the peer."""
        return self.is_busy or self._retry is not None or self._leg.is_cut_off

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
        leg = self._leg
        if leg.is_cut_off:
            self._wait_for_peer(leg.local_sdp)
        if self._must_wait:
            return  # what is under way, or waits, refreshes as well
        if leg.peer_allows_update:
            self._offered = ""
            headers = (*leg.own_headers(), *leg.session_timer.request_headers())
            leg.request("UPDATE", self._refreshed, now, headers=headers)
        elif leg.local_sdp is not None:
            self._send_invite(leg.local_sdp, now)

    def _send_invite(self, sdp: str, now: float) -> None:
        leg = self._leg
        self._offered = sdp
        headers = (*leg.own_headers(), *leg.session_timer.request_headers())
        leg.request("INVITE", self._answered, now, headers=headers, body=sdp)

    def _answered(self, transaction: ClientTransaction, response: Response, now: float) -> None:
        """A response to our re-INVITE."""
        leg, sdp = self._leg, self._offered
        if response.status < 200:
            return
        if response.status < 300 and leg.dialog is not None:
            leg.dialog.refresh_target(response)
            # Also when the leg has ended meanwhile: a 2xx must have its ACK.
            leg.acknowledge(transaction, leg.dialog, response)
        if leg.is_over or sdp is None:
            return
        if leg.has_lost_connection(response):
            self._wait_for_peer(sdp)
            return
        if self._failed_for_good(response, now):
            return
        self._offered = None
        if response.status < 300:
            self._agreed(sdp, response, now)
        elif response.status == 491:
            self._retry = leg.context.timers.set(now + self._glare_wait(), self._retry_due)
            self._queued = self._queued or sdp
        elif response.status == 422 and leg.session_timer.raise_minimum(response):
            self._send_invite(sdp, now)
        elif sdp != leg.local_sdp:
            leg.context.tell(OfferRejected(leg.leg_id, response.status))
        self._settle(now)

    def _agreed(self, sdp: str, response: Response, now: float) -> None:
        leg = self._leg
        is_refresh = sdp == leg.local_sdp and response.sdp in (None, leg.remote_sdp)
        leg.local_sdp = sdp
        leg.remote_sdp = response.sdp or leg.remote_sdp
        leg.session_timer.agree_as_uac(response, now)
        leg.hear_identity(response)
        if not is_refresh:
            leg.context.tell(OfferAnswered(leg.leg_id, response.sdp))

    def _refreshed(self, transaction: ClientTransaction, response: Response, now: float) -> None:
        """A response to our UPDATE without offer."""
        leg = self._leg
        if leg.is_over or response.status < 200:
            return
        if leg.has_lost_connection(response):
            self._wait_for_peer(leg.local_sdp)
            return
        if self._failed_for_good(response, now):
            return
        self._offered = None
        if response.status < 300 and leg.dialog is not None:
            leg.dialog.refresh_target(response)
            leg.session_timer.agree_as_uac(response, now)
            leg.hear_identity(response)
        elif response.status == 422 and leg.session_timer.raise_minimum(response):
            self.refresh(now)
        elif response.status in (405, 501):
            leg.peer_allows_update = False
            self.refresh(now)
        self._settle(now)

    def _wait_for_peer(self, sdp: str | None) -> None:
        """The peer is gone for now: what it did not get it gets when it is back, unless there is newer."""
        self._leg.is_cut_off = True
        self._offered = None
        self._queued = self._queued or sdp

    def peer_is_back(self, now: float) -> None:
        """The peer can be reached again."""
        if self._repetition is not None:
            self._repetition.flow = self._leg.flow
        self._settle(now)

    def _failed_for_good(self, response: Response, now: float) -> bool:
        """Section 12.2.1.2: 481 and 408 mean that the peer knows the dialog no more."""
        if response.status not in (408, 481) and not response.is_local:
            return False
        self._offered = None
        reason = "transport failed" if response.is_local and response.status == 503 else "no response"
        self._leg.end_with_bye(reason, now)
        return True

    def _glare_wait(self) -> float:
        # Section 14.1: the owner of the Call-ID waits 2.1 to 4 s, the other side up to 2 s.
        share = self._leg.context.random()
        return 2.1 + round(share * 1.9, 2) if not self._leg.is_incoming else round(share * 2, 2)

    def _retry_due(self, now: float) -> None:
        self._retry = None
        self._settle(now)

    def _settle(self, now: float) -> None:
        """Begin what has waited for its turn."""
        if self._queued is not None and not self._must_wait:
            sdp, self._queued = self._queued, None
            self._send_invite(sdp, now)

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
            self._asked = transaction
            leg.context.tell(OfferReceived(leg.leg_id, sdp))

    def _accept_refresh(self, transaction: ServerTransaction, request: Request, now: float) -> None:
        leg = self._leg
        if leg.dialog is not None:
            leg.dialog.refresh_target(request)
        leg.hear_identity(request)
        timer = leg.session_timer.agree_as_uas(request, now) if leg.state is LegState.CONFIRMED else ()
        transaction.reply(200, now, headers=(*leg.own_headers(), *timer))

    def _is_refused(self, transaction: ServerTransaction, request: Request, now: float) -> bool:
        """Refuse an offer that comes at the wrong time (section 14.2, RFC 3311 section 5.2)."""
        leg = self._leg
        if self._offered is not None or self._waits_for_answer():
            transaction.reply(491, now)
        elif self.is_busy:
            retry_after = str(int(leg.context.random() * 10))
            transaction.reply(500, now, headers=(("Retry-After", retry_after),))
        elif asks_too_small_interval(request, leg.context.settings.min_se):
            self._refuse_interval(transaction, now)
        else:
            return False
        return True

    def _waits_for_answer(self) -> bool:
        """Whether the offer in our INVITE has no answer yet."""
        return not self._leg.is_incoming and self._leg.state in (LegState.CALLING, LegState.RINGING)

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
        headers = (*leg.own_headers(), *leg.session_timer.agree_as_uas(request, now))
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
