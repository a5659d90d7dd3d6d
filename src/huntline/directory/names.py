"""How names and numbers are compared: what a person may type against what is stored."""

from __future__ import annotations

import re

_VISUAL_SEPARATORS = str.maketrans("", "", "-.() ")  # RFC 3966 section 5.1.1, and the blank
_NUMBER = re.compile(r"\+?[0-9]+", re.ASCII)
_DIALLED = re.compile(r"\+?[0-9*#.() -]+", re.ASCII)
_LINE_URI = re.compile(r"tel:(\+[0-9]{3,15})", re.IGNORECASE | re.ASCII)
_HOST = r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)"
_SIP_URI = re.compile(
    r"sip:((?P<user>[A-Za-z0-9_.!~*'()&=+$,;?/%-]+)@)?" + _HOST + r"(:[0-9]{1,5})?(;[^\s<>\"@]+)*",
    re.IGNORECASE | re.ASCII,
)
_ESCAPED = re.compile("%([0-9A-Fa-f]{2})")


def without_parameters(user: str) -> str:
    """The user part of an address without the parameters of a telephone number.

    ``;npdi;rn=...``, ``;ext=``, ``;phone-context=`` and their kin say how to reach the number and are no part
    of it (RFC 3261 section 19.1.6, RFC 3966, RFC 4694); a context, too, is nothing to put before it (RFC 3966
    section 5.1.5). A name may well have a semicolon in it, and keeps it.
    """
    number, _, parameters = user.partition(";")
    return number if parameters and _DIALLED.fullmatch(number) else user


def plain_number(text: str) -> str | None:
    """What looks like a telephone number, without separators and parameters, with its ``+`` where it has one;
    else None."""
    if _NUMBER.fullmatch(text):  # as most are written
        return text
    number = without_parameters(text).translate(_VISUAL_SEPARATORS)
    return number if _NUMBER.fullmatch(number) else None


def number_digits(text: str) -> str | None:
    """The digits of what looks like a telephone number, without ``+``, separators and parameters; else
    None."""
    number = plain_number(text)
    return number.removeprefix("+") if number else None


def plain_user(user: str) -> str:
    """The user part of an address as people read it: a number without separators and parameters."""
    return plain_number(user) or without_parameters(user)


def line_uri_number(line_uri: str) -> str | None:
    """``+digits`` of a well-formed line URI (``tel:`` in any letter case, no separators); else None."""
    match = _LINE_URI.fullmatch(line_uri)
    return match[1] if match else None


def sip_uri_parts(uri: str) -> tuple[str, str] | None:
    """User (unescaped, may be empty) and host (see ``host_key``) of a ``sip:`` URI; None if it is none."""
    match = _SIP_URI.fullmatch(uri)
    if match is None:
        return None
    user = _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), match["user"] or "")
    return user, host_key(match["host"])


def is_address(text: str) -> bool:
    """Whether this is ``sip:user@host`` or ``tel:+digits``: somewhere a call can be sent."""
    parts = sip_uri_parts(text)
    return line_uri_number(text) is not None or bool(parts and parts[0])


def is_written_target(text: str) -> bool:
    """Whether this is how settings write somewhere of the organization, or outside, that has no name alone:
    an address, an attendant or a voicemail (rules section 5)."""
    kind, _, name = text.partition(":")
    return is_address(text) or (kind.lower() in ("attendant", "voicemail") and bool(name.strip()))


def host_key(host: str) -> str:
    """A host as it is compared: lower case, without the brackets of IPv6 and a final dot."""
    return host.strip("[]").rstrip(".").lower()


def name_spellings(name: str) -> tuple[str, ...]:
    """All ways to dial a name, in casefold: blanks kept, left out, or written as ``-``, ``.`` or ``_``."""
    words = name.casefold().split()
    return tuple(dict.fromkeys(joint.join(words) for joint in (" ", "", "-", ".", "_")))
