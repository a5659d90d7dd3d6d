"""Where pages come from, and where they connect to: the Origins that may speak SIP, and the URL for it."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from huntline.config import Config
from huntline.network.setting_values import Listener, SocketAddress


def page_origins(config: Config, local_host: str) -> tuple[str, ...]:
    """The Origins of the pages that may connect; ``local_host`` is the address of ours to which they do.

    Those that the owner names, or else our own pages: where HTTP is listened for, and where a proxy is that
    gives the WebSocket a name.
    """
    if config.page_origins:
        return config.page_origins
    http = config.http
    host = ip_address(local_host) if ip_address(http.host).is_unspecified else ip_address(http.host)
    origins = [_origin("http", str(SocketAddress(str(host), http.port)))]
    if host.is_loopback:
        origins.append(_origin("http", f"localhost:{http.port}"))
    if config.websocket_url is not None:
        parts = urlsplit(config.websocket_url)
        origins.append(_origin({"ws": "http", "wss": "https"}[parts.scheme], parts.netloc))
    return tuple(origins)


def websocket_url(config: Config, asked_host: str) -> str | None:
    """Where a page connects; None where WebSocket is not listened for.

    ``asked_host`` is the host that the page's own address has: it stands in where we listen on all of them.
    """
    listener = next((each for each in config.sip if each.is_for_pages), None)
    if listener is None:
        return None
    if config.websocket_url is not None:
        return config.websocket_url
    return f"{listener.transport}://{_seen_from_page(listener, asked_host)}"


def phone_addresses(config: Config, asked_host: str) -> tuple[tuple[str, SocketAddress], ...]:
    """Where phones register, each transport with its address; ``asked_host`` as in ``websocket_url``."""
    return tuple(
        (listener.transport, _seen_from_page(listener, asked_host))
        for listener in config.sip
        if not listener.is_for_pages
    )


def _seen_from_page(listener: Listener, asked_host: str) -> SocketAddress:
    """Where a listener is reached by whoever reaches our pages at ``asked_host``: over TLS by that name, for
    certificates are for names."""
    is_by_name = listener.is_encrypted or ip_address(listener.host).is_unspecified
    host = asked_host if is_by_name else listener.host
    return SocketAddress(host, listener.port)


def _origin(scheme: str, host_port: str) -> str:
    """An Origin as browsers write it (RFC 6454 section 6.2): without the port that the scheme stands for."""
    return f"{scheme}://{host_port.lower().removesuffix({'http': ':80', 'https': ':443'}[scheme])}"
