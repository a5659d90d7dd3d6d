"""Whose a domain is that this server does not have (unit)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from huntline.directory.elsewhere import NOTHING_ELSEWHERE, Elsewhere, Shard
from huntline.directory.organization import Trunk
from tests.fakes.plans import CONTOSO, FABRIKAM

NORTH = Shard("north", ("udp:192.0.2.10:5060", "tls:north.example:5061"), "https://north.example")
OWN_HOSTS = frozenset({"127.0.0.1", "::1"})
FABRIKAM_NORTH = replace(FABRIKAM, shard="north", users=(), trunks=(Trunk("p", ("198.51.100.7",)),))
ELSEWHERE = Elsewhere((FABRIKAM_NORTH, replace(CONTOSO, shard="south", users=())), (NORTH,))


@pytest.mark.parametrize(
    ("user", "host"),
    [("fay", "fabrikam.com"), ("nobody", "FABRIKAM.com."), ("fay@fabrikam.com", "127.0.0.1")],
)
def test_a_domain_says_where_somebody_is_whoever_it_is(user: str, host: str) -> None:
    assert ELSEWHERE.shard_of_user(user, host, OWN_HOSTS) is NORTH


@pytest.mark.parametrize(
    ("user", "host"),
    [("fay", "127.0.0.1"), ("fay", "elsewhere.net"), ("fay@fabrikam.com", "elsewhere.net"), ("fay", "")],
)
def test_a_name_alone_says_nothing(user: str, host: str) -> None:
    assert ELSEWHERE.shard_of_user(user, host, OWN_HOSTS) is None


def test_a_server_that_was_never_started_is_nowhere() -> None:
    assert ELSEWHERE.shard_of_user("amal", "contoso.com", OWN_HOSTS) is None
    assert ELSEWHERE.shard_of("contoso") is None
    assert ELSEWHERE.shard_of("nobody") is None


def test_providers_of_organizations_elsewhere_are_known() -> None:
    assert [each.key for each in ELSEWHERE.trunks_of("198.51.100.7", 5060)] == ["fabrikam/p"]
    assert NOTHING_ELSEWHERE.trunks_of("198.51.100.7", 5060) == ()


def test_the_address_is_by_the_transport_that_is_asked_for_or_else_the_first() -> None:
    assert NORTH.sip_address("tls") == ("tls", "north.example:5061")
    assert NORTH.sip_address("tcp") == ("udp", "192.0.2.10:5060")
    assert Shard("south", (), "").sip_address("udp") is None


def test_what_has_not_changed_is_taken_from_before() -> None:
    after = Elsewhere(ELSEWHERE.plan.organizations, (NORTH,), ELSEWHERE)
    assert after.plan.organization("fabrikam") is FABRIKAM_NORTH
    assert after.shard_of_user("fay", "fabrikam.com", OWN_HOSTS) is NORTH
