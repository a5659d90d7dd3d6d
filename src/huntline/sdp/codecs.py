"""Which codec is spoken, under which numbers: RFC 3551, RFC 7587 (Opus), RFC 4733 (keys)."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from huntline.sdp.description import MediaDescription, SdpError
from huntline.sdp.session import Agreed, Codec, LocalAudio

CLOCK_RATES: dict[Codec, int] = {"PCMU": 8_000, "PCMA": 8_000, "G722": 8_000, "opus": 48_000}
"""Hz of the RTP clock; that of G.722 is half of what it samples at (RFC 3551 section 4.5.2)."""

G711: tuple[Codec, ...] = ("PCMU", "PCMA")

_PAYLOAD_TYPES: dict[Codec, int] = {"PCMU": 0, "PCMA": 8, "G722": 9, "opus": 111}  # static ones, but for Opus
_RTPMAPS: dict[Codec, str] = {
    "PCMU": "PCMU/8000",
    "PCMA": "PCMA/8000",
    "G722": "G722/8000",
    "opus": "opus/48000/2",
}
_BY_NAME: dict[tuple[str, int, int], Codec] = {
    ("PCMU", 8_000, 1): "PCMU",
    ("PCMA", 8_000, 1): "PCMA",
    ("G722", 8_000, 1): "G722",
    ("OPUS", 48_000, 2): "opus",
}
_EVENT_PAYLOAD_TYPES = {8_000: 101, 48_000: 110}
_DYNAMIC_PAYLOAD_TYPES = range(96, 128)

_MOST_KEPT, _LONGEST_KEPT = 64, 1_000
"""Formats and their lines, and characters in these, of what is worth being remembered."""

_NUMBER = re.compile(r"[0-9]{1,3}")
_RTPMAP = re.compile(r"([0-9]{1,3})[ \t]+([!-.0-~]+)/([0-9]{1,6})(?:/([0-9]{1,3}))?")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a line comes to: the codec, its number and that of keys, and what else both sides know."""

    codec: Codec
    payload_type: int
    event_payload_type: int | None
    others: tuple[Codec, ...]


def choose(media: MediaDescription, local: LocalAudio, *, is_answer: bool) -> Chosen:
    """The peer's most wanted codec of ours, and the number of keys with the same clock. Raises SdpError."""
    has_all = is_answer or not local.needs_g711  # our offers have G.711 in any case
    rtpmaps = _rtpmaps(media)
    fits = len(media.formats) + len(rtpmaps) <= _MOST_KEPT
    chosen = _known_choice if fits and sum(map(len, rtpmaps)) <= _LONGEST_KEPT else _choice
    return chosen(media.formats, rtpmaps, local.codecs, has_all, is_answer)


def _choice(
    formats: tuple[str, ...],
    rtpmaps: tuple[str, ...],
    ours: tuple[Codec, ...],
    has_all: bool,
    is_answer: bool,
) -> Chosen:
    numbers, encodings = _numbers(formats), _encodings(rtpmaps)
    known = {number: codec for number in numbers if (codec := _codec(encodings, number)) in ours}
    if not known or not (has_all or set(known.values()) & set(G711)):
        raise SdpError(_refusal(encodings, numbers), 488)
    number, codec = next(iter(known.items()))
    wanted = ("TELEPHONE-EVENT", CLOCK_RATES[codec], 1)
    events = next((each for each in numbers if encodings.get(each) == wanted), None)
    # Who answers says one, and may have more of those that we have offered.
    others = dict.fromkeys((*known.values(), *(G711 if is_answer else ())))
    others.pop(codec)
    return Chosen(codec, number, events, tuple(others))


# Phones of one kind offer the same in each of their calls.
_known_choice = lru_cache(maxsize=512)(_choice)


def has_one_of(media: MediaDescription, codecs: Collection[Codec]) -> bool:
    """Whether a line has one of these."""
    encodings = _encodings(_rtpmaps(media))
    return any(_codec(encodings, number) in codecs for number in _numbers(media.formats))


def offered(local: LocalAudio, prefer: Agreed | None) -> list[Codec]:
    """What we offer: the codec of ``prefer`` first, and G.711, which everybody has; last of all the others,
    where a peer without G.711 is taken, too."""
    wanted = [prefer.codec] if prefer is not None and prefer.codec in local.codecs else []
    return list(dict.fromkeys([*wanted, *G711, *(() if local.needs_g711 else local.codecs)]))


def offer_lines(codecs: list[Codec], prefer: Agreed | None) -> tuple[list[int], list[str]]:
    """The numbers of an offer, and the lines that explain them; keys once for each clock."""
    clocks = dict.fromkeys(CLOCK_RATES[codec] for codec in codecs)
    events = {clock: _EVENT_PAYLOAD_TYPES[clock] for clock in clocks}
    if prefer is not None and prefer.event_payload_type in _DYNAMIC_PAYLOAD_TYPES:
        known, clock = prefer.event_payload_type, CLOCK_RATES[prefer.codec]
        others = [number for rate, number in events.items() if rate != clock]
        if known is not None and clock in events and known not in (_PAYLOAD_TYPES["opus"], *others):
            events[clock] = known
    formats = [(_PAYLOAD_TYPES[codec], codec) for codec in codecs]
    return _described(formats, events)


def answer_lines(agreed: Agreed) -> tuple[list[int], list[str]]:
    """The numbers of an answer, and the lines that explain them."""
    events = agreed.event_payload_type
    clock = CLOCK_RATES[agreed.codec]
    return _described([(agreed.payload_type, agreed.codec)], {} if events is None else {clock: events})


def _described(formats: list[tuple[int, Codec]], events: dict[int, int]) -> tuple[list[int], list[str]]:
    lines = [f"a=rtpmap:{number} {_RTPMAPS[codec]}" for number, codec in formats]
    for clock, number in events.items():
        lines += [f"a=rtpmap:{number} telephone-event/{clock}", f"a=fmtp:{number} 0-16"]
    return [*(number for number, _ in formats), *events.values()], lines


def _numbers(formats: tuple[str, ...]) -> list[int]:
    return [int(token) for token in formats if _NUMBER.fullmatch(token) and int(token) < 128]


def _rtpmaps(media: MediaDescription) -> tuple[str, ...]:
    return tuple([value for name, value in media.attributes if name == "rtpmap"])


_Encoding = tuple[str, int, int]  # name in upper case, clock, channels


def _encodings(rtpmaps: tuple[str, ...]) -> dict[int, _Encoding]:
    encodings: dict[int, _Encoding] = {}
    for value in rtpmaps:
        if match := _RTPMAP.fullmatch(value):
            encodings.setdefault(int(match[1]), (match[2].upper(), int(match[3]), int(match[4] or 1)))
    for codec in ("PCMU", "PCMA", "G722"):
        encodings.setdefault(_PAYLOAD_TYPES[codec], (codec, CLOCK_RATES[codec], 1))
    return encodings


def _codec(encodings: dict[int, _Encoding], number: int) -> Codec | None:
    encoding = encodings.get(number)
    return None if encoding is None else _BY_NAME.get(encoding)


_NAMES = {18: "G729", 4: "G723", 3: "GSM", 15: "G728"}  # static ones that phones offer (RFC 3551 section 6)
_MOST_NAMED = 6


def _refusal(encodings: dict[int, _Encoding], numbers: list[int]) -> str:
    names = [encodings[number][0] if number in encodings else _NAMES.get(number, "") for number in numbers]
    told = [name[:20] for name in dict.fromkeys(names) if name and name not in ("TELEPHONE-EVENT", "CN")]
    if not told:
        return "the audio offers neither PCMU nor PCMA"
    return f"the audio offers neither PCMU nor PCMA, only {', '.join(told[:_MOST_NAMED])}"
