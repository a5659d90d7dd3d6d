"""A PostgreSQL server of our own, for tests: on a socket file, with nothing kept safe from a power cut."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from huntline.data_folder import DatabaseUrl

_ADMINISTRATOR = "postgres"
_USER = "huntline"
_PASSWORD = "a-secret-of-tests"
_TIME_TO_START = 30.0
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "listen_addresses": "",
}


class PostgresqlServer:
    """A cluster in a folder of its own, which runs once it is made; ``stop`` and ``start`` as tests want it.
    Huntline's user there owns its databases, and is no administrator."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        _make_cluster(folder / "data")
        self.start()
        self.tell(f"CREATE ROLE {_USER} LOGIN")

    @property
    def log(self) -> str:
        """What it has said of itself."""
        return (self._folder / "log").read_text()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        command = [*_as_other(), str(_programs() / "postgres"), "-D", str(self._folder / "data")]
        command += ["-k", str(self._folder), *settings]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        deadline = time.monotonic() + _TIME_TO_START
        while True:
            try:
                psycopg.connect(self.url("postgres", _ADMINISTRATOR).text).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, self.log
            time.sleep(0.02)

    def stop(self, how: int = signal.SIGINT) -> None:
        """End it as an administrator does who waits for nobody."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_TIME_TO_START)
            self._process = None

    def url(self, database: str, user: str = _USER, password: str = _PASSWORD) -> DatabaseUrl:
        """Where a database of it is."""
        return DatabaseUrl.parse(f"postgresql://{user}:{password}@/{database}?host={self._folder}")

    def new_database(self) -> DatabaseUrl:
        """An empty database."""
        self._databases += 1
        name = f"test_{self._databases}"
        self.tell(f"CREATE DATABASE {name} OWNER {_USER}")
        return self.url(name)

    def tell(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement of an administrator; what it answers."""
        url = self.url(database, _ADMINISTRATOR)
        with psycopg.connect(url.text, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@contextlib.contextmanager
def postgresql_server() -> Iterator[PostgresqlServer]:
    """A server that runs, gone with all its files at the end."""
    # Short, since sockets in it have a path of at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="huntline-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        server = PostgresqlServer(folder)
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)  # at once: nobody will have its files
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    """Where the distribution has them: not on the path of anybody."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    assert found, "the tests need PostgreSQL: apt-get install --no-install-recommends postgresql"
    return found[-1].parent


def _as_other() -> list[str]:
    """It refuses to run as root."""
    is_root = os.geteuid() == 0
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if is_root else []


def _make_cluster(folder: Path) -> None:
    """Texts are sorted as people do there, which ours must not be."""
    command = [*_as_other(), str(_programs() / "initdb"), "-D", str(folder), "-U", _ADMINISTRATOR]
    command += ["--no-sync", "--encoding=UTF8", "--locale=C", "--locale-provider=icu", "--icu-locale=en"]
    subprocess.run(command, check=True, capture_output=True, cwd=folder.parent)
    trusted = "".join(f"local all {user} trust\n" for user in (_ADMINISTRATOR, _USER))
    (folder / "pg_hba.conf").write_text(f"{trusted}local all all scram-sha-256\n")
