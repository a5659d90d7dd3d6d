"""Other protocols on the HTTP port (network)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import MutableMapping
from typing import Any

import pytest
import uvicorn

from huntline.network.protocols import Protocol
from huntline.network.strangers import Strangers
from huntline.web.only_http import OnlyHttp
from tests.fakes.peers import tcp_peer


async def _hello(scope: Any, receive: Any, send: Any) -> None:
    head: MutableMapping[str, Any] = {"type": "http.response.start", "status": 200, "headers": []}
    await send(head)
    await send({"type": "http.response.body", "body": b"hello"})


async def _talk(*starts: bytes) -> list[bytes]:
    """What the server says to each of these before it closes the connection."""
    config = uvicorn.Config(
        _hello, host="127.0.0.1", port=0, http=OnlyHttp, lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        said = []
        for start in starts:
            async with tcp_peer(port) as peer:
                peer.send(start)
                said.append(await peer.closed())
        server.should_exit = True
        await serving
    return said


def test_sip_and_tls_are_closed_at_their_first_bytes(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OnlyHttp, "strangers", Strangers(Protocol.HTTP))
    starts = (b"\x16", b"REGISTER s", b"SIP/", b"\x80", b"\0", b"\x16")
    with caplog.at_level(logging.INFO):
        assert asyncio.run(_talk(*starts)) == [b""] * len(starts)
    told = [record.reason for record in caplog.records if record.name.endswith("strangers")]  # type: ignore[attr-defined]
    assert told == [f"the first bytes are {protocol}" for protocol in ("TLS", "SIP", "RTP", "STUN")]


def test_http_is_served_and_what_is_nothing_known_refused() -> None:
    request = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    served, refused = asyncio.run(_talk(request, b"\x7f\r\n\r\n"))
    assert b"hello" in served
    assert refused.startswith(b"HTTP/1.1 400")
