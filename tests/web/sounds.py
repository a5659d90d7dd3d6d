"""Sound files made on the spot."""

from __future__ import annotations

import array
import io
import math
import wave

RATE = 16_000


def wav(seconds: float = 1.0, level: float = 0.3, hertz: float = 440.0) -> bytes:
    """A tone as a .wav file, 16 bit mono; ``level`` is of full scale."""
    samples = array.array(
        "h",
        (
            round(32_767 * level * math.sin(2 * math.pi * hertz * place / RATE))
            for place in range(round(seconds * RATE))
        ),
    )
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes(samples.tobytes())
    return file.getvalue()
