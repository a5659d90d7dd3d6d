"""``huntline organization``: what an organization has once, and which there are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.huntline import Done, huntline
from tests.cli.test_settings_verbs import Run, as_json, refusal, stored

from huntline.directory.organization import Allowance, OrganizationLimits, StarCodes
from huntline.directory.quota import Quota


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "contoso.yaml").write_text("{organization: Contoso, domains: [contoso.com]}")
    assert huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path / "data").returncode == 0
    return tmp_path / "data"


@pytest.fixture
def run(data: Path) -> Run:
    def command(*words: str | Path) -> Done:
        return huntline("organization", *words, "--data", data)

    return command


def test_the_only_organization_need_not_be_named(run: Run, data: Path) -> None:
    assert as_json(run, "show")["organization"] == "Contoso"
    done = run(
        *("set", "--max-waiting", "500", "--agent-limit", "60", "--opt-in-code", "none"),
        *("--propagation-delay", "--add-domain", "redmond.contoso.com"),
        *("--service-number-table", "0:5,10:50"),
    )
    assert done.returncode == 0, done.stderr
    organization = stored(data)
    assert organization.limits == OrganizationLimits(500, 60)
    assert organization.star_codes == StarCodes("*45", None)
    assert organization.propagation_delay
    assert organization.domains == ("contoso.com", "redmond.contoso.com")
    assert organization.service_number_table == (Allowance(0, 5), Allowance(10, 50))


def test_one_limit_leaves_the_other(run: Run, data: Path) -> None:
    run("set", "--max-waiting", "500")
    run("set", "contoso", "--agent-limit", "60")
    assert stored(data).limits == OrganizationLimits(500, 60)


def test_the_quota_is_set_part_by_part(run: Run, data: Path) -> None:
    run("set", "--max-calls", "100", "--max-calls-per-second", "10")
    run("set", "contoso", "--max-registrations", "300")
    assert stored(data).quota == Quota(max_calls=100, max_calls_per_second=10, max_registrations=300)
    run("set", "--max-calls", "0")
    assert stored(data).quota == Quota(max_calls_per_second=10, max_registrations=300)
    assert refusal(run, "set", "--max-registrations", "-1") == (
        "huntline: --max-registrations: value -1: must be 0 to 100000 phones\n"
    )


def test_a_refused_part_is_named_by_its_own_option(run: Run) -> None:
    assert refusal(run, "set", "--agent-limit", "20000") == (
        "huntline: --agent-limit: value 20000: must be 1 to 10000 agents\n"
    )
    assert refusal(run, "set", "--service-number-table", "0:few") == (
        "huntline: --service-number-table: value '0:few': must be two whole numbers such as 0:5, or none\n"
    )


def test_the_host_makes_and_removes_organizations(run: Run) -> None:
    assert refusal(run, "create", "Fabrikam") == "huntline: --domains: is missing\n"
    run("create", "Fabrikam", "--domains", "fabrikam.com", "--max-waiting", "300")
    assert [each["organization"] for each in json.loads(run("list", "--json").stdout)] == [
        "Contoso",
        "Fabrikam",
    ]
    assert as_json(run, "show", "fabrikam")["limits"]["max_waiting"] == 300
    assert "--confirm: must be the name of what is removed for good: Fabrikam" in refusal(
        run, "remove", "Fabrikam"
    )
    assert run("remove", "Fabrikam", "--confirm", "Fabrikam").stdout == "Removed organization Fabrikam.\n"
    assert len(as_json(run, "list")) == 1
