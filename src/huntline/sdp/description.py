"""Reads the text of a session description (RFC 8866) into its lines, level by level."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

from huntline.errors import PeerError
from huntline.network.literals import read_address

MAX_CHARACTERS = 65_536
MAX_LINES = 1_000

_KNOWN_TYPES = frozenset("vosiuepcbrtzkam")
_MEDIA = re.compile(r"([!-~]+) +([0-9]{1,5})(?:/[0-9]{1,5})? +([!-~]+) +([!-~]+(?: +[!-~]+)*) *")
_CONNECTION = re.compile(r"IN +(IP4|IP6) +([!-~]+) *", re.ASCII | re.IGNORECASE)
_TIMING = re.compile(r"[0-9]{1,20} [0-9]{1,20}")
_ANY_TIME = "0 0"

_LONGEST_CONNECTION = 80
_LONGEST_KEPT = 1_000
"""Characters below an ``m=`` line that are worth being remembered; those of a browser have keys anyway."""

_MAY_BE_SECRET = ("crypto", "ice-", "key", "k=")
"""What is in lines with keys; those are not remembered."""

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
    formats: tuple[str, ...]
    connection: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class SessionDescription:
    """A whole description. ``timing`` is the first valid ``t=`` value, ``0 0`` when there is none."""

    timing: str = _ANY_TIME
    connection: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    media: tuple[MediaDescription, ...] = ()


def parse(text: str) -> SessionDescription:
    """Read a description. Raises SdpError (400) when the text is not SDP or exceeds the limits.

    Tolerated: bare LF, blank lines, no ``s=`` or ``t=``, values of ``o=`` that we do not need.
    """
    head, *parts = _checked(text).split("\nm=")
    if not f"{head}\n".lstrip("\n").startswith("v=0\n"):
        raise SdpError("the session description does not begin with v=0", 400)
    levels = [_level_of(head)]
    media = []
    for part in parts:
        line, _, below = part.partition("\n")
        level = _known_level_of(below) if _may_be_kept(below) else _level_of(below)
        levels.append(level)
        media.append(_parse_media(line, level))
    if not any(level.has_origin for level in levels):
        raise SdpError("the session description has no o= line", 400)
    timing = next((level.timing for level in levels if level.timing != _ANY_TIME), _ANY_TIME)
    return SessionDescription(timing, levels[0].connection, levels[0].attributes, tuple(media))


def parse_address(connection: str) -> Address:
    """The unicast or unspecified address of a ``c=`` value.

    Raises SdpError: 400 when it cannot be read, 488 when it is an address that we do not send to.
    """
    return (_known_address if len(connection) <= _LONGEST_CONNECTION else _address)(connection)


def _address(connection: str) -> Address:
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


# Phones call again and again.
_known_address = lru_cache(maxsize=4_096)(_address)


@dataclass(frozen=True, slots=True)
class _Level:
    """The lines of the session, or those below one ``m=`` line."""

    connection: str | None
    attributes: tuple[tuple[str, str], ...]
    timing: str
    has_origin: bool


def _level_of(text: str) -> _Level:
    connection, attributes, timing, has_origin = None, [], _ANY_TIME, False
    for line in text.split("\n"):
        if not line:
            continue
        # RFC 8866 section 5: a description with a type letter that is not understood is ignored altogether.
        if line[0] not in _KNOWN_TYPES or line[1:2] != "=":
            raise SdpError(f"not a line of SDP: {line[:80]!r}", 400)
        match line[0]:
            case "a":
                name, _, detail = line[2:].partition(":")
                attributes.append((name.strip().lower(), detail.strip()))
            case "c":
                # Several c= lines on one level are multicast layers (RFC 8866 section 5.7): take the base.
                connection = connection or line[2:]
            case "t" if timing == _ANY_TIME and _TIMING.fullmatch(line[2:]):
                timing = line[2:]
            case "o":
                has_origin = True
            case _:
                pass
    return _Level(connection, tuple(attributes), timing, has_origin)


# A phone says the same below its m= line in each of its calls, and so do all phones of its kind.
_known_level_of = lru_cache(maxsize=512)(_level_of)


def _may_be_kept(text: str) -> bool:
    if len(text) > _LONGEST_KEPT:
        return False
    text = text.lower()
    return not any(word in text for word in _MAY_BE_SECRET)


def _checked(text: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise SdpError(f"the session description is longer than {MAX_CHARACTERS} characters", 400)
    text = text.replace("\r\n", "\n")
    if "\0" in text or "\r" in text:
        raise SdpError("the session description contains a NUL or a lone CR", 400)
    if text.count("\n") >= MAX_LINES and sum(map(bool, text.split("\n"))) > MAX_LINES:
        raise SdpError(f"the session description has more than {MAX_LINES} lines", 400)
    return text


def _parse_media(value: str, level: _Level) -> MediaDescription:
    match = _MEDIA.fullmatch(value)
    if match is None or int(match[2]) > 65_535:
        raise SdpError(f"m= is not 'media port profile formats': {value[:80]!r}", 400)
    formats = tuple(match[4].split())
    return MediaDescription(match[1], int(match[2]), match[3], formats, level.connection, level.attributes)
