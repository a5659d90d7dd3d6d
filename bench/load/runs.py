"""What is measured: each run needs a fresh server, and gives figures, or says why there are none."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from . import sipp_calls
from .contestants import PORT, TARGET, Running
from .machine import Window, memory_kib, sockets_dropped
from .parties import HOST, Call, Load, load

_ADDRESS = (HOST, PORT)
_COMPLETE, _RESENT, _OVERRUN, _TALK = 0.999, 0.04, 3.0, 2.0
"""A rate is sustained if this part of its calls is served, with no more messages than this sent again for
each call, and the last call is over no later than this after its agent has talked."""
_GIVES_UP_AFTER, _PATIENCE = 8.0, 15.0
_TOO_LATE = 0.2
"""If the generator sends a packet so many seconds late, it has measured itself."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything; a quick form has less."""

    steps: tuple[float, ...] = (60.0, 100.0, 120.0, 144.0, 173.0, 207.0, 249.0, 299.0, 358.0)
    """Calls a second, until one is not sustained. The first two are those whose CPU is told."""
    step_seconds: float = 8.0
    waiting: int = 200
    talking: int = 100
    window: float = 8.0
    calls: int = 150
    calls_rate: float = 10.0
    line: int = 120


QUICK = Size(steps=(60.0,), waiting=100, talking=50, window=5.0, calls=60, line=60)


@dataclass(slots=True)
class Result:
    """Figures of one run; ``failed`` says what went wrong, in which case they may be missing."""

    figures: dict[str, float] = field(default_factory=dict)
    failed: str = ""
    details: dict[str, Any] = field(default_factory=dict)


def signalling(server: Running, size: Size, core: int, generator: int) -> Result:
    """Calls at rising rates that nobody hears: CPU of one, memory, and the rate that is still sustained."""
    result = Result({"memory_idle_mb": memory_kib(server.pid) / 1024})
    rows = result.details["rows"] = []
    sustained = 0.0
    for rate in size.steps:
        row = _at_rate(server, rate, size.step_seconds, core, generator)
        rows.append(row)
        if not row["sustained"]:
            if rate == size.steps[0]:
                result.failed = f"{row['served']} of {row['offered']} calls at {rate:g}/s"
            break
        sustained = rate
        if rate in size.steps[:2]:
            result.figures[f"call_ms_{rate:g}"] = row["call_ms"]
        if rate == size.steps[0]:
            result.figures["memory_mb"] = memory_kib(server.pid) / 1024
    if len(size.steps) > 2 and sustained:
        result.figures["sustained"] = sustained
    return result


def _at_rate(server: Running, rate: float, seconds: float, core: int, generator: int) -> dict[str, Any]:
    """What became of calls that came at a rate."""
    offered = int(rate * seconds)
    with sipp_calls.agents(server.folder, core=generator, talk=_TALK) as agents:
        time.sleep(0.5)  # sipp does not say when it listens
        window = Window(server.pid, core)
        with sipp_calls.callers(
            server.folder, TARGET, "800", calls=offered, rate=rate, core=generator
        ) as callers:
            callers.wait(seconds + _TALK + _GIVES_UP_AFTER)
            window.close()
    mine, theirs = callers.statistics(), agents.statistics()
    served, resent = mine.succeeded - mine.refused, mine.resent + theirs.resent
    overrun = window.seconds - seconds - _TALK
    is_sustained = served >= _COMPLETE * offered and resent <= _RESENT * offered and overrun < _OVERRUN
    return {
        "rate": rate,
        "offered": offered,
        "served": served,
        "refused": mine.refused,
        "resent": resent,
        "overrun_s": round(overrun, 1),
        "sustained": is_sustained,
        "call_ms": round(1000 * window.cpu / max(1, served), 2),
        **_told(window),
    }


def waiting(server: Running, size: Size, core: int, generator: int) -> Result:
    """Callers who hear music: CPU and memory of one, and how even their packets come."""
    before = memory_kib(server.pid)
    with load(_ADDRESS) as calls:
        up = _ramped(calls, "801", size.waiting, 50, lambda call: call.is_up)
        memory = memory_kib(server.pid) - before
        window = _kept(calls, up, server, size.window, core)
        gaps = [
            gap
            for call in up
            for gap in (
                (later - earlier) / 1e6 for earlier, later in itertools.pairwise(call.stream.arrivals)
            )
        ]
        packets = sum(len(call.stream.arrivals) for call in up)
        result = Result(
            {
                "waiting_pct": window.core_pct / max(1, len(up)),
                "waiting_kib": memory / max(1, len(up)),
                "waiting_gap_p99_ms": quantile(gaps, 0.99),
            },
            _unless_all(len(up), size.waiting, "callers wait"),
            {"packets_a_second": round(packets / window.seconds / max(1, len(up)), 2), **_told(window)},
        )
        return _ended(calls, result)


def talking(server: Running, size: Size, core: int, generator: int) -> Result:
    """Calls in which both speak: CPU of one, and how long a packet takes through the server."""
    with load(_ADDRESS, callers_speak=True, agents_speak=True) as calls:
        calls.agents.on_ring = calls.agents.answers_after()
        pairs = _ramped(calls, "800", size.talking, 25, lambda call: call.is_up and call.stream.peer > 0)
        up = [*pairs, *(call for call in calls.agents.calls if call.is_up)]
        window = _kept(calls, up, server, size.window, core)
        delays = [delay / 1e6 for call in up for delay in call.stream.delays]
        sent = sum(call.stream.sent for call in up)
        result = Result(
            {
                "relayed_pct": window.core_pct / max(1, len(pairs)),
                "relay_p50_ms": quantile(delays, 0.5),
                "relay_p99_ms": quantile(delays, 0.99),
            },
            _unless_all(len(pairs), size.talking, "callers hear their agent"),
            {"sent": sent, "heard": len(delays), **_told(window)},
        )
        return _ended(calls, result)


def ringing(server: Running, size: Size, core: int, generator: int) -> Result:
    """Calls that find an agent free: from a caller's INVITE to the agent's, from the answer to the voice."""
    chance = random.Random(3)  # noqa: S311  # the same in each run
    with load(_ADDRESS, callers_speak=True, agents_speak=True) as calls:

        def ring(call: Call) -> None:
            # Spread over one packet's time, or all answers would keep step with the callers' packets.
            after = 0.2 + chance.uniform(0, 0.02)
            calls.agents.answer(call, after)
            calls.reactor.after(after + _TALK, call.hang_up)

        calls.agents.on_ring = ring
        window = Window(server.pid, core)
        calls.ramp("800", size.calls, size.calls_rate)
        calls.wait_over(size.calls, size.calls / size.calls_rate + 10)
        window.close()
        by_user = {call.user: call for call in calls.agents.calls}
        pairs = [(call, by_user[call.user]) for call in calls.callers.calls if call.user in by_user]
        rung = [1e3 * (agent.began_at - caller.began_at) for caller, agent in pairs]
        heard = [
            1e3 * (caller.stream.peer_heard_at - agent.leg.answered_at)
            for caller, agent in pairs
            if caller.stream.peer
        ]
        result = Result(
            {
                "ring_p50_ms": quantile(rung, 0.5),
                "ring_p99_ms": quantile(rung, 0.99),
                "voice_p50_ms": quantile(heard, 0.5),
            },
            _unless_all(len(heard), size.calls, "callers heard an agent"),
            {"call_ms": round(1000 * window.cpu / size.calls, 2), **_told(window)},
        )
        return _ended(calls, result)


def line(server: Running, size: Size, core: int, generator: int) -> Result:
    """More callers than agents: are they served in their order, and how long is an agent idle in between?"""
    chance = random.Random(7)  # noqa: S311  # the same in each run
    idle_since: dict[str, float] = {}
    idle: list[float] = []
    with load(_ADDRESS, callers_speak=True) as calls:

        def hang_up(call: Call) -> None:
            call.hang_up()
            if any(caller.is_up for caller in _unserved(calls)):
                idle_since[call.agent] = call.hung_up_at

        def ring(call: Call) -> None:
            if freed := idle_since.pop(call.agent, None):
                idle.append(1e3 * (call.began_at - freed))
            calls.agents.answer(call)
            calls.reactor.after(chance.uniform(0.8, 1.2), lambda: hang_up(call))

        calls.agents.on_ring = ring
        window = Window(server.pid, core)
        calls.ramp("810", size.line, rate=40)
        is_over = calls.wait_over(size.line, size.line / 10 * 4)
        window.close()
        rung = sorted(calls.agents.calls, key=lambda call: call.began_at)
        order = list(dict.fromkeys(int(call.user[1:]) for call in rung))
        heard = {call.user for call in calls.agents.calls if call.leg.audio and call.stream.peer}
        result = Result(
            {
                "freed_p50_ms": quantile(idle, 0.5),
                "freed_p99_ms": quantile(idle, 0.99),
                "overtaken": inversions(order),
                "line_s": round(window.seconds, 1),
            },
            _unless_all(len(heard), size.line, "callers were served")
            or ("" if is_over else "calls did not end"),
            {"rung": len(calls.agents.calls), **_told(window)},
        )
        return _ended(calls, result)


def _unserved(calls: Load) -> list[Call]:
    served = {call.user for call in calls.agents.calls}
    return [call for call in calls.callers.calls if call.user not in served]


RUNS: dict[str, Callable[[Running, Size, int, int], Result]] = {
    "signalling": signalling,
    "waiting": waiting,
    "talking": talking,
    "ringing": ringing,
    "line": line,
}


def quantile(values: Iterable[float], part: float) -> float:
    """The value below which that part of them lies; not a number if there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else float("nan")


def inversions(order: list[int]) -> int:
    """How many pairs stand in the wrong order."""
    return sum(earlier > later for earlier, later in itertools.combinations(order, 2))


def _ramped(
    calls: Load, number: str, count: int, rate: float, is_there: Callable[[Call], bool]
) -> list[Call]:
    """Let callers come until it is true of all of them, or some seconds more; those of whom it is."""
    calls.ramp(number, count, rate)
    calls.wait(lambda: sum(map(is_there, calls.callers.calls)) == count, count / rate + _PATIENCE)
    time.sleep(2)  # what a beginning costs is over
    with calls.reactor.changed:
        return [call for call in calls.callers.calls if is_there(call)]


def _kept(calls: Load, up: list[Call], server: Running, seconds: float, core: int) -> Window:
    """Keep what comes at these calls for some seconds."""
    calls.pacer.late = 0.0
    window = Window(server.pid, core)
    with calls.reactor.changed:
        for call in up:
            call.stream.keep()
    time.sleep(seconds)
    window.close()
    with calls.reactor.changed:
        for call in up:
            call.stream.is_kept = False
    return window


def _ended(calls: Load, result: Result) -> Result:
    """Add what the end of all calls tells, and whether the generator was in the way."""
    streams = [call.stream for call in calls.callers.calls]
    result.details["thrown_away"] = sockets_dropped({stream.port for stream in streams})
    result.details |= calls.notes()
    late = calls.pacer.late
    problems = [
        result.failed,
        "" if calls.hang_up() else "calls did not end",
        f"the generator was {late:.1f} s late" if late > _TOO_LATE else "",
    ]
    result.failed = "; ".join(filter(None, problems))
    return result


def _told(window: Window) -> dict[str, float]:
    return {
        "seconds": round(window.seconds, 2),
        "server_core_pct": round(window.core_pct, 1),
        "others_core_pct": round(100 * window.others, 1),
    }


def _unless_all(found: int, wanted: int, what: str) -> str:
    return "" if found == wanted else f"{found} of {wanted} {what}"
