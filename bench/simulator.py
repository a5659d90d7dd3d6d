"""A million calls against theory: `.venv/bin/python bench/simulator.py [--calls 1000000] [--processes 2]`.

Erlang C, Erlang A and M/M/c/K, each with so many calls: what is simulated, its interval of 95 %, and what
theory says. 1 if a figure lies outside. No network.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.simulator.lines import line, served_by
from tests.simulator.theory import Theory, in_theory

from huntline.simulator.callers import Habits
from huntline.simulator.durations import NEVER, DrawnTime, Exponential
from huntline.simulator.figures import Batch, Estimate, Figures, figures_of
from huntline.simulator.steady import BATCHES, Traffic, batches_of

TALK = 180.0
IN_TIME = 20.0
ROOM = 10_000
NOTHING = 1e-6  # what hardly ever happens, and did not


@dataclass(frozen=True)
class Model:
    name: str
    agents: int
    load: float
    patience: DrawnTime = NEVER
    room: int = ROOM

    def batches(self, calls: int, seed: int, batches: int) -> tuple[list[Batch], float]:
        """With the seconds of CPU that they took."""
        began = time.process_time()
        traffic = Traffic(
            an_hour=self.load * 3600 / TALK, habits=Habits(talk=Exponential(TALK), patience=self.patience)
        )
        scenario = served_by(self.agents, line(max_waiting=self.room))
        found = batches_of(scenario, traffic, calls=calls, in_time=IN_TIME, seed=seed, batches=batches)
        return list(found), time.process_time() - began

    def theory(self) -> Theory:
        impatience = TALK / self.patience.mean if isinstance(self.patience, Exponential) else 0.0
        return in_theory(self.load, self.agents, impatience=impatience, room=min(self.room, 2_000))


MODELS = (
    Model("Erlang C: 10 agents, 8 erlangs", 10, 8),
    Model("Erlang A: 10 agents, 10 erlangs, patience 90 s", 10, 10, Exponential(90)),
    Model("M/M/c/K: 10 agents, 10 erlangs, 5 may wait", 10, 10, room=5),
)


def compared(figures: Figures, theory: Theory) -> Iterator[tuple[str, Estimate, float]]:
    yield "found no agent free", figures.waits_at_all, theory.waits
    yield "mean wait, s", figures.mean_wait, theory.mean_wait * TALK
    yield "gave up", figures.abandon_rate, theory.abandons
    yield "turned away", figures.turned_away_rate, theory.refused
    yield "occupancy", figures.occupancy, theory.occupancy


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    is_outside = False
    with ProcessPoolExecutor(asked.processes) as pool:
        for model in MODELS:
            started = time.monotonic()
            parts = [
                pool.submit(
                    model.batches,
                    asked.calls // asked.processes,
                    asked.seed * 1_000 + part,
                    max(BATCHES // asked.processes, 1),
                )
                for part in range(asked.processes)
            ]
            found = [part.result() for part in parts]
            took, busy = time.monotonic() - started, sum(seconds for _, seconds in found)
            figures = figures_of([batch for batches, _ in found for batch in batches])
            print(
                f"{model.name}: {asked.calls:,} calls in {took:.0f} s, {busy:.0f} s of CPU"
                f" ({busy / asked.calls * 1e6:.0f} us a call)",
                flush=True,
            )
            for what, estimate, truth in compared(figures, model.theory()):
                agrees = estimate.agrees_with(truth) or abs(estimate.value - truth) < NOTHING
                is_outside |= not agrees
                margin = estimate.margin or 0.0
                print(
                    f"  {what:20} {estimate.value:9.4f} +- {margin:.4f}  theory {truth:9.4f}"
                    f"  {'' if agrees else 'OUTSIDE'}"
                )
    return int(is_outside)


if __name__ == "__main__":
    sys.exit(main())
