"""Telephone numbers as people read them; programs and tables for programs keep them as they are stored."""

from __future__ import annotations

import re
from functools import lru_cache

_INTERNATIONAL = re.compile(r"\+[0-9]{3,15}", re.ASCII)


@lru_cache(maxsize=4096)
def shown_number(text: str) -> str:
    """``+14255550100`` is ``+1 425-555-0100``, spaced as its country does; ``tel:`` is left out.

    A name, a short number and whatever no numbering plan could have stay as they are.
    """
    number = text.removeprefix("tel:")
    if not _INTERNATIONAL.fullmatch(number):
        return text
    # Imported here: commands that show no number need not wait for it.
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
