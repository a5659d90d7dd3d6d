"""Phones with an account of their own: made, renewed, shut out, and what they fetch (web)."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import httpx
import pytest

from huntline.directory.access import Role
from huntline.directory.plan import ServerPlan
from huntline.storage.sealing import Sealing
from huntline.web import provisioning
from tests.web.rig import E5_USER, ServerRig, refusal_of

AMAL = "amal@contoso.com"
YEALINK = {"family": "yealink", "mac": "00:15:65:AA:BB:CC", "name": "Desk"}
FILE = "001565aabbcc.cfg"


@pytest.fixture
def with_amal(rig: ServerRig) -> ServerRig:
    rig.api().post("/users", {"upn": AMAL, "display_name": "Amal Haddad", **E5_USER})
    rig.api().patch("/organization", {"phones_fetch_settings": True})
    return rig


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provisioning, "REFUSED_AFTER", 0.0)


def made(rig: ServerRig, **fields: Any) -> dict[str, Any]:
    new: dict[str, Any] = rig.api().post(f"/users/{AMAL}/phones", YEALINK | fields)
    return new


def fetched(rig: ServerRig, path: str) -> httpx.Response:
    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app=rig.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://pbx.test") as client:
            return await client.get(path)

    return asyncio.run(get())


def ha1(rig: ServerRig, username: str) -> str | None:
    account = ServerPlan((rig.organization(),)).account("amal", "contoso.com")
    assert account is not None
    return account.ha1(username, "MD5")


def test_a_phone_that_is_made_fetches_what_it_signs_in_with(with_amal: ServerRig) -> None:
    new = made(with_amal)
    assert new["phone"] | {"id": "", "username": ""} == {
        "id": "",
        "family": "yealink",
        "mac": "00:15:65:AA:BB:CC",
        "name": "Desk",
        "language": "en",
        "username": "",
        "has_address": True,
    }
    got = fetched(with_amal, new["path"] + FILE)
    assert (got.status_code, got.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert got.headers["cache-control"] == "no-store"
    assert f"account.1.password = {new['account']['password']}" in got.text
    assert f"account.1.auth_name = {new['account']['username']}" in got.text
    assert ha1(with_amal, new["account"]["username"]) is not None
    assert with_amal.api().get(f"/users/{AMAL}/phones") == [new["phone"]]


def test_secrets_are_kept_sealed_or_as_what_checks_them(with_amal: ServerRig) -> None:
    new = made(with_amal)
    secret = new["path"].split("/")[2]
    (user,) = with_amal.organization().users
    assert secret not in repr(user.phones)
    assert new["account"]["password"] not in str(user)
    stored = user.phones[0]
    assert stored.password.clear == ""
    assert Sealing.of(with_amal.backstage.database).opened(stored.password) == new["account"]["password"]
    audit = with_amal.api().get("/audit")["items"]
    assert secret not in str(audit)
    assert new["account"]["password"] not in str(audit)
    assert "Desk yealink 00:15:65:AA:BB:CC" in str(audit)


@pytest.mark.parametrize("how", ["renewed", "revoked", "removed", "switched off", "inactive"])
def test_an_old_address_leads_nowhere(with_amal: ServerRig, how: str) -> None:
    new, api = made(with_amal), with_amal.api()
    phone = f"/users/{AMAL}/phones/{new['phone']['id']}"
    old = ha1(with_amal, new["account"]["username"])
    match how:
        case "renewed":
            again = api.post(f"{phone}/renewal", None)
            assert again["phone"] == new["phone"]
            assert fetched(with_amal, again["path"] + FILE).status_code == 200
            assert ha1(with_amal, new["account"]["username"]) not in (None, old)
        case "revoked":
            assert api.delete(f"{phone}/address") == new["phone"] | {"has_address": False}
            assert ha1(with_amal, new["account"]["username"]) == old
        case "removed":
            assert api.delete(phone) == new["phone"]
            assert ha1(with_amal, new["account"]["username"]) is None
        case "switched off":
            api.patch("/organization", {"phones_fetch_settings": False})
        case _:
            api.patch(f"/users/{AMAL}", {"is_active": False})
    got = fetched(with_amal, new["path"] + FILE)
    nobody = fetched(with_amal, "/provision/nobody/" + FILE)
    assert (got.status_code, got.text) == (404, nobody.text)


def test_who_guesses_is_refused_after_the_same_time_and_then_altogether(
    with_amal: ServerRig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "huntline")
    new = made(with_amal)
    monkeypatch.setattr(provisioning, "REFUSED_AFTER", 0.1)
    for path in (new["path"] + "y000000000000.cfg", "/provision/wrong/" + FILE):
        started_at = time.monotonic()
        assert fetched(with_amal, path).status_code == 404
        assert 0.1 <= time.monotonic() - started_at < 1
    monkeypatch.setattr(provisioning, "REFUSED_AFTER", 0.0)
    for _ in range(59):
        assert fetched(with_amal, "/provision/wrong/" + FILE).status_code == 404
    refused = fetched(with_amal, new["path"] + FILE)
    assert refused.status_code == 429
    assert 590 < int(refused.headers["retry-after"]) <= 600
    ours = [record for record in caplog.records if not record.name.startswith("httpx")]
    assert new["path"].split("/")[2] not in str([vars(record) for record in ours])


def test_a_fault_is_logged_without_the_secret(
    with_amal: ServerRig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    new = made(with_amal)

    def broken(*arguments: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(provisioning, "settings_of", broken)
    assert fetched(with_amal, new["path"] + FILE).status_code == 500
    paths = [getattr(record, "path", None) for record in caplog.records]
    assert f"/provision/***/{FILE}" in paths
    assert new["path"].split("/")[2] not in caplog.text


def test_without_leave_phones_fetch_nothing(rig: ServerRig) -> None:
    rig.api().post("/users", {"upn": AMAL, **E5_USER})
    assert rig.api().get("/organization")["phones_fetch_settings"] is False
    problem = refusal_of(rig.api(), "POST", f"/users/{AMAL}/phones", YEALINK)
    assert problem["error"] == "phones-fetch-nothing"
    new = rig.api().post(f"/users/{AMAL}/phones", {"family": "other", "name": "Twinkle"})
    assert (new["path"], new["phone"]["has_address"]) == (None, False)
    assert new["account"] | {"password": "", "username": ""} == {
        "uri": "sip:amal@contoso.com",
        "user": "amal",
        "domain": "contoso.com",
        "username": "",
        "password": "",
        "host": "127.0.0.1",
        "port": 5060,
        "transport": "tcp",
        "encryption": "never",
    }


@pytest.mark.parametrize(
    ("form", "field", "allowed"),
    [
        ({"family": "yealink"}, "mac", "must be the MAC address of the phone, such as 00:15:65:AA:BB:CC"),
        ({"family": "snom", "mac": "00:15"}, "mac", "must be the MAC address"),
        ({"family": "poly", "mac": "ff:ff:ff:ff:ff:ff"}, "mac", "must be the MAC address"),
        ({"family": "linphone", "mac": "00:15:65:AA:BB:CC"}, "mac", "must be left out for linphone"),
        (
            {"family": "snom", "mac": "0015.65aa.bbcc"},
            "mac",
            f"must be unique; a phone of {AMAL} has it already",
        ),
        ({"family": "cisco"}, "family", "must be one of"),
        ({"family": "other", "name": "x" * 65}, "name", "must be at most 64 printable characters"),
        ({"family": "other", "language": "de"}, "language", "must be one of en, fr"),
    ],
)
def test_a_refusal_names_the_field_and_changes_nothing(
    with_amal: ServerRig, form: dict[str, Any], field: str, allowed: str
) -> None:
    made(with_amal)
    before = with_amal.organization()
    problem = refusal_of(with_amal.api(), "POST", f"/users/{AMAL}/phones", form)
    assert (problem["field"], problem["allowed"][: len(allowed)]) == (field, allowed)
    assert with_amal.organization() is before


def test_a_user_has_ten_phones_at_most(with_amal: ServerRig) -> None:
    for _ in range(10):
        made(with_amal, family="linphone", mac=None)
    problem = refusal_of(with_amal.api(), "POST", f"/users/{AMAL}/phones", {"family": "other"})
    assert "must be at most 10 phones" in str(problem)


def test_other_changes_of_a_user_leave_the_phones(with_amal: ServerRig) -> None:
    new, api = made(with_amal), with_amal.api()
    api.patch(f"/users/{AMAL}", {"upn": "amal.haddad@contoso.com"})
    assert api.get("/users/amal.haddad@contoso.com/phones") == [new["phone"]]
    assert "account.1.user_name = amal.haddad" in fetched(with_amal, new["path"] + FILE).text
    assert refusal_of(api, "DELETE", "/domains/contoso.com")["status"] in (409, 422)


def test_an_agent_makes_phones_of_their_own_where_phones_fetch_settings(with_amal: ServerRig) -> None:
    user_id = with_amal.organization().users[0].user_id
    agent = with_amal.api(Role.AGENT, user_id=user_id)
    new = agent.post("/me/phones", {"family": "linphone", "name": "My mobile", "language": "fr"})
    assert new["path"].endswith("/linphone.xml")
    assert new["account"]["password"] in fetched(with_amal, new["path"]).text
    assert agent.get("/me/phones") == {"phones": [new["phone"]], "may_add": True}
    assert agent.delete(f"/me/phones/{new['phone']['id']}") == new["phone"]
    assert fetched(with_amal, new["path"]).status_code == 404
    with_amal.api().patch("/organization", {"phones_fetch_settings": False})
    assert agent.get("/me/phones") == {"phones": [], "may_add": False}
    assert refusal_of(agent, "POST", "/me/phones", {"family": "other"})["error"] == "phones-fetch-nothing"
