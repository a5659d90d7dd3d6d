from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvloop

from huntline.control import server as control
from huntline.control.async_client import AsyncControlClient
from huntline.control.client import ControlClient
from huntline.control.messages import ControlRefused, ServerDoesNotAnswer, ServerNotRunning
from huntline.control.server import ControlServer, Handler
from huntline.errors import ConfigurationError, Refused


class AgentNotInQueue(Refused):
    error_id = "agent-not-in-queue"


def pause(request: dict[str, Any]) -> dict[str, Any]:
    if request.get("upn") != "amal@contoso.com":
        raise AgentNotInQueue(f"{request.get('upn')} serves no queue")
    return {"state": "paused"}


async def status(request: dict[str, Any]) -> dict[str, Any]:
    await asyncio.sleep(0)
    return {"calls": []}


def break_down(request: dict[str, Any]) -> dict[str, Any]:
    raise ZeroDivisionError


HANDLERS: Mapping[str, Handler] = {
    "pause": pause,
    "status": status,
    "break": break_down,
    "watch": lambda request: {"calls": []},
}


@asynccontextmanager
async def running(path: Path, handlers: Mapping[str, Handler] = HANDLERS) -> AsyncIterator[ControlServer]:
    server = ControlServer(path, handlers)
    await server.start()
    try:
        yield server
    finally:
        await server.close()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - what the other side of a socket does sets no event here
            await asyncio.sleep(0.001)


def test_what_is_said_to_a_client_in_the_turn_in_which_it_goes_does_no_harm(tmp_path: Path) -> None:
    """The server's own loop raises where asyncio's only logs."""

    async def story() -> None:
        loop, faults = asyncio.get_running_loop(), list[dict[str, Any]]()
        loop.set_exception_handler(lambda _, fault: faults.append(fault))
        path = tmp_path / "control.sock"
        goes = asyncio.Event()

        async def answer_after_it_went(request: dict[str, Any]) -> dict[str, Any]:
            await goes.wait()
            server.publish({"kind": "call"})
            return {}

        async with running(path, {**HANDLERS, "late": answer_after_it_went}) as server:
            for _ in range(20):
                goes.clear()
                _, writer = await asyncio.open_unix_connection(path)
                for verb in ("watch", "late", "late", "late"):
                    writer.write(json.dumps({"id": 1, "do": verb}).encode() + b"\n")
                await until(lambda: server.watcher_count == 1)
                writer.transport.abort()
                await asyncio.sleep(0)
                goes.set()
                while server.watcher_count:
                    server.publish({"kind": "call"})
                    await asyncio.sleep(0)
        assert faults == []

    uvloop.run(story())


def test_what_was_done_is_written_down_before_it_is_answered(tmp_path: Path) -> None:
    async def story() -> None:
        path, done = tmp_path / "control.sock", list[str]()

        def pause(request: dict[str, Any]) -> dict[str, Any]:
            done.append("paused")
            return {"then": list(done)}

        server = ControlServer(path, {"pause": pause}, lambda: done.append("written"))
        await server.start()
        async with await AsyncControlClient.connect(path) as client:
            assert await client.request("pause") == {"then": ["paused"]}
            assert done == ["paused", "written"]
        await server.close()

    uvloop.run(story())


def test_a_server_that_is_gone_since_the_last_request_is_said_to_be_so(tmp_path: Path) -> None:
    async def story() -> None:
        path = tmp_path / "control.sock"
        async with running(path) as server:
            client = await AsyncControlClient.connect(path)
            assert await client.request("status") == {"calls": []}
            await server.close()
            for _ in range(3):
                with pytest.raises(ServerNotRunning):
                    await client.request("status")
        async with client:
            pass

    uvloop.run(story())


def test_requests_are_answered_and_refused(tmp_path: Path) -> None:
    async def story() -> None:
        path = tmp_path / "control.sock"
        async with running(path), await AsyncControlClient.connect(path) as client:
            assert await client.request("status") == {"calls": []}
            assert await client.request("pause", upn="amal@contoso.com") == {"state": "paused"}
            with pytest.raises(ControlRefused, match=r"bao@contoso\.com serves no queue") as caught:
                await client.request("pause", upn="bao@contoso.com")
            assert caught.value.error_id == "agent-not-in-queue"
            with pytest.raises(ControlRefused, match="must be one of: break, pause, status, watch"):
                await client.request("dance")

    asyncio.run(story())


def test_the_command_line_client_speaks_the_same(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"

    def ask() -> dict[str, Any]:
        with ControlClient(path) as client:
            with pytest.raises(ControlRefused):
                client.request("pause")
            return client.request("status")

    async def story() -> None:
        async with running(path):
            assert await asyncio.to_thread(ask) == {"calls": []}

    asyncio.run(story())


def test_a_failing_handler_is_logged_and_the_connection_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        path = tmp_path / "control.sock"
        async with running(path), await AsyncControlClient.connect(path) as client:
            with pytest.raises(ControlRefused) as caught:
                await client.request("break")
            assert caught.value.error_id == "internal-error"
            assert await client.request("status") == {"calls": []}

    asyncio.run(story())
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("line", [b"{", b"[]", b"\xff\xfe", b"7", b"[" * 5000, b'{"do":["status"]}', b""])
def test_a_malformed_line_is_answered_and_the_next_one_served(tmp_path: Path, line: bytes) -> None:
    async def story() -> None:
        path = tmp_path / "control.sock"
        async with running(path):
            reader, writer = await asyncio.open_unix_connection(str(path))
            writer.write(line + b'\n{"id":2,"do":"status"}\n')
            first, second = json.loads(await reader.readline()), json.loads(await reader.readline())
            assert first["error"]["id"] == "unknown-request"
            assert second == {"id": 2, "ok": True, "result": {"calls": []}}
            writer.close()
            await writer.wait_closed()

    asyncio.run(story())


def test_an_endless_line_is_refused_and_the_connection_closed(tmp_path: Path) -> None:
    async def story() -> None:
        path = tmp_path / "control.sock"
        async with running(path):
            reader, writer = await asyncio.open_unix_connection(str(path))
            writer.write(b"x" * (control.LONGEST_REQUEST + 1))
            reply = json.loads(await reader.readline())
            assert reply["error"]["id"] == "request-too-long"
            assert await reader.read() == b""
            writer.close()

    asyncio.run(story())


def test_connections_past_the_limit_are_turned_away(tmp_path: Path) -> None:
    async def story() -> None:
        path = tmp_path / "control.sock"
        async with running(path):
            clients = [await AsyncControlClient.connect(path) for _ in range(control.MOST_CONNECTIONS)]
            await clients[-1].request("status")
            reader, writer = await asyncio.open_unix_connection(str(path))
            assert json.loads(await reader.readline())["error"]["id"] == "too-many-connections"
            writer.close()
            for client in clients:
                await client.__aexit__(None, None, None)

    asyncio.run(story())


def test_whoever_asks_nothing_is_let_go_and_whoever_watches_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "TIME_FOR_A_REQUEST", 0.05)

    async def story() -> None:
        path = tmp_path / "control.sock"
        async with running(path) as server, await AsyncControlClient.connect(path) as watcher:
            seen = watcher.watch()
            await anext(seen)
            reader, writer = await asyncio.open_unix_connection(str(path))
            writer.write(b'{"do": "sta')
            assert await reader.read() == b""
            writer.close()
            server.publish({"call": "c1"})
            assert await anext(seen) == {"call": "c1"}

    asyncio.run(story())


def test_a_watcher_gets_the_snapshot_and_then_each_change(tmp_path: Path) -> None:
    async def story() -> None:
        path = tmp_path / "control.sock"
        async with running(path) as server:
            server.publish({"call": "before anyone watched"})
            async with await AsyncControlClient.connect(path) as client:
                seen = client.watch()
                assert await anext(seen) == {"calls": []}
                server.publish({"call": "c1"})
                server.publish({"call": "c2"})
                assert [await anext(seen), await anext(seen)] == [{"call": "c1"}, {"call": "c2"}]
            await until(lambda: server.watcher_count == 0)

    asyncio.run(story())


def test_watching_ends_when_the_server_goes(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"

    def watch() -> list[dict[str, Any]]:
        with ControlClient(path) as client:
            return list(client.watch())

    async def story() -> None:
        async with running(path) as server:
            watching = asyncio.create_task(asyncio.to_thread(watch))
            await until(lambda: server.watcher_count == 1)
            server.publish({"call": "c1"})
            await asyncio.sleep(0)
        assert await watching == [{"calls": []}, {"call": "c1"}]

    asyncio.run(story())


def test_a_watcher_that_does_not_read_is_dropped(tmp_path: Path) -> None:
    async def story() -> None:
        path = tmp_path / "control.sock"
        async with running(path) as server:
            _, writer = await asyncio.open_unix_connection(str(path), limit=1024)
            writer.write(b'{"do":"watch"}\n')
            await until(lambda: server.watcher_count == 1)
            for _ in range(2 + control.LARGEST_BACKLOG // 100_000 * 2):
                server.publish({"call": "x" * 100_000})
            assert server.watcher_count == 0
            writer.close()

    asyncio.run(story())


def test_the_socket_is_private_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async def story() -> None:
        path = tmp_path / "control.sock"
        async with running(path):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert not path.exists()

    asyncio.run(story())


def test_the_socket_of_a_killed_server_is_taken_over_but_not_that_of_a_living_one(tmp_path: Path) -> None:
    async def story() -> None:
        path = tmp_path / "control.sock"
        control.bind_private(path).close()  # what a kill -9 leaves
        async with running(path):
            with pytest.raises(ConfigurationError, match="another server answers here"):
                await ControlServer(path, HANDLERS).start()

    asyncio.run(story())


def test_without_a_server_the_client_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(ServerNotRunning, match=r"huntline serve --data"):
        ControlClient(tmp_path / "control.sock")


def test_a_server_that_does_not_answer_is_told_from_one_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with control.bind_private(path) as silent:
        silent.listen()
        with ControlClient(path, timeout=0.05) as client, pytest.raises(ServerDoesNotAnswer):
            client.request("status")
