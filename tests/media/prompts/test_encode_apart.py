"""Sounds that are encoded in a process of their own: the same result, the same words, and limits."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.media.prompts.audio_files import tone, write_wav

from huntline.media.prompts import apart
from huntline.media.prompts.apart import encode_apart
from huntline.media.prompts.decode import PromptRefused
from huntline.media.prompts.encode import encode_prompt, measure_prompt


def test_what_comes_out_is_the_same_and_is_measured_once(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "welcome.wav", tone())
    here = encode_prompt(path, tmp_path / "here")
    there = encode_apart(path, path.read_bytes(), tmp_path / "there")
    for suffix in (".pcmu", ".pcma", ".measures"):
        assert Path(here.source + suffix).read_bytes() == Path(there.source + suffix).read_bytes()
    # Nobody listens to the sound again to know its length.
    Path(there.source + ".pcmu").write_bytes(b"\xff" * 160)
    assert measure_prompt(there.sha256, tmp_path / "there") == there


def test_a_refusal_has_the_same_words(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "empty.wav", [])
    with pytest.raises(PromptRefused) as here:
        encode_prompt(path, tmp_path)
    with pytest.raises(PromptRefused) as there:
        encode_apart(path, path.read_bytes(), tmp_path)
    assert str(there.value) == str(here.value)


def test_a_folder_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "welcome.wav", tone(seconds=0.2))
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        encode_apart(path, path.read_bytes(), tmp_path / "file")


def test_what_takes_too_much_memory_or_time_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write_wav(tmp_path / "welcome.wav", tone(seconds=0.2))
    for limit, value in (("_MOST_MEMORY", 100 * 2**20), ("_MOST_S", 0.01)):
        with monkeypatch.context() as patched:
            patched.setattr(apart, limit, value)
            with pytest.raises(PromptRefused, match="more time or memory"):
                encode_apart(path, path.read_bytes(), tmp_path)
    assert capfd.readouterr().err == ""
