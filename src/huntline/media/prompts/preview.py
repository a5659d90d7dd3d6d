"""A prompt as callers hear it, for ears at a desk."""

from __future__ import annotations

import io
import wave

from huntline.media.g711 import SAMPLE_RATE, ULAW_LEVELS

_LOW_BYTES = bytes(level & 0xFF for level in ULAW_LEVELS)
_HIGH_BYTES = bytes(level >> 8 & 0xFF for level in ULAW_LEVELS)


def wav_of_ulaw(ulaw: bytes) -> bytes:
    """A .wav file, 8 kHz mono 16 bit, that sounds as the mu-law samples do on a telephone."""
    # Both bytes of each sample by table: an hour takes a moment, not seconds.
    samples = bytearray(2 * len(ulaw))
    samples[::2] = ulaw.translate(_LOW_BYTES)
    samples[1::2] = ulaw.translate(_HIGH_BYTES)
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(SAMPLE_RATE)
        writer.writeframes(samples)
    return file.getvalue()
