"""``huntline check``: what is unwise, in plain words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.huntline import huntline

CONTOSO = """\
organization: Contoso
domains: [contoso.com]
numbers: [{number: "+14255550100", kind: service-toll}]
users: [{upn: amal@contoso.com, licences: [E5], voice_enabled: true}]
queues:
  - {name: Help Desk, line_uri: "tel:+14255550100", agents: [amal@contoso.com]}
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "contoso.yaml").write_text(CONTOSO)
    assert huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path / "data").returncode == 0
    return tmp_path / "data"


def test_without_an_error_the_status_is_0_and_the_longest_time_is_told(data: Path) -> None:
    done = huntline("check", "--data", data)
    assert (done.returncode, done.stderr) == (0, "")
    assert "queue Help Desk\n" in done.stdout
    assert "20 minutes" in done.stdout


def test_a_dead_end_is_an_error_and_status_1(data: Path) -> None:
    huntline("queue", "set", "Help Desk", "--agents", "none", "--data", data)
    done = huntline("check", "--data", data)
    assert done.returncode == 1
    line = next(line for line in done.stdout.splitlines() if "add agents" in line)
    assert line.split()[0] == "error"


def test_it_is_said_in_french_too(data: Path) -> None:
    huntline("queue", "set", "Help Desk", "--agents", "none", "--data", data)
    assert "ajoutez des agents" in huntline("check", "--language", "fr", "--data", data).stdout
    refused = huntline("check", "--language", "de", "--data", data)
    assert refused.returncode == 1
    assert refused.stderr.startswith("huntline: --language: value 'de': ")


def test_programs_get_findings_by_stable_words(data: Path) -> None:
    huntline("queue", "set", "Help Desk", "--agents", "none", "--data", data)
    done = huntline("check", "--json", "--data", data)
    assert done.returncode == 1
    assert "dead-end" in {finding["id"] for finding in json.loads(done.stdout)}


def test_audio_that_phones_cannot_reach_is_an_error(data: Path) -> None:
    (data / "huntline.toml").write_text('sip = ["udp:192.0.2.10:5060"]\nmedia_address = "127.0.0.1"\n')
    done = huntline("check", "--data", data)
    assert done.returncode == 1
    assert "hear nothing" in " ".join(done.stdout.split())
    found = json.loads(huntline("check", "--json", "--language", "fr", "--data", data).stdout)[0]
    assert (found["id"], found["key"], found["field"]) == ("audio-out-of-reach", "server", "media_address")
    assert "aucun son" in found["text"]


def test_pages_that_browsers_do_not_open_are_an_error(data: Path) -> None:
    (data / "huntline.toml").write_text('http = "127.0.0.1:6000"\n')
    found = json.loads(huntline("check", "--json", "--data", data).stdout)[0]
    assert (found["id"], found["key"], found["field"]) == ("out-of-browsers", "server", "http")
    assert "port 6000" in found["text"]


def test_where_there_is_nothing_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text("{organization: Contoso, domains: [contoso.com]}")
    huntline("apply", tmp_path / "empty.yaml", "--data", tmp_path / "data")
    assert huntline("check", "--data", tmp_path / "data").stdout == "There is nothing to say.\n"
