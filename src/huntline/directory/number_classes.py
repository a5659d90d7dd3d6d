"""Classes of numbers: how far away a number is and what it costs, by the numbering plans of the world.

What cannot be told is taken for the dearer: a call that is refused can be allowed, one that is paid cannot be
unpaid. The plans are those of the library ``phonenumbers``, with the short numbers of each country.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberType, ValidationResult, shortnumberinfo
from phonenumbers.shortnumberinfo import ShortNumberCost

from huntline.directory.may_dial import NumberClass

COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""The countries that have a numbering plan (ISO 3166-1, two capital letters)."""

_PREMIUM_OF_NO_COUNTRY = 979
"""The country code of the international premium rate service (ITU-T E.169.2)."""
_EVERYWHERE = frozenset({"112"})
_USUAL = frozenset({"112", "911", "999", "000"})
"""Where nobody knows the country."""
_INTERNATIONAL_PREFIXES = ("00", "011", "0011", "010", "810")
_LONGEST_SHORT_NUMBER = 6


def class_of(number: str, homes: Collection[str]) -> NumberClass:
    """The class of a number of the outside, ``+digits`` or digits as dialled, for who is at home in these
    countries. Without any all numbers but those of emergency are international."""
    if is_emergency(number, homes):
        return NumberClass.EMERGENCY
    if number.startswith("+"):
        parsed = _parsed(number)
        return NumberClass.INTERNATIONAL if parsed is None else _class_of(parsed, homes)
    return next(_readings(number, homes), NumberClass.INTERNATIONAL)


def is_emergency(number: str, homes: Collection[str]) -> bool:
    """Whether these digits call for help: 112 everywhere, and what the countries have beside it."""
    if number in (_EVERYWHERE if homes else _USUAL):
        return True
    known = (home for home in homes if home in COUNTRIES)
    return number.isdecimal() and any(shortnumberinfo.is_emergency_number(number, home) for home in known)


def countries_of(numbers: Iterable[str]) -> tuple[str, ...]:
    """The countries that these numbers (``+digits``) are of, in their order."""
    # The digits at the front tell the country: one of each is asked for, however many there are.
    by_front = {number[:7]: number for number in reversed([*numbers])}
    found = (_parsed(number) for number in reversed(by_front.values()))
    regions = (_region(parsed) for parsed in found if parsed is not None)
    return tuple(dict.fromkeys(region for region in regions if region is not None))


def _readings(number: str, homes: Collection[str]) -> Iterator[NumberClass]:
    """What digits without a plus may be, the surest first."""
    at_home = [parsed for home in homes if (parsed := _parsed(number, home)) is not None]
    for parsed in filter(phonenumbers.is_valid_number, at_home):
        yield _class_of(parsed, homes)
    abroad = _parsed(f"+{number}")
    if abroad is not None and phonenumbers.is_valid_number(abroad):
        yield _class_of(abroad, homes)
    if number.startswith(_INTERNATIONAL_PREFIXES) or not homes:
        return
    yield from filter(None, (_short(number, home) for home in homes))
    if len(number) <= _LONGEST_SHORT_NUMBER or any(map(_may_be_local, at_home)):
        yield NumberClass.NATIONAL


def _short(number: str, home: str) -> NumberClass | None:
    parsed = _parsed(number, home)
    if parsed is None or not shortnumberinfo.is_possible_short_number_for_region(parsed, home):
        return None
    if shortnumberinfo.expected_cost_for_region(parsed, home) == ShortNumberCost.PREMIUM_RATE:
        return NumberClass.PREMIUM
    return None


def _may_be_local(parsed: PhoneNumber) -> bool:
    possible = (ValidationResult.IS_POSSIBLE, ValidationResult.IS_POSSIBLE_LOCAL_ONLY)
    return phonenumbers.is_possible_number_with_reason(parsed) in possible


def _class_of(parsed: PhoneNumber, homes: Collection[str]) -> NumberClass:
    is_premium = phonenumbers.number_type(parsed) == PhoneNumberType.PREMIUM_RATE
    if is_premium or parsed.country_code == _PREMIUM_OF_NO_COUNTRY:
        return NumberClass.PREMIUM
    region = _region(parsed)
    if region is None:
        # No number of a plan that we know: of the country that its digits are written for, if of any.
        is_home = any(phonenumbers.country_code_for_region(home) == parsed.country_code for home in homes)
    else:
        is_home = region in homes
    return NumberClass.NATIONAL if is_home else NumberClass.INTERNATIONAL


def _region(parsed: PhoneNumber) -> str | None:
    region: str | None = phonenumbers.region_code_for_number(parsed)
    return region


def _parsed(number: str, home: str | None = None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(number, home)
    except NumberParseException:
        return None
