"""What the SIP core tells its user."""

from __future__ import annotations

from huntline.plain import frozen
from huntline.sip.core.flow import Flow
from huntline.sip.core.grammar import Uri
from huntline.sip.core.message import Message, Request, Response
from huntline.sip.core.replaces_header import Replaces


@frozen
class RequestReceived:
    """A request outside any dialog (REGISTER, OPTIONS, PUBLISH ...): answer with ``SipCore.respond``."""

    transaction_id: str
    request: Request
    flow: Flow


@frozen
class ResponseReceived:
    """The final response to ``SipCore.send_request``; None when none came (timeout, dead flow)."""

    transaction_id: str
    response: Response | None


@frozen
class InviteReceived:
    """A new call comes in; 100 Trying is sent. ``sdp`` is None when the caller lets us offer (late offer).

    ``replaces`` names the dialog whose place the new one is to take (RFC 3891).
    """

    leg_id: str
    request: Request
    flow: Flow
    sdp: str | None
    replaces: Replaces | None = None


@frozen
class InviteRefused:
    """A new call was refused by the core itself: malformed, not supported, or one more than there may be."""

    request: Request
    flow: Flow
    status: int


@frozen
class PeerIdentified:
    """A request or answer that changes or confirms the session says by P-Asserted-Identity who is at the
    peer's end. It may say the same again, and need not be true."""

    leg_id: str
    message: Message


@frozen
class LegConfirmed:
    """The ACK for our 2xx came; ``sdp`` is the answer to our offer in the 2xx (late offer), else None."""

    leg_id: str
    sdp: str | None


@frozen
class LegRinging:
    """A provisional response above 100 to our INVITE; each new one is told, repetitions of reliable ones not.

    ``fork`` tells apart the phones that a proxy rings by our one INVITE: the tag of To, empty when there is
    none. ``sdp`` is the answer to our offer as this response brings it, so audio may come from that fork
    already (RFC 3261 section 13.2.1); None: what the same fork has told before still holds.
    """

    leg_id: str
    status: int
    sdp: str | None
    fork: str = ""


@frozen
class LegAnswered:
    """The 2xx to our INVITE; it has been acknowledged.

    ``sdp`` is the peer's description in force, wherever it came: in the 2xx, in a provisional response of
    the same fork, in an UPDATE of it (None: the peer sent none).
    """

    leg_id: str
    sdp: str | None


@frozen
class LegRejected:
    """Our INVITE got a final refusal; 408 stands for no response, 503 for a flow that cannot be reached, and
    ``is_local`` says that nobody has sent it. ``reasons`` are the values of Reason (RFC 3326);
    ``retry_after`` is in seconds."""

    leg_id: str
    status: int
    reason: str
    reasons: tuple[str, ...] = ()
    retry_after: int | None = None
    is_local: bool = False


@frozen
class LegCancelled:
    """An incoming INVITE was cancelled before our answer (CANCEL, or a BYE on the early dialog).
    ``reasons`` are the values of its Reason (RFC 3326)."""

    leg_id: str
    reasons: tuple[str, ...] = ()


@frozen
class LegEnded:
    """An answered leg is over by the peer's doing or by failure: ``reason`` is "bye", "no ack",
    "session expired", "transport failed", "no response". ``reasons`` are the values of Reason in its BYE."""

    leg_id: str
    reason: str
    reasons: tuple[str, ...] = ()


@frozen
class OfferReceived:
    """The peer's re-INVITE or UPDATE: answer with ``accept_offer`` or ``reject_offer``.

    ``sdp`` None: a re-INVITE without offer, so ``accept_offer`` carries our offer and the peer's answer
    arrives as ``LegConfirmed``. An UPDATE or re-INVITE that offers nothing new (session refresh by
    UPDATE without body) is answered by the core itself and not shown.

    It may also come before the answer: in an UPDATE or PRACK, or in a reliable response to an INVITE of ours
    that had no offer. Then ``fork``, as in ``LegRinging``, is to be given back with the answer.
    """

    leg_id: str
    sdp: str | None
    fork: str = ""


@frozen
class OfferAnswered:
    """The peer accepted the offer that ``SipCore.offer`` made, or that of ``SipCore.ring`` to a caller
    without one."""

    leg_id: str
    sdp: str | None


@frozen
class OfferRejected:
    """The peer refused the offer that ``SipCore.offer`` made; what was agreed before stays in force."""

    leg_id: str
    status: int


@frozen
class ReferReceived:
    """The peer wants its call to go on elsewhere (RFC 3515): ``accept_refer`` or ``refuse_refer`` it.

    ``replaces`` names the dialog whose place the call is to take there (RFC 5589 section 7).
    """

    leg_id: str
    refer_to: Uri
    replaces: Replaces | None


@frozen
class DtmfReceived:
    """A key by INFO (application/dtmf-relay, application/dtmf); the core has answered 200."""

    leg_id: str
    digit: str


SipEvent = (
    RequestReceived
    | ResponseReceived
    | InviteReceived
    | InviteRefused
    | PeerIdentified
    | LegConfirmed
    | LegRinging
    | LegAnswered
    | LegRejected
    | LegCancelled
    | LegEnded
    | OfferReceived
    | OfferAnswered
    | OfferRejected
    | ReferReceived
    | DtmfReceived
)
