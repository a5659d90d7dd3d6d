"""More than can be served: calls that are up feel nothing, newcomers are sent away, then all is well."""

from __future__ import annotations

import json
import re
import select
import socket
import time
import urllib.error
import urllib.request
from collections import Counter

import pytest

from .office import Office
from .stories import assert_heard_each_other, desk, talk

pytestmark = pytest.mark.scenario

_ANSWER = re.compile(rb"SIP/2\.0 ([2-6]\d\d) .*?\r\nTo: ([^\r]*)\r\nCall-ID: (\d+)-", re.DOTALL)


class Flood:
    """Callers of a number that nobody has, far faster than they can be refused one by one."""

    def __init__(self, server: tuple[str, int]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect(server)
        self._socket.setblocking(False)
        self._host = f"{server[0]}:{server[1]}"
        self.answers: dict[int, int] = {}
        self.waits: set[bytes] = set()

    def __enter__(self) -> Flood:
        return self

    def __exit__(self, *exc: object) -> None:
        self._socket.close()

    def send(self, numbers: range) -> None:
        for number in numbers:
            self._socket.send(self._request("INVITE", number, f"<sip:+19995550100@{self._host}>"))
            if number % 10 == 0:
                self.read(0)

    def read(self, patience: float) -> None:
        """Read and acknowledge answers that are there, or come within that time."""
        while select.select([self._socket], [], [], patience)[0]:
            data = self._socket.recv(65536)
            if found := _ANSWER.match(data):
                number = int(found[3])
                self.answers[number] = int(found[1])
                self.waits.update(re.findall(rb"\r\nRetry-After: (\d+)\r\n", data))
                self._socket.send(self._request("ACK", number, found[2].decode()))

    def _request(self, method: str, number: int, to: str) -> bytes:
        lines = (
            f"{method} sip:+19995550100@{self._host} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK-flood-{number};rport",
            f"From: <sip:flood@127.0.0.1>;tag={number}",
            f"To: {to}",
            f"Call-ID: {number}-flood",
            f"CSeq: 1 {method}",
            "Contact: <sip:flood@127.0.0.1:9>",
            "Max-Forwards: 70",
            "Content-Length: 0",
        )
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _health(office: Office) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(
            f"http://127.0.0.1:{office.server.http_port}/healthz", timeout=20
        ) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


def test_under_a_flood_calls_go_on_and_end_at_once_and_newcomers_are_told_to_come_back(
    office: Office,
) -> None:
    number, [amal] = desk(office, "amal")
    caller, agent = talk(office.caller(), number, amal)
    assert_heard_each_other(caller, agent)
    with Flood(office.server.address) as flood:
        sent = 0
        until = time.monotonic() + 20
        while len(Counter(flood.answers.values())) < 2 and time.monotonic() < until:
            flood.send(range(sent, sent + 500))
            sent += 500
        began_at = time.monotonic()
        caller.hang_up()
        agent.wait_ended()
        assert time.monotonic() - began_at < 1.0
        flood.read(0.5)
        status, health = _health(office)
        flood.read(1.0)
    told = Counter(flood.answers.values())
    assert told[503] > 0
    assert len(flood.waits) > 1
    assert (status, health["load"], health["signalling"]) == (200, False, True)
    assert office.server.status()["resources"]["turned_away"] >= told[503]
    caller, agent = talk(office.caller(), number, amal)
    assert_heard_each_other(caller, agent)
    caller.hang_up()
    agent.wait_ended()
