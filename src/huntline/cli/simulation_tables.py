"""What ``huntline simulate`` has found, for people and for programs."""

from __future__ import annotations

from typing import Any

from rich.console import RenderableType
from rich.text import Text

from huntline.cli.printing import rows, sheet
from huntline.simulator.day import HALF_HOUR, DayFigures
from huntline.simulator.figures import Estimate, Figures
from huntline.simulator.staffing import Roster

Json = dict[str, Any]


def figures_json(figures: Figures) -> Json:
    """All figures; each estimate with how far the truth may be away, or null."""
    return {
        "offered": figures.offered,
        "answered": figures.answered,
        "abandoned": figures.abandoned,
        "turned_away": figures.turned_away,
        "service_level": _estimate_json(figures.service_level),
        "abandon_rate": _estimate_json(figures.abandon_rate),
        "turned_away_rate": _estimate_json(figures.turned_away_rate),
        "waits_at_all": _estimate_json(figures.waits_at_all),
        "mean_wait_s": _estimate_json(figures.mean_wait),
        "wait_percentiles_s": {
            str(percent): _estimate_json(each) for percent, each in figures.percentiles.items()
        },
        "occupancy": _estimate_json(figures.occupancy),
    }


def day_json(figures: DayFigures, roster: Roster | None = None) -> Json:
    """A day, whole and by half-hours, and how many agents each of these needs."""
    return {
        "day": figures_json(figures.whole),
        "half_hours": [
            {
                "begins_at": time_of_day(part.begin),
                **figures_json(part.figures),
                **(_needed_json(roster, int(part.begin // HALF_HOUR)) if roster else {}),
            }
            for part in figures.half_hours
        ],
    }


def _needed_json(roster: Roster, place: int) -> Json:
    return {"agents": roster.agents[place], "is_target_met": place not in roster.unmet}


def _estimate_json(estimate: Estimate) -> Json:
    return {"value": estimate.value, "margin": estimate.margin}


def figures_sheet(figures: Figures, in_time: float) -> RenderableType:
    """All figures, below each other."""
    percentiles = ", ".join(
        f"{percent} % within {each.value:.0f} s" for percent, each in figures.percentiles.items()
    )
    return sheet(
        {
            "calls": f"{figures.offered:,}: {figures.answered:,} answered, {figures.abandoned:,} gave up,"
            f" {figures.turned_away:,} turned away",
            f"answered within {in_time:g} s": _share(figures.service_level),
            "gave up": _share(figures.abandon_rate),
            "turned away": _share(figures.turned_away_rate),
            "found no agent free": _share(figures.waits_at_all),
            "mean wait": _seconds(figures.mean_wait),
            "waits": percentiles,
            "agents are busy": _share(figures.occupancy),
        }
    )


def day_table(figures: DayFigures, roster: Roster | None = None) -> RenderableType:
    """A line for each half-hour in which anybody called."""
    columns = ("from", *(("agents",) if roster else ()), "calls", "in time", "gave up", "mean wait", "busy")
    return rows(
        columns,
        [
            (
                time_of_day(part.begin),
                *((_needed(roster, int(part.begin // HALF_HOUR)),) if roster else ()),
                part.figures.offered,
                _short(part.figures.service_level),
                _short(part.figures.abandon_rate),
                f"{part.figures.mean_wait.value:.0f} s",
                _short(part.figures.occupancy),
            )
            for part in figures.half_hours
        ],
    )


def _needed(roster: Roster, place: int) -> str:
    count = str(roster.agents[place])
    return f"{count} (not met)" if place in roster.unmet else count


def headline(text: str) -> Text:
    """What a sheet or a table is about."""
    return Text(text, style="bold")


def time_of_day(seconds: float) -> str:
    """Seconds from midnight, by the clock."""
    return f"{int(seconds // 3600):02}:{int(seconds % 3600 // 60):02}"


def _share(estimate: Estimate) -> str:
    margin = "" if estimate.margin is None else f" ± {100 * estimate.margin:.1f}"
    return f"{100 * estimate.value:.1f} %{margin}"


def _short(estimate: Estimate) -> str:
    return f"{100 * estimate.value:.0f} %"


def _seconds(estimate: Estimate) -> str:
    margin = "" if estimate.margin is None else f" ± {estimate.margin:.1f}"
    return f"{estimate.value:.1f} s{margin}"
