"""Random attendants that the rules allow, for the organizations of ``tests/organizations.py``."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from huntline.attendant.hours import Span
from huntline.directory.attendants import (
    Attendant,
    AttendantFlow,
    DialScope,
    FlowAction,
    Holiday,
    Menu,
    MenuAction,
    MenuKey,
    NoInput,
    NoInputAction,
)
from huntline.directory.organization import Audio

_minutes = st.integers(0, 95).map(lambda quarter: quarter * 15)
_spans = st.builds(Span, _minutes, st.integers(1, 96).map(lambda quarter: quarter * 15)).filter(
    lambda span: span.start != span.end
)
_weeks = st.lists(st.lists(_spans, max_size=3).map(tuple), min_size=7, max_size=7).map(tuple)


def attendants(
    draw: st.DrawFn,
    names: list[str],
    domains: tuple[str, ...],
    line_uris: list[str],
    targets: list[str],
    sounds: st.SearchStrategy[Audio | None],
    people: tuple[list[str], list[str]],
) -> tuple[Attendant, ...]:
    """One for each name, which leads to later ones and to ``targets``; ``people`` are groups and users."""
    groups, users = people
    made = []
    for place, name in enumerate(names):
        leads_to = st.sampled_from([*targets, *(f"attendant:{later}" for later in names[place + 1 :])])
        operator = draw(st.none() | leads_to)
        made.append(
            Attendant(
                name=name,
                domain=draw(st.sampled_from(domains)),
                line_uris=(line_uris.pop(),) if draw(st.booleans()) and line_uris else (),
                language=draw(st.sampled_from(("en", "fr"))),
                time_zone=draw(st.sampled_from((None, "Europe/Paris", "America/New_York"))),
                operator=operator,
                hours=draw(st.none() | _weeks),
                open=_flow(draw, leads_to, operator, sounds),
                after_hours=_flow(draw, leads_to, operator, sounds),
                holidays=tuple(
                    _holiday(draw, leads_to, operator, sounds) for _ in range(draw(st.integers(0, 2)))
                ),
                directory=DialScope(
                    tuple(draw(st.lists(st.sampled_from(groups), unique=True)) if groups else ()),
                    tuple(draw(st.lists(st.sampled_from(users), unique=True)) if users else ()),
                ),
            )
        )
    return tuple(made)


def _holiday(
    draw: st.DrawFn,
    leads_to: st.SearchStrategy[str],
    operator: str | None,
    sounds: st.SearchStrategy[Audio | None],
) -> Holiday:
    first = draw(st.dates(date(2026, 1, 1), date(2030, 1, 1)))
    flow = _flow(draw, leads_to, operator, sounds) if draw(st.booleans()) else None
    name = draw(st.sampled_from(("Noël", "2027-07-14", "yes", "'")))
    return Holiday(name, first, first + timedelta(days=draw(st.integers(0, 9))), flow)


def _flow(
    draw: st.DrawFn,
    leads_to: st.SearchStrategy[str],
    operator: str | None,
    sounds: st.SearchStrategy[Audio | None],
) -> AttendantFlow:
    action = draw(st.sampled_from(FlowAction))
    return AttendantFlow(
        greeting=draw(sounds),
        action=action,
        target=draw(leads_to) if action is FlowAction.FORWARD else None,
        menu=_menu(draw, leads_to, operator, sounds) if action is FlowAction.MENU else None,
    )


def _menu(
    draw: st.DrawFn,
    leads_to: st.SearchStrategy[str],
    operator: str | None,
    sounds: st.SearchStrategy[Audio | None],
) -> Menu:
    actions = [each for each in MenuAction if operator or each is not MenuAction.OPERATOR]
    keys = []
    for key in draw(st.lists(st.sampled_from("0123456789*#"), max_size=4, unique=True)):
        action = draw(st.sampled_from(actions))
        target = draw(leads_to) if action is MenuAction.FORWARD else None
        keys.append(MenuKey(key, action, target, draw(st.sampled_from(("", "no", "les ventes")))))
    no_input = draw(st.sampled_from((None, *NoInputAction)))
    if no_input is NoInputAction.OPERATOR and operator is None:
        no_input = None
    return Menu(
        prompt=draw(sounds),
        keys=tuple(keys),
        wait_for_key=draw(st.integers(1, 20)),
        repeats=draw(st.integers(0, 5)),
        no_input=no_input
        and NoInput(no_input, draw(leads_to) if no_input is NoInputAction.FORWARD else None),
    )
