"""Sounds: files of the library and spoken texts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Audio:
    """Audio by its content, ``duration`` in seconds, ``loudness`` in dB of full scale (RMS).

    ``name`` is what the file was called; with a ``language`` it is the text that was spoken.
    """

    sha256: str
    name: str
    duration: float
    language: str | None = None
    loudness: float | None = None
