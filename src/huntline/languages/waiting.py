"""What waiting callers are told in each language: where they stand, and how long it takes. And what an agent
is told of a caller before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from huntline.engine.waits import BANDS, LAST_POSITION, WaitBand

_TO_THE_MINUTE = 10
_STEPS = (10, 15, 20, 30, 45, 60)  # minutes


@dataclass(frozen=True, slots=True)
class _Sentences:
    """Those of one language; numbers are filled in, and the voice puts them into words."""

    next: str
    position: str
    further_back: str
    less_than_one: str
    between: str
    more_than: str
    one: str  # minute
    call: str
    waited_less: str
    waited_one: str
    waited: str
    waited_more: str


_SENTENCES = {
    "en": _Sentences(
        next="You are next in line.",
        position="You are number {position} in line.",
        further_back="At least {position} callers are ahead of you.",
        less_than_one="The estimated wait is less than one minute.",
        between="The estimated wait is between {least} and {most} minutes.",
        more_than="The estimated wait is more than {least} minutes.",
        one="one",
        call="Call from the queue {name}.",
        waited_less="Waited less than one minute.",
        waited_one="Waited one minute.",
        waited="Waited {minutes} minutes.",
        waited_more="Waited more than {minutes} minutes.",
    ),
    "fr": _Sentences(
        next="Vous êtes le prochain appel.",
        position="Vous êtes en {position}e position dans la file d’attente.",
        further_back="Au moins {position} appels sont devant vous.",
        less_than_one="L’attente est estimée à moins d’une minute.",
        between="L’attente est estimée entre {least} et {most} minutes.",
        more_than="L’attente est estimée à plus de {least} minutes.",
        one="une",
        call="Appel de la file {name}.",
        waited_less="En attente depuis moins d’une minute.",
        waited_one="En attente depuis une minute.",
        waited="En attente depuis {minutes} minutes.",
        waited_more="En attente depuis plus de {minutes} minutes.",
    ),
}


def position_sentence(position: int, language: str) -> str:
    """Where a caller stands, from 1 on."""
    sentences = _SENTENCES[language]
    if position == 1:
        return sentences.next
    if position > LAST_POSITION:
        return sentences.further_back.format(position=LAST_POSITION)
    return sentences.position.format(position=position)


def wait_sentence(band: WaitBand, language: str) -> str:
    """How long it takes."""
    sentences = _SENTENCES[language]
    if band.most is None:
        return sentences.more_than.format(least=band.least)
    if band.least == 0:
        return sentences.less_than_one
    return sentences.between.format(least=sentences.one if band.least == 1 else band.least, most=band.most)


def call_sentence(queue_name: str, language: str) -> str:
    """From which queue a call comes."""
    return _SENTENCES[language].call.format(name=queue_name)


def waited_sentence(waited: timedelta, language: str) -> str:
    """How long its caller has waited: to the minute at first, then in steps: the sentences are few."""
    sentences, minutes = _SENTENCES[language], int(waited / timedelta(minutes=1))
    if minutes < 1:
        return sentences.waited_less
    if minutes == 1:
        return sentences.waited_one
    if minutes <= _TO_THE_MINUTE:
        return sentences.waited.format(minutes=minutes)
    return sentences.waited_more.format(minutes=max(step for step in _STEPS if step <= minutes))


def waited_sentences(language: str) -> Iterator[str]:
    """All of them, as ``place_sentences``."""
    minutes = (*range(_TO_THE_MINUTE + 2), *(step + 1 for step in _STEPS))
    yield from dict.fromkeys(waited_sentence(timedelta(minutes=each), language) for each in minutes)


def place_sentences(language: str) -> Iterator[str]:
    """All of them, so that they can be spoken before anybody waits."""
    yield from (position_sentence(position, language) for position in range(1, LAST_POSITION + 2))
    yield from (wait_sentence(band, language) for band in BANDS)
