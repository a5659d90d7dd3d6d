"""SDP: session descriptions and the offer/answer rules (RFC 8866, RFC 3264). Pure."""

from huntline.sdp.codecs import CLOCK_RATES, G711
from huntline.sdp.crypto import SUITES, EncryptionMismatch, keys_in, new_key
from huntline.sdp.description import SdpError
from huntline.sdp.offer_answer import accept, answer, direction_of, is_hold, offer, wants_dtls
from huntline.sdp.session import (
    Agreed,
    AgreedCrypto,
    AgreedSecurity,
    Codec,
    CryptoKey,
    Direction,
    DtlsRole,
    LocalAudio,
    LocalCrypto,
    LocalSecurity,
)

__all__ = [
    "CLOCK_RATES",
    "G711",
    "SUITES",
    "Agreed",
    "AgreedCrypto",
    "AgreedSecurity",
    "Codec",
    "CryptoKey",
    "Direction",
    "DtlsRole",
    "EncryptionMismatch",
    "LocalAudio",
    "LocalCrypto",
    "LocalSecurity",
    "SdpError",
    "accept",
    "answer",
    "direction_of",
    "is_hold",
    "keys_in",
    "new_key",
    "offer",
    "wants_dtls",
]
