"""Runs the command line as people do, without the price of a process."""

from __future__ import annotations

import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from huntline.__main__ import main


@dataclass(frozen=True)
class Done:
    """A finished command."""

    returncode: int
    stdout: str
    stderr: str


def huntline(*words: str | Path) -> Done:
    """The finished command, with what it printed."""
    arguments, sys.argv = sys.argv, ["huntline", *map(str, words)]
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        try:
            main()
            status: object = 0
        except SystemExit as end:
            status = end.code or 0
        finally:
            sys.argv = arguments
    assert isinstance(status, int)
    return Done(status, out.getvalue(), err.getvalue())
