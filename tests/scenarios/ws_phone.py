"""The phone in a page, as far as its signalling goes: SIP over WebSocket (RFC 7118), with plain audio."""

from __future__ import annotations

import json
import socket
import time
from secrets import token_hex
from typing import Any

import httpx
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.typing import Origin, Subprotocol
from websockets.uri import parse_uri

from huntline.web.paths import API_PATH

from . import wire
from .office import Office
from .phone import Address, Phone
from .wire import Message

Json = dict[str, Any]


class Refused(Exception):
    """The server did not take the connection; ``status`` is what it answered."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class WsPhone(Phone):
    """As any phone; ``access`` is what the API tells pages, ``origin`` where the page pretends to be from."""

    def __init__(self, office: Office, access: Json, *, origin: str = "", instance: str = "") -> None:
        server = office.server
        self.access = access
        self._origin = origin or f"http://127.0.0.1:{server.http_port}"
        self._websocket: ClientProtocol
        user, _, domain = access["uri"].removeprefix("sip:").partition("@")
        super().__init__(
            office.reactor,
            (server.host, server.websocket_port),
            user,
            domain=domain,
            password=access["password"],
            transport="ws",
        )
        self.instance = instance or token_hex(8)
        self._name = token_hex(4)  # a page cannot know its address
        office.phones.append(self)

    @property
    def contact(self) -> str:
        return f"sip:{self._name}@{self._name}.invalid;transport=ws"

    def via(self, branch: str) -> str:
        return f"SIP/2.0/WS {self._name}.invalid;branch={branch};rport"

    def credentials(self, challenge: Message, method: str, uri: str) -> tuple[str, str]:
        username, password = self.access["username"], self.access["password"]
        challenges = challenge.all("www-authenticate")
        return "Authorization", wire.authorization(challenges, method, uri, username, password)

    def send(self, data: bytes, destination: Address | None = None) -> None:
        if self._sock.fileno() >= 0:
            self._websocket.send_text(data)
            self._sock.setblocking(True)
            self._put_out(self._sock)
            self._sock.setblocking(False)

    def _open(self) -> socket.socket:
        host, port = self.server
        sock = socket.create_connection(self.server, timeout=5)
        self._websocket = ClientProtocol(
            parse_uri(f"ws://{wire.bracketed(host)}:{port}/sip"),
            origin=Origin(self._origin),
            subprotocols=[Subprotocol("sip")],
        )
        self._websocket.send_request(self._websocket.connect())
        self._put_out(sock)
        while not (events := self._websocket.events_received()):
            self._websocket.receive_data(sock.recv(65536))
        (response,) = events
        assert isinstance(response, Response)
        if self._websocket.handshake_exc is not None:
            sock.close()
            raise Refused(response.status_code)
        sock.setblocking(False)
        return sock

    def _put_out(self, sock: socket.socket) -> None:
        for data in self._websocket.data_to_send():
            sock.sendall(data)

    def _receive(self) -> None:
        try:
            data = self._sock.recv(65536)
        except (BlockingIOError, ConnectionError):
            return
        if not data:
            self.reactor.remove(self._sock)
            return
        self._websocket.receive_data(data)
        for event in self._websocket.events_received():
            if isinstance(event, Frame) and event.opcode in (Opcode.TEXT, Opcode.BINARY):
                self._take(bytes(event.data), time.time(), self.server)
        self._put_out(self._sock)


def ask_api(office: Office, key: str, path: str) -> httpx.Response:
    """POST to the API as the owner of a key."""
    url = f"http://127.0.0.1:{office.server.http_port}{API_PATH}{path}"
    return httpx.post(url, headers={"Authorization": f"Bearer {key}"})


def key_for(office: Office, name: str, *arguments: str) -> str:
    """The API key of a new account in the office's organization."""
    words = ("account", "create", name, *arguments, "--organization", office.name, "--json")
    key: str = json.loads(office.server.run(*words).stdout)["key"]
    return key


def page_of(office: Office, name: str, **options: Any) -> WsPhone:
    """The phone in the page of a user who has signed in; not registered yet."""
    key = key_for(office, f"{name}'s page", "--role", "agent", "--user", office.upn(name))
    opened = ask_api(office, key, "/me/phone")
    assert opened.status_code == 200, opened.text
    return WsPhone(office, opened.json(), **options)
