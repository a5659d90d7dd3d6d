"""What a script consists of: the part of the PowerShell language that is understood here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from huntline.errors import Refused


@dataclass(frozen=True, slots=True)
class TextPlace:
    """Where something stands, both counted from 1."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}"


class ScriptRefused(Refused):
    """A script cannot be read, or goes beyond the subset: says where. Nothing of it was run."""

    error_id = "script-refused"
    status = 422

    def __init__(self, place: TextPlace, message: str) -> None:
        super().__init__(f"{place}: {message}")
        self.place = place


@dataclass(frozen=True, slots=True)
class NumberLiteral:
    """A number, and how it was written: ``007`` is a good name."""

    value: int | float
    written: str


@dataclass(frozen=True, slots=True)
class BareWord:
    """Text without quotes."""

    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """Text in quotes: pieces as they are, and expressions whose values go between them."""

    pieces: tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """``$name``, in lower case."""

    name: str


@dataclass(frozen=True, slots=True)
class Items:
    """``a, b``."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Enclosed:
    """``(...)`` and ``$(...)``; ``@(...)``, whose value ``is_array`` even with one thing in it."""

    statements: tuple[Statement, ...]
    is_array: bool = False


@dataclass(frozen=True, slots=True)
class Property:
    """``$x.Name``; the name may be made: ``$x."Display Name"``, ``$x.$name``."""

    of: Expression
    name: Expression


@dataclass(frozen=True, slots=True)
class Element:
    """``$x[0]``."""

    of: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class HashLiteral:
    """``@{ key = value; ... }``."""

    entries: tuple[tuple[Expression, Statement], ...]
    place: TextPlace


@dataclass(frozen=True, slots=True)
class Block:
    """``{ ... }``; ``source`` is what stands between the braces."""

    statements: tuple[Statement, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Operation:
    """``left -operator right``, the operator in lower case without its hyphen."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not:
    """``-not x``."""

    of: Expression


Expression: TypeAlias = (
    NumberLiteral
    | BareWord
    | Quoted
    | Variable
    | Items
    | Enclosed
    | Property
    | Element
    | HashLiteral
    | Block
    | Operation
    | Not
)


@dataclass(frozen=True, slots=True)
class ParameterName:
    """``-Name`` in a command; ``has_value`` with a colon: ``-Name:value``."""

    name: str
    has_value: bool
    place: TextPlace


@dataclass(frozen=True, slots=True)
class Splat:
    """``@name`` in a command: what the variable holds is given as parameters. The name is in lower case."""

    name: str
    place: TextPlace


@dataclass(frozen=True, slots=True)
class CommandCall:
    """A command with what follows it."""

    name: str
    elements: tuple[ParameterName | Expression | Splat, ...]
    place: TextPlace


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands that feed each other; only the first may be an expression."""

    stages: tuple[CommandCall | Expression, ...]
    place: TextPlace


@dataclass(frozen=True, slots=True)
class Assignment:
    """``$name = ...``, ``$table.Name = ...`` or ``$table["Name"] = ...``."""

    target: Variable | Property | Element
    value: Statement
    place: TextPlace


@dataclass(frozen=True, slots=True)
class Foreach:
    """``foreach ($name in things) { ... }``, the name in lower case."""

    name: str
    things: Pipeline
    body: tuple[Statement, ...]
    place: TextPlace


@dataclass(frozen=True, slots=True)
class If:
    """``if (condition) { ... } elseif (condition) { ... } else { ... }``: the first whose condition holds."""

    branches: tuple[tuple[Pipeline, tuple[Statement, ...]], ...]
    otherwise: tuple[Statement, ...]
    place: TextPlace


Statement: TypeAlias = Pipeline | Assignment | Foreach | If
