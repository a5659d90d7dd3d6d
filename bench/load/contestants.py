"""What can be measured: something that has a version and can be run as a server with queues."""

from __future__ import annotations

import contextlib
import itertools
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .machine import pinned_to, settle
from .parties import HOST

PORT = 5160
TARGET = f"{HOST}:{PORT}"
MEDIA_PORTS = (20_000, 29_999)  # sipp has those from 30,000, the phones of our own those below
QUEUES = {"800": 300, "801": 0, "810": 10, "820": 20}
"""How many agents each number has: ``a0``, ``a1``, ... of 800, ``b0``, ... of 810, ``d0``, ... of 820."""
LETTERS = dict(zip(QUEUES, ("a", "", "b", "d"), strict=True))
_STARTS_WITHIN, _STOPS_WITHIN = 60.0, 20.0
_PROBE = """OPTIONS sip:{target} SIP/2.0\r
Via: SIP/2.0/UDP {own};branch=z9hG4bK{number};rport\r
Max-Forwards: 70\r
From: <sip:probe@{own}>;tag=1\r
To: <sip:{target}>\r
Call-ID: {number}@{own}\r
CSeq: 1 OPTIONS\r
Content-Length: 0\r
\r
"""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: a process and all below it. ``folder`` is for whoever measures it."""

    pid: int
    folder: Path


class Contestant(Protocol):
    """A server that can be measured. ``name`` is what it is called in results."""

    name: str

    def version(self) -> str: ...

    def running(self, core: int) -> AbstractContextManager[Running]:
        """A fresh server with the queues above, on one core, which has come to rest."""
        ...


@contextlib.contextmanager
def started(command: list[str], core: int | None, log: Path) -> Iterator[int]:
    """A server of this command that answers SIP and has come to rest; its process id. Ended at the end."""
    pinned = [*pinned_to(core), *command]  # taskset becomes the server, by exec
    with log.open("wb") as output:
        process = subprocess.Popen(
            pinned, stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0
        )
    try:
        if not _answers(process):
            said = log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{command[0]} does not answer at {TARGET}; it said:\n{said}")
        settle(process.pid)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(process: subprocess.Popen[bytes]) -> bool:
    """Ask over SIP until it answers; False when it has ended, or does not for a minute."""
    deadline = time.monotonic() + _STARTS_WITHIN
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        probe.connect((HOST, PORT))
        probe.settimeout(0.1)
        own = f"{HOST}:{probe.getsockname()[1]}"
        for number in itertools.count(1):
            if process.poll() is not None or time.monotonic() > deadline:
                return False
            try:
                probe.send(_PROBE.format(target=TARGET, own=own, number=number).encode())
                return bool(probe.recv(4096))
            except ConnectionRefusedError:  # there is no such socket yet, the kernel says at once
                time.sleep(0.1)
            except TimeoutError:
                continue
    return False
