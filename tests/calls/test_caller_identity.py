"""What a rung phone shows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.calls.caller_identity import (
    CallerId,
    caller_of,
    from_header,
    identity_headers,
    name_addr,
    outside_caller,
)
from huntline.directory.caller_id import ShownCallerId
from huntline.directory.plan import Account
from huntline.sip.core.grammar import parse_address
from huntline.sip.core.message import Request, parse_message

JANE = CallerId("+14255551234", "Jane")


def invite(*headers: str) -> Request:
    lines = [
        "INVITE sip:+14255550100@contoso.com SIP/2.0",
        "Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKa",
        "To: <sip:+14255550100@contoso.com>",
        "Call-ID: c1",
        "CSeq: 1 INVITE",
        *headers,
        "Content-Length: 0",
    ]
    message = parse_message(("\r\n".join(lines) + "\r\n\r\n").encode())
    assert isinstance(message, Request)
    return message


@pytest.mark.parametrize(
    ("sender", "user", "name"),
    [
        ("<sip:%1b%5d0;pwn%07@x>", "\ufffd]0;pwn\ufffd", ""),
        ('"\u202egpj.exe\x9b" <sip:jane@x>', "jane", "\ufffdgpj.exe\ufffd"),
        ('"Zoe\u0308" <sip:zoe@x>', "zoe", "Zoë"),
        (f'"{"n" * 3000}" <sip:{"u" * 3000}@x>', "u" * 63 + "…", "n" * 255 + "…"),
        ("<sip:%E2%80%8B@x>", "anonymous", ""),
    ],
)
def test_what_a_stranger_calls_themself_steers_nothing(sender: str, user: str, name: str) -> None:
    caller = caller_of(invite(f"From: {sender};tag=1"), is_trusted=False)
    assert (caller.user, caller.display_name) == (user, name)


def test_an_agent_sees_the_queue_and_the_number() -> None:
    assert from_header(JANE, "contoso.com", "Help Desk") == (
        '"Help Desk: +14255551234" <sip:+14255551234@contoso.com>'
    )


def test_a_caller_without_a_number_is_shown_by_name() -> None:
    assert CallerId("jane", "Jane Doe").shown == "Jane Doe"
    assert CallerId("jane").shown == "jane"


def test_a_trunks_word_on_the_caller_goes_before_from() -> None:
    request = invite(
        "From: <sip:unknown@provider.example>;tag=1",
        "P-Asserted-Identity: <sip:+33123456789@provider.example>",
    )
    assert caller_of(request, is_trusted=True).user == "+33123456789"
    assert caller_of(request, is_trusted=False).user == "unknown"


@pytest.mark.parametrize(
    "headers",
    [
        ('P-Asserted-Identity: "Doe, Jo" <sip:+14255551234@provider.example>, <tel:+14255551234>',),
        ("P-Asserted-Identity: <tel:+14255551234>", 'P-Asserted-Identity: "Doe, Jo" <sip:jo@p.example>'),
        ('P-Asserted-Identity: "Doe, Jo" <sip:jo@p.example>, <tel:+1-425-555-1234;ext=1>',),
        (
            'P-Asserted-Identity: "unfinished <sip:+1@p.example>',
            'P-Asserted-Identity: "Doe, Jo" <tel:+14255551234>',
        ),
        ('P-Asserted-Identity: , "Doe, Jo" <sip:+1(425)555.1234;cpc=ordinary@p.example;user=phone>',),
    ],
)
def test_a_party_may_be_asserted_by_several_addresses(headers: tuple[str, ...]) -> None:
    request = invite("From: <sip:unknown@provider.example>;tag=1", *headers)
    assert caller_of(request, is_trusted=True) == CallerId("+14255551234", "Doe, Jo")


def test_the_parameters_of_a_number_are_no_part_of_it() -> None:
    request = invite("From: <sip:+14255551234;npdi;rn=+14255550999@p.example;user=phone>;tag=1")
    assert caller_of(request, is_trusted=True) == CallerId("+14255551234")
    assert (
        caller_of(invite("From: <sip:jo;day=monday@p.example>;tag=1"), is_trusted=True).user
        == "jo;day=monday"
    )


FROM = "From: <sip:unknown@provider.example>;tag=1"
NOBODY = 'From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=1'
PAI = "P-Asserted-Identity: <sip:+14255551234@provider.example>"
HIDDEN = CallerId("anonymous")


@pytest.mark.parametrize(
    ("headers", "trusted", "untrusted"),
    [
        # who says it
        ((FROM,), CallerId("unknown"), CallerId("unknown")),
        ((FROM, PAI), CallerId("+14255551234"), CallerId("unknown")),
        (
            (FROM, "Remote-Party-ID: <sip:+14255551234@p.example>"),
            CallerId("+14255551234"),
            CallerId("unknown"),
        ),
        (
            (FROM, PAI, "Remote-Party-ID: <sip:+33123456789@p.example>"),
            CallerId("+14255551234"),
            CallerId("unknown"),
        ),
        (
            (
                FROM,
                'Remote-Party-ID: "Jane" <sip:+14255551234@p.example>;party=calling;screen=yes;privacy=off',
            ),
            JANE,
            CallerId("unknown"),
        ),
        (
            (FROM, "Remote-Party-ID: <sip:+14255551234@p.example>;screen=no"),
            CallerId("unknown"),
            CallerId("unknown"),
        ),
        ((FROM, "Remote-Party-ID: <sip:<>;;", PAI), CallerId("+14255551234"), CallerId("unknown")),
        # what is not to be told
        ((FROM, PAI, "Privacy: id"), HIDDEN, HIDDEN),
        ((FROM, PAI, "Privacy: user"), HIDDEN, HIDDEN),
        ((FROM, PAI, "Privacy: header;user;critical"), HIDDEN, HIDDEN),
        ((FROM, PAI, "Privacy: header"), CallerId("+14255551234"), CallerId("unknown")),
        ((FROM, PAI, "Privacy: none"), CallerId("+14255551234"), CallerId("unknown")),
        ((NOBODY,), HIDDEN, HIDDEN),
        ((NOBODY, PAI), HIDDEN, HIDDEN),
        ((NOBODY, PAI, "Privacy: none"), CallerId("+14255551234"), HIDDEN),
        (
            (FROM, 'Remote-Party-ID: "Jane" <sip:+14255551234@p.example>;privacy=full'),
            HIDDEN,
            CallerId("unknown"),
        ),
        (
            (FROM, 'Remote-Party-ID: "Jane" <sip:+14255551234@p.example>;PRIVACY=Uri'),
            HIDDEN,
            CallerId("unknown"),
        ),
        (
            (FROM, 'Remote-Party-ID: "Jane" <sip:+14255551234@p.example>;privacy=name'),
            CallerId("+14255551234"),
            CallerId("unknown"),
        ),
    ],
)
def test_who_calls_is_what_those_say_who_are_believed_and_hidden_for_all(
    headers: tuple[str, ...], trusted: CallerId, untrusted: CallerId
) -> None:
    assert caller_of(invite(*headers), is_trusted=True) == trusted
    assert caller_of(invite(*headers), is_trusted=False) == untrusted


@pytest.mark.parametrize(
    "headers",
    [
        ("From: <sip:+1@provider.example>;tag=1", "Privacy: id"),
        ("From: <sip:+1@provider.example>;tag=1", "Privacy: user;id"),
        ("From: <sip:+1@provider.example>;tag=1", "Privacy: header", "Privacy: critical; ID"),
        ('From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=1',),
        ("From: <sip:+1@x.invalid>;tag=1",),
    ],
)
def test_who_hides_the_number_stays_hidden(headers: tuple[str, ...]) -> None:
    caller = caller_of(invite(*headers), is_trusted=True)
    assert caller.is_anonymous
    told = dict(identity_headers(caller, "contoso.com"))
    assert told == {"Privacy": "id"}
    assert "+1" not in from_header(caller, "contoso.com", "Help Desk")


def test_phones_that_prefer_the_asserted_identity_read_the_queue_there() -> None:
    asserted = identity_headers(JANE, "contoso.com", "Help Desk")
    assert asserted == (("P-Asserted-Identity", '"Help Desk: +14255551234" <sip:+14255551234@contoso.com>'),)
    plain = identity_headers(JANE, "contoso.com")
    assert plain == (("P-Asserted-Identity", '"Jane" <sip:+14255551234@contoso.com>'),)


AMAL = Account(
    user_id="amal",
    organization_id="contoso",
    upn="amal@contoso.com",
    display_name="Amal",
    realm="contoso.com",
    digests=(),
    contacts=(),
)


def test_the_outside_world_sees_the_number_of_the_policy_and_the_companys_name_if_any() -> None:
    plain = outside_caller(ShownCallerId("+14255550100"), AMAL)
    assert from_header(plain, "contoso.com", None) == '"+14255550100" <sip:+14255550100@contoso.com>'
    company = outside_caller(ShownCallerId("+14255550100", "Contoso"), AMAL)
    assert from_header(company, "contoso.com", None) == '"Contoso" <sip:+14255550100@contoso.com>'
    told = dict(identity_headers(company, "contoso.com"))
    assert told == {"P-Asserted-Identity": '"Contoso" <sip:+14255550100@contoso.com>'}


def test_nobodys_number_is_anonymous_at_an_address_that_leads_nowhere() -> None:
    nobody = outside_caller(ShownCallerId(None), AMAL)
    assert from_header(nobody, "contoso.com", None) == '"Anonymous" <sip:anonymous@anonymous.invalid>'
    assert identity_headers(nobody, "contoso.com") == (("Privacy", "id"),)


@given(st.text(max_size=40))
def test_no_display_name_breaks_out_of_its_quotes(name: str) -> None:
    value = name_addr(name, "sip:a@b.example")
    assert "\r" not in value
    assert "\n" not in value
    assert parse_address(value).raw_uri == "sip:a@b.example"
