"""``huntline doctor`` without a server (with one: ``tests/scenarios/test_tls.py``)."""

from __future__ import annotations

from pathlib import Path

from tests.cli.huntline import huntline


def test_it_needs_a_server_that_runs(tmp_path: Path) -> None:
    (tmp_path / "contoso.yaml").write_text("organization: Contoso\ndomains: [contoso.com]\n")
    assert huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path / "data").returncode == 0
    done = huntline("doctor", "--data", tmp_path / "data")
    assert done.returncode == 1
    assert done.stderr.startswith("huntline: no server")
