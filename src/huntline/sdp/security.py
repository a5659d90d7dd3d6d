"""What an encrypted session adds to a description: ICE (RFC 8839), DTLS (RFC 8842), bundling (RFC 9143)."""

from __future__ import annotations

import re

from huntline.sdp import crypto
from huntline.sdp.description import MediaDescription, SdpError, SessionDescription
from huntline.sdp.session import AgreedSecurity, DtlsRole, LocalAudio, LocalSecurity

PROFILE = "UDP/TLS/RTP/SAVPF"
_SHARED_PROFILE = "RTP/SAVPF"

_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")  # RFC 8839 section 5.4
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_FINGERPRINT = re.compile(
    r"(sha-256|sha-384|sha-512) +([0-9A-F]{2}(?::[0-9A-F]{2})+)", re.ASCII | re.IGNORECASE
)
_HASH_BYTES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
_MID = re.compile(r"[!#-'*+\-.0-9A-Z^-~]{1,64}")  # a token, RFC 8866 section 9

# RFC 8445 section 5.1.2.1: the one candidate of a host with one address.
_PRIORITY = 126 << 24 | 65_535 << 8 | 255


def may_be_dtls(text: str) -> bool:
    """Whether a description can have such a line: most have none, and need not be read to know that."""
    return "SAVPF" in text.upper()


def is_dtls(media: MediaDescription) -> bool:
    """Whether a line is of a browser's kind: DTLS-SRTP with feedback. Its profile may be that of keys in the
    description, too: then these tell."""
    profile = media.profile.upper()
    return profile == PROFILE or (profile == _SHARED_PROFILE and not crypto.is_offered(media))


def is_disabled(session: SessionDescription, media: MediaDescription) -> bool:
    """Whether port 0 means that the line is not in use; a bundled line may have it though it is.

    RFC 9143 section 6: ``bundle-only``.
    """
    return media.port == 0 and not (_has(media, "bundle-only") and _is_bundled(session, _mid(media)))


def agree(
    session: SessionDescription, media: MediaDescription, ours: LocalSecurity, *, is_answer: bool
) -> AgreedSecurity:
    """What the peer says of its end, and who begins. Raises SdpError, naming what is missing or wrong."""
    if not _has(media, "rtcp-mux"):
        raise SdpError("an encrypted audio line needs a=rtcp-mux", 488)
    if any(name == "ice-lite" for name, _ in session.attributes):
        raise SdpError("both sides are ICE-lite, so that neither would look for a path", 488)
    mid = _mid(media)
    return AgreedSecurity(
        ufrag=_credential(session, media, "ice-ufrag", _UFRAG),
        password=_credential(session, media, "ice-pwd", _PASSWORD),
        fingerprints=_fingerprints(session, media),
        role=_role(session, media, ours, is_answer=is_answer),
        mid=mid,
        is_bundled=_is_bundled(session, mid),
    )


def session_lines(mid: str | None) -> list[str]:
    """The lines before the first ``m=``; ``mid`` is the line that is bundled, if any."""
    group = [] if mid is None else [f"a=group:BUNDLE {mid}"]
    return [*group, "a=ice-lite"]


def media_lines(local: LocalAudio, ours: LocalSecurity, mid: str | None, setup: str) -> list[str]:
    """The lines under the encrypted ``m=``."""
    return [
        *mid_lines(mid),
        "a=msid:huntline huntline-audio",
        "a=rtcp-mux",
        f"a=ice-ufrag:{ours.ufrag}",
        f"a=ice-pwd:{ours.password}",
        f"a=fingerprint:sha-256 {ours.fingerprint}",
        f"a=setup:{setup}",
        f"a=candidate:1 1 udp {_PRIORITY} {local.address} {local.port} typ host",
        "a=end-of-candidates",
    ]


def refused_lines(media: MediaDescription) -> list[str]:
    """What names a refused line, as far as the peer has named it."""
    return mid_lines(_mid(media))


def mid_lines(mid: str | None) -> list[str]:
    """The line that names another one."""
    return [] if mid is None else [f"a=mid:{mid}"]


def _has(media: MediaDescription, attribute: str) -> bool:
    return any(name == attribute for name, _ in media.attributes)


def _value(session: SessionDescription, media: MediaDescription, attribute: str) -> str | None:
    """An attribute's value; the line's own one goes before that of the session."""
    attributes = [*media.attributes, *session.attributes]
    return next((value for name, value in attributes if name == attribute), None)


def _credential(
    session: SessionDescription, media: MediaDescription, attribute: str, form: re.Pattern[str]
) -> str:
    value = _value(session, media, attribute)
    if value is None:
        raise SdpError(f"an encrypted audio line needs ICE, but there is no a={attribute}", 488)
    if not form.fullmatch(value):
        raise SdpError(f"a={attribute} is not what RFC 8839 section 5.4 allows", 400)
    return value


def _fingerprints(session: SessionDescription, media: MediaDescription) -> tuple[str, ...]:
    """RFC 8122 section 5: the session's ones hold for lines without any of their own."""
    for attributes in (media.attributes, session.attributes):
        stated = [value for name, value in attributes if name == "fingerprint"]
        known = [match for value in stated if (match := _FINGERPRINT.fullmatch(value))]
        usable = tuple(
            f"{match[1].lower()} {match[2].upper()}"
            for match in known
            if len(match[2]) == 3 * _HASH_BYTES[match[1].lower()] - 1
        )
        if usable:
            return usable
        if stated:
            raise SdpError("no a=fingerprint is a whole one of sha-256, sha-384 or sha-512", 488)
    raise SdpError("an encrypted audio line needs a=fingerprint", 488)


def _role(
    session: SessionDescription, media: MediaDescription, ours: LocalSecurity, *, is_answer: bool
) -> DtlsRole:
    """Our role, by the peer's one. RFC 4145 section 4 says what holds when the peer says nothing."""
    setup = (_value(session, media, "setup") or ("passive" if is_answer else "active")).lower()
    if setup == "active":
        return "passive"
    if setup == "passive":
        return "active"
    if setup == "actpass" and not is_answer:
        return ours.role or "passive"
    raise SdpError(f"a=setup:{setup[:20]} leaves nobody to begin the DTLS handshake", 488)


def _mid(media: MediaDescription) -> str | None:
    value = next((value for name, value in media.attributes if name == "mid"), None)
    return value if value is not None and _MID.fullmatch(value) else None


def _is_bundled(session: SessionDescription, mid: str | None) -> bool:
    groups = [value.split() for name, value in session.attributes if name == "group"]
    return any(group[:1] == ["BUNDLE"] and mid in group[1:] for group in groups)
