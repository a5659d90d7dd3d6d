"""Which tone is in a 20 ms packet of G.711, by Goertzel's measure at the few frequencies the stories use."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from functools import lru_cache

RATE = 8000
FRAME = 160

# Multiples of 50 Hz: a 20 ms frame holds whole periods, so a steady tone is one packet sent again and again.
CALLER = 400
AGENT, SECOND_AGENT, THIRD_AGENT = 500, 600, 700
GREETING = 900
MUSIC, SECOND_MUSIC = 1100, 1300
BEEP = 1000  # the server's own, before a message
RINGING = 425  # the server's own; no multiple of 50, and so looked for last
KNOWN = (CALLER, AGENT, SECOND_AGENT, THIRD_AGENT, GREETING, MUSIC, SECOND_MUSIC, BEEP, RINGING)
_LOUD = 150.0  # root mean square of 16-bit samples
# Of a frame's energy that one tone must hold: a chord of the default music gives up to 0.71 to one note.
_SHARE = 0.85


def _from_ulaw(code: int) -> int:
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84 << ((code >> 4) & 7)) - 0x84
    return -magnitude if code & 0x80 else magnitude


def _from_alaw(code: int) -> int:
    code ^= 0x55
    exponent, mantissa = (code >> 4) & 7, (code & 0x0F) << 4
    magnitude = mantissa + 8 if exponent == 0 else (mantissa + 0x108) << (exponent - 1)
    return magnitude if code & 0x80 else -magnitude


_DECODE = {0: [_from_ulaw(code) for code in range(256)], 8: [_from_alaw(code) for code in range(256)]}
_WAVES = {
    tone: (
        [math.cos(2 * math.pi * tone * n / RATE) for n in range(FRAME)],
        [math.sin(2 * math.pi * tone * n / RATE) for n in range(FRAME)],
    )
    for tone in KNOWN
}


@lru_cache(maxsize=64)
def payload(tone: int | None, payload_type: int) -> bytes:
    """One 20 ms frame of a tone, or of silence."""
    table = _DECODE[payload_type]
    wave = (8000 * math.sin(2 * math.pi * (tone or 0) * n / RATE) for n in range(FRAME))
    return bytes(min(range(256), key=lambda code: abs(table[code] - sample)) for sample in wave)


@lru_cache(maxsize=4096)
def is_loud(frame: bytes, payload_type: int) -> bool:
    samples = [_DECODE[payload_type][code] for code in frame]
    return sum(s * s for s in samples) > len(samples) * _LOUD**2


@lru_cache(maxsize=4096)
def tone_in(frame: bytes, payload_type: int) -> int | None:
    """The known tone that a frame consists of, or None for silence, speech and mixtures."""
    if len(frame) != FRAME or not is_loud(frame, payload_type):
        return None
    return dominant([_DECODE[payload_type][code] for code in frame])


def level_of(tone: int, frame: bytes, payload_type: int) -> float:
    """How loud a tone is in a frame, whatever else is in it: its amplitude in dB."""
    samples = [float(_DECODE[payload_type][code]) for code in frame]
    cosines, sines = _WAVES[tone]
    real, imaginary = (sum(map(float.__mul__, samples, wave)) for wave in (cosines, sines))
    return 20 * math.log10(max(2 * math.hypot(real, imaginary) / FRAME, 1))


def dominant(samples: list[int]) -> int | None:
    energy = sum(s * s for s in samples)
    if energy <= len(samples) * _LOUD**2:
        return None
    for tone, (cosines, sines) in _WAVES.items():
        real = sum(map(float.__mul__, map(float, samples), cosines))
        imaginary = sum(map(float.__mul__, map(float, samples), sines))
        if 2 * (real * real + imaginary * imaginary) / FRAME > _SHARE * energy:
            return tone
    return None


def tones_of_recording(samples: array[int]) -> list[tuple[float, int | None]]:
    """(second, tone) for each 20 ms of a recording at 8 kHz."""
    frames: Iterable[int] = range(0, len(samples) - FRAME, FRAME)
    return [(start / RATE, dominant(list(samples[start : start + FRAME]))) for start in frames]
