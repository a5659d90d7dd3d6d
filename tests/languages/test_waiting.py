"""What waiting callers are told, in each language."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huntline.engine.waits import BANDS, LAST_POSITION, WaitBand
from huntline.languages.speaking import SPOKEN_LANGUAGES, sayable
from huntline.languages.waiting import (
    call_sentence,
    place_sentences,
    position_sentence,
    wait_sentence,
    waited_sentence,
    waited_sentences,
)


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


@pytest.mark.parametrize(
    ("minutes", "english", "french"),
    [
        (0.9, "Waited less than one minute.", "En attente depuis moins d'une minute."),
        (1.9, "Waited one minute.", "En attente depuis une minute."),
        (2, "Waited two minutes.", "En attente depuis deux minutes."),
        (10.5, "Waited ten minutes.", "En attente depuis dix minutes."),
        (14, "Waited more than ten minutes.", "En attente depuis plus de dix minutes."),
        (29, "Waited more than twenty minutes.", "En attente depuis plus de vingt minutes."),
        (600, "Waited more than sixty minutes.", "En attente depuis plus de soixante minutes."),
    ],
)
def test_what_an_agent_hears_of_the_wait(minutes: float, english: str, french: str) -> None:
    waited = timedelta(minutes=minutes)
    assert sayable(waited_sentence(waited, "en"), "en") == english
    assert sayable(waited_sentence(waited, "fr"), "fr") == french


@pytest.mark.parametrize("language", SPOKEN_LANGUAGES)
def test_all_that_agents_are_told_of_the_wait_is_prepared(language: str) -> None:
    told = {waited_sentence(timedelta(minutes=minutes), language) for minutes in range(3_000)}
    assert told == set(waited_sentences(language))
    assert len(told) == 17


def test_from_which_queue_a_call_comes() -> None:
    assert sayable(call_sentence("Sales & Co", "en"), "en") == "Call from the queue Sales and Co."
    assert sayable(call_sentence("Ventes", "fr"), "fr") == "Appel de la file Ventes."
