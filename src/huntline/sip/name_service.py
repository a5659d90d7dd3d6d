"""DNS: records by their names, kept for as long as they say, and the last good ones while a server fails."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.resolver

from huntline.sip.core.locating import NaptrRecord, SrvRecord

Records = tuple[Any, ...]
Nameserver = tuple[str, int]

LIFETIME = 3.0
"""Seconds for one question, over all servers and repetitions."""
_LONGEST = 86_400.0  # seconds that a record is kept, whatever it says
_SHORTEST = 1.0
_NOTHING = 30.0  # seconds for which a name without such records is not asked for again
_FAILED = 5.0  # seconds until a server that failed is asked again
_MOST_NAMES = 2_000


@dataclass(frozen=True, slots=True)
class Known:
    """The records of a name, empty where it has none, and until when that holds."""

    records: Records
    until: float


class NoAnswer(Exception):
    """No server has answered, and none has before."""


class NameService:
    """Asks the ``nameservers``, or those of the system. Never blocks; a question that is under way is asked
    once, whoever else has it."""

    def __init__(self, now: Callable[[], float], nameservers: Sequence[Nameserver] = ()) -> None:
        self._now = now
        self._nameservers = nameservers
        self._resolver: dns.asyncresolver.Resolver | None = None
        self._known: dict[tuple[str, str], Known] = {}
        self._asked: dict[tuple[str, str], asyncio.Task[Known]] = {}

    async def naptr(self, name: str) -> Known:
        """``NaptrRecord`` each. Raises NoAnswer, as the others do."""
        return await self._lookup(name, "NAPTR")

    async def srv(self, name: str) -> Known:
        """``SrvRecord`` each."""
        return await self._lookup(name, "SRV")

    async def addresses(self, name: str) -> Known:
        """IP addresses, IPv4 first. What DNS does not know the system may: by its own files."""
        if "." not in name.rstrip("."):
            return await self._shared(name, "system", lambda: self._of_system(name))
        found = await asyncio.gather(
            self._lookup(name, "A"), self._lookup(name, "AAAA"), return_exceptions=True
        )
        known = [each for each in found if isinstance(each, Known)]
        records = tuple(record for each in known for record in each.records)
        if records:
            return Known(records, min(each.until for each in known if each.records))
        return await self._shared(name, "system", lambda: self._of_system(name))

    async def _of_system(self, name: str) -> Known:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that IDNA refuses
            raise NoAnswer(str(error)) from None
        records = tuple(dict.fromkeys(str(address[0]) for *_, address in found))
        return Known(records, self._now() + _NOTHING)

    async def _lookup(self, name: str, kind: str) -> Known:
        return await self._shared(name, kind, lambda: self._ask(name, kind))

    async def _shared(self, name: str, kind: str, ask: Callable[[], Awaitable[Known]]) -> Known:
        key = (name, kind)
        known = self._known.get(key)
        if known is not None and known.until > self._now():
            return known
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.ensure_future(self._renew(key, ask))
            task.add_done_callback(lambda done: self._asked.pop(key, None))
        return await asyncio.shield(task)

    async def _renew(self, key: tuple[str, str], ask: Callable[[], Awaitable[Known]]) -> Known:
        try:
            known = await ask()
        except NoAnswer:
            before = self._known.get(key)
            if before is None:
                raise
            known = Known(before.records, self._now() + _FAILED)
        if len(self._known) >= _MOST_NAMES:
            self._known.clear()
        self._known[key] = known
        return known

    async def _ask(self, name: str, kind: str) -> Known:
        try:
            answer = await self._resolving().resolve(name, kind, lifetime=LIFETIME, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return Known((), self._now() + _NOTHING)
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise NoAnswer(str(error)) from None
        rrset: Iterable[Any] = answer.rrset or ()
        lifetime = min(max(float(answer.rrset.ttl if answer.rrset else 0), _SHORTEST), _LONGEST)
        return Known(tuple(_record(kind, each) for each in rrset), self._now() + lifetime)

    def _resolving(self) -> dns.asyncresolver.Resolver:
        if self._resolver is None:
            resolver = dns.asyncresolver.Resolver(configure=not self._nameservers)
            if self._nameservers:
                resolver.nameservers = [dns.nameserver.Do53Nameserver(*each) for each in self._nameservers]
            resolver.cache = None
            self._resolver = resolver
        return self._resolver


def _record(kind: str, data: Any) -> Any:
    match kind:
        case "SRV":
            return SrvRecord(data.priority, data.weight, data.port, _name(data.target))
        case "NAPTR":
            return NaptrRecord(
                data.order,
                data.preference,
                data.flags.decode("ascii", "replace"),
                data.service.decode("ascii", "replace"),
                _name(data.replacement),
            )
        case _:
            return str(data.address)


def _name(name: Any) -> str:
    return str(name.to_text(omit_final_dot=True))
