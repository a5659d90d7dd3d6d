"""From the form of an attendant to the attendant and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from huntline.attendant.hours import Span, Week
from huntline.directory.attendants import (
    MENU_NUMBERS,
    Attendant,
    AttendantFlow,
    DialScope,
    Holiday,
    Menu,
    MenuKey,
    NoInput,
    time_of,
)
from huntline.directory.audio import Audio
from huntline.directory.problems import Path
from huntline.organization_file.form import (
    AttendantForm,
    FileForm,
    FlowForm,
    HoursForm,
    MenuForm,
    SpeechForm,
)
from huntline.organization_file.parts import Dump, domain_of, lower_scheme, sound_dump

SoundOf = Callable[[Path, FileForm | SpeechForm], Audio | None]
"""The sound that a form means; the path, in the attendant, is what a refusal blames."""

_DAYS = tuple(HoursForm.model_fields)


def attendant_of(form: AttendantForm, domains: tuple[str, ...], sound_of: SoundOf) -> Attendant:
    """The attendant of a form. A text that does not say its language is spoken in the attendant's."""
    flows = _Flows(form.language, sound_of)
    holidays = (
        Holiday(
            each.name,
            each.first,
            each.last or each.first,
            flows.flow(("holidays", place, "flow"), each.flow) if each.flow else None,
        )
        for place, each in enumerate(form.holidays)
    )
    return Attendant(
        name=form.name,
        domain=domain_of(form.domain, domains),
        line_uris=tuple(lower_scheme(line_uri) or "" for line_uri in form.line_uris),
        language=form.language,
        time_zone=form.time_zone,
        operator=form.operator,
        hours=_week_of(form.hours) if form.hours is not None else None,
        open=flows.flow(("open",), form.open),
        after_hours=flows.flow(("after_hours",), form.after_hours),
        holidays=tuple(holidays),
        directory=DialScope(
            tuple(form.directory.groups), tuple(upn.lower() for upn in form.directory.excluded)
        ),
    )


class _Flows:
    def __init__(self, language: Literal["en", "fr"], sound_of: SoundOf) -> None:
        self._language = language
        self._sound_of = sound_of

    def flow(self, path: Path, form: FlowForm) -> AttendantFlow:
        return AttendantFlow(
            greeting=self._sound((*path, "greeting"), form.greeting),
            action=form.action,
            target=form.target,
            menu=self._menu((*path, "menu"), form.menu) if form.menu else None,
        )

    def _menu(self, path: Path, form: MenuForm) -> Menu:
        numbers: dict[str, Any] = {field: getattr(form, field) for field in MENU_NUMBERS}
        return Menu(
            prompt=self._sound((*path, "prompt"), form.prompt),
            keys=tuple(MenuKey(key.key, key.action, key.target, key.label) for key in form.keys),
            no_input=NoInput(form.no_input.action, form.no_input.target) if form.no_input else None,
            **numbers,
        )

    def _sound(self, path: Path, form: FileForm | SpeechForm | None) -> Audio | None:
        if form is None:
            return None
        if isinstance(form, SpeechForm) and "language" not in form.model_fields_set:
            form = SpeechForm(say=form.say, language=self._language)
        return self._sound_of(path, form)


def _week_of(form: HoursForm) -> Week:
    return tuple(tuple(map(_span_of, getattr(form, day))) for day in _DAYS)


def _span_of(text: str) -> Span:
    start, _, end = text.partition("-")  # as the form has it
    return Span(_minute_of(start), _minute_of(end))


def _minute_of(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def attendant_dump(attendant: Attendant) -> Dump:
    """``AttendantForm``; sounds by the names of their files."""
    return {
        "name": attendant.name,
        "domain": attendant.domain,
        "line_uris": list(attendant.line_uris),
        "language": attendant.language,
        "time_zone": attendant.time_zone,
        "operator": attendant.operator,
        "hours": _hours_dump(attendant.hours) if attendant.hours is not None else None,
        "open": flow_dump(attendant.open),
        "after_hours": flow_dump(attendant.after_hours),
        "holidays": [
            {
                "name": each.name,
                "first": each.first.isoformat(),
                "last": each.last.isoformat(),
                "flow": flow_dump(each.flow) if each.flow else None,
            }
            for each in attendant.holidays
        ],
        "directory": {
            "groups": list(attendant.directory.groups),
            "excluded": list(attendant.directory.excluded),
        },
    }


def _hours_dump(week: Week) -> Dump:
    return {
        day: [f"{time_of(span.start)}-{time_of(span.end)}" for span in spans]
        for day, spans in zip(_DAYS, week, strict=True)
    }


def flow_dump(flow: AttendantFlow) -> Dump:
    """``FlowForm``."""
    return {
        "greeting": sound_dump(flow.greeting),
        "action": str(flow.action),
        "target": flow.target,
        "menu": _menu_dump(flow.menu) if flow.menu else None,
    }


def _menu_dump(menu: Menu) -> Dump:
    no_input = menu.no_input
    return {
        "prompt": sound_dump(menu.prompt),
        "keys": [
            {"key": key.key, "action": str(key.action), "target": key.target, "label": key.label}
            for key in menu.keys
        ],
        **{field: getattr(menu, field) for field in MENU_NUMBERS},
        "no_input": {"action": str(no_input.action), "target": no_input.target} if no_input else None,
    }
