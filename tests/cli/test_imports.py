"""``huntline import``: spreadsheets taken whole or refused line by line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.huntline import huntline
from tests.cli.test_settings_verbs import stored

USERS = """\
upn,display_name,licences,voice_enabled
amal@contoso.com,Amal Haddad,E5,true
bao@contoso.com,Bao,PhoneSystem|CallingPlan,
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "contoso.yaml"
    file.write_text("{organization: Contoso, domains: [contoso.com], users: [{upn: amal@contoso.com}]}")
    assert huntline("apply", file, "--data", tmp_path / "data").returncode == 0
    return tmp_path / "data"


def test_users_are_added_and_changed_and_each_line_is_told(data: Path, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text(USERS)
    done = huntline("import", "users", tmp_path / "users.csv", "--data", data)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "line 2: changed: amal@contoso.com",
        "line 3: added: bao@contoso.com",
        "1 added, 1 changed, 0 unchanged, 0 refused.",
    ]
    assert [user.display_name for user in stored(data).users] == ["Amal Haddad", "Bao"]


def test_numbers_come_from_a_spreadsheet_too(data: Path, tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_text("number;kind\n+14255550100;service-toll\n")
    assert huntline("import", "numbers", tmp_path / "numbers.csv", "--data", data).returncode == 0
    assert [number.number for number in stored(data).numbers] == ["+14255550100"]


def test_one_wrong_line_stops_all_and_says_what_would_be_right(data: Path, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text(USERS.replace("PhoneSystem", "PhoneSistem"))
    done = huntline("import", "users", tmp_path / "users.csv", "--data", data)
    assert done.returncode == 1
    assert "line 3: refused: bao@contoso.com\n" in done.stdout
    assert "licences[0]: value 'PhoneSistem': must be one of" in done.stdout
    assert done.stderr.startswith("huntline: ")
    assert "nothing is imported until there are none" in done.stderr
    assert [user.display_name for user in stored(data).users] == [""]


def test_a_dry_run_tells_the_same_and_changes_nothing(data: Path, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text(USERS)
    done = huntline("import", "users", tmp_path / "users.csv", "--data", data, "--dry-run")
    assert done.stdout.splitlines()[-1] == "Would be: 1 added, 1 changed, 0 unchanged, 0 refused."
    assert len(stored(data).users) == 1


def test_the_report_for_programs_is_one_object(data: Path, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text(USERS)
    report = json.loads(huntline("import", "users", tmp_path / "users.csv", "--data", data, "--json").stdout)
    assert report["is_applied"] is True
    assert [line["action"] for line in report["lines"]] == ["changed", "added"]


def test_a_file_that_is_not_there_is_named(data: Path, tmp_path: Path) -> None:
    done = huntline("import", "users", tmp_path / "none.csv", "--data", data)
    assert done.returncode == 1
    assert "none.csv: cannot be read" in done.stderr
