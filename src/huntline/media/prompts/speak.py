"""Text to speech by SVOX Pico, whose English and French voices come with its package.

It speaks in a process of its own, with limits: it was written for texts of its owner's, and of some it never
comes to the end. A child is ``python -m huntline.media.prompts.speak LANGUAGE CPU_SECONDS BYTES`` with the
text on its standard input; the samples are on its standard output: 16 kHz, mono, 16 bits.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import wave
from pathlib import Path

from huntline.languages.speaking import sayable
from huntline.media.interface import SpeechUnavailable

MAX_CHARACTERS = 5_000

VOICES = {"en": "en-US", "fr": "fr-FR"}
"""Of the languages that can be spoken."""

VOICE_EDITION = "pico 1"
"""Another one where the same text would sound otherwise: what was spoken before is spoken anew."""

_RATE = 16_000
_VOLUME = 0.5
"""Half of what the voices do, which reaches full scale: as loud as other prompts, and never clipped."""

_MOST_CPU_S = 30
_MOST_S = 60
_MOST_MEMORY = 512 * 2**20


def speak(text: str, destination: Path, language: str = "en") -> None:
    """Write ``text``, spoken, to a .wav file. Raises SpeechUnavailable, and OSError where it cannot be
    written."""
    if language not in VOICES:
        raise SpeechUnavailable(f"language {language!r} cannot be spoken; one of {', '.join(VOICES)} can")
    if not text.strip() or len(text) > MAX_CHARACTERS:
        raise SpeechUnavailable(f"a text of 1 to {MAX_CHARACTERS} characters can be spoken, not {len(text)}")
    words = sayable(text, language)
    samples = _run_child(words, language) if words else b""
    if not samples:
        raise SpeechUnavailable("there is nothing in the text that can be spoken")
    with destination.open("wb") as output, wave.open(output, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(samples)


def _run_child(words: str, language: str) -> bytes:
    limits = (str(_MOST_CPU_S), str(_MOST_MEMORY))
    command = [sys.executable, "-m", __spec__.name, language, *limits]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and a program of ours
            command, input=words.encode(), capture_output=True, check=True, timeout=_MOST_S
        )
    except subprocess.TimeoutExpired as error:
        raise SpeechUnavailable(f"the voice did not finish in {_MOST_S} s") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise SpeechUnavailable(f"the voice failed with {error.returncode}: {said[:200]}") from error
    return done.stdout


def main() -> None:
    """The child's part."""
    language, most_cpu, most_memory = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_CPU, (int(most_cpu), int(most_cpu)))
    resource.setrlimit(resource.RLIMIT_AS, (int(most_memory), int(most_memory)))
    from py_nanotts import NanoTTS

    words = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(NanoTTS().speak(words, voice=VOICES[language], volume=_VOLUME))


if __name__ == "__main__":
    main()
