"""Where a SIP URI leads: the peer's address, and which of our listening addresses to send from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from huntline.errors import PeerError
from huntline.network.literals import is_address_literal, read_address
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.grammar import GrammarError, Uri, parse_uri
from huntline.sip.core.locating import LocatedServer, chosen_services, in_order, services_of
from huntline.sip.name_service import NameService, NoAnswer
from huntline.sip.transport.address import ListenAddress, family_of, source_address

_USUAL = (Transport.UDP, Transport.TCP)
_DIALLED = (*_USUAL, Transport.TLS)
_FOR_EVER = float("inf")


class Unreachable(PeerError):
    """A URI leads nowhere from here; the message says why."""

    sip_status = 503


@dataclass(frozen=True, slots=True)
class Located:
    """The servers that a name stands for, and until when that holds; ``name`` is whom they prove to be."""

    name: str
    places: tuple[LocatedServer, ...]
    until: float


class Resolver:
    """Turns URIs into flows. Transport and port come from the URI, else UDP where we have it, and
    the usual port.

    What ``sips:`` leads to is reached by TLS alone (RFC 3261 section 26.2.2).
    """

    def __init__(self, listening: Sequence[ListenAddress], names: NameService) -> None:
        self._listening = listening
        self._names = names

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

    async def locate(self, name: str, port: int | None, transport: Transport) -> Located:
        """The servers of a name or address, as RFC 3263 section 4 says. Raises Unreachable.

        A port goes without NAPTR and SRV records; without one the records say which of the transports it is,
        but that what is to go by TLS goes by nothing else, and nothing else by TLS.
        """
        if is_address_literal(name):
            place = LocatedServer((0, 0), 0, transport, port or transport.usual_port, (name,))
            return Located(name, (place,), _FOR_EVER)
        try:
            if port is None:
                found = await self._by_services(name, transport)
                if found is not None:
                    return found
            known = await self._names.addresses(name)
        except NoAnswer as error:
            raise Unreachable(f"no address for {name}: {error}") from None
        if not known.records:
            raise Unreachable(f"no address for {name}")
        place = LocatedServer((0, 0), 0, transport, port or transport.usual_port, known.records)
        return Located(name, (place,), known.until)

    def flows(self, located: Located, random: Callable[[], float]) -> list[Flow]:
        """The ways to servers that we can go, in the order for one attempt."""
        flows = (
            self._flow_to(transport, (address, port), located.name)
            for transport, address, port in in_order(located.places, random)
        )
        return list(dict.fromkeys(flow for flow in flows if flow is not None))

    async def _by_services(self, name: str, transport: Transport) -> Located | None:
        """By NAPTR records, else by the SRV records of the transport; None where there are none."""
        naptr = await self._names.naptr(name)
        services = chosen_services(naptr.records, self._like(transport))
        services = services or [(transport, services_of(name, transport))]
        until, places = naptr.until, []
        for rank, (by, service) in enumerate(services):
            srv = await self._names.srv(service)
            until = min(until, srv.until)
            # RFC 2782: a target that is the root says that there is no such service here.
            for record in (each for each in srv.records if each.target not in ("", ".")):
                try:
                    known = await self._names.addresses(record.target)
                except NoAnswer:
                    continue
                until = min(until, known.until)
                places.append(
                    LocatedServer((rank, record.priority), record.weight, by, record.port, known.records)
                )
        return Located(name, tuple(places), until) if places else None

    def _like(self, transport: Transport) -> Collection[Transport]:
        return (Transport.TLS,) if transport is Transport.TLS else _USUAL

    async def _addresses(self, name: str) -> Sequence[str]:
        try:
            known = await self._names.addresses(name)
        except NoAnswer as error:
            raise Unreachable(f"no address for {name}: {error}") from None
        return known.records

    def _flow(self, uri: Uri, host: str, name: str = "") -> Flow | None:
        """None where no listening address fits. Nobody can connect to a page: it is the page that does.

        Over TLS it is the ``name`` that the peer has to prove, not that of what leads to it (RFC 5922
        section 4).
        """
        for transport in _transports(uri):
            if flow := self._flow_to(transport, (host, uri.port or transport.usual_port), name):
                return flow
        return None

    def _flow_to(self, transport: Transport, remote: tuple[str, int], name: str) -> Flow | None:
        local = self._local(transport, remote)
        if local is None:
            return None
        return Flow(transport, local, remote, server_name=name if transport.is_encrypted else "")

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
