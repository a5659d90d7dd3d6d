"""Objects as people read them (lists, tables, plain text) and as programs do (JSON)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from huntline.cmdlets.values import Hashtable, PrintedLine, Record, ScriptBlock, Value, text_of

_MOST_IN_A_TABLE = 4  # properties: objects with more are shown as lists


def lines_of(values: Iterable[Value]) -> Iterator[str]:
    """Values as they are printed at the end of a pipeline: alike objects that follow each other together."""
    for shape, group in groupby(_in_rows(values), _shape):
        if shape is None:
            yield from (line for value in group if value is not None for line in text_of(value).split("\n"))
            continue
        records = (each for each in group if isinstance(each, Record))
        # Lists are printed as their objects come: those who make many see how far they are.
        yield from list_of(records) if len(shape) > _MOST_IN_A_TABLE else table_of(list(records))


def _in_rows(values: Iterable[Value]) -> Iterator[Value]:
    for value in values:
        yield from value.rows if isinstance(value, Hashtable) else [value]


def _shape(value: Value) -> tuple[str, ...] | None:
    return tuple(value.properties) if isinstance(value, Record) else None


def list_of(records: Iterable[Record]) -> Iterator[str]:
    """Each object as lines of ``Name : value``."""
    yield ""
    for record in records:
        width = max(map(len, record.properties), default=0)
        for name, value in record.properties.items():
            first, *rest = _in_words(value).split("\n")
            yield f"{name:<{width}} : {first}".rstrip()
            yield from (f"{'':<{width}}   {line}" for line in rest)
        yield ""


def table_of(records: Sequence[Record]) -> Iterator[str]:
    """Objects as rows under the names of their properties, columns as wide as what is in them."""
    names = list(dict.fromkeys(name for record in records for name in record.properties))
    if not names:
        return
    cells = [[_in_words(record.get(name)).replace("\n", " ") for name in names] for record in records]
    is_number = [
        all(type(record.get(name)) in (int, float, type(None)) for record in records) for name in names
    ]
    widths = [
        max(len(name), *(len(row[place]) for row in cells)) if cells else len(name)
        for place, name in enumerate(names)
    ]

    def row_of(texts: Sequence[str]) -> str:
        padded = (
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(texts, widths, is_number, strict=True)
        )
        return " ".join(padded).rstrip()

    yield ""
    yield row_of(names)
    yield row_of(["-" * len(name) for name in names])
    yield from map(row_of, cells)
    yield ""


def _in_words(value: Value) -> str:
    if isinstance(value, list | bytes):
        return "{" + ", ".join(map(text_of, value)) + "}"
    return text_of(value)


def json_of(values: Sequence[Value], *, compress: bool, as_array: bool) -> str:
    """One JSON text: the only value, or a list."""
    plain = [_plain(value) for value in values]
    whole = plain[0] if len(plain) == 1 and not as_array else plain
    if compress:
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _plain(value: Value) -> Any:
    match value:
        case Record():
            return {name: _plain(each) for name, each in value.properties.items()}
        case Hashtable():
            return {text_of(key): _plain(each) for key, each in value.items}
        case list() | bytes():
            return [_plain(each) for each in value]
        case ScriptBlock() | PrintedLine():
            return text_of(value)
        case _:
            return value
