"""Trunks on the running server: how they are, and a test that says what to do (web)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.rig import ServerRig, refusal_of
from tests.web.signalling import signalling

HOST = {"address": "192.0.2.1:5060", "transport": "udp", "is_up": False, "away_until": None}
STATE = {
    "name": "provider",
    "state": "down",
    "registered_until": None,
    "calls": 2,
    "why": {"kind": "trunk-refuses-us"},
    "hosts": [HOST | {"why": {"kind": "trunk-silent"}}],
}
STEPS = [
    {"step": "found", "what": "sip.provider.example", "is_ok": True, "why": None},
    {
        "step": "answers",
        "what": "192.0.2.1:5060 (tls)",
        "is_ok": False,
        "why": {"kind": "certificate-expired"},
    },
]


@pytest.fixture
def rig_with_trunk(rig: ServerRig) -> ServerRig:
    rig.api().post("/trunks", {"name": "provider", "hosts": ["sip.provider.example"]})
    return rig


def test_the_state_of_a_trunk_is_told_in_words(rig_with_trunk: ServerRig) -> None:
    with signalling(rig_with_trunk) as fake:
        fake.trunk_state = STATE
        state = rig_with_trunk.api().get("/trunks/Provider/state")
    assert state["reason"] == "the provider refuses our user name or password"
    assert state["advice"] == "set user name and password again, as the provider has given them"
    assert (state["calls"], state["hosts"][0]["reason"]) == (2, "it does not answer")
    assert state["hosts"][0]["advice"].startswith("check address, port and transport")


def test_the_state_is_told_in_french(rig_with_trunk: ServerRig) -> None:
    with signalling(rig_with_trunk) as fake:
        fake.trunk_state = STATE | {"why": {"kind": "certificate-signed-by-itself"}}
        french = rig_with_trunk.api().response(
            "GET", "/trunks/provider/state", headers={"Accept-Language": "fr"}
        )
    assert french.json()["reason"].startswith("son certificat est autosigné")
    assert french.json()["advice"].startswith("demandez à l’opérateur un certificat signé par un émetteur")


def test_a_test_says_what_is_wrong_and_what_to_do(rig_with_trunk: ServerRig) -> None:
    with signalling(rig_with_trunk) as fake:
        fake.trunk_steps = STEPS
        told: dict[str, Any] = rig_with_trunk.api().post("/trunks/provider/test")
    assert not told["is_ok"]
    found, answers = told["steps"]
    assert (found["reason"], found["advice"]) == (None, None)
    assert answers["reason"] == "its certificate has expired"
    assert answers["advice"].startswith("ask the provider")


def test_without_a_server_or_a_trunk_there_is_nothing_to_tell(rig_with_trunk: ServerRig) -> None:
    api = rig_with_trunk.api()
    assert refusal_of(api, "GET", "/trunks/provider/state")["status"] == 503
    with signalling(rig_with_trunk) as fake:
        fake.trunk_state = {}
        assert refusal_of(api, "GET", "/trunks/provider/state")["status"] == 404
        assert refusal_of(api, "GET", "/trunks/nobody/state")["status"] == 404
