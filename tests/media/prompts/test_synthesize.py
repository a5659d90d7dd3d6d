"""The built-in sounds: pleasant in figures, at least."""

from __future__ import annotations

import cmath
import math
import time
from array import array
from pathlib import Path

import pytest
from tests.scenarios.tones import FRAME, dominant

from huntline.media.prompts.store import is_stored
from huntline.media.prompts.synthesize import (
    busy_tone,
    confirm_tone,
    default_music,
    ensure_builtin,
    refuse_tone,
)


@pytest.fixture(scope="module")
def music() -> array[int]:
    return default_music()


def spectrum(samples: list[complex]) -> list[complex]:
    """The Fourier transform of a power of two of samples (Cooley and Tukey)."""
    if len(samples) == 1:
        return samples
    even, odd = spectrum(samples[::2]), spectrum(samples[1::2])
    half = len(even)
    turned = [cmath.exp(-1j * math.pi * n / half) * value for n, value in enumerate(odd)]
    return [
        *(a + b for a, b in zip(even, turned, strict=True)),
        *(a - b for a, b in zip(even, turned, strict=True)),
    ]


def power_by_hertz(samples: array[int]) -> list[tuple[float, float]]:
    count = len(samples)
    windowed = [complex(value * math.sin(math.pi * n / count) ** 2) for n, value in enumerate(samples)]
    return [(n * 8_000 / count, abs(bin_) ** 2) for n, bin_ in enumerate(spectrum(windowed)[: count // 2])]


def strongest_hertz(samples: array[int]) -> float:
    return max(power_by_hertz(samples), key=lambda bin_: bin_[1])[0]


def test_music_is_soft_and_as_long_as_a_whole_number_of_packets(music: array[int]) -> None:
    assert 30 <= len(music) / 8_000 <= 60
    assert len(music) % 160 == 0
    assert max(map(abs, music)) < 0.5 * 32_767
    rms = math.sqrt(sum(value * value for value in music) / len(music))
    assert -26 < 20 * math.log10(rms / 32_768) < -16


def test_music_has_no_gap(music: array[int]) -> None:
    for start in range(0, len(music), 4_000):
        assert max(map(abs, music[start : start + 4_000])) > 1_000


def test_music_stays_in_the_telephone_band(music: array[int]) -> None:
    for start in (0, 100_000, 250_000):
        powers = power_by_hertz(music[start : start + 8_192])
        inside = sum(power for hertz, power in powers if 300 <= hertz <= 3_400)
        assert inside / sum(power for _, power in powers) > 0.999


def test_the_end_of_the_music_flows_into_its_beginning(music: array[int]) -> None:
    seam = music[-4:] + music[:4]
    bends = [abs(seam[n - 1] - 2 * seam[n] + seam[n + 1]) for n in range(1, 7)]
    usual = sorted(abs(music[n - 1] - 2 * music[n] + music[n + 1]) for n in range(1, len(music) - 1))
    assert max(bends) <= usual[int(len(usual) * 0.999)]
    around = power_by_hertz(music[-512:] + music[:512])
    clicks = sum(power for hertz, power in around if hertz > 3_000)
    assert clicks / sum(power for _, power in around) < 1e-4


def test_no_part_of_the_music_is_taken_for_a_tone_of_the_stories(music: array[int]) -> None:
    starts = range(0, len(music) - FRAME, FRAME // 2)
    assert {dominant(list(music[start : start + FRAME])) for start in starts} == {None}


def test_music_is_the_same_every_time(music: array[int]) -> None:
    assert default_music() == music


def test_confirmation_rises_and_refusal_is_low() -> None:
    confirm = confirm_tone()
    assert strongest_hertz(confirm[:1_024]) == pytest.approx(660, abs=10)
    assert strongest_hertz(confirm[-1_024:]) == pytest.approx(880, abs=10)
    assert strongest_hertz(refuse_tone()[1_000:2_024]) == pytest.approx(330, abs=10)


def test_busy_is_half_a_second_of_tone_and_half_of_silence() -> None:
    busy = busy_tone()
    assert strongest_hertz(busy[1_000:3_048]) == pytest.approx(425, abs=5)
    assert len(busy) == 8_000
    assert not any(busy[4_000:])


def test_no_sound_begins_or_ends_with_a_click() -> None:
    for sound in (confirm_tone(), refuse_tone(), busy_tone()):
        assert abs(sound[0]) < 200
        assert abs(sound[-1]) < 200


def test_builtin_prompts_are_written_once_and_quickly(tmp_path: Path) -> None:
    began_at = time.process_time()
    sources = ensure_builtin(tmp_path)
    assert time.process_time() - began_at < 5  # about 1 s on an idle core
    assert {"default-music", "confirm-tone", "refuse-tone"} <= sources.keys()
    for name, source in sources.items():
        assert source == str(tmp_path / name)
        assert is_stored(Path(source))
    written_at = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert ensure_builtin(tmp_path) == sources
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written_at
