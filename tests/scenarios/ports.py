"""Ports that no two test workers share."""

from __future__ import annotations

import itertools
import os
import socket

_FIRST = 10_100  # browsers keep away from 10,080
_PER_WORKER = 4_400
_WORKERS = 5  # up to 32,100: below the kernel's ephemeral ports


def _worker() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS


_start = _FIRST + _worker() * _PER_WORKER
_offsets = itertools.cycle(range(0, _PER_WORKER, 2))


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether neither a UDP nor a TCP socket has a port of an address of this machine."""
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                return False
    return True


def take(count: int = 2) -> int:
    """The first of ``count`` neighbouring free ports, an even one."""
    for _ in range(_PER_WORKER):
        first = _start + next(_offsets)
        if first + count <= _start + _PER_WORKER and all(map(is_free, range(first, first + count))):
            for _ in range((count - 1) // 2):
                next(_offsets)
            return first
    raise RuntimeError(f"no {count} free ports from {_start}")
