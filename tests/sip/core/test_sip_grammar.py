"""The grammar of header values, as phones really write them."""

from __future__ import annotations

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.sip.core.grammar import (
    GrammarError,
    Uri,
    cached,
    check_address,
    parse_address,
    parse_auth,
    parse_parameters,
    parse_uri,
    parse_via,
    quote_string,
    split_list,
    tag_of,
    unquote_string,
)


def test_what_was_parsed_is_remembered_unless_it_is_long_and_never_without_end() -> None:
    parsed: list[str] = []

    @cached
    def parse(text: str) -> str:
        parsed.append(text)
        if not text:
            raise GrammarError("nothing")
        return text.upper()

    assert (parse("a"), parse("a")) == ("A", "A")
    for text in ("b" * 1000, "b" * 1000):
        assert parse(text) == "B" * 1000
    for _ in range(2):
        with pytest.raises(GrammarError):
            parse("")
    assert parsed == ["a", "b" * 1000, "b" * 1000, "", ""]
    for number in range(5000):
        parse(f"{number}")
    assert len(parse.__self__) <= 4096  # type: ignore[attr-defined]
    assert parse("a") == "A"


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("sip:example.com", Uri("sip", None, "example.com")),
        ("SIP:Bob@Example.com:5070", Uri("sip", "Bob", "Example.com", 5070)),
        ("sips:b%20b@h;transport=tcp;lr", Uri("sips", "b b", "h", None, {"transport": "tcp", "lr": None})),
        ("sip:b:secret@pbx1", Uri("sip", "b", "pbx1")),
        ("sip:b@my_host.local", Uri("sip", "b", "my_host.local")),
        ("sip:b@[2001:db8::1]:5060", Uri("sip", "b", "[2001:db8::1]", 5060)),
        ("sip:[::1]", Uri("sip", None, "[::1]")),
        ("tel:+1-425-555-0100;ext=2", Uri("tel", "+1-425-555-0100", "", None, {"ext": "2"})),
        ("sip:b@h?Replaces=a@b%3Bto", Uri("sip", "b", "h", None, {}, "Replaces=a@b%3Bto")),
        ("urn:service:sos", Uri("urn", "service:sos", "")),
    ],
)
def test_uris(text: str, uri: Uri) -> None:
    assert parse_uri(text) == uri


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip:",
        "bob",
        "sip:b@",
        "sip:b@h h",
        "sip:b@h:99999",
        "sip:b@h:x",
        "sip:b@h>",
        "tel:abcxyz",
        "<sip:b@h>",
    ],
)
def test_no_uris(text: str) -> None:
    with pytest.raises(GrammarError):
        parse_uri(text)


@pytest.mark.parametrize(
    "text", ["sip:bob@example.com", "sip:a%20b@h:5060;lr", "tel:+14255550100", "sips:h;transport=tcp?X=1"]
)
def test_uri_is_written_as_it_was_read(text: str) -> None:
    assert str(parse_uri(text)) == text


@pytest.mark.parametrize("value", ["<urn:uuid:1>", "a;b", "a,b", "<", ">", r"q\"<x>", ""])
def test_quoted_parameter_may_hold_anything(value: str) -> None:
    """RFC 3261 sections 20.10 and 25.1: with brackets around the URI and without."""
    uris = ["sip:b@h", "<sip:b@h>", "Bob <sip:b@h> ", '"B <x>" <sip:b@h>', "sip:b@h "]
    for uri, before, after in product(uris, ["", ";expires=60", ";audio"], ["", ";q=0.5", ';x="<y>"']):
        (element,) = split_list(f'{uri}{before};+sip.instance="{value}"{after};tag=7')
        address = parse_address(element)
        assert address.raw_uri == "sip:b@h"
        assert address.parameters["+sip.instance"] == value.replace("\\", "")
        assert (address.parameters.get("expires") == "60") == ("expires" in before)
        assert ("q" in address.parameters, "x" in address.parameters) == ("q=" in after, "x=" in after)
        assert tag_of(element) == "7"
        check_address(element)


@pytest.mark.parametrize("text", ['Bob "x" <sip:b@h>', 'sip:b@h "<x>"', 'sip:b@h;x="<y>'])
def test_quotes_in_the_wrong_place_make_no_address(text: str) -> None:
    with pytest.raises(GrammarError):
        parse_address(text)
    with pytest.raises(GrammarError):
        check_address(text)


def test_address_forms() -> None:
    quoted = parse_address(r'"Say \"hi\", you" <sip:b@h;lr>;tag=1 ; q="0;5"')
    assert quoted.display_name == 'Say "hi", you'
    assert quoted.raw_uri == "sip:b@h;lr"
    assert quoted.parameters == {"tag": "1", "q": "0;5"}
    bare = parse_address("sip:b@h;tag=2")
    assert (bare.uri.parameters, bare.parameters) == ({}, {"tag": "2"})
    assert parse_address("Bell, Alexander <sip:b@h>").display_name == "Bell, Alexander"
    assert parse_address("*").raw_uri == "*"
    assert parse_address('<sip:b@h>;x=">"').parameters == {"x": ">"}


@pytest.mark.parametrize(
    "text",
    ["", '"open <sip:b@h>', "<sip:b@h", "<sip:b@h>x", "sip:b@h?X=1", "<sip:b@h>;;tag=1", "< sip:b@h >"],
)
def test_no_addresses(text: str) -> None:
    with pytest.raises(GrammarError):
        parse_address(text)


def test_tag_is_found_where_it_belongs() -> None:
    assert tag_of("<sip:b@h;tag=no>;tag=yes") == "yes"
    assert tag_of("sip:b@h ;  TAG  = yes") == "yes"
    assert tag_of('<sip:b@h>;x=";tag=no";tag=yes') == "yes"
    assert tag_of("<sip:b@h;tag=no>") is None


def test_via_with_blanks_everywhere() -> None:
    via = parse_via("SIP / 2.0 / udp   [2001:db8::9] : 5060 ; branch = z9hG4bKx ;rport")
    assert (via.transport, via.host, via.port, via.branch) == ("UDP", "[2001:db8::9]", 5060, "z9hG4bKx")
    assert "rport" in via.parameters


def test_credentials_with_commas_and_escapes_in_quotes() -> None:
    auth = parse_auth(r'Digest realm="a, \"b\"", qop="auth,auth-int", nc=00000001 ,stale=FALSE')
    assert auth.scheme == "digest"
    assert auth.parameters == {
        "realm": 'a, "b"',
        "qop": "auth,auth-int",
        "nc": "00000001",
        "stale": "FALSE",
    }


@given(st.text())
def test_quoting_is_undone_by_unquoting(text: str) -> None:
    assert unquote_string(quote_string(text)) == text


@given(st.text(max_size=80))
def test_any_text_gives_a_value_or_a_grammar_error(text: str) -> None:
    for parse in (parse_uri, parse_address, parse_via, parse_auth, parse_parameters, split_list, tag_of):
        try:
            parse(text)
        except GrammarError:
            continue


HOSTILE = [
    '"' + "\\" * 60_000,
    "<" * 60_000,
    ";a=" * 20_000,
    "sip:" + "a" * 60_000 + "@",
    "a=b," * 15_000,
    '"",' * 20_000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_long_hostile_values_cost_linear_time(text: str) -> None:
    began = time.process_time()
    for parse in (parse_uri, parse_address, parse_via, parse_auth, parse_parameters, split_list):
        for value in (text, "Digest " + text, "SIP/2.0/UDP h;" + text, '"x" <sip:a@b>' + text):
            try:
                parse(value)
            except GrammarError:
                continue
    assert time.process_time() - began < 2
