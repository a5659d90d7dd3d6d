"""Sound files made and measured with sox."""

from __future__ import annotations

import subprocess
import wave
from array import array
from pathlib import Path

from . import tones


def tone_file(folder: Path, tone: int, seconds: float, *, name: str = "", rate: int = tones.RATE) -> Path:
    """A file of one tone, silence for 0; ``name`` decides the format by its ending (default: WAV, 16 bit)."""
    file = folder / (name or f"tone-{tone}.wav")
    command = ["sox", "-n", "-r", str(rate), "-c", "1", "-b", "16", str(file)]
    sound = ["synth", str(seconds), "sine", str(tone), "gain", "-6"] if tone else ["trim", "0", str(seconds)]
    subprocess.run([*command, *sound], check=True)
    return file


def tones_in_recording(file: Path) -> list[tuple[float, int | None]]:
    """(second, tone) for each 20 ms of a WAV file of 16 bit at 8 kHz or a multiple of it: our tones are so
    low that each n-th sample tells them."""
    with wave.open(str(file)) as recording:
        step, rest = divmod(recording.getframerate(), tones.RATE)
        assert not rest
        samples = array("h", recording.readframes(recording.getnframes()))
        return tones.tones_of_recording(samples[:: step * recording.getnchannels()])


def share_of(tone: int, recording: list[tuple[float, int | None]], *, since: float = 0.0) -> float:
    """How much of a recording, from a second on, is one tone: 0..1."""
    part = [heard for second, heard in recording if second >= since]
    return part.count(tone) / max(1, len(part))
