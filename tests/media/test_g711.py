"""G.711 against what ITU-T G.711 says about it."""

from __future__ import annotations

from array import array
from collections.abc import Callable

import pytest

from huntline.media.g711 import (
    ALAW_LEVELS,
    ALAW_TO_ULAW,
    SILENCE,
    ULAW_LEVELS,
    ULAW_TO_ALAW,
    encode_alaw,
    encode_ulaw,
)

EVERY_SAMPLE = array("h", range(-32_768, 32_768))


def test_silence_is_what_phones_take_for_silence() -> None:
    assert encode_ulaw(array("h", [0])) == SILENCE["PCMU"] == b"\xff"
    assert encode_alaw(array("h", [0])) == SILENCE["PCMA"] == b"\xd5"
    assert ULAW_LEVELS[0xFF] == 0
    assert ALAW_LEVELS[0xD5] == 8


@pytest.mark.parametrize(
    ("level", "ulaw", "alaw"),
    [
        (32_767, 0x80, 0xAA),
        (-32_768, 0x00, 0x2A),
        (1_000, 0xCE, 0xFA),
        (-1_000, 0x4E, 0x7A),
        (100, 0xF2, 0xD3),
        (-1, 0x7F, 0x55),
    ],
)
def test_known_codes(level: int, ulaw: int, alaw: int) -> None:
    assert encode_ulaw(array("h", [level])) == bytes([ulaw])
    assert encode_alaw(array("h", [level])) == bytes([alaw])


def test_the_digital_milliwatt_is_a_sine_of_1_kilohertz() -> None:
    ulaw = bytes.fromhex("1e0b0b1e9e8b8b9e")  # ITU-T G.711 table 6: 0 dBm0
    alaw = bytes.fromhex("34212134b4a1a1b4")  # ITU-T G.711 table 5
    for levels in ([ULAW_LEVELS[code] for code in ulaw], [ALAW_LEVELS[code] for code in alaw]):
        assert [-level for level in levels[:4]] == levels[4:]
        assert levels[1] == pytest.approx(levels[0] * 2.414, rel=0.03)


def test_every_code_comes_back_from_its_level() -> None:
    ulaw = encode_ulaw(array("h", ULAW_LEVELS))
    assert ulaw == bytes(0xFF if code == 0x7F else code for code in range(256))  # two codes mean zero
    assert encode_alaw(array("h", ALAW_LEVELS)) == bytes(range(256))


@pytest.mark.parametrize(("encode", "levels"), [(encode_ulaw, ULAW_LEVELS), (encode_alaw, ALAW_LEVELS)])
def test_no_sample_is_far_from_its_code_and_louder_stays_louder(
    encode: Callable[[array[int]], bytes], levels: tuple[int, ...]
) -> None:
    heard = [levels[code] for code in encode(EVERY_SAMPLE)]
    assert heard == sorted(heard)
    for sample, level in zip(EVERY_SAMPLE, heard, strict=True):
        # 16 steps a segment: half a step is a 32nd of the segment's start, plus what is clipped at the top.
        assert abs(sample - level) <= max(8, abs(sample) / 31 + 4, abs(sample) - max(levels))


def test_the_laws_turn_into_each_other_and_stay_there() -> None:
    every = bytes(range(256))
    for levels, others, table in (
        (ULAW_LEVELS, ALAW_LEVELS, ULAW_TO_ALAW),
        (ALAW_LEVELS, ULAW_LEVELS, ALAW_TO_ULAW),
    ):
        for code in every:
            assert abs(levels[code] - others[table[code]]) <= max(8, abs(levels[code]) / 31 + 4)
    once = every.translate(ULAW_TO_ALAW).translate(ALAW_TO_ULAW)
    assert once.translate(ULAW_TO_ALAW).translate(ALAW_TO_ULAW) == once
    assert b"\xff".translate(ULAW_TO_ALAW) == b"\xd5"
    assert b"\xd5".translate(ALAW_TO_ULAW) == b"\xfe"
