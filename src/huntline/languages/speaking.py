"""How things are said aloud: numbers, times of day, dates, durations, names and telephone numbers, in words.

A voice gets nothing but words and the marks of pauses: what it would make of a digit, or of a sign, is not
left to it.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time, timedelta

import phonenumbers
from num2words import num2words

SPOKEN_LANGUAGES = ("en", "fr")
"""All functions here take one of these."""

DEFAULT_LANGUAGE = "en"

_LONGEST_WORD = 40
"""Letters; a voice may never come to the end of a longer one."""

_MOST_DIGITS = 7
"""A number of so many digits is no quantity but a name of something, and is said digit by digit."""

_MONTHS: dict[str, str] = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_DAYS: dict[str, str] = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
}
_UNITS: dict[str, str] = {"en": "hour minute second", "fr": "heure minute seconde"}
_AND: dict[str, str] = {"en": "and", "fr": "et"}
_POINT: dict[str, str] = {"en": "point", "fr": "virgule"}
_OWN_COUNTRY: dict[str, int] = {"en": 1, "fr": 33}
"""The country whose numbers are said as they are dialled within it."""

_SIGNS: dict[str, dict[str, str]] = {
    "en": {"&": "and", "@": "at", "%": "percent", "#": "pound", "*": "star", "+": "plus", "€": "euros"},
    "fr": {
        "&": "et",
        "@": "arobase",
        "%": "pour cent",
        "#": "dièse",
        "*": "étoile",
        "+": "plus",
        "€": "euros",
    },
}
_WORDS: dict[str, dict[str, str]] = {
    "en": {"no.": "number"},
    "fr": {"n°": "numéro", "m.": "monsieur", "mme": "madame", "mlle": "mademoiselle", "rdv": "rendez-vous"},
}
_PLAIN = {
    ord(sign): plain
    for signs, plain in (
        ("’\N{LEFT SINGLE QUOTATION MARK}\N{MODIFIER LETTER APOSTROPHE}", "'"),
        ('“”«»"/·\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}', " "),
        ("\N{EN DASH}—", ", "),
        ("…", ". "),
    )
    for sign in signs
}
_FOLDED = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "đ": "d", "Đ": "D", "ð": "d", "þ": "th"}
    | {"æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}
)
_LETTERS: dict[str, str] = {"en": "", "fr": "àâäçéèêëîïôöùûüÿÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸ"}
_MARKS = ".,;:?!'-"

_FEMININE = re.compile(r"\s+(?:heure|minute|seconde|personne|place|touche|semaine|journée|année|option)s?\b")
_TELEPHONE = re.compile(r"\+\d[\d .()-]{6,20}\d\b")
_FRENCH_TELEPHONE = re.compile(r"\b0\d(?:[ .]\d\d){4}\b")
_ISO_DATE = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_HALF = r"([ap])(?:\.m\.|m\b)"
_TIME = re.compile(rf"\b([01]?\d|2[0-4])(?:\s?[h:]\s?([0-5]\d)|\s?h\b)(?:\s?{_HALF})?", re.IGNORECASE)
_HOUR = re.compile(rf"\b(1[0-2]|[1-9])\s?{_HALF}", re.IGNORECASE)
_ORDINALS: dict[str, re.Pattern[str]] = {
    "en": re.compile(r"\b(\d{1,6})(?:st|nd|rd|th)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(\d{1,6})(ers?|res?|ère|e|ème)\b", re.IGNORECASE),
}
_NUMBER = re.compile(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:[.,](\d+))?(?!\w)|\d+")


def number(value: int, language: str, *, is_feminine: bool = False) -> str:
    """A quantity: ``vingt et un``, and of minutes ``vingt et une``."""
    words = str(num2words(value, lang=language)).replace(",", "")
    if language == "fr" and is_feminine and re.search(r"\bun$", words):
        words += "e"
    return words


def digits(text: str, language: str) -> str:
    """Each digit for itself."""
    return " ".join(number(int(digit), language) for digit in text if digit.isdecimal())


def time_of_day(at: time, language: str) -> str:
    """``seven ten P M``, ``dix-neuf heures dix``."""
    minutes = number(at.minute, language) if at.minute else ""
    if language == "fr":
        hours = {0: "minuit", 12: "midi"}.get(at.hour) or _counted(at.hour, "heure", language)
        return f"{hours} {minutes}".rstrip()
    if not at.minute and at.hour in (0, 12):
        return "noon" if at.hour else "midnight"
    if 0 < at.minute < 10:
        minutes = f"oh {minutes}"
    half = "A M" if at.hour < 12 else "P M"
    return " ".join(f"{number(at.hour % 12 or 12, language)} {minutes} {half}".split())


def date_in_words(on: date, language: str, *, with_year: bool = False) -> str:
    """``Tuesday, the fourteenth of July``, ``mardi quatorze juillet``."""
    day, month = _DAYS[language].split()[on.weekday()], _MONTHS[language].split()[on.month - 1]
    year = f" {number(on.year, language)}" if with_year else ""
    if language == "fr":
        return f"{day} {'premier' if on.day == 1 else number(on.day, language)} {month}{year}"
    return f"{day}, the {num2words(on.day, lang='en', to='ordinal')} of {month}{year}"


def duration(length: timedelta, language: str) -> str:
    """``two minutes``, ``une heure et trente minutes``; to the second, and never negative."""
    seconds = max(0, round(length.total_seconds()))
    counts = (seconds // 3600, seconds // 60 % 60, seconds % 60)
    units = _UNITS[language].split()
    parts = [_counted(count, unit, language) for count, unit in zip(counts, units, strict=True) if count]
    *first, last = parts or [_counted(0, units[-1], language)]
    return f"{', '.join(first)} {_AND[language]} {last}" if first else last


def telephone_number(written: str, language: str) -> str:
    """A number as people say it: in French by pairs, in English digit by digit, with pauses between groups.

    What is no telephone number of the world, an extension say, is said digit by digit.
    """
    try:
        parsed = phonenumbers.parse(written.removeprefix("tel:"))
    except phonenumbers.NumberParseException:
        return digits(written, language)
    is_own = parsed.country_code == _OWN_COUNTRY[language]
    style = phonenumbers.PhoneNumberFormat
    shown = phonenumbers.format_number(parsed, style.NATIONAL if is_own else style.INTERNATIONAL)
    groups = [_group(group, language) for group in re.findall(r"\d+", shown)]
    return ", ".join(groups) if is_own else f"plus {', '.join(groups)}"


def sayable(text: str, language: str) -> str:
    """A text as words of the language and marks of pauses, and nothing else; empty where nothing of it can be
    said. Whatever it is, a voice comes to an end of it."""
    text = unicodedata.normalize("NFC", text).translate(_PLAIN)
    text = _TELEPHONE.sub(lambda found: telephone_number(found[0], language), text)
    text = _ISO_DATE.sub(lambda found: _date_of(found, language), text)
    if language == "fr":
        text = _FRENCH_TELEPHONE.sub(lambda found: ", ".join(_group(g, "fr") for g in found[0].split()), text)
    text = _TIME.sub(lambda found: _time_of(found, language), text)
    if language == "en":
        text = _HOUR.sub(lambda found: f"{number(int(found[1]), 'en')} {found[2].upper()} M", text)
    text = _ORDINALS[language].sub(lambda found: _ordinal_of(found, language), text)
    text = _NUMBER.sub(lambda found: _number_of(found, language), text)
    said = " ".join(" ".join(_said(word, language) for word in _words(text, language)).split())
    said = re.sub(r" +([.,])", r"\1", said).strip(" ,;:-'")
    return said if any(map(str.isalpha, said)) else ""


def _counted(count: int, unit: str, language: str) -> str:
    is_one = count < 2 if language == "fr" else count == 1
    words = number(count, language, is_feminine=language == "fr")
    return f"{words} {unit if is_one else unit + 's'}"


def _group(group: str, language: str) -> str:
    if language == "fr" and len(group) == 2 and group[0] != "0":
        return number(int(group), language)
    return digits(group, language)


def _date_of(found: re.Match[str], language: str) -> str:
    try:
        return date_in_words(date(*map(int, found.groups())), language, with_year=True)
    except ValueError:
        return " ".join(digits(part, language) for part in found.groups())


def _time_of(found: re.Match[str], language: str) -> str:
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half and 1 <= hour <= 12:
        hour = hour % 12 + 12 * (half == "p")
    return time_of_day(time(hour % 24, minute), language)


def _ordinal_of(found: re.Match[str], language: str) -> str:
    value = int(found[1])
    if language == "fr" and value == 1:
        return "première" if found[2].lower() in ("re", "res", "ère") else "premier"
    return str(num2words(value, lang=language, to="ordinal"))


def _number_of(found: re.Match[str], language: str) -> str:
    whole = (found[1] or found[0]).replace(",", "")
    if len(whole) >= _MOST_DIGITS or (len(whole) > 1 and whole[0] == "0"):
        words = digits(whole, language)
    else:
        follows = found.string[found.end() :]
        words = number(int(whole), language, is_feminine=bool(_FEMININE.match(follows)))
    return f" {words} {_POINT[language]} {digits(found[2], language)} " if found[2] else f" {words} "


def _words(text: str, language: str) -> list[str]:
    for sign, said in _SIGNS[language].items():
        text = text.replace(sign, f" {said} ")
    return [_WORDS[language].get(word.lower(), word) for word in text.split()]


def _said(word: str, language: str) -> str:
    """The letters that the voice knows, or those nearest to them."""
    known = _LETTERS[language]
    letters = "".join(letter if letter in known else _folded(letter) for letter in word)
    pieces = [letters[start : start + _LONGEST_WORD] for start in range(0, len(letters), _LONGEST_WORD)]
    return " ".join(pieces)


def _folded(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter.translate(_FOLDED))
    return "".join(each for each in plain if each.isascii() and (each.isalpha() or each in _MARKS))
