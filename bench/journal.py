#!/usr/bin/env python
"""What writing a record to the journal costs: ``.venv/bin/python bench/journal.py``.

The figure that carries over to other machines is the ratio to writing the same bytes into a plain file.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from huntline.storage.journal import Journal

BATCH, ROUNDS = 500, 20
RECORD = b"v=0\r\n" * 300


def microseconds_each(batch: Callable[[], None]) -> float:
    """The best of some rounds, for one of the batch."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        batch()
        best = min(best, time.perf_counter() - started)
    return best / BATCH * 1e6


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="huntline-journal-") as folder:
        journal = Journal(Path(folder, "journal"))

        def journalled() -> None:
            for number in range(BATCH):
                journal.put(f"call:{number}", RECORD)
                journal.flush()

        with Path(folder, "plain").open("wb", buffering=0) as file:

            def plain() -> None:
                for _ in range(BATCH):
                    file.write(RECORD)

            ours, bare = microseconds_each(journalled), microseconds_each(plain)
        journal.close()
    print(f"journal {ours:.1f} us a turn, plain file {bare:.1f} us, ratio {ours / bare:.2f}")


if __name__ == "__main__":
    main()
