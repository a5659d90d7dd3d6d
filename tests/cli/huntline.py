"""Runs the command line as people do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def huntline(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """The finished command, with what it printed."""
    command = [sys.executable, "-m", "huntline", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
