"""G.711: from linear samples to both laws, and from one law to the other (ITU-T G.711)."""

from __future__ import annotations

from array import array
from functools import cache

SAMPLE_RATE = 8_000
"""Samples a second."""

SUFFIX = {"PCMU": ".pcmu", "PCMA": ".pcma"}
"""What a prompt's file is called in each law."""

SILENCE = {"PCMU": b"\xff", "PCMA": b"\xd5"}
"""One sample of silence in each law."""

_ULAW_BIAS = 132
_ULAW_LOUDEST = 32_635
_ALAW_INVERSION = 0x55  # every other bit is inverted on the line


def _level_of_ulaw(code: int) -> int:
    code ^= 0xFF
    magnitude = (((code & 0x0F) << 3) + _ULAW_BIAS << (code >> 4 & 7)) - _ULAW_BIAS
    return -magnitude if code & 0x80 else magnitude


def _level_of_alaw(code: int) -> int:
    code ^= _ALAW_INVERSION
    segment = code >> 4 & 7
    magnitude = (code & 0x0F) << 4 | 8
    if segment:
        magnitude = magnitude + 0x100 << segment - 1
    return magnitude if code & 0x80 else -magnitude


def _ulaw_of(sample: int) -> int:
    magnitude = min(abs(sample), _ULAW_LOUDEST) + _ULAW_BIAS
    segment = magnitude.bit_length() - 8
    code = segment << 4 | magnitude >> segment + 3 & 0x0F
    return (code | 0x80 if sample < 0 else code) ^ 0xFF


def _alaw_of(sample: int) -> int:
    # Negative samples are inverted, not negated, so that both signs have intervals of the same width.
    magnitude = (~sample if sample < 0 else sample) >> 4
    segment = max(magnitude.bit_length() - 4, 0)
    code = segment << 4 | magnitude >> max(segment - 1, 0) & 0x0F
    return (code if sample < 0 else code | 0x80) ^ _ALAW_INVERSION


ULAW_LEVELS = tuple(map(_level_of_ulaw, range(256)))
"""The 16-bit sample that each mu-law code stands for."""

ALAW_LEVELS = tuple(map(_level_of_alaw, range(256)))
"""The 16-bit sample that each A-law code stands for."""

ULAW_TO_ALAW = bytes(map(_alaw_of, ULAW_LEVELS))
"""For ``bytes.translate``: the nearest A-law code of each mu-law code."""

ALAW_TO_ULAW = bytes(map(_ulaw_of, ALAW_LEVELS))
"""For ``bytes.translate``: the nearest mu-law code of each A-law code."""

TRANSLATIONS = {("PCMU", "PCMA"): ULAW_TO_ALAW, ("PCMA", "PCMU"): ALAW_TO_ULAW}
"""By the law that audio has and the one that it is to have."""


def needs_change(source: str, target: str) -> bool:
    """Whether audio has to be decoded and encoded anew to go from one codec to the other."""
    return source != target and (source, target) not in TRANSLATIONS


def encode_ulaw(samples: array[int]) -> bytes:
    """Encode 16-bit samples (an ``array("h")``), one byte each."""
    return bytes(map(_ulaw_table().__getitem__, array("H", samples.tobytes())))


def encode_alaw(samples: array[int]) -> bytes:
    """Encode 16-bit samples (an ``array("h")``), one byte each."""
    return bytes(map(_alaw_table().__getitem__, array("H", samples.tobytes())))


# Indexed by the sample's 16 bits read as unsigned. Built at first use: the media worker never needs them.
@cache
def _ulaw_table() -> bytes:
    return bytes(map(_ulaw_of, (*range(32_768), *range(-32_768, 0))))


@cache
def _alaw_table() -> bytes:
    return bytes(map(_alaw_of, (*range(32_768), *range(-32_768, 0))))
