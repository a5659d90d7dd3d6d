"""Looks ahead in a process of its own, one question after the other: no other request is to wait for it.

The child is ``python -m huntline.web.look_ahead_child``: questions on its standard input and answers on its
standard output, pickled. Both ends are this code, and the pipes are nobody else's.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import subprocess
import sys
import time
from typing import NamedTuple

from huntline.simulator.look_ahead import LookAheadQuestion, Outlook, look_ahead

LONGEST_CPU_S = 30
"""A question that takes longer is given up."""

_MOST_MEMORY = 512 * 2**20
_NICE = 10


class NoOutlook(Exception):
    """The child did not survive a question."""


class OutlookFound(NamedTuple):
    """An answer, and the CPU time that it took."""

    outlook: Outlook
    cpu_s: float


class LookAheadChild:
    """The child, which is there from the first question on; one asks at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, question: LookAheadQuestion, cpu_s: float) -> OutlookFound:
        """The answer: runs are added for as long, though the least number of them may take longer. Raises
        NoOutlook; the next question has a new child then."""
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            pickle.dump((question, cpu_s), process.stdin)
            process.stdin.flush()
            return OutlookFound(*pickle.load(process.stdout))  # noqa: S301 - of our own child
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            self.close()
            raise NoOutlook(type(error).__name__) from error

    def close(self) -> None:
        """End the child."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with contextlib.suppress(BrokenPipeError):
                process.communicate()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", __spec__.name]
        self._process = subprocess.Popen(  # noqa: S603 - no shell, and a program of ours
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self._process


def main() -> None:
    """The child's part, until nobody asks any more."""
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    while True:
        try:
            question, cpu_s = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our own parent
        except EOFError:
            return
        pickle.dump(_answer(question, cpu_s), sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _answer(question: LookAheadQuestion, cpu_s: float) -> tuple[Outlook, float]:
    began = time.process_time()
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(began) + LONGEST_CPU_S, most))
    outlook = look_ahead(question, lambda: time.process_time() - began < cpu_s)
    return outlook, time.process_time() - began


if __name__ == "__main__":
    main()
