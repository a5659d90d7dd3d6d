"""Where a SIP URI leads: the peer's address, and which of our listening addresses to send from."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

from huntline.errors import PeerError
from huntline.network.literals import read_address
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.grammar import GrammarError, Uri, parse_uri
from huntline.sip.transport.address import ListenAddress, family_of, source_address

_REMEMBERED_FOR = 60.0  # seconds; the system's resolver does not tell the records' time to live
_REMEMBERED_NAMES = 1000
_USUAL = (Transport.UDP, Transport.TCP)
_DIALLED = (*_USUAL, Transport.TLS)

Lookup = Callable[[str], Awaitable[list[str]]]


class Unreachable(PeerError):
    """A URI leads nowhere from here; the message says why."""

    sip_status = 503


async def look_up(host: str) -> list[str]:
    """The IP addresses of a host name, best first. Raises OSError when there are none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Resolver:
    """Turns URIs into flows. Transport and port come from the URI, else UDP where we have it, and
    the usual port.

    What ``sips:`` leads to is reached by TLS alone (RFC 3261 section 26.2.2).
    """

    def __init__(
        self, listening: Sequence[ListenAddress], now: Callable[[], float], lookup: Lookup = look_up
    ) -> None:
        self._listening = listening
        self._now = now
        self._lookup = lookup
        self._names: dict[str, tuple[float, list[str]]] = {}

    def resolve_literal(self, uri: str) -> Flow | None:
        """The flow to a URI whose host is an IP address, at once; None when it is a name.

        Raises Unreachable when the URI is none we can send to.
        """
        parsed = _parse(uri)
        try:
            host = str(read_address(_bare(parsed.host)))
        except ValueError:
            return None
        flow = self._flow(parsed, host)
        if flow is None:
            raise Unreachable(f"no listening address fits {uri}")
        return flow

    async def resolve(self, uri: str) -> Flow:
        """The flow to any URI. Raises Unreachable."""
        flow = self.resolve_literal(uri)
        if flow is not None:
            return flow
        parsed = _parse(uri)
        for host in await self._addresses(parsed.host.lower()):
            if flow := self._flow(parsed, host, parsed.host.lower()):
                return flow
        raise Unreachable(f"no listening address fits {uri}")

    async def _addresses(self, name: str) -> list[str]:
        known = self._names.get(name)
        if known is not None and known[0] > self._now():
            return known[1]
        try:
            addresses = await self._lookup(name)
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that IDNA refuses
            raise Unreachable(f"no address for {name}: {error}") from None
        if len(self._names) >= _REMEMBERED_NAMES:
            self._names.clear()
        self._names[name] = (self._now() + _REMEMBERED_FOR, addresses)
        return addresses

    def _flow(self, uri: Uri, host: str, name: str = "") -> Flow | None:
        """None where no listening address fits. Nobody can connect to a page: it is the page that does.

        Over TLS it is the ``name`` that the peer has to prove, not that of what leads to it (RFC 5922
        section 4).
        """
        for transport in _transports(uri):
            remote = (host, uri.port or transport.usual_port)
            if local := self._local(transport, remote):
                return Flow(transport, local, remote, server_name=name if transport.is_encrypted else "")
        return None

    def _local(self, transport: Transport, remote: tuple[str, int]) -> tuple[str, int] | None:
        """Our address of that transport and family; of several, the one packets to the peer leave from."""
        family = family_of(remote[0])
        fitting = [
            address
            for address in self._listening
            if address.transport == transport and address.family == family
        ]
        if not fitting and (
            not transport.is_encrypted or any(own.transport == transport for own in self._listening)
        ):
            return None
        if len(fitting) == 1 and not fitting[0].is_wildcard:
            return (fitting[0].host, fitting[0].port)
        try:
            source = source_address(remote)
        except OSError:
            return None
        for address in fitting:
            if address.host == source or address.is_wildcard:
                return (source, address.port)
        # By TLS also whoever takes no calls by it may call: the peer has the connection to come back by.
        return (fitting[0].host, fitting[0].port) if fitting else (source, transport.usual_port)


def _parse(uri: str) -> Uri:
    try:
        parsed = parse_uri(uri)
    except GrammarError as error:
        raise Unreachable(str(error)) from None
    if parsed.scheme not in ("sip", "sips") or not parsed.host:
        raise Unreachable(f"only sip: and sips: can be sent to, not {uri}")
    return parsed


def _transports(uri: Uri) -> tuple[Transport, ...]:
    """Those that may be tried, in order. Over TCP ``sips:`` is TLS (RFC 3261 section 26.2.2)."""
    wanted = (uri.parameters.get("transport") or "").lower()
    if uri.scheme == "sips":
        return (Transport.TLS,) if wanted in ("", Transport.TCP, Transport.TLS) else ()
    if not wanted:
        return _USUAL
    return tuple(transport for transport in _DIALLED if transport == wanted)


def _bare(host: str) -> str:
    return host[1:-1] if host.startswith("[") else host
