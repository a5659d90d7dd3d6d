"""Accounts and their keys: who may make which, what is refused, and what the audit keeps (web)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from huntline.cli.api_client import Api
from huntline.directory.access import Role
from huntline.storage import schema
from huntline.storage.accounts import HOST, Accounts, LastAdmin, SignInAccount
from huntline.web.api.accounts import SHORTEST_PASSWORD
from tests.web.browser import browser_on
from tests.web.rig import BY, E5_USER, ServerRig, refusal_of

PASSWORD = "correct horse battery"


@pytest.fixture
def api(rig: ServerRig) -> Api:
    return rig.api()


def audit_of(rig: ServerRig, name: str) -> list[tuple[Any, ...]]:
    """field, before and after of what the audit has on an account."""
    table = schema.audit
    query = table.select().where(table.c.what == "account", table.c.key == name).order_by(table.c.audit_id)
    with rig.backstage.database.begin() as connection:
        return [(row.field, row.before, row.after) for row in connection.execute(query)]


def test_an_account_is_made_read_changed_and_removed(rig: ServerRig, api: Api) -> None:
    api.post("/queues", {"name": "Help Desk"})
    api.post("/queues", {"name": "Sales"})
    made = api.post("/accounts", {"name": "Olga", "role": "queue-owner", "queues": ["help desk"]})
    assert made["queues"] == ["Help Desk"]
    assert api.get("/accounts/olga") == api.get(f"/accounts/{made['id']}") == made
    changed = api.patch("/accounts/Olga", {"queues": ["Sales", "Help Desk"], "name": "Olga P"})
    assert changed == made | {"queues": ["Sales", "Help Desk"], "name": "Olga P"}
    assert [each["name"] for each in api.items("/accounts", search="olga")] == ["Olga P"]
    assert api.delete("/accounts/Olga P") == changed
    assert refusal_of(api, "GET", "/accounts/Olga P")["status"] == 404


def test_a_user_gets_an_account_in_one_request_with_a_password_that_is_shown_once(
    rig: ServerRig, api: Api
) -> None:
    api.post("/users", {"upn": "amal@contoso.com", "display_name": "Amal", **E5_USER})
    assert refusal_of(api, "GET", "/users/amal@contoso.com/account")["status"] == 404
    made = api.post("/users/Amal@contoso.com/account", {})
    assert (made["name"], made["role"], made["user"]) == ("amal@contoso.com", "agent", "amal@contoso.com")
    with browser_on(rig.app) as browser:
        said = browser.sign_in("amal@contoso.com", made["password"]).json()
    assert (said["user"], said["display_name"]) == ("amal@contoso.com", "Amal")
    assert api.get("/users/amal@contoso.com/account") == {
        name: value for name, value in made.items() if name != "password"
    }
    assert made["password"] not in str(audit_of(rig, "amal@contoso.com"))
    taken = refusal_of(api, "POST", "/users/amal@contoso.com/account", {})
    assert (taken["status"], taken["error"]) == (409, "account-taken")
    other = api.post("/users", {"upn": "bao@contoso.com", **E5_USER})
    again = api.post(f"/users/{other['id']}/account", {})["password"]
    assert len({made["password"], again}) == 2
    assert min(len(made["password"]), len(again)) >= SHORTEST_PASSWORD


def test_a_users_account_may_have_another_role_and_a_chosen_password(rig: ServerRig, api: Api) -> None:
    api.post("/users", {"upn": "olga@contoso.com", **E5_USER})
    api.post("/queues", {"name": "Sales"})
    body = {"role": "queue-owner", "queues": ["sales"], "password": PASSWORD}
    made = api.post("/users/olga@contoso.com/account", body)
    assert (made["role"], made["queues"], made["password"]) == ("queue-owner", ["Sales"], None)
    with browser_on(rig.app) as browser:
        assert browser.sign_in("olga@contoso.com", PASSWORD).status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"role": "host"}, "role"),
        ({"role": "boss"}, "role"),
        ({"queues": ["Sales"]}, "queues"),
        ({"role": "queue-owner", "queues": ["Nothing"]}, "queues[0]"),
        ({"password": ""}, "password"),
        ({"password": "too short"}, "password"),
        ({"name": "somebody"}, "name"),
    ],
)
def test_what_is_wrong_about_a_users_account_is_named_and_nothing_is_made(
    api: Api, body: dict[str, Any], field: str
) -> None:
    api.post("/users", {"upn": "amal@contoso.com", **E5_USER})
    api.post("/queues", {"name": "Sales"})
    problem = refusal_of(api, "POST", "/users/amal@contoso.com/account", body)
    assert (problem["status"], problem["field"]) == (422, field)
    assert refusal_of(api, "GET", "/users/amal@contoso.com/account")["status"] == 404


def test_of_several_accounts_of_a_user_the_one_called_like_them_is_theirs(api: Api) -> None:
    api.post("/users", {"upn": "olga@contoso.com", **E5_USER})
    api.post("/accounts", {"name": "a script", "role": "agent", "user": "olga@contoso.com"})
    assert api.get("/users/olga@contoso.com/account")["name"] == "a script"
    api.post("/users/olga@contoso.com/account", {}, dry_run=True)
    assert api.get("/users/olga@contoso.com/account")["name"] == "a script"
    api.post("/users/olga@contoso.com/account", {})
    assert api.get("/users/olga@contoso.com/account")["name"] == "olga@contoso.com"


def test_a_queue_owner_follows_a_queue_to_its_new_name_and_loses_it_with_it(api: Api) -> None:
    api.post("/queues", {"name": "Sales"})
    api.post("/accounts", {"name": "Olga", "role": "queue-owner", "queues": ["Sales"]})
    api.patch("/queues/Sales", {"name": "Sales EMEA"})
    assert api.get("/accounts/Olga")["queues"] == ["Sales EMEA"]
    api.delete("/queues/Sales EMEA")
    api.post("/queues", {"name": "Sales EMEA"})
    assert api.get("/accounts/Olga")["queues"] == []


def test_an_agents_account_ends_with_the_user(rig: ServerRig, api: Api) -> None:
    api.post("/users", {"upn": "amal@contoso.com", **E5_USER})
    api.post("/accounts", {"name": "amal", "role": "agent", "user": "Amal@contoso.com"})
    key = api.post("/accounts/amal/keys", {})["key"]
    assert rig.api_by_key(key).get("/session")["user"] == "amal@contoso.com"
    api.delete("/users/amal@contoso.com")
    assert refusal_of(rig.api_by_key(key), "GET", "/session")["status"] == 401
    api.post("/users", {"upn": "amal@contoso.com", **E5_USER})
    assert refusal_of(rig.api_by_key(key), "GET", "/session")["status"] == 401


def test_an_inactive_user_may_not_sign_in(rig: ServerRig, api: Api) -> None:
    api.post("/users", {"upn": "amal@contoso.com", **E5_USER})
    api.post("/accounts", {"name": "amal", "role": "agent", "user": "amal@contoso.com"})
    key = api.post("/accounts/amal/keys", {})["key"]
    api.patch("/users/amal@contoso.com", {"is_active": False})
    assert refusal_of(rig.api_by_key(key), "GET", "/session")["status"] == 401


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"name": "", "role": "admin"}, "name", "1 to 64"),
        ({"name": "a" * 65, "role": "admin"}, "name", "1 to 64"),
        ({"name": " anna", "role": "admin"}, "name", "no blank at either end"),
        ({"name": "anna", "role": "king"}, "role", "must be one of host, admin"),
        ({"name": "anna", "role": "host"}, "role", "must be one of admin, queue-owner, agent, auditor here"),
        ({"name": "anna", "role": "agent"}, "user", "an agent's account belongs to a user"),
        (
            {"name": "anna", "role": "agent", "user": "amla@contoso.com"},
            "user",
            "did you mean amal@contoso.com?",
        ),
        ({"name": "anna", "role": "queue-owner", "queues": ["Salse"]}, "queues[0]", "did you mean Sales?"),
        ({"name": "anna", "role": "admin", "queues": ["Sales"]}, "queues", "unless the role is queue-owner"),
        ({"name": "anna", "role": "admin", "password": "elevenchars"}, "password", "12 to 1000"),
        ({"name": "anna", "role": "admin", "password": 123456789012}, "password", "must be text"),
        ({"name": "anna", "role": "admin", "colour": "blue"}, "colour", "no such setting"),
    ],
)
def test_a_wrong_account_is_refused_by_field(
    rig: ServerRig, api: Api, form: dict[str, Any], field: str, words: str
) -> None:
    api.post("/users", {"upn": "amal@contoso.com", **E5_USER})
    api.post("/queues", {"name": "Sales"})
    before = rig.backstage.accounts.all(rig.contoso)
    problem = refusal_of(api, "POST", "/accounts", form)
    assert (problem["status"], problem["field"]) == (422, field)
    assert words in problem["allowed"]
    if "password" in form:
        assert str(form["password"]) not in str(problem)
    assert rig.backstage.accounts.all(rig.contoso) == before


def test_a_name_and_a_person_have_one_account(api: Api) -> None:
    api.post("/accounts", {"name": "anna", "role": "auditor", "oidc_subject": "https://id.example 1"})
    assert refusal_of(api, "POST", "/accounts", {"name": "Anna", "role": "admin"})["status"] == 409
    same = {"name": "bao", "role": "admin", "oidc_subject": "https://id.example 1"}
    assert "anna has this oidc_subject" in refusal_of(api, "POST", "/accounts", same)["detail"]
    api.post("/accounts", {"name": "bao", "role": "auditor"})
    assert refusal_of(api, "PATCH", "/accounts/bao", {"name": "ANNA"})["status"] == 409


@pytest.mark.parametrize(
    ("method", "body"), [("DELETE", None), ("PATCH", {"role": "auditor"}), ("PATCH", {"is_disabled": True})]
)
def test_the_last_admin_stays(rig: ServerRig, method: str, body: dict[str, Any] | None) -> None:
    api, host = rig.api(), rig.api(Role.HOST, HOST)
    (last,) = api.items("/accounts")
    path = f"/accounts/{last['name']}"
    api.post("/accounts", {"name": "a disabled one", "role": "admin", "is_disabled": True})
    for whoever in (api, host):
        assert refusal_of(whoever, method, path, body)["error"] == "last-admin"
    assert api.get(path) == last
    api.post("/accounts", {"name": "another", "role": "admin"})
    api.request(method, path, json=body)


def test_of_two_last_admins_who_remove_each_other_at_once_one_stays(rig: ServerRig) -> None:
    accounts = rig.backstage.accounts
    pair = [
        accounts.add(SignInAccount(organization_id=rig.contoso, name=name, role=Role.ADMIN), BY)
        for name in "ab"
    ]

    def is_removed(account: SignInAccount) -> bool:
        try:
            accounts.remove(account, BY)
        except LastAdmin:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(is_removed, pair)) == [False, True]
    assert len(accounts.all(rig.contoso)) == 1


def test_an_account_of_the_host_is_the_hosts_business(rig: ServerRig, api: Api) -> None:
    host = rig.api(Role.HOST, HOST)
    made = host.post("/host/accounts", {"name": "second", "role": "host"})
    assert [each["name"] for each in host.items("/host/accounts", search="second")] == ["second"]
    assert refusal_of(host, "POST", "/host/accounts", {"name": "x", "role": "admin"})["field"] == "role"
    assert refusal_of(api, "GET", f"/accounts/{made['id']}")["status"] == 404
    assert refusal_of(api, "GET", "/host/accounts")["status"] == 403
    assert refusal_of(api, "PATCH", "/accounts/admin 1", {"role": "host"})["field"] == "role"
    host.delete("/host/accounts/second")


def test_the_host_manages_the_accounts_of_an_organization_by_naming_it(rig: ServerRig) -> None:
    rig.add_organization("Fabrikam", "fabrikam.com")
    host = rig.api(Role.HOST, HOST)
    made = host.post("/accounts", {"name": "anna", "role": "admin"}, organization="fabrikam")
    assert host.get("/accounts", organization="Fabrikam")["items"] == [made]
    assert host.get("/accounts", organization="Contoso")["items"] == []


def test_a_key_is_shown_once_and_opens_until_it_is_removed(rig: ServerRig, api: Api) -> None:
    api.post("/accounts", {"name": "anna", "role": "auditor"})
    made = api.post("/accounts/anna/keys", {"name": "laptop"})
    key = made.pop("key")
    assert api.get("/accounts/anna/keys") == [made]
    assert rig.api_by_key(key).get("/session")["name"] == "anna"
    assert api.delete(f"/accounts/anna/keys/{made['id']}") == made
    assert refusal_of(rig.api_by_key(key), "GET", "/session")["status"] == 401
    assert refusal_of(api, "DELETE", f"/accounts/anna/keys/{made['id']}")["status"] == 404


def test_a_key_of_one_account_is_not_removed_by_way_of_another(api: Api) -> None:
    for name in ("anna", "bao"):
        api.post("/accounts", {"name": name, "role": "auditor"})
    made = api.post("/accounts/anna/keys", {})
    assert refusal_of(api, "DELETE", f"/accounts/bao/keys/{made['id']}")["status"] == 404
    assert len(api.get("/accounts/anna/keys")) == 1


def test_a_key_ends_when_it_was_said_to(rig: ServerRig, api: Api) -> None:
    api.post("/accounts", {"name": "anna", "role": "auditor"})
    ends_at = datetime.now(UTC) + timedelta(hours=1)
    key = api.post("/accounts/anna/keys", {"expires_at": ends_at.isoformat()})["key"]

    def opens_at(moment: datetime) -> bool:
        return Accounts(rig.backstage.database, lambda: moment).by_key(key) is not None

    assert opens_at(ends_at - timedelta(seconds=1))
    assert not opens_at(ends_at)
    past = {"expires_at": (datetime.now(UTC) - timedelta(seconds=1)).isoformat()}
    assert refusal_of(api, "POST", "/accounts/anna/keys", past)["field"] == "expires_at"


@pytest.mark.parametrize(
    "moment",
    ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2027-01-31T18:00:00", "\x00", 10**30, True],
)
def test_a_key_ends_at_a_moment_that_there_is(rig: ServerRig, moment: Any) -> None:
    api = rig.api()
    api.post("/accounts", {"name": "anna", "role": "admin"})
    problem = refusal_of(api, "POST", "/accounts/anna/keys", {"expires_at": moment})
    assert (problem["status"], problem["field"]) == (422, "expires_at")
    assert "must be a moment with its time zone" in problem["allowed"]


def test_a_disabled_account_opens_nothing(rig: ServerRig, api: Api) -> None:
    api.post("/accounts", {"name": "anna", "role": "auditor"})
    key = api.post("/accounts/anna/keys", {})["key"]
    api.patch("/accounts/anna", {"is_disabled": True})
    assert refusal_of(rig.api_by_key(key), "GET", "/session")["status"] == 401


def test_a_new_role_counts_at_once(rig: ServerRig, api: Api) -> None:
    api.post("/accounts", {"name": "anna", "role": "admin"})
    anna = rig.api_by_key(api.post("/accounts/anna/keys", {})["key"])
    anna.post("/queues", {"name": "Sales"})
    api.patch("/accounts/anna", {"role": "auditor"})
    assert refusal_of(anna, "POST", "/queues", {"name": "Help Desk"})["status"] == 403


def test_a_dry_run_changes_nothing(rig: ServerRig, api: Api) -> None:
    api.post("/accounts", {"name": "anna", "role": "auditor"})
    before = rig.backstage.accounts.all(rig.contoso)
    api.post("/accounts", {"name": "bao", "role": "admin"}, dry_run=True)
    assert api.patch("/accounts/anna", {"role": "admin"}, dry_run=True)["role"] == "admin"
    api.delete("/accounts/anna", dry_run=True)
    assert (
        refusal_of(api, "POST", "/accounts", {"name": "anna", "role": "admin"}, dry_run=True)["status"] == 409
    )
    assert rig.backstage.accounts.all(rig.contoso) == before


def test_two_administrators_do_not_overwrite_each_other(api: Api) -> None:
    tag = api.response("POST", "/accounts", json={"name": "anna", "role": "auditor"}).headers["etag"]
    change = {"json": {"name": "Anna"}, "headers": {"If-Match": tag}}
    assert api.response("PATCH", "/accounts/anna", **change).status_code == 200
    late = pytest.raises(Exception, match="somebody has changed this")
    with late:
        api.response("PATCH", "/accounts/anna", **change)


def test_the_audit_says_what_changed_and_no_secret(rig: ServerRig, api: Api) -> None:
    api.post("/queues", {"name": "Sales"})
    api.post("/accounts", {"name": "olga", "role": "queue-owner", "password": PASSWORD})
    key = api.post("/accounts/olga/keys", {"name": "laptop"})
    api.patch("/accounts/olga", {"queues": ["Sales"]})
    api.patch("/accounts/olga", {"password": "another long one"})
    api.patch("/accounts/olga", {"role": "admin", "password": None})
    api.delete(f"/accounts/olga/keys/{key['id']}")
    api.delete("/accounts/olga")
    audit = audit_of(rig, "olga")
    assert audit == [
        (None, None, "added"),
        ("key", None, "laptop"),
        ("queues", "[]", "[Sales]"),
        ("password", "set", "set anew"),
        ("role", "queue-owner", "admin"),
        ("queues", "[Sales]", "[]"),
        ("password", "set", "none"),
        ("key", "laptop", None),
        (None, "removed", None),
    ]
    for secret in (PASSWORD, "another long one", key["key"], "argon2"):
        assert secret not in str(audit)


def test_accounts_of_one_organization_are_unknown_to_another(rig: ServerRig, api: Api) -> None:
    fabrikam = rig.add_organization("Fabrikam", "fabrikam.com")
    theirs = rig.backstage.accounts.add(
        SignInAccount(organization_id=fabrikam, name="frida", role=Role.ADMIN), BY
    )
    for key in ("frida", theirs.account_id):
        assert refusal_of(api, "GET", f"/accounts/{key}")["detail"] == f"there is no account {key!r}"
        assert refusal_of(api, "DELETE", f"/accounts/{key}")["status"] == 404
    assert "frida" not in str(api.get("/accounts"))
