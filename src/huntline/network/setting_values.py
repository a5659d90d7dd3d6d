"""Values of settings as people write them, and what they are read as.

Functions that read one raise ValueError, which says what would be right; what is read already is left alone.
"""

from __future__ import annotations

import ipaddress
import json
import re
from dataclasses import dataclass
from typing import Annotated, Literal, get_args
from urllib.parse import SplitResult, urlsplit

from pydantic import BeforeValidator, PlainSerializer, SecretStr
from pydantic_settings import NoDecode

from huntline.data_folder import DatabaseUrl, shard_name
from huntline.network.browser_ports import REFUSED_BY_BROWSERS
from huntline.network.certificate_files import CertificateFiles
from huntline.network.networks import Network

_DNS_PORT = 53
_LABEL = "(?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}$)(?:[a-z0-9]{_LABEL}\.)*[a-z]{_LABEL}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SocketAddress:
    """An IP address (IPv6 without brackets) and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


ListenerTransport = Literal["udp", "tcp", "tls", "ws", "wss"]


@dataclass(frozen=True, slots=True)
class Listener:
    """Where SIP is listened for; ``0.0.0.0`` and ``::`` stand for all addresses of this machine."""

    transport: ListenerTransport
    host: str
    port: int

    @property
    def is_for_pages(self) -> bool:
        """Whether pages in browsers connect there, and no phones."""
        return self.transport in ("ws", "wss")

    @property
    def is_encrypted(self) -> bool:
        """Whether it needs a certificate."""
        return self.transport in ("tls", "wss")

    def __str__(self) -> str:
        return f"{self.transport}:{SocketAddress(self.host, self.port)}"


@dataclass(frozen=True, slots=True)
class PortRange:
    """Ports from ``first`` to ``last``, both included."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    @property
    def pairs(self) -> int:
        """How many pairs of an even port and the next one there are in it: a leg takes one."""
        return (self.last + 1) // 2 - (self.first + 1) // 2


def reachable_host(host: str) -> str:
    """An address at which this machine reaches what listens on ``host``."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104


def _ip(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise ValueError("an IP address, for instance 127.0.0.1") from None


def _reachable_ip(text: object) -> str:
    address = _ip(str(text))
    if ipaddress.ip_address(address).is_unspecified:
        raise ValueError("an address that phones can reach, not the one that stands for all of them")
    return address


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise ValueError("a port from 1 to 65535")
    return int(text)


def _parse_address(value: object) -> object:
    if not isinstance(value, str):
        return value
    host, colon, port = value.rpartition(":")
    if not colon or (":" in host and not host.startswith("[")):
        raise ValueError("ADDRESS:PORT, for instance 127.0.0.1:8080 or [::1]:8080")
    return SocketAddress(_ip(host.strip("[]")), _port(port))


def _parse_nameserver(value: object) -> object:
    """A port may be left out: DNS has one of its own."""
    if not isinstance(value, str):
        return value
    try:
        return SocketAddress(_ip(value), _DNS_PORT)
    except ValueError:
        return _parse_address(value)


def _parse_listener(value: object) -> object:
    if not isinstance(value, str):
        return value
    transport, _, rest = value.partition(":")
    if transport not in get_args(ListenerTransport):
        raise ValueError(
            "TRANSPORT:ADDRESS:PORT with udp, tcp, tls, ws or wss, for instance udp:127.0.0.1:5060"
        )
    address = _parse_address(rest)
    assert isinstance(address, SocketAddress)
    return Listener(transport, address.host, address.port)  # type: ignore[arg-type]


def _parse_network(value: object) -> object:
    return Network.parse(value) if isinstance(value, str) else value


def _parse_certificate(value: object) -> object:
    return CertificateFiles.parse(value) if isinstance(value, str) else value


def _parse_database(value: object) -> object:
    return value if value is None or isinstance(value, DatabaseUrl) else DatabaseUrl.parse(str(value))


def parse_shard(value: object) -> object:
    """The name of a server among those on one database."""
    return shard_name(value) if isinstance(value, str) else value


def parse_host(value: object) -> object:
    """As it stands in a URI, but for the brackets of IPv6."""
    text = str(value).strip("[]")
    try:
        return _reachable_ip(text)
    except ValueError:
        if not _HOST_NAME.fullmatch(text):
            raise ValueError("a name or an address, for instance north.contoso.com, without a port") from None
    return text.lower()


def _parse_ports(value: object) -> object:
    if not isinstance(value, str):
        return value
    first, dash, last = value.partition("-")
    if not dash:
        raise ValueError("FIRST-LAST, for instance 20000-29999")
    ports = PortRange(_port(first), _port(last))
    if ports.pairs < 1:
        raise ValueError("the lower one first, and at least two ports: an even one and the next")
    return ports


def split(value: object) -> object:
    """A list may be written as one string, so that it fits an environment variable: with blanks or commas
    between, or as JSON."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("several with blanks or commas between, or a JSON list of texts") from None
    return value.replace(",", " ").split()


def parse_issuer(value: object) -> object:
    """A URL that nobody on the way can change: what it says decides who may come in."""
    parts = urlsplit(str(value))
    is_here = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if not parts.hostname or (parts.scheme != "https" and not (is_here and parts.scheme == "http")):
        raise ValueError("a URL that begins with https://, as the identity provider calls itself")
    return str(value)


def parse_websocket_url(value: object) -> object:
    """Where pages reach SIP over WebSocket."""
    parts = _url_parts(value)
    if parts is None or parts.scheme not in ("ws", "wss") or parts.fragment:
        raise ValueError("a URL that begins with wss:// or ws://, for instance wss://queue.contoso.com/sip")
    if parts.port in REFUSED_BY_BROWSERS:
        raise ValueError(f"a URL with another port: browsers connect to no server at {parts.port}")
    return str(value)


def _parse_origin(value: object) -> object:
    """As browsers write it (RFC 6454 section 6.2), so that it can be compared with what they send."""
    text = str(value).lower().removesuffix("/")
    parts = _url_parts(text)
    if parts is None or parts.scheme not in ("http", "https") or text != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("https://HOST or http://HOST, with :PORT where it is not the usual one, and no path")
    return text.removesuffix(":443" if parts.scheme == "https" else ":80")


def _url_parts(value: object) -> SplitResult | None:
    """The parts of a URL with a host, a port if any, and nobody's name in front; None when it is none."""
    try:
        parts = urlsplit(str(value))
        is_url = bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return None
    return parts if is_url else None


_as_text = PlainSerializer(str)
AddressText = Annotated[SocketAddress, NoDecode, BeforeValidator(_parse_address), _as_text]
DatabaseText = Annotated[
    DatabaseUrl | None,
    NoDecode,
    BeforeValidator(_parse_database),
    # With the password for a child process, as a Secret.
    PlainSerializer(lambda url, info: url and (url.text if info.mode_is_json() else str(url))),
]
CertificateText = Annotated[CertificateFiles, BeforeValidator(_parse_certificate), _as_text]
NameserverText = Annotated[SocketAddress, BeforeValidator(_parse_nameserver), _as_text]
NetworkText = Annotated[Network, BeforeValidator(_parse_network), _as_text]
ListenerText = Annotated[Listener, BeforeValidator(_parse_listener), _as_text]
OriginText = Annotated[str, BeforeValidator(_parse_origin)]
PortRangeText = Annotated[PortRange, NoDecode, BeforeValidator(_parse_ports), _as_text]
ReachableAddress = Annotated[str, BeforeValidator(_reachable_ip)]
Secret = Annotated[
    SecretStr,
    # A child process is told by JSON; everything else that prints settings shows stars.
    PlainSerializer(SecretStr.get_secret_value, when_used="json"),
]
