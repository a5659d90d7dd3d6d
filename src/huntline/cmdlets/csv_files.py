"""``Import-Csv``: an object for each row of a table that a spreadsheet program saved."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from huntline.cmdlets.content import TEXT_ENCODINGS, file_content, text_in
from huntline.cmdlets.kinds import Choice, Given, Texts, shown
from huntline.cmdlets.parameters import Parameter
from huntline.cmdlets.session import Cmdlet, CmdletCall, Example
from huntline.cmdlets.values import CmdletRefused, Record, Value, text_of

_TYPE_OF_ROWS = "#type "


@dataclass(frozen=True, slots=True)
class _Delimiter:
    """What stands between the values of a row."""

    shown: str = "<Char>"
    words: tuple[str, ...] = ()

    def convert(self, given: Given) -> Value:
        text = text_of(given.value)
        if len(text) != 1 or text in '"\r\n':
            raise CmdletRefused(f'value {shown(given.value)}: must be one character, such as ";" or "`t"')
        return text


def _import(call: CmdletCall) -> Iterator[Value]:
    for path in call["Path"]:
        text = text_in(file_content(path), path, call.get("Encoding"), "say another with -Encoding")
        rows = _rows(path, text, call.get("Delimiter", ","))
        names = call.get("Header") or next(rows, [])
        yield from _records(call, _names(call, names, path), rows)


def _rows(path: str, text: str, delimiter: str) -> Iterator[list[str]]:
    """The rows with something in them. Raises CmdletRefused, which names the line of the file."""
    reader = csv.reader(
        StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=delimiter != " ", strict=True
    )
    line = 1
    try:
        for row in reader:
            # Windows PowerShell writes the type of what it exports above all.
            if row and not (line == 1 and row[0].casefold().startswith(_TYPE_OF_ROWS)):
                yield row
            line = reader.line_num + 1
    except csv.Error as error:
        wanted = "quotes stand around a whole value, and are doubled within it"
        raise CmdletRefused(f"-Path: value {path!r}: line {line}: {error}; {wanted}") from None


def _names(call: CmdletCall, names: list[str], path: str) -> list[str]:
    """The names of the columns; one without a name is called by its place, as PowerShell does."""
    nameless = [place for place, name in enumerate(names, 1) if not name.strip()]
    if nameless:
        columns = ", ".join(map(str, nameless))
        call.session.note(
            "WARNING", f"{path}: columns without a name are called H and their place: {columns}"
        )
    given = [name.strip() or f"H{place}" for place, name in enumerate(names, 1)]
    seen: set[str] = set()
    for name in given:
        if name.casefold() in seen:
            raise CmdletRefused(f"-Path: value {path!r}: there are two columns {name!r}; rename one of them")
        seen.add(name.casefold())
    return given


def _records(call: CmdletCall, names: list[str], rows: Iterator[list[str]]) -> Iterator[Value]:
    """What a row lacks is nothing, and what it has past the last column is left out, as in PowerShell."""
    for row in rows:
        values: list[Value] = [*row[: len(names)], *([None] * (len(names) - len(row)))]
        yield Record(dict(zip(names, values, strict=True)))


IMPORT_CSV = Cmdlet(
    name="Import-Csv",
    synopsis="Reads a table: an object for each row, with properties by the names in the first row.",
    own=(
        Parameter(
            name="Path",
            kind=Texts(),
            mandatory=True,
            position=0,
            properties=("Path", "FullName"),
            takes_piped=True,
            help="The files; names are taken as they are, without wildcards.",
        ),
        Parameter(
            name="Delimiter",
            kind=_Delimiter(),
            position=1,
            default=",",
            help="What stands between values; spreadsheets of many countries write a semicolon.",
        ),
        Parameter(
            name="Header",
            kind=Texts(),
            help="Names of the columns, for files whose first row is none; the first row is data then.",
        ),
        Parameter(
            name="Encoding",
            kind=Choice(tuple(TEXT_ENCODINGS)),
            default="UTF8",
            help="How the text is written, where no mark at its beginning says so.",
        ),
    ),
    each=_import,
    aliases=("ipcsv",),
    examples=(
        Example('Import-Csv ".\\queues.csv" | Format-Table Name, Seconds', "What is in a file."),
        Example(
            'foreach ($row in Import-Csv ".\\numbers.csv" -Delimiter ";") {\n'
            "  Set-CsUser -Identity $row.Upn -LineUri $row.Number\n}",
            "Something is done for each row.",
        ),
    ),
)
