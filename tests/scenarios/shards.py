"""Two servers on one PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from huntline.data_folder import FILE_NAME
from tests.postgresql import postgresql_server

from .commands import Commands
from .server import Server


@contextlib.contextmanager
def two_servers(folder: Path, commands: Commands) -> Iterator[tuple[Server, Server]]:
    """They run, and are called ``main`` and ``north``."""
    with postgresql_server() as database, contextlib.ExitStack() as stack:
        url = database.new_database()
        both = Server(folder / "main", commands), Server(folder / "north", commands)
        for server in both:
            server.data.mkdir()
            settings = f'database = "{url.text}"\nshard = "{server.data.name}"\n'
            (server.data / FILE_NAME).write_text(settings)
            server.start()
            stack.callback(server.stop)
        yield both
        for server in both:
            assert "a-secret-of-tests" not in server.log_text()
