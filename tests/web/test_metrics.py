"""Metrics: whoever asks sees what is theirs, in a form that Prometheus reads (edge)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as in_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as in_prometheus

from huntline.directory.access import Role
from huntline.storage.accounts import HOST
from huntline.web.paths import API_PATH
from tests.web.rig import E5_USER, ServerRig, refusal_of, server_rig
from tests.web.signalling import FakeSignalling, signalling

RULES = Path(__file__).parents[2] / "docs" / "alert-rules.yml"
OPENMETRICS = "application/openmetrics-text; version=1.0.0"

Sample = tuple[str, tuple[tuple[str, str], ...]]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[ServerRig]:
    with server_rig(tmp_path) as made:
        made.api().request("POST", "/users", json={"upn": "amal@contoso.com", **E5_USER})
        for name in ("Help Desk", "Sales"):
            made.api().request("POST", "/queues", json={"name": name})
        yield made


def live(rig: ServerRig, fake: FakeSignalling, fabrikam: str) -> None:
    """Two queues of Contoso and one of Fabrikam."""
    desk, sales = rig.queue("Help Desk").queue_id, rig.queue("Sales").queue_id
    fake.snapshot |= {
        "queues": [
            fake.queue(desk, "Help Desk", waiting=3, longest_wait_s=12.5, talking=2),
            fake.queue(sales, "Sales"),
            fake.queue("other", "Front", fabrikam, waiting=7),
        ],
        "agents": [fake.agent("amal", "amal@contoso.com", desk, state="talking")],
        "trunks": [
            {"name": "provider", "organization_id": rig.contoso, "state": "down", "calls": 0},
            {"name": "line", "organization_id": fabrikam, "state": "unknown", "calls": 4},
        ],
        "resources": {
            **dict.fromkeys(("legs", "registrations", "subscriptions", "media_legs"), 5),
            **{"media_ports": 10, "turned_away": 2, "datagrams_lost": 0},
        },
    }
    ended = {"waits": [2, 1, 0], "seconds": 19.5}
    fake.counts = {
        "up_to": [5.0, 10.0],
        "ended": [
            {"organization_id": rig.contoso, "queue_id": desk, "outcome": "answered", **ended},
            {"organization_id": rig.contoso, "queue_id": "gone", "outcome": "answered", **ended},
            {"organization_id": fabrikam, "queue_id": "other", "outcome": "abandoned", **ended},
        ],
        "refused": [
            {"organization_id": rig.contoso, "reason": "quota-calls", "count": 3},
            {"organization_id": "", "reason": "not-found", "count": 9},
        ],
    }


def asked(rig: ServerRig, key: str, accept: str = "", **query: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}", "Accept": accept}

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=rig.app)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://server", headers=headers
        ) as client:
            return await client.get(f"{API_PATH}/metrics", params=query)

    answer = asyncio.run(ask())
    assert answer.status_code == 200, answer.text
    return answer


def samples(text: str) -> dict[Sample, float]:
    found = {}
    for family in in_prometheus(text):
        for sample in family.samples:
            found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
    return found


def of(name: str, **labels: str) -> Sample:
    return f"huntline_{name}", tuple(sorted(labels.items()))


def test_an_organization_sees_its_own_and_nothing_of_the_server(rig: ServerRig) -> None:
    fabrikam = rig.add_organization("Fabrikam", "fabrikam.com")
    with signalling(rig) as fake:
        live(rig, fake, fabrikam)
        found = samples(asked(rig, rig.key(Role.AUDITOR)).text)
    queue = {"organization": "Contoso", "queue": "Help Desk"}
    assert found[of("queue_waiting_calls", **queue)] == 3
    assert found[of("queue_longest_wait_seconds", **queue)] == 12.5
    assert found[of("agents", organization="Contoso", state="talking")] == 1
    assert found[of("agents", organization="Contoso", state="ready")] == 0
    answered = queue | {"outcome": "answered"}
    assert found[of("queue_calls_total", **answered)] == 3
    assert found[of("queue_wait_seconds_bucket", le="5.0", **answered)] == 2
    assert found[of("queue_wait_seconds_bucket", le="+Inf", **answered)] == 3
    assert found[of("queue_wait_seconds_sum", **answered)] == 19.5
    assert found[of("trunk_up", organization="Contoso", trunk="provider")] == 0
    assert found[of("refused_calls_total", organization="Contoso", reason="quota-calls")] == 3
    assert {dict(labels).get("organization") for _, labels in found} == {"Contoso"}


def test_a_queue_owner_sees_the_queues_of_theirs(rig: ServerRig) -> None:
    sales = rig.queue("Sales").queue_id
    with signalling(rig) as fake:
        live(rig, fake, "fabrikam")
        key = rig.key(Role.QUEUE_OWNER, queue_ids=(sales,))
        found = samples(asked(rig, key).text)
    assert {dict(labels)["queue"] for name, labels in found if "queue" in name} == {"Sales"}
    assert not [name for name, _ in found if name == "huntline_agents"]


def test_the_host_sees_all_and_how_the_server_is_as_openmetrics_too(rig: ServerRig) -> None:
    fabrikam = rig.add_organization("Fabrikam", "fabrikam.com")
    with signalling(rig) as fake:
        live(rig, fake, fabrikam)
        answer = asked(rig, rig.key(Role.HOST, HOST), OPENMETRICS)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    found: dict[Sample, Any] = {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in in_openmetrics(answer.text)  # type: ignore[no-untyped-call]
        for sample in family.samples
    }
    assert found[of("queue_waiting_calls", organization="Fabrikam", queue="Front")] == 7
    assert found[of("trunk_up", organization="Fabrikam", trunk="line")] == 1
    assert found[of("refused_calls_total", organization="", reason="not-found")] == 9
    assert found[of("turned_away_requests_total")] == 2
    assert found[of("part_well", part="database")] == 1
    assert found[of("part_well", part="media")] == 0


def test_the_host_may_ask_for_one_organization_and_others_for_theirs(rig: ServerRig) -> None:
    fabrikam = rig.add_organization("Fabrikam", "fabrikam.com")
    with signalling(rig) as fake:
        live(rig, fake, fabrikam)
        found = samples(asked(rig, rig.key(Role.HOST, HOST), organization="fabrikam").text)
        assert refusal_of(rig.api(), "GET", "/metrics", organization="Fabrikam")["status"] == 404
    assert {dict(labels)["organization"] for _, labels in found} == {"Fabrikam"}


def test_without_a_key_or_a_server_it_is_said_what_is_missing(rig: ServerRig) -> None:
    assert refusal_of(rig.api_by_key("nobody"), "GET", "/metrics")["status"] == 401
    assert refusal_of(rig.api(Role.AGENT), "GET", "/metrics")["status"] == 403
    assert refusal_of(rig.api(), "GET", "/metrics")["status"] == 503


def test_alert_rules_ask_for_metrics_that_there_are(rig: ServerRig) -> None:
    fabrikam = rig.add_organization("Fabrikam", "fabrikam.com")
    with signalling(rig) as fake:
        live(rig, fake, fabrikam)
        text = asked(rig, rig.key(Role.HOST, HOST)).text
    told = {name for name, _ in samples(text)} | {"huntline_process_resident_memory_bytes"}
    rules = [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    assert len(rules) >= 6
    for rule in rules:
        wanted = set(re.findall(r"huntline_\w+", rule["expr"]))
        assert wanted, rule["alert"]
        assert wanted <= told, rule["alert"]
        assert {"summary", "description"} <= rule["annotations"].keys()
