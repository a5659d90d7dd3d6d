"""A call to be made."""

from __future__ import annotations

from huntline.plain import frozen
from huntline.sip.core.digest_client import DigestCredentials
from huntline.sip.core.flow import Flow
from huntline.sip.core.message import MAX_FORWARDS


@frozen
class Invite:
    """A call to be made.

    ``from_`` and ``to`` are name-addr values without tags. ``sdp`` empty lets the peer offer: its offer
    comes with ``LegAnswered`` and the ACK waits for ``accept_offer``, or earlier with ``OfferReceived``.
    ``route`` are Route values in order. ``max_forwards`` goes on from that of the call whose other side this
    is (RFC 7332). Who has said nothing but 100 ``answer_within`` so many seconds has not answered: the leg is
    rejected as by 408.
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
    answer_within: float | None = None
