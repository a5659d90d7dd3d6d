"""What is said aloud, word by word, in English and in French."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.languages.speaking import (
    SPOKEN_LANGUAGES,
    date_in_words,
    duration,
    number,
    sayable,
    telephone_number,
    time_of_day,
)


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0, "zero", "zéro"),
        (21, "twenty-one", "vingt et un"),
        (71, "seventy-one", "soixante et onze"),
        (80, "eighty", "quatre-vingts"),
        (81, "eighty-one", "quatre-vingt-un"),
        (200, "two hundred", "deux cents"),
        (1_200, "one thousand two hundred", "mille deux cents"),
    ],
)
def test_numbers(value: int, english: str, french: str) -> None:
    assert (number(value, "en"), number(value, "fr")) == (english, french)


@pytest.mark.parametrize(
    ("at", "english", "french"),
    [
        (time(19, 10), "seven ten P M", "dix-neuf heures dix"),
        (time(8, 5), "eight oh five A M", "huit heures cinq"),
        (time(1), "one A M", "une heure"),
        (time(21), "nine P M", "vingt et une heures"),
        (time(0), "midnight", "minuit"),
        (time(12), "noon", "midi"),
        (time(12, 30), "twelve thirty P M", "midi trente"),
        (time(0, 15), "twelve fifteen A M", "minuit quinze"),
    ],
)
def test_times_of_day(at: time, english: str, french: str) -> None:
    assert (time_of_day(at, "en"), time_of_day(at, "fr")) == (english, french)


def test_dates() -> None:
    assert date_in_words(date(2026, 7, 14), "en") == "Tuesday, the fourteenth of July"
    assert date_in_words(date(2026, 7, 14), "fr") == "mardi quatorze juillet"
    assert (
        date_in_words(date(2027, 1, 1), "fr", with_year=True)
        == "vendredi premier janvier deux mille vingt-sept"
    )


@pytest.mark.parametrize(
    ("seconds", "english", "french"),
    [
        (120, "two minutes", "deux minutes"),
        (60, "one minute", "une minute"),
        (21 * 60, "twenty-one minutes", "vingt et une minutes"),
        (5400, "one hour and thirty minutes", "une heure et trente minutes"),
        (3661, "one hour, one minute and one second", "une heure, une minute et une seconde"),
        (0, "zero seconds", "zéro seconde"),
        (-5, "zero seconds", "zéro seconde"),
    ],
)
def test_durations(seconds: int, english: str, french: str) -> None:
    length = timedelta(seconds=seconds)
    assert (duration(length, "en"), duration(length, "fr")) == (english, french)


@pytest.mark.parametrize(
    ("written", "language", "said"),
    [
        ("+14255550123", "en", "four two five, five five five, zero one two three"),
        ("+33142685300", "fr", "zéro un, quarante-deux, soixante-huit, cinquante-trois, zéro zéro"),
        ("tel:+33142685307", "en", "plus three three, one, four two, six eight, five three, zero seven"),
        ("+442071838750", "fr", "plus quarante-quatre, vingt, sept un huit trois, huit sept cinq zéro"),
        ("4207", "fr", "quatre deux zéro sept"),
        ("nobody", "en", ""),
    ],
)
def test_telephone_numbers(written: str, language: str, said: str) -> None:
    assert telephone_number(written, language) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("We open at 9:00 am & close at 7 pm.", "We open at nine A M and close at seven P M."),
        ("You are the 3rd in line — about 2 minutes.", "You are the third in line, about two minutes."),
        (
            "It’s 50% off: call +1 425 555 0123!",
            "It's fifty percent off: call four two five, five five five, zero one two three!",
        ),
        ("Extension 0042, room 12.", "Extension zero zero four two, room twelve."),
        ("1,250 calls, 2.5 minutes", "one thousand two hundred and fifty calls, two point five minutes"),
        ("Ask for Zoé Müller-O'Brien or Łukasz", "Ask for Zoe Muller-O'Brien or Lukasz"),
        ("<break time='9s'/> {x}", "break time' nine s' x"),
        ("日本語 🙂 ...", ""),
    ],
)
def test_english_texts(text: str, said: str) -> None:
    assert sayable(text, "en") == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Il est 19 h 10.", "Il est dix-neuf heures dix."),
        ("Ouvert de 9h à 18h30", "Ouvert de neuf heures à dix-huit heures trente"),
        (
            "Vous êtes le 1er, puis la 1re et le 21e",
            "Vous êtes le premier, puis la première et le vingt et unième",
        ),
        ("Attente : 21 minutes, 1 seconde", "Attente : vingt et une minutes, une seconde"),
        ("« Zoé » d’Île-de-France — n° 7", "Zoé d'Île-de-France, numéro sept"),
        (
            "Appelez le 01 42 68 53 00",
            "Appelez le zéro un, quarante-deux, soixante-huit, cinquante-trois, zéro zéro",
        ),
        ("Le 2026-07-14 à 8:05", "Le mardi quatorze juillet deux mille vingt-six à huit heures cinq"),
        ("Tapez # ou *", "Tapez dièse ou étoile"),
        ("Mme Müller, 2,5 %", "madame Müller, deux virgule cinq pour cent"),
        ("œuvre", "oeuvre"),
    ],
)
def test_french_texts(text: str, said: str) -> None:
    assert sayable(text, "fr") == said


@given(st.text(max_size=300), st.sampled_from(SPOKEN_LANGUAGES))
def test_of_any_text_only_words_are_left_which_end(text: str, language: str) -> None:
    said = sayable(text, language)
    assert re.fullmatch(r"[A-Za-zÀ-ÿŸ .,;:?!'-]*", said)
    assert all(len(word) <= 60 for word in said.split())
