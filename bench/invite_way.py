"""The way of a caller's INVITE to the agent's through the signalling process of a real server: functions of
ours that hand it on (hops), callbacks of the event loop, round trips to media.

A story of one caller and one agent is played with a profiler in the signalling process:
    .venv/bin/python bench/invite_way.py [--show]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

STORY = ["tests/scenarios/test_order.py", "-k", "starts_every_call_at_the_top"]
ROOT = "process.py:main"
Row = tuple[str, str]  # who called, who was called
HAND_OVERS = [
    ("the INVITE is read, audio is asked for", "Arrivals.invited", "Tasks.spawn"),
    ("media is asked for the caller's leg", "Arrivals._prepare", "MediaClient._write"),
    ("media has answered", "MediaClient._take", "client.py:_settle"),
    ("the engine rings an agent", "Arrivals._prepare", "Floor.ring"),
    ("its command is carried out", "Runner._carry_out", "Dialling.start"),
    ("media is asked for the agent's leg", "Dialling._offer", "MediaClient._write"),
    ("media has answered", "MediaClient._take", "client.py:_settle"),
    ("the agent's INVITE is made", "Dialling._invite", "Context.send"),
    ("it is sent", "UserAgent._flush_scheduled", "C:sendto"),
]

PROFILER = """
import atexit, os, sys
if "signalling" in sys.orig_argv:
    rows, mark = [], "/src/huntline/"
    def named(frame):
        return frame.f_code.co_filename.split(mark)[1] + ":" + frame.f_code.co_qualname
    def profile(frame, event, called):
        if mark not in frame.f_code.co_filename:
            return
        if event == "c_call" and called.__name__ == "sendto":
            rows.append((named(frame), "C:sendto"))
        elif event == "call":
            back = frame.f_back
            while back is not None and mark not in back.f_code.co_filename:
                back = back.f_back
            rows.append((named(back) if back else "", named(frame)))
    def write():
        sys.setprofile(None)
        with open(os.environ["INVITE_WAY"], "w") as file:
            file.writelines("\\t".join(row) + "\\n" for row in rows)
    atexit.register(write)
    sys.setprofile(profile)
"""


def traced(folder: Path) -> list[Row]:
    """What the signalling process called while the story was played."""
    (folder / "sitecustomize.py").write_text(PROFILER)
    rows = folder / "rows"
    environment = os.environ | {"PYTHONPATH": str(folder), "INVITE_WAY": str(rows)}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", *STORY]
    subprocess.run(command, env=environment, check=True)
    pairs = (line.rstrip("\n").split("\t") for line in rows.read_text().splitlines())
    return [(before, called) for before, called in pairs]


def way_of_the_last_call(rows: list[Row]) -> list[Row]:
    """From the reading of the INVITE to the sending of the agent's."""
    first = max(at for at, (_, called) in enumerate(rows) if called.endswith("Arrivals.invited"))
    while rows[first][0] != ROOT:
        first -= 1
    made = _next(rows, first, "Dialling._invite")
    return rows[first : _next(rows, made, "C:sendto") + 1]


def chain(way: list[Row], at: int) -> list[str]:
    """The functions under way, from what the event loop called to this one."""
    found = [way[at][1]]
    while (before := way[at][0]) != ROOT:
        at = max(k for k in range(at) if way[k][1] == before)
        found.insert(0, before)
    return found


def _next(rows: list[Row], start: int, name: str) -> int:
    return next(at for at in range(start, len(rows)) if rows[at][1].endswith(name))


def main() -> None:
    """Play, count, print."""
    wanted = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    wanted.add_argument("--show", action="store_true", help="each function on the way")
    is_shown = wanted.parse_args().show
    with tempfile.TemporaryDirectory() as folder:
        way = way_of_the_last_call(traced(Path(folder)))
    at, hops = 0, 0
    before: list[str] = []
    for what, begin, end in HAND_OVERS:
        at = _next(way, _next(way, at, begin), end)
        names = chain(way, at)
        # The engine and its command are steps of one callback: what they have in common counts once.
        new = [name.split("/")[-1] for name in names if name not in before]
        print(f"{len(new):4} {what}")
        if is_shown:
            print("     " + " -> ".join(new))
        hops, before = hops + len(new), names if end == "Floor.ring" else []
    callbacks = sum(1 for caller, _ in way if caller == ROOT)
    asked = sum(1 for _, called in way if called.endswith("MediaClient._ask")) // 2  # begun and gone on
    print(f"{hops:4} hops; {callbacks} callbacks of the loop, {asked} round trips to media")
    print(f"{len(way):4} calls of functions of ours in all")


if __name__ == "__main__":
    main()
