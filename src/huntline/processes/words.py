"""What the supervisor and the processes of the server say to each other: the environment, signals."""

from __future__ import annotations

import signal

CONFIG = "HUNTLINE_PROCESS_CONFIG"
READY_FD = "HUNTLINE_PROCESS_READY_FD"
"""The socket by which a process says that it is ready: one byte, with the sockets it would leave behind."""

LEFT_SOCKETS = "HUNTLINE_PROCESS_LEFT_SOCKETS"
"""The sockets that the process before has left, by number."""

RUN_ID = "HUNTLINE_PROCESS_RUN"
"""The id of the run: as long as it is the same, one process holds what another one had left there."""

ENDS_WITH_PARENT = "HUNTLINE_PROCESS_ENDS_WITH_PARENT"
EXIT_CONFIGURATION = 78  # EX_CONFIG of sysexits(3): starting again would not help

HAND_OVER = signal.SIGUSR1
"""End at once, and leave to the next process of this role what it needs to go on."""

HANDED_OVER = "handed over"
"""The message of the CancelledError by which a role is told that."""
