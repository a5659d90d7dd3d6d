"""Options for what only attendants have: hours, flows with their menus, holidays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import Parameter
from typing import Any

from huntline.cli.completion import group_names, user_names
from huntline.cli.settings import NONE, Json, SoundOption, Typed, flag_of, option
from huntline.directory.attendants import MENU_NUMBERS, MenuAction
from huntline.directory.problems import did_you_mean
from huntline.errors import ConfigurationError

ALWAYS = "always"
_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = {day[:3]: place for place, day in enumerate(_WEEK)}
_HOLIDAY = re.compile(r"(?P<name>.+)=(?P<first>[0-9-]{10})(\.\.(?P<last>[0-9-]{10}))?")
_CALENDAR = re.compile(r"(?P<country>[A-Za-z]{2})(/(?P<part>[^:]+))?:(?P<year>[0-9]{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursOption:
    """A week in one text: ``mon-fri 09:00-12:00,14:00-18:00; sat 09:00-12:00``, or ``always``."""

    field: str
    help: str

    @property
    def flag(self) -> str:
        return flag_of(self.field)

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        text = (
            f"{self.help}: mon-fri 09:00-12:00,14:00-18:00; fri 18:00-02:00. Days that are not named are"
            f" closed; or {ALWAYS}."
        )
        return [option(self.flag, str | None, text, metavar=f"'DAYS SPANS; ...'|{ALWAYS}")]

    def body(self, said: Typed) -> Json:
        value = said.get(self.flag)
        if value is None:
            return {}
        return {self.field: None if value == ALWAYS else self._week(value)}

    def _week(self, text: str) -> Json:
        week: dict[str, list[str]] = {}
        for part in filter(None, map(str.strip, text.split(";"))):
            days, _, spans = part.partition(" ")
            for day in self._days(days):
                week.setdefault(day, []).extend(filter(None, map(str.strip, spans.split(","))))
        return week

    def _days(self, text: str) -> Iterator[str]:
        for part in text.split(","):
            first, _, last = part.lower().partition("-")
            begin, end = self._place(first), self._place(last or first)
            # sat-mon goes round the end of the week
            yield from (_WEEK[(begin + step) % 7] for step in range((end - begin) % 7 + 1))

    def _place(self, day: str) -> int:
        if day in _SHORT:
            return _SHORT[day]
        wanted = f"{day!r} must be one of {', '.join(_SHORT)}{did_you_mean(day, _SHORT)}"
        raise ConfigurationError(f"{self.flag}: {wanted}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowOption:
    """What callers get at one kind of time. What is not said of it stays as it is."""

    field: str
    help: str

    @property
    def flag(self) -> str:
        return flag_of(self.field)

    @property
    def _greeting(self) -> SoundOption:
        return SoundOption(
            field=f"{self.field}_greeting", help=f"Played first, {self.help}", unset=NONE, speaks=True
        )

    @property
    def _prompt(self) -> SoundOption:
        return SoundOption(
            field=f"{self.field}_prompt",
            help="Says what the keys do; without one they are spoken",
            unset=NONE,
            speaks=True,
        )

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        actions = "|".join(MenuAction)
        return [
            option(
                self.flag,
                str | None,
                f"What comes after the greeting, {self.help}.",
                metavar="menu|forward:TARGET|disconnect",
            ),
            *self._greeting.parameters(is_new=is_new),
            *self._prompt.parameters(is_new=is_new),
            option(
                f"{self.flag}-key",
                list[str] | None,
                f"A key of the menu and what it does, {actions}, such as 1=forward:Sales; may be said again,"
                f" together they replace what is there; or {NONE}.",
                metavar="KEY=ACTION[:TARGET]",
            ),
            option(
                f"{self.flag}-no-input",
                str | None,
                "What happens to who presses nothing that counts.",
                metavar="operator|forward:TARGET|disconnect",
            ),
            *(self._number(field, is_new) for field in MENU_NUMBERS),
        ]

    def _number(self, field: str, is_new: bool) -> Parameter:
        number = MENU_NUMBERS[field]
        text = f"{field.replace('_', ' ').capitalize()}: {number.range}; {number.default} unless said."
        return option(f"{self.flag}{flag_of(field)[1:]}", int | None, text, metavar="NUMBER")

    def body(self, said: Typed) -> Json:
        flow = self._flow(said)
        menu = self._menu(said)
        if not flow and not menu:
            return {}
        current: Json = (said.current or {}).get(self.field) or {}
        if menu and "action" not in flow:
            flow |= {"action": "menu", "target": None}
        merged = current | flow
        if menu or merged.get("action") == "menu":
            merged["menu"] = (current.get("menu") or {}) | menu
        else:
            merged["menu"] = None
        return {self.field: merged}

    def _flow(self, said: Typed) -> Json:
        flow = _renamed(self._greeting.body(said), "greeting")
        if (value := said.get(self.flag)) is not None:
            flow |= _action(value)
        return flow

    def _menu(self, said: Typed) -> Json:
        menu = _renamed(self._prompt.body(said), "prompt")
        if keys := said.get(f"{self.flag}-key"):
            menu["keys"] = [] if keys == [NONE] else [self._key(each) for each in keys]
        if (value := said.get(f"{self.flag}-no-input")) is not None:
            menu["no_input"] = _action(value)
        for field in MENU_NUMBERS:
            if (number := said.get(f"{self.flag}{flag_of(field)[1:]}")) is not None:
                menu[field] = number
        return menu

    def _key(self, text: str) -> Json:
        key, equals, action = text.partition("=")
        if not equals:
            wanted = "must be a key and what it does, such as 1=forward:Sales"
            raise ConfigurationError(f"{self.flag}-key: value {text!r}: {wanted}")
        return {"key": key, **_action(action)}


def _renamed(body: Json, name: str) -> Json:
    return {name: value for value in body.values()}  # noqa: B035 - it has one value, or none


def _action(text: str) -> Json:
    action, colon, target = text.partition(":")
    return {"action": action, "target": target if colon else None}


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryOption:
    """Who can be dialled by name or extension: two lists, each replaced as a whole."""

    field: str

    @property
    def flag(self) -> str:
        return "--directory-groups"

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        return [
            option(
                self.flag,
                str | None,
                f"Whose members can be dialled by name or extension, with commas between; {NONE}: everybody.",
                metavar="GROUP,...",
                complete=group_names,
            ),
            option(
                "--directory-excluded",
                str | None,
                f"Who cannot, with commas between; or {NONE}.",
                metavar="USER,...",
                complete=user_names,
            ),
        ]

    def body(self, said: Typed) -> Json:
        typed = {name: said.get(f"--directory-{name}") for name in ("groups", "excluded")}
        lists = {name: _names(text) for name, text in typed.items() if text is not None}
        return {self.field: ((said.current or {}).get(self.field) or {}) | lists} if lists else {}


def _names(text: str) -> list[str]:
    return [] if text == NONE else [name for each in text.split(",") if (name := each.strip())]


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidaysOption:
    """Holidays are added one by one, or from the calendar of a country."""

    field: str

    @property
    def flag(self) -> str:
        return "--add-holiday"

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        kind: Any = list[str] | None
        return [
            option(self.flag, kind, "A holiday; may be said again.", metavar="NAME=2027-07-14[..2027-07-16]"),
            option("--remove-holiday", kind, "Take one out by its name; may be said again.", metavar="NAME"),
            option(
                "--add-calendar",
                kind,
                "The public holidays of a country, or a part of one, in a year; may be said again.",
                metavar="FR:2027|DE/BY:2027",
            ),
        ]

    def body(self, said: Typed) -> Json:
        added, removed, calendars = map(said.get, (self.flag, "--remove-holiday", "--add-calendar"))
        if not (added or removed or calendars):
            return {}
        holidays = list((said.current or {}).get(self.field, ()))
        for name in removed or ():
            holidays = self._without(holidays, name)
        holidays += map(self._holiday, added or ())
        for calendar in calendars or ():
            known = {each["first"] for each in holidays}
            holidays += (each for each in self._calendar(calendar, said) if each["first"] not in known)
        return {self.field: holidays}

    def _without(self, holidays: list[Json], name: str) -> list[Json]:
        rest = [each for each in holidays if each["name"].casefold() != name.casefold()]
        if len(rest) == len(holidays):
            hint = did_you_mean(name, (each["name"] for each in holidays))
            raise ConfigurationError(f"--remove-holiday: value {name!r}: there is no such holiday{hint}")
        return rest

    def _holiday(self, text: str) -> Json:
        parts = _HOLIDAY.fullmatch(text)
        if parts is None:
            wanted = "must be a name and a day or days, such as Fair=2027-03-01..2027-03-03"
            raise ConfigurationError(f"{self.flag}: value {text!r}: {wanted}")
        return {"name": parts["name"], "first": parts["first"], "last": parts["last"] or parts["first"]}

    def _calendar(self, text: str, said: Typed) -> list[Json]:
        parts = _CALENDAR.fullmatch(text)
        if parts is None:
            wanted = "must be a country and a year, such as FR:2027, or of a part of it DE/BY:2027"
            raise ConfigurationError(f"--add-calendar: value {text!r}: {wanted}")
        path = f"/holiday-calendars/{parts['country']}"
        days: list[Json] = said.api.get(path, year=parts["year"], subdivision=parts["part"])["holidays"]
        return days
