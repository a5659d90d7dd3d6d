"""Phones of users as plain data in a user's row, and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from huntline.directory.credentials import Digest, Secret
from huntline.directory.phones import Phone, PhoneFamily

_PLAIN = ("phone_id", "mac", "name", "language", "address_sha256")


def phone_row(phone: Phone) -> dict[str, Any]:
    """What ``phone_of`` reads."""
    return {column: getattr(phone, column) for column in _PLAIN} | {
        "family": str(phone.family),
        "digests": digest_rows(phone.digests),
        "password": phone.password.sealed,
    }


def phone_of(row: dict[str, Any]) -> Phone:
    """The phone that ``phone_row`` wrote."""
    return Phone(
        **{column: row[column] for column in _PLAIN},
        family=PhoneFamily(row["family"]),
        digests=tuple(Digest(*digest) for digest in row["digests"]),
        password=Secret(row["password"]),
    )


def digest_rows(digests: Iterable[Digest]) -> list[list[str]]:
    """Each as a list of its fields."""
    return [[digest.username, digest.algorithm, digest.ha1] for digest in digests]
