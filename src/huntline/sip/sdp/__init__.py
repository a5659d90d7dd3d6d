"""SDP: session descriptions and the offer/answer rules (RFC 8866, RFC 3264). Pure."""

from huntline.sip.sdp.description import SdpError
from huntline.sip.sdp.negotiation import accept, answer, direction_of, is_hold, offer
from huntline.sip.sdp.session import Agreed, Codec, Direction, LocalAudio

__all__ = [
    "Agreed",
    "Codec",
    "Direction",
    "LocalAudio",
    "SdpError",
    "accept",
    "answer",
    "direction_of",
    "is_hold",
    "offer",
]
