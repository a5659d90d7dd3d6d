"""``huntline simulate``: what a queue would do, with the real queue engine on a clock that does not wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from huntline.cli.completion import queue_names, words
from huntline.cli.door import Door, KeyOption, OrganizationOption, ServerOption
from huntline.cli.options import DataOption, JsonOption
from huntline.cli.printing import console, print_json, say
from huntline.cli.refusals import in_options
from huntline.cli.simulation_input import (
    MOST_CALLS_A_DAY,
    TIME_METAVAR,
    WrongOption,
    arrivals_of,
    day_of,
    time_of,
)
from huntline.clock import zone_of
from huntline.directory.organization import QUEUE_NUMBERS, QueueSettings
from huntline.engine.model import CallQueue, CallsAlerting, Distribution, Outcome
from huntline.simulator.callers import Habits
from huntline.simulator.day import HALF_HOUR, GivenDay, simulated
from huntline.simulator.recorded import RecordedCall, as_recorded, recorded_day
from huntline.simulator.simulation import Scenario
from huntline.simulator.staffing import (
    MOST_AGENTS,
    Progress,
    Steady,
    Target,
    least_agents,
    least_roster,
)
from huntline.simulator.steady import Traffic, alone, with_agents

Json = dict[str, Any]

_ALONE = QueueSettings(
    name="Queue",
    domain="simulated.invalid",
    distribution=Distribution.LONGEST_IDLE,
    alerting=CallsAlerting.PARALLEL,
)
"""The queue where none is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be simulated; ``day`` None is the long run, at a ``rate`` of calls an hour."""

    queue: CallQueue
    agents: int | None
    people: Scenario
    habits: Habits
    rate: float | None
    day: GivenDay | None
    target: Target
    calls: int
    seed: int


def _time(option: str, help_: str) -> Any:
    return typer.Option(option, help=help_, metavar=TIME_METAVAR)


def simulate(
    queue: Annotated[
        str | None,
        typer.Option(help="Settings and agents of a queue of the organization.", autocompletion=queue_names),
    ] = None,
    agents: Annotated[
        int | None,
        typer.Option(
            help="How many are there all the time; else as many as the queue has.", min=1, max=MOST_AGENTS
        ),
    ] = None,
    rate: Annotated[float | None, typer.Option(help="Calls an hour, by chance.")] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            help="The calls of a day: a moment on each line, then the seconds talked if known.",
            metavar="FILE",
        ),
    ] = None,
    day: Annotated[
        str | None,
        typer.Option(help="The day in the history of --queue, or in --csv.", metavar="YYYY-MM-DD"),
    ] = None,
    talk: Annotated[str, _time("--talk", "How long a conversation takes.")] = "exponential:180",
    patience: Annotated[
        str, _time("--patience", "How long callers wait; or never, they never leave.")
    ] = "never",
    wrap_up: Annotated[
        str | None, _time("--wrap-up", "How long agents need after it; else what the queue says.")
    ] = None,
    answer: Annotated[str, _time("--answer", "How long a phone rings until it is answered.")] = "5",
    max_waiting: Annotated[int | None, typer.Option(help="The line is full with so many.")] = None,
    max_wait: Annotated[int | None, typer.Option(help="So long a call may wait, in seconds.")] = None,
    distribution: Annotated[
        str | None,
        typer.Option(
            help="Who is rung in which order.",
            metavar="|".join(Distribution),
            autocompletion=words(Distribution),
        ),
    ] = None,
    target: Annotated[float, typer.Option(help="So many of a hundred are to be answered ...")] = 80.0,
    within: Annotated[float, typer.Option(help="... within so many seconds.")] = 20.0,
    calls: Annotated[
        int, typer.Option(help="How many calls a figure is made of.", min=100, max=10_000_000)
    ] = 20_000,
    seed: Annotated[int, typer.Option(help="Another one, other chances.")] = 1,
    organization: OrganizationOption = None,
    data: DataOption = None,
    server: ServerOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Simulate a queue with the server's own queue engine: waits, and how many agents it needs.

    Calls come at a --rate, or as on a day: of a --csv, or of the history of a --queue.
    """
    _check_arrivals(queue, rate, csv, day)
    its_day = None if day is None else day_of(day)
    talks = time_of("--talk", talk)
    habits = Habits(talk=talks, patience=time_of("--patience", patience, may_never=True))
    known = _Known(_ALONE, agents, None)
    if queue is not None:
        is_history = csv is None and its_day is not None
        with Door(data, server, key, organization).api() as api, in_options():
            known = _known(api, queue, its_day if is_history else None, habits)
    if csv is not None:
        known = replace(known, day=GivenDay(arrivals_of(csv, its_day), habits))
    asked = Asked(
        queue=alone(_changed(known.settings, max_waiting, max_wait, distribution)),
        agents=agents or known.agents,
        people=Scenario(
            queues=(),
            agents=(),
            answering=time_of("--answer", answer, may_never=True),
            wrap_up=None if wrap_up is None else time_of("--wrap-up", wrap_up),
        ),
        habits=habits,
        rate=rate,
        day=known.day,
        target=Target(_within("--target", target, 0, 100) / 100, _within("--within", within, 0, 86_400)),
        calls=calls,
        seed=seed,
    )
    _answer(asked, as_json)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a queue before anything is simulated."""

    settings: QueueSettings
    agents: int | None
    day: GivenDay | None


def _check_arrivals(queue: str | None, rate: float | None, csv: Path | None, day: str | None) -> None:
    """Calls come from exactly one place."""
    if rate is not None:
        _within("--rate", rate, 0.01, 1_000_000)
        if csv is not None or day is not None:
            raise WrongOption("--rate", rate, "say either this or a day of calls, by --csv or --day")
    elif csv is None and day is None:
        raise WrongOption("--rate", None, "say how many calls an hour there are, or a day by --csv or --day")
    elif csv is None and queue is None:
        raise WrongOption("--day", day, "is in the history of a --queue, or in a --csv: say which")


def _within(option: str, value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise WrongOption(option, value, f"must be from {low:g} to {high:g}")
    return value


def _changed(
    settings: QueueSettings, max_waiting: int | None, max_wait: int | None, distribution: str | None
) -> QueueSettings:
    """The queue with what was said to be otherwise."""
    if max_waiting is not None:
        settings = replace(settings, max_waiting=_allowed("max_waiting", max_waiting))
    if max_wait is not None:
        settings = replace(settings, max_wait=_allowed("max_wait", max_wait))
    if distribution is None:
        return settings
    if distribution not in [*Distribution]:
        raise WrongOption("--distribution", distribution, f"must be one of {', '.join(Distribution)}")
    return replace(settings, distribution=Distribution(distribution))


def _allowed(field: str, value: int) -> int:
    allowed = QUEUE_NUMBERS[field].range
    if not allowed.low <= value <= allowed.high:
        raise WrongOption(f"--{field.replace('_', '-')}", value, f"must be {allowed}")
    return value


# -- what the organization knows


def _known(api: Any, queue: str, day: date | None, habits: Habits) -> _Known:
    # Imported here, see ``Door.api``.
    from huntline.cli.api_client import path_of
    from huntline.organization_file.form import QueueForm
    from huntline.organization_file.parts import queue_of

    found = api.get(path_of("queues", queue))
    form = QueueForm.model_validate({name: value for name, value in found.items() if name != "id"})
    settings = queue_of(form, (found["domain"],))
    who = api.get(path_of("queues", found["id"], "agents"))["agents"]
    count = sum(not agent["opted_out"] for agent in who)
    calls = None if day is None else _history(api, found, day, habits)
    return _Known(settings, count or None, calls)


def _history(api: Any, queue: Json, day: date, habits: Habits) -> GivenDay:
    zone = zone_of(api.get("/organization")["time_zone"])
    start = _midnight(day, zone)
    stretch = {"from": start.isoformat(), "to": _midnight(day + timedelta(days=1), zone).isoformat()}
    if api.get("/calls", queue=queue["id"], limit=1, **stretch)["total"] > MOST_CALLS_A_DAY:
        raise WrongOption("--day", str(day), f"must have at most {MOST_CALLS_A_DAY} calls")
    calls = (_recorded(call, queue["name"]) for call in api.items("/calls", queue=queue["id"], **stretch))
    recorded = recorded_day(calls, start, habits.talk)
    if not recorded.calls:
        raise WrongOption(
            "--day",
            str(day),
            "nobody called the queue on it: say another day, or --rate",
        )
    return recorded


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _recorded(call: Json, queue: str) -> RecordedCall:
    return as_recorded(
        arrived_at=datetime.fromisoformat(call["arrived_at"]),
        waiting_since=_moment(call["waiting_since"]),
        answered_at=_moment(call["answered_at"]),
        ended_at=datetime.fromisoformat(call["ended_at"]),
        waited=call["waited_s"],
        outcome=Outcome(call["outcome"]),
        ended_here=call["queue"] == queue,
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


# -- answers


def _answer(asked: Asked, as_json: bool) -> None:
    with _progress() as progress:
        found = _of_a_day(asked, asked.day, progress) if asked.day else _in_the_long_run(asked, progress)
    if as_json:
        aim = {"target": asked.target.share, "within_s": asked.target.in_time}
        print_json({**aim, **found.json})
    else:
        found.show()


@dataclass(frozen=True, slots=True)
class _Found:
    """What came out, for programs and for people."""

    json: Json
    show: Callable[[], None]


def _in_the_long_run(asked: Asked, progress: Progress) -> _Found:
    # Imported here: its tables are not for the shell's completion, which waits for this module.
    from huntline.cli.simulation_tables import figures_json, figures_sheet, headline

    traffic = Traffic(an_hour=asked.rate or 0.0, habits=asked.habits)
    steady = Steady(asked.queue, asked.people, traffic, asked.calls, asked.seed, progress)
    target = asked.target
    figures = steady.figures(asked.agents, target.in_time) if asked.agents else None
    needed = least_agents(steady, target)

    def show() -> None:
        if figures is not None:
            console().print(headline(f"With {_counted(asked.agents or 0)}"))
            console().print(figures_sheet(figures, target.in_time))
        if needed is None:
            say(f"No number of agents answers {_aim(target)}: phones ring longer before they are answered.")
            return
        console().print(headline(f"{_aim(target)} need {_counted(needed[0])}".capitalize()))
        console().print(figures_sheet(needed[1], target.in_time))

    return _Found(
        {
            "with_agents": figures and {"agents": asked.agents, **figures_json(figures)},
            "needed": needed and {"agents": needed[0], **figures_json(needed[1])},
        },
        show,
    )


def _of_a_day(asked: Asked, day: GivenDay, progress: Progress) -> _Found:
    # Imported here, as above.
    from huntline.cli.simulation_tables import day_json, day_table, figures_sheet, headline

    target, figures = asked.target, None
    if asked.agents:
        queue, crew = with_agents(asked.queue, asked.agents)
        figures = simulated(
            replace(asked.people, queues=(queue,), agents=crew),
            day,
            in_time=target.in_time,
            runs=day.runs,
            seed=asked.seed,
            progress=lambda share: progress(_counted(asked.agents or 0), share),
        )
    roster = least_roster(asked.queue, asked.people, day, target, progress)

    def show() -> None:
        if figures is not None:
            console().print(headline(f"With {_counted(asked.agents or 0)} all day"))
            console().print(figures_sheet(figures.whole, target.in_time))
            console().print(day_table(figures))
        hours = sum(roster.agents) * HALF_HOUR / 3600
        console().print(
            headline(f"{_aim(target)} need, by half-hour ({hours:g} hours of agents)".capitalize())
        )
        console().print(day_table(roster.figures, roster))

    return _Found(
        {
            "with_agents": figures and {"agents": asked.agents, **day_json(figures)},
            "needed": day_json(roster.figures, roster),
        },
        show,
    )


def _aim(target: Target) -> str:
    return f"{100 * target.share:g} % within {target.in_time:g} s"


def _counted(agents: int) -> str:
    return f"{agents} agent{'' if agents == 1 else 's'}"


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal, while it takes; what reads a pipe gets nothing of it."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(
        console=Console(stderr=True), transient=True, disable=not Console(stderr=True).is_terminal
    ) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda what, share: bar.update(task, description=what, completed=share)
