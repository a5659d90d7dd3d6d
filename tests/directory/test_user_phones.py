"""Phones with an account of their own: what they may be, and what holds them (pure)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.directory.changes import changes_between
from huntline.directory.credentials import Digest
from huntline.directory.digests import digests_of
from huntline.directory.domains import RealmInUse, check_realm
from huntline.directory.organization import Organization, User
from huntline.directory.phones import Phone, PhoneFamily, check_phones, mac_of, shown_mac
from huntline.directory.plan import ServerPlan

DESK = Phone(
    phone_id="a1" * 6,
    family=PhoneFamily.SNOM,
    mac="000413aabbcc",
    digests=digests_of("phone-a1a1a1a1a1a1", "contoso.com", "open sesame"),
)


def contoso(*phones: Phone) -> Organization:
    user = User(user_id="u1", upn="amal@contoso.com", phones=phones)
    return Organization(
        organization_id="o1", name="Contoso", domains=("contoso.com", "b.contoso.com"), users=(user,)
    )


@given(st.binary(min_size=6, max_size=6), st.sampled_from(["", ":", "-"]), st.booleans())
def test_a_mac_address_is_known_however_it_is_typed(octets: bytes, between: str, is_upper: bool) -> None:
    typed = between.join(f"{octet:02x}" for octet in octets)
    assert mac_of(f" {typed.upper() if is_upper else typed} ") == octets.hex()
    assert mac_of(shown_mac(octets.hex())) == octets.hex()


@given(st.text(max_size=20))
def test_what_is_no_mac_address_is_refused(typed: str) -> None:
    kept = mac_of(typed)
    wrong = [problem.field for problem in check_phones(contoso(replace(DESK, mac=kept)))]
    looks_right = len(kept) == 12 and set(kept) <= set("0123456789abcdef")
    assert wrong == ["users[0].phones[0].mac"] or (looks_right and wrong == [])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"phone_id": "../x", "digests": ()}, "id"),
        ({"address_sha256": "ab"}, "address_sha256"),
        ({"digests": (Digest("bao", "MD5", "0" * 32),)}, "sip_digests"),
        ({"mac": None}, "mac"),
        ({"mac": "010413aabbcc"}, "mac"),
        ({"name": "a\nb"}, "name"),
    ],
)
def test_what_a_file_may_not_say(changed: dict[str, object], field: str) -> None:
    (problem,) = check_phones(contoso(replace(DESK, **changed)))  # type: ignore[arg-type]
    assert problem.field == f"users[0].phones[0].{field}"


def test_each_phone_proves_its_user_and_no_other_does_by_its_name() -> None:
    account = ServerPlan((contoso(DESK),)).account("amal", "contoso.com")
    assert account is not None
    assert account.ha1(DESK.username, "MD5") == DESK.digests[0].ha1
    assert account.ha1(DESK.username, "SHA-256") == DESK.digests[1].ha1
    assert account.ha1("amal", "MD5") is None


def test_the_first_domain_stays_while_there_are_phones() -> None:
    before = contoso(DESK)
    after = replace(before, domains=before.domains[::-1])
    with pytest.raises(RealmInUse, match="amal"):
        check_realm(before, after)
    check_realm(contoso(), replace(contoso(), domains=before.domains[::-1]))


def test_the_audit_tells_of_new_secrets_without_them() -> None:
    renewed = replace(DESK, address_sha256="ab" * 32)
    (change,) = changes_between(contoso(DESK), contoso(renewed))
    assert str(change) == (
        "user amal@contoso.com: phones [snom 00:04:13:AA:BB:CC] -> [snom 00:04:13:AA:BB:CC]"
        " (a new password or address)"
    )
