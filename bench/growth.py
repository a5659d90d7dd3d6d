#!/usr/bin/env python3
"""What a call costs as a server grows: ``bench/growth.py [--only agents waiting] [--rounds 3]``.

One thing is made larger at a time: agents of the queue, other queues, callers who wait in another queue,
phones that have registered, trunks, pages that show everything live. Meanwhile calls of 0.2 s come at 20 a
second, and the CPU of signalling, media and web is told for each of them. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import selectors
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from bench.load import sipp_calls  # noqa: E402
from bench.load.contestants import PORT, TARGET, Running  # noqa: E402
from bench.load.machine import description, family  # noqa: E402
from bench.load.ours import Huntline, organization, queue, user  # noqa: E402
from bench.load.parties import AGENTS, HOST  # noqa: E402
from tests.scenarios.phone import Phone  # noqa: E402
from tests.scenarios.reactor import Reactor  # noqa: E402

from huntline.data_folder import API_SOCKET  # noqa: E402

_RATE, _SECONDS, _TALK = 20.0, 10.0, 0.2
_COMING_RATE = 100.0
_PASSWORD = "growth"  # noqa: S105 - of phones on this machine, for a minute
_FOLLOW = b"GET /api/v1/live/events HTTP/1.1\r\nHost: localhost\r\nHuntline-Door: cli\r\n\r\n"
_WAITING_PORTS = {"port": 5084, "media_port": 36_000}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="*", default=[*_SIZES], choices=[*_SIZES])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(json.dumps(description()))
    for what in options.only:
        sizes, measured = _SIZES[what]
        for size in sizes:
            print(json.dumps({what: size, **measured(size, options.rounds)}), flush=True)


def _with_agents(count: int, rounds: int) -> dict[str, float]:
    return _measured(organization(queues={"800": count, "801": 0}), rounds)


def _with_queues(count: int, rounds: int) -> dict[str, float]:
    """Each of the others has an agent of its own."""
    wanted = organization(queues={"800": 300, "801": 0})
    for number in range(10_000, 10_000 + count - 2):
        agent = f"q{number}"
        wanted["users"].append(user(agent, AGENTS))
        wanted["numbers"].append({"number": f"+{number}", "kind": "service-toll"})
        wanted["queues"].append(queue(str(number), [agent]))
    return _measured(wanted, rounds)


def _with_waiting(count: int, rounds: int) -> dict[str, float]:
    """They are on hold, so media has nothing to send them: what music costs is told by ``make bench``."""
    return _measured(organization(queues={"800": 300, "801": 0}), rounds, partial(_waiting, count))


def _with_phones(count: int, rounds: int) -> dict[str, float]:
    wanted = organization(queues={"800": 300, "801": 0})
    names = [f"p{n}" for n in range(count)]
    wanted["users"] += [
        {"upn": f"{name}@bench.test", "licences": ["E5"], "voice_enabled": True, "sip_password": _PASSWORD}
        for name in names
    ]
    return _measured(wanted, rounds, partial(_registered, names))


def _with_trunks(count: int, rounds: int) -> dict[str, float]:
    """They are looked up, and none is asked whether it is there: that is a cost of its own."""
    wanted = organization(queues={"800": 300, "801": 0})
    wanted["trunks"] = [
        *wanted.get("trunks", ()),
        *(
            {"name": f"t{n}", "addresses": [f"127.1.{n // 250}.{n % 250 + 1}"], "options_interval": 0}
            for n in range(count)
        ),
    ]
    return _measured(wanted, rounds)


def _with_watchers(count: int, rounds: int) -> dict[str, float]:
    return _measured(organization(queues={"800": 300, "801": 0}), rounds, partial(_watched, count))


_SIZES: dict[str, tuple[tuple[int, ...], Callable[[int, int], dict[str, float]]]] = {
    "agents": ((10, 300, 3000), _with_agents),
    "queues": ((2, 100, 1000), _with_queues),
    "waiting": ((0, 800, 3000), _with_waiting),
    "phones": ((0, 1000, 10_000), _with_phones),
    "trunks": ((0, 100, 1000), _with_trunks),
    "watchers": ((0, 1, 50), _with_watchers),
}


@contextlib.contextmanager
def _waiting(count: int, server: Running) -> Iterator[None]:
    if not count:
        yield
        return
    with sipp_calls.callers(
        server.folder,
        TARGET,
        "801",
        calls=count,
        rate=_COMING_RATE,
        core=None,
        direction="inactive",
        **_WAITING_PORTS,
    ) as callers:
        time.sleep(count / _COMING_RATE + 3)
        yield
        found = callers.statistics()
        assert found.open == count, f"only {found.open} of {count} callers wait"


@contextlib.contextmanager
def _registered(names: list[str], server: Running) -> Iterator[None]:
    with Reactor() as reactor:
        for name in names:
            phone = Phone(reactor, (HOST, PORT), name, domain="bench.test", password=_PASSWORD)
            status = phone.register(expires=3600).status
            phone.close()
            assert status == 200, f"{name} cannot register: {status}"
    yield


@contextlib.contextmanager
def _watched(count: int, server: Running) -> Iterator[None]:
    """So many follow the live view, as pages do; what they are told is read and thrown away."""
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(count)]
        for stream in streams:
            stream.connect(str(server.folder / "data" / API_SOCKET))
            stream.sendall(_FOLLOW)
            assert stream.recv(4096).startswith(b"HTTP/1.1 200 ")
        reader = threading.Thread(target=_read_all, args=(streams,))
        reader.start()
        try:
            yield
        finally:
            for stream in streams:
                stream.shutdown(socket.SHUT_RDWR)
            reader.join()


def _read_all(streams: list[socket.socket]) -> None:
    """Until all of them have ended."""
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                if not os.read(key.fd, 65_536):
                    selector.unregister(key.fileobj)


@contextlib.contextmanager
def _nothing(server: Running) -> Iterator[None]:
    yield


def _measured(
    wanted: dict[str, Any], rounds: int, grown: Callable[[Running], AbstractContextManager[None]] = _nothing
) -> dict[str, float]:
    """Medians of the rounds, in milliseconds of CPU for a call, less what is used without calls."""
    with Huntline("huntline", ROOT, wanted).running() as server, grown(server):
        idle = _used_while(server, lambda: time.sleep(_SECONDS))
        calls = int(_RATE * _SECONDS)
        found = [_used_while(server, partial(_call, server, calls)) for _ in range(rounds)]
    return {
        f"{role}_ms": round(statistics.median(each[role] - idle[role] for each in found) / calls, 2)
        for role in ("signalling", "media", "web")
    }


def _call(server: Running, calls: int) -> None:
    with sipp_calls.agents(server.folder, core=None, talk=_TALK):
        time.sleep(0.5)  # sipp does not say when it listens
        with sipp_calls.callers(server.folder, TARGET, "800", calls=calls, rate=_RATE, core=None) as callers:
            callers.wait(_SECONDS + 10)
            found = callers.statistics()
    assert found.succeeded == calls, f"{calls - found.succeeded} of {calls} calls failed"


def _used_while(server: Running, do: Callable[[], None]) -> dict[str, float]:
    before = _cpu_by_role(server.pid)
    do()
    return {role: used - before[role] for role, used in _cpu_by_role(server.pid).items()}


def _cpu_by_role(pid: int) -> dict[str, float]:
    """What each of the server's processes has used, in milliseconds; those are told by their titles."""
    found = {}
    for each in family(pid):
        title = Path(f"/proc/{each}/cmdline").read_bytes().rstrip(b"\0").decode()
        threads = Path(f"/proc/{each}/task").glob("*/schedstat")
        found[title.rpartition(" ")[2]] = sum(int(each.read_text().split()[0]) for each in threads) / 1e6
    return found


if __name__ == "__main__":
    main()
