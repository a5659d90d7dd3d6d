"""What a process of the server says to the supervisor, and finds of the process before it."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from typing import Protocol

from huntline.processes.words import HAND_OVER, LEFT_SOCKETS, READY_FD

MOST_SOCKETS = 250
"""So many can be left to the next process; one message carries 253 descriptors (unix(7))."""


class Ready(Protocol):
    """Called by a role once, when it is ready, with the sockets that are to outlive its process."""

    def __call__(self, listening: Sequence[socket.socket] = (), /) -> None:
        """Say it to the supervisor."""
        ...


def left_sockets() -> list[socket.socket]:
    """The sockets that the process before this one listened on, as it left them when it ended or died."""
    return [socket.socket(fileno=int(each)) for each in os.environ.pop(LEFT_SOCKETS, "").split()]


def say_ready(listening: Sequence[socket.socket] = ()) -> None:
    """Tell the supervisor, and give it those sockets to keep for the next process."""
    with socket.socket(fileno=int(os.environ[READY_FD])) as lifeline:
        try:
            socket.send_fds(lifeline, [b"."], [each.fileno() for each in listening[:MOST_SOCKETS]])
        except BrokenPipeError:
            # The supervisor is gone, and the next one cannot know whether this process is ready.
            os.kill(os.getpid(), HAND_OVER)
