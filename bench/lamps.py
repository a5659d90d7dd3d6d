"""How soon busy lamps show what has become of a call, and what that costs signalling.

.venv/bin/python bench/lamps.py [--lamps 500] [--calls 10]

A server is started for it, on 127.0.0.1. Five phones have all the lamps, over UDP, for one agent, who is
rung and answers, and whose callers hang up, one call after the other. What is printed is how long after the
message of the call (the agent's INVITE, their 200, the caller's BYE) the notification of each lamp came in,
by the clock of the kernel, and the CPU time of signalling for a notification, beside that of calls without
lamps.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.scenarios.commands import Commands
from tests.scenarios.office import Office
from tests.scenarios.phone import Phone
from tests.scenarios.reactor import Reactor
from tests.scenarios.server import Server

from huntline.processes.run_file import read_run

WATCHERS = 5
TICK = os.sysconf("SC_CLK_TCK")


def cpu_of_signalling(server: Server) -> float:
    """User and system time so far, in seconds."""
    run = read_run(server.data)
    assert run is not None
    fields = Path(f"/proc/{run.children['signalling'].pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def subscribe(phone: Phone, uri: str, call_id: str) -> None:
    headers = (("Event", "dialog"), ("Expires", "3600"), ("Contact", f"<{phone.contact}>"))
    response = phone.request("SUBSCRIBE", uri, headers, call_id=call_id)
    assert response.status == 200, response.start


class Lamps:
    """All lamps of a number of phones."""

    def __init__(self, phones: list[Phone]) -> None:
        self._phones = phones
        self.delays: dict[str, list[float]] = {}

    def take(self, state: str, since: float, count: int) -> None:
        """Wait until so many lamps show a state."""

        def shown() -> list[float]:
            return [
                message.at
                for phone in self._phones
                for message in phone.strays
                if f"<state>{state}</state>" in message.body
            ]

        deadline = time.monotonic() + 10
        while len(shown()) < count:
            assert time.monotonic() < deadline, f"{len(shown())} of {count} lamps show {state}"
            time.sleep(0.02)
        self.delays.setdefault(state, []).extend(at - since for at in shown())
        for phone in self._phones:
            phone.strays.clear()


def call(office: Office, agent: Phone, number: str, lamps: Lamps | None, count: int) -> None:
    """One call of an agent, from ring to end."""
    caller = office.caller().dial(number)
    rung = agent.wait_call(10)
    if lamps is not None:
        assert rung.invite is not None
        lamps.take("early", rung.invite.at, count)
    answered_at = time.time()
    rung.answer()
    if lamps is not None:
        lamps.take("confirmed", answered_at, count)
    caller.wait_answered()
    ended_at = time.time()
    caller.hang_up()
    if lamps is not None:
        lamps.take("terminated", ended_at, count)
    rung.wait_ended()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--lamps", type=int, default=500)
    parser.add_argument("--calls", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Commands() as commands, Reactor() as reactor:
        server = Server(Path(folder) / "data", commands)
        server.start()
        office = Office(server, reactor, Path(folder))
        with contextlib.closing(office):
            number = office.queue("amal")
            watchers = [f"w{position}" for position in range(WATCHERS)]
            for name in watchers:
                office.user(name)
            office.open()
            agent = office.agent("amal")
            before = cpu_of_signalling(server)
            for _ in range(options.calls):
                call(office, agent, number, None, 0)
            plain = cpu_of_signalling(server) - before
            phones = [office.agent(name) for name in watchers]
            for position in range(options.lamps):
                phone = phones[position % WATCHERS]
                subscribe(phone, f"sip:{office.upn('amal')}", f"lamp-{position}")
            for phone in phones:
                phone.strays.clear()
            lamps = Lamps(phones)
            before = cpu_of_signalling(server)
            for _ in range(options.calls):
                call(office, agent, number, lamps, options.lamps)
            watched = cpu_of_signalling(server) - before
        server.stop()
    report(options.lamps, options.calls, lamps.delays, plain, watched)


def report(lamps: int, calls: int, delays: dict[str, list[float]], plain: float, watched: float) -> None:
    print(f"{lamps} lamps, {calls} calls: ms from the telephone's message to the notification")
    print("state        median     99 %   latest")
    for state, found in delays.items():
        found.sort()
        figures = (statistics.median(found), found[int(len(found) * 0.99)], found[-1])
        print(f"{state:<12}" + "".join(f"{figure * 1000:>7.0f}  " for figure in figures))
    told = sum(map(len, delays.values()))
    print(f"CPU of signalling: {(watched - plain) * 1000 / told:.3f} ms a notification, {told} notifications")
    print(f"  calls alone {plain * 1000 / calls:.1f} ms each, with lamps {watched * 1000 / calls:.1f} ms")


if __name__ == "__main__":
    main()
