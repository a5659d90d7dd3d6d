"""What the SIP core and the media worker say went wrong, as reasons."""

from __future__ import annotations

from huntline.engine.reasons import Cause, Reason, Text
from huntline.errors import PeerError

_ENDS = {
    "no ack": Cause.NO_ACK,
    "session expired": Cause.SESSION_EXPIRED,
    "transport failed": Cause.TRANSPORT_FAILED,
    "no response": Cause.NO_RESPONSE,
}


def why_ended(word: str) -> Reason:
    """Why a leg is over, by the word of ``sip.core.events.LegEnded``."""
    return _ENDS.get(word) or Text(word)


def why_refused(error: PeerError) -> Reason:
    """What was wrong with what a peer said."""
    return Text(str(error))
