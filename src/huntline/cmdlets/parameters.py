"""The parameters of cmdlets: one table per cmdlet, from which values are converted, help is printed and
completion is offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from huntline.cmdlets.values import CmdletRefused, Record, ScriptBlock, Value, items_of, text_of
from huntline.directory.problems import did_you_mean

_LONGEST_SHOWN = 60  # characters


def shown(value: Value) -> str:
    """A value in a message."""
    match value:
        case None:
            return "$null"
        case bool():
            return f"${str(value).lower()}"
        case int() | float():
            return str(value)
        case bytes():
            return f"{len(value)} bytes"
    text = text_of(value)
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}...")


@dataclass(frozen=True, slots=True)
class Given:
    """A value given to a parameter; ``written`` is how a number was written."""

    value: Value
    written: str | None = None

    @property
    def text(self) -> str | None:
        """The value as one text; None for what is no text."""
        if self.written is not None:
            return self.written
        if isinstance(self.value, bool | list | bytes | Record | ScriptBlock):
            return None
        return text_of(self.value)


class Kind(Protocol):
    """What a parameter takes."""

    @property
    def shown(self) -> str:
        """In help: ``<String>``."""

    @property
    def words(self) -> Sequence[str]:
        """All that it may be, where those are a few words."""

    def convert(self, given: Given) -> Value:
        """The value; raises CmdletRefused saying what would be right."""


def _wrong(given: Given, wanted: str) -> CmdletRefused:
    return CmdletRefused(f"value {shown(given.value)}: {wanted}")


@dataclass(frozen=True, slots=True)
class Text:
    """One text; ``$null`` only where that means something, and then it is None."""

    may_be_null: bool = False
    shown: str = "<String>"
    words: Sequence[str] = ()

    def convert(self, given: Given) -> Value:
        text = given.text
        if self.may_be_null and given.value in (None, ""):
            return None
        if not text:
            raise _wrong(given, "must be one text that is not empty")
        return text


@dataclass(frozen=True, slots=True)
class Digits:
    """A telephone number in digits."""

    shown: str = "<String>"
    words: Sequence[str] = ()

    def convert(self, given: Given) -> Value:
        text = given.text or ""
        if not (text.isascii() and text.isdigit()):
            raise _wrong(given, "must be digits without + and separators, such as 14258828080")
        return text


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number in a range."""

    low: int
    high: int
    unit: str = ""
    shown: str = "<Int32>"
    words: Sequence[str] = ()

    def convert(self, given: Given) -> Value:
        text = (given.text or "").strip()
        digits = text.removeprefix("-").removeprefix("+")
        is_whole = digits.isascii() and digits.isdigit() and len(digits) < 10
        number = given.value if type(given.value) is int else int(text) if is_whole else None
        if number is None or not self.low <= number <= self.high:
            raise _wrong(given, f"must be {self.range}")
        return number

    @property
    def range(self) -> str:
        """In words."""
        return f"{self.low} to {self.high}{self.unit and ' ' + self.unit}"


@dataclass(frozen=True, slots=True)
class ResultCount:
    """How many results are wanted at most; None for all."""

    shown: str = "<Int32 | Unlimited>"
    words: Sequence[str] = ("Unlimited",)

    def convert(self, given: Given) -> Value:
        if (given.text or "").casefold() == "unlimited":
            return None
        try:
            return Whole(0, 2_147_483_647).convert(given)
        except CmdletRefused:
            raise _wrong(given, "must be a whole number, or Unlimited") from None


@dataclass(frozen=True, slots=True)
class Boolean:
    """``$true`` or ``$false``."""

    shown: str = "<Boolean>"
    words: Sequence[str] = ("$true", "$false")

    def convert(self, given: Given) -> Value:
        if type(given.value) is bool:
            return given.value
        if type(given.value) is int and given.value in (0, 1):
            return given.value == 1
        raise _wrong(given, "must be $true or $false")


@dataclass(frozen=True, slots=True)
class Switch(Boolean):
    """There or not."""

    shown: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words, in any letter case."""

    words: Sequence[str]

    @property
    def shown(self) -> str:
        return f"<{' | '.join(self.words)}>"

    def convert(self, given: Given) -> Value:
        text = given.text or ""
        for word in self.words:
            if word.casefold() == text.casefold():
                return word
        close = did_you_mean(text, self.words)
        raise _wrong(given, f"must be one of {', '.join(self.words)}{close}")


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of texts; one text is a list of one, ``$null`` an empty one."""

    shown: str = "<String[]>"
    words: Sequence[str] = ()

    def convert(self, given: Given) -> Value:
        if given.value is None:
            return []
        if given.written is not None:
            return [given.written]
        one = Text()
        return [one.convert(Given(each)) for each in items_of(given.value)]


@dataclass(frozen=True, slots=True)
class Bytes:
    """What is in a file."""

    shown: str = "<Byte[]>"
    words: Sequence[str] = ()

    def convert(self, given: Given) -> Value:
        if isinstance(given.value, bytes):
            return given.value
        numbers = [each for each in items_of(given.value) if type(each) is int and 0 <= each <= 255]
        if not isinstance(given.value, list) or len(numbers) != len(given.value):
            raise _wrong(given, "must be bytes: Get-Content FILE -ReadCount 0 -Encoding Byte")
        return bytes(numbers)


@dataclass(frozen=True, slots=True)
class Anything:
    """Any value."""

    shown: str = "<Object>"
    words: Sequence[str] = ()

    def convert(self, given: Given) -> Value:
        return given.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter.

    ``position`` is its place among arguments without a name. ``properties`` are those of a piped object from
    which it is taken, ``takes_piped`` whether a piped text is it. ``fields`` are the API's fields that it
    sets, and ``names`` what the API has names of that complete it. One that ``is_ignored`` is accepted for
    the sake of old scripts and has no effect.
    """

    name: str
    kind: Kind
    help: str
    mandatory: bool = False
    position: int | None = None
    properties: tuple[str, ...] = ()
    takes_piped: bool = False
    default: str = ""
    fields: tuple[str, ...] = ()
    names: str = ""
    is_ignored: bool = False

    @property
    def is_switch(self) -> bool:
        """Whether it needs no value."""
        return isinstance(self.kind, Switch)

    def convert(self, given: Given) -> Value:
        """The value. Raises CmdletRefused naming parameter, value and what would be right."""
        try:
            return self.kind.convert(given)
        except CmdletRefused as refusal:
            raise CmdletRefused(f"-{self.name}: {refusal}") from None


ERROR_ACTIONS = ("Stop", "Continue", "SilentlyContinue", "Ignore")
COMMON = (
    Parameter(name="Verbose", kind=Switch(), help="Say what is done."),
    Parameter(
        name="ErrorAction",
        kind=Choice(ERROR_ACTIONS),
        help="What an error does: end the script, be printed, or nothing.",
        default="Continue",
    ),
    Parameter(name="Debug", kind=Switch(), help="Accepted without effect.", is_ignored=True),
    Parameter(name="WarningAction", kind=Anything(), help="Accepted without effect.", is_ignored=True),
    Parameter(name="InformationAction", kind=Anything(), help="Accepted without effect.", is_ignored=True),
)
"""What every cmdlet takes."""

FOR_CHANGES = (
    Parameter(
        name="WhatIf", kind=Switch(), help="Check everything and say what would be done, but do nothing."
    ),
    Parameter(name="Confirm", kind=Switch(), help="Ask before it is done."),
)
"""What every cmdlet that changes something takes."""

_SHORT = {
    "ea": "erroraction",
    "vb": "verbose",
    "wa": "warningaction",
    "wi": "whatif",
    "cf": "confirm",
    "db": "debug",
}


def find_parameter(name: str, parameters: Sequence[Parameter]) -> Parameter:
    """The parameter that a name in any letter case means, or the beginning of one name only.

    Raises CmdletRefused.
    """
    wanted = _SHORT.get(name.casefold(), name.casefold())
    beginning = []
    for parameter in parameters:
        if parameter.name.casefold() == wanted:
            return parameter
        if parameter.name.casefold().startswith(wanted):
            beginning.append(parameter)
    if len(beginning) == 1:
        return beginning[0]
    if beginning:
        known = ", ".join(f"-{parameter.name}" for parameter in beginning)
        raise CmdletRefused(f"-{name}: is the beginning of several parameters: {known}")
    close = did_you_mean(name, (parameter.name for parameter in parameters if not parameter.is_ignored))
    raise CmdletRefused(f"-{name}: there is no such parameter{close}")


@dataclass(slots=True)
class Arguments:
    """What was given to a cmdlet: by names, and by places until those are known."""

    named: dict[str, Given] = field(default_factory=dict)
    placed: list[Given] = field(default_factory=list)


def bind(parameters: Sequence[Parameter], arguments: Arguments) -> Mapping[str, Value]:
    """Values by the names of parameters; what is mandatory may still come by pipeline.

    Raises CmdletRefused.
    """
    by_name = {parameter.name: parameter for parameter in parameters}
    given = dict(arguments.named)
    free = sorted(
        (each for each in parameters if each.position is not None and each.name not in given),
        key=lambda parameter: parameter.position or 0,
    )
    for parameter, value in zip(free, arguments.placed, strict=False):
        given[parameter.name] = value
    for extra in arguments.placed[len(free) :]:
        raise CmdletRefused(f"value {shown(extra.value)}: belongs to no parameter; say which: -Name VALUE")
    return {name: by_name[name].convert(value) for name, value in given.items()}


def bind_piped(parameters: Sequence[Parameter], bound: Mapping[str, Value], piped: Value) -> dict[str, Value]:
    """The values for one thing from the pipeline. Raises CmdletRefused when it fits no parameter."""
    found = dict(bound)
    is_used = False
    for parameter in parameters:
        if parameter.name in bound:
            continue
        value: Value = None
        if isinstance(piped, Record):
            value = next(
                (each for name in parameter.properties if (each := piped.get(name)) is not None), None
            )
        elif parameter.takes_piped:
            value = piped
        if value is not None:
            found[parameter.name] = parameter.convert(Given(value))
            is_used = True
    if not is_used and not any(
        parameter.name in bound for parameter in parameters if parameter.takes_piped or parameter.properties
    ):
        raise CmdletRefused(f"value {shown(piped)}: nothing of it fits a parameter that the pipeline may set")
    return found


def require(parameters: Sequence[Parameter], bound: Mapping[str, Value]) -> None:
    """Raises CmdletRefused when something mandatory is missing."""
    missing = [f"-{each.name}" for each in parameters if each.mandatory and each.name not in bound]
    if missing:
        raise CmdletRefused(
            f"{', '.join(missing)}: is needed" if len(missing) == 1 else f"{', '.join(missing)}: are needed"
        )
