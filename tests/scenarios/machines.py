"""Other machines, as far as the network goes: network namespaces, with a cable or a switch between them."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator

import pytest


def ip(*words: str) -> None:
    """Change the network."""
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def on(machine: str, command: str) -> None:
    """Run a line of the shell on another machine."""
    subprocess.run(["ip", "netns", "exec", machine, "sh", "-ec", command], check=True, capture_output=True)


def processes_on(machine: str) -> list[int]:
    """The processes of a machine, by their numbers."""
    said = subprocess.run(["ip", "netns", "pids", machine], check=True, capture_output=True, text=True)
    return [int(pid) for pid in said.stdout.split()]


def has_address(machine: str, address: str) -> bool:
    """Whether a machine has an address on any of its interfaces."""
    words = ["ip", "-n", machine, "addr", "show", "to", f"{address}/32"]
    return bool(subprocess.run(words, check=True, capture_output=True).stdout)


@contextlib.contextmanager
def machines(*names: str) -> Iterator[list[str]]:
    """Other machines, by their names."""
    made: list[str] = []
    try:
        for each in (f"huntline{os.getpid()}{name}" for name in names):
            try:
                ip("netns", "add", each)
            except (OSError, subprocess.CalledProcessError) as error:
                pytest.skip(f"this machine lets nobody make a network namespace: {error}")
            made.append(each)
            ip("-n", each, "link", "set", "lo", "up")
        yield made
    finally:
        for each in made:
            ip("netns", "del", each)
