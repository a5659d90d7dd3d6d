"""Which servers a name stands for, and in which order (RFC 3263 section 4, RFC 2782), by its records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from huntline.sip.core.flow import Transport

_SERVICES = {
    "SIP+D2U": Transport.UDP,
    "SIP+D2T": Transport.TCP,
    "SIPS+D2T": Transport.TLS,
}
_SERVICE_NAMES = {
    Transport.UDP: "_sip._udp",
    Transport.TCP: "_sip._tcp",
    Transport.TLS: "_sips._tcp",
}


@dataclass(frozen=True, slots=True)
class NaptrRecord:
    """A NAPTR record (RFC 3403 section 4.1)."""

    order: int
    preference: int
    flags: str
    service: str
    replacement: str


@dataclass(frozen=True, slots=True)
class SrvRecord:
    """An SRV record (RFC 2782); ``target`` without the dot at its end."""

    priority: int
    weight: int
    port: int
    target: str


@dataclass(frozen=True, slots=True)
class LocatedServer:
    """A server and all its addresses. The lowest ``rank`` comes first; within one ``weight`` decides."""

    rank: tuple[int, int]
    weight: int
    transport: Transport
    port: int
    addresses: tuple[str, ...]


def services_of(name: str, transport: Transport) -> str:
    """The name of the SRV records of a domain."""
    return f"{_SERVICE_NAMES[transport]}.{name}"


def chosen_services(
    records: Iterable[NaptrRecord], transports: Collection[Transport]
) -> list[tuple[Transport, str]]:
    """Transports and the names of their SRV records, the most wanted first, of those that we can take.

    RFC 3263 section 4.1: others are passed over.
    """
    found = [
        (record.order, record.preference, transport, record.replacement)
        for record in records
        if record.flags.lower() == "s"
        and (transport := _SERVICES.get(record.service.upper())) in transports
        and transport is not None
        and record.replacement
    ]
    return [(transport, name) for _, _, transport, name in sorted(found, key=lambda each: each[:2])]


def in_order(
    places: Sequence[LocatedServer], random: Callable[[], float]
) -> list[tuple[Transport, str, int]]:
    """Transport, address and port of each server, as one attempt is to go through them (RFC 2782)."""
    ranks = sorted({place.rank for place in places})
    return [
        (place.transport, address, place.port)
        for rank in ranks
        for place in _by_weight([each for each in places if each.rank == rank], random)
        for address in place.addresses
    ]


def _by_weight(places: list[LocatedServer], random: Callable[[], float]) -> Iterator[LocatedServer]:
    """Those without weight stand first in the list, so that they are drawn at all (RFC 2782, Weight)."""
    left = sorted(places, key=lambda place: place.weight > 0)
    while left:
        drawn = random() * sum(place.weight for place in left)
        running = 0
        for place in left:
            running += place.weight
            if running >= drawn:
                break
        left.remove(place)
        yield place
