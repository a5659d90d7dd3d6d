"""Every reason has its words in both languages, and tells moments by the reader's clocks."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from huntline.engine.model import Presence
from huntline.engine.reason_data import FORMS
from huntline.engine.reasons import (
    AfterExit,
    AnsweredAfter,
    Cause,
    Count,
    Destination,
    DestinationKind,
    ExitTaken,
    FailedForward,
    HandedTo,
    LeftAlone,
    NobodyFree,
    Obstacle,
    OnlyText,
    Paused,
    PresenceIs,
    QueueFull,
    Reason,
    RingOutcome,
    RungAt,
    SipAnswer,
    StopReason,
    WaitedMaximum,
    WrapUp,
)
from huntline.languages import reasons
from huntline.languages.reasons import WORDS, Reader, Words, in_words
from tests.languages.sentences import english_in

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
ENGLISH, FRENCH = Reader("en", PARIS), Reader("fr", PARIS)
SALES = Destination(DestinationKind.QUEUE, "Sales")

TABLES: dict[type[StrEnum], object] = {
    Presence: reasons.PRESENCES,
    RingOutcome: reasons.RING_OUTCOMES,
    Obstacle: reasons.OBSTACLES,
    DestinationKind: reasons.WITHHELD,
}


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_there_are_words_for_every_kind_and_for_nothing_else() -> None:
    kinds = {*map(str, Cause), *map(str, StopReason), *(form.kind for form in FORMS)}
    assert {key.partition("/")[0] for key in WORDS} == kinds
    assert kinds <= WORDS.keys()


def test_no_kind_stands_for_two_reasons() -> None:
    kinds = [*map(str, Cause), *map(str, StopReason), *(form.kind for form in FORMS)]
    assert len(kinds) == len(set(kinds))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.kind)
def test_the_words_tell_all_that_a_reason_knows(form: type) -> None:
    names = {field.name for field in fields(form)}
    said = [words for key, words in WORDS.items() if key.partition("/")[0] == form.kind]  # type: ignore[attr-defined]
    for english, french in said:
        assert holes(english) == holes(french) <= names
    assert set[str]().union(*(holes(english) for english, _ in said)) | {"is_rung"} >= names


@pytest.mark.parametrize("key", [key for key in WORDS if key != "text" and not key.startswith("sip-answer")])
def test_the_french_words_are_french(key: str) -> None:
    english, french = WORDS[key]
    assert not english_in(french.format(**dict.fromkeys(holes(french), "7")))
    if not {"presence"} & {key}:
        assert french != english


@pytest.mark.parametrize("kind", TABLES)
def test_every_word_of_an_enumeration_has_its_words(kind: type[StrEnum]) -> None:
    table = TABLES[kind]
    assert isinstance(table, dict)
    assert table.keys() == set(kind)


@pytest.mark.parametrize(
    ("reason", "english", "french"),
    [
        (Paused("lunch"), "paused: lunch", "en pause : lunch"),
        (Paused(), "paused", "en pause"),
        (Paused("{0} %s"), "paused: {0} %s", "en pause : {0} %s"),
        (WrapUp(NOON), "in wrap-up until 13:00:00", "en post-appel jusqu’à 13:00:00"),
        (
            LeftAlone(NOON, SipAnswer(486, "Busy Here")),
            "left alone until 13:00:00: 486 Busy Here",
            "laissé tranquille jusqu’à 13:00:00 : 486 Occupé",
        ),
        (
            LeftAlone(None, Cause.NO_MORE_AUDIO),
            "left alone until a phone registers anew: no audio",
            "laissé tranquille jusqu’au prochain enregistrement d’un téléphone : plus de son",
        ),
        (SipAnswer(486, "Go away"), "486 Go away", "486 Go away"),
        (SipAnswer(599, ""), "599", "599"),
        (PresenceIs(Presence.BUSY), "presence busy", "présence : occupé"),
        (AnsweredAfter(30.25), "30.2 s after the call arrived", "30,2 s après l’arrivée de l’appel"),
        (
            NobodyFree((Count(Obstacle.OFFLINE, 2), Count(Obstacle.WRAP_UP, 1))),
            "nobody can be rung: 2 offline, 1 in wrap-up",
            "personne ne peut être appelé : hors ligne (2), en post-appel (1)",
        ),
        (
            ExitTaken(QueueFull(50), SALES),
            "50 calls wait, the maximum: forwarded to Sales",
            "50 appels attendent, le maximum : appel transféré vers Sales",
        ),
        (
            ExitTaken(Cause.NOBODY_SERVES, None),
            "nobody serves this queue: disconnected",
            "personne ne dessert cette file d’attente : appel raccroché",
        ),
        (
            AfterExit(WaitedMaximum(1200.0), FailedForward(Cause.NOT_REGISTERED)),
            "waited 1200 s, the maximum; forward failed: no phone registered",
            "a attendu 1200 s, le maximum ; le transfert a échoué : aucun téléphone enregistré",
        ),
        (HandedTo(SALES), "to Sales", "vers Sales"),
        (
            HandedTo(Destination(DestinationKind.NUMBER), is_rung=True),
            "to a number outside, who is still rung",
            "vers un numéro extérieur, dont le téléphone sonne encore",
        ),
        (
            RungAt(NOON, RingOutcome.NO_ANSWER, NOON + timedelta(seconds=30), None),
            "rung at 13:00:00, no answer at 13:00:30",
            "appelé à 13:00:00, sans réponse à 13:00:30",
        ),
        (OnlyText("the audio line is disabled (port 0)"), None, "la ligne audio est désactivée (port 0)"),
        (OnlyText("{whatever}"), "{whatever}", "{whatever}"),
    ],
)
def test_a_reason_is_told_to_its_reader(reason: Reason, english: str | None, french: str) -> None:
    if english is not None:
        assert in_words(reason, ENGLISH) == english
    assert in_words(reason, FRENCH).replace("\u00a0", " ") == french


def test_every_table_has_pairs_of_words() -> None:
    pair: Words
    for pair in WORDS.values():
        assert all(pair)


def test_a_reader_in_another_zone_reads_other_clocks() -> None:
    # The night in which the clocks of Paris go back: the same time of day comes twice.
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    told = [in_words(WrapUp(first + timedelta(hours=hours)), ENGLISH) for hours in range(3)]
    assert told == [f"in wrap-up until {clock}:30:00" for clock in ("02", "02", "03")]
