"""Runs scripts: evaluates expressions, binds arguments, and lets cmdlets feed each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from huntline.cmdlets.comparing import compare
from huntline.cmdlets.kinds import Given, shown
from huntline.cmdlets.parameters import Arguments, Parameter, bind, find_parameter
from huntline.cmdlets.parsing import parse
from huntline.cmdlets.session import Cmdlet, CmdletCall, CmdletSession, ScriptStopped
from huntline.cmdlets.syntax import (
    Assignment,
    BareWord,
    Block,
    CommandCall,
    Element,
    Enclosed,
    Expression,
    Foreach,
    HashLiteral,
    If,
    Items,
    Not,
    NumberLiteral,
    Operation,
    ParameterName,
    Pipeline,
    Property,
    Quoted,
    ScriptRefused,
    Splat,
    Statement,
    Variable,
)
from huntline.cmdlets.values import (
    CmdletRefused,
    Hashtable,
    ScriptBlock,
    Value,
    as_one,
    element_of,
    is_true,
    items_of,
    property_of,
    text_of,
)
from huntline.directory.problems import did_you_mean

_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None}
_WITHOUT_A_CMDLET = "huntline pwsh"


def run(script: str, session: CmdletSession) -> None:
    """Run a script to its end, printing what its pipelines return; errors of cmdlets are reported and passed.

    Raises ScriptRefused before anything is run when the script cannot be read, goes beyond the subset, or
    names a cmdlet or parameter that is not there; ScriptStopped when an error ends it.
    """
    statements = parse(script)
    _check(statements, session)
    session.names_lines = "\n" in script.strip()
    for statement in statements:
        _show(statement, session)


def _show(statement: Statement, session: CmdletSession) -> None:
    """Print what a statement returns, as it comes; and what came before an error that ends the script."""
    stopped: list[ScriptStopped] = []

    def until_stopped() -> Iterator[Value]:
        try:
            yield from _body((statement,), session)
        except ScriptStopped as stop:
            stopped.append(stop)

    session.show(until_stopped())
    for stop in stopped:
        raise stop


def evaluate(expression: Expression, session: CmdletSession) -> Value:
    """The value of an expression. Raises CmdletRefused."""
    match expression:
        case NumberLiteral():
            return expression.value
        case BareWord():
            return expression.text
        case Quoted():
            return "".join(
                piece if isinstance(piece, str) else text_of(evaluate(piece, session))
                for piece in expression.pieces
            )
        case Variable():
            return (
                _CONSTANTS[expression.name]
                if expression.name in _CONSTANTS
                else session.variable(expression.name)
            )
        case Items():
            return [evaluate(each, session) for each in expression.items]
        case Enclosed():
            return _enclosed(expression, session)
        case Property():
            return property_of(evaluate(expression.of, session), text_of(evaluate(expression.name, session)))
        case Element():
            return element_of(evaluate(expression.of, session), evaluate(expression.index, session))
        case HashLiteral():
            return _table(expression, session)
        case Block():
            return _block(expression, session)
        case Operation():
            return _operation(expression, session)
        case Not():
            return not is_true(evaluate(expression.of, session))


def _enclosed(expression: Enclosed, session: CmdletSession) -> Value:
    values = _all_results(expression.statements, session)
    return values if expression.is_array else as_one(values)


def _all_results(statements: tuple[Statement, ...], session: CmdletSession) -> list[Value]:
    return [value for statement in statements for value in _results(statement, session)]


def _table(literal: HashLiteral, session: CmdletSession) -> Hashtable:
    table = Hashtable()
    for name, value in literal.entries:
        key = evaluate(name, session)
        if key in table:
            raise CmdletRefused(f"{literal.place}: the key {shown(key)} is there twice; say it once")
        table.set(key, _value(value, session))
    return table


def _block(block: Block, session: CmdletSession) -> ScriptBlock:
    def run_block(item: Value) -> list[Value]:
        return session.with_item(item, lambda: list(_body(block.statements, session)))

    return ScriptBlock(block.source, run_block)


def _operation(operation: Operation, session: CmdletSession) -> Value:
    left = evaluate(operation.left, session)
    match operation.operator:
        case "and":
            return is_true(left) and is_true(evaluate(operation.right, session))
        case "or":
            return is_true(left) or is_true(evaluate(operation.right, session))
        case _:
            return compare(operation.operator, left, evaluate(operation.right, session))


def _body(statements: tuple[Statement, ...], session: CmdletSession) -> Iterator[Value]:
    """What statements return; one that goes wrong is reported, and the next is run."""
    for statement in statements:
        try:
            yield from _results(statement, session)
        except CmdletRefused as refusal:
            session.fail_as(None, _WITHOUT_A_CMDLET, str(refusal), statement.place)
        except RecursionError:
            message = "a value lies in another too deep, or in itself; take it apart"
            session.fail_as(None, _WITHOUT_A_CMDLET, message, statement.place)


def _results(statement: Statement, session: CmdletSession) -> Iterator[Value]:
    match statement:
        case Pipeline():
            yield from _flow(statement, session)
        case Assignment():
            _assign(statement.target, _value(statement.value, session), session)
        case Foreach():
            things = list(_flow(statement.things, session))
            for thing in things if things != [None] else ():
                session.set_variable(statement.name, thing)
                yield from _body(statement.body, session)
        case If():
            yield from _body(_chosen(statement, session), session)


def _value(statement: Statement, session: CmdletSession) -> Value:
    """What is assigned: an expression as it is, a list of one thing too; of all else what it returns."""
    match statement:
        case Pipeline(stages=(only,)) if not isinstance(only, CommandCall):
            return evaluate(only, session)
        case _:
            return as_one(list(_results(statement, session)))


def _chosen(statement: If, session: CmdletSession) -> tuple[Statement, ...]:
    for condition, then in statement.branches:
        if is_true(as_one(list(_flow(condition, session)))):
            return then
    return statement.otherwise


def _assign(target: Variable | Property | Element, value: Value, session: CmdletSession) -> None:
    if isinstance(target, Variable):
        session.set_variable(target.name, value)
        return
    table = evaluate(target.of, session)
    if not isinstance(table, Hashtable):
        wanted = "only entries of a hashtable @{ ... } can be set; change things with their Set- cmdlet"
        raise CmdletRefused(f"value {shown(table)}: {wanted}")
    table.set(evaluate(target.name if isinstance(target, Property) else target.index, session), value)


def _flow(pipeline: Pipeline, session: CmdletSession) -> Iterator[Value]:
    """What comes out at the end. Arguments of all stages are bound before the first one begins."""
    first, *others = pipeline.stages
    stages = [_call(stage, session) for stage in others if isinstance(stage, CommandCall)]
    flow: Iterator[Value]
    if isinstance(first, CommandCall):
        call = _call(first, session)
        flow = call.results() if call is not None else iter(())
    else:
        # One list in parentheses sends what is in it; nothing sends nothing.
        value = evaluate(first, session)
        flow = iter(()) if value is None and others else items_of(value)
    if None in stages:
        return iter(())
    for stage_call in stages:
        assert stage_call is not None
        flow = replace(stage_call, input=flow).results()
    return flow


def _call(command: CommandCall, session: CmdletSession) -> CmdletCall | None:
    """A cmdlet with its arguments; None when those are wrong, which has been reported then."""
    cmdlet = _cmdlet(command, session)
    call = CmdletCall(cmdlet, session, place=command.place)
    arguments = Arguments()
    splatted: dict[str, Given] = {}
    try:
        for parameter, value in _given(command, cmdlet):
            if isinstance(value, Splat):
                _spread(value, cmdlet, splatted, arguments, session)
                continue
            given = _argument(value, session)
            if parameter is None:
                arguments.placed.append(given)
            else:
                arguments.named[parameter.name] = given
        # As PowerShell 7 has it, what the command itself names counts before what is splatted.
        arguments.named = splatted | arguments.named
        return replace(call, arguments=bind(cmdlet.parameters, arguments))
    except CmdletRefused as refusal:
        action = (splatted | arguments.named).get("ErrorAction")
        replace(call, arguments={"ErrorAction": action.value} if action else {}).fail(refusal)
        return None


def _spread(
    splat: Splat, cmdlet: Cmdlet, named: dict[str, Given], arguments: Arguments, session: CmdletSession
) -> None:
    """What ``@name`` stands for: parameters by a hashtable's keys, or a list's things by their places."""
    value = session.variable(splat.name)
    if isinstance(value, list):
        arguments.placed.extend(map(Given, value))
        return
    if not isinstance(value, Hashtable):
        wanted = "must be a hashtable @{ Name = value } or a list to be splatted"
        raise CmdletRefused(f"@{splat.name}: value {shown(value)}: {wanted}")
    for key, each in value.items:
        try:
            parameter = find_parameter(text_of(key), cmdlet.parameters)
        except CmdletRefused as refusal:
            raise CmdletRefused(f"@{splat.name}: {refusal}") from None
        if parameter.name in named:
            raise CmdletRefused(f"@{splat.name}: -{parameter.name}: is there twice; say it once")
        named[parameter.name] = Given(each)


def _argument(value: Expression | bool, session: CmdletSession) -> Given:
    if isinstance(value, bool):
        return Given(value)
    return Given(evaluate(value, session), value.written if isinstance(value, NumberLiteral) else None)


def _given(
    command: CommandCall, cmdlet: Cmdlet
) -> Iterator[tuple[Parameter | None, Expression | Splat | bool]]:
    """Each parameter with what was given to it; None for arguments without a name, and what is splatted.

    Raises ScriptRefused at what does not fit the parameters.
    """
    named: ParameterName | None = None
    parameter: Parameter | None = None
    seen: set[str] = set()
    for element in command.elements:
        if named is not None and isinstance(element, ParameterName | Splat):
            raise ScriptRefused(named.place, f"-{named.name}: needs a value")
        if not isinstance(element, ParameterName):
            yield parameter, element
            named = parameter = None
            continue
        try:
            found = find_parameter(element.name, cmdlet.parameters)
        except CmdletRefused as refusal:
            raise ScriptRefused(element.place, f"{cmdlet.name}: {refusal}") from None
        if found.name in seen:
            raise ScriptRefused(element.place, f"-{found.name}: is there twice; say it once")
        seen.add(found.name)
        if found.is_switch and not element.has_value:
            yield found, True
        else:
            named, parameter = element, found
    if named is not None:
        raise ScriptRefused(named.place, f"-{named.name}: needs a value")


def _cmdlet(command: CommandCall, session: CmdletSession) -> Cmdlet:
    cmdlet = session.cmdlet(command.name)
    if cmdlet is None:
        close = did_you_mean(command.name, (each.name for each in session.cmdlets))
        message = f"there is no cmdlet {command.name} here{close or '; see Get-Command'}"
        raise ScriptRefused(command.place, message)
    return cmdlet


def _check(part: object, session: CmdletSession) -> None:
    """Raises ScriptRefused for a command anywhere in a script that is not there or has no such parameters."""
    match part:
        case CommandCall():
            cmdlet = _cmdlet(part, session)
            for parameter, value in _given(part, cmdlet):
                # A filter looks like commands but is none: see ``filtering``.
                if parameter is None or parameter.name != "Filter":
                    _check(value, session)
        case tuple():
            for each in part:
                _check(each, session)
        case Pipeline():
            _check(part.stages, session)
        case Assignment():
            _check((part.target, part.value), session)
        case Foreach():
            _check((part.things, part.body), session)
        case If():
            _check((part.branches, part.otherwise), session)
        case HashLiteral():
            _check(part.entries, session)
        case Enclosed() | Block():
            _check(part.statements, session)
        case Quoted():
            _check(part.pieces, session)
        case Items():
            _check(part.items, session)
        case Property():
            _check((part.of, part.name), session)
        case Not():
            _check(part.of, session)
        case Element():
            _check((part.of, part.index), session)
        case Operation():
            _check((part.left, part.right), session)
        case _:
            pass
