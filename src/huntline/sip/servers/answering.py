"""Answering requests outside dialogs: what the registrar and the presence agent share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from huntline.errors import PeerError

Headers = Sequence[tuple[str, str]]


class Responder(Protocol):
    """What of the core is needed to answer."""

    def respond(self, transaction_id: str, status: int, now: float, *, headers: Headers = ()) -> None:
        """Answer a request."""


class SipRefusal(PeerError):
    """A request gets this final response; nothing has changed."""

    def __init__(self, status: int, headers: Headers = ()) -> None:
        super().__init__(str(status))
        self.sip_status = status
        self.headers = headers
