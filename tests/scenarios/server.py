"""The server under test, driven through its command line; whether it is empty it is asked over its socket."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from huntline.control.client import ControlClient
from huntline.data_folder import CONTROL_SOCKET
from huntline.errors import HuntlineError
from huntline.media.prompts.speech import Speech
from huntline.network.certificate_files import CertificateFiles

from . import ports
from .commands import Commands
from .wire import bracketed

HUNTLINE = Path(sys.executable).with_name("huntline")
_START_TIMEOUT, _STOP_TIMEOUT = 60.0, 15.0
Json = dict[str, Any]


class Server:
    """One ``huntline serve`` with its own data folder and ports."""

    earlier: ClassVar[list[Path]] = []
    """Data folders of servers that were started before, and others with sounds that a new one may take."""

    def __init__(
        self,
        data: Path,
        commands: Commands,
        *,
        media_ports: int = 400,
        host: str = "127.0.0.1",
        says_media_address: bool = True,
        certificate: CertificateFiles | None = None,
        options: tuple[str, ...] = (),
    ) -> None:
        """With a ``certificate`` it speaks TLS, too; ``options`` are further ones of ``huntline serve``."""
        self.data = data
        self._commands = commands
        self.sip_port, self.http_port = ports.take(2), ports.take(2)
        self.websocket_port = self.sip_port + 1
        self.tls_port: int | None = ports.take(2) if certificate is not None else None
        self._certificate, self._options = certificate, options
        self.media_first = ports.take(media_ports)
        self.media_last = self.media_first + media_ports - 1
        self.media_workers = 2
        """More than one, each of which gets every other leg: so most stories are about legs that are brought
        together, too."""
        self.keeps_sockets = True
        """Whether its supervisor has the others' sockets, so that what comes waits while one is away: one
        that has adopted them has not."""
        self.log = data / "server.log"
        self.host, self._says_media_address = host, says_media_address
        self._process: subprocess.Popen[str] | None = None
        self._is_ready = threading.Event()
        self._read_to = 0

    @property
    def address(self) -> tuple[str, int]:
        """Where SIP is spoken, over UDP and TCP."""
        return self.host, self.sip_port

    @property
    def pages(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start and wait for the line that says so."""
        self._furnish()
        self._is_ready.clear()
        self._process = subprocess.Popen(
            self._command(),
            env=os.environ | {"HUNTLINE_MEDIA_WORKER_LEGS": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        threading.Thread(target=self._copy_output, args=(self._process,), daemon=True).start()
        if not self._is_ready.wait(_START_TIMEOUT):
            self.kill()
            raise AssertionError(f"`huntline serve` did not say that it is ready:\n{self.log_text()[-3000:]}")

    def stop(self) -> None:
        """Ask it to end, as a service manager would; it must go in peace and take its children along."""
        assert self._process is not None
        children = [*self.children(), *_children_of(self.pid)]
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running {_STOP_TIMEOUT:g} s after SIGTERM") from None
        left = [pid for pid in children if _is_alive(pid)]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert not left, f"children outlived the supervisor: {left}"

    def kill(self) -> None:
        """End it and its children without asking."""
        self.kill_supervisor()
        for pid in self.children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_supervisor(self) -> None:
        """End the process that started all others, and would start them again; they go on."""
        assert self._process is not None
        self.keeps_sockets = False
        self._process.kill()
        self._process.wait(5)

    def wait_gone(self, *children: int, timeout: float = 5.0) -> None:
        """Wait for the end of a server that was killed, and of children that nobody waits for then."""
        assert self._process is not None
        self._process.wait(timeout)
        deadline = time.monotonic() + timeout
        while any(map(_is_alive, children)):
            assert time.monotonic() < deadline, f"children outlive the supervisor: {children}"
            time.sleep(0.02)  # the kernel tells a child's end to its parent alone

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def children(self) -> dict[int, str]:
        """The server's processes that live, also without a supervisor: process id and role."""
        with contextlib.suppress(FileNotFoundError):
            children = json.loads((self.data / "processes.json").read_text())["children"]
            return {child["pid"]: name for name, child in children.items() if _is_alive(child["pid"])}
        return {}

    def kill_child(self, name: str) -> None:
        """Kill the process of that role, which gets no chance to say anything; it is gone then. Of media all
        workers are killed, where it is not one of them that is named."""
        self.kill_children(name)

    def kill_children(self, *names: str) -> None:
        """The same for several at once."""
        children = self.children().items()
        pids = [pid for pid, role in children if role in names or role.partition("-")[0] in names]
        assert len(pids) >= len(names), f"not all of {names} live"
        dying = {pid: os.pidfd_open(pid) for pid in pids}
        try:
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
            for pid, process in dying.items():
                end = select.poll()  # with many phones the file may have a number that select() takes not
                end.register(process, select.POLLIN)
                assert end.poll(5000), f"process {pid} outlives its death"
        finally:
            for process in dying.values():
                os.close(process)

    def _furnish(self) -> None:
        """Make the data folder, with the sounds and the sentences that earlier servers made: those are the
        same for all, and to make them takes longer than to start."""
        for name in ("audio", "speech"):
            folder = self.data / name
            folder.mkdir(parents=True, exist_ok=True)
            for made in self.earlier:
                for sound in (made / name).glob("[!.]*"):
                    with contextlib.suppress(FileNotFoundError):
                        if not (folder / sound.name).exists():
                            shutil.copyfile(sound, folder / sound.name)
        if self.data not in self.earlier:
            self.earlier.append(self.data)

    # Its command line

    def run(self, *arguments: str, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run a ``huntline`` command with ``--data``; fail when its exit code is not the expected one."""
        done = self._commands.run(*arguments, "--data", str(self.data))
        if expect is not None:
            text = f"huntline {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
            assert done.returncode == expect, text
        return done

    def apply(self, file: Path) -> str:
        """Load an organisation file; what the command printed."""
        return self.run("apply", str(file)).stdout

    def status(self) -> Json:
        answer: Json = json.loads(self.run("status", "--json").stdout)
        return answer

    def history(self, limit: int = 50) -> list[Json]:
        answer: list[Json] = json.loads(self.run("history", "--json", "--limit", str(limit)).stdout)["calls"]
        return answer

    def agent(self, verb: str, upn: str, *queue: str) -> None:
        """``opt-out``, ``opt-in``, ``pause`` or ``resume`` an agent."""
        self.run("agent", verb, upn, *queue)

    def wait_status(self, wanted: Callable[[Json], bool], what: str, timeout: float = 6.0) -> Json:
        """Ask for the status until it fits (there is no event for the command line to wait on)."""
        deadline = time.monotonic() + timeout
        while not wanted(status := self.status()):
            assert time.monotonic() < deadline, (
                f"not within {timeout:g} s: {what}\n{json.dumps(status, indent=1)}"
            )
        return status

    def wait_log(self, wanted: str, timeout: float = 6.0) -> None:
        """Wait until something is in the log, which a thread of ours copies."""
        deadline = time.monotonic() + timeout
        while wanted not in self.log_text():
            assert time.monotonic() < deadline, f"not within {timeout:g} s in the log: {wanted}"
            time.sleep(0.02)

    def wait_spoken(self, *texts: str, timeout: float = 30.0) -> None:
        """Wait until English texts have been spoken, which they mostly were for an earlier server."""
        speech, deadline = Speech(self.data / "speech"), time.monotonic() + timeout
        while not all(speech.known(text, "en") for text in texts):
            assert time.monotonic() < deadline, f"not spoken within {timeout:g} s: {texts}"
            time.sleep(0.02)  # a file of another process

    def assert_empty(self, timeout: float = 6.0) -> None:
        """Fail unless every call's resources are given back."""
        deadline = time.monotonic() + timeout
        while held := self._held():
            assert time.monotonic() < deadline, (
                f"still held after {timeout:g} s:\n{json.dumps(held, indent=1)}"
            )
            time.sleep(0.02)

    def assert_calm(self) -> None:
        """Fail when the log has got an exception since the last look."""
        new = self.log_text()[self._read_to :]
        self._read_to += len(new)
        assert "Traceback (most recent call last)" not in new, (
            f"an exception in the server's log:\n{new[-4000:]}"
        )

    def overlook_complaints(self) -> None:
        """Whatever is in the log by now was to be expected."""
        self._read_to = len(self.log_text())

    def log_text(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def _held(self) -> Json:
        """What calls hold of the server, if anything; transactions may linger and registrations stay."""
        try:
            with ControlClient(self.data / CONTROL_SOCKET) as client:
                status = client.request("status")
        except HuntlineError as away:
            return {"server": str(away)}
        found = {name: status["resources"][name] for name in ("legs", "media_legs", "media_ports")}
        found["calls"] = status["calls"]
        found["busy_agents"] = [each for each in status["agents"] if each["state"] in ("ringing", "talking")]
        return {name: what for name, what in found.items() if what}

    def _command(self) -> list[str]:
        command = [str(HUNTLINE), "serve", "--data", str(self.data)]
        for kind in ("udp", "tcp"):
            command += ["--sip", f"{kind}:{bracketed(self.host)}:{self.sip_port}"]
        command += ["--sip", f"ws:{bracketed(self.host)}:{self.websocket_port}"]
        if self._certificate is not None and self.tls_port is not None:
            command += ["--sip", f"tls:{bracketed(self.host)}:{self.tls_port}"]
            command += ["--sip", f"wss:{bracketed(self.host)}:{self.tls_port + 1}"]
            command += ["--certificate", str(self._certificate)]
        command += ["--media-workers", str(self.media_workers)]
        command += [*self._options, "--http", f"127.0.0.1:{self.http_port}"]
        command += ["--media-address", self.host] if self._says_media_address else []
        return [*command, "--media-ports", f"{self.media_first}-{self.media_last}"]

    def _copy_output(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout, self.log.open("a") as log:
            for line in process.stdout:
                log.write(line)
                log.flush()
                if line.startswith("Huntline is ready"):
                    self._is_ready.set()


def _children_of(pid: int) -> list[int]:
    return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False
