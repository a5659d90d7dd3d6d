"""Simulates apart: a day takes seconds of one core, for which no other request is to wait.

The child is ``python -m huntline.web.simulating CPU_SECONDS BYTES`` with the question on its standard input
and the answer on its standard output, pickled: both ends are this code, and the pipes are nobody else's.
"""

from __future__ import annotations

import pickle
import resource
import subprocess
import sys
from threading import Lock

from huntline.errors import Refused
from huntline.simulator.what_if import Question, SimulatedDays, answer

_MOST_CPU_S = 45
_MOST_S = 55
_MOST_MEMORY = 1024 * 2**20

AT_WORK = Lock()
"""One at a time: it takes a core, and calls need the others."""


class SimulationBusy(Refused):
    """Somebody else is having a day simulated."""

    error_id = "simulation-busy"
    status = 503


class SimulationTooLong(Refused):
    """The day takes longer than anybody would wait for."""

    error_id = "simulation-too-long"


def simulate_apart(question: Question, most_cpu_s: int = _MOST_CPU_S) -> SimulatedDays:
    """The answer, from a process of its own. Raises SimulationBusy, SimulationTooLong."""
    if not AT_WORK.acquire(blocking=False):
        raise SimulationBusy("another day is being simulated; try again in a few seconds")
    try:
        return _run_child(question, most_cpu_s)
    finally:
        AT_WORK.release()


def _run_child(question: Question, most_cpu_s: int) -> SimulatedDays:
    command = [sys.executable, "-m", __spec__.name, str(most_cpu_s), str(_MOST_MEMORY)]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and a program of ours
            command, input=pickle.dumps(question), capture_output=True, check=True, timeout=_MOST_S
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise SimulationTooLong(
            "the day has too many calls, or rings too many phones for each, to be simulated here"
        ) from error
    found = pickle.loads(done.stdout)  # noqa: S301 - of our own child
    assert isinstance(found, SimulatedDays)
    return found


def main() -> None:
    """The child's part."""
    most_cpu, most_memory = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_CPU, (most_cpu, most_cpu))
    resource.setrlimit(resource.RLIMIT_AS, (most_memory, most_memory))
    question = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - of our own parent
    sys.stdout.buffer.write(pickle.dumps(answer(question)))


if __name__ == "__main__":
    main()
