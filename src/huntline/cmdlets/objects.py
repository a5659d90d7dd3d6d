"""The cmdlets that choose, order, count and print whatever comes down the pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from huntline.cmdlets.comparing import compare
from huntline.cmdlets.expressions import OPERATORS
from huntline.cmdlets.formatting import json_of, list_of, table_of
from huntline.cmdlets.kinds import INT32, Anything, SwitchKind, TextKind, Texts, Whole, shown
from huntline.cmdlets.parameters import Parameter
from huntline.cmdlets.session import Cmdlet, CmdletCall, Example
from huntline.cmdlets.values import (
    CmdletRefused,
    Hashtable,
    PrintedLine,
    Record,
    ScriptBlock,
    Value,
    as_one,
    is_true,
    items_of,
    order_of,
    property_of,
    text_of,
)

_COUNT = Whole(INT32)
_PROPERTIES = Parameter(name="Property", kind=Texts(), position=0, help="The properties, with wildcards.")


def _incoming(call: CmdletCall) -> Iterator[Value]:
    if "InputObject" in call:
        return items_of(call["InputObject"])
    return call.input if call.input is not None else iter(())


_INPUT = Parameter(name="InputObject", kind=Anything(), help="The things, in the place of the pipeline.")


def _where(call: CmdletCall) -> Iterator[Value]:
    holds = _condition(call)
    return (item for item in _incoming(call) if holds(item))


def _condition(call: CmdletCall) -> Callable[[Value], bool]:
    condition, wanted = call.get("FilterScript"), call.get("Value")
    if "Property" in call:
        # What stands without a name is the value then.
        condition, wanted = call["Property"], call.get("Value", condition)
    if isinstance(condition, ScriptBlock):
        return lambda item: is_true(as_one(condition.run(item)))
    if not isinstance(condition, str):
        raise CmdletRefused("say a condition: { $_.Name -like 'Help*' }, or: Name -like 'Help*'")
    chosen = [name for name in _OPERATOR_SWITCHES if call.get(name)]
    if len(chosen) > 1:
        raise CmdletRefused(f"say one comparison, not {' and '.join(f'-{name}' for name in chosen)}")
    if not chosen:
        return lambda item: is_true(property_of(item, condition))
    operator = chosen[0].lower()
    return lambda item: is_true(compare(operator, property_of(item, condition), wanted))


_OPERATOR_SWITCHES = tuple(
    {"eq": "EQ", "ne": "NE", "gt": "GT", "ge": "GE", "lt": "LT", "le": "LE"}.get(name, name.capitalize())
    for name in sorted(OPERATORS)
)

WHERE = Cmdlet(
    name="Where-Object",
    synopsis="Lets those things pass for which a condition holds.",
    own=(
        Parameter(
            name="FilterScript",
            kind=Anything(),
            position=0,
            help="The condition { ... } on $_, or the name of a property to compare.",
        ),
        Parameter(name="Property", kind=TextKind(), help="The name of a property to compare."),
        Parameter(name="Value", kind=Anything(), position=1, help="What the property is compared with."),
        *(
            Parameter(name=name, kind=SwitchKind(), help=f"Compare the property by -{name.lower()}.")
            for name in _OPERATOR_SWITCHES
        ),
        _INPUT,
    ),
    whole=_where,
    aliases=("where", "?"),
    examples=(
        Example('Get-CsHuntGroup | Where-Object { $_.Name -like "Help*" }', "Those with such a name."),
        Example("Get-CsHuntGroup | Where-Object AllowOptOut -eq $true", "Those that allow to opt out."),
    ),
)


def _for_each(call: CmdletCall) -> Iterator[Value]:
    block = call["Process"]
    for item in _incoming(call):
        if isinstance(block, ScriptBlock):
            yield from block.run(item)
        else:
            yield property_of(item, text_of(block))


FOR_EACH = Cmdlet(
    name="ForEach-Object",
    synopsis="Does something for each thing.",
    own=(
        Parameter(
            name="Process",
            kind=Anything(),
            position=0,
            mandatory=True,
            help="What to do { ... } with $_, or the name of a property to return.",
        ),
        _INPUT,
    ),
    whole=_for_each,
    aliases=("foreach", "%"),
    examples=(
        Example('Get-CsHuntGroup | ForEach-Object { "$($_.Name): $($_.PrimaryUri)" }', "A line each."),
    ),
)


def _select(call: CmdletCall) -> Iterator[Value]:
    if "ExpandProperty" in call and "Property" in call:
        raise CmdletRefused("-ExpandProperty: goes without -Property; choose one of the two")
    items = _some(call)
    if "ExpandProperty" in call:
        (name,) = call["ExpandProperty"] if len(call["ExpandProperty"]) == 1 else ("",)
        if not name:
            raise CmdletRefused("-ExpandProperty: must be one property")
        chosen = [each for item in items for each in items_of(property_of(item, name))]
    elif "Property" in call:
        chosen = [_only(item, call["Property"]) for item in items]
    else:
        chosen = items
    return iter(_unique(chosen) if call.get("Unique") else chosen)


def _some(call: CmdletCall) -> list[Value]:
    skip, first, last = call.get("Skip", 0), call.get("First"), call.get("Last")
    if first is not None and last is None:
        return list(islice(_incoming(call), skip, skip + first))
    items = list(_incoming(call))
    if last is None:
        return items[skip:]
    # As in PowerShell, what is skipped is at the end that is taken.
    ending = items[max(0, len(items) - skip - last) : max(0, len(items) - skip)]
    return [*items[:first], *ending] if first is not None else ending


def _only(item: Value, names: list[str]) -> Value:
    if isinstance(item, Record):
        return item.select(names)
    return Record({name: property_of(item, name) for name in names})


def _unique(items: list[Value]) -> list[Value]:
    found: list[Value] = []
    for item in items:
        if item not in found:
            found.append(item)
    return found


SELECT = Cmdlet(
    name="Select-Object",
    synopsis="Takes some of the things, or some of their properties.",
    own=(
        _PROPERTIES,
        Parameter(name="ExpandProperty", kind=Texts(), help="The property whose value is returned itself."),
        Parameter(name="First", kind=_COUNT, help="How many from the beginning."),
        Parameter(name="Last", kind=_COUNT, help="How many from the end."),
        Parameter(name="Skip", kind=_COUNT, help="How many to leave out."),
        Parameter(name="Unique", kind=SwitchKind(), help="Each only once."),
        _INPUT,
    ),
    whole=_select,
    aliases=("select",),
    examples=(
        Example("Get-CsHuntGroup | Select-Object Name, PrimaryUri", "Two properties of each."),
        Example("Get-CsHuntGroup | Select-Object -ExpandProperty Name -First 1", "The first name."),
    ),
)


def _sort(call: CmdletCall) -> Iterator[Value]:
    names = call.get("Property", [])

    def key(item: Value) -> tuple[object, ...]:
        return tuple(order_of(property_of(item, name)) for name in names) or order_of(item)

    items = sorted(_incoming(call), key=key, reverse=bool(call.get("Descending")))
    return iter(_unique(items) if call.get("Unique") else items)


SORT = Cmdlet(
    name="Sort-Object",
    synopsis="Puts things in order.",
    own=(
        _PROPERTIES,
        Parameter(name="Descending", kind=SwitchKind(), help="The largest first."),
        Parameter(name="Unique", kind=SwitchKind(), help="Each only once."),
        _INPUT,
    ),
    whole=_sort,
    aliases=("sort",),
    examples=(Example("Get-CsHuntGroup | Sort-Object Name", "In the order of their names."),),
)


def _measure(call: CmdletCall) -> Iterator[Value]:
    yield Record({"Count": sum(1 for _ in _incoming(call))})


MEASURE = Cmdlet(
    name="Measure-Object",
    synopsis="Counts things.",
    own=(_INPUT,),
    whole=_measure,
    aliases=("measure",),
    examples=(Example("Get-CsHuntGroup | Measure-Object", "How many there are."),),
)


def _formatted(make: Callable[[list[Record]], Iterator[str]]) -> Callable[[CmdletCall], Iterator[Value]]:
    def format_all(call: CmdletCall) -> Iterator[Value]:
        records: list[Record] = []
        for item in _incoming(call):
            if isinstance(item, Hashtable):
                records.extend(item.rows)
                continue
            if not isinstance(item, Record):
                yield item
                continue
            records.append(item.select(call["Property"]) if "Property" in call else item)
        if records:
            yield PrintedLine("\n".join(make(records)))

    return format_all


FORMAT_LIST = Cmdlet(
    name="Format-List",
    synopsis="Prints things as lists of their properties.",
    own=(_PROPERTIES, _INPUT),
    whole=_formatted(list_of),
    aliases=("fl",),
    examples=(Example("Get-CsHuntGroup | Format-List Name, *Threshold", "Some properties of each."),),
)
FORMAT_TABLE = Cmdlet(
    name="Format-Table",
    synopsis="Prints things as a table.",
    own=(
        _PROPERTIES,
        Parameter(name="AutoSize", kind=SwitchKind(), help="Tables always fit.", is_ignored=True),
        Parameter(name="Wrap", kind=SwitchKind(), help="Tables are never cut.", is_ignored=True),
        _INPUT,
    ),
    whole=_formatted(table_of),
    aliases=("ft",),
    examples=(Example("Get-CsHuntGroup | Format-Table Name, LineUri, CallsInQueue", "A row for each."),),
)


def _to_json(call: CmdletCall) -> Iterator[Value]:
    values = list(_incoming(call))
    if values or call.get("AsArray"):
        yield json_of(values, compress=bool(call.get("Compress")), as_array=bool(call.get("AsArray")))


TO_JSON = Cmdlet(
    name="ConvertTo-Json",
    synopsis="Makes one JSON text of everything.",
    own=(
        Parameter(name="Compress", kind=SwitchKind(), help="Without blanks and new lines."),
        Parameter(name="AsArray", kind=SwitchKind(), help="A list even with one thing in it."),
        Parameter(name="Depth", kind=_COUNT, help="Everything is always shown.", is_ignored=True),
        _INPUT,
    ),
    whole=_to_json,
    examples=(Example("Get-CsHuntGroup | ConvertTo-Json", "All call queues, for a program."),),
)


def _drop(call: CmdletCall) -> Iterator[Value]:
    for _ in _incoming(call):
        pass
    return iter(())


OUT_NULL = Cmdlet(
    name="Out-Null",
    synopsis="Prints nothing of what it is sent.",
    own=(_INPUT,),
    whole=_drop,
    examples=(Example("Get-CsHuntGroup | Out-Null", "Only errors are seen."),),
)


def _write(call: CmdletCall) -> Iterator[Value]:
    if "InputObject" not in call and call.input is None:
        raise CmdletRefused(f"-InputObject: value {shown(None)}: say what to write")
    return _incoming(call)


def _write_host(call: CmdletCall) -> Iterator[Value]:
    call.session.show(
        [text_of(item) for item in (call.get("Object"), *(call.input or ())) if item is not None]
    )
    return iter(())


WRITE_OUTPUT = Cmdlet(
    name="Write-Output",
    synopsis="Sends things down the pipeline.",
    own=(Parameter(name="InputObject", kind=Anything(), position=0, help="The things."),),
    whole=_write,
    aliases=("echo", "write"),
    examples=(Example('Write-Output "a", "b" | Sort-Object', "Two texts."),),
)
WRITE_HOST = Cmdlet(
    name="Write-Host",
    synopsis="Prints a text, and sends nothing down the pipeline.",
    own=(
        Parameter(name="Object", kind=Anything(), position=0, help="The text."),
        Parameter(name="ForegroundColor", kind=Anything(), help="Accepted without effect.", is_ignored=True),
        Parameter(name="BackgroundColor", kind=Anything(), help="Accepted without effect.", is_ignored=True),
    ),
    whole=_write_host,
    examples=(Example('Write-Host "Done: $((Get-CsHuntGroup).Count) call queues"', "How many there are."),),
)

OBJECT_CMDLETS = (
    WHERE,
    FOR_EACH,
    SELECT,
    SORT,
    MEASURE,
    FORMAT_LIST,
    FORMAT_TABLE,
    TO_JSON,
    OUT_NULL,
    WRITE_OUTPUT,
    WRITE_HOST,
)
