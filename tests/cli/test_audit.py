"""``huntline audit``: who changed what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.huntline import huntline


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "contoso.yaml"
    file.write_text("{organization: Contoso, domains: [contoso.com], queues: [{name: Sales}]}")
    assert huntline("apply", file, "--data", tmp_path / "data").returncode == 0
    done = huntline("queue", "set", "Sales", "--wrap-up", "20", "--data", tmp_path / "data")
    assert done.returncode == 0
    return tmp_path / "data"


def entries(data: Path, *words: str) -> list[dict[str, Any]]:
    done = huntline("audit", *words, "--json", "--data", data)
    assert (done.returncode, done.stderr) == (0, "")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_the_newest_change_comes_first_with_before_and_after(data: Path) -> None:
    newest = entries(data)[0]
    assert (newest["what"], newest["key"], newest["field"]) == ("queue", "Sales", "wrap_up")
    assert (newest["before"], newest["after"], newest["door"]) == ("0", "20", "cli")
    assert newest["who"].endswith(" (local)")
    table = huntline("audit", "--data", data).stdout.splitlines()
    assert "queue Sales: wrap_up 0 -> 20" in table[3]
    assert "queue Sales: added" in "\n".join(table)


def test_changes_can_be_narrowed(data: Path) -> None:
    assert {entry["door"] for entry in entries(data, "--door", "file")} == {"file"}
    assert [entry["field"] for entry in entries(data, "--what", "queue", "--field", "wrap_up")] == ["wrap_up"]
    assert len(entries(data, "--limit", "1")) == 1
    assert len(entries(data, "--name", "sal")) == 2
    assert entries(data, "--from", "2200-01-01") == []
    assert huntline("audit", "--to", "2000-01-01", "--data", data).stdout == "There are no changes.\n"


def test_a_moment_that_is_none_is_refused(data: Path) -> None:
    assert huntline("audit", "--from", "yesterday", "--data", data).stderr == (
        "huntline: --from: value 'yesterday': must be a day or a moment,"
        " such as 2026-01-31 or 2026-01-31T09:00\n"
    )


def test_the_host_sees_what_became_of_accounts_of_the_host(data: Path) -> None:
    assert huntline("account", "create", "root", "--role", "host", "--data", data).returncode == 0
    assert "root" not in [entry["key"] for entry in entries(data)]
    assert "root" in [entry["key"] for entry in entries(data, "--host")]
