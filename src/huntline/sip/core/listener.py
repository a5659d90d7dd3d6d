"""Where a peer listens whose connection is gone."""

from __future__ import annotations

from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.grammar import GrammarError, parse_address

_DEFAULT_PORT = 5060


def flow_to_listener(flow: Flow, uri: str) -> Flow | None:
    """A flow by a new connection to the peer of an old one, by the URI at which it takes requests.

    None over WebSocket, whose peers never listen; for a URI that names another host than the one that the
    connection came from (a name, or an address behind a NAT); and for one that names the connection itself.
    """
    if flow.transport is not Transport.TCP:
        return None
    try:
        parsed = parse_address(uri).uri
    except GrammarError:
        return None
    listener = (parsed.host.strip("[]"), parsed.port or _DEFAULT_PORT)
    if listener[0] != flow.remote[0] or listener == flow.remote:
        return None
    return Flow(flow.transport, flow.local, listener)
