"""The command as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_an_error_is_one_line_on_stderr_and_status_1(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "huntline", "status", "--data", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("huntline: no server is running")
    assert done.stderr.count("\n") == 1


def test_settings_are_changed_and_refused_by_the_command_as_people_run_it(tmp_path: Path) -> None:
    (tmp_path / "contoso.yaml").write_text("{organization: Contoso, domains: [contoso.com]}")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "huntline"), *words, "--data", str(tmp_path / "data")]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert run("apply", str(tmp_path / "contoso.yaml")).returncode == 0
    made = run("queue", "create", "Sales", "--max-wait", "47", "--json")
    assert (made.returncode, made.stderr) == (0, "")
    assert json.loads(made.stdout)["max_wait"] == 45
    refused = run("queue", "set", "Sales", "--agent-alert-time", "5")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "huntline: --agent-alert-time: value 5: must be 15 to 180 seconds\n"


def test_the_processes_of_a_server_are_not_started_by_hand() -> None:
    command = [sys.executable, "-m", "huntline.process", "media"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "use: huntline serve" in done.stderr
