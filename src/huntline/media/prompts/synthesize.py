"""Makes the built-in sounds from arithmetic: the default music on hold, and tones."""

from __future__ import annotations

import math
import operator
from array import array
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

from huntline.media.g711 import SAMPLE_RATE, encode_alaw, encode_ulaw
from huntline.media.prompts.store import is_stored, store

Wave = list[float]

_TELEPHONE_BAND_HZ = (300, 3_400)
_PEAK = 0.4 * 32_767  # -8 dBFS: well below clipping, also when a phone amplifies it

# C, a, F, G, e, a, d, G7 in the octave above middle C, as MIDI note numbers: all above 300 Hz.
_CHORDS = (
    (64, 67, 72),
    (64, 69, 72),
    (65, 69, 72),
    (67, 71, 74),
    (64, 67, 71),
    (64, 69, 72),
    (65, 69, 74),
    (65, 67, 71),
)
_CHORD_S = 4.8
_ARPEGGIO = ((0, 1.0), (1, 0.6), (2, 0.7), (3, 0.8), (2, 0.55), (1, 0.6), (2, 0.65), (1, 0.5))
_PLUCK_S = 2.4
_PAD_FADE_S = 1.2


def ensure_builtin(folder: Path) -> dict[str, str]:
    """The built-in prompts by name, as ``Media.play`` takes them; writes those that are missing.

    ``default-music`` and ``busy-tone`` are made to be looped without a seam.
    """
    for name, make in _BUILTIN.items():
        if not is_stored(folder / name):
            store(encoded(make()), folder / name)
    return {name: str(folder / name) for name in _BUILTIN}


def default_music() -> array[int]:
    """38.4 s of soft chords with a slow arpeggio over them; its end flows into its beginning."""
    loop: Wave = [0.0] * _samples(_CHORD_S * len(_CHORDS))
    pads = {note: _pad(_hertz(note)) for note in set(chain(*_CHORDS))}
    melodies = [(*(note + 12 for note in chord), chord[0] + 24) for chord in _CHORDS]
    plucks = {note: _pluck(_hertz(note)) for note in set(chain(*melodies))}
    for index, (chord, melody) in enumerate(zip(_CHORDS, melodies, strict=True)):
        starts_s = index * _CHORD_S
        for note in chord:
            _mix(loop, pads[note], starts_s - _PAD_FADE_S / 2)
        for step, (degree, loudness) in enumerate(_ARPEGGIO):
            at_s = starts_s + step * _CHORD_S / len(_ARPEGGIO)
            _mix(loop, plucks[melody[degree]], at_s, loudness)
    return _to_samples(loop)


def confirm_tone() -> array[int]:
    """Two rising beeps: done."""
    return _to_samples([*_beep(660, 0.12), *_silence(0.04), *_beep(880, 0.2)])


def refuse_tone() -> array[int]:
    """One low beep: not done."""
    return _to_samples(_beep(330, 0.5))


def record_tone() -> array[int]:
    """One beep: speak now."""
    return _to_samples(_beep(1000, 0.4))


def busy_tone() -> array[int]:
    """One period of the European busy tone (ITU-T E.180): 425 Hz, half a second on, half off."""
    return _to_samples([*_beep(425, 0.5), *_silence(0.5)])


def ringing_tone() -> array[int]:
    """More than a minute of the European ringing tone (ITU-T E.180): 425 Hz, a second on, four off. It is
    longer than anybody is rung, for what is heard once begins with its beginning."""
    return _to_samples([*_beep(425, 1.0), *_silence(4.0)]) * 14


_BUILTIN: dict[str, Callable[[], array[int]]] = {
    "default-music": default_music,
    "confirm-tone": confirm_tone,
    "refuse-tone": refuse_tone,
    "record-tone": record_tone,
    "busy-tone": busy_tone,
    "ringing-tone": ringing_tone,
}


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)


def _hertz(note: int) -> float:
    return 440.0 * 2 ** ((note - 69) / 12)


def _pad(hertz: float) -> Wave:
    """A held note that fades in while the chord before it fades out; two voices beat slowly."""
    tone = _tone(_samples(_CHORD_S + _PAD_FADE_S), [(hertz * 0.9985, 0.08), (hertz * 1.0015, 0.08)])
    return _faded(tone, _PAD_FADE_S, _PAD_FADE_S)


def _pluck(hertz: float) -> Wave:
    """A soft struck note that dies away."""
    tone = _tone(_samples(_PLUCK_S), [(hertz, 0.25), (hertz * 2, 0.055), (hertz * 3, 0.015)])
    decay = [math.exp(-3.2 * index / len(tone)) for index in range(len(tone))]
    return _faded(list(map(operator.mul, tone, decay)), 0.02, 0.4)


def _beep(hertz: float, seconds: float) -> Wave:
    return _faded(_tone(_samples(seconds), [(hertz, 1.0)]), 0.01, 0.01)


def _silence(seconds: float) -> Wave:
    return [0.0] * _samples(seconds)


def _tone(length: int, partials: Sequence[tuple[float, float]]) -> Wave:
    """The sum of the (frequency, amplitude) partials that a telephone carries."""
    lowest, highest = _TELEPHONE_BAND_HZ
    tone: Wave = [0.0] * length
    for hertz, amplitude in partials:
        if lowest <= hertz <= highest:
            tone = list(map(operator.add, tone, _sine(length, hertz, amplitude)))
    return tone


def _sine(length: int, hertz: float, amplitude: float) -> Wave:
    """By the recurrence of a rotating phasor: two multiplications a sample instead of a sine."""
    angle = 2 * math.pi * hertz / SAMPLE_RATE
    factor = 2 * math.cos(angle)
    before, now = -amplitude * math.sin(angle), 0.0
    sine: Wave = []
    for _ in range(length):
        sine.append(now)
        before, now = now, factor * now - before
    return sine


def _faded(tone: Wave, fade_in_s: float, fade_out_s: float) -> Wave:
    """Raised-cosine ends: no click, and two that overlap by a fade add up to one."""
    rise, fall = _ramp(_samples(fade_in_s)), _ramp(_samples(fade_out_s))[::-1]
    begins, ends = len(rise), len(tone) - len(fall)
    return [
        *map(operator.mul, tone[:begins], rise),
        *tone[begins:ends],
        *map(operator.mul, tone[ends:], fall),
    ]


def _ramp(length: int) -> Wave:
    return [0.5 - 0.5 * math.cos(math.pi * (index + 0.5) / length) for index in range(length)]


def _mix(loop: Wave, sound: Wave, at_s: float, loudness: float = 1.0) -> None:
    """Add a sound; what reaches past the end goes on at the beginning, so that a loop has no seam."""
    start = _samples(at_s) % len(loop)
    until_end = len(loop) - start
    for begin, part in ((start, sound[:until_end]), (0, sound[until_end:])):
        end = begin + len(part)
        loop[begin:end] = [now + loudness * more for now, more in zip(loop[begin:end], part, strict=True)]


def _to_samples(sound: Wave) -> array[int]:
    """16-bit samples with the loudest at the common peak."""
    gain = _PEAK / max(max(sound), -min(sound))
    return array("h", [round(value * gain) for value in sound])


def encoded(samples: array[int]) -> dict[str, bytes]:
    """Samples in every codec, without a library: the built-in sounds are short."""
    return {"PCMU": encode_ulaw(samples), "PCMA": encode_alaw(samples)}
