"""A session of cmdlets: its variables, where it prints, whom it asks, and whether all went well."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TextIO

from huntline.clean_text import printed
from huntline.cli.api_client import Api, ApiRefused
from huntline.cmdlets.formatting import lines_of
from huntline.cmdlets.kinds import shown
from huntline.cmdlets.parameters import COMMON, ERROR_ACTIONS, FOR_CHANGES, Parameter, bind_piped, require
from huntline.cmdlets.syntax import TextPlace
from huntline.cmdlets.values import CmdletRefused, Value
from huntline.errors import Refused

_ERROR_ACTION = "erroractionpreference"
_SWITCHED_ON: dict[str, tuple[Value, ...]] = {
    "whatifpreference": (True, False),
    "verbosepreference": ("Continue", "SilentlyContinue"),
    _ERROR_ACTION: ERROR_ACTIONS,
}
"""The variables that stand for common parameters, and what they may be."""

_READ_ONLY = ("true", "false", "null", "_", "psitem")


class ScriptStopped(Refused):
    """An error with ``-ErrorAction Stop`` ended the script; it has been printed."""

    error_id = "script-stopped"


@dataclass(frozen=True, slots=True)
class Example:
    """A command as people type it, and what it does."""

    script: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cmdlet:
    """One cmdlet.

    ``each`` does it once, for the arguments or for every thing from the pipeline; ``whole`` works on all that
    comes down the pipeline. There is one of the two.
    """

    name: str
    synopsis: str
    examples: tuple[Example, ...]
    own: tuple[Parameter, ...] = ()
    description: str = ""
    each: Callable[[CmdletCall], Iterator[Value]] | None = None
    whole: Callable[[CmdletCall], Iterator[Value]] | None = None
    changes: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """All, its own first."""
        return (*self.own, *(FOR_CHANGES if self.changes else ()), *COMMON)


class CmdletSession:
    """What cmdlets work with. ``ask`` puts a question to a person; None where nobody can answer."""

    def __init__(
        self,
        api: Api,
        cmdlets: Sequence[Cmdlet],
        out: TextIO,
        err: TextIO,
        ask: Callable[[str], str] | None = None,
    ) -> None:
        self.api = api
        self.cmdlets = cmdlets
        self.ask = ask
        self.has_failed = False
        self.names_lines = False
        """Whether errors say in which line: scripts of several lines want that."""
        self._out = out
        self._err = err
        self._variables: dict[str, Value] = {}
        self._by_name = {
            name.casefold(): cmdlet for cmdlet in cmdlets for name in (cmdlet.name, *cmdlet.aliases)
        }

    def cmdlet(self, name: str) -> Cmdlet | None:
        """The cmdlet of that name or alias, in any letter case."""
        return self._by_name.get(name.casefold())

    def show(self, values: Iterable[Value]) -> None:
        """Print values for people."""
        for line in lines_of(values):
            print(printed(line), file=self._out)

    def note(self, kind: str, text: str) -> None:
        """Print a remark such as ``WARNING: ...`` beside the output."""
        print(printed(f"{kind}: {text}"), file=self._err)

    def fail(self, who: str, message: str, place: TextPlace | None = None) -> None:
        """Print an error, and remember that there was one."""
        self.has_failed = True
        if place is not None and self.names_lines:
            message += f" (line {place.line})"
        red, plain = ("\x1b[91m", "\x1b[0m") if self._err.isatty() else ("", "")
        print(f"{red}{printed(who)} : {printed(message)}{plain}", file=self._err)

    def fail_as(self, action: str | None, who: str, message: str, place: TextPlace | None) -> None:
        """Report an error as an ``-ErrorAction`` or, without one, the preference says.

        Raises ScriptStopped for Stop.
        """
        action = action or str(self.preference(_ERROR_ACTION) or "Continue")
        if action in ("SilentlyContinue", "Ignore"):
            return
        self.fail(who, message, place)
        if action == "Stop":
            raise ScriptStopped(message)

    def variable(self, name: str) -> Value:
        """The value of a variable. Raises CmdletRefused before it has one."""
        if name == "psitem":
            name = "_"
        if name not in self._variables:
            raise CmdletRefused(f"the variable ${name} has no value yet; set it first: ${name} = ...")
        return self._variables[name]

    def set_variable(self, name: str, value: Value) -> None:
        """Give a variable a value. Raises CmdletRefused for those that have a meaning of their own."""
        if name in _READ_ONLY or (name.endswith("preference") and name not in _SWITCHED_ON):
            raise CmdletRefused(f"the variable ${name} cannot be set; choose another name")
        if name in _SWITCHED_ON:
            words = {str(word).casefold(): word for word in _SWITCHED_ON[name]}
            if str(value).casefold() not in words:
                wanted = f"must be one of {', '.join(shown(word) for word in _SWITCHED_ON[name])}"
                raise CmdletRefused(f"${name}: value {shown(value)}: {wanted}")
            value = words[str(value).casefold()]
        self._variables[name] = value

    def preference(self, name: str) -> Value:
        """The value of a variable such as ``whatifpreference``; None when it was never set."""
        return self._variables.get(name)

    @property
    def names(self) -> list[str]:
        """The variables that have a value."""
        return [name for name in self._variables if name != "_"]

    def with_item(self, item: Value, work: Callable[[], list[Value]]) -> list[Value]:
        """Do something while ``$_`` is a thing."""
        outer = [self._variables["_"]] if "_" in self._variables else []
        self._variables["_"] = item
        try:
            return work()
        finally:
            del self._variables["_"]
            for each in outer:
                self._variables["_"] = each


@dataclass(frozen=True, slots=True)
class CmdletCall:
    """One cmdlet at work, called at ``place`` in the script. ``input`` is what comes down the pipeline; None
    at its beginning."""

    cmdlet: Cmdlet
    session: CmdletSession
    arguments: Mapping[str, Value] = field(default_factory=dict)
    input: Iterator[Value] | None = None
    place: TextPlace | None = None

    def __contains__(self, name: str) -> bool:
        return name in self.arguments

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a parameter, or the default where it was not given."""
        return self.arguments.get(name, default)

    @property
    def api(self) -> Api:
        """The API, for what only reads."""
        return self.session.api

    def results(self) -> Iterator[Value]:
        """Do it. Errors are reported as ``-ErrorAction`` says; raises ScriptStopped for Stop."""
        if self.cmdlet.whole is not None:
            yield from self._once(self.cmdlet.whole)
        elif self.input is None:
            yield from self._once(self.cmdlet.each)
        else:
            for item in self.input:
                try:
                    arguments = bind_piped(self.cmdlet.parameters, self.arguments, item)
                except CmdletRefused as refusal:
                    self.fail(refusal)
                else:
                    yield from replace(self, arguments=arguments)._once(self.cmdlet.each)

    def _once(self, work: Callable[[CmdletCall], Iterator[Value]] | None) -> Iterator[Value]:
        assert work is not None
        try:
            require(self.cmdlet.parameters, self.arguments)
            yield from work(self)
        except (CmdletRefused, ApiRefused) as refusal:
            self.fail(refusal)

    def fail(self, refusal: Refused) -> None:
        """Report an error as ``-ErrorAction`` says. Raises ScriptStopped for Stop."""
        message = self._in_parameters(refusal) if isinstance(refusal, ApiRefused) else str(refusal)
        self.session.fail_as(self.get("ErrorAction"), self.cmdlet.name, message, self.place)

    def _in_parameters(self, refusal: ApiRefused) -> str:
        """What the API said, with parameters in the place of its fields."""
        names = {name: f"-{each.name}" for each in self.cmdlet.own for name in each.fields}
        errors = refusal.problem.get("errors")
        if not errors:
            return str(refusal)
        lines = []
        for error in errors:
            name = next(
                (names[each] for each in _wider(str(error["field"])) if each in names), error["field"]
            )
            value = "" if error.get("value") is None else f" value {shown(error['value'])}:"
            lines.append(f"{name}:{value} {error['allowed']}")
        return "; ".join(lines)

    def verbose(self, text: str) -> None:
        """Say what is done, to those who asked for it."""
        if self.get("Verbose", self.session.preference("verbosepreference") == "Continue"):
            self.session.note("VERBOSE", text)

    @property
    def is_what_if(self) -> bool:
        """Whether nothing may change."""
        return bool(self.get("WhatIf", self.session.preference("whatifpreference")))

    def agreed(self, target: str) -> bool:
        """Whether a change may go ahead: asks with ``-Confirm``. Raises CmdletRefused when nobody answers."""
        if self.is_what_if:
            return True
        operation = _operation(self.cmdlet.name, target)
        if self.get("Confirm"):
            if self.session.ask is None:
                raise CmdletRefused("-Confirm: there is no terminal to ask on; say -Confirm:$false")
            answer = self.session.ask(f"Confirm\n{operation}\n[Y] Yes  [N] No (default is Y): ")
            if answer.strip().casefold() not in ("", "y", "yes"):
                return False
        self.verbose(operation)
        return True

    def request(self, method: str, path: str, body: Any = None, *, files: Any = None) -> Any:
        """Change something; with ``-WhatIf`` it is only checked. Raises ApiRefused."""
        params = {"dry_run": True} if self.is_what_if else {}
        self.verbose(f"{method} {path}")
        return self.api.request(method, path, json=body, files=files, params=params)

    def done(self, target: str, *results: Value) -> Iterator[Value]:
        """The results of a change; with ``-WhatIf`` there are none, and it is said what would be done."""
        if self.is_what_if:
            self.session.show([f"What if: {_operation(self.cmdlet.name, target)}"])
        else:
            yield from results


def _operation(name: str, target: str) -> str:
    return f'Performing the operation "{name}" on target "{target}".'


def _wider(path: str) -> Iterator[str]:
    """A field's path and those around it: ``overflow.target``, ``overflow``."""
    path = path.partition("[")[0]
    while path:
        yield path
        path = path.rpartition(".")[0]
