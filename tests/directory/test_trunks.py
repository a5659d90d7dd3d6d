"""Providers: what may be said of one, where calls go, and how numbers are written for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.directory.organization import Secret, Trunk
from huntline.directory.rules import check
from huntline.directory.trunks import (
    TrunkHost,
    TrunkTable,
    brings,
    destinations,
    parse_trunk_host,
    rewritten,
    takes_calls,
)

from .offices import contoso, refusal

PROVIDER = Trunk("provider", hosts=("sip.provider.example",))
SIGNED_IN = replace(PROVIDER, username="contoso", password=Secret(clear="a secret"))


def refused(trunk: Trunk) -> tuple[str, object, str]:
    """What is wrong with the one trunk of an organization."""
    problem = refusal(contoso(trunks=(trunk,)))
    return problem.field, problem.value, problem.message


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("sip.provider.example", TrunkHost("sip.provider.example")),
        ("SIP.Provider.example.:5070", TrunkHost("sip.provider.example", 5070)),
        ("192.0.2.1", TrunkHost("192.0.2.1")),
        ("192.0.2.1:5070", TrunkHost("192.0.2.1", 5070)),
        ("2001:db8::1", TrunkHost("2001:db8::1")),
        ("[2001:db8:0::1]:5070", TrunkHost("2001:db8::1", 5070)),
        ("[2001:db8::1]", TrunkHost("2001:db8::1")),
    ],
)
def test_a_host_is_a_name_or_an_address_with_or_without_a_port(text: str, host: TrunkHost) -> None:
    assert parse_trunk_host(text) == host
    assert parse_trunk_host(str(host)) == host


@pytest.mark.parametrize(
    "text",
    *[["", "a b", "sip:provider.example", "provider.example:0", "provider.example:65536", "192.0.2.300"]],
)
def test_what_is_no_host_is_refused_with_an_example(text: str) -> None:
    field, value, message = refused(replace(PROVIDER, hosts=(text,)))
    assert (field, value) == ("trunks[0].hosts[0]", text)
    assert "sip.provider.example:5060" in message


@given(st.text(max_size=300))
def test_any_text_is_a_host_or_refused(text: str) -> None:
    try:
        parse_trunk_host(text)
    except ValueError:
        assert check(contoso(trunks=(replace(PROVIDER, hosts=(text,)),)))


def test_a_trunk_has_an_address_or_a_host() -> None:
    assert check(contoso(trunks=(PROVIDER, Trunk("other", ("192.0.2.1",))))) == []
    assert refused(Trunk("provider"))[0] == "trunks[0].addresses"


def test_a_password_needs_a_username_and_a_registration_needs_both_and_a_host() -> None:
    assert check(contoso(trunks=(replace(SIGNED_IN, registers=True, registers_all_numbers=True),))) == []
    assert refused(replace(SIGNED_IN, username=None)) == (
        "trunks[0].username",
        None,
        "missing: a password needs a username",
    )
    assert refused(replace(PROVIDER, registers=True))[0] == "trunks[0].registers"
    assert refused(replace(SIGNED_IN, hosts=(), addresses=("192.0.2.1",), registers=True))[2] == (
        "needs username, password and at least one of hosts"
    )
    assert refused(replace(SIGNED_IN, registers_all_numbers=True))[0] == "trunks[0].registers_all_numbers"


def test_what_is_wrong_with_a_password_is_said_without_it() -> None:
    assert refused(replace(SIGNED_IN, password=Secret(clear="line\nbreak"))) == (
        "trunks[0].password",
        None,
        "must be 1 to 128 printable characters",
    )
    assert "a secret" not in repr(SIGNED_IN)


@pytest.mark.parametrize("rule", ["00+", "abc>+", ">>", "+33 > 0", "0>+>1"])
def test_a_prefix_rule_has_one_arrow_between_two_prefixes(rule: str) -> None:
    field, value, message = refused(replace(PROVIDER, prefixes_out=(rule,)))
    assert (field, value) == ("trunks[0].prefixes_out[0]", rule)
    assert message.startswith("must be PREFIX>REPLACEMENT")


@pytest.mark.parametrize(
    ("rules", "number", "written"),
    [
        ((), "+33142681234", "+33142681234"),
        (("+33>0", "+>00"), "+33142681234", "0142681234"),
        (("+33>0", "+>00"), "+14255550100", "0014255550100"),
        (("+>00", "+33>0"), "+33142681234", "0033142681234"),
        ((">9",), "112", "9112"),
        (("+1>",), "+14255550100", "4255550100"),
    ],
)
def test_of_the_prefix_rules_the_first_that_fits_counts(
    rules: tuple[str, ...], number: str, written: str
) -> None:
    assert rewritten(number, rules) == written


def test_calls_go_to_the_hosts_in_order_and_else_to_single_addresses() -> None:
    two = Trunk("provider", ("192.0.2.0/24",), hosts=("a.example", "192.0.2.9:5070"))
    assert destinations(two) == (TrunkHost("a.example"), TrunkHost("192.0.2.9", 5070))
    without = Trunk("provider", ("192.0.2.0/24", "192.0.2.1", "192.0.2.2:5080"))
    assert destinations(without) == (TrunkHost("192.0.2.1"), TrunkHost("192.0.2.2", 5080))
    assert not takes_calls(Trunk("provider", ("192.0.2.0/24",)))
    assert not takes_calls(replace(PROVIDER, is_enabled=False))


def test_numbers_come_in_by_the_trunk_that_has_them() -> None:
    some = replace(PROVIDER, numbers=("+1425", "+33142681234"))
    assert [brings(some, number) for number in ("+14255550100", "+33142681234", "+33142681235")] == [
        *(True, True, False)
    ]
    assert brings(PROVIDER, "+33142681235")


def test_a_disabled_trunk_brings_no_calls_and_a_host_that_is_an_address_does() -> None:
    off = Trunk("off", ("192.0.2.1",), is_enabled=False)
    by_host = Trunk("by host", hosts=("192.0.2.2:5070", "sip.provider.example"))
    both = Trunk("both", ("192.0.2.3",), hosts=("192.0.2.4",))
    table = TrunkTable([contoso(trunks=(off, by_host, both))])
    known = [address for address in range(1, 5) if table.trunks_of(f"192.0.2.{address}", 40000)]
    assert known == [2, 3]
