"""Requests outside calls: REGISTER, PUBLISH, SUBSCRIBE of users who prove who they are, and nothing else."""

from __future__ import annotations

from typing import assert_never

from huntline.sip.core.events import RequestReceived
from huntline.sip.servers.authenticator import (
    Authenticator,
    Challenge,
    Guest,
    Identified,
    SenderForbidden,
    SentElsewhere,
    Stranger,
)
from huntline.sip.servers.message_summary import MessageSummaries
from huntline.sip.servers.presence import PresenceServer
from huntline.sip.servers.redirecting import MOVED
from huntline.sip.servers.registrar import Registrar
from huntline.sip.servers.subscriptions import Subscriptions
from huntline.sip.user_agent import UserAgent


class Requests:
    """Authenticates and hands on."""

    def __init__(
        self,
        user_agent: UserAgent,
        authenticator: Authenticator,
        registrar: Registrar,
        presence: PresenceServer,
        subscriptions: Subscriptions,
        summaries: MessageSummaries,
    ) -> None:
        self._user_agent = user_agent
        self._authenticator = authenticator
        self._servers: dict[str, Registrar | PresenceServer | Subscriptions] = {
            "REGISTER": registrar,
            "PUBLISH": presence,
            "SUBSCRIBE": subscriptions,
        }
        self._summaries = summaries

    def handle(self, event: RequestReceived) -> None:
        """Answer a request outside any dialog."""
        now = self._user_agent.now()
        server = self._servers.get(event.request.method)
        if server is None:
            # RFC 3515 section 2.4.2: nobody is made to call somebody, a REFER hands on a call that there is.
            status = 403 if event.request.method == "REFER" else 405
            self._user_agent.respond(event.transaction_id, status)
            return
        identity = self._authenticator.identify(event.request, event.flow, now)
        match identity:
            case Identified(account):
                server.handle(event, account, now)
                if event.request.method == "REGISTER":
                    self._summaries.registered(account, now)
            case Challenge(headers):
                self._user_agent.respond(event.transaction_id, 401, headers=headers)
            case SentElsewhere(contact):
                self._user_agent.respond(event.transaction_id, MOVED, headers=(contact,))
            case Guest() | SenderForbidden() | Stranger():
                self._user_agent.respond(event.transaction_id, 403)
            case _:
                assert_never(identity)
