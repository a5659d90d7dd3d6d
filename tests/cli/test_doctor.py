"""``huntline doctor`` without a server (with one: ``tests/scenarios/test_tls.py``)."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.huntline import huntline

from huntline.data_folder import DATABASE, DATABASE_VARIABLE
from huntline.doctor.database import of_database
from huntline.storage.database import open_database


def test_it_needs_a_server_that_runs(tmp_path: Path) -> None:
    (tmp_path / "contoso.yaml").write_text("organization: Contoso\ndomains: [contoso.com]\n")
    assert huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path / "data").returncode == 0
    done = huntline("doctor", "--data", tmp_path / "data")
    assert done.returncode == 1
    assert done.stderr.startswith("huntline: no server")


@pytest.mark.parametrize(
    ("url", "found"), [(None, "database-answers"), ("postgresql://u:s3cret@127.0.0.1:1/d", "no-database")]
)
def test_the_database_is_told_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str | None, found: str
) -> None:
    open_database(tmp_path).dispose()
    if url is not None:
        monkeypatch.setenv(DATABASE_VARIABLE, url)
    told = of_database(tmp_path)
    assert told.finding_id == found
    assert told.listener == ("postgresql://u@127.0.0.1:1/d" if url else str(tmp_path / DATABASE))
    assert "s3cret" not in str(told)
