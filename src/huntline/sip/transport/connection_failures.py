"""Why a connection could not be made, or was refused: for whoever looks after trunks and phones."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from enum import StrEnum


class WhyNoConnection(StrEnum):
    """The reason; people read it as a ``Cause``."""

    REFUSED = "refused"
    TIMED_OUT = "timed-out"
    EXPIRED = "certificate-expired"
    NOT_YET_VALID = "certificate-not-yet-valid"
    OTHER_NAME = "certificate-of-another-name"
    UNKNOWN_ISSUER = "certificate-of-unknown-issuer"
    SELF_SIGNED = "certificate-signed-by-itself"
    NOT_TRUSTED = "certificate-not-trusted"
    """Some other check of the certificate failed: the detail says which."""
    OURS_NOT_TRUSTED = "our-certificate-refused"
    TLS_REFUSED = "tls-refused"
    """The peer speaks TLS, and breaks it off without a word about certificates."""
    NO_TLS = "no-tls"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ConnectionFailure:
    """Why; ``detail`` is what the system or the TLS library said."""

    why: WhyNoConnection
    detail: str

    @property
    def is_told_late(self) -> bool:
        """Whether a peer may tell it once the connection is made: it holds until it says something else."""
        return self.why in (WhyNoConnection.OURS_NOT_TRUSTED, WhyNoConnection.TLS_REFUSED)

    def __str__(self) -> str:
        return f"{self.why}: {self.detail}"


# X509_V_ERR_* of OpenSSL.
_OF_VERIFY_CODE = {
    9: WhyNoConnection.NOT_YET_VALID,
    10: WhyNoConnection.EXPIRED,
    2: WhyNoConnection.UNKNOWN_ISSUER,
    18: WhyNoConnection.SELF_SIGNED,
    19: WhyNoConnection.UNKNOWN_ISSUER,
    20: WhyNoConnection.UNKNOWN_ISSUER,
    21: WhyNoConnection.UNKNOWN_ISSUER,
    62: WhyNoConnection.OTHER_NAME,
    64: WhyNoConnection.OTHER_NAME,
}
# What a peer that looks at our certificate says of it (RFC 8446 section 6.2).
_ALERTS_ABOUT_US = (
    "UNKNOWN_CA",
    "BAD_CERTIFICATE",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_REVOKED",
    "CERTIFICATE_UNKNOWN",
    "UNSUPPORTED_CERTIFICATE",
    "CERTIFICATE_REQUIRED",
)


def failure_of(error: BaseException) -> ConnectionFailure:
    """What an error of a socket or of TLS means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        why = _OF_VERIFY_CODE.get(error.verify_code, WhyNoConnection.NOT_TRUSTED)
        return ConnectionFailure(why, error.verify_message)
    if isinstance(error, ssl.SSLError):
        return _of_tls(error)
    if isinstance(error, TimeoutError):
        return ConnectionFailure(WhyNoConnection.TIMED_OUT, "no answer")
    if isinstance(error, ConnectionRefusedError):
        return ConnectionFailure(WhyNoConnection.REFUSED, "nobody listens there")
    return ConnectionFailure(WhyNoConnection.CLOSED, str(error) or "the connection was closed")


def _of_tls(error: ssl.SSLError) -> ConnectionFailure:
    reason = str(error.reason or error)
    if "ALERT" not in reason:
        why = WhyNoConnection.NO_TLS
    elif any(reason.endswith(alert) for alert in _ALERTS_ABOUT_US):
        why = WhyNoConnection.OURS_NOT_TRUSTED
    else:
        why = WhyNoConnection.TLS_REFUSED
    return ConnectionFailure(why, _in_words(reason))


def _in_words(reason: str) -> str:
    return reason.lower().replace("_", " ")
