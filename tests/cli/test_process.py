"""The command as a process of its own."""

from __future__ import annotations

import inspect
import json
import socketserver
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest
import typer
from tests.cli.huntline import huntline

from huntline.__main__ import COMMANDS
from huntline.cli import status as status_verb


def test_an_error_is_one_line_on_stderr_and_status_1(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "huntline", "status", "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("huntline: no server is running")
    assert done.stderr.count("\n") == 1


def test_settings_are_changed_and_refused_by_the_command_as_people_run_it(tmp_path: Path) -> None:
    (tmp_path / "contoso.yaml").write_text("{organization: Contoso, domains: [contoso.com]}")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "huntline"), *words, "--data", str(tmp_path / "data")]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert run("apply", str(tmp_path / "contoso.yaml")).returncode == 0
    made = run("queue", "create", "Sales", "--max-wait", "47", "--json")
    assert (made.returncode, made.stderr) == (0, "")
    assert json.loads(made.stdout)["max_wait"] == 45
    refused = run("queue", "set", "Sales", "--agent-alert-time", "5")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "huntline: --agent-alert-time: value 5: must be 15 to 180 seconds\n"


def test_the_processes_of_a_server_are_not_started_by_hand() -> None:
    command = [sys.executable, "-m", "huntline.process", "media"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "use: huntline serve" in done.stderr


def test_the_version_is_said() -> None:
    done = huntline("--version")
    assert (done.returncode, done.stdout) == (0, f"huntline {version('huntline')}\n")


@pytest.mark.parametrize("command", COMMANDS, ids=[each.name for each in COMMANDS])
def test_the_list_of_commands_says_what_each_says_of_itself(command: tuple[str, str, str]) -> None:
    _, where, text = command
    module, _, attribute = where.partition(":")
    found = getattr(import_module(f"huntline.{module}"), attribute)
    own = found.info.help if isinstance(found, typer.Typer) else inspect.getdoc(found)
    assert " ".join(str(own).split()).startswith(text)


def test_an_unexpected_error_is_one_line_that_leads_to_the_rest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(data: object) -> None:
        raise ZeroDivisionError("by\n\x1b[31mnothing")

    monkeypatch.setattr(status_verb, "data_folder", fail)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    done = huntline("status")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    (kept,) = tmp_path.iterdir()
    assert line.startswith("huntline: this should not have happened (error ")
    assert line.endswith(f"): ZeroDivisionError: by \ufffd[31mnothing; whoever mends it wants {kept}")
    assert "Traceback" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"items": [], "total": 0}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self) -> str:
        return "a socket file"

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def running(data: Path) -> Iterator[None]:
    """A server that has nothing."""
    data.mkdir()
    with socketserver.UnixStreamServer(str(data / "api.sock"), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


SLOW = ("pydantic", "sqlalchemy", "httpx", "asyncio", "fastapi", "huntline.config", "sqlite3", "secrets")


def slow_imports(*words: str) -> tuple[int, str, list[str]]:
    """The exit status of a command, what it printed, and what it imported that takes long to."""
    script = (
        "import sys; from huntline.__main__ import main\n"
        "try: main()\n"
        "except SystemExit as end: status = end.code or 0\n"
        f"print(status, *(name for name in {SLOW} if name in sys.modules), file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    *_, last = done.stderr.splitlines()
    status, *found = last.split()
    return int(status), done.stdout, found


def test_commands_are_quick_where_a_server_runs(tmp_path: Path) -> None:
    """Each of these modules is a tenth of a second and more; bench/cli_start.py has the times."""
    data = tmp_path / "data"
    with running(data):
        for words in (("queue", "list"), ("agent", "list"), ("audit",), ("check",)):
            status, out, found = slow_imports(*words, "--data", str(data))
            assert (status, found) == (0, []), words
            assert out
    assert slow_imports("--help")[0::2] == (0, [])
    assert slow_imports("queue", "set", "--help")[0::2] == (0, [])


def test_only_some_commands_make_a_data_folder(tmp_path: Path) -> None:
    nowhere, empty = tmp_path / "nowhere", tmp_path / "empty"
    empty.mkdir()
    for words in (
        ("export",),
        ("history",),
        ("queue", "list"),
        ("audit",),
        ("check",),
        ("agent", "pause", "a@b.c"),
        ("pwsh", "-c", "Get-CsHuntGroup"),
        ("organization", "create", "Contoso", "--domains", "contoso.com"),
    ):
        for folder, what in ((nowhere, "does not exist"), (empty, "is no server's data folder")):
            done = huntline(*words, "--data", folder)
            assert (done.returncode, done.stdout) == (1, ""), words
            assert done.stderr == (
                f"huntline: --data: {folder} {what}; name the right one with --data, or begin with:"
                f" huntline apply FILE --data {folder}\n"
            )
    assert not nowhere.exists()
    assert not list(empty.iterdir())


def test_a_locked_database_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huntline.storage.sqlite.BUSY_TIMEOUT", 0.05)
    (tmp_path / "contoso.yaml").write_text("{organization: Contoso, domains: [contoso.com]}")
    data = tmp_path / "data"
    assert huntline("apply", tmp_path / "contoso.yaml", "--data", data).returncode == 0
    path = data / "huntline.db"
    with sqlite3.connect(path, isolation_level=None) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        for words in (
            ("queue", "create", "Sales"),
            ("pwsh", "-c", "New-CsHuntGroup -Name Sales -Domain contoso.com -UseDefaultMusicOnHold $true"),
            ("account", "create", "setup", "--role", "admin"),
        ):
            done = huntline(*words, "--data", data)
            assert (done.returncode, done.stdout) == (1, ""), words
            assert done.stderr.endswith(
                f"the database {path} cannot be used: database is locked;"
                " another program holds it; end that one, or try again when it has finished\n"
            )
            assert done.stderr.count("\n") == 1


def test_a_newer_or_a_broken_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "contoso.yaml").write_text("{organization: Contoso, domains: [contoso.com]}")
    data = tmp_path / "data"
    assert huntline("apply", tmp_path / "contoso.yaml", "--data", data).returncode == 0
    path = data / "huntline.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for words in (("export",), ("queue", "list"), ("history",), ("apply", str(tmp_path / "contoso.yaml"))):
        done = huntline(*words, "--data", data)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(
            f"huntline: the database {path} was written by a newer Huntline (revision 9999, this one knows "
        )
        assert done.stderr.count("\n") == 1
    for name in ("huntline.db", "huntline.db-wal", "huntline.db-shm"):
        (data / name).unlink(missing_ok=True)
    path.write_bytes(b"no database at all" * 100)
    done = huntline("queue", "list", "--data", data)
    assert done.stderr == (
        f"huntline: the database {path} cannot be used: file is not a database;"
        " this file is none, or is damaged; put a copy from before in its place\n"
    )
