"""Passwords of trunks: kept sealed, under a key beside the database that is made once (database)."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from huntline.data_folder import PASSWORD_KEY
from huntline.directory.organization import Organization, Secret, Trunk, User
from huntline.directory.phones import Phone, PhoneFamily
from huntline.errors import ConfigurationError
from huntline.storage import schema
from huntline.storage.audit import Actor
from huntline.storage.database import open_database
from huntline.storage.sealing import Sealing
from huntline.storage.settings import Settings, SettingsRefused

BY = Actor("the test", "test")
TRUNK = Trunk("provider", hosts=("sip.provider.example",), username="contoso")
WITH_PASSWORD = replace(TRUNK, password=Secret(clear="a secret"))


def contoso(trunk: Trunk) -> Organization:
    return Organization(name="Contoso", domains=("contoso.com",), trunks=(trunk,))


@pytest.fixture
def database(tmp_path: Path) -> Engine:
    return open_database(tmp_path)


def test_a_password_is_stored_sealed_and_opens_again(database: Engine, tmp_path: Path) -> None:
    changed = Settings(database).put(contoso(WITH_PASSWORD), BY)
    (kept,) = changed.organization.trunks
    with database.begin() as connection:
        (stored,) = connection.execute(select(schema.trunks.c.password)).scalars()
    assert kept.password == Secret(stored)
    assert "a secret" not in stored
    assert Sealing.of(database).opened(kept.password) == "a secret"
    assert stat.S_IMODE((tmp_path / PASSWORD_KEY).stat().st_mode) == 0o600


def test_the_same_password_given_again_changes_nothing_and_another_one_is_said_without_it(
    database: Engine,
) -> None:
    settings = Settings(database)
    settings.put(contoso(WITH_PASSWORD), BY)
    assert settings.put(contoso(WITH_PASSWORD), BY).changes == ()
    other = replace(TRUNK, password=Secret(clear="another one"))
    assert list(map(str, settings.put(contoso(other), BY).changes)) == [
        "trunk provider: password set -> set anew"
    ]
    assert list(map(str, settings.put(contoso(TRUNK), BY).changes)) == [
        "trunk provider: password set -> none"
    ]


def test_a_password_that_another_server_sealed_is_refused(database: Engine, tmp_path: Path) -> None:
    other = open_database(tmp_path / "other")
    (foreign,) = Settings(other).put(contoso(WITH_PASSWORD), BY).organization.trunks
    with pytest.raises(
        SettingsRefused, match=r"trunks\[0\].sealed_password: .* by another server"
    ) as refused:
        Settings(database).put(contoso(foreign), BY)
    assert foreign.password is not None
    assert foreign.password.sealed not in str(refused.value)
    other.dispose()


def test_without_a_password_there_is_no_key(database: Engine, tmp_path: Path) -> None:
    Settings(database).put(contoso(TRUNK), BY)
    assert not (tmp_path / PASSWORD_KEY).exists()


def test_whoever_comes_at_the_same_time_gets_one_key(tmp_path: Path) -> None:
    def seal(number: int) -> tuple[Sealing, Organization]:
        sealing = Sealing(tmp_path / PASSWORD_KEY)
        return sealing, sealing.sealed(contoso(WITH_PASSWORD), None)

    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(seal, range(16)))
    opened = {sealing.opened(each.trunks[0].password) for sealing, _ in done for _, each in done}
    assert opened == {"a secret"}
    assert [path.name for path in tmp_path.iterdir()] == [PASSWORD_KEY]


def test_a_damaged_key_is_said_with_what_to_do(database: Engine, tmp_path: Path) -> None:
    (tmp_path / PASSWORD_KEY).write_bytes(b"short")
    with pytest.raises(ConfigurationError, match=r"put it back from a backup"):
        Settings(database).put(contoso(WITH_PASSWORD), BY)


def test_a_phone_whose_password_another_server_has_sealed_is_refused(
    database: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Sealing.of(open_database(tmp_path_factory.mktemp("other")))
    theirs = Phone(phone_id="a" * 12, family=PhoneFamily.OTHER, password=other.seal("a secret"))
    ours = replace(theirs, phone_id="b" * 12, password=Sealing.of(database).seal("a secret"))
    user = User(upn="amal@contoso.com", phones=(ours, theirs))
    wanted = Organization(name="Contoso", domains=("contoso.com",), users=(user,))
    with pytest.raises(SettingsRefused) as refusal:
        Settings(database).put(wanted, BY)
    (problem,) = refusal.value.problems
    assert problem.field == "users[0].phones[1].sealed_password"
    assert (problem.value, problem.message.partition(";")[0]) == (
        None,
        "was sealed by another server, whose key is not here",
    )
    Settings(database).put(replace(wanted, users=(replace(user, phones=(ours,)),)), BY)
