"""``huntline account``: keys that open the API, for whoever owns the data folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.huntline import Done, huntline

from huntline.config import Config
from huntline.directory.organization import Organization, QueueSettings, User
from huntline.storage.accounts import HOST, SignInAccount
from huntline.storage.audit import Actor
from huntline.web.backstage import Backstage

Verb = Callable[..., Done]

CONTOSO = Organization(
    name="Contoso",
    domains=("contoso.com",),
    users=(User(upn="amal@contoso.com"),),
    queues=(QueueSettings(name="Sales", domain="contoso.com"),),
)


@pytest.fixture
def account(tmp_path: Path) -> Verb:
    """``huntline account ...`` on a data folder with Contoso in it."""
    backstage = Backstage(Config(data=tmp_path))
    backstage.settings.put(CONTOSO, Actor("the test", "test"))
    backstage.close()
    return lambda *words: huntline("account", *words, "--data", tmp_path)


def opened(data: Path, key: str) -> SignInAccount | None:
    backstage = Backstage(Config(data=data))
    try:
        return backstage.accounts.by_key(key)
    finally:
        backstage.close()


def test_the_key_alone_is_printed_and_how_to_use_it_beside_it(tmp_path: Path, account: Verb) -> None:
    done = account("create", "setup", "--role", "admin")
    assert done.returncode == 0
    assert "Authorization: Bearer" in done.stderr
    found = opened(tmp_path, done.stdout.strip())
    assert found is not None
    assert (found.name, found.role) == ("setup", "admin")


def test_an_agents_and_a_queue_owners_account_name_what_is_theirs(account: Verb) -> None:
    assert account("create", "amal", "--role", "agent", "--user", "amal@contoso.com").returncode == 0
    assert account("create", "olga", "--role", "queue-owner", "--queue", "sales").returncode == 0
    listed = json.loads(account("list", "--json").stdout)
    assert [(each["name"], each["user"], each["queues"]) for each in listed] == [
        ("amal", "amal@contoso.com", []),
        ("olga", None, ["Sales"]),
    ]
    assert "queue-owner" in account("list").stdout


def test_an_account_of_the_host_belongs_to_no_organization(tmp_path: Path, account: Verb) -> None:
    found = opened(tmp_path, account("create", "root", "--role", "host").stdout.strip())
    assert found is not None
    assert found.organization_id == HOST
    assert account("list").stdout == "There are no accounts.\n"
    assert "root" in account("list", "--host").stdout
    assert account("remove", "root", "--host").stdout == "Removed account root.\n"


def test_keys_come_and_go(tmp_path: Path, account: Verb) -> None:
    account("create", "setup", "--role", "admin")
    made = json.loads(account("key", "create", "setup", "--label", "laptop", "--json").stdout)
    assert opened(tmp_path, made["key"]) is not None
    listed = account("key", "list", "setup").stdout
    assert "laptop" in listed
    assert made["key"] not in listed
    assert account("key", "remove", "setup", made["id"]).stdout == "Removed key laptop of account setup.\n"
    assert opened(tmp_path, made["key"]) is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("create", "amal", "--role", "agent"), "--user: is needed"),
        (("create", "olga", "--role", "queue-owner", "--queue", "Salse"), "--queue: value 'Salse':"),
        (("remove", "nobody"), "there is no account 'nobody'"),
        (("key", "create", "nobody"), "there is no account 'nobody'"),
    ],
)
def test_a_refusal_is_one_line_in_the_words_of_the_options(
    account: Verb, words: tuple[str, ...], message: str
) -> None:
    done = account(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"huntline: {message}")
    assert done.stderr.count("\n") == 1


def test_who_is_locked_out_may_try_again(tmp_path: Path, account: Verb) -> None:
    account("create", "amal", "--role", "agent", "--user", "amal@contoso.com")
    done = account("unlock", "amal")
    assert (done.returncode, done.stdout) == (0, "Account amal may try again to sign in.\n")
    backstage = Backstage(Config(data=tmp_path))
    (found,) = backstage.accounts.all(backstage.settings.organizations()[0].organization_id)
    backstage.close()
    assert found.forgiven_at is not None
    assert account("unlock", "nobody").returncode == 1
