"""Auto attendants by commands, by the organization file, and out again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.huntline import Done, huntline

CONTOSO = """\
organization: Contoso
domains: [contoso.com]
numbers:
  - {number: "+14255550100", kind: service-toll}
users:
  - {upn: amal@contoso.com, display_name: Amal Haddad, licences: [E5], voice_enabled: true, extension: "301"}
groups:
  - {name: Front, kind: distribution-list, members: [amal@contoso.com]}
queues:
  - name: Sales
    agents: [amal@contoso.com]
    timeout: {action: forward, target: "attendant:Reception"}
attendants:
  - name: Reception
    line_uris: ["tel:+14255550100"]
    language: fr
    time_zone: Europe/Paris
    operator: sip:amal@contoso.com
    hours: {monday: ["09:00-12:30", "14:00-24:00"], friday: ["16:00-01:00"]}
    open:
      action: menu
      menu:
        keys:
          - {key: "1", action: forward, target: Sales}
          - {key: "2", action: directory-by-name, label: "a colleague"}
        wait_for_key: 3
        no_input: {action: disconnect}
    after_hours: {action: forward, target: sip:amal@contoso.com}
    holidays:
      - {name: Fête nationale, first: 2027-07-14}
      - name: Summer
        first: 2027-08-01
        last: 2027-08-15
        flow: {action: forward, target: sip:amal@contoso.com}
    directory: {excluded: [amal@contoso.com]}
  - {name: Night}
"""

Run = Callable[..., Done]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "contoso.yaml").write_text(CONTOSO)
    done = huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path / "data")
    assert done.returncode == 0, done.stderr
    return tmp_path / "data"


@pytest.fixture
def run(data: Path) -> Run:
    """Runs a command on the data folder."""
    return lambda *words: huntline(*words, "--data", data)


def test_an_exported_file_changes_nothing(run: Run, data: Path, tmp_path: Path) -> None:
    run("export", "--out", tmp_path / "again.yaml")
    exported = (tmp_path / "again.yaml").read_text()
    assert 'monday: ["09:00-12:30", "14:00-24:00"]' in exported.replace("'", '"')
    assert "tuesday" not in exported
    again = huntline("apply", tmp_path / "again.yaml", "--data", data)
    assert (again.returncode, again.stderr) == (0, "")
    assert "nothing" in again.stdout.lower()


def test_commands_change_flows_hours_and_holidays(run: Run) -> None:
    done = run(
        *("attendant", "set", "reception", "--hours", "mon-wed,fri 09:00-17:00; sat-sun 10:00-12:00"),
        *("--after-hours-key", "0=operator", "--after-hours-key", "9=forward:attendant:Night"),
        *("--after-hours-repeats", "1", "--add-holiday", "Fair=2027-03-01..2027-03-03"),
        *("--remove-holiday", "summer", "--add-calendar", "FR:2027", "--directory-groups", "Front"),
        "--json",
    )
    assert done.returncode == 0, done.stderr
    stored = json.loads(done.stdout)
    assert stored["hours"]["wednesday"] == ["09:00-17:00"]
    assert stored["hours"]["thursday"] == []
    assert stored["hours"]["sunday"] == ["10:00-12:00"]
    assert stored["after_hours"]["action"] == "menu"
    assert stored["after_hours"]["menu"]["repeats"] == 1
    assert [key["target"] for key in stored["after_hours"]["menu"]["keys"]] == [None, "attendant:Night"]
    names = [holiday["name"] for holiday in stored["holidays"]]
    assert names[:2] == ["Fête nationale", "Fair"]
    assert sum(holiday["first"] == "2027-07-14" for holiday in stored["holidays"]) == 1
    assert stored["directory"] == {"groups": ["Front"], "excluded": ["amal@contoso.com"]}
    assert stored["open"]["menu"]["wait_for_key"] == 3


def test_a_command_says_what_happens_and_why(run: Run) -> None:
    said = run("attendant", "what-happens", "reception", "--at", "2027-07-14T19:10").stdout
    assert "At 2027-07-14T19:10:00+02:00 (Europe/Paris): Fête nationale, for it is a holiday" in said
    refused = run("attendant", "what-happens", "reception", "--at", "noon")
    assert refused.returncode != 0
    assert "--at: value 'noon': must be a moment" in refused.stderr


def test_a_wrong_option_is_named(run: Run) -> None:
    for words, message in [
        (("--hours", "mun 09:00-10:00"), "--hours: 'mun' must be one of mon, tue"),
        (("--open-key", "1"), "--open-key: value '1': must be a key and what it does"),
        (("--open-key", "1=forward:Sale"), "--open: value 'Sale'"),
        (("--add-calendar", "Mars"), "--add-calendar: value 'Mars'"),
    ]:
        done = run("attendant", "set", "reception", *words)
        assert done.returncode != 0
        assert message in done.stderr


def test_check_knows_dead_ends_and_hours_that_never_open(run: Run) -> None:
    run("attendant", "set", "night", "--hours", "mon")
    run("attendant", "set", "reception", "--open-key", "3=directory-by-extension")
    found = {(each["id"], each["key"], each["field"]) for each in json.loads(run("check", "--json").stdout)}
    assert ("never-open", "attendant Night", "attendants[1].hours") in found
    assert ("attendant-not-called", "attendant Night", "attendants[1].line_uris") in found
    assert ("attendant-dead-end", "attendant Night", "attendants[1].open") in found
    assert ("no-extensions", "attendant Reception", "attendants[0].open.menu.keys[0]") in found


def test_mistakes_in_a_file_are_at_their_lines(tmp_path: Path) -> None:
    wrong = CONTOSO.replace('"09:00-12:30"', '"9:00-12:30"').replace("2027-08-15", "2027-07-15")
    wrong = wrong.replace("action: directory-by-name", "action: directory-by-nme")
    (tmp_path / "contoso.yaml").write_text(wrong)
    done = huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path / "data")
    lines = dict(enumerate(wrong.splitlines(), 1))
    for message in (
        "attendants[0].hours.monday[0]: value '9:00-12:30': must be a span",
        "attendants[0].open.menu.keys[1].action: value 'directory-by-nme': must be one of",
    ):
        said = next(line for line in done.stderr.splitlines() if message in line)
        number = int(said.partition("contoso.yaml:")[2].partition(":")[0])
        assert said.partition("value '")[2].partition("'")[0] in lines[number]
