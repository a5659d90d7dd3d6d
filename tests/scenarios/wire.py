"""SIP on the wire, as the test phone reads and writes it. Shares nothing with the server's own parser."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from secrets import token_hex

_COMPACT = {
    "v": "via",
    "f": "from",
    "t": "to",
    "i": "call-id",
    "m": "contact",
    "l": "content-length",
    "c": "content-type",
    "k": "supported",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One SIP message with the wall-clock time (seconds) at which it was received or sent."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""
    at: float = 0.0
    source: tuple[str, int] = field(default=("", 0), compare=False)

    @property
    def status(self) -> int | None:
        """The status code, or None for a request."""
        return int(self.start[8:11]) if self.start.startswith("SIP/2.0 ") else None

    @property
    def method(self) -> str:
        """The method; for a response that of its request."""
        return self.start.split(" ")[0] if self.status is None else self.header("cseq").split()[1]

    @property
    def uri(self) -> str:
        return self.start.split(" ")[1]

    @property
    def cseq(self) -> int:
        return int(self.header("cseq").split()[0])

    @property
    def branch(self) -> str:
        return parameter(self.all("via")[0], "branch")

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def __str__(self) -> str:
        return f"{self.at:.3f} {self.start}"


def parse(data: bytes, at: float, source: tuple[str, int]) -> Message:
    """Read one whole message; the server under test must never make this fail."""
    head, _, body = data.decode("utf-8").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    headers = []
    for line in lines:
        name, _, value = line.partition(":")
        name = name.strip().lower()
        headers.append((_COMPACT.get(name, name), value.strip()))
    return Message(start, tuple(headers), body, at, source)


def compose(start: str, headers: list[tuple[str, str]], body: str = "") -> bytes:
    lines = [start, *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body.encode())}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def reply(
    request: Message,
    status: int,
    tag: str,
    headers: tuple[tuple[str, str], ...] = (),
    body: str = "",
) -> bytes:
    """A response with what RFC 3261 section 8.2.6 copies from the request."""
    to = request.header("to")
    if "tag=" not in to and status > 100:
        to += f";tag={tag}"
    copied = [("Via", via) for via in request.all("via")]
    copied += [("Record-Route", route) for route in request.all("record-route")]
    copied += [("From", request.header("from")), ("To", to)]
    copied += [("Call-ID", request.header("call-id")), ("CSeq", request.header("cseq"))]
    if body:
        copied.append(("Content-Type", "application/sdp"))
    return compose(f"SIP/2.0 {status} {_REASONS.get(status, 'Test')}", [*copied, *headers], body)


_REASONS = {
    100: "Trying",
    180: "Ringing",
    200: "OK",
    405: "Method Not Allowed",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    486: "Busy Here",
    487: "Request Terminated",
    603: "Decline",
}


def parameter(value: str, name: str) -> str:
    """A ;name=value parameter, or an empty string."""
    found = re.search(rf';\s*{name}\s*=\s*"?([^;,">\s]*)', value, re.IGNORECASE)
    return found[1] if found else ""


def uri_of(address: str) -> str:
    found = re.search(r"<([^>]*)>", address)
    return found[1] if found else address.split(";")[0].strip()


def new_branch() -> str:
    return "z9hG4bK" + token_hex(8)


def bracketed(host: str) -> str:
    """A host as it stands in URIs and Via: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def session_description(
    host: str, port: int, *, payload_type: int = 0, direction: str = "sendrecv", version: int = 1
) -> str:
    codec = {0: "PCMU", 8: "PCMA"}[payload_type]
    family = "IP6" if ":" in host else "IP4"
    return (
        f"v=0\r\no=phone 1 {version} IN {family} {host}\r\ns=-\r\nc=IN {family} {host}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {payload_type} 101\r\na=rtpmap:{payload_type} {codec}/8000\r\n"
        f"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na={direction}\r\n"
    )


def audio_address(body: str) -> tuple[str, int] | None:
    """Where a session description wants its audio, or None when it names no place."""
    host = re.search(r"^c=IN IP[46] (\S+)", body, re.MULTILINE)
    port = re.search(r"^m=audio (\d+)", body, re.MULTILINE)
    return (host[1], int(port[1])) if host and port and int(port[1]) else None


def authorization(
    challenges: list[str], method: str, uri: str, username: str, password: str, *, cnonce: str = ""
) -> str:
    """The answer to one of the challenges (RFC 7616): MD5, as most desk phones do, when it is offered."""
    challenge = next((one for one in challenges if "sha-256" not in one.lower()), challenges[0])
    given = {key.lower(): value for key, value in re.findall(r'(\w+)\s*=\s*"?([^",]*)"?', challenge)}
    algorithm = given.get("algorithm", "MD5")
    hashed = hashlib.sha256 if algorithm.upper() == "SHA-256" else hashlib.md5

    def digest(text: str) -> str:
        return hashed(text.encode()).hexdigest()

    secret = digest(f"{username}:{given['realm']}:{password}")
    cnonce, count = cnonce or token_hex(8), "00000001"
    proof = digest(f"{secret}:{given['nonce']}:{count}:{cnonce}:auth:{digest(f'{method}:{uri}')}")
    value = (
        f'Digest username="{username}", realm="{given["realm"]}", nonce="{given["nonce"]}", uri="{uri}", '
        f'response="{proof}", algorithm={algorithm}, qop=auth, nc={count}, cnonce="{cnonce}"'
    )
    return value + (f', opaque="{given["opaque"]}"' if "opaque" in given else "")
