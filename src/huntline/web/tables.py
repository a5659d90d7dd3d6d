"""Reading what a spreadsheet saves: CSV with a head of setting names, cells as settings."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from huntline.directory.problems import Problem, did_you_mean
from huntline.web.problems import FieldsRefused

MOST_LINES = 20_000

_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_DEFAULT = "null"
_DELIMITERS = ",;\t"
_NAMED_DELIMITER = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
"""The line that tells Excel what divides cells; it writes it itself, too."""
_ROUNDED = re.compile(r"[+-]?[0-9](?:[.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)
"""What spreadsheets show, and save, in the place of a long number."""
_WORKBOOKS = {b"PK\x03\x04": ".xlsx", b"\xd0\xcf\x11\xe0": ".xls"}


@dataclass(frozen=True, slots=True)
class Row:
    """The settings that a row names, and the line of the file that it begins on.

    ``fault`` says why the row cannot be read, if it cannot.
    """

    line: int
    settings: dict[str, Any]
    fault: Problem | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file, and the encoding that its text was found to have."""

    rows: list[Row]
    encoding: str


def read_table(content: bytes, form: type[BaseModel], columns: Sequence[str]) -> Table:
    """A CSV file whose head names settings of ``form``, the first of ``columns`` among them.

    Read are commas, semicolons and tabs, in UTF-8, in UTF-16, and else in Windows-1252. Blank rows do not
    count, and neither do empty cells: they leave a setting as it is. Raises FieldsRefused when the file as a
    whole cannot be read.
    """
    text, encoding = _text(content)
    named = _NAMED_DELIMITER.match(text)
    before = 0 if named is None else 1  # lines
    text = text if named is None else text[named.end() :]
    delimiter = _delimiter(text) if named is None else named[1]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows = []
    try:
        head = _checked_head(next(reader, []), columns, before + 1)
        first = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(_row(before + first, head, cells, form))
            first = reader.line_num + 1
    except csv.Error as error:
        raise _refused(f"is no CSV at line {before + reader.line_num}: {error}") from None
    if len(rows) > MOST_LINES:
        raise _refused(f"must have up to {MOST_LINES} rows, this has {len(rows)}; send it in parts")
    return Table(rows, encoding)


def _text(content: bytes) -> tuple[str, str]:
    """The text of a file, and its encoding by the name that people know."""
    for beginning, kind in _WORKBOOKS.items():
        if content.startswith(beginning):
            raise _refused(f"is an Excel workbook ({kind}); save it as CSV UTF-8 and send that")
    for encoding, name in _encodings_of(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, name
    raise _refused("is no text in UTF-8, UTF-16 or Windows-1252; save it as CSV UTF-8")


def _encodings_of(content: bytes) -> Iterator[tuple[str, str]]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield "utf-16", "UTF-16"
        return
    yield "utf-8-sig", "UTF-8"
    if content[1:2] == b"\0":  # the first letter of a setting's name, its other half behind it
        yield "utf-16-le", "UTF-16"
    yield "cp1252", "Windows-1252"


def _delimiter(text: str) -> str:
    """Spreadsheets write semicolons where the comma divides decimals, and tabs as "Unicode text"."""
    head = text.partition("\n")[0]
    return max(_DELIMITERS, key=head.count)


def _checked_head(head: list[str], columns: Sequence[str], line: int) -> list[str]:
    names = [name.strip().casefold() for name in head]
    while names and not names[-1]:  # a column that was emptied stays in a spreadsheet
        names.pop()
    problems = list(_head_problems(names, columns, line))
    if columns[0] not in names:
        problems.append(Problem(("file",), None, f"must have a column {columns[0]} in its first line"))
    if problems:
        raise FieldsRefused(problems)
    return names


def _head_problems(names: list[str], columns: Sequence[str], line: int) -> Iterator[Problem]:
    for place, name in enumerate(names):
        if name not in columns:
            close = did_you_mean(name, columns)
            wanted = f"line {line} must name the columns, each one of {', '.join(columns)}{close}"
            yield Problem(("file", "columns", place), name, wanted)
        elif name in names[:place]:
            yield Problem(("file", "columns", place), name, "is there twice")


def _row(line: int, head: list[str], cells: list[str], form: type[BaseModel]) -> Row:
    while len(cells) > len(head) and not cells[-1].strip():
        cells.pop()
    named = dict(zip(head, (cell.strip() for cell in cells), strict=False))
    settings = {name: _setting(cell, form.model_fields[name].default) for name, cell in named.items() if cell}
    return Row(line, settings, _fault(head, cells, named))


def _fault(head: list[str], cells: list[str], named: dict[str, str]) -> Problem | None:
    if len(cells) != len(head):
        wanted = f"has {len(cells)} cells where the first line has {len(head)}; put quotes around a delimiter"
        return Problem((), None, wanted)
    for name, cell in named.items():
        if _ROUNDED.fullmatch(cell):
            wanted = "is a number that the spreadsheet has rounded; make the column text and enter it again"
            return Problem((name,), cell, wanted)
    return None


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
