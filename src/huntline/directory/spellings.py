"""One number in all the ways in which it may have been written down."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat

from huntline.errors import Refused

_RUN = re.compile(r"(?<![0-9A-Za-z])\+?\(?[0-9](?:[ ().\-/]{0,2}[0-9])*(?![0-9A-Za-z])", re.ASCII)
"""Digits with what people put between them."""
_PREFIXES = ("", "00", "011", "0011")
"""How the international form is dialled in most of the world, North America and Australia (ITU-T E.123)."""
_NO_DIGIT = re.compile(r"[^0-9]", re.ASCII)


class NotANumber(Refused):
    """What was said is no number that a person can have."""

    error_id = "not-a-number"
    status = 422


@dataclass(frozen=True, slots=True)
class Spellings:
    """All the digits that stand for one number: international, as dialled from elsewhere, and national."""

    e164: str
    digits: frozenset[str]

    @property
    def like(self) -> str:
        """What a text that has the number in it is ``LIKE`` in a database: many others are, too."""
        shortest = min(self.digits, key=len)
        return "%" + "%".join(shortest) + "%"

    def are(self, text: str) -> bool:
        """Whether the text is the number and nothing else: ``tel:`` or ``sip:`` in front and a host or
        parameters behind do not count."""
        user = re.sub(r"^(tel|sips?):", "", text.strip(), flags=re.IGNORECASE)
        user = re.split(r"[@;]", user, maxsplit=1)[0]
        return _RUN.fullmatch(user) is not None and self._has(user)

    def replaced(self, text: str, by: str) -> str:
        """The text with something else wherever the number stands in it."""
        return _RUN.sub(lambda run: by if self._has(run[0]) else run[0], text)

    def _has(self, run: str) -> bool:
        return _NO_DIGIT.sub("", run) in self.digits


def spellings_of(text: str) -> Spellings:
    """The spellings of a number that is written with ``+`` and the country's code.

    Raises NotANumber, which says what it must be.
    """
    try:
        number = phonenumbers.parse(text.strip().removeprefix("tel:"))
    except phonenumbers.NumberParseException:
        raise NotANumber("must begin with + and the country's code, such as +14255550100") from None
    if not phonenumbers.is_possible_number(number):
        raise NotANumber("must be a number that its country has, such as +14255550100")
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    alone = phonenumbers.national_significant_number(number)
    international = (prefix + e164[1:] for prefix in _PREFIXES)
    return Spellings(e164, frozenset((*international, _NO_DIGIT.sub("", national), alone)))
