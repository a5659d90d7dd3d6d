"""What results look like: a table and a chart of bars."""

from __future__ import annotations

from xml.sax.saxutils import escape

from .comparison import BASE, FIGURES, OURS, PEER, Figure, Results, failures, ratio, servers, spread

BEGIN, END = "<!-- figures: made by bench/queue_bench.py -->", "<!-- end of figures -->"
_NAMES = {OURS: "Huntline", PEER: "Asterisk", BASE: "Huntline before"}
_WIDTH, _LEFT, _BAR = 860, 300, 400
_HEAD, _ROW_GAP, _THICK = 56, 14, 14
_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600; font-size: 15px }
  .paper { fill: #ffffff }
  .huntline { fill: #0a6bc2 }
  .peer, .base { fill: #8c959f }
  .fewer { fill: #57606a }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .paper { fill: #0d1117 }
    .huntline { fill: #58a6ff }
    .peer, .base { fill: #6e7681 }
    .fewer { fill: #9198a1 }
  }"""


def page(results: Results, chart: str) -> str:
    """What stands in docs/performance.md: how it was made, the chart, the table, and what failed."""
    made = results["machine"]
    rounds = max((row["round"] for row in results["rounds"]), default=0)
    told = f"{made['cores']} cores of an {made['processor']}, Linux {made['kernel']}, Python {made['python']}"
    versions = ", ".join(results["versions"].values())
    lines = [
        f"`{results['command']}`, {results['date']}: {told}; {versions}.",
        f"{_counted(rounds)}; the server on one core, the generator on another; load {made['load']:g} at the "
        f"beginning, and other processes took {_others(results)} of the server's core.",
        "",
        f"![{', '.join(_NAMES[name] for name in servers(results))}: the figures of the table]({chart})",
        "",
        *table(results),
    ]
    failed = failures(results)
    lines += ["", "No run failed." if not failed else "Runs that failed, and do not count:"]
    lines += [f"- {failure}" for failure in failed]
    return "\n".join(lines)


def table(results: Results) -> list[str]:
    """A row for each figure: the median of each server, how far its rounds lie apart, and the ratio."""
    names = servers(results)
    others = [name for name in names if name != OURS]
    heads = ["", *(_NAMES[name] for name in names), *(f"of {_NAMES[name]}" for name in others)]
    lines = [_row(heads), "|---" * len(heads) + "|"]
    for figure in FIGURES:
        cells = [_spread_text(results, name, figure) for name in names]
        if any(cells):
            ratios = [_ratio_text(results, figure, other) for other in others]
            unit = f", {figure.unit}" if figure.unit else ""
            lines.append(_row([f"{figure.title}{unit}", *(cell or "-" for cell in cells), *ratios]))
    return lines


def put_into(text: str, made: str) -> str:
    """A page of the documentation with what is between the two marks replaced."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"there is no {BEGIN} ... {END} to put the figures in")
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"


def chart(results: Results) -> str:
    """The medians as bars, each figure on a scale of its own; an SVG that is read on light and dark."""
    names = servers(results)
    shown = [figure for figure in FIGURES if spread(results, OURS, figure.key)]
    each = len(names) * (_THICK + 3) + _ROW_GAP
    height = _HEAD + each * len(shown) + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img">',
        f"<title>What a call costs: {escape(' and '.join(_NAMES[name] for name in names))}</title>",
        f"<style>{_STYLE}\n</style>",
        f'<rect class="paper" width="{_WIDTH}" height="{height}"/>',
        *_legend(names),
    ]
    for place, figure in enumerate(shown):
        parts += _bars(results, names, figure, _HEAD + place * each)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _legend(names: list[str]) -> list[str]:
    parts, left = [], _LEFT
    for name in names:
        parts.append(f'<rect class="{name}" x="{left}" y="18" width="14" height="14"/>')
        parts.append(f'<text class="title" x="{left + 20}" y="30">{escape(_NAMES[name])}</text>')
        left += 150
    parts.append('<text class="fewer" x="20" y="30">less is better; with a *, more is</text>')
    return parts


def _bars(results: Results, names: list[str], figure: Figure, top: int) -> list[str]:
    medians = {name: found.median for name in names if (found := spread(results, name, figure.key))}
    longest = max(medians.values()) or 1.0
    star = " *" if figure.is_more_better else ""
    middle = top + len(names) * (_THICK + 3) / 2 + 3
    parts = [
        f'<text x="{_LEFT - 12}" y="{middle:g}" text-anchor="end">{escape(figure.title + star)}</text>',
    ]
    for place, name in enumerate(names):
        value, y = medians.get(name), top + place * (_THICK + 3)
        if value is None:
            parts.append(f'<text class="fewer" x="{_LEFT}" y="{y + _THICK - 2}">no figure</text>')
            continue
        width, said = max(1.0, _BAR * value / longest), f"{figure.text(value)} {figure.unit}".strip()
        parts.append(f'<rect class="{name}" x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_THICK}"/>')
        parts.append(f'<text x="{_LEFT + width + 6:.1f}" y="{y + _THICK - 2}">{escape(said)}</text>')
    return parts


def _spread_text(results: Results, name: str, figure: Figure) -> str:
    found = spread(results, name, figure.key)
    if found is None:
        return ""
    if found.rounds == 1:
        return figure.text(found.median)
    return f"{figure.text(found.median)} ({figure.text(found.low)}-{figure.text(found.high)})"


def _ratio_text(results: Results, figure: Figure, other: str) -> str:
    found = ratio(results, figure, other)
    return "-" if found is None else f"{found:.2f}"


def _counted(rounds: int) -> str:
    return "One round" if rounds == 1 else f"{rounds} rounds in turn, medians (least-most)"


def _others(results: Results) -> str:
    """What else ran on the server's core, from the quietest run to the busiest."""
    told = [row["details"] for row in results["rounds"] if row.get("details")]
    rows = [each for details in told for each in (details, *details.get("rows", ()))]
    shares = [row["others_core_pct"] for row in rows if "others_core_pct" in row]
    return f"{min(shares):.0f} to {max(shares):.0f} %" if shares else "an unknown part"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
