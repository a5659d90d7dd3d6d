"""SIP messages: a tolerant, lazy splitter, and the writing of requests and responses.

Header values stay raw text in their order; what is asked for is parsed on demand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from huntline.errors import PeerError
from huntline.sip.core.grammar import GrammarError, Via, cached, check_address, parse_via, split_list, tag_of

Headers = Iterable[tuple[str, str]]
HeaderLines = tuple[tuple[str, str], ...]

SDP = "application/sdp"
MAX_HEADERS = 256
REASONS = {
    100: "Trying",
    180: "Ringing",
    181: "Call Is Being Forwarded",
    182: "Queued",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    204: "No Notification",
    301: "Moved Permanently",
    302: "Moved Temporarily",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    410: "Gone",
    412: "Conditional Request Failed",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    422: "Session Interval Too Small",
    423: "Interval Too Brief",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    484: "Address Incomplete",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    491: "Request Pending",
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    504: "Server Time-out",
    505: "Version Not Supported",
    513: "Message Too Large",
    600: "Busy Everywhere",
    603: "Decline",
    606: "Not Acceptable",
}
_COMPACT = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
    "y": "identity",
}
# The spellings that nearly every message uses, looked up instead of lower-cased.
_USUAL = """
    Via From To Call-ID CSeq Contact Content-Length Content-Type Max-Forwards Allow Supported User-Agent
    Server Route Record-Route Expires Require Authorization Proxy-Authorization Session-Expires Min-SE
    Accept RAck RSeq Reason P-Asserted-Identity
"""
_NAMES = {name: name.lower() for name in _USUAL.split()}
_COMMA_SEPARATED = """
    via route record-route contact require proxy-require supported unsupported allow accept allow-events path
    service-route accept-encoding accept-language content-encoding content-language history-info diversion
    p-asserted-identity p-preferred-identity alert-info call-info error-info in-reply-to
    remote-party-id p-associated-uri reason warning
"""
_LISTS = frozenset(_COMMA_SEPARATED.split())
MAX_FORWARDS = 70
"""What a request that begins here starts with (RFC 3261 section 8.1.1.6)."""

_SINGLE = ("call-id", "from", "to", "cseq", "max-forwards", "content-length")
_MANDATORY = ("via", "from", "to", "call-id", "cseq")
_SOURCE = ("rport", "received")
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_FOLD = re.compile(r"\n[ \t]+")
_VERSION = re.compile(r"SIP/\d+\.\d+", re.IGNORECASE)


class CSeq(NamedTuple):
    """The sequence number and method of a CSeq header."""

    sequence: int
    method: str


class Message:
    """What requests and responses share. Header names are lower case with compact forms expanded."""

    __slots__ = ("_cseq", "_first", "_from_tag", "_to_tag", "_via", "body", "header", "headers")

    header: Callable[[str], str | None]
    """The first raw value of a header (name in lower case), or None."""

    def __init__(self, headers: list[tuple[str, str]], body: bytes) -> None:
        self.headers = headers
        self.body = body
        self._first = dict(reversed(headers))
        self.header = self._first.get
        self._via: Via | None = None
        self._cseq: CSeq | None = None
        self._from_tag: str | None = ""
        self._to_tag: str | None = ""

    def all(self, name: str) -> list[str]:
        """Every value of a header; comma-separated lists are split where the header allows lists."""
        if name not in self._first:
            return []
        values = [value for header, value in self.headers if header == name]
        if name not in _LISTS:
            return values
        return [element for value in values for element in split_list(value)]

    def tokens(self, name: str) -> frozenset[str]:
        """A list header (Require, Supported, Allow ...) as a set of lower-case tokens."""
        return frozenset(element.lower() for element in self.all(name))

    def count(self, name: str) -> int:
        """How many lines of that header there are."""
        return sum(header == name for header, _ in self.headers) if name in self._first else 0

    @property
    def raw_from(self) -> str:
        """The From value as it came."""
        return self._first["from"]

    @property
    def raw_to(self) -> str:
        """The To value as it came."""
        return self._first["to"]

    @property
    def call_id(self) -> str:
        """The Call-ID."""
        return self._first["call-id"]

    @property
    def cseq(self) -> CSeq:
        """The CSeq; GrammarError when it is none."""
        if self._cseq is None:
            self._cseq = _parse_cseq(self._first["cseq"])
        return self._cseq

    @property
    def top_via(self) -> Via:
        """The first Via; GrammarError when it is none."""
        if self._via is None:
            first = self._first["via"]
            self._via = parse_via((*split_list(first), "")[0] if "," in first else first)
        return self._via

    @property
    def from_tag(self) -> str | None:
        """The tag of From; None from an RFC 2543 peer."""
        if self._from_tag == "":
            self._from_tag = tag_of(self.raw_from) or None
        return self._from_tag

    @property
    def to_tag(self) -> str | None:
        """The tag of To; None outside dialogs."""
        if self._to_tag == "":
            self._to_tag = tag_of(self.raw_to) or None
        return self._to_tag

    @property
    def content_type(self) -> str | None:
        """The media type in lower case without parameters, or None."""
        value = self.header("content-type")
        return None if value is None else value.partition(";")[0].strip().lower()

    @property
    def sdp(self) -> str | None:
        """The body as text when it is a session description, else None."""
        if not self.body or self.content_type not in (SDP, None):
            return None
        return self.body.decode("utf-8", "replace")


class Request(Message):
    """A request; ``uri`` is the raw Request-URI, ``raw`` the message as it came."""

    __slots__ = ("method", "raw", "uri")

    def __init__(self, method: str, uri: str, headers: list[tuple[str, str]], body: bytes) -> None:
        super().__init__(headers, body)
        self.method = method
        self.uri = uri
        self.raw = b""


class Response(Message):
    """A response."""

    __slots__ = ("reason", "status")

    def __init__(self, status: int, reason: str, headers: list[tuple[str, str]], body: bytes) -> None:
        super().__init__(headers, body)
        self.status = status
        self.reason = reason

    @property
    def is_local(self) -> bool:
        """Whether no peer sent it: it stands for a timeout or a dead flow (RFC 3261 section 8.1.3.1)."""
        return not self.headers


def local_response(status: int) -> Response:
    """The response that stands for none: 408 for a timeout, 503 for a flow that cannot be reached."""
    return Response(status, REASONS[status], [], b"")


class MalformedMessage(PeerError):
    """A message that breaks the grammar; ``request`` is set when it can be answered (status and reason)."""

    def __init__(self, status: int, reason: str, request: Request | None = None) -> None:
        super().__init__(f"{status} {reason}")
        self.sip_status = status
        self.reason = reason
        self.request = request


def parse_message(data: bytes) -> Request | Response:
    """Parse one whole message; MalformedMessage (and nothing else) when it is none."""
    end = end_of_head(data)
    head, body = (data, b"") if end < 0 else (data[:end], data[end:])
    lines = unfolded(head).split("\n")
    start = lines[0]
    headers, fault = _split_headers(lines)
    if start[:4].upper() == "SIP/":
        response = _parse_status_line(start, headers, body)
        fault = fault or _body_fault(response) or _head_fault(response)
        if fault:
            raise MalformedMessage(400, fault)
        return response
    request, status, start_fault = _parse_request_line(start, headers, body)
    request.raw = data
    fault = start_fault or fault or _body_fault(request) or _head_fault(request) or _request_fault(request)
    if fault:
        raise MalformedMessage(status, fault, request if request.header("via") else None)
    return request


def end_of_head(data: bytes | bytearray) -> int:
    """Where the body begins, or -1. Bare LF ends a line too; datagrams and streams use this same rule."""
    crlf, lf = data.find(b"\n\r\n"), data.find(b"\n\n")
    if crlf >= 0 and (lf < 0 or crlf < lf):
        return crlf + 3
    return lf + 2 if lf >= 0 else -1


def unfolded(head: bytes) -> str:
    """A message's head as lines that end with LF, continuation lines joined (RFC 3261 section 7.3.1)."""
    text = head.decode("utf-8", "surrogateescape").replace("\r\n", "\n").strip("\n")
    if "\r" in text:  # a lone CR must not reach whoever reads what we echo
        text = text.replace("\r", " ")
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub(" ", text)
    return text


def _split_headers(lines: list[str]) -> tuple[list[tuple[str, str]], str | None]:
    headers: list[tuple[str, str]] = []
    fault = "Too Many Headers" if len(lines) > MAX_HEADERS else None
    for line in lines[1:MAX_HEADERS]:
        name, colon, value = line.partition(":")
        if known := _NAMES.get(name):
            headers.append((known, value.strip()))
        elif colon and (name := name.strip().lower()):
            headers.append((_COMPACT.get(name, name), value.strip()))
        else:
            fault = "Malformed Header"
    return headers, fault


def _parse_status_line(start: str, headers: list[tuple[str, str]], body: bytes) -> Response:
    version, _, rest = start.partition(" ")
    code, _, reason = rest.partition(" ")
    if version.upper() != "SIP/2.0" or len(code) != 3 or not (code.isascii() and code.isdigit()):
        raise MalformedMessage(400, "Malformed Status Line")
    if not 100 <= int(code) <= 699:
        raise MalformedMessage(400, "Malformed Status Code")
    return Response(int(code), reason, headers, body)


def _parse_request_line(
    start: str, headers: list[tuple[str, str]], body: bytes
) -> tuple[Request, int, str | None]:
    parts = start.split(" ")
    if len(parts) != 3 or not _TOKEN.fullmatch(parts[0]) or parts[1].startswith("<"):
        return Request(parts[0], "", headers, body), 400, "Malformed Request Line"
    method, uri, version = parts
    request = Request(method, uri, headers, body)
    if version.upper() == "SIP/2.0":
        return request, 400, None
    if _VERSION.fullmatch(version):
        return request, 505, REASONS[505]
    return request, 400, "Malformed Request Line"


def _head_fault(message: Message) -> str | None:
    first = message._first
    for name in _MANDATORY:
        if name not in first:
            return f"Missing {name.title()} Header"
    if len(first) != len(message.headers):
        for name in _SINGLE:
            if message.count(name) > 1:
                return f"Repeated {name.title()} Header"
    try:
        _ = message.cseq, message.top_via
    except GrammarError:
        return "Malformed CSeq or Via Header"
    return None


def _request_fault(request: Request) -> str | None:
    if request.cseq.method != request.method:
        return "CSeq Method Does Not Match"
    max_forwards = request.header("max-forwards")
    if max_forwards is not None and not _is_number(max_forwards, 255):
        return "Malformed Max-Forwards Header"
    try:
        check_address(request.raw_from)
        check_address(request.raw_to)
    except GrammarError:
        return "Malformed From or To Header"
    return None


def _body_fault(message: Message) -> str | None:
    """Cut the body to its Content-Length (RFC 3261 section 18.3): what follows is not ours to read."""
    value = message.header("content-length")
    if value is None:
        return None
    if not _is_number(value, 2**31):
        return "Malformed Content-Length Header"
    length = int(value)
    if length > len(message.body):
        return "Content-Length Larger Than Message"
    if length < len(message.body):
        message.body = message.body[:length]
    return None


def _is_number(text: str, maximum: int) -> bool:
    return text.isdigit() and len(text) <= 10 and text.isascii() and int(text) <= maximum


def parse_number(text: str | None, maximum: int = 2**32 - 1) -> int | None:
    """The number at the beginning of a header such as Expires or Session-Expires, or None."""
    digits = (text or "").partition(";")[0].strip()
    return int(digits) if _is_number(digits, maximum) else None


@cached
def _parse_cseq(text: str) -> CSeq:
    number, _, method = text.replace("\t", " ").partition(" ")
    method = method.strip()
    # RFC 3261 section 8.1.1.5: the number must be less than 2**31.
    if not _is_number(number, 2**31 - 1) or not _TOKEN.fullmatch(method):
        raise GrammarError(f"not a CSeq: {text[:80]!r}")
    return CSeq(int(number), method)


@dataclass(slots=True)
class RequestHead:
    """The fields that a request must have, and that its ACK and CANCEL copy."""

    method: str
    uri: str
    via: str
    from_: str
    to: str
    call_id: str
    cseq: int
    route: tuple[str, ...] = ()
    max_forwards: int = MAX_FORWARDS

    def write(self, headers: Headers = (), body: str | bytes = b"", content_type: str | None = None) -> bytes:
        """The whole request as bytes."""
        return build_request(
            self.method,
            self.uri,
            (
                ("Via", self.via),
                *(("Route", route) for route in self.route),
                ("Max-Forwards", str(self.max_forwards)),
                ("From", self.from_),
                ("To", self.to),
                ("Call-ID", self.call_id),
                ("CSeq", f"{self.cseq} {self.method}"),
                *headers,
            ),
            body,
            content_type,
        )

    @classmethod
    def read(cls, data: bytes) -> RequestHead:
        """The head of a request that ``write`` wrote."""
        request = parse_message(data)
        assert isinstance(request, Request)
        return cls(
            request.method,
            request.uri,
            request.header("via") or "",
            request.raw_from,
            request.raw_to,
            request.call_id,
            request.cseq.sequence,
            tuple(request.all("route")),
            int(request.header("max-forwards") or MAX_FORWARDS),
        )

    def write_again(self, written: bytes, headers: HeaderLines) -> bytes:
        """What ``write`` wrote for another head, under this one and with these headers: those of the same
        names are replaced."""
        own, _, _ = self.write(headers).rpartition(b"Content-Length: ")
        _, _, rest = written.partition(b"\r\nCSeq: ")
        lines, end, body = rest.partition(b"\r\n")[2].partition(b"\r\n\r\n")
        names = tuple(f"{name}: ".encode() for name, _ in headers)
        kept = [line for line in lines.split(b"\r\n") if not line.startswith(names)]
        return own + b"\r\n".join(kept) + end + body

    def of(self, method: str, to: str | None = None) -> RequestHead:
        """The head of the ACK or CANCEL within the same transaction (RFC 3261 sections 9.1, 17.1.1.3)."""
        return RequestHead(
            method,
            self.uri,
            self.via,
            self.from_,
            to or self.to,
            self.call_id,
            self.cseq,
            self.route,
            self.max_forwards,
        )


def seconds_of(retry_after: str | None) -> int | None:
    """The number at the start of Retry-After, whose comment and parameters are for nobody here."""
    number = re.match(r"\s*(\d{1,9})\b", retry_after or "", re.ASCII)
    return int(number[1]) if number else None


def build_request(
    method: str, uri: str, headers: Headers, body: str | bytes = b"", content_type: str | None = None
) -> bytes:
    """Write a request; Content-Type and Content-Length are added."""
    return _write(f"{method} {uri} SIP/2.0", headers, body, content_type)


def build_response(
    request: Request,
    status: int,
    *,
    reason: str | None = None,
    to_tag: str | None = None,
    source: tuple[str, int] | None = None,
    headers: Headers = (),
    body: str | bytes = b"",
    content_type: str | None = None,
) -> bytes:
    """Write the response to a request, as far as the request has what a response copies.

    ``source`` is the address the request came from, for ``received`` and ``rport``; ``to_tag`` is added
    when To has none.
    """
    copied = [("Via", value) for name, value in request.headers if name == "via"]
    if source is not None and copied:
        copied[0] = ("Via", _with_source(copied[0][1], request, source))
    for name, label in (("from", "From"), ("to", "To"), ("call-id", "Call-ID"), ("cseq", "CSeq")):
        value = request.header(name)
        if value is not None:
            if name == "to" and to_tag is not None and _lacks_to_tag(request):
                value = f"{value};tag={to_tag}"
            copied.append((label, value))
    start = f"SIP/2.0 {status} {reason or REASONS.get(status, 'Unknown')}"
    return _write(start, (*copied, *headers), body, content_type)


def _lacks_to_tag(request: Request) -> bool:
    try:
        return request.to_tag is None
    except GrammarError:
        return False  # a To that cannot be read goes back as it came


def _with_source(value: str, request: Request, source: tuple[str, int]) -> str:
    """Record where the request came from (RFC 3261 section 18.2.1, RFC 3581 section 4)."""
    try:
        via = request.top_via
    except GrammarError:
        return value
    wants_port = "rport" in via.parameters
    if not wants_port and via.host.strip("[]") == source[0]:
        return value
    first, *others = split_list(value)
    kept = [part for part in first.split(";") if part.partition("=")[0].strip().lower() not in _SOURCE]
    kept.append(f"received={source[0]}")
    if wants_port:
        kept.append(f"rport={source[1]}")
    return ", ".join((";".join(kept), *others))


def _write(start: str, headers: Headers, body: str | bytes, content_type: str | None) -> bytes:
    content = body.encode("utf-8", "surrogateescape") if isinstance(body, str) else body
    lines = [start]
    lines += [f"{name}: {value}" for name, value in headers]
    if content_type is not None and content:
        lines.append(f"Content-Type: {content_type}")
    lines.append(f"Content-Length: {len(content)}")
    head = "\n".join(lines)
    if "\r" in head or head.count("\n") != len(lines) - 1:  # no value may bring headers of its own
        head = "\n".join(line.replace("\r", " ").replace("\n", " ") for line in lines)
    return head.replace("\n", "\r\n").encode("utf-8", "surrogateescape") + b"\r\n\r\n" + content
