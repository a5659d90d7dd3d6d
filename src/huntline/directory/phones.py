"""Phones that get an account of their own, so that each can be set up, and shut out, without the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from huntline.directory.credentials import Digest, Secret
from huntline.directory.problems import Path, Problem, Problems
from huntline.languages.speaking import DEFAULT_LANGUAGE, SPOKEN_LANGUAGES

if TYPE_CHECKING:
    from huntline.directory.organization import Organization

MOST_PHONES = 10
"""Of one user."""

LONGEST_PHONE_NAME = 64  # characters

_MAC_TYPED = re.compile(r"[0-9a-f]{2}([:-]?)[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}")
_MAC = re.compile(r"[0-9a-f]{12}")
_ID = re.compile(r"[0-9a-f]{12}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAC_WANTED = "must be the MAC address of the phone, such as 00:15:65:AA:BB:CC"


class PhoneFamily(StrEnum):
    """Which settings file a phone reads; ``other`` reads none, and is set up by hand."""

    YEALINK = "yealink"
    SNOM = "snom"
    GRANDSTREAM = "grandstream"
    POLY = "poly"
    LINPHONE = "linphone"
    OTHER = "other"

    @property
    def has_mac(self) -> bool:
        """Whether its file is named by the phone's MAC address."""
        return self not in (PhoneFamily.LINPHONE, PhoneFamily.OTHER)

    @property
    def has_file(self) -> bool:
        """Whether there are settings for it to fetch."""
        return self is not PhoneFamily.OTHER


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """A phone with an account of its own, whose user name is ``username``.

    ``mac`` is twelve small hexadecimal digits. ``address_sha256`` is of the secret in the address of its
    settings; None: it has no such address (any more). ``password`` is what its settings say, ``digests`` are
    what checks it. ``language`` is what it shows.
    """

    phone_id: str
    family: PhoneFamily
    mac: str | None = None
    name: str = ""
    language: str = DEFAULT_LANGUAGE
    address_sha256: str | None = field(default=None, repr=False)
    digests: tuple[Digest, ...] = field(default=(), repr=False)
    password: Secret = field(default=Secret(), repr=False)

    @property
    def username(self) -> str:
        """What the phone signs in with, whatever its user is called."""
        return f"phone-{self.phone_id}"

    def __str__(self) -> str:
        shown = (self.name, self.family.value, shown_mac(self.mac) if self.mac else "")
        return " ".join(filter(None, shown))


def mac_of(typed: str) -> str:
    """A MAC address as it is stored; what is none stays as it is, for the rules to refuse."""
    lower = typed.strip().lower()
    return re.sub(r"[:.-]", "", lower) if _MAC_TYPED.fullmatch(lower) else typed


def shown_mac(mac: str) -> str:
    """A MAC address as it is printed on phones."""
    return ":".join(mac[place : place + 2] for place in range(0, len(mac), 2)).upper()


def check_phones(organization: Organization) -> Problems:
    """Problems with the phones of users."""
    owners: dict[str, str] = {}
    for place, user in enumerate(organization.users):
        if len(user.phones) > MOST_PHONES:
            message = f"must be at most {MOST_PHONES} phones"
            yield Problem(("users", place, "phones"), len(user.phones), message)
        for number, phone in enumerate(user.phones):
            path: Path = ("users", place, "phones", number)
            yield from _check_phone(phone, path)
            if phone.mac in owners:
                message = f"must be unique; a phone of {owners[phone.mac]} has it already"
                yield Problem((*path, "mac"), shown_mac(phone.mac), message)
            elif phone.mac is not None:
                owners[phone.mac] = user.upn


def _check_phone(phone: Phone, path: Path) -> Iterator[Problem]:
    if not _ID.fullmatch(phone.phone_id):
        yield Problem((*path, "id"), phone.phone_id, "must be 12 hexadecimal digits")
    if phone.address_sha256 is not None and not _SHA256.fullmatch(phone.address_sha256):
        yield Problem((*path, "address_sha256"), None, "must be 64 hexadecimal digits")
    if {digest.username for digest in phone.digests} - {phone.username}:
        yield Problem((*path, "sip_digests"), None, f"must be for the user name {phone.username}")
    if len(phone.name) > LONGEST_PHONE_NAME or not phone.name.isprintable():
        message = f"must be at most {LONGEST_PHONE_NAME} printable characters"
        yield Problem((*path, "name"), phone.name, message)
    if phone.language not in SPOKEN_LANGUAGES:
        yield Problem((*path, "language"), phone.language, f"must be one of {', '.join(SPOKEN_LANGUAGES)}")
    if not phone.family.has_mac:
        if phone.mac is not None:
            yield Problem((*path, "mac"), phone.mac, f"must be left out for {phone.family}")
    elif phone.mac is None or not _is_of_one_phone(phone.mac):
        yield Problem((*path, "mac"), phone.mac, _MAC_WANTED)


def _is_of_one_phone(mac: str) -> bool:
    """IEEE 802 section 8.2: the lowest bit of the first octet is set in addresses of groups."""
    return bool(_MAC.fullmatch(mac)) and mac != "0" * 12 and not int(mac[:2], 16) & 1
