"""Finding people by the keys of a telephone, and by extension."""

from __future__ import annotations

import time

import pytest

from huntline.attendant.dial_by_name import DialDirectory, keys_of
from huntline.attendant.model import Person


def person(name: str, extension: str | None = None) -> Person:
    return Person(f"sip:{keys_of(name)}-{extension}@contoso.com", name, extension)


ZOE = person("Zoé Müller-O'Brien", "301")
PEOPLE = (ZOE, person("Paul Martin", "30"), person("Paul Martin", "4711"), person("Søren Łukasiewicz", "302"))


@pytest.mark.parametrize("typed", ["963", "685537", "627436", "963685537", "685537627436963", "9"])
def test_accents_hyphens_and_either_name_lead_to_zoe(typed: str) -> None:
    assert ZOE in DialDirectory(PEOPLE).named(typed, 4)


def test_letters_without_an_accent_to_take_away_are_folded_as_well() -> None:
    assert keys_of("Søren Łukasiewicz") == "7673658527439429"
    assert keys_of("Straße") == keys_of("strasse")
    assert keys_of("Иванов") == ""


def test_two_people_of_one_name_are_both_found() -> None:
    found = DialDirectory(PEOPLE).named(keys_of("Martin"), 4)
    assert [each.extension for each in found] == ["30", "4711"]
    assert not DialDirectory(PEOPLE).goes_on(keys_of("PaulMartin"))
    assert DialDirectory(PEOPLE).goes_on(keys_of("Paul"))


def test_nobody_is_found_by_keys_that_spell_nobody() -> None:
    assert DialDirectory(PEOPLE).named("2222", 4) == ()
    assert DialDirectory(()).named("2", 4) == ()


def test_extensions_go_on_as_long_as_somebody_has_a_longer_one() -> None:
    directory = DialDirectory(PEOPLE)
    assert directory.with_extension("30") == PEOPLE[1]
    assert directory.extension_goes_on("30")
    assert not directory.extension_goes_on("301")
    assert directory.extension_goes_on("47")
    assert not directory.extension_goes_on("5")
    assert directory.longest_extension == 4


def test_among_ten_thousand_people_a_key_takes_no_time() -> None:
    people = [
        person(f"Name{chr(97 + number % 26)} Family{number:05}", f"{number:06}") for number in range(10_000)
    ]
    people += [ZOE]
    directory = DialDirectory(people)
    began = time.process_time()
    for _ in range(1_000):
        assert directory.named("963", 4) == (ZOE,)
        assert len(directory.named("6", 4)) == 4
        assert directory.goes_on("6")
        assert directory.with_extension("009999") == people[9_999]
    assert (time.process_time() - began) / 1_000 < 0.001  # seconds for all four; measured: some 20 us
