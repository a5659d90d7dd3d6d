"""Stores prompts: one headerless G.711 file for each codec, side by side."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from huntline.media.g711 import SUFFIX

_MEASURES = ".measures"


def is_stored(source: Path) -> bool:
    """Whether the prompt is there in every codec."""
    return all(source.with_name(source.name + suffix).exists() for suffix in SUFFIX.values())


def is_measured(source: Path) -> bool:
    """Whether it is known how long and how loud the prompt is."""
    return _measures_of(source).exists()


def store(encoded: Mapping[str, bytes], source: Path) -> None:
    """Write a prompt, by codec; who reads sees a whole file or none."""
    source.parent.mkdir(parents=True, exist_ok=True)
    for codec, data in encoded.items():
        _write_whole(source.with_name(source.name + SUFFIX[codec]), data)


def move(source: Path, destination: Path) -> None:
    """Put a stored prompt elsewhere; who reads there sees each file whole or not at all."""
    files = {codec: source.with_name(source.name + suffix) for codec, suffix in SUFFIX.items()}
    store({codec: path.read_bytes() for codec, path in files.items()}, destination)


def sources_in(folder: Path) -> list[Path]:
    """The prompts in a folder, the one that was written or touched longest ago first."""
    suffix = SUFFIX["PCMU"]
    found = [(path.stat().st_mtime, path) for path in folder.glob(f"*{suffix}")]
    return [path.with_name(path.name.removesuffix(suffix)) for _, path in sorted(found)]


def remove(source: Path) -> None:
    """Remove a stored prompt."""
    for suffix in SUFFIX.values():
        source.with_name(source.name + suffix).unlink(missing_ok=True)


def store_measures(source: Path, measures: Mapping[str, float]) -> None:
    """Keep what was measured of a stored prompt: an hour takes seconds to listen to."""
    _write_whole(_measures_of(source), json.dumps(measures).encode())


def measures_of(source: Path) -> dict[str, float] | None:
    """What ``store_measures`` has kept, if anything."""
    try:
        measures: dict[str, float] = json.loads(_measures_of(source).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return measures


def _measures_of(source: Path) -> Path:
    return source.with_name(source.name + _MEASURES)


def _write_whole(path: Path, data: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
