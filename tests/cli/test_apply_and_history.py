"""The verbs that work on a data folder, with or without a server."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.cli.huntline import huntline

from huntline.directory.organization import Organization
from huntline.engine.commands import DecisionKind, RecordCall, RecordDecision, RecordRing
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause, RingOutcome
from huntline.storage.database import open_database
from huntline.storage.history import HistoryWriter
from huntline.storage.settings import Settings

CONTOSO = """\
organization: Contoso
domains: [contoso.com]
numbers:
  - {number: "+14255550100", kind: service-toll}
users:
  - {upn: amal@contoso.com, licences: [E5], voice_enabled: true, sip_password: secret}
queues:
  - {name: Help Desk, line_uri: "tel:+14255550100", agents: [amal@contoso.com], max_waiting: 5}
  - {name: Sales, agents: [amal@contoso.com]}
"""
NINE = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "contoso.yaml").write_text(CONTOSO)
    done = huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert "Help Desk" in done.stdout
    assert "secret" not in done.stdout
    return tmp_path / "data"


Record = RecordCall | RecordRing | RecordDecision


def call_in(organization: Organization, queue_id: str, call_id: str, at: datetime) -> list[Record]:
    agent_id = organization.users[0].user_id
    after = [at + timedelta(seconds=seconds) for seconds in (1, 2, 7, 70)]
    return [
        RecordDecision(
            organization.organization_id,
            call_id,
            queue_id,
            agent_id,
            after[1],
            DecisionKind.RUNG,
            Cause.FIRST_OF_LIST,
            1,
        ),
        RecordRing(
            organization_id=organization.organization_id,
            ring_id=f"{call_id}-r1",
            call_id=call_id,
            queue_id=queue_id,
            agent_id=agent_id,
            started_at=after[1],
            answered_at=after[2],
            ended_at=after[3],
            outcome=RingOutcome.ANSWERED,
            reason=Cause.CALLER_HUNG_UP,
        ),
        RecordCall(
            organization_id=organization.organization_id,
            call_id=call_id,
            queue_id=queue_id,
            first_queue_id=queue_id,
            caller="+14255550123",
            arrived_at=at,
            waiting_since=after[0],
            answered_at=after[2],
            ended_at=after[3],
            agent_id=agent_id,
            outcome=Outcome.ANSWERED,
            reason=Cause.CALLER_HUNG_UP,
        ),
    ]


def write_history(data: Path) -> None:
    database = open_database(data)
    (contoso,) = Settings(database).organizations()
    writer = HistoryWriter(database)
    for minutes, queue in enumerate(contoso.queues):
        at = NINE + timedelta(minutes=minutes)
        for record in call_in(contoso, queue.queue_id, f"c{minutes}", at):
            writer.add(record)
    writer.close()
    database.dispose()


def test_applying_twice_changes_nothing(data: Path) -> None:
    done = huntline("apply", data.parent / "contoso.yaml", "--data", data)
    assert (done.returncode, done.stdout) == (0, "Nothing changed.\n")


def test_a_changed_setting_is_said(data: Path) -> None:
    file = data.parent / "contoso.yaml"
    file.write_text(CONTOSO.replace("max_waiting: 5", "max_waiting: 7"))
    done = huntline("apply", file, "--data", data)
    assert done.returncode == 0
    assert "Help Desk" in done.stdout
    assert "max_waiting" in done.stdout
    assert "7" in done.stdout


def test_whom_a_queue_reaches_but_does_not_ring_is_said(data: Path) -> None:
    file = data.parent / "contoso.yaml"
    people = "".join(f"  - {{upn: u{number}@contoso.com}}\n" for number in range(25))
    members = ", ".join(f"u{number}@contoso.com" for number in range(25))
    group = f"groups: [{{name: All, kind: security-group, members: [{members}]}}]\n"
    text = CONTOSO.replace("queues:\n", people + group + "queues:\n").replace(
        "{name: Sales,", "{name: Sales, groups: [All],"
    )
    file.write_text(text)
    lines = huntline("apply", file, "--data", data).stdout.splitlines()
    assert "queue Sales does not ring u0@contoso.com: lacks a licence for Phone System" in "\n".join(lines)
    assert lines[-1] == "queue Sales does not ring 5 more: huntline queue show 'Sales'"
    assert huntline("apply", file, "--data", data).stdout.splitlines()[1:] == lines[-21:]


def test_a_number_that_cannot_be_right_is_warned_about(data: Path) -> None:
    file = data.parent / "contoso.yaml"
    file.write_text(CONTOSO.replace("kind: service-toll}", "kind: service-toll-free}"))
    lines = huntline("apply", file, "--data", data).stdout.splitlines()
    assert lines[-1] == (
        "warning: numbers[0].number: +14255550100 is kept as service-toll-free,"
        " but its numbering plan does not make it free for callers"
    )


def test_a_wrong_file_is_refused_and_nothing_changes(data: Path) -> None:
    file = data.parent / "contoso.yaml"
    file.write_text(CONTOSO.replace("max_waiting: 5", "max_waiting: 5000"))
    done = huntline("apply", file, "--data", data)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("huntline: ")
    assert "max_waiting" in done.stderr
    file.write_text(CONTOSO)
    assert huntline("apply", file, "--data", data).stdout == "Nothing changed.\n"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    done = huntline("apply", tmp_path / "none.yaml", "--data", tmp_path / "data")
    assert done.returncode == 1
    assert "none.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_history_for_programs_has_names_rings_and_decisions(data: Path) -> None:
    write_history(data)
    done = huntline("history", "--data", data, "--json")
    sales, help_desk = json.loads(done.stdout)["calls"]
    assert (sales["queue"], help_desk["queue"]) == ("Sales", "Help Desk")
    assert help_desk["organization"] == "Contoso"
    assert help_desk["outcome"] == "answered"
    assert help_desk["answered_at"] == "2026-01-31T09:00:07+00:00"
    assert help_desk["rings"][0]["agent"] == "amal@contoso.com"
    assert help_desk["decisions"][0]["reason"] == "first of the list in this round"


def test_history_can_be_narrowed(data: Path) -> None:
    write_history(data)
    one = huntline("history", "--data", data, "--json", "--limit", "1")
    assert [call["queue"] for call in json.loads(one.stdout)["calls"]] == ["Sales"]
    of_queue = huntline("history", "--data", data, "--json", "--queue", "help desk")
    assert [call["queue"] for call in json.loads(of_queue.stdout)["calls"]] == ["Help Desk"]
    unknown = huntline("history", "--data", data, "--queue", "Support")
    assert unknown.returncode == 1
    assert unknown.stderr == ("huntline: there is no queue called 'Support'; there are: Help Desk, Sales\n")


def test_history_for_people_says_who_was_rung_and_why(data: Path) -> None:
    write_history(data)
    shown = huntline("history", "--data", data).stdout
    assert "+1 425-555-0123 -> Help Desk: answered by amal@contoso.com (the caller hung up;" in shown
    assert "answered after 0:07, talked 1:03" in shown
    assert "amal@contoso.com rung: first of the list in this round" in shown
    assert "amal@contoso.com rang for 5.0 s: answered (the caller hung up)" in shown


def test_a_folder_without_calls_has_no_history(tmp_path: Path) -> None:
    (tmp_path / "contoso.yaml").write_text("{organization: Contoso, domains: [contoso.com]}")
    assert huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path / "data").returncode == 0
    done = huntline("history", "--data", tmp_path / "data", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"calls": []})
