"""SDP: session descriptions and the offer/answer rules (RFC 8866, RFC 3264). Pure."""

from huntline.sdp.description import SdpError
from huntline.sdp.offer_answer import accept, answer, direction_of, is_hold, offer, wants_encryption
from huntline.sdp.session import (
    Agreed,
    AgreedSecurity,
    Codec,
    Direction,
    DtlsRole,
    LocalAudio,
    LocalSecurity,
)

__all__ = [
    "Agreed",
    "AgreedSecurity",
    "Codec",
    "Direction",
    "DtlsRole",
    "LocalAudio",
    "LocalSecurity",
    "SdpError",
    "accept",
    "answer",
    "direction_of",
    "is_hold",
    "offer",
    "wants_encryption",
]
