"""How long a part of the server is away after kill -9: from the kill to its first answer to a stranger.

.venv/bin/python bench/restart_time.py [--kills 5]

Signalling is asked by OPTIONS over UDP, web for its first page, media over its socket. A server
is started for it, on 127.0.0.1; the memory of all its processes is printed as PSS, which counts shared pages
once.
"""

from __future__ import annotations

import argparse
import http.client
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from huntline.processes.run_file import beginning_of, read_run

SIP, HTTP, MEDIA = 19860, 19880, "19890-19990"
LIVED_WELL = 3.0  # seconds between two kills, so that each is the first one again
PATIENCE = 30.0
OPTIONS = """OPTIONS sip:127.0.0.1:{sip} SIP/2.0\r
Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{unique}\r
From: <sip:probe@example.com>;tag=1\r
To: <sip:queue@example.com>\r
Call-ID: {unique}\r
CSeq: 1 OPTIONS\r
Max-Forwards: 70\r
Content-Length: 0\r
\r
"""


def signalling_answers(data: Path) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("127.0.0.1", SIP))
        probe.settimeout(0.02)
        own, unique = probe.getsockname()[1], time.monotonic_ns()
        probe.send(OPTIONS.format(sip=SIP, own=own, unique=unique).encode())
        return b" 200 " in probe.recv(2000)


def media_answers(data: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.connect(str(data / "media.sock"))
        probe.sendall(b'{"id":1,"verb":"stats"}\n')
        return b"legs" in probe.recv(2000)


def web_answers(data: Path) -> bool:
    page = http.client.HTTPConnection("127.0.0.1", HTTP, timeout=5)
    page.request("GET", "/")
    return page.getresponse().status == 200


ASKED: dict[str, Callable[[Path], bool]] = {
    "signalling": signalling_answers,
    "media": media_answers,
    "web": web_answers,
}


def time_away(data: Path, name: str) -> float:
    run = read_run(data)
    assert run is not None
    killed_at = time.monotonic()
    pid = run.children[name].pid
    os.kill(pid, signal.SIGKILL)
    while beginning_of(pid) is not None:  # what it has taken on would still be answered
        time.sleep(0.001)
    while time.monotonic() - killed_at < PATIENCE:
        try:
            if ASKED[name](data):
                return time.monotonic() - killed_at
        except (OSError, http.client.HTTPException):
            time.sleep(0.002)
    raise AssertionError(f"{name} did not come back within {PATIENCE:.0f} s")


def memory(pid: int) -> int:
    """PSS in MB."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1]) // 1024


def measure(data: Path, supervisor: int, kills: int) -> None:
    for name in ASKED:
        times = []
        for _ in range(kills):
            times.append(time_away(data, name))
            time.sleep(LIVED_WELL)
        print(f"{name}: p50 {statistics.median(times) * 1000:.0f} ms, max {max(times) * 1000:.0f} ms")
    run = read_run(data)
    assert run is not None
    (nursery,) = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    pids = {"supervisor": supervisor, "nursery": int(nursery)}
    pids |= {name: child.pid for name, child in run.children.items()}
    parts = {name: memory(pid) for name, pid in pids.items()}
    print(f"PSS: {sum(parts.values())} MB, of these {parts}; load {os.getloadavg()[0]:.1f}")


def main() -> None:
    """Start a server, measure, and end it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=5)
    kills = parser.parse_args().kills
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        command = [str(Path(sys.executable).with_name("huntline")), "serve", "--data", str(data)]
        command += ["--sip", f"udp:127.0.0.1:{SIP}", "--http", f"127.0.0.1:{HTTP}", "--media-ports", MEDIA]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            if not any(line.startswith("Huntline is ready") for line in server.stdout):
                sys.exit("the server has ended before it was ready")
            try:
                measure(data, server.pid, kills)
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
