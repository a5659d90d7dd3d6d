"""``huntline pwsh`` as a process of its own: every way in, its exit status, and its prompt."""

from __future__ import annotations

import os
import pty
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

from huntline.directory.access import Role
from tests.cli.huntline import huntline
from tests.cmdlets.rig import E5, shell_on
from tests.web.rig import ServerRig, server_rig

COMMAND = [sys.executable, "-m", "huntline", "pwsh"]
LISTING = "Get-CsOnlineUser | Select-Object -ExpandProperty UserPrincipalName"
TIME_LIMIT = 60.0  # seconds
READS, RUNS = "\x1b[?2004h", "\x1b[?2004l"
"""What a prompt tells the terminal when it begins to read, and when it has read."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a server with one user."""
    with shell_on(tmp_path / "data") as shell:
        shell.api.post("/users", {"upn": "amal@contoso.com", "display_name": "Amal", **E5})
    return tmp_path / "data"


def pwsh(data: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "--data", str(data), *words],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
        check=False,
    )


def test_a_command_is_run_from_its_text(data: Path) -> None:
    done = pwsh(data, "-c", LISTING)
    assert (done.returncode, done.stdout, done.stderr) == (0, "amal@contoso.com\n", "")


def test_a_script_is_run_from_a_file_as_editors_of_windows_save_it(data: Path, tmp_path: Path) -> None:
    script = tmp_path / "office.ps1"
    script.write_bytes(f'# Büro\r\n$who = {LISTING}\r\n"é $who"\r\n'.encode("utf-16"))
    done = pwsh(data, str(script))
    assert (done.returncode, done.stdout, done.stderr) == (0, "é amal@contoso.com\n", "")


def test_a_script_is_run_from_the_standard_input(data: Path) -> None:
    done = pwsh(data, stdin=f"Remove-CsCallingLineIdentity gone\n{LISTING}\n")
    assert (done.returncode, done.stdout) == (1, "amal@contoso.com\n")
    assert done.stderr == "Remove-CsCallingLineIdentity : there is no caller-ID policy 'gone' (line 1)\n"


def test_status_1_says_that_something_went_wrong(data: Path, tmp_path: Path) -> None:
    (tmp_path / "loop.ps1").write_text("'ran'\nwhile (1) { 1 }\n")
    (tmp_path / "latin.ps1").write_bytes(b"'\xe9'")
    for words, said in (
        ((str(tmp_path / "loop.ps1"),), "loop.ps1: line 2, column 1: while loops are not supported here"),
        (
            ("-c", "'ran'; Get-Mailbox"),
            "huntline: the script: line 1, column 8: there is no cmdlet Get-Mailbox",
        ),
        (("-c", "1", str(tmp_path / "loop.ps1")), "-c: say either this or a file"),
        ((str(tmp_path / "gone.ps1"),), "gone.ps1: cannot be read: No such file"),
        ((str(tmp_path / "latin.ps1"),), "latin.ps1: is not written in UTF-8"),
        (("-c", "Remove-CsHuntGroup x -ErrorAction Stop; 'ran'"), "Remove-CsHuntGroup : value 'x'"),
    ):
        done = huntline("pwsh", "--data", data, *words)
        assert (done.returncode, done.stdout) == (1, "")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_folder_without_an_organization_says_how_to_begin(tmp_path: Path) -> None:
    done = huntline("pwsh", "--data", tmp_path / "empty", "-c", "Get-CsHuntGroup")
    assert done.returncode == 1
    assert "huntline apply FILE" in done.stderr


@contextmanager
def served(rig: ServerRig) -> Iterator[str]:
    """The API of a server over HTTP; gives its URL."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(rig.app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def test_a_server_elsewhere_is_reached_by_a_key_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server_rig(tmp_path / "data") as rig, served(rig) as url:
        rig.api().post("/queues", {"name": "Help Desk"})
        monkeypatch.setenv("HUNTLINE_KEY", rig.key(Role.ADMIN))
        done = huntline("pwsh", "--server", url, "-c", "(Get-CsHuntGroup).Name")
        assert (done.returncode, done.stdout, done.stderr) == (0, "Help Desk\n", "")
        monkeypatch.setenv("HUNTLINE_KEY", "hl_wrong")
        done = huntline("pwsh", "--server", url, "-c", "(Get-CsHuntGroup).Name")
        assert (done.returncode, done.stdout) == (1, "")
        assert "hl_wrong" not in done.stderr


class Terminal:
    """A person at a terminal with ``huntline pwsh`` on it."""

    def __init__(self, process: subprocess.Popen[bytes], screen: int) -> None:
        self.process = process
        self._screen = screen
        self._shown = ""

    def until(self, text: str) -> str:
        """Wait until the text has been shown; returns all up to it, which is read then."""
        deadline = time.monotonic() + TIME_LIMIT
        while text not in self._shown:
            ready, _, _ = select.select([self._screen], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"{text!r} is not shown, but: {self._shown!r}"
            self._shown += os.read(self._screen, 65_536).decode(errors="replace")
        before, _, self._shown = self._shown.partition(text)
        return before + text

    def prompt(self) -> None:
        """Wait for the next prompt; the present one is drawn again and again."""
        self.until(READS)
        self.until("PS>")

    def type(self, keys: str) -> None:
        os.write(self._screen, keys.encode())


@pytest.fixture
def terminal(data: Path, tmp_path: Path) -> Iterator[Terminal]:
    screen, keyboard = pty.openpty()
    environment = os.environ | {
        "TERM": "xterm",
        "PROMPT_TOOLKIT_NO_CPR": "1",
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "COLUMNS": "100",
    }
    process = subprocess.Popen(
        [*COMMAND, "--data", str(data)], stdin=keyboard, stdout=keyboard, stderr=keyboard, env=environment
    )
    os.close(keyboard)
    try:
        yield Terminal(process, screen)
    finally:
        process.kill()
        process.wait()
        os.close(screen)


def test_the_prompt_runs_completes_goes_on_and_remembers(terminal: Terminal, tmp_path: Path) -> None:
    terminal.prompt()
    terminal.type("$who = (Get-CsOnlineUser).DisplayName\r")
    terminal.prompt()
    terminal.type('"It is $who"\r')
    terminal.until("It is Amal")
    terminal.prompt()
    # Lines that are not finished go on below; what cannot be done is said, and the prompt stays.
    terminal.type("Write-Output `\r")
    terminal.until(">>")
    terminal.type("'one line'\r")
    terminal.until(f"{RUNS}one line")
    terminal.prompt()
    terminal.type("while (1) { 1 }\r")
    terminal.until("while loops are not supported here")
    terminal.prompt()
    terminal.type("Get-CsOnl\t")
    terminal.until("ineUser")
    terminal.type(" -Identity am\t")
    terminal.until("l@contoso.com")
    terminal.type(" | Format-List EnterpriseVoiceEnabled\r")
    terminal.until("EnterpriseVoiceEnabled : True")
    terminal.prompt()
    terminal.type("Set-CsUser amal@contoso.com -EnterpriseVoiceEnabled $false -Confirm\r")
    terminal.until("[Y] Yes  [N] No")
    terminal.type("y\r")
    terminal.prompt()
    terminal.type("(Get-CsOnlineUser).EnterpriseVoiceEnabled\r")
    terminal.until(f"{RUNS}False")
    terminal.prompt()
    terminal.type("exit\r")
    assert terminal.process.wait(TIME_LIMIT) == 0
    history = (tmp_path / "state" / "huntline" / "pwsh-history").read_text()
    assert '+"It is $who"' in history
