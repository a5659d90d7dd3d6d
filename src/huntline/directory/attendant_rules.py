"""Whether an attendant's settings are allowed: each by itself, and what they name."""

from __future__ import annotations

from collections import Counter

from huntline.attendant.hours import Span
from huntline.directory.attendants import (
    MENU_NUMBERS,
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
    flows_of,
    time_of,
)
from huntline.directory.index import OrganizationIndex
from huntline.directory.problems import Path, Problem, Problems, did_you_mean

KEYS = "0123456789*#"
MOST_SPANS = 8
"""A day."""
MOST_HOLIDAYS = 400
_STEP = 15  # minutes
_MINUTES_OF_DAY = 24 * 60
_YEARS = range(2000, 2101)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TARGET = "the name of a queue, sip:user@domain, attendant:NAME, voicemail:NAME or tel:+digits"


def check_attendant(path: Path, attendant: Attendant) -> Problems:
    """Problems that its settings have by themselves, its name and numbers aside."""
    for place, spans in enumerate(attendant.hours or ()):
        yield from _check_day((*path, "hours", _WEEKDAYS[place]), spans)
    for flow_path, flow in flows_of(attendant):
        yield from _check_flow((*path, *flow_path), flow, attendant)
    if len(attendant.holidays) > MOST_HOLIDAYS:
        wanted = f"must be at most {MOST_HOLIDAYS} holidays; take out those that are over"
        yield Problem((*path, "holidays"), len(attendant.holidays), wanted)
    for place, holiday in enumerate(attendant.holidays):
        yield from _check_holiday((*path, "holidays", place), holiday)


def _check_day(path: Path, spans: tuple[Span, ...]) -> Problems:
    if len(spans) > MOST_SPANS:
        yield Problem(path, len(spans), f"must be at most {MOST_SPANS} spans a day")
    for place, span in enumerate(spans):
        written = f"{time_of(span.start)}-{time_of(span.end)}"
        if span.start % _STEP or span.end % _STEP:
            yield Problem((*path, place), written, f"must begin and end in steps of {_STEP} minutes")
        if span.start >= _MINUTES_OF_DAY or span.end > _MINUTES_OF_DAY:
            yield Problem((*path, place), written, "must begin before 24:00 and end at 24:00 at the latest")
        if span.start == span.end:
            yield Problem((*path, place), written, "must not end when it begins; a whole day is 00:00-24:00")


def _check_flow(path: Path, flow: AttendantFlow, attendant: Attendant) -> Problems:
    yield from _check_need((*path, "target"), flow.target, str(flow.action), str(FlowAction.FORWARD))
    if flow.action is FlowAction.MENU and flow.menu is None:
        yield Problem((*path, "menu"), None, "missing: action menu needs the keys that callers may press")
    if flow.action is not FlowAction.MENU and flow.menu is not None:
        yield Problem((*path, "menu"), "(settings)", "has a meaning only with action: menu")
    if flow.menu is not None:
        yield from _check_menu((*path, "menu"), flow.menu, attendant)


def _check_need(path: Path, target: str | None, action: str, forward: str) -> Problems:
    if action == forward and not target:
        yield Problem(path, None, f"missing: {forward} needs {_TARGET}")
    if action != forward and target is not None:
        yield Problem(path, target, "has a meaning only with action: forward")


def _check_menu(path: Path, menu: Menu, attendant: Attendant) -> Problems:
    for field, number in MENU_NUMBERS.items():
        yield from number.range.check((*path, field), getattr(menu, field))
    times = Counter(key.key for key in menu.keys)
    for place, key in enumerate(menu.keys):
        key_path = (*path, "keys", place)
        if len(key.key) != 1 or key.key not in KEYS:
            yield Problem((*key_path, "key"), key.key, "must be one of 0 to 9, * and #")
        elif times[key.key] > 1:
            yield Problem((*key_path, "key"), key.key, "must be unique: a key does one thing")
        yield from _check_key(key_path, key, attendant)
    if menu.no_input is not None:
        yield from _check_no_input((*path, "no_input"), menu.no_input, attendant)


def _check_key(path: Path, key: MenuKey, attendant: Attendant) -> Problems:
    yield from _check_need((*path, "target"), key.target, str(key.action), str(MenuAction.FORWARD))
    if key.action is MenuAction.OPERATOR and not attendant.operator:
        yield Problem((*path, "action"), str(key.action), "needs an operator: set operator of the attendant")


def _check_no_input(path: Path, no_input: NoInput, attendant: Attendant) -> Problems:
    yield from _check_need(
        (*path, "target"), no_input.target, str(no_input.action), str(NoInputAction.FORWARD)
    )
    if no_input.action is NoInputAction.OPERATOR and not attendant.operator:
        wanted = "needs an operator: set operator of the attendant"
        yield Problem((*path, "action"), str(no_input.action), wanted)


def _check_holiday(path: Path, holiday: Holiday) -> Problems:
    for field, day in (("first", holiday.first), ("last", holiday.last)):
        if day.year not in _YEARS:
            wanted = f"must be in the years {_YEARS[0]} to {_YEARS[-1]}"
            yield Problem((*path, field), day.isoformat(), wanted)
    if holiday.last < holiday.first:
        wanted = f"must not be before first, {holiday.first.isoformat()}"
        yield Problem((*path, "last"), holiday.last.isoformat(), wanted)


def check_attendant_references(path: Path, attendant: Attendant, index: OrganizationIndex) -> Problems:
    """Problems with the groups and people that it names."""
    directory: DialScope = attendant.directory
    for place, name in enumerate(directory.groups):
        if name.casefold() not in index.groups:
            known = (group.name for group in index.organization.groups)
            wanted = f"there is no group {name}{did_you_mean(name, known)}"
            yield Problem((*path, "directory", "groups", place), name, wanted)
    for place, upn in enumerate(directory.excluded):
        if upn not in index.users:
            wanted = f"there is no user {upn}{did_you_mean(upn, index.users)}"
            yield Problem((*path, "directory", "excluded", place), upn, wanted)
