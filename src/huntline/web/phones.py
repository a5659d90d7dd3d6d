"""The phone in a page: where it connects, and what it proves itself with for the next minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import Request
from pydantic import BaseModel

from huntline.errors import Refused
from huntline.web.access import Access
from huntline.web.page_addresses import websocket_url


class NoWebSocket(Refused):
    """The server listens for no pages."""

    error_id = "no-websocket"

    def __init__(self) -> None:
        super().__init__(
            "this server takes no phones in pages; give it a WebSocket to listen on, for instance"
            " --sip ws:127.0.0.1:5062 beside the others"
        )


class PhoneAccess(BaseModel):
    """How a page registers and calls: SIP over WebSocket at ``websocket_url`` as ``uri``, with a digest of
    ``username`` and ``password``, which are of no use after ``expires_at``."""

    websocket_url: str
    uri: str
    username: str
    password: str
    display_name: str
    expires_at: datetime


class TestCallAccess(PhoneAccess):
    """The same for one call to ``target``."""

    target: str


def phone_access(request: Request, access: Access, verb: str, **holder: str) -> dict[str, Any]:
    """A ``PhoneAccess`` with a credential that ``verb`` of the signalling process makes for ``holder``.

    Raises NoWebSocket, ServerNotRunning.
    """
    url = websocket_url(access.backstage.config, request.url.hostname or "")
    if url is None:
        raise NoWebSocket()
    return {"websocket_url": url, **access.backstage.ask(verb, **holder)}
