"""The command as a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_an_error_is_one_line_on_stderr_and_status_1(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "huntline", "status", "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("huntline: no server is running")
    assert done.stderr.count("\n") == 1


def test_the_processes_of_a_server_are_not_started_by_hand() -> None:
    command = [sys.executable, "-m", "huntline.process", "media"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "use: huntline serve" in done.stderr
