"""What rounds come to, and what counts as worse."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from bench.load.comparison import (
    FIGURES,
    Figure,
    failures,
    is_comparable,
    ratio,
    rounds,
    spread,
    worse_than_base,
    worse_than_kept,
)
from bench.load.runs import QUICK, Size

_BY_KEY = {figure.key: figure for figure in FIGURES}
Figures = dict[str, float]


def _results(*servers: tuple[str, list[Figures]], **more: Any) -> dict[str, Any]:
    rows = [
        {"round": number, "server": server, "run": "signalling", "figures": figures, "failed": ""}
        for server, found in servers
        for number, figures in enumerate(found, 1)
    ]
    return {"size": "whole", "versions": {name: name for name, _ in servers}, "rounds": rows, **more}


def _calls(*values: float, key: str = "call_ms_60") -> list[Figures]:
    return [{key: value} for value in values]


def test_the_median_and_both_ends_of_the_rounds() -> None:
    found = spread(_results(("huntline", _calls(9.0, 30.0, 10.0))), "huntline", "call_ms_60")
    assert found is not None
    assert (found.low, found.median, found.high, found.rounds) == (9.0, 10.0, 30.0, 3)


def test_a_round_that_failed_does_not_count_and_is_told() -> None:
    results = _results(("huntline", _calls(9.0, 1.0)))
    results["rounds"][1]["failed"] = "3 of 480 calls at 60/s"
    assert rounds(results, "huntline", "call_ms_60") == {1: 9.0}
    assert [str(each) for each in failures(results)] == [
        "round 2, huntline, signalling: 3 of 480 calls at 60/s"
    ]


@pytest.mark.parametrize("nothing", [float("nan"), None])
def test_what_could_not_be_had_does_not_count(nothing: float) -> None:
    assert spread(_results(("huntline", _calls(nothing))), "huntline", "call_ms_60") is None


def test_the_ratio_is_of_servers_in_the_same_round() -> None:
    """The machine became twice as slow in the middle: the medians' ratio would be 0.5."""
    results = _results(("huntline", _calls(5.0, 10.0, 10.0)), ("peer", _calls(10.0, 20.0, 20.0)))
    assert ratio(results, _BY_KEY["call_ms_60"], "peer") == 0.5
    results["rounds"][3]["failed"] = "did not start"
    results["rounds"][1]["figures"] = {"call_ms_60": 40.0}
    assert ratio(results, _BY_KEY["call_ms_60"], "peer") == (2.0 + 0.5) / 2


def test_of_what_more_is_better_the_ratio_is_the_other_way_round() -> None:
    results = _results(("huntline", _calls(200.0, key="sustained")), ("peer", _calls(100.0, key="sustained")))
    assert ratio(results, _BY_KEY["sustained"], "peer") == 0.5


def test_no_ratio_to_nothing() -> None:
    alone = _results(("huntline", _calls(9.0)))
    assert ratio(alone, _BY_KEY["call_ms_60"], "peer") is None
    none = _results(("huntline", _calls(3, key="overtaken")), ("peer", _calls(0, key="overtaken")))
    assert ratio(none, _BY_KEY["overtaken"], "peer") is None


@pytest.mark.parametrize(
    ("now", "worse"),
    [
        (0.5, []),
        (0.57, []),
        (0.58, ["CPU of a queued call, 60 a second: 0.58 of peer, 0.50 before"]),
    ],
)
def test_worse_is_past_115_percent_of_the_kept_ratio(now: float, worse: list[str]) -> None:
    kept = _results(("huntline", _calls(5.0)), ("peer", _calls(10.0)))
    # The machine is four times slower than then: that is nobody's fault.
    found = worse_than_kept(_results(("huntline", _calls(40.0 * now)), ("peer", _calls(40.0))), kept)
    assert [str(each) for each in found] == worse


def test_one_step_of_what_is_sustained_is_no_news_and_two_are() -> None:
    peer = ("peer", _calls(100.0, key="sustained"))
    kept = _results(("huntline", _calls(173.0, key="sustained")), peer)
    for rate, count in ((144.0, 0), (120.0, 0), (100.0, 1)):
        now = _results(("huntline", _calls(rate, key="sustained")), peer)
        assert len(worse_than_kept(now, kept)) == count, rate


def test_a_caller_overtaken_is_worse_than_none() -> None:
    peer = ("peer", _calls(120.0, key="overtaken"))
    kept = _results(("huntline", _calls(0, key="overtaken")), peer)
    assert worse_than_kept(kept, kept) == []
    (found,) = worse_than_kept(_results(("huntline", _calls(1, key="overtaken")), peer), kept)
    assert found.figure.key == "overtaken"


def test_what_differs_too_much_from_run_to_run_is_not_judged() -> None:
    key = "freed_p99_ms"
    kept = _results(("huntline", _calls(1.0, key=key)), ("peer", _calls(100.0, key=key)))
    now = _results(("huntline", _calls(9.0, key=key)), ("peer", _calls(100.0, key=key)))
    assert worse_than_kept(now, kept) == []


def test_nothing_is_compared_without_a_peer_or_with_other_calls() -> None:
    kept = _results(("huntline", _calls(5.0)), ("peer", _calls(10.0)))
    assert worse_than_kept(_results(("huntline", _calls(50.0))), kept) == []
    quick = _results(("huntline", _calls(50.0)), ("peer", _calls(10.0)), size="quick")
    assert worse_than_kept(quick, kept) == []


def test_what_was_just_measured_is_compared_with_what_is_read_again() -> None:
    size = asdict(Size())
    now = _results(("huntline", _calls(50.0)), ("peer", _calls(10.0)), size=size)
    stored = _results(("huntline", _calls(5.0)), ("peer", _calls(10.0)), size=size)
    kept = json.loads(json.dumps(stored))
    assert is_comparable(now, kept)
    assert len(worse_than_kept(now, kept)) == 1
    assert not is_comparable(now, {**kept, "size": asdict(QUICK)})


def test_another_checkout_of_the_same_run_is_compared_with_directly() -> None:
    now = _results(("huntline", _calls(11.6, 12.0, 9.0)), ("base", _calls(10.0, 10.0, 10.0)))
    (found,) = worse_than_base(now)
    assert str(found) == "CPU of a queued call, 60 a second: 1.16 of base, 1.00 before"


def test_keys_of_figures_stand_once() -> None:
    keys = [figure.key for figure in FIGURES]
    assert len(keys) == len(set(keys))


def test_text_of_a_value() -> None:
    assert Figure("x", "x", "ms", 1).text(1234.56) == "1,234.6"
