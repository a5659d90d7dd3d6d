"""Sessions and keys open what they are for, while they are good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from huntline.directory.access import Role
from huntline.storage import schema
from huntline.storage.accounts import Accounts, AccountTaken, LastAdmin, SignInAccount, hash_of
from huntline.storage.audit import Actor
from huntline.storage.sessions import IDLE, LONGEST, Sessions

BY = Actor("an administrator", "test")
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
OLGA = SignInAccount(organization_id="contoso", name="Olga", role=Role.ADMIN, queue_ids=("q1", "q2"))


class Wall:
    """A wall clock that a test sets."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


def test_a_session_lasts_while_it_is_used_and_not_for_ever(database: Engine) -> None:
    wall = Wall()
    sessions, olga = Sessions(database, wall), Accounts(database, wall).add(OLGA, BY)
    session, token = sessions.start(olga)
    assert sessions.find(token) == session
    assert sessions.find("another") is None
    while wall.at < NOON + LONGEST - IDLE:
        wall.at += IDLE - timedelta(minutes=1)
        assert sessions.find(token) == session
    wall.at = NOON + LONGEST
    assert sessions.find(token) is None


def test_a_session_that_was_ended_or_left_alone_opens_nothing_and_goes(database: Engine) -> None:
    wall = Wall()
    sessions, olga = Sessions(database, wall), Accounts(database, wall).add(OLGA, BY)
    _, ended = sessions.start(olga)
    _, left = sessions.start(olga)
    sessions.end(ended)
    assert sessions.find(ended) is None
    wall.at += IDLE
    assert sessions.find(left) is None
    sessions.start(olga)
    with database.begin() as connection:
        assert connection.execute(select(func.count()).select_from(schema.sessions)).scalar() == 1


def test_keys_and_sessions_are_found_by_what_is_stored_of_them(database: Engine) -> None:
    wall = Wall()
    accounts = Accounts(database, wall)
    olga = accounts.add(OLGA, BY)
    host = accounts.add(SignInAccount(organization_id="", name="host", role=Role.HOST), BY)
    _, key = accounts.add_key(olga, "for ever", BY)
    _, short = accounts.add_key(host, "for an hour", BY, NOON + timedelta(hours=1))
    _, token = Sessions(database, wall).start(olga)
    opened = {hash_of(key): olga, hash_of(short): host, hash_of(token): olga}
    assert accounts.by_hashes([*opened, "nobody's"]) == opened
    assert (accounts.by_key(key), accounts.by_key(short)) == (olga, host)
    wall.at += timedelta(hours=1)
    assert accounts.by_key(short) is None
    assert accounts.by_hashes(opened).keys() == {hash_of(key), hash_of(token)}


def test_a_name_is_taken_within_its_organization_in_any_letter_case(database: Engine) -> None:
    accounts = Accounts(database)
    olga = accounts.add(OLGA, BY)
    with pytest.raises(AccountTaken):
        accounts.add(SignInAccount(organization_id="contoso", name="OLGA", role=Role.AUDITOR), BY)
    elsewhere = accounts.add(SignInAccount(organization_id="fabrikam", name="OLGA", role=Role.ADMIN), BY)
    assert set(accounts.by_name("olga", None)) == {olga, elsewhere}
    assert accounts.all("contoso") == (olga,)
    with pytest.raises(LastAdmin):
        accounts.remove(olga, BY)
