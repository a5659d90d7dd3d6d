"""Reading what a spreadsheet saves: CSV with a head of setting names, cells as settings."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from huntline.directory.problems import Problem, did_you_mean
from huntline.web.problems import FieldsRefused

MOST_LINES = 20_000

_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_DEFAULT = "null"


@dataclass(frozen=True, slots=True)
class Row:
    """The settings that a row names, and the line of the file that it begins on.

    ``fault`` says why the row cannot be read, and is empty when it can.
    """

    line: int
    settings: dict[str, Any]
    fault: str = ""


def read_table(content: bytes, form: type[BaseModel], columns: Sequence[str]) -> list[Row]:
    """The rows of a CSV file whose head names settings of ``form``, the first of ``columns`` among them.

    Blank rows do not count, and neither do empty cells: they leave a setting as it is. Raises FieldsRefused
    when the file as a whole cannot be read.
    """
    text = _text(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows = []
    try:
        head = _checked_head(next(reader, []), columns)
        first = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(_row(first, head, cells, form))
            first = reader.line_num + 1
    except csv.Error as error:
        raise _refused(f"is no CSV at line {reader.line_num}: {error}") from None
    if len(rows) > MOST_LINES:
        raise _refused(f"must have up to {MOST_LINES} rows, this has {len(rows)}; send it in parts")
    return rows


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wanted = f"must be UTF-8 text (byte {error.start} is not); save it as CSV UTF-8"
        raise _refused(wanted) from None


def _delimiter(text: str) -> str:
    """Spreadsheets write semicolons where the comma divides decimals."""
    head = text.partition("\n")[0]
    return ";" if head.count(";") > head.count(",") else ","


def _checked_head(head: list[str], columns: Sequence[str]) -> list[str]:
    names = [name.strip().casefold() for name in head]
    problems = list(_head_problems(names, columns))
    if columns[0] not in names:
        problems.append(Problem(("file",), None, f"must have a column {columns[0]} in its first line"))
    if problems:
        raise FieldsRefused(problems)
    return names


def _head_problems(names: list[str], columns: Sequence[str]) -> Iterator[Problem]:
    for place, name in enumerate(names):
        if name not in columns:
            wanted = f"must be one of {', '.join(columns)}{did_you_mean(name, columns)}"
            yield Problem(("file", "columns", place), name, wanted)
        elif name in names[:place]:
            yield Problem(("file", "columns", place), name, "is there twice")


def _row(line: int, head: list[str], cells: list[str], form: type[BaseModel]) -> Row:
    named = dict(zip(head, (cell.strip() for cell in cells), strict=False))
    settings = {name: _setting(cell, form.model_fields[name].default) for name, cell in named.items() if cell}
    fault = ""
    if len(cells) != len(head):
        fault = f"has {len(cells)} cells where the first line has {len(head)}; put quotes around a delimiter"
    return Row(line, settings, fault)


def _setting(cell: str, default: object) -> Any:
    """A cell in the type of its setting; what does not fit is left for the form to refuse."""
    if cell.casefold() == _DEFAULT:
        return None
    if isinstance(default, bool):
        return _BOOLEANS.get(cell.casefold(), cell)
    if isinstance(default, list):
        return cell.replace("|", " ").split()
    return cell


def _refused(wanted: str) -> FieldsRefused:
    return FieldsRefused([Problem(("file",), None, wanted)])
