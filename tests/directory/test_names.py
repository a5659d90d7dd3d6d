"""Names and numbers, as they are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.directory.names import number_digits, plain_number, plain_user, without_parameters


@pytest.mark.parametrize(
    "text",
    [
        "+14255550100",
        "+1-425-555-0100",
        "+1(425)555.0100",
        "+14255550100;npdi;rn=+14255550999",
        "+1-425-555-0100;ext=7;isub=1",
        "+14255550100;phone-context=contoso.com",
        "+14255550100;cic=+16789",
    ],
)
def test_a_number_is_what_stands_before_its_parameters(text: str) -> None:
    assert plain_number(text) == "+14255550100"
    assert number_digits(text) == "14255550100"
    assert plain_user(text) == "+14255550100"


def test_a_context_is_nothing_to_put_before_a_number() -> None:
    assert plain_number("5550100;phone-context=+1425") == "5550100"


@pytest.mark.parametrize("name", ["amal", "amal;day=monday", "a1;ext=7", "+1425x;ext=7", ";ext=7", ""])
def test_a_name_is_no_number_and_stays_as_it_is(name: str) -> None:
    assert plain_number(name) is None
    assert without_parameters(name) == name


def test_codes_have_no_parameters_either() -> None:
    assert without_parameters("*45;phone-context=contoso.com") == "*45"


@given(st.text(max_size=40))
def test_any_text_is_read_without_ado(text: str) -> None:
    assert plain_user(plain_user(text)) == plain_user(text)
