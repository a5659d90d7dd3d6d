"""Which class a number has, and what may be dialled."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from huntline.directory.may_dial import MayDial, NumberClass
from huntline.directory.number_classes import COUNTRIES, class_of, countries_of, is_emergency

EMERGENCY, NATIONAL = NumberClass.EMERGENCY, NumberClass.NATIONAL
INTERNATIONAL, PREMIUM = NumberClass.INTERNATIONAL, NumberClass.PREMIUM
countries = st.sampled_from(sorted(COUNTRIES))
homes = st.lists(countries, max_size=3).map(tuple)
dialled = st.from_regex(r"\+?[0-9]{1,20}", fullmatch=True)


@pytest.mark.parametrize(
    ("number", "home", "expected"),
    [
        # help, in the ways of each country
        ("112", "US", EMERGENCY),
        ("911", "US", EMERGENCY),
        ("911", "FR", NATIONAL),
        ("15", "FR", EMERGENCY),
        ("999", "GB", EMERGENCY),
        ("000", "AU", EMERGENCY),
        ("9115550100", "US", NATIONAL),  # not help: more digits follow
        # at home, as people dial and as machines write
        ("+14255550100", "US", NATIONAL),
        ("4255550100", "US", NATIONAL),
        ("14255550100", "US", NATIONAL),
        ("5550100", "US", NATIONAL),
        ("0142685300", "FR", NATIONAL),
        ("+33142685300", "FR", NATIONAL),
        ("33142685300", "FR", NATIONAL),
        ("+18005550199", "US", NATIONAL),
        ("811", "US", NATIONAL),
        # elsewhere, in all forms
        ("+442079460000", "US", INTERNATIONAL),
        ("442079460000", "US", INTERNATIONAL),
        ("011442079460000", "US", INTERNATIONAL),
        ("00442079460000", "FR", INTERNATIONAL),
        ("00999999999999", "FR", INTERNATIONAL),
        ("+18765550100", "US", INTERNATIONAL),  # Jamaica: the same country code, another bill
        ("+12684561234", "US", INTERNATIONAL),
        ("+8835100012345", "US", INTERNATIONAL),  # satellites and networks of no country
        ("+999", "US", INTERNATIONAL),
        ("99999999999999999999", "US", INTERNATIONAL),
        # what costs more than the way
        ("+19005551234", "US", PREMIUM),
        ("9005551234", "US", PREMIUM),
        ("+19005551234", "FR", PREMIUM),
        ("0899123456", "FR", PREMIUM),
        ("+33899123456", "US", PREMIUM),
        ("+97912345678", "US", PREMIUM),
        ("3200", "FR", PREMIUM),
    ],
)
def test_numbers_by_country(number: str, home: str, expected: NumberClass) -> None:
    assert class_of(number, (home,)) is expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("112", EMERGENCY),
        ("911", EMERGENCY),
        ("999", EMERGENCY),
        ("118", INTERNATIONAL),
        ("4255550100", INTERNATIONAL),
        ("+14255550100", INTERNATIONAL),
        ("+19005551234", PREMIUM),
    ],
)
def test_where_nobody_has_said_the_country(number: str, expected: NumberClass) -> None:
    assert class_of(number, ()) is expected


@given(dialled, homes)
def test_every_number_has_a_class_and_112_is_help_everywhere(number: str, homes: tuple[str, ...]) -> None:
    assert class_of(number, homes) is not NumberClass.INTERNAL
    assert class_of("112", homes) is EMERGENCY
    assert (class_of(number, homes) is EMERGENCY) == is_emergency(number, homes)


@given(dialled, homes, countries)
def test_who_is_at_home_in_more_countries_calls_nobody_dearer_by_full_number(
    number: str, homes: tuple[str, ...], another: str
) -> None:
    number = "+" + number.removeprefix("+")
    order = [NATIONAL, INTERNATIONAL, PREMIUM]
    fewer, more = class_of(number, homes), class_of(number, (*homes, another))
    assert order.index(more) <= order.index(fewer)


@given(countries, countries, st.sampled_from([PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE]))
def test_a_number_of_a_country_is_national_there_alone(country: str, elsewhere: str, kind: int) -> None:
    parsed = phonenumbers.example_number_for_type(country, kind)
    if parsed is None or phonenumbers.number_type(parsed) == PhoneNumberType.PREMIUM_RATE:
        return
    number = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    region = phonenumbers.region_code_for_number(parsed)
    assert region is not None
    assert class_of(number, (region,)) is NATIONAL
    if elsewhere != region:
        assert class_of(number, (elsewhere,)) is INTERNATIONAL


@given(countries, homes)
def test_premium_is_premium_from_everywhere(country: str, homes: tuple[str, ...]) -> None:
    parsed = phonenumbers.example_number_for_type(country, PhoneNumberType.PREMIUM_RATE)
    if parsed is not None:
        assert class_of(phonenumbers.format_number(parsed, PhoneNumberFormat.E164), homes) is PREMIUM


@given(countries, st.sampled_from([PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE]), countries)
def test_dialled_with_the_prefix_of_home_it_is_the_same_as_with_a_plus(
    country: str, kind: int, home: str
) -> None:
    parsed = phonenumbers.example_number_for_type(country, kind)
    if parsed is None:
        return
    out = phonenumbers.format_out_of_country_calling_number(parsed, home)
    if out.startswith("+"):
        return  # home has several prefixes, of which none is the usual one
    digits = "".join(each for each in out if each.isdecimal())
    number = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    assert class_of(digits, (home,)) is class_of(number, (home,)) or class_of(digits, (home,)).is_dear


@pytest.mark.parametrize(
    ("may", "allowed"),
    [
        (MayDial.INTERNAL, {NumberClass.INTERNAL}),
        (MayDial.NATIONAL, {NumberClass.INTERNAL, NATIONAL}),
        (MayDial.INTERNATIONAL, {NumberClass.INTERNAL, NATIONAL, INTERNATIONAL}),
        (MayDial.PREMIUM, {NumberClass.INTERNAL, NATIONAL, INTERNATIONAL, PREMIUM}),
    ],
)
def test_what_each_may_dial(may: MayDial, allowed: set[NumberClass]) -> None:
    assert {each for each in NumberClass if may.allows(each)} == {*allowed, EMERGENCY}


def test_the_countries_of_numbers() -> None:
    numbers = ["+14255550100", "+14255550101", "+33142685300", "+18765550100", "+999", "+8835100012345"]
    assert countries_of(numbers)[:3] == ("US", "FR", "JM")
    assert countries_of([]) == ()
