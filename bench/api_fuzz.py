#!/usr/bin/env python
"""Random requests over real HTTP on a running server, for as long as one likes, checked by schemathesis."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx
import requests
import schemathesis
from schemathesis import Response

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.web.fuzzing import SEEDS, AnyCase, fuzz, operations_of  # noqa: E402 - after the path

HUNTLINE = Path(sys.executable).with_name("huntline")
EXAMPLES = 20  # of each operation, mode and round
ORGANIZATION = "organization: Contoso\ndomains: [contoso.com]\n"


def main() -> int:
    """Fuzz; 1 when any answer was not as described."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--port", type=int, default=18080, help="for HTTP; SIP takes the next two")
    parser.add_argument("--seed", type=int, default=1, help="of the first round")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder), options.port)
        try:
            return report(server, options.minutes, options.seed)
        finally:
            server.stop()


class Server:
    """``huntline serve`` on a folder of its own."""

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self.url = f"http://127.0.0.1:{port}"
        command = [str(HUNTLINE), "serve", "--data", str(data), "--http", f"127.0.0.1:{port}"]
        command += ["--sip", f"udp:127.0.0.1:{port + 1}", "--media-ports", f"{port + 10}-{port + 50}"]
        self._log = (data / "fuzz.log").open("w")
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log, text=True)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("Huntline is ready"):
                break
        (data / "contoso.yaml").write_text(ORGANIZATION)
        self.run("apply", str(data / "contoso.yaml"))
        self.key = str(
            json.loads(self.run("account", "create", "fuzzer", "--role", "admin", "--json"))["key"]
        )

    def run(self, *arguments: str) -> str:
        """What a command on the folder printed."""
        command = [str(HUNTLINE), *arguments, "--data", str(self.data)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout

    def seed(self) -> None:
        """Put what requests have changed or removed back, where it can be."""
        headers = {"Authorization": f"Bearer {self.key}"}
        with httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30) as client:
            for path, body in SEEDS:
                client.post(path, json=body)  # a refusal says that it is still there

    def tracebacks(self) -> int:
        """How many exceptions nobody expected are in the log."""
        return (self.data / "fuzz.log").read_text(errors="replace").count("Traceback (most recent call last)")

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(20)
        self._log.close()


def report(server: Server, minutes: float, seed: int) -> int:
    """Ask until the time is over, then print what came of it as JSON."""
    headers = {"Authorization": f"Bearer {server.key}"}
    document = httpx.get(f"{server.url}/api/v1/openapi.json", headers=headers).raise_for_status().json()
    operations = list(operations_of(schemathesis.openapi.from_dict(document)))
    session = requests.Session()
    statuses: Counter[int] = Counter()
    breaches: dict[str, str] = {}
    end, rounds = time.monotonic() + minutes * 60, 0

    def send(case: AnyCase) -> Response:
        response = case.call(base_url=server.url, session=session, headers=headers)
        statuses[response.status_code] += 1
        assert response.status_code < 500, f"{response.status_code}: {response.text[:500]}"
        return response

    while time.monotonic() < end:
        server.seed()
        for operation in operations:
            if time.monotonic() >= end:
                break
            try:
                fuzz(operation, send, examples=EXAMPLES, seed_number=seed + rounds)
            except Exception as breach:
                breaches.setdefault(operation.label, f"seed {seed + rounds}: {breach}"[:2_000])
        rounds += 1
    found = {
        "minutes": minutes,
        "operations": len(operations),
        "rounds": rounds,
        "requests": statuses.total(),
        "statuses": dict(sorted(statuses.items())),
        "breaches": breaches,
        "tracebacks": server.tracebacks(),
    }
    print(json.dumps(found, indent=1))
    return 1 if breaches or found["tracebacks"] else 0


if __name__ == "__main__":
    sys.exit(main())
