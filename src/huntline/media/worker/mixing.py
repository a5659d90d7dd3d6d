"""Speech over music: both are G.711, and so is what is heard."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from huntline.media import g711

_DUCKED = 10 ** (-15 / 20)
"""How much of the music is left below speech (rules section 9: 15 dB less)."""

_STEP = 4
"""Levels of 16 bits are added in such steps: as fine as the finest of G.711 that can be heard."""

_LEVELS = {"PCMU": g711.ULAW_LEVELS, "PCMA": g711.ALAW_LEVELS}


class Mixer:
    """For one law."""

    def __init__(self, law: str) -> None:
        levels = _LEVELS[law]
        self._speech = tuple(round(level / _STEP) for level in levels)
        self._music = tuple(round(level * _DUCKED / _STEP) for level in levels)
        highest = max(self._speech) + max(self._music)
        by_sum = _nearest_codes(levels, highest)
        # Where the sum is negative Python counts from the end by itself.
        self._code_of = by_sum[highest:] + by_sum[:highest]

    @classmethod
    @cache
    def of(cls, law: str) -> Mixer:
        """The one for that law."""
        return cls(law)

    def mix(self, speech: bytes, music: bytes) -> bytes:
        """Speech as it is over music that is 15 dB softer; both are of one length."""
        code_of, spoken, played = self._code_of, self._speech, self._music
        return bytes([code_of[spoken[s] + played[m]] for s, m in zip(speech, music, strict=True)])


def _nearest_codes(levels: Sequence[int], highest: int) -> bytes:
    """The code of each sum, from the lowest to the highest; what is too loud is as loud as can be."""
    codes = sorted({level: code for code, level in enumerate(levels)}.items())
    nearest = bytearray()
    for (level, code), (next_level, _) in pairwise(codes):
        end = round((level + next_level) / 2 / _STEP)
        nearest += bytes([code]) * (end + highest - len(nearest))
    loudest = codes[-1][1]
    return bytes(nearest.ljust(2 * highest + 1, bytes([loudest])))
