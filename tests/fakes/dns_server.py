"""A name server on 127.0.0.1 that says what a test has put in, and counts what it is asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


class DnsServer(asyncio.DatagramProtocol):
    """``put`` records; with ``rcode`` set it says nothing but that, with ``is_silent`` nothing at all."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.rcode: int | None = None
        self.is_silent = False
        self.address = ("127.0.0.1", 0)
        self._records: dict[str, list[tuple[str, int, str]]] = {}

    def put(self, name: str, kind: str, *values: str, ttl: int = 60) -> None:
        """These are the records of that kind and name, in the place of those before."""
        key = name.lower()
        kept = [each for each in self._records.get(key, []) if each[0] != kind]
        self._records[key] = [*kept, *((kind, ttl, value) for value in values)]

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self.address = transport.get_extra_info("sockname")

    def datagram_received(self, data: bytes, addr: Any) -> None:
        query = dns.message.from_wire(data)
        (question,) = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked[f"{kind} {name}"] += 1
        if self.is_silent:
            return
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA | dns.flags.AA
        if self.rcode is not None:
            response.set_rcode(dns.rcode.Rcode(self.rcode))
        elif name not in self._records:
            response.set_rcode(dns.rcode.NXDOMAIN)
        else:
            for found, ttl, value in self._records[name]:
                if found == kind:
                    response.answer.append(dns.rrset.from_text(question.name, ttl, "IN", kind, value))
        self._transport.sendto(response.to_wire(), addr)


@asynccontextmanager
async def dns_server() -> AsyncIterator[DnsServer]:
    """A running server."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(DnsServer, local_addr=("127.0.0.1", 0))
    try:
        yield server
    finally:
        transport.close()
