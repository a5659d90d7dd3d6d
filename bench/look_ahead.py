"""The look-ahead: `.venv/bin/python bench/look_ahead.py [--queues 1 10 50] [--seconds 60] [--situations N]`.

What its child takes of a core, and how often each queue has its turn, with so many queues of five agents and
sixty calls an hour; then how often its warnings are right, where what it expects is what comes. No network.
"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.simulator.test_look_ahead import asked, crew

from huntline.engine.model import AgentState
from huntline.simulator.durations import Constant, Exponential
from huntline.simulator.look_ahead import LookAheadQuestion, look_ahead, one_run
from huntline.web.look_ahead import EVERY, MOST_CPU_S, SHARE_OF_A_CORE, Turns
from huntline.web.look_ahead_child import LookAheadChild

TALK = 180.0
COMINGS = 30
"""So often a situation goes on by chance, to see what comes of it."""

FIRST_CHANCE = 10_000
FEWEST = 5


def cost(queues: int, seconds: float) -> None:
    question = asked(crew(2, AgentState.TALKING) + crew(3), 60, answering=Constant(5))
    child, turns = LookAheadChild(), Turns()
    names = [str(number) for number in range(queues)]
    had: Counter[str] = Counter()
    spent = 0.0
    began = time.monotonic()
    while (now := time.monotonic()) < began + seconds:
        if (name := turns.next(names, now)) is None:
            time.sleep(0.05)
            continue
        found = child.ask(question, min(MOST_CPU_S, SHARE_OF_A_CORE * EVERY / max(len(had), 1)))
        turns.taken(name, now, found.cpu_s)
        spent += found.cpu_s
        had[name] += 1
    child.close()
    every = seconds * len(had) / had.total()
    print(f"{queues} queues: {spent / seconds:.1%} of a core, each of {len(had)} had one every {every:.1f} s")


def situation(random: Random) -> LookAheadQuestion:
    """Two to eight agents, some of them talking, with too few or too many calls for them."""
    count = random.choice((2, 3, 5, 8))
    talking = random.randint(0, count)
    waits = random.choice((0, 0, 1, 3)) if talking == count else 0
    return asked(
        crew(talking, AgentState.TALKING) + crew(count - talking),
        random.uniform(0.5, 1.15) * count * 3600 / TALK,
        waiting=tuple(random.uniform(0, 60) for _ in range(waits)),
        patience=Exponential(240),
        answering=Constant(5),
        left_of_part=random.uniform(20, 300),
    )


def share_below(question: LookAheadQuestion) -> float:
    """How often the half-hour after these five minutes falls below the target, of those with enough calls."""
    below: list[bool] = []
    for number in range(COMINGS):
        parts = one_run(question, 0, FIRST_CHANCE + number)[1:]
        offered = sum(part.offered for part in parts)
        if offered >= FEWEST:
            in_time = sum(part.answered_in_time for part in parts)
            below.append(in_time < question.target.share * offered)
    return sum(below) / max(len(below), 1)


def precision(situations: int) -> None:
    random = Random(5)  # noqa: S311 - no secret
    right = missed = 0.0
    warned = 0
    for _ in range(situations):
        question = situation(random)
        below = share_below(question)
        if look_ahead(question, lambda: False).below is None:
            missed += below
        else:
            warned += 1
            right += below
    print(
        f"{warned} warnings in {situations} situations: {right / warned:.0%} of what came of them was below"
    )
    print(f"of all that was below there had been a warning of {right / (right + missed):.0%}")


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--queues", type=int, nargs="*", default=[1, 10, 50])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--situations", type=int, default=120)
    wanted = parser.parse_args()
    for queues in wanted.queues:
        cost(queues, wanted.seconds)
    if wanted.situations:
        precision(wanted.situations)


if __name__ == "__main__":
    main()
