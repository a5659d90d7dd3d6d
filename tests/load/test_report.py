"""The table, the chart and the page that are made of results."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from bench.load.report import BEGIN, END, chart, page, put_into, table

_SVG = "{http://www.w3.org/2000/svg}"


def _row(number: int, server: str, call: float, sustained: float, failed: str = "") -> dict[str, Any]:
    figures = {"call_ms_60": call, "sustained": sustained}
    return {"round": number, "server": server, "run": "signalling", "figures": figures, "failed": failed}


RESULTS: dict[str, Any] = {
    "command": "bench/queue_bench.py --peer /peer",
    "date": "2026-11-30",
    "machine": {"processor": "AMD", "cores": 2, "kernel": "6.1", "python": "3.11.7", "load": 0.1},
    "versions": {"huntline": "Huntline abc", "peer": "Asterisk 22"},
    "size": {},
    "rounds": [
        _row(1, "huntline", 8.0, 120.0),
        _row(1, "peer", 10.0, 100.0),
        _row(2, "huntline", 9.0, 144.0),
        _row(2, "peer", 10.0, 100.0),
        _row(3, "huntline", 0.0, 0.0, "did not start"),
    ],
}


def test_table() -> None:
    assert table(RESULTS) == [
        "|  | Huntline | Asterisk | of Asterisk |",
        "|---|---|---|---|",
        "| CPU of a queued call, 60 a second, ms | 8.5 (8.0-9.0) | 10.0 (10.0-10.0) | 0.85 |",
        "| calls a second that are all served | 132 (120-144) | 100 (100-100) | 0.76 |",
    ]


def test_table_of_ours_alone() -> None:
    alone = {**RESULTS, "versions": {"huntline": "Huntline abc"}, "rounds": RESULTS["rounds"][:1]}
    assert table(alone)[2] == "| CPU of a queued call, 60 a second, ms | 8.0 |"


def test_page_tells_how_it_was_made_and_what_failed() -> None:
    made = page(RESULTS, "performance.svg")
    assert "`bench/queue_bench.py --peer /peer`, 2026-11-30: 2 cores of an AMD, Linux 6.1" in made
    assert "Huntline abc, Asterisk 22." in made
    assert "3 rounds in turn, medians (least-most)" in made
    assert "(performance.svg)" in made
    assert made.endswith("- round 3, huntline, signalling: did not start")


def test_the_page_goes_between_the_marks() -> None:
    before = f"# Costs\n\n{BEGIN}\n\nold\n\n{END}\n\n## More\n"
    after = put_into(before, "new")
    assert after == f"# Costs\n\n{BEGIN}\n\nnew\n\n{END}\n\n## More\n"
    assert put_into(after, "new") == after


def test_a_page_without_the_marks_is_not_written() -> None:
    with pytest.raises(ValueError, match="there is no <!-- figures"):
        put_into("# Costs\n", "new")


def test_bars_are_as_long_as_their_figures_and_say_them() -> None:
    drawn = ElementTree.fromstring(chart(RESULTS))  # noqa: S314  # we made it
    bars = [bar for bar in drawn.iter(f"{_SVG}rect") if bar.get("x") == "300" and bar.get("y") != "18"]
    assert [(bar.get("class"), bar.get("width")) for bar in bars] == [
        ("huntline", "340.0"),
        ("peer", "400.0"),
        ("huntline", "400.0"),
        ("peer", "303.0"),
    ]
    texts = [text.text for text in drawn.iter(f"{_SVG}text")]
    assert {"8.5 ms", "10.0 ms", "132", "100", "calls a second that are all served *"} <= set(texts)


def test_everything_of_the_chart_is_inside_it() -> None:
    drawn = ElementTree.fromstring(chart(RESULTS))  # noqa: S314  # we made it
    _, _, width, height = map(float, drawn.get("viewBox", "").split())
    for each in drawn.iter(f"{_SVG}rect"):
        right, bottom = (
            float(each.get(at, "0")) + float(each.get(size, "0"))
            for at, size in (("x", "width"), ("y", "height"))
        )
        assert right <= width
        assert bottom <= height


def test_a_server_without_a_figure_has_no_bar() -> None:
    results = {**RESULTS, "rounds": [RESULTS["rounds"][0]]}
    drawn = ElementTree.fromstring(chart(results))  # noqa: S314  # we made it
    assert "no figure" in {text.text for text in drawn.iter(f"{_SVG}text")}


def test_what_else_ran_on_the_core_is_told() -> None:
    rows = [dict(row) for row in RESULTS["rounds"]]
    rows[0]["details"] = {"rows": [{"others_core_pct": 1.2}, {"others_core_pct": 30.4}]}
    rows[1]["details"] = {"others_core_pct": 4.0}
    assert "other processes took 1 to 30 % of the server's core" in page({**RESULTS, "rounds": rows}, "x.svg")
