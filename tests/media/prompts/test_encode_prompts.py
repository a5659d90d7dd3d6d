"""Prompts as they are stored."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import pytest
from tests.media.prompts.audio_files import tone, write_mp3, write_wav

from huntline.media.g711 import ALAW_LEVELS, ULAW_LEVELS
from huntline.media.prompts.decode import PromptRefused
from huntline.media.prompts.encode import QUIETEST_DBFS, encode_prompt
from huntline.media.prompts.store import is_stored, store


def signal_to_noise_db(levels: list[int], hertz: float) -> float:
    """How far the tone stands above all else in the sound."""
    count = len(levels)
    turns = [2 * math.pi * hertz * n / 8_000 for n in range(count)]
    real = sum(level * math.cos(turn) for level, turn in zip(levels, turns, strict=True)) * 2 / count
    imaginary = sum(level * math.sin(turn) for level, turn in zip(levels, turns, strict=True)) * 2 / count
    signal = (real**2 + imaginary**2) / 2
    return 10 * math.log10(signal / (sum(level**2 for level in levels) / count - signal))


def test_a_prompt_is_stored_in_both_laws_under_its_hash(tmp_path: Path) -> None:
    original = write_wav(tmp_path / "welcome.wav", tone(hertz=1_013))
    prompt = encode_prompt(original, tmp_path / "audio")
    assert prompt.sha256 == hashlib.sha256(original.read_bytes()).hexdigest()
    assert prompt.source == str(tmp_path / "audio" / prompt.sha256)
    assert sorted(path.name for path in (tmp_path / "audio").iterdir()) == [
        f"{prompt.sha256}.measures",
        f"{prompt.sha256}.pcma",
        f"{prompt.sha256}.pcmu",
    ]
    for suffix, levels in ((".pcmu", ULAW_LEVELS), (".pcma", ALAW_LEVELS)):
        heard = [levels[code] for code in Path(prompt.source + suffix).read_bytes()]
        assert len(heard) == 16_000
        assert signal_to_noise_db(heard[4_000:12_000], 1_013) > 36  # ITU-T G.712 asks for 33 dB


def test_a_compressed_prompt_stays_clean(tmp_path: Path) -> None:
    prompt = encode_prompt(write_mp3(tmp_path / "music.mp3", tone(hertz=1_013)), tmp_path)
    heard = [ULAW_LEVELS[code] for code in Path(prompt.source + ".pcmu").read_bytes()]
    assert signal_to_noise_db(heard[4_000:12_000], 1_013) > 33


def test_levels_are_those_of_the_sound(tmp_path: Path) -> None:
    prompt = encode_prompt(write_wav(tmp_path / "welcome.wav", tone(peak=0.5)), tmp_path)
    assert prompt.duration_s == pytest.approx(2.0)
    assert prompt.peak_dbfs == pytest.approx(-6.0, abs=0.3)
    assert prompt.rms_dbfs == pytest.approx(-9.0, abs=0.2)
    assert prompt.clipped_share == 0


def test_clipping_and_silence_are_told(tmp_path: Path) -> None:
    loud = [max(-1.0, min(1.0, sample)) for sample in tone(hertz=100, peak=20.0)]
    assert encode_prompt(write_wav(tmp_path / "loud.wav", loud), tmp_path).clipped_share > 0.5
    silent = encode_prompt(write_wav(tmp_path / "silent.wav", [0.0] * 44_100), tmp_path)
    assert silent.rms_dbfs == silent.peak_dbfs == QUIETEST_DBFS


def test_the_same_content_is_encoded_once(tmp_path: Path) -> None:
    original = write_wav(tmp_path / "welcome.wav", tone())
    first = encode_prompt(original, tmp_path / "audio")
    stored = Path(first.source + ".pcmu")
    written_at = stored.stat().st_mtime_ns
    again = encode_prompt(original.rename(tmp_path / "copy.wav"), tmp_path / "audio")
    assert again == first
    assert stored.stat().st_mtime_ns == written_at


def test_half_a_prompt_is_completed(tmp_path: Path) -> None:
    original = write_wav(tmp_path / "welcome.wav", tone(seconds=0.1))
    source = Path(encode_prompt(original, tmp_path).source)
    source.with_name(f"{source.name}.pcma").unlink()
    assert not is_stored(source)
    encode_prompt(original, tmp_path)
    assert is_stored(source)


def test_a_refused_file_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "setup.wav").write_bytes(b"MZ" + bytes(1_000))
    with pytest.raises(PromptRefused, match=r"setup\.wav: .* a Windows program"):
        encode_prompt(tmp_path / "setup.wav", tmp_path / "audio")
    assert not (tmp_path / "audio").exists()


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "prompt.pcmu").mkdir()
    with pytest.raises(IsADirectoryError):
        store({"PCMU": bytes(160)}, tmp_path / "prompt")
    assert [path.name for path in tmp_path.iterdir()] == ["prompt.pcmu"]
