"""The generator itself: callers and agents without a server in between, and what it makes of what it sees."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.load.contestants import QUEUES
from bench.load.ours import organization
from bench.load.parties import HOST, Call, Load, load
from bench.load.peer import Asterisk, configuration, tone
from bench.load.runs import inversions, quantile
from bench.load.sipp_calls import Statistics, statistics_of

from tests.scenarios import ports
from tests.scenarios.tones import is_loud


@pytest.fixture
def calls() -> Iterator[Load]:
    """Callers who call the agents' socket directly."""
    agents = ports.take(2)
    options = {"callers_port": ports.take(2), "agents_port": agents}
    with load((HOST, agents), callers_speak=True, agents_speak=True, **options) as made:
        yield made


def _hears(call: Call) -> bool:
    return call.leg.audio is not None and call.stream.peer > 0


def test_callers_and_agents_hear_each_other_and_know_whom(calls: Load) -> None:
    calls.agents.on_ring = calls.agents.answers_after(0.01)
    calls.ramp("800", 3, rate=100)
    callers, agents = calls.callers.calls, calls.agents.calls
    assert calls.wait(lambda: len(agents) == 3 and all(map(_hears, [*callers, *agents])), 5)
    numbers = {call.stream.number: call for call in agents}
    for caller in callers:
        agent = numbers[caller.stream.peer]
        assert (agent.user, agent.agent) == (caller.user, "800")
        assert agent.stream.peer == caller.stream.number
        assert caller.began_at <= agent.began_at <= caller.answered_at <= caller.stream.peer_heard_at
    assert calls.hang_up()
    assert all(call.leg.is_ended for call in [*callers, *agents])


def test_a_stream_keeps_what_comes_while_it_is_told_to(calls: Load) -> None:
    calls.agents.on_ring = calls.agents.answers_after(0.01)
    caller = calls.callers.call("800")
    assert calls.wait(lambda: caller.stream.peer > 0, 5)
    assert len(caller.stream.arrivals) == 0
    began_at = time.time_ns()
    caller.stream.keep()
    assert calls.wait(lambda: len(caller.stream.arrivals) >= 5, 5)
    caller.stream.is_kept = False
    kept = caller.stream
    assert len(kept.delays) == len(kept.sequences) == len(kept.arrivals)
    assert all(arrival >= began_at for arrival in kept.arrivals)
    assert all(0 <= delay < 1e9 for delay in kept.delays)
    assert list(kept.sequences) == list(range(kept.sequences[0], kept.sequences[0] + len(kept.sequences)))
    assert kept.sent > 0


def test_who_is_not_answered_has_failed(calls: Load) -> None:
    calls.agents.on_ring = lambda call: call.leg.decline(486)
    caller = calls.callers.call("800")
    assert calls.wait_over(1, 5)
    assert caller.failure == "SIP/2.0 486 Busy Here"
    assert (caller.answered_at, caller.stream.peer) == (0.0, 0)


def test_quantile() -> None:
    assert quantile([3.0, 1.0, 2.0, 4.0], 0.5) == 3.0
    assert quantile(range(100), 0.99) == 99
    assert math.isnan(quantile([], 0.5))


def test_inversions() -> None:
    assert inversions([1, 2, 3, 4]) == 0
    assert inversions([2, 1, 4, 3]) == 2
    assert inversions([4, 3, 2, 1]) == 6


def test_statistics_are_those_of_the_last_row() -> None:
    names = (
        "CurrentCall;TotalCallCreated;SuccessfulCall(C);FailedCall(C);Retransmissions(C);GenericCounter1(C);"
    )
    table = f"{names}\n9;9;0;0;0;0;\n1;10;7;2;3;4;\n"
    assert statistics_of(table) == Statistics(created=10, succeeded=7, failed=2, refused=4, resent=3, open=1)
    assert statistics_of("") == statistics_of(names) == Statistics()


def test_both_servers_have_the_same_queues_and_agents() -> None:
    ours = organization()
    sizes = {queue["line_uri"].removeprefix("tel:+"): len(queue["agents"]) for queue in ours["queues"]}
    assert sizes == QUEUES
    theirs = configuration(Path("/bench"), Path("/modules"))
    assert Counter(theirs["queues.conf"].split())["member"] == sum(QUEUES.values())
    for user in ours["users"]:
        assert f"contact = {user['contacts'][0]}\n" in theirs["pjsip.conf"]


def test_the_peers_music_is_loud_and_in_the_codec_that_is_spoken() -> None:
    music = tone(2)
    assert len(music) == 16_000
    assert all(is_loud(music[at : at + 160], 0) for at in range(0, 16_000, 160))


def test_a_peer_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert Asterisk.missing(tmp_path) == f"there is no Asterisk in {tmp_path}"
