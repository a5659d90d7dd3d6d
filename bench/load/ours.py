"""Huntline of some checkout, as users run it: journal, history, authentication and decisions are on."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .contestants import LETTERS, MEDIA_PORTS, QUEUES, TARGET, Running, started
from .parties import AGENTS, HOST

_HTTP = f"{HOST}:5161"


class Huntline:
    """A checkout with its ``.venv``. Data folders are copies of one that has been served once, so that no run
    pays for prompts that are made at the first start."""

    def __init__(self, name: str, checkout: Path, wanted: dict[str, Any] | None = None) -> None:
        """``wanted``: another organization than that with the queues that are measured."""
        self.name, self._checkout, self._wanted = name, checkout, wanted or organization()
        self.command = str(checkout / ".venv/bin/huntline")
        self._model: tempfile.TemporaryDirectory[str] | None = None

    def version(self) -> str:
        describe = ["git", "-C", str(self._checkout), "describe", "--always", "--dirty"]
        said = subprocess.run(describe, capture_output=True, text=True, check=False).stdout.strip()
        return f"Huntline {said or 'of no checkout'}"

    @contextlib.contextmanager
    def running(self, core: int | None = None) -> Iterator[Running]:
        if self._model is None:
            self._model = self._furnished(core)
        with tempfile.TemporaryDirectory(prefix="huntline-bench-") as name:
            folder = Path(name)
            data = folder / "data"
            shutil.copytree(self._model.name, data)
            with started(serve_command(self.command, data), core, folder / "server.log") as pid:
                yield Running(pid, folder)

    def _furnished(self, core: int | None) -> tempfile.TemporaryDirectory[str]:
        model = tempfile.TemporaryDirectory(prefix="huntline-bench-model-")
        data = Path(model.name)
        apply(self.command, data, self._wanted)
        with started(serve_command(self.command, data), core, data / "first.log"):
            return model


def organization(agents: str = AGENTS, queues: dict[str, int] = QUEUES) -> dict[str, Any]:
    """Queues by number, round robin with many calls alerting at once and no greeting; agents' phones are at
    one address, whoever calls comes from a trunk that is known by its own."""
    people = {number: [f"{LETTERS[number]}{n}" for n in range(count)] for number, count in queues.items()}
    return {
        "organization": "Bench",
        "domains": ["bench.test"],
        "limits": {"max_waiting": 10_000},
        "trunks": [{"name": "generator", "addresses": [HOST]}],
        "numbers": [{"number": f"+{number}", "kind": "service-toll"} for number in queues],
        "users": [user(name, agents) for names in people.values() for name in names],
        "queues": [queue(number, names) for number, names in people.items()],
    }


def user(name: str, agents: str) -> dict[str, Any]:
    """An agent whose phone is at this address and need not register."""
    return {
        "upn": f"{name}@bench.test",
        "licences": ["E5"],
        "voice_enabled": True,
        "contacts": [f"sip:{name}@{agents}"],
    }


def queue(number: str, names: list[str]) -> dict[str, Any]:
    return {
        "name": f"Queue {number}",
        "line_uri": f"tel:+{number}",
        "distribution": "round-robin",
        "alerting": "parallel",
        "agent_limit": 10_000,
        "agents": [f"{name}@bench.test" for name in names],
        "max_waiting": 10_000,
        "max_wait": 2700,
    }


def apply(command: str, data: Path, wanted: dict[str, Any]) -> None:
    """Store an organization in a data folder."""
    file = data / "bench.yaml"
    file.write_text(json.dumps(wanted))  # JSON is YAML
    subprocess.run([command, "apply", str(file), "--data", str(data)], check=True, stdout=subprocess.DEVNULL)


def serve_command(command: str, data: Path) -> list[str]:
    words = [command, "serve", "--data", str(data), "--sip", f"udp:{TARGET}", "--http", _HTTP]
    first, last = MEDIA_PORTS
    return [*words, "--media-address", HOST, "--media-ports", f"{first}-{last}"]


def status(command: str, data: Path) -> dict[str, Any]:
    """What a running server holds."""
    words = [command, "status", "--data", str(data), "--json"]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
