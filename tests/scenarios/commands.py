"""``huntline`` commands for stories, each in a process of its own that is forked with everything imported.

A command started from nothing spends most of its time on imports, and stories run hundreds of them. That
people's way of starting it works is shown by the servers of the stories and by the tests of the command line.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import io
import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from typing import Self

from huntline.__main__ import COMMANDS, main

_COMMAND_TIMEOUT = 30.0
_LONGEST_REQUEST = 65_536
_ORGANIZATION = """\
organization: Warm
domains: [warm.test]
numbers: [{number: "+14255550100", kind: service-toll}]
users: [{upn: amal@warm.test, licences: [E5], voice_enabled: true}]
queues: [{name: Help Desk, line_uri: "tel:+14255550100", agents: [amal@warm.test]}]
"""
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
# What commands import when they need it, and would import anew in every child.
_NEEDED_LATER = ("huntline.apply", "huntline.control.server", "huntline.storage.history", "huntline.web.app")


class Commands:
    """A process that waits with everything imported, and forks for each command."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="huntline-commands-")
        self._socket = Path(self._folder.name, "socket")
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(self._socket)], stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        with self._process.stdout as ready:
            assert ready.readline() == b"ready\n", "the process that runs commands did not start"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(5)
        self._folder.cleanup()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """What ``huntline ARGUMENTS`` printed, and its exit status. Raises TimeoutError after 30 s."""
        with (
            tempfile.TemporaryFile("w+", errors="replace") as out,
            tempfile.TemporaryFile("w+", errors="replace") as err,
            socket.socket(socket.AF_UNIX) as connection,
        ):
            connection.settimeout(_COMMAND_TIMEOUT)
            connection.connect(str(self._socket))
            request = json.dumps(arguments).encode()
            socket.send_fds(connection, [request], [out.fileno(), err.fileno()])
            status = connection.recv(16)
            assert status, f"huntline {' '.join(arguments)}: its process is gone"
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(arguments, int(status), out.read(), err.read())


class _Command(socketserver.BaseRequestHandler):
    """One command, in the process that was forked for it."""

    request: socket.socket

    def handle(self) -> None:
        request, (out, err), _, _ = socket.recv_fds(self.request, _LONGEST_REQUEST, 2)
        os.dup2(out, sys.stdout.fileno())
        os.dup2(err, sys.stderr.fileno())
        sys.argv = ["huntline", *json.loads(request)]
        self.request.sendall(str(_status_of_main()).encode())


def _status_of_main() -> int:
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


class _Server(socketserver.ForkingMixIn, socketserver.UnixStreamServer):
    max_children = 8


def _serve(path: str) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # go when the tests are gone
    for name in (*_NEEDED_LATER, *(f"huntline.{each.where.partition(':')[0]}" for each in COMMANDS)):
        importlib.import_module(name)
    _run_some()
    gc.freeze()  # else each child copies all pages at its first collection
    with _Server(path, _Command) as server:
        print("ready", flush=True)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        server.serve_forever()


def _run_some() -> None:
    """What commands make when they are first run, statements and tables of numbers, is there in each fork."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        file = Path(folder, "organization.yaml")
        file.write_text(_ORGANIZATION)
        for command in (["apply", str(file)], ["history", "--json"]):
            sys.argv = ["huntline", *command, "--data", folder]
            assert _status_of_main() == 0
    assert threading.active_count() == 1, "a fork takes no threads along"


if __name__ == "__main__":
    _serve(sys.argv[1])
