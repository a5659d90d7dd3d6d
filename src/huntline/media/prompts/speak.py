"""Text to speech by the engine that is installed on the machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from huntline.errors import ConfigurationError

MAX_CHARACTERS = 5_000

_ENGINE = "espeak-ng"
_VOICES = {"en": "en-us", "fr": "fr-fr"}
_WORDS_PER_MINUTE = 150
_TIME_LIMIT_S = 60


class SpeechUnavailable(ConfigurationError):
    """The text cannot be spoken here: the message says why, and what would help."""


def can_speak() -> bool:
    """Whether the engine is installed, so that texts can be spoken at all."""
    return shutil.which(_ENGINE) is not None


def speak(text: str, destination: Path, language: str = "en") -> None:
    """Write ``text``, spoken, to a .wav file. Raises SpeechUnavailable."""
    voice = _VOICES.get(language)
    if voice is None:
        raise SpeechUnavailable(f"language {language!r} cannot be spoken; one of {', '.join(_VOICES)} can")
    if not text.strip() or len(text) > MAX_CHARACTERS:
        raise SpeechUnavailable(f"a text of 1 to {MAX_CHARACTERS} characters can be spoken, not {len(text)}")
    engine = shutil.which(_ENGINE)
    if engine is None:
        raise SpeechUnavailable(
            f"text to speech needs the program {_ENGINE}: install it (apt-get install {_ENGINE}), "
            "or give an audio file in place of the text"
        )
    command = [
        engine,
        "-v",
        voice,
        "-s",
        str(_WORDS_PER_MINUTE),
        "-b",
        "1",
        "-w",
        str(destination),
        "--stdin",
    ]
    destination.unlink(missing_ok=True)
    try:
        subprocess.run(  # noqa: S603 - no shell; the text goes in by the pipe
            command,
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            check=True,
            timeout=_TIME_LIMIT_S,
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip()
        raise SpeechUnavailable(f"{_ENGINE} failed with {error.returncode}: {said[:200]}") from error
    except subprocess.TimeoutExpired as error:
        raise SpeechUnavailable(f"{_ENGINE} did not finish in {_TIME_LIMIT_S} s") from error
    # The engine ends with 0 also when it could not write.
    if not destination.exists():
        raise SpeechUnavailable(f"{_ENGINE} could not write {destination}")
