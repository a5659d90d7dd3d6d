"""How names and numbers are compared: what a person may type against what is stored."""

from __future__ import annotations

import re

_VISUAL_SEPARATORS = str.maketrans("", "", "-.() ")  # RFC 3966 section 5.1.1, and the blank
_DIGITS = re.compile(r"\+?([0-9]+)", re.ASCII)
_LINE_URI = re.compile(r"tel:(\+[0-9]{3,15})", re.IGNORECASE | re.ASCII)
_HOST = r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)"
_SIP_URI = re.compile(
    r"sip:((?P<user>[A-Za-z0-9_.!~*'()&=+$,;?/%-]+)@)?" + _HOST + r"(:[0-9]{1,5})?(;[^\s<>\"@]+)*",
    re.IGNORECASE | re.ASCII,
)
_ESCAPED = re.compile("%([0-9A-Fa-f]{2})")


def number_digits(text: str) -> str | None:
    """The digits of what looks like a telephone number, without ``+`` and separators; else None."""
    match = _DIGITS.fullmatch(text.translate(_VISUAL_SEPARATORS))
    return match[1] if match else None


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


def host_key(host: str) -> str:
    """A host as it is compared: lower case, without the brackets of IPv6 and a final dot."""
    return host.strip("[]").rstrip(".").lower()


def name_spellings(name: str) -> tuple[str, ...]:
    """All ways to dial a name, in casefold: blanks kept, left out, or written as ``-``, ``.`` or ``_``."""
    words = name.casefold().split()
    return tuple(dict.fromkeys(joint.join(words) for joint in (" ", "", "-", ".", "_")))
