"""What queueing theory says of a line: one birth-and-death process, of which Erlang C, Erlang A and M/M/c/K
are the known cases. Times are in means of a conversation."""

from __future__ import annotations

import math
from dataclasses import dataclass

ENOUGH = 2_000
"""States of a line that has no end: what lies beyond does not happen."""


@dataclass(frozen=True, slots=True)
class Theory:
    """``waits`` is the probability of finding no agent free, ``mean_wait`` in means of a conversation, both
    of callers who come in; ``refused`` of all."""

    waits: float
    mean_wait: float
    abandons: float
    refused: float
    occupancy: float


def in_theory(load: float, agents: int, *, impatience: float = 0.0, room: int = ENOUGH) -> Theory:
    """``impatience`` is a conversation's mean by the mean patience, ``room`` how many may wait."""
    most = agents + room
    logs = [0.0]
    for state in range(1, most + 1):
        leaving = min(state, agents) + max(state - agents, 0) * impatience
        logs.append(logs[-1] + math.log(load / leaving))
    highest = max(logs)
    weights = [math.exp(each - highest) for each in logs]
    total = math.fsum(weights)
    shares = [weight / total for weight in weights]
    let_in = 1 - shares[most]
    waiting = math.fsum((state - agents) * shares[state] for state in range(agents, most + 1))
    return Theory(
        waits=math.fsum(shares[agents:most]) / let_in,
        mean_wait=waiting / (load * let_in),
        abandons=impatience * waiting / (load * let_in),
        refused=shares[most],
        occupancy=math.fsum(min(state, agents) * shares[state] for state in range(most + 1)) / agents,
    )
