from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvloop

from huntline.cli.api_client import ApiRefused, running_api
from huntline.config import Config
from huntline.errors import ConfigurationError
from huntline.network.setting_values import SocketAddress
from huntline.web import live_streams
from huntline.web.api import live
from huntline.web.app import API_PATH, ROUTERS, run_web


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def web(data: Path) -> AsyncIterator[Config]:
    config = Config(data=data, http=SocketAddress("127.0.0.1", free_port()))
    ready = asyncio.Event()
    running = asyncio.create_task(run_web(config, ready.set))
    async with asyncio.timeout(30):
        await ready.wait()
        try:
            yield config
        finally:
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running


async def get(config: Config, path: str) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection(config.http.host, config.http.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {config.http}\r\nConnection: close\r\n\r\n".encode())
    head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    return int(head.split()[1]), body


def test_health_says_which_process_is_away(tmp_path: Path) -> None:
    async def story() -> None:
        async with web(tmp_path) as config:
            code, body = await get(config, "/healthz")
            said = json.loads(body)
            assert (code, said["signalling"], said["media"]) == (503, False, False)
            assert (said["database"], said["disk"]) == (True, True)
            assert [each["part"] for each in said["problems"]] == ["signalling", "media"]

    asyncio.run(story())


def test_every_router_of_the_api_is_below_its_path() -> None:
    assert {router.prefix[: len(API_PATH)] for router in ROUTERS} == {API_PATH}


def test_people_find_a_front_page_and_programs_no_pages(tmp_path: Path) -> None:
    async def story() -> None:
        async with web(tmp_path) as config:
            code, body = await get(config, "/")
            assert (code, "Huntline" in body) == (200, True)
            assert (await get(config, "/api/docs"))[0] == 404

    asyncio.run(story())


def test_an_address_in_use_is_a_configuration_error(tmp_path: Path) -> None:
    async def story() -> None:
        async with web(tmp_path) as config:
            with pytest.raises(ConfigurationError, match="cannot be listened on: Address already in use"):
                await run_web(config, lambda: None)

    asyncio.run(story())


def test_who_owns_the_data_folder_needs_no_key(tmp_path: Path) -> None:
    """On the loop that the server runs on, which has its own way with socket files."""

    def ask(config: Config) -> list[str]:
        api = running_api(config.api_socket, "Zoë (local)", "cli")
        api.post("/organizations", {"organization": "Contoso", "domains": ["contoso.com"]})
        queue = api.post("/queues", {"name": "Ärger & Co"})
        assert api.get("/queues/%C3%84rger%20%26%20Co")["id"] == queue["id"]
        assert [each["name"] for each in api.items("/queues", search="ärger &")] == ["Ärger & Co"]
        sound = {"file": ("no.wav", b"RIFF")}
        with pytest.raises(ApiRefused, match=r"no\.wav"):
            api.request("POST", "/audio", files=sound)
        entries = list(api.items("/audit", what="queue"))
        return [entries[0]["who"], entries[0]["door"]]

    async def story() -> None:
        async with web(tmp_path) as config:
            assert config.api_socket.stat().st_mode & 0o777 == 0o600
            assert await asyncio.to_thread(ask, config) == ["Zoë (local)", "cli"]
            async with httpx.AsyncClient() as client:
                owner = {"Huntline-Owner": "mallory", "Host": str(config.api_socket)}
                answer = await client.get(f"http://{config.http}/api/v1/queues", headers=owner)
                assert answer.status_code == 401
        assert not config.api_socket.exists()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(story())


def test_who_owns_the_data_folder_may_look_on_for_as_long_as_they_like(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_streams, "_VIEWERS_CHECKED_EVERY", 0.01)
    monkeypatch.setattr(live, "HEARTBEAT", 0.3)

    async def story() -> None:
        async with web(tmp_path) as config:
            await asyncio.to_thread(_found_contoso, config)
            reader, writer = await asyncio.open_unix_connection(config.api_socket)
            writer.write(b"GET /api/v1/live/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
            for event in (b"gone", b"alive"):
                async with asyncio.timeout(10):
                    await reader.readuntil(b"event: " + event)
            writer.close()
            await writer.wait_closed()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(story())


def _found_contoso(config: Config) -> None:
    api = running_api(config.api_socket, "the owner", "cli")
    api.post("/organizations", {"organization": "Contoso", "domains": ["contoso.com"]})
