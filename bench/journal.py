#!/usr/bin/env python
"""What writing a call's state to the journal costs: ``.venv/bin/python bench/journal.py``.

The figure that carries over to other machines is the ratio to writing the same text into a plain file.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from huntline.storage.journal import Journal

BATCH, ROUNDS = 500, 20
STATE = {"call_id": "c1", "caller": "+14255550123", "leg": {"leg_id": "l1"}, "sdp": "v=0\r\n" * 40}


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
                journal.append(f"call:{number}", STATE)
            journal.flush()

        with Path(folder, "plain").open("w") as file:

            def plain() -> None:
                for number in range(BATCH):
                    file.write(json.dumps({"key": f"call:{number}", "state": STATE}))
                file.flush()

            ours, bare = microseconds_each(journalled), microseconds_each(plain)
        journal.close()
    print(f"journal {ours:.1f} us an append, plain file {bare:.1f} us, ratio {ours / bare:.2f}")


if __name__ == "__main__":
    main()
