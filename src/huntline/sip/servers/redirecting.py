"""Sending phones and providers to the server that has whom they are or call (RFC 3261 section 21.3.3)."""

from __future__ import annotations

from dataclasses import replace

from huntline.directory.elsewhere import Shard
from huntline.sip.core.flow import Flow
from huntline.sip.core.grammar import GrammarError, Uri, parse_uri
from huntline.sip.core.message import Request

MOVED = 302
"""Moved Temporarily. Its Contact has no lifetime, so nobody may keep it for another request."""


def contact_elsewhere(shard: Shard, request: Request, flow: Flow) -> tuple[str, str] | None:
    """The header that says where a request is to go: whom it is for, at the other server, by the transport
    that it came by where there is one. None where no phone reaches that server."""
    where = shard.sip_address(flow.transport)
    if where is None:
        return None
    transport, address = where
    host, _, port = address.rpartition(":")
    asked = _asked(request)
    is_secure = asked is not None and asked.scheme == "sips" and transport == "tls"
    uri = Uri("sips" if is_secure else "sip", asked.user if asked else None, host, int(port))
    if transport != "udp" and not is_secure:
        uri = replace(uri, parameters={"transport": transport})
    return "Contact", f"<{uri}>"


def _asked(request: Request) -> Uri | None:
    try:
        return parse_uri(request.uri)
    except GrammarError:
        return None
