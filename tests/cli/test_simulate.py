"""``huntline simulate``: waits and agents of a queue that nobody called."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.cli.huntline import huntline

from huntline.engine.commands import RecordCall
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause
from huntline.storage.database import open_database
from huntline.storage.history import HistoryWriter
from huntline.storage.settings import Settings

CONTOSO = """\
organization: Contoso
domains: [contoso.com]
time_zone: Europe/Paris
users:
  - {upn: amal@contoso.com, licences: [E5], voice_enabled: true}
  - {upn: bao@contoso.com, licences: [E5], voice_enabled: true}
queues:
  - name: Help Desk
    distribution: longest-idle
    agents: [amal@contoso.com, bao@contoso.com]
    max_waiting: 1
    overflow: {action: forward, target: "tel:+33123456789"}
"""


def answered(*words: str | Path) -> Any:
    done = huntline("simulate", *words, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "contoso.yaml").write_text(CONTOSO)
    assert huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path / "data").returncode == 0
    return tmp_path / "data"


def test_how_many_agents_are_needed_in_the_long_run() -> None:
    # 30 calls an hour of exactly 100 s keep less than one agent busy; phones are answered at once.
    found = answered("--rate", "30", "--talk", "100", "--answer", "0", "--calls", "400", "--target", "95")
    assert (found["target"], found["within_s"], found["with_agents"]) == (0.95, 20, None)
    assert found["needed"]["agents"] == 3
    assert found["needed"]["service_level"]["value"] >= 0.95
    assert found["needed"]["offered"] == 400


def test_more_callers_than_two_agents_can_serve_fill_the_line() -> None:
    asked = ("--rate", "240", "--talk", "lognormal:60:30", "--agents", "2", "--max-waiting", "1")
    done = huntline("simulate", *asked, "--answer", "0", "--calls", "300", "--within", "60")
    assert done.returncode == 0
    first, *_ = done.stdout.splitlines()
    assert first == "With 2 agents"
    assert "turned away" in done.stdout
    assert "80 % within 60 s need" in done.stdout


def test_agents_who_answer_too_late_are_told_of() -> None:
    done = huntline("simulate", "--rate", "10", "--answer", "29", "--calls", "200")
    assert "No number of agents answers 80 % within 20 s" in done.stdout
    assert answered("--rate", "10", "--answer", "29", "--calls", "200")["needed"] is None


def test_agents_by_half_hour_of_a_day_in_a_table(tmp_path: Path) -> None:
    lines = ["arrived,talked"]
    lines += [f"2026-11-29T09:{minute:02}:00,290" for minute in range(0, 30, 5)]
    lines += [f"2026-11-29T09:{30 + second // 60}:{second % 60:02},290" for second in range(0, 1500, 100)]
    lines += ["2026-11-28T11:00:00,5"]
    (tmp_path / "calls.csv").write_text("\n".join(lines))
    found = answered("--csv", tmp_path / "calls.csv", "--day", "2026-11-29", "--answer", "10")
    parts = found["needed"]["half_hours"]
    assert [(part["begins_at"], part["agents"], part["offered"]) for part in parts] == [
        ("09:00", 1, 6),
        ("09:30", 3, 15),
    ]
    assert all(part["is_target_met"] for part in parts)
    done = huntline("simulate", "--csv", tmp_path / "calls.csv", "--day", "2026-11-29", "--agents", "3")
    assert "With 3 agents all day" in done.stdout
    assert "80 % within 20 s need, by half-hour" in done.stdout


def test_a_queue_brings_its_settings_and_its_agents(data: Path) -> None:
    asked = ("--queue", "help desk", "--rate", "90", "--talk", "60", "--calls", "300", "--data", data)
    found = answered(*asked)["with_agents"]
    assert found["agents"] == 2
    assert found["turned_away_rate"]["value"] > 0.15
    assert answered(*asked, "--max-waiting", "50")["with_agents"]["turned_away_rate"]["value"] < 0.05


def test_a_day_of_the_history_by_the_clocks_of_the_organization(data: Path) -> None:
    database = open_database(data)
    (contoso,) = Settings(database).organizations()
    queue_id = contoso.queues[0].queue_id
    writer = HistoryWriter(database)
    # In Paris the 29th of November 2026 begins at 23:00 UTC of the day before.
    midnight = datetime(2026, 11, 28, 23, tzinfo=UTC)
    for number, minutes in enumerate((-5, 9 * 60, 9 * 60 + 1, 9 * 60 + 2, 14 * 60, 24 * 60)):
        at = midnight + timedelta(minutes=minutes)
        seconds = (at, at, at + timedelta(seconds=5), at + timedelta(seconds=205))
        writer.add(
            RecordCall(
                contoso.organization_id,
                f"c{number}",
                queue_id,
                queue_id,
                "+33123456789",
                *seconds,
                "amal",
                Outcome.ANSWERED,
                Cause.CALLER_HUNG_UP,
            )
        )
    writer.close()
    database.dispose()
    found = answered("--queue", "Help Desk", "--day", "2026-11-29", "--max-waiting", "9", "--data", data)
    assert found["with_agents"]["agents"] == 2
    assert found["with_agents"]["day"]["offered"] == 4
    # Three calls come within two minutes, and each of them keeps an agent for 200 s.
    parts = [(part["begins_at"], part["agents"]) for part in found["needed"]["half_hours"]]
    assert parts == [("09:00", 3), ("14:00", 1)]


def test_a_day_without_calls_in_the_history_is_told_of(data: Path) -> None:
    done = huntline("simulate", "--queue", "Help Desk", "--day", "2026-11-29", "--data", data)
    assert done.returncode == 1
    assert (
        "--day: value '2026-11-29': nobody called the queue on it: say another day, or --rate" in done.stderr
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "--rate: value None: say how many calls an hour there are"),
        (["--rate", "-1"], "--rate: value -1.0: must be from 0.01 to 1e+06"),
        (["--rate", "nan"], "--rate: value nan: must be from"),
        (["--rate", "5", "--day", "2026-11-29"], "--rate: value 5.0: say either this or a day"),
        (["--day", "2026-11-29"], "--day: value '2026-11-29': is in the history of a --queue"),
        (["--day", "tomorrow", "--queue", "x"], "--day: value 'tomorrow': must be a date such as"),
        (["--rate", "5", "--talk", "never"], "--talk: value 'never': must be seconds such as 180"),
        (["--rate", "5", "--talk", "exponential:0"], "--talk: value 'exponential:0': must be seconds"),
        (["--rate", "5", "--talk", "lognormal:5"], "--talk: value 'lognormal:5': must be seconds"),
        (["--rate", "5", "--patience", "-3"], "--patience: value '-3': must be seconds"),
        (["--rate", "5", "--wrap-up", "inf"], "--wrap-up: value 'inf': must be seconds"),
        (["--rate", "5", "--talk", "measured:/no/file"], "--talk: value '/no/file': cannot be read"),
        (["--rate", "5", "--target", "101"], "--target: value 101.0: must be from 0 to 100"),
        (["--rate", "5", "--max-wait", "5000"], "--max-wait: value 5000: must be 0 to 2700 seconds"),
        (["--rate", "5", "--distribution", "all"], "--distribution: value 'all': must be one of attendant,"),
        (["--csv", "/no/file"], "--csv: value '/no/file': cannot be read"),
    ],
)
def test_what_cannot_be_is_named(words: list[str], told: str) -> None:
    done = huntline("simulate", *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"huntline: {told}")


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("", "must have a call on each line, it has none"),
        ("09:00\nlater", "call 2: 'later' must be a moment such as 09:15:30"),
        ("09:00,long", "call 1: '09:00,long' must be a moment such as"),
        ("2026-11-29T09:00", "has dates: choose one by --day, such as --day 2026-11-29"),
        ("2026-11-29T09:00+25:00", "must have a call on each line, it has none"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(tmp_path: Path, table: str, told: str) -> None:
    (tmp_path / "calls.csv").write_text(table)
    done = huntline("simulate", "--csv", tmp_path / "calls.csv")
    assert done.returncode == 1
    assert told in done.stderr


def test_times_can_be_measured_ones(tmp_path: Path) -> None:
    (tmp_path / "talks.txt").write_text("100\n100\n")
    asked = ("--rate", "30", "--answer", "0", "--calls", "400", "--target", "95", "--talk")
    assert answered(*asked, f"measured:{tmp_path}/talks.txt")["needed"]["agents"] == 3
    (tmp_path / "talks.txt").write_text("100\nlong\n")
    done = huntline("simulate", *asked, f"measured:{tmp_path}/talks.txt")
    assert "line 2: 'long' must be seconds from 0 to 86400" in done.stderr
