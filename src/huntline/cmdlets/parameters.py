"""The parameters of cmdlets: one table per cmdlet, from which values are bound, help is printed and
completion is offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from huntline.cmdlets.kinds import Anything, Choice, Given, ParameterKind, SwitchKind, shown
from huntline.cmdlets.values import CmdletRefused, Record, Value
from huntline.directory.problems import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter.

    ``position`` is its place among arguments without a name. ``properties`` are those of a piped object from
    which it is taken, ``takes_piped`` whether a piped text is it. ``fields`` are the API's fields that it
    sets, and ``names`` what the API has names of that complete it. One that ``is_ignored`` is accepted for
    the sake of old scripts and has no effect.
    """

    name: str
    kind: ParameterKind
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
        return isinstance(self.kind, SwitchKind)

    def convert(self, given: Given) -> Value:
        """The value. Raises CmdletRefused naming parameter, value and what would be right."""
        try:
            return self.kind.convert(given)
        except CmdletRefused as refusal:
            raise CmdletRefused(f"-{self.name}: {refusal}") from None


ERROR_ACTIONS = ("Stop", "Continue", "SilentlyContinue", "Ignore")
COMMON = (
    Parameter(name="Verbose", kind=SwitchKind(), help="Say what is done."),
    Parameter(
        name="ErrorAction",
        kind=Choice(ERROR_ACTIONS),
        help="What an error does: end the script, be printed, or nothing.",
        default="Continue",
    ),
    Parameter(name="Debug", kind=SwitchKind(), help="Accepted without effect.", is_ignored=True),
    Parameter(name="WarningAction", kind=Anything(), help="Accepted without effect.", is_ignored=True),
    Parameter(name="InformationAction", kind=Anything(), help="Accepted without effect.", is_ignored=True),
)
"""What every cmdlet takes."""

FOR_CHANGES = (
    Parameter(
        name="WhatIf", kind=SwitchKind(), help="Check everything and say what would be done, but do nothing."
    ),
    Parameter(name="Confirm", kind=SwitchKind(), help="Ask before it is done."),
)
"""What every cmdlet that changes something takes."""


def _ignored(name: str) -> Parameter:
    return Parameter(name=name, kind=Anything(), help="Internal; accepted without effect.", is_ignored=True)


INTERNAL = (
    _ignored("Tenant"),
    Parameter(name="Force", kind=SwitchKind(), help="Internal; accepted without effect.", is_ignored=True),
    Parameter(name="AsJob", kind=SwitchKind(), help="Internal; accepted without effect.", is_ignored=True),
    _ignored("Ring"),
    _ignored("ClientAudience"),
    _ignored("DomainController"),
    Parameter(
        name="BypassDualWrite", kind=Anything(), help="Internal; accepted without effect.", is_ignored=True
    ),
    _ignored("HuntGroupServiceCallbackUri"),
)
"""What old scripts may say and what never had a meaning outside of Microsoft."""

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
