"""An agent's page as the server meets it, without a browser around it.

It is signed in, has the live stream, and a phone that takes every call with encrypted audio.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from pathlib import Path
from typing import Any, Self

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

# What the tests call with is what we call with.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.media.browser import Browser
from tests.scenarios import wire

EXPIRES = 600


class LightPage:
    """One of them, from :meth:`open` to :meth:`close`."""

    def __init__(self, http: httpx.AsyncClient, line: ClientConnection, access: dict[str, Any]) -> None:
        self._http, self._line, self._access = http, line, access
        self._name, self._tag = secrets.token_hex(4), secrets.token_hex(4)
        self._finals: asyncio.Queue[wire.Message] = asyncio.Queue()
        self._answering: set[asyncio.Task[None]] = set()
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._follow())]
        self.talks = asyncio.Event()
        self.browser: Browser | None = None

    @classmethod
    async def open(cls, server: str, websocket: str, name: str, password: str) -> Self:
        """Sign in at an HTTP address, and register at a WebSocket's."""
        http = httpx.AsyncClient(base_url=f"{server}/api/v1", timeout=30)
        session = await http.post("/session", json={"name": name, "password": password})
        session.raise_for_status()
        http.headers["X-CSRF-Token"] = session.json()["csrf_token"]
        access = (await http.post("/me/phone")).raise_for_status().json()
        line = await connect(websocket, origin=Origin(server), subprotocols=[Subprotocol("sip")])
        page = cls(http, line, access)
        await page._register()
        return page

    async def close(self) -> None:
        """Be gone, as a window that is closed."""
        for task in (*self._tasks, *self._answering):
            task.cancel()
        await self._line.close()
        await self._http.aclose()
        if self.browser is not None:
            self.browser.close()

    async def _follow(self) -> None:
        """Have what happens told, and look at none of it."""
        async with self._http.stream("GET", "/me/live/events", timeout=None) as stream:
            async for _ in stream.aiter_raw():
                continue

    # The phone

    @property
    def _contact(self) -> tuple[str, str]:
        return "Contact", f"<sip:{self._name}@{self._name}.invalid;transport=ws>"

    async def _register(self) -> None:
        aor: str = self._access["uri"]
        uri = f"sip:{aor.partition('@')[2]}"
        call_id, proof = secrets.token_hex(8), []
        for cseq in (1, 2):
            headers = [
                ("Via", f"SIP/2.0/WS {self._name}.invalid;branch={wire.new_branch()};rport"),
                ("Max-Forwards", "70"),
                ("From", f"<{aor}>;tag={self._tag}"),
                ("To", f"<{aor}>"),
                ("Call-ID", call_id),
                ("CSeq", f"{cseq} REGISTER"),
                self._contact,
                ("Expires", str(EXPIRES)),
                *proof,
            ]
            await self._line.send(wire.compose(f"REGISTER {uri} SIP/2.0", headers).decode())
            answer = await self._finals.get()
            if answer.status == 200:
                return
            challenges = answer.all("www-authenticate")
            username, password = self._access["username"], self._access["password"]
            value = wire.authorization(challenges, "REGISTER", uri, username, password)
            proof = [("Authorization", value)]
        raise AssertionError(f"not registered: {answer}")

    async def _read(self) -> None:
        async for data in self._line:
            text = data if isinstance(data, str) else data.decode()
            message = wire.parse(text.encode(), time.time(), ("", 0))
            if message.status is not None:
                self._finals.put_nowait(message)
            elif message.method == "INVITE":
                task = asyncio.create_task(self._answer(message))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
            elif message.method != "ACK":
                await self._reply(message, 200)

    async def _answer(self, invite: wire.Message) -> None:
        await self._reply(invite, 180)
        browser = await Browser().open()
        browser.hears_from(invite.body)
        await self._reply(invite, 200, browser.sdp(setup="active"))
        self.browser = await browser.connect()
        self.talks.set()

    async def _reply(self, request: wire.Message, status: int, body: str = "") -> None:
        await self._line.send(wire.reply(request, status, self._tag, (self._contact,), body).decode())
