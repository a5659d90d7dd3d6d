"""Text to speech, with the engine and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from huntline.media.prompts.encode import encode_prompt
from huntline.media.prompts.speak import MAX_CHARACTERS, SpeechUnavailable, speak


@pytest.mark.parametrize(
    ("text", "language"),
    [("Welcome to Contoso. Please hold.", "en"), ("Bienvenue chez Contoso, à très bientôt.", "fr")],
)
def test_spoken_text_is_a_prompt(tmp_path: Path, text: str, language: str) -> None:
    speak(text, tmp_path / "welcome.wav", language)
    prompt = encode_prompt(tmp_path / "welcome.wav", tmp_path)
    assert 1 < prompt.duration_s < 6
    assert -35 < prompt.rms_dbfs < -8
    assert prompt.clipped_share < 0.01


def test_text_is_never_an_option_or_a_command(tmp_path: Path) -> None:
    speak("--version; touch /tmp/x $(id) \ud800", tmp_path / "odd.wav")
    assert (tmp_path / "odd.wav").stat().st_size > 10_000


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpeechUnavailable, match="espeak-ng"):
        speak("Welcome", tmp_path / "missing" / "welcome.wav")


def test_without_the_engine_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SpeechUnavailable, match="apt-get install espeak-ng"):
        speak("Welcome", tmp_path / "welcome.wav")


@pytest.mark.parametrize("text", ["", " \n", "x" * (MAX_CHARACTERS + 1)])
def test_texts_that_are_empty_or_endless(tmp_path: Path, text: str) -> None:
    with pytest.raises(SpeechUnavailable, match=f"1 to {MAX_CHARACTERS} characters"):
        speak(text, tmp_path / "welcome.wav")


def test_languages_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(SpeechUnavailable, match="'tlh' cannot be spoken; one of en, fr can"):
        speak("nuqneH", tmp_path / "welcome.wav", "tlh")
