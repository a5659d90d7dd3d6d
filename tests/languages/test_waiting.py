"""What waiting callers are told, in each language."""

from __future__ import annotations

import pytest

from huntline.engine.waits import BANDS, LAST_POSITION, WaitBand
from huntline.languages.speaking import SPOKEN_LANGUAGES, sayable
from huntline.languages.waiting import place_sentences, position_sentence, wait_sentence


@pytest.mark.parametrize(
    ("position", "english", "french"),
    [
        (1, "You are next in line.", "Vous êtes le prochain appel."),
        (
            2,
            "You are number two in line.",
            "Vous êtes en deuxième position dans la file d'attente.",
        ),
        (
            20,
            "You are number twenty in line.",
            "Vous êtes en vingtième position dans la file d'attente.",
        ),
        (
            21,
            "At least twenty callers are ahead of you.",
            "Au moins vingt appels sont devant vous.",
        ),
        (
            5_000,
            "At least twenty callers are ahead of you.",
            "Au moins vingt appels sont devant vous.",
        ),
    ],
)
def test_positions_as_they_are_heard(position: int, english: str, french: str) -> None:
    assert sayable(position_sentence(position, "en"), "en") == english
    assert sayable(position_sentence(position, "fr"), "fr") == french


@pytest.mark.parametrize(
    ("band", "english", "french"),
    [
        (
            WaitBand(0, 1),
            "The estimated wait is less than one minute.",
            "L'attente est estimée à moins d'une minute.",
        ),
        (
            WaitBand(1, 2),
            "The estimated wait is between one and two minutes.",
            "L'attente est estimée entre une et deux minutes.",
        ),
        (
            WaitBand(4, 6),
            "The estimated wait is between four and six minutes.",
            "L'attente est estimée entre quatre et six minutes.",
        ),
        (
            WaitBand(20, 30),
            "The estimated wait is between twenty and thirty minutes.",
            "L'attente est estimée entre vingt et trente minutes.",
        ),
        (
            WaitBand(30, None),
            "The estimated wait is more than thirty minutes.",
            "L'attente est estimée à plus de trente minutes.",
        ),
    ],
)
def test_waits_as_they_are_heard(band: WaitBand, english: str, french: str) -> None:
    assert sayable(wait_sentence(band, "en"), "en") == english
    assert sayable(wait_sentence(band, "fr"), "fr") == french


@pytest.mark.parametrize("language", SPOKEN_LANGUAGES)
def test_all_that_can_be_told_is_prepared_and_that_is_little(language: str) -> None:
    prepared = list(place_sentences(language))
    told = {position_sentence(position, language) for position in range(1, 10_001)}
    told |= {wait_sentence(band, language) for band in BANDS}
    assert told == set(prepared)
    assert len(prepared) == LAST_POSITION + 1 + len(BANDS)
