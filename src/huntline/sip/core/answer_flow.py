"""Where answers go: by the rules of Via, and back to where it came from for whoever is behind a NAT."""

from __future__ import annotations

from dataclasses import replace

from huntline.network.literals import IpAddress, read_address
from huntline.sip.core.flow import Flow
from huntline.sip.core.grammar import GrammarError, Via
from huntline.sip.core.message import Request

_DEFAULT_PORT = 5060


def flow_of_answers(request: Request, source: Flow) -> Flow:
    """The flow for the answers to a request that came by ``source`` (RFC 3261 section 18.2.2, RFC 3581).

    Over a connection it is that connection. In datagrams it is the port that Via names, at the address the
    request came from or in ``maddr``; with ``rport``, or from behind a NAT, exactly where it came from.
    """
    if source.transport.is_reliable:
        return source
    try:
        via = request.top_via
    except GrammarError:
        return source
    if (maddr := _maddr(via, source.remote[0])) is not None:
        return replace(source, remote=(maddr, via.port or _DEFAULT_PORT))
    if "rport" in via.parameters or via.port == 0 or _is_behind_nat(via, source.remote[0]):
        return source
    return replace(source, remote=(source.remote[0], via.port or _DEFAULT_PORT))


def _maddr(via: Via, source: str) -> str | None:
    """The address of maddr, where it is one that a stranger may have us send to."""
    told = via.parameters.get("maddr")
    address = _address(told) if told else None
    if address is None or address.version != read_address(source).version:
        return None
    if address.is_multicast or address.is_unspecified or str(address) == "255.255.255.255":
        return None
    return None if address.is_loopback and not read_address(source).is_loopback else str(address)


def _is_behind_nat(via: Via, source: str) -> bool:
    """Whether what the sender calls its address is of no use here: one of a network of its own, seen from
    outside, or a name that tells of no port, as of a phone that does not know where it is."""
    address = _address(via.host)
    if address is None:
        return via.port in (None, _DEFAULT_PORT)
    return not address.is_global and address != read_address(source)


def _address(text: str) -> IpAddress | None:
    try:
        return read_address(text.strip("[]"))
    except ValueError:
        return None
