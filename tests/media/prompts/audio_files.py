"""Audio files made for the tests, and a look at what came out."""

from __future__ import annotations

import math
import wave
from array import array
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

RATE = 44_100
SECONDS = 2.0


def tone(hertz: float = 1_000, seconds: float = SECONDS, rate: int = RATE, peak: float = 0.5) -> list[float]:
    return [peak * math.sin(2 * math.pi * hertz * n / rate) for n in range(round(rate * seconds))]


def write_wav(
    path: Path, samples: list[float], *, bits: int = 16, channels: int = 1, rate: int = RATE
) -> Path:
    """A file of PCM, with the same sound in each channel."""
    width = bits // 8
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        loudest, middle = 2 ** (bits - 1) - 1, 128 if bits == 8 else 0
        frames = bytearray()
        for sample in samples:
            value = round(sample * loudest) + middle
            frames += value.to_bytes(width, "little", signed=bits > 8) * channels
        file.writeframes(bytes(frames))
    return path


def write_compressed(path: Path, samples: list[float], *, container: str, codec: str) -> Path:
    """The same sound as PyAV encodes it."""
    with av.open(str(path), "w", format=container) as output:
        stream = output.add_stream(codec, rate=RATE)
        assert isinstance(stream, AudioStream)
        stream.layout = "mono"
        stream.bit_rate = 96_000
        stream.codec_context.open()
        fifo = av.AudioFifo()
        frame = AudioFrame(format="fltp", layout="mono", samples=len(samples))
        frame.planes[0].update(array("f", samples).tobytes())
        frame.sample_rate = RATE
        fifo.write(frame)
        while part := fifo.read(stream.codec_context.frame_size, partial=True):
            output.mux(stream.encode(part))
        output.mux(stream.encode(None))
    return path


def write_mp3(path: Path, samples: list[float]) -> Path:
    return write_compressed(path, samples, container="mp3", codec="libmp3lame")


def write_wma(path: Path, samples: list[float]) -> Path:
    return write_compressed(path, samples, container="asf", codec="wmav2")


def amplitude(samples: array[int], hertz: float) -> float:
    """How much of one frequency is in the middle of the sound, full scale = 1 (Goertzel's sum)."""
    middle = samples[len(samples) // 4 : len(samples) // 4 + 4_000]
    turns = [2 * math.pi * hertz * n / 8_000 for n in range(len(middle))]
    real = sum(sample * math.cos(turn) for sample, turn in zip(middle, turns, strict=True))
    imaginary = sum(sample * math.sin(turn) for sample, turn in zip(middle, turns, strict=True))
    return 2 * math.hypot(real, imaginary) / len(middle) / 32_768
