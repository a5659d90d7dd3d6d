"""A server for each test worker, an organisation for each story, and nothing left over after it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from . import spoken
from .commands import Commands
from .office import Office
from .pages import Chromiums, People
from .reactor import Reactor
from .server import Server

_LONGEST = (
    *("test_soak", "test_silence", "test_voicemail", "test_live", "test_load", "test_exits", "test_order"),
    *("test_pages_texts", "test_calls_in_pages", "test_pages_attendants"),
)
"""Files with stories of ten seconds and more, most of which they wait; in the order in which they begin."""


def pytest_configure(config: pytest.Config) -> None:
    """All workers, and later runs, share what has been spoken; whoever starts the workers has it spoken."""
    if (cache := getattr(config, "cache", None)) is not None:
        sounds: Path = cache.mkdir("sounds")
        Server.earlier.append(sounds)
        if not hasattr(config, "workerinput"):
            stack = contextlib.ExitStack()
            stack.enter_context(spoken.beside(sounds / "speech"))
            config.add_cleanup(stack.close)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Stories with pages are marked as such: they run apart from those that want an event loop. The longest
    ones begin first, or the others would wait for their end."""
    items.sort(key=lambda item: [*_LONGEST, item.path.stem].index(item.path.stem))
    for item in items:
        if "chromiums" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


class SharedServer:
    """Started when first asked for, and anew after a story that broke it."""

    def __init__(self, folder: Path, commands: Commands) -> None:
        self._folder, self._commands, self._count = folder, commands, 0
        self._server: Server | None = None

    def get(self) -> Server:
        if self._server is None or not self._server.is_running:
            self._count += 1
            self._server = Server(self._folder / f"server{self._count}", self._commands)
            self._server.start()
        return self._server

    def discard(self) -> None:
        server, self._server = self._server, None
        if server is not None and server.is_running:
            server.kill()

    def close(self) -> None:
        if self._server is not None:
            self._server.stop()


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    with Commands() as commands:
        yield commands


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Iterator[SharedServer]:
    shared = SharedServer(tmp_path_factory.mktemp("huntline"), commands)
    yield shared
    shared.close()


@pytest.fixture
def server(shared_server: SharedServer) -> Iterator[Server]:
    """A running server, which must hold nothing and have logged no exception when the story ends."""
    server = shared_server.get()
    yield server
    try:
        assert server.is_running, f"the server is gone:\n{server.log_text()[-3000:]}"
        server.assert_empty()
        server.assert_calm()
    except BaseException:
        shared_server.discard()
        raise


@pytest.fixture
def hurt_server(shared_server: SharedServer) -> Iterator[Server]:
    """The running server, for a story that kills parts of it: to start another one takes longer than most
    stories. The next story gets another one only if this one is not whole again."""
    server = shared_server.get()
    yield server
    try:
        server.assert_empty()
        assert server.keeps_sockets
    except AssertionError:
        shared_server.discard()
    else:
        server.overlook_complaints()


@pytest.fixture
def own_server(tmp_path: Path, commands: Commands) -> Iterator[Server]:
    """A server on which nothing else has happened."""
    server = Server(tmp_path / "data", commands)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def reactor() -> Iterator[Reactor]:
    with Reactor() as reactor:
        yield reactor


@pytest.fixture
def office(server: Server, reactor: Reactor, tmp_path: Path) -> Iterator[Office]:
    """An organisation of the story's own on the shared server."""
    with contextlib.closing(Office(server, reactor, tmp_path)) as office:
        yield office


@pytest.fixture
def second_office(server: Server, reactor: Reactor, tmp_path: Path) -> Iterator[Office]:
    """Another organisation on the same server."""
    folder = tmp_path / "second"
    folder.mkdir()
    with contextlib.closing(Office(server, reactor, folder)) as office:
        yield office


@pytest.fixture(scope="session")
def chromiums(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromiums]:
    with (
        sync_playwright() as playwright,
        contextlib.closing(Chromiums(playwright, tmp_path_factory.mktemp("tones"))) as chromiums,
    ):
        yield chromiums


@pytest.fixture
def people(chromiums: Chromiums, server: Server) -> Iterator[People]:
    """Whoever comes with a browser; their pages must have had nothing to complain about."""
    people = People(chromiums, server)
    try:
        yield people
        people.assert_calm()
    finally:
        people.close()
