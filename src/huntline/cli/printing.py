"""How tables and text are printed for people."""

from __future__ import annotations

from rich.console import Console

WIDTH_OF_A_PIPE = 200  # characters: what reads a pipe or a file wants lines whole


def console() -> Console:
    """A console as wide as the terminal, or wide where there is none; it adds no markup of its own."""
    probe = Console(highlight=False, markup=False, emoji=False)
    return (
        probe
        if probe.is_terminal
        else Console(highlight=False, markup=False, emoji=False, width=WIDTH_OF_A_PIPE)
    )
