"""How far apart fifty phones of a queue begin to ring, and stop when one of them has answered.

.venv/bin/python bench/ringing.py [--calls 20]

A server is started for it, on 127.0.0.1; the phones share one socket. What is printed, in milliseconds by
the clock of the kernel: from the first INVITE to the last, and from the answer to the last CANCEL.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.scenarios import ports
from tests.scenarios.commands import Commands
from tests.scenarios.office import Office
from tests.scenarios.phone import Phone
from tests.scenarios.reactor import Reactor
from tests.scenarios.server import Server
from tests.scenarios.test_attendant import PHONES, fifty_at, ring_fifty


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=20)
    calls = parser.parse_args().calls
    with tempfile.TemporaryDirectory() as folder, Commands() as commands, Reactor() as reactor:
        server = Server(Path(folder) / "data", commands)
        server.start()
        port = ports.take(2)
        phones = Phone(reactor, server.address, "all", port=port)
        with contextlib.closing(Office(server, reactor, Path(folder))) as office, contextlib.closing(phones):
            number = fifty_at(office, port)
            tries = [ring_fifty(office, number, phones) for _ in range(calls)]
        server.stop()
    for what, times in zip(("to ring", "to stop"), zip(*tries, strict=True), strict=True):
        shown = [round(1000 * each, 1) for each in times]
        print(f"{PHONES} phones {what}: median {statistics.median(shown)} ms, latest {max(shown)} ms")


if __name__ == "__main__":
    main()
