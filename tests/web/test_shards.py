"""Pages and programs at a server that has not their organization are told which one has (web)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from huntline.config import OidcConfig
from huntline.data_folder import DatabaseUrl
from huntline.directory.access import Role
from huntline.directory.elsewhere import Shard
from huntline.storage.accounts import HOST, SignInAccount
from huntline.storage.database import shard_of
from huntline.storage.passwords import hashed
from huntline.storage.shards import announce
from huntline.web.api import moves
from huntline.web.openid_connect import OpenIdConnect
from tests.fakes.identity_provider import CLIENT_ID, CLIENT_SECRET, identity_provider
from tests.web.browser import PASSWORD, browser_on
from tests.web.rig import BY, ServerRig, refusal_of, server_rig
from tests.web.sounds import wav

NORTH = Shard("north", ("udp:192.0.2.2:5060",), "https://north.example")


@pytest.fixture
def main(empty: DatabaseUrl, tmp_path: Path) -> Iterator[ServerRig]:
    """A server with the organization Contoso."""
    with server_rig(tmp_path / "main", database=empty) as rig:
        yield rig


@pytest.fixture
def fabrikam(main: ServerRig, empty: DatabaseUrl, tmp_path: Path) -> str:
    """The id of an organization on another server."""
    with server_rig(tmp_path / "north", database=empty, shard="north", name="Fabrikam") as rig:
        assert shard_of(rig.backstage.database) == "north"
        announce(rig.backstage.database, NORTH)
        return rig.contoso


def account(rig: ServerRig, organization_id: str, **fields: object) -> None:
    wanted = {"name": "anna", "role": Role.ADMIN, "password_hash": hashed(PASSWORD)} | fields
    rig.backstage.accounts.add(SignInAccount(organization_id=organization_id, **wanted), BY)  # type: ignore[arg-type]


@pytest.mark.parametrize("organization", [None, "fabrikam"])
def test_who_signs_in_at_the_wrong_server_learns_where_to_go(
    main: ServerRig, fabrikam: str, organization: str | None
) -> None:
    account(main, fabrikam)
    with browser_on(main.app) as browser:
        answer = browser.sign_in("anna", organization=organization)
        assert (answer.status_code, answer.json()["error"]) == (409, "organization-elsewhere")
        assert answer.json()["pages"] == "https://north.example"
        assert "Fabrikam is on another server (north)" in answer.json()["detail"]
        assert browser.cookies == {}
        in_french = browser.request(
            "POST",
            "/session",
            json={"name": "anna", "password": PASSWORD},
            headers={"Accept-Language": "fr"},
        )
        assert in_french.json()["detail"].startswith("Fabrikam est sur un autre serveur (north), dont")


def test_who_does_not_know_the_password_learns_nothing(main: ServerRig, fabrikam: str) -> None:
    account(main, fabrikam)
    with browser_on(main.app) as browser:
        answer = browser.sign_in("anna", "wrong horse battery", "Fabrikam")
        assert (answer.status_code, answer.json()["error"]) == (401, "sign-in-refused")
        assert "pages" not in answer.json()


@pytest.mark.parametrize("path", ["/queues", "/calls", "/organization", "/mailboxes", "/accounts"])
def test_a_program_is_told_the_same(main: ServerRig, fabrikam: str, path: str) -> None:
    api = main.api(Role.ADMIN, fabrikam)
    refusal = refusal_of(api, "GET", path)
    assert (refusal["status"], refusal["error"]) == (409, "organization-elsewhere")
    assert refusal["pages"] == "https://north.example"
    assert refusal_of(api, "GET", "/session")["error"] == "organization-elsewhere"


def test_the_host_sees_where_all_are_and_changes_those_here(main: ServerRig, fabrikam: str) -> None:
    api = main.api(Role.HOST, HOST)
    listed = api.get("/organizations")["items"]
    assert [(each["organization"], each["shard"], each["pages"]) for each in listed] == [
        ("Contoso", "main", None),
        ("Fabrikam", "north", "https://north.example"),
    ]
    assert api.get("/queues")["items"] == [], "it need not say for whom: there is one here"
    for method, path, body in (
        ("GET", "/organizations/Fabrikam", None),
        ("PATCH", f"/organizations/{fabrikam}", {"time_zone": "Europe/Paris"}),
        ("GET", "/queues?organization=fabrikam", None),
    ):
        assert refusal_of(api, method, path, body)["error"] == "organization-elsewhere"
    refusal = refusal_of(api, "DELETE", "/organizations/Fabrikam", confirm="Fabrikam")
    assert refusal["error"] == "organization-elsewhere"
    assert refusal_of(api, "GET", "/organizations/Northwind")["error"] == "unknown-organization"


def test_the_host_sees_which_servers_there_are(main: ServerRig, fabrikam: str) -> None:
    announce(main.backstage.database, Shard("main", (), "https://main.example"))
    assert main.api(Role.HOST, HOST).get("/shards")["items"] == [
        {"name": "main", "pages": "https://main.example", "is_this": True},
        {"name": "north", "pages": "https://north.example", "is_this": False},
    ]
    assert refusal_of(main.api(), "GET", "/shards")["status"] == 403


def test_nobody_else_is_told_of_others(main: ServerRig, fabrikam: str) -> None:
    refusal = refusal_of(main.api(), "GET", "/queues", organization="Fabrikam")
    assert refusal["error"] == "unknown-organization"


def test_a_server_without_organizations_beside_another_is_set_up(
    main: ServerRig, empty: DatabaseUrl, tmp_path: Path
) -> None:
    with server_rig(tmp_path / "south", database=empty, shard="south", name="") as south:
        assert south.backstage.settings.organizations() == ()
        assert not south.backstage.settings.is_empty()
        with browser_on(south.app) as browser:
            assert browser.get("/setup").json() == {"needed": False}


@pytest.mark.parametrize("person", [{"sub": "anna-1"}, {"sub": "x", "email": "anna@fabrikam.com"}])
def test_an_identity_provider_sends_people_on(main: ServerRig, fabrikam: str, person: dict[str, str]) -> None:
    with identity_provider() as provider, browser_on(main.app) as browser:
        secret = SecretStr(CLIENT_SECRET)
        config = OidcConfig(issuer=provider.issuer, client_id=CLIENT_ID, client_secret=secret)
        main.backstage.openid_connect = OpenIdConnect(config)
        account(main, fabrikam, oidc_subject=f"{provider.issuer} anna-1")
        provider.person = {**person, "email_verified": True}
        sent = browser.get("/session/oidc", return_to="/queues")
        back = browser.request("GET", sent.headers["location"])
        answer = browser.request("GET", back.headers["location"])
        assert (answer.status_code, answer.headers["location"]) == (303, "https://north.example/queues")
        assert "huntline-session" not in browser.cookies


# An organization moves


def test_the_host_moves_an_organization(main: ServerRig, fabrikam: str) -> None:
    host, admin = main.api(Role.HOST, HOST), main.api()
    account(main, main.contoso)
    with browser_on(main.app) as browser:
        assert browser.sign_in("anna").status_code == 201
        asked = {"shard": "north"}
        wanted = {"organization": "Contoso", "shard": "north", "files_left": 0, "bytes_left": 0}
        tried = host.post("/organizations/contoso/move", asked, dry_run=True)
        assert tried == wanted | {"is_moved": False}
        assert host.post("/organizations/contoso/move", asked) == wanted | {"is_moved": True}
        assert browser.get("/session").status_code == 401, "nobody stays signed in"
        assert browser.sign_in("anna").json()["pages"] == "https://north.example"
    assert refusal_of(admin, "GET", "/queues")["error"] == "organization-elsewhere"
    assert {each["shard"] for each in host.get("/organizations")["items"]} == {"north"}
    again = refusal_of(host, "POST", "/organizations/contoso/move", asked)
    assert again["error"] == "organization-elsewhere"


@pytest.mark.parametrize("shard", ["main", "south", "", "NORTH "])
def test_it_moves_to_no_server_that_there_is_not(main: ServerRig, fabrikam: str, shard: str) -> None:
    refusal = refusal_of(main.api(Role.HOST, HOST), "POST", "/organizations/Contoso/move", {"shard": shard})
    assert (refusal["status"], refusal["field"]) == (422, "shard")
    if shard:
        assert refusal["allowed"] == "must be another server on the database: north"


def test_a_server_alone_has_nowhere_to_move_to(rig: ServerRig) -> None:
    host = rig.api(Role.HOST, HOST)
    refusal = refusal_of(host, "POST", "/organizations/Contoso/move", {"shard": "north"})
    assert refusal["allowed"].endswith("none, since no other was ever started")


def test_it_stays_while_it_has_calls(main: ServerRig, fabrikam: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main.backstage, "ask", lambda verb, **_: {"calls": 3})
    host = main.api(Role.HOST, HOST)
    refusal = refusal_of(host, "POST", "/organizations/Contoso/move", {"shard": "north"})
    assert refusal["error"] == "organization-has-calls"
    assert refusal["detail"] == "Contoso has 3 calls up; move it when it has none"
    assert main.organization().shard == "main"


def test_it_stays_where_its_passwords_could_not_be_opened(main: ServerRig, fabrikam: str) -> None:
    trunk = {"name": "provider", "hosts": ["sip.example"], "username": "u", "password": "secret"}
    main.api().post("/trunks", trunk)
    host = main.api(Role.HOST, HOST)
    refusal = refusal_of(host, "POST", "/organizations/Contoso/move", {"shard": "north"})
    assert refusal["error"] == "other-password-key"
    assert "copy password.key" in refusal["detail"]
    announce(main.backstage.database, replace(NORTH, key_mark=main.backstage.sealing.mark))
    assert host.post("/organizations/Contoso/move", {"shard": "north"})["is_moved"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.HOST])
def test_nobody_but_the_host_moves_any(main: ServerRig, fabrikam: str, role: Role) -> None:
    refusal = refusal_of(main.api(role), "POST", "/organizations/Contoso/move", {"shard": "north"})
    assert refusal["status"] == 403


def test_large_files_are_copied_bit_by_bit(
    main: ServerRig, fabrikam: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moves, "_SECONDS", 0.0)
    main.api().request("POST", "/audio", files={"file": ("hello.wav", wav(0.5))})
    host = main.api(Role.HOST, HOST)
    answer = host.post("/organizations/Contoso/move", {"shard": "north"})
    assert (answer["is_moved"], answer["files_left"] > 0, answer["bytes_left"] > 0) == (False, True, True)
    assert main.organization().shard == "main"
    monkeypatch.setattr(moves, "_SECONDS", 5.0)
    assert host.post("/organizations/Contoso/move", {"shard": "north"})["is_moved"]
