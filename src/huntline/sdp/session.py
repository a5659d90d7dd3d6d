"""What two parties of an audio session know of each other, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from huntline.plain import fields_of

Codec = Literal["PCMU", "PCMA", "G722", "opus"]
Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
DtlsRole = Literal["active", "passive"]
"""Who begins the DTLS handshake: the active side."""


@dataclass(frozen=True, slots=True)
class LocalSecurity:
    """Our end of an encrypted session: what a browser must know to reach us and to know that it is us.

    ``fingerprint`` is the SHA-256 of our certificate. ``mid`` names the audio line, ``role`` is ours in DTLS;
    both stay as they were once agreed for the whole session (RFC 8842 section 5.5, RFC 8829 section 5.2.2).
    """

    ufrag: str
    password: str = field(repr=False)
    fingerprint: str
    mid: str = "0"
    role: DtlsRole | None = None


@dataclass(frozen=True, slots=True)
class AgreedSecurity:
    """What is known of the peer of an encrypted session, and who begins the DTLS handshake.

    ``fingerprints`` are of the form ``sha-256 AB:CD:...``: the peer's certificate must match one of them.
    ``mid`` and ``is_bundled`` tell how the peer named and grouped the line.
    """

    ufrag: str
    password: str = field(repr=False)
    fingerprints: tuple[str, ...]
    role: DtlsRole
    mid: str | None = None
    is_bundled: bool = False


@dataclass(frozen=True, slots=True)
class CryptoKey:
    """Master key and salt for a crypto-suite of RFC 4568, in base64."""

    suite: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LocalCrypto:
    """Our end where keys stand in the description: one key for each suite.

    ``is_required``: nothing is agreed without one. ``profile`` is that of our offers: the one that was agreed
    before, else a plain one with keys (RFC 8643), or ``RTP/SAVP`` where keys are required.
    """

    keys: tuple[CryptoKey, ...]
    is_required: bool = False
    agreed_profile: str | None = None

    @property
    def profile(self) -> str:
        return self.agreed_profile or ("RTP/SAVP" if self.is_required else "RTP/AVP")


@dataclass(frozen=True, slots=True)
class AgreedCrypto:
    """What SDES came to: tag and profile of the offer, the suite, and the keys of both sides in base64."""

    tag: int
    suite: str
    ours: str = field(repr=False)
    theirs: str = field(repr=False)
    profile: str


@dataclass(frozen=True, slots=True)
class LocalAudio:
    """Our end of a session: an IP literal and the RTP port; RTCP uses ``port + 1``.

    ``session_id`` and ``version`` go into the ``o=`` line. The same version must never be sent with two
    different descriptions (RFC 3264 section 8): go on with ``revised()`` after each one that was sent.
    With ``security`` the session is a browser's: encrypted, with ICE, and with RTCP on the RTP port. With
    ``crypto`` it is that of a phone or a trunk which may, or must, be encrypted by SDES.
    ``codecs`` are what we speak there; with ``needs_g711`` only with a peer that could speak G.711 as well.
    """

    address: str
    port: int
    session_id: int
    version: int
    security: LocalSecurity | None = None
    crypto: LocalCrypto | None = None
    codecs: tuple[Codec, ...] = ("PCMU", "PCMA")
    needs_g711: bool = True

    @property
    def ip_version(self) -> int:
        """4 or 6, by the form of the address."""
        return 6 if ":" in self.address else 4

    def revised(self) -> LocalAudio:
        """The same end, ready for the next description."""
        return replace(self, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What offer and answer came to, seen from our side.

    ``payload_type`` and ``event_payload_type`` are the numbers that the peer wants to receive; the latter
    is None when it takes no telephone-events. ``direction`` is what *we* may do. ``address`` may be
    ``0.0.0.0`` or ``::`` (a peer on hold of the old kind); then ``direction`` never allows sending.
    ``ptime`` is the packet length in ms that the peer asks for. With ``security`` the addresses mean nothing:
    ICE finds out where the peer is. With ``crypto`` the audio is encrypted by these keys.
    ``others`` are the codecs that could have been agreed as well, as far as is known.
    """

    address: str
    port: int
    rtcp_address: str
    rtcp_port: int
    codec: Codec
    payload_type: int
    event_payload_type: int | None
    direction: Direction
    ptime: int = 20
    rtcp_mux: bool = False
    security: AgreedSecurity | None = None
    crypto: AgreedCrypto | None = None
    others: tuple[Codec, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON can carry; keys are among them."""
        parts = {"security": self.security, "crypto": self.crypto}
        return fields_of(self) | {name: part and fields_of(part) for name, part in parts.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Agreed:
        """The inverse of ``to_dict``."""
        security, crypto = values.get("security"), values.get("crypto")
        if security is not None:
            security = AgreedSecurity(**{**security, "fingerprints": tuple(security["fingerprints"])})
        parts = {
            "security": security,
            "crypto": crypto and AgreedCrypto(**crypto),
            "others": tuple(values.get("others", ())),
        }
        return cls(**{**values, **parts})
