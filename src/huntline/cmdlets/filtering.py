"""The filters of ``Get-CsOnlineUser``: ``EnterpriseVoiceEnabled -eq $true -and DisplayName -like "A*"``."""

from __future__ import annotations

from collections.abc import Callable

from huntline.cmdlets.comparing import compare
from huntline.cmdlets.expressions import OPERATORS
from huntline.cmdlets.language import evaluate
from huntline.cmdlets.parsing import parse
from huntline.cmdlets.session import CmdletSession
from huntline.cmdlets.syntax import (
    BareWord,
    CommandCall,
    Expression,
    ParameterName,
    Pipeline,
    ScriptRefused,
    Splat,
)
from huntline.cmdlets.values import CmdletRefused, Record, ScriptBlock, Value, is_true

Condition = Callable[[Record], bool]

_FORM = 'must be such as: EnterpriseVoiceEnabled -eq $true -and DisplayName -like "A*"'


def condition_of(filter_: Value, session: CmdletSession) -> Condition:
    """What a filter, a text or a block, demands; ``-and`` and ``-or`` count from the left.

    Raises CmdletRefused.
    """
    source = filter_.source if isinstance(filter_, ScriptBlock) else str(filter_)
    try:
        statements = parse(source)
    except ScriptRefused as refusal:
        raise _refused(source, str(refusal)) from None
    match statements:
        case (Pipeline(stages=(CommandCall() as command,)),):
            return _condition([BareWord(command.name), *command.elements], source, session)
        case _:
            raise _refused(source, _FORM)


def _refused(source: str, reason: str) -> CmdletRefused:
    return CmdletRefused(f"-Filter: value {source.strip()!r}: {reason}")


def _condition(
    elements: list[ParameterName | Expression | Splat], source: str, session: CmdletSession
) -> Condition:
    match elements:
        case [BareWord(text=name), ParameterName(name=operator), value, *rest] if not isinstance(
            value, ParameterName | Splat
        ):
            first = _comparison(name.removeprefix("$_."), operator.lower(), evaluate(value, session), source)
        case _:
            raise _refused(source, _FORM)
    while rest:
        match rest:
            case [ParameterName(name=joint), BareWord() as word, ParameterName() as comparison, value, *rest]:
                second = _condition([word, comparison, value], source, session)
                first = _joined(joint.lower(), first, second, source)
            case _:
                raise _refused(source, _FORM)
    return first


def _comparison(name: str, operator: str, wanted: Value, source: str) -> Condition:
    if operator not in OPERATORS:
        known = ", ".join(f"-{each}" for each in sorted(OPERATORS))
        raise _refused(source, f"-{operator} is no comparison; use one of {known}")

    def holds(record: Record) -> bool:
        if name.casefold() not in map(str.casefold, record.properties):
            raise _refused(source, f"there is no property {name}; there are {', '.join(record.properties)}")
        return is_true(compare(operator, record.get(name), wanted))

    return holds


def _joined(joint: str, first: Condition, second: Condition, source: str) -> Condition:
    if joint not in ("and", "or"):
        raise _refused(source, f"-{joint} joins no comparisons; use -and or -or")
    if joint == "and":
        return lambda record: first(record) and second(record)
    return lambda record: first(record) or second(record)
