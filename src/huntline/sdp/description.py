"""Reads the text of a session description (RFC 8866) into its lines, level by level."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address

from huntline.errors import PeerError
from huntline.network.literals import read_address

MAX_CHARACTERS = 65_536
MAX_LINES = 1_000

_KNOWN_TYPES = frozenset("vosiuepcbrtzkam")
_MEDIA = re.compile(r"([!-~]+) +([0-9]{1,5})(?:/[0-9]{1,5})? +([!-~]+) +([!-~]+(?: +[!-~]+)*) *")
_CONNECTION = re.compile(r"IN +(IP4|IP6) +([!-~]+) *", re.IGNORECASE)
_TIMING = re.compile(r"[0-9]{1,20} [0-9]{1,20}")

Address = IPv4Address | IPv6Address
_BROADCAST = IPv4Address("255.255.255.255")


class SdpError(PeerError):
    """A session description that cannot be read (400) or has no audio that we can speak (488)."""

    def __init__(self, message: str, sip_status: int) -> None:
        super().__init__(message)
        self.sip_status = sip_status


@dataclass(slots=True)
class MediaDescription:
    """One ``m=`` line with what follows it; attributes as (name in lower case, value)."""

    kind: str
    port: int
    profile: str
    formats: list[str]
    connection: str | None = None
    attributes: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class SessionDescription:
    """A whole description. ``timing`` is the first valid ``t=`` value, ``0 0`` when there is none."""

    timing: str = "0 0"
    connection: str | None = None
    attributes: list[tuple[str, str]] = field(default_factory=list)
    media: list[MediaDescription] = field(default_factory=list)


def parse(text: str) -> SessionDescription:
    """Read a description. Raises SdpError (400) when the text is not SDP or exceeds the limits.

    Tolerated: bare LF, blank lines, no ``s=`` or ``t=``, values of ``o=`` that we do not need.
    """
    lines = _split(text)
    if lines[:1] != [("v", "0")]:
        raise SdpError("the session description does not begin with v=0", 400)
    if not any(kind == "o" for kind, _ in lines):
        raise SdpError("the session description has no o= line", 400)
    session = SessionDescription()
    for kind, value in lines:
        _add_line(session, kind, value)
    return session


def parse_address(connection: str) -> Address:
    """The unicast or unspecified address of a ``c=`` value.

    Raises SdpError: 400 when it cannot be read, 488 when it is an address that we do not send to.
    """
    match = _CONNECTION.fullmatch(connection)
    if match is None:
        raise SdpError(f"c= is not 'IN IP4|IP6 address': {connection[:80]!r}", 400)
    family, literal = match[1].upper(), match[2]
    try:
        # "/ttl" and "/count" belong to multicast, which is refused below by its address.
        address = read_address(literal.partition("/")[0])
    except ValueError:
        # RFC 8866 allows a name here, but looking it up would let the peer choose whom our media path asks
        # and waits for, and the name could mean another host at the next packet; no phone needs it.
        raise SdpError(f"the media address must be an IP address, not {literal[:80]!r}", 488) from None
    if f"IP{address.version}" != family:
        raise SdpError(f"c= says {family} but {literal[:80]} is IP{address.version}", 400)
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise SdpError("the media address has a zone, which means something on the peer's host only", 488)
    if address.is_multicast or address == _BROADCAST:
        raise SdpError(f"media to the group address {address} is not supported", 488)
    return address


def _split(text: str) -> list[tuple[str, str]]:
    if len(text) > MAX_CHARACTERS:
        raise SdpError(f"the session description is longer than {MAX_CHARACTERS} characters", 400)
    text = text.replace("\r\n", "\n")
    if "\0" in text or "\r" in text:
        raise SdpError("the session description contains a NUL or a lone CR", 400)
    lines = [line for line in text.split("\n") if line]
    if len(lines) > MAX_LINES:
        raise SdpError(f"the session description has more than {MAX_LINES} lines", 400)
    return [_split_line(line) for line in lines]


def _split_line(line: str) -> tuple[str, str]:
    # RFC 8866 section 5: a description with a type letter that is not understood is ignored altogether.
    if line[0] not in _KNOWN_TYPES or line[1:2] != "=":
        raise SdpError(f"not a line of SDP: {line[:80]!r}", 400)
    return line[0], line[2:]


def _add_line(session: SessionDescription, kind: str, value: str) -> None:
    level = session.media[-1] if session.media else session
    match kind:
        case "m":
            session.media.append(_parse_media(value))
        case "c":
            # Several c= lines on one level are multicast layers (RFC 8866 section 5.7): take the base.
            level.connection = level.connection or value
        case "a":
            name, _, detail = value.partition(":")
            level.attributes.append((name.strip().lower(), detail.strip()))
        case "t" if _TIMING.fullmatch(value) and session.timing == "0 0":
            session.timing = value


def _parse_media(value: str) -> MediaDescription:
    match = _MEDIA.fullmatch(value)
    if match is None or int(match[2]) > 65_535:
        raise SdpError(f"m= is not 'media port profile formats': {value[:80]!r}", 400)
    return MediaDescription(match[1], int(match[2]), match[3], match[4].split())
