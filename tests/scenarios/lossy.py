"""Calls over a line that loses packets: ``python -m scenarios.lossy --calls 500``, as root in ``tests``.

The server and the phones run in a network namespace of their own, where the kernel drops a share of all UDP
packets, SIP and RTP alike. Prints one JSON object; its exit code is 0 when no call was stuck.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import ports
from .commands import Commands
from .leg import Leg
from .office import Office
from .phone import Phone
from .reactor import Reactor
from .server import Server

_INSIDE = "SCENARIO_LOSSY_INSIDE"
_AGENTS, _TALK_S, _RATE = 20, 1.0, 5.0
_PATIENCE_S = 70.0  # both directions of a dialog may need their 32 s (64 times T1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--loss", type=int, default=5, help="percent of the UDP packets")
    parser.add_argument("--rate", type=float, default=_RATE, help="calls a second")
    options = parser.parse_args()
    if _INSIDE not in os.environ:
        return _enter_namespace(options.loss)
    with tempfile.TemporaryDirectory(prefix="huntline-lossy-") as folder:
        result = _run(Path(folder), options.calls, options.rate)
    print(json.dumps(result, indent=1))
    return 0 if result["stuck"] == 0 and result["left"] == [] else 1


def _enter_namespace(loss: int) -> int:
    rule = f"udp dport 1000-65535 numgen random mod 100 < {loss} counter drop"
    script = (
        "ip link set lo up && nft add table inet lossy"
        " && nft 'add chain inet lossy input { type filter hook input priority 0; }'"
        f" && nft 'add rule inet lossy input {rule}'"
        f" && exec {shlex.join([sys.executable, '-m', 'scenarios.lossy', *sys.argv[1:]])}"
    )
    allowed = subprocess.run(["unshare", "-n", "true"], capture_output=True, text=True, check=False)
    if allowed.returncode:
        print(f"a network namespace is not permitted here: {allowed.stderr.strip()}", file=sys.stderr)
        return 2
    return subprocess.call(["unshare", "-n", "sh", "-c", script], env=os.environ | {_INSIDE: "1"})


def _run(folder: Path, calls: int, rate: float) -> dict[str, object]:
    with Commands() as commands:
        return _measure(Server(folder / "data", commands, media_ports=1200), folder, calls, rate)


def _measure(server: Server, folder: Path, calls: int, rate: float) -> dict[str, object]:
    server.start()
    try:
        with Reactor() as reactor:
            office = Office(server, reactor, folder)
            legs = _serve(office, calls, rate)
            stuck = [leg for leg in legs if not leg.is_ended]
            talked = [leg for leg in legs if leg.is_up and leg.is_ended]
            left = _left(server)
            reports = [str(m) for leg in stuck[:5] for m in leg.log]
            office.close()
        return {
            "calls": calls,
            "talked": len(talked),
            "failed": calls - len(talked) - len(stuck),
            "stuck": len(stuck),
            "stuck_messages": reports,
            "left": left,
            "dropped_packets": _dropped(),
            "server_log": server.log_text()[-2000:] if stuck or left else "",
        }
    finally:
        server.stop()


def _serve(office: Office, calls: int, rate: float) -> list[Leg]:
    """Place the calls; agents answer each and hang up after a talk."""
    port = ports.take(2)
    names = [f"a{n}" for n in range(_AGENTS)]
    for name in names:
        office.user(name, contacts=[f"sip:{name}@127.0.0.1:{port}"])
    number = office.queue(*names, distribution="round-robin", max_wait=300)
    office.open()
    agents = Phone(office.reactor, office.server.address, "agents", port=port)
    office.phones.append(agents)
    agents.on_call = _answer_and_talk
    caller = office.caller()
    started = time.monotonic()
    for n in range(calls):
        time.sleep(max(0.0, started + n / rate - time.monotonic()))  # the rate itself
        caller.dial(number)
    deadline = time.monotonic() + _PATIENCE_S + calls * _TALK_S / _AGENTS
    try:
        office.reactor.wait(
            lambda: all(leg.is_ended for leg in caller.legs), deadline - time.monotonic(), "every call ends"
        )
    except AssertionError:
        return caller.legs
    return caller.legs


def _answer_and_talk(leg: Leg) -> None:
    def hang_up() -> None:
        if leg.is_up and not leg.is_ended:
            leg.hang_up()
        elif not leg.is_ended:
            leg.phone.reactor.after(_TALK_S, hang_up)  # its ACK is still under way

    leg.ring()
    leg.answer()
    leg.phone.reactor.after(_TALK_S, hang_up)


def _left(server: Server) -> list[str]:
    """What the server still holds after the last timers of RFC 3261 have run."""
    deadline = time.monotonic() + 40
    while True:
        try:
            server.assert_empty()
        except AssertionError as error:
            if time.monotonic() > deadline:
                return [str(error)]
            continue
        return []


def _dropped() -> int:
    listing = subprocess.run(["nft", "list", "ruleset"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"counter packets (\d+)", listing)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    sys.exit(main())
