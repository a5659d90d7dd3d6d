"""The grammar of SIP header values: URIs, addresses, Via, credentials (RFC 3261 section 25).

Liberal where phones are sloppy, strict where a guess would be unsafe. Everything is linear in the
length of its input, so that no value from outside can stall the server. Results are cached and shared: never
change one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import quote, unquote

from huntline.errors import PeerError
from huntline.plain import frozen

Parsed = TypeVar("Parsed")
Parameters = dict[str, str | None]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")
_TELEPHONE = re.compile(r"\+?[0-9A-Fa-f*#().-]+")
_NOT_IN_URI = re.compile(r'[\x00-\x20<>"\x7f]')
_QUOTED_NAME = re.compile(r'"((?:[^"\\]|\\.)*)"\s*', re.DOTALL)
_MORE_THAN_TAG = re.compile(r'[;"\s]')
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_AUTH_PARAMETER = re.compile(
    r'\s*([A-Za-z0-9.!%*_+`\'~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*(?:,|$)', re.DOTALL
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_USER_SAFE = "-_.!~*'()&=+$,;?/"
_CACHED_LENGTH, _MOST_CACHED = 256, 4096


class GrammarError(PeerError):
    """A header value or URI that cannot be understood; it may be answered 400."""


@frozen
class Uri:
    """A URI. ``user`` is unescaped; the number of a ``tel:`` URI is its user.

    Of a scheme that is neither sip, sips nor tel all that follows the colon is ``user``. ``headers`` is the
    raw text behind the question mark. Parameter names are lower case, their values raw.
    """

    scheme: str
    user: str | None
    host: str
    port: int | None = None
    parameters: Parameters = field(default_factory=dict)
    headers: str = ""

    def __str__(self) -> str:
        if self.scheme not in ("sip", "sips"):
            return f"{self.scheme}:{self.user}{format_parameters(self.parameters)}"
        user = "" if self.user is None else _escaped_user(self.user) + "@"
        port = "" if self.port is None else f":{self.port}"
        headers = "?" + self.headers if self.headers else ""
        return f"{self.scheme}:{user}{self.host}{port}{format_parameters(self.parameters)}{headers}"


@frozen
class Address:
    """A name-addr or addr-spec with its header parameters (names in lower case, values unquoted).

    ``Contact: *`` is the address whose ``raw_uri`` is ``*``.
    """

    display_name: str
    uri: Uri
    raw_uri: str
    parameters: Parameters


@dataclass(slots=True)
class Via:
    """One Via value; ``transport`` in upper case."""

    transport: str
    host: str
    port: int | None
    parameters: Parameters

    @property
    def branch(self) -> str:
        """The branch, or an empty string (RFC 2543 peers send none)."""
        return self.parameters.get("branch") or ""


@dataclass(frozen=True, slots=True)
class Auth:
    """A challenge or credentials: scheme and parameter names in lower case, values unquoted."""

    scheme: str
    parameters: dict[str, str]


class _Remembered(dict[str, Parsed]):
    """The results of a parser; when there are too many of them it begins anew."""

    def __init__(self, parse: Callable[[str], Parsed]) -> None:
        self._parse = parse

    def __missing__(self, text: str) -> Parsed:
        result = self._parse(text)
        if len(text) <= _CACHED_LENGTH:
            if len(self) >= _MOST_CACHED:
                self.clear()
            self[text] = result
        return result


def cached(parse: Callable[[str], Parsed]) -> Callable[[str], Parsed]:
    """Remember results for short values only, so that hostile long ones cannot fill the memory."""
    return _Remembered(parse).__getitem__  # what is remembered is found without a function of Python's


@cached
def _escaped_user(text: str) -> str:
    return quote(text, safe=_USER_SAFE)


@cached
def parse_uri(text: str) -> Uri:
    """Parse an absolute URI of any scheme; GrammarError when it is none."""
    scheme, colon, rest = text.partition(":")
    if not colon or not rest or not _SCHEME.fullmatch(scheme) or _NOT_IN_URI.search(rest):
        raise GrammarError(f"not a URI: {text[:80]!r}")
    scheme = scheme.lower()
    if scheme in ("sip", "sips"):
        return _sip_uri(scheme, rest)
    if scheme == "tel":
        number, _, parameters = rest.partition(";")
        if not _TELEPHONE.fullmatch(number):
            raise GrammarError(f"not a telephone number: {number[:80]!r}")
        return Uri(scheme, number, "", None, _uri_parameters(parameters))
    return Uri(scheme, rest, "")


def _sip_uri(scheme: str, rest: str) -> Uri:
    # An @ of the user part is always escaped, while phones do leave them bare in ?Replaces=.
    userinfo, at, where = rest.partition("@")
    if not at:
        where = userinfo
    where, _, headers = where.partition("?")
    hostport, _, parameters = where.partition(";")
    host, port = split_host_port(hostport)
    user = unquote(userinfo.partition(":")[0]) if at else None
    return Uri(scheme, user, host, port, _uri_parameters(parameters), headers)


def split_host_port(text: str) -> tuple[str, int | None]:
    """Split ``host:port``; an IPv6 address keeps its brackets."""
    host, port = text, ""
    if not text.endswith("]"):
        before, colon, after = text.rpartition(":")
        if colon:
            host, port = before.rstrip(), after.lstrip()
            if not _is_port(port):
                raise GrammarError(f"not a port: {text[:80]!r}")
    if not _HOST.fullmatch(host):
        raise GrammarError(f"not a host: {text[:80]!r}")
    return host, int(port) if port else None


def _is_port(text: str) -> bool:
    return len(text) <= 5 and text.isascii() and text.isdigit() and int(text) <= 65535


def _uri_parameters(text: str) -> Parameters:
    parameters: Parameters = {}
    for part in text.split(";"):
        if part:
            name, equals, value = part.partition("=")
            parameters.setdefault(name.lower(), value if equals else None)
    return parameters


def parse_address(text: str) -> Address:
    """Parse one From, To, Contact, Route ... value."""
    if not _has_brackets(text):
        uri, semicolon, tail = text.partition(";")
        return _with_parameters(_addr_spec(uri.strip()), semicolon + tail)
    end = text.rfind(">") + 1
    if '"' in text[end:]:  # a quoted parameter may hold anything, a bracket as well
        end = _end_of_name_addr(text)
    return _with_parameters(_name_addr(text[:end]), text[end:])


def _has_brackets(text: str) -> bool:
    """Whether it is a name-addr; brackets within a quoted parameter of an addr-spec make none (20.10)."""
    if text.startswith('"'):
        return True
    before, bracket, _ = text.partition("<")
    return bool(bracket) and '"' not in before


def _end_of_name_addr(text: str) -> int:
    quoted = _QUOTED_NAME.match(text)
    return text.find(">", quoted.end() if quoted else 0) + 1


@cached
def _name_addr(text: str) -> Address:
    text = text.lstrip()
    if quoted := _QUOTED_NAME.match(text):
        name, rest = _ESCAPED.sub(r"\1", quoted[1]), text[quoted.end() :]
    else:
        name, bracket, rest = text.partition("<")
        name, rest = name.strip(), bracket + rest
    if not rest.startswith("<") or not rest.endswith(">") or ('"' in name and not quoted):
        raise GrammarError(f"not an address: {text[:80]!r}")
    raw_uri = rest[1:-1]
    return Address(name, parse_uri(raw_uri), raw_uri, {})


@cached
def _addr_spec(text: str) -> Address:
    if text == "*":
        return Address("", Uri("*", None, ""), "*", {})
    # RFC 3261 section 20: a URI with a comma or question mark must stand in angle brackets.
    if "?" in text or "," in text:
        raise GrammarError(f"a URI that needs angle brackets: {text[:80]!r}")
    return Address("", parse_uri(text), text, {})


def _with_parameters(address: Address, tail: str) -> Address:
    if not tail or tail.isspace():
        return address
    return Address(address.display_name, address.uri, address.raw_uri, parse_parameters(tail))


def parse_parameters(text: str) -> Parameters:
    """Parse ``;name=value;name`` as header fields have it; empty parameters are errors."""
    first, *parts = split_outside_quotes(text, ";") if '"' in text else text.split(";")
    if first and not first.isspace():
        raise GrammarError(f"not parameters: {text[:80]!r}")
    parameters: Parameters = {}
    for part in parts:
        name, equals, value = part.partition("=")
        name = name.strip().lower()
        if not name:
            raise GrammarError(f"an empty parameter: {text[:80]!r}")
        if name not in parameters:
            value = value.strip()
            parameters[name] = (unquote_string(value) if value[:1] == '"' else value) if equals else None
    return parameters


def format_parameters(parameters: Parameters) -> str:
    """Write parameters as they stand behind a URI."""
    return "".join(f";{name}" if value is None else f";{name}={value}" for name, value in parameters.items())


def unquote_string(text: str) -> str:
    """The content of a quoted string, or the text itself when it is a token."""
    if not text.startswith('"'):
        return text
    quoted = _QUOTED_NAME.fullmatch(text)
    if quoted is None:
        raise GrammarError(f"an unfinished quoted string: {text[:80]!r}")
    return _ESCAPED.sub(r"\1", quoted[1])


def quote_string(text: str) -> str:
    """Write text as a quoted string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def tag_of(text: str) -> str | None:
    """The tag of a From or To value, without parsing the rest."""
    tail = text[text.rfind(">") + 1 :]
    if tail.startswith(";tag=") and not _MORE_THAN_TAG.search(tail, 1):
        return tail[5:]
    if '"' in tail:
        return parse_address(text).parameters.get("tag")
    for part in tail.split(";"):
        name, _, value = part.partition("=")
        if name.strip().lower() == "tag":
            return value.strip()
    return None


def check_address(text: str) -> None:
    """Raise GrammarError for what ``parse_address`` refuses, as cheaply as it can be said."""
    end = text.rfind(">") + 1
    tail = text[end:]
    if end and tail.startswith(";") and '"' not in tail and ";;" not in tail and not tail.endswith(";"):
        _name_addr(text[:end])
    else:
        parse_address(text)


def parse_via(text: str) -> Via:
    """Parse one Via value, blanks around the slashes and colons included."""
    sent, semicolon, tail = text.partition(";")
    transport, host, port = _sent_protocol_and_by(sent)
    return Via(transport, host, port, parse_parameters(semicolon + tail) if semicolon else {})


@cached
def _sent_protocol_and_by(text: str) -> tuple[str, str, int | None]:
    pieces = text.split("/", 2)
    if len(pieces) != 3 or pieces[0].strip().upper() != "SIP":
        raise GrammarError(f"not a Via: {text[:80]!r}")
    transport, _, sent_by = pieces[2].strip().replace("\t", " ").partition(" ")
    if not _TOKEN.fullmatch(transport):
        raise GrammarError(f"not a Via: {text[:80]!r}")
    return transport.upper(), *split_host_port(sent_by.strip())


def parse_auth(text: str) -> Auth:
    """Parse the value of WWW-Authenticate, Authorization and their Proxy- kin."""
    scheme, _, rest = text.strip().partition(" ")
    parameters: dict[str, str] = {}
    position = 0
    while position < len(rest):
        match = _AUTH_PARAMETER.match(rest, position)
        if match is None:
            raise GrammarError(f"not credentials: scheme {scheme[:20]!r}")
        name, quoted, token = match.groups()
        parameters.setdefault(name.lower(), token if quoted is None else _ESCAPED.sub(r"\1", quoted))
        position = match.end()
    return Auth(scheme.lower(), parameters)


def split_outside_quotes(text: str, separator: str) -> list[str]:
    """Split at a separator where it stands neither in a quoted string nor in angle brackets."""
    pieces: list[str] = []
    start = 0
    is_quoted = is_bracketed = is_escaped = False
    for position, character in enumerate(text):
        if is_escaped:
            is_escaped = False
        elif is_quoted:
            is_escaped = character == "\\"
            is_quoted = character != '"'
        elif character == '"':
            is_quoted = True
        elif character in "<>":
            is_bracketed = character == "<"
        elif character == separator and not is_bracketed:
            pieces.append(text[start:position])
            start = position + 1
    pieces.append(text[start:])
    return pieces


def split_list(text: str) -> list[str]:
    """Split a comma-separated header value; empty elements are left out."""
    if "," not in text:
        return [text]
    pieces = split_outside_quotes(text, ",") if '"' in text or "<" in text else text.split(",")
    return [piece for piece in (piece.strip() for piece in pieces) if piece]
