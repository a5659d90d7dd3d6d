"""Whether audio with a phone is encrypted: what is set for its user, else by the way that it came."""

from __future__ import annotations

from huntline.directory.encryption import Encryption
from huntline.sip.core.flow import Flow

_SEALED = "tls"  # as a flow's transport, and in the parameter of an address, have it


def encryption_by_way(wanted: Encryption | None, flow: Flow | None, uri: str = "") -> Encryption:
    """``wanted`` counts. Without it keys are offered where strangers cannot read them (RFC 4568 section 7):
    to phones that come by TLS, or whose address says so while there is no ``flow`` yet."""
    if wanted is not None:
        return wanted
    transport = flow.transport.value if flow is not None else _transport_in(uri)
    return Encryption.OFFERED if transport == _SEALED else Encryption.NEVER


def _transport_in(uri: str) -> str:
    told = uri.lower()
    is_sealed = told.startswith("sips:") or f";transport={_SEALED}" in told
    return _SEALED if is_sealed else ""
