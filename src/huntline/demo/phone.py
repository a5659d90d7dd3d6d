"""Played phones: real SIP over UDP and real RTP, on the server's own SIP core."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from huntline import sdp
from huntline.demo.tone import Tone
from huntline.network.setting_values import Listener
from huntline.sip.core import events as sip
from huntline.sip.core.core import CoreSettings, DigestCredentials, Invite, OutgoingRequest, SipCore
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.grammar import parse_uri
from huntline.sip.transport.address import ListenAddress
from huntline.sip.user_agent import UserAgent

EXPIRES = 60  # seconds that a registration is asked for
AGENTS_HERTZ = 600
OK = 200
METHOD_NOT_ALLOWED = 405
BUSY_HERE = 486


class Conversation:
    """One call as a phone has it, from the first ring to the end, which ``on_end`` hears of."""

    def __init__(
        self,
        leg_id: str,
        user_agent: UserAgent,
        tone: Tone,
        on_end: Callable[[Conversation], None],
        sdp_offer: str | None = None,
    ) -> None:
        self.answered = asyncio.Event()
        self.over = asyncio.Event()
        self.leg_id = leg_id
        self.tone = tone
        self._user_agent = user_agent
        self._on_end = on_end
        self._sdp_offer = sdp_offer

    def answer(self) -> None:
        """Take a call that rings; decline it when there is nothing in common to speak."""
        try:
            text, session = self._describe(self._sdp_offer)
        except sdp.SdpError as error:
            self.decline(error.sip_status)
            return
        self._user_agent.answer(self.leg_id, text)
        self.talk(session)

    def decline(self, status: int = BUSY_HERE) -> None:
        """Refuse a call that rings."""
        self._user_agent.reject(self.leg_id, status)
        self.end()

    def hang_up(self) -> None:
        """End the call in whatever state it is."""
        self._user_agent.hang_up(self.leg_id)
        self.end()

    def take(self, event: sip.SipEvent) -> None:
        """What the other side did."""
        match event:
            case sip.LegAnswered(sdp=str(answer)) | sip.LegConfirmed(sdp=str(answer)):
                try:
                    self.talk(sdp.accept(answer, self.tone.local()))
                except sdp.SdpError:
                    self.hang_up()
            case sip.OfferReceived():
                self._answer_offer(event.sdp)
            case sip.LegRejected() | sip.LegCancelled() | sip.LegEnded():
                self.end()
            case _:
                pass

    def talk(self, session: sdp.Agreed | None) -> None:
        """The call is answered; audio goes by ``session``, None when that is still to come."""
        self.answered.set()
        if session is not None:
            self.tone.talk(session)

    def end(self) -> None:
        """The call is over."""
        self.tone.close()
        self.over.set()
        self._on_end(self)

    def _describe(self, sdp_offer: str | None) -> tuple[str, sdp.Agreed | None]:
        """Our answer to an offer; without one our own offer. Raises SdpError."""
        local = self.tone.local()
        return (sdp.offer(local), None) if sdp_offer is None else sdp.answer(sdp_offer, local)

    def _answer_offer(self, sdp_offer: str | None) -> None:
        try:
            text, session = self._describe(sdp_offer)
        except sdp.SdpError as error:
            self._user_agent.reject_offer(self.leg_id, error.sip_status)
            return
        self._user_agent.accept_offer(self.leg_id, text)
        self.talk(session)


class Phones:
    """Several phones behind one SIP socket, told apart by the user part of their Contact."""

    def __init__(self, host: str, server: Listener) -> None:
        self._host = host
        self._server = server
        self._core = SipCore(CoreSettings(product="Huntline demo"), os.urandom)
        self._user_agent = UserAgent(self._core, self._take)
        self._conversations: dict[str, Conversation] = {}
        self._requests: dict[str, asyncio.Future[bool]] = {}
        self._rings: defaultdict[str, asyncio.Queue[Conversation]] = defaultdict(asyncio.Queue)
        self._numbers = itertools.count(1)

    @classmethod
    @asynccontextmanager
    async def open(cls, host: str, server: Listener) -> AsyncIterator[Phones]:
        """Phones on an address of this machine, which all hang up at the end."""
        phones = cls(host, server)
        await phones._user_agent.start([ListenAddress(Transport.UDP, host, 0)])
        try:
            yield phones
        finally:
            for conversation in tuple(phones._conversations.values()):
                conversation.hang_up()
            await phones._user_agent.stop()

    @property
    def port(self) -> int:
        """Where these phones take SIP."""
        return self._user_agent.listening[0].port

    @property
    def conversation_count(self) -> int:
        """How many calls ring or go on."""
        return len(self._conversations)

    async def register(self, user: str, domain: str, password: str) -> bool:
        """Register for ``EXPIRES`` seconds; whether the server took it."""
        address = f"<sip:{user}@{domain}>"
        request = OutgoingRequest(
            method="REGISTER",
            uri=f"sip:{self._at_server()}",
            flow=self._flow(),
            from_=address,
            to=address,
            call_id=None,
            cseq=None,
            headers=(("Contact", f"<sip:{user}@{self._at_us()}>"), ("Expires", str(EXPIRES))),
            body=b"",
            content_type=None,
            credentials=DigestCredentials(user, password),
        )
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        transaction_id = self._user_agent.send_request(request)
        self._requests[transaction_id] = done
        return await done

    async def next_ring(self, user: str) -> Conversation:
        """Wait until the phone of a user rings."""
        return await self._rings[user].get()

    def call(self, caller: str, number: str, hertz: int) -> Conversation:
        """Dial a number; ``answered`` or ``over`` of the conversation say what comes of it."""
        conversation = self._open_conversation(f"out{next(self._numbers)}", hertz)
        uri = f"sip:{number}@{self._at_server()}"
        invite = Invite(
            leg_id=conversation.leg_id,
            uri=uri,
            flow=self._flow(),
            from_=f"<sip:{caller}@{self._at_us()}>",
            to=f"<{uri}>",
            sdp=sdp.offer(conversation.tone.local()),
            contact_user=caller,
        )
        self._user_agent.invite(invite)
        return conversation

    def _at_server(self) -> str:
        host = f"[{self._server.host}]" if ":" in self._server.host else self._server.host
        return f"{host}:{self._server.port}"

    def _at_us(self) -> str:
        listening = self._user_agent.listening[0]
        host = f"[{listening.host}]" if ":" in listening.host else listening.host
        return f"{host}:{listening.port}"

    def _flow(self) -> Flow:
        listening = self._user_agent.listening[0]
        return Flow(Transport.UDP, (listening.host, listening.port), (self._server.host, self._server.port))

    def _open_conversation(self, leg_id: str, hertz: int, sdp_offer: str | None = None) -> Conversation:
        conversation = Conversation(
            leg_id, self._user_agent, Tone(self._host, hertz), self._forget, sdp_offer
        )
        self._conversations[leg_id] = conversation
        return conversation

    def _forget(self, conversation: Conversation) -> None:
        self._conversations.pop(conversation.leg_id, None)

    def _take(self, event: sip.SipEvent) -> None:
        match event:
            case sip.InviteReceived():
                self._ring(event)
            case sip.ResponseReceived():
                if done := self._requests.pop(event.transaction_id, None):
                    done.set_result(event.response is not None and event.response.status == OK)
            case sip.RequestReceived():
                self._user_agent.respond(event.transaction_id, METHOD_NOT_ALLOWED)
            case sip.InviteRefused():
                pass
            case _:
                if conversation := self._conversations.get(event.leg_id):
                    conversation.take(event)

    def _ring(self, event: sip.InviteReceived) -> None:
        self._user_agent.ring(event.leg_id)
        conversation = self._open_conversation(event.leg_id, AGENTS_HERTZ, event.sdp)
        self._rings[parse_uri(event.request.uri).user or ""].put_nowait(conversation)
