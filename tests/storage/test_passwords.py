"""Passwords are kept so that they can be recognized and not read (database)."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from huntline.storage.passwords import NOBODYS, hashed, is_password


def test_a_password_is_recognized_and_no_other() -> None:
    stored = hashed("correct horse battery")
    assert is_password("correct horse battery", stored)
    assert not is_password("correct horse batterz", stored)
    assert not is_password("", stored)


def test_the_same_password_is_stored_otherwise_each_time() -> None:
    assert hashed("correct horse battery") != hashed("correct horse battery")


@pytest.mark.parametrize("stored", [None, "", "correct horse battery", "$argon2id$v=19$damaged"])
def test_where_no_password_is_stored_none_is_right(stored: str | None) -> None:
    assert not is_password("correct horse battery", stored)
    assert not is_password("", stored)


def test_an_unknown_name_costs_what_a_known_one_does() -> None:
    cost = extract_parameters(hashed("correct horse battery"))
    assert cost.type is Type.ID
    assert extract_parameters(NOBODYS) == cost
