"""Auto attendants as an administrator sets them: hours, what callers hear and may press (rules section 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Literal

from huntline.attendant.hours import DateRange, Timetable, Week
from huntline.directory.audio import Audio
from huntline.directory.numbers import Range, numbers_of, whole
from huntline.directory.problems import Path

OPERATOR_KEY = "0"
"""Whose meaning is the operator where the menu says nothing else of it."""


class FlowAction(StrEnum):
    """What comes after the greeting."""

    MENU = "menu"
    FORWARD = "forward"
    DISCONNECT = "disconnect"


class MenuAction(StrEnum):
    """What a key of a menu does."""

    FORWARD = "forward"
    OPERATOR = "operator"
    REPEAT = "repeat"
    BACK = "back"
    DIRECTORY_BY_NAME = "directory-by-name"
    DIRECTORY_BY_EXTENSION = "directory-by-extension"
    DISCONNECT = "disconnect"


class NoInputAction(StrEnum):
    """What happens to a caller who pressed nothing that counts."""

    FORWARD = "forward"
    OPERATOR = "operator"
    DISCONNECT = "disconnect"


@dataclass(frozen=True, slots=True)
class MenuKey:
    """One key of a menu. ``target`` is there with action forward only; ``label`` is what a spoken menu calls
    it, else the name of the target."""

    key: str
    action: MenuAction
    target: str | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class NoInput:
    """Where callers go who used up the repeats; ``target`` is there with action forward only."""

    action: NoInputAction
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """What callers may press. Without a ``prompt`` the keys are spoken; ``no_input`` None is the operator
    where there is one, else disconnect."""

    prompt: Audio | None = None
    keys: tuple[MenuKey, ...] = ()
    wait_for_key: int = whole(5, Range(1, 20, "seconds"))
    repeats: int = whole(2, Range(0, 5, "times"))
    no_input: NoInput | None = None


@dataclass(frozen=True, slots=True)
class AttendantFlow:
    """What callers get at one kind of time; ``target`` goes with action forward, ``menu`` with menu."""

    greeting: Audio | None = None
    action: FlowAction = FlowAction.DISCONNECT
    target: str | None = None
    menu: Menu | None = None


@dataclass(frozen=True, slots=True)
class Holiday:
    """Whole days, both ends included; ``flow`` None is that of after hours."""

    name: str
    first: date
    last: date
    flow: AttendantFlow | None = None

    @property
    def days(self) -> DateRange:
        """When it is."""
        return DateRange(self.first, self.last)


@dataclass(frozen=True, slots=True)
class DialScope:
    """Whom callers can dial by name or extension: who may take calls, in these groups or (without any) in the
    whole organization. ``excluded`` are UPNs."""

    groups: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendant:
    """One auto attendant. ``line_uris`` are service numbers; ``hours`` None is always open.

    Targets are written as everywhere: the name of a queue, ``sip:user@domain``, ``tel:+digits``,
    ``attendant:NAME``, ``voicemail:NAME``.
    """

    attendant_id: str = ""
    name: str
    domain: str
    line_uris: tuple[str, ...] = ()
    language: Literal["en", "fr"] = "en"
    time_zone: str | None = None
    operator: str | None = None
    hours: Week | None = None
    open: AttendantFlow = AttendantFlow()
    after_hours: AttendantFlow = AttendantFlow()
    holidays: tuple[Holiday, ...] = ()
    directory: DialScope = DialScope()

    @property
    def primary_user(self) -> str:
        """The user part of the primary URI."""
        return f"aa_{self.attendant_id.replace('-', '')}"

    @property
    def primary_uri(self) -> str:
        """An address that stays whatever the attendant is called."""
        return f"sip:{self.primary_user}@{self.domain}"

    @property
    def timetable(self) -> Timetable:
        """When which flow counts."""
        return Timetable(self.hours, tuple(holiday.days for holiday in self.holidays))


MENU_NUMBERS = numbers_of(Menu)


def flows_of(attendant: Attendant) -> Iterator[tuple[Path, AttendantFlow]]:
    """Every flow that is written, with its path in the attendant."""
    yield ("open",), attendant.open
    yield ("after_hours",), attendant.after_hours
    for place, holiday in enumerate(attendant.holidays):
        if holiday.flow is not None:
            yield ("holidays", place, "flow"), holiday.flow


def sounds_in(attendant: Attendant) -> Iterator[tuple[Path, Audio]]:
    """Everything that is played, with its path in the attendant."""
    for path, flow in flows_of(attendant):
        if flow.greeting:
            yield (*path, "greeting"), flow.greeting
        if flow.menu and flow.menu.prompt:
            yield (*path, "menu", "prompt"), flow.menu.prompt


def targets_of(attendant: Attendant) -> Iterator[tuple[Path, str]]:
    """Everywhere that callers are sent, with its path in the attendant."""
    if attendant.operator:
        yield ("operator",), attendant.operator
    for path, flow in flows_of(attendant):
        if flow.target:
            yield (*path, "target"), flow.target
        if flow.menu is None:
            continue
        for place, key in enumerate(flow.menu.keys):
            if key.target:
                yield (*path, "menu", "keys", place, "target"), key.target
        if flow.menu.no_input and flow.menu.no_input.target:
            yield (*path, "menu", "no_input", "target"), flow.menu.no_input.target


def no_input_target(attendant: Attendant, menu: Menu) -> str | None:
    """Where callers go who used up the repeats; None is disconnect."""
    if menu.no_input is None or menu.no_input.action is NoInputAction.OPERATOR:
        return attendant.operator
    return menu.no_input.target


def with_targets(attendant: Attendant, changed: Callable[[str], str]) -> Attendant:
    """The attendant with every target as ``changed`` says."""

    def of_flow(flow: AttendantFlow) -> AttendantFlow:
        return replace(
            flow,
            target=changed(flow.target) if flow.target else flow.target,
            menu=of_menu(flow.menu) if flow.menu else None,
        )

    def of_menu(menu: Menu) -> Menu:
        no_input = menu.no_input
        if no_input and no_input.target:
            no_input = replace(no_input, target=changed(no_input.target))
        keys = tuple(replace(key, target=changed(key.target)) if key.target else key for key in menu.keys)
        return replace(menu, keys=keys, no_input=no_input)

    operator = changed(attendant.operator) if attendant.operator else attendant.operator
    return replace(_with_flows(attendant, of_flow), operator=operator)


def with_changed_sounds(attendant: Attendant, changed: Callable[[Audio], Audio]) -> Attendant:
    """The attendant with everything that is played as ``changed`` says."""

    def of_flow(flow: AttendantFlow) -> AttendantFlow:
        menu = flow.menu
        if menu and menu.prompt:
            menu = replace(menu, prompt=changed(menu.prompt))
        return replace(flow, greeting=changed(flow.greeting) if flow.greeting else None, menu=menu)

    return _with_flows(attendant, of_flow)


def _with_flows(attendant: Attendant, changed: Callable[[AttendantFlow], AttendantFlow]) -> Attendant:
    holidays = (
        replace(holiday, flow=changed(holiday.flow)) if holiday.flow else holiday
        for holiday in attendant.holidays
    )
    return replace(
        attendant,
        open=changed(attendant.open),
        after_hours=changed(attendant.after_hours),
        holidays=tuple(holidays),
    )


def time_of(minute: int) -> str:
    """A minute of the day as people write it, ``24:00`` at its end."""
    return f"{minute // 60:02}:{minute % 60:02}"
