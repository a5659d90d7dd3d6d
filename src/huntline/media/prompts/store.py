"""Stores prompts: one headerless G.711 file for each codec, side by side."""

from __future__ import annotations

import os
import tempfile
from array import array
from pathlib import Path

from huntline.media.g711 import SUFFIX, encode_alaw, encode_ulaw

_ENCODERS = {"PCMU": encode_ulaw, "PCMA": encode_alaw}


def is_stored(source: Path) -> bool:
    """Whether the prompt is there in every codec."""
    return all(source.with_name(source.name + suffix).exists() for suffix in SUFFIX.values())


def store(samples: array[int], source: Path) -> None:
    """Write samples in every codec; who reads sees a whole file or none."""
    source.parent.mkdir(parents=True, exist_ok=True)
    for codec, encode in _ENCODERS.items():
        _write_whole(source.with_name(source.name + SUFFIX[codec]), encode(samples))


def _write_whole(path: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
