"""``/imports``: many users or numbers at once, from a spreadsheet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Any, Generic

from fastapi import Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from huntline.directory.organization import Organization
from huntline.directory.problems import Problem, rooted
from huntline.errors import Refused
from huntline.storage.settings import SettingsRefused
from huntline.web.access import Access, ChangeSettings
from huntline.web.api.collection import Collection, DryRun, ItemT, parsed
from huntline.web.api.numbers import NUMBERS
from huntline.web.api.users import USERS
from huntline.web.problems import FieldProblem, FieldsRefused, field_problem, problem_response
from huntline.web.routing import api_router
from huntline.web.tables import Row, Table, read_table

_NOT_IN_CELLS = ("sip_digests", "phones")
_CSV_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            },
        },
    }
}

router = api_router("/imports", tag="imports")


class Action(StrEnum):
    """What becomes of a line."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class LineReport(BaseModel):
    """One line of the file: ``key`` is the UPN or the number in it; refused for ``problems``."""

    line: int
    key: str
    action: Action
    problems: list[FieldProblem]


class Totals(BaseModel):
    """How many lines came to what."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


class ImportReport(BaseModel):
    """What an import did, or in a dry run would do; ``problems`` are those of no line in particular.

    Nothing is done, for no line, when any of it is refused: ``is_applied`` is false then.
    """

    is_applied: bool
    encoding: str = Field(description="What the text of the file was found to be written in.")
    totals: Totals
    problems: list[FieldProblem]
    lines: list[LineReport]


class _LinesRefused(Refused):
    """Stops a change under way when lines of it cannot be done."""


@dataclass
class _Line:
    number: int
    key: str
    action: Action = Action.REFUSED
    problems: list[Problem] = field(default_factory=list)


class _Import(Generic[ItemT]):
    """One file on its way into one collection, whose first name is the key."""

    def __init__(self, collection: Collection[ItemT], access: Access, table: Table) -> None:
        self._collection = collection
        self._access = access
        self._table = table
        self._lines: list[_Line] = []
        self._problems: list[Problem] = []
        self._at_place: dict[int, _Line] = {}

    def run(self, dry_run: bool) -> ImportReport:
        """Do it, unless anything is refused or it is a dry run."""
        try:
            self._access.change(lambda before: self._edited(before, dry_run), dry_run=dry_run)
        except _LinesRefused:
            return self.run(dry_run=True)  # for what the rules say of the other lines
        except SettingsRefused as refusal:
            self._take(refusal)
        return self._report(dry_run)

    def problems(self) -> list[Problem]:
        """All that is wrong; lines are counted as in the file."""
        by_line = [rooted(each, ("lines", line.number)) for line in self._lines for each in line.problems]
        return [*by_line, *self._problems]

    def _edited(self, organization: Organization, dry_run: bool) -> Organization:
        items = list(self._collection.items(organization))
        places = {self._key(item): place for place, item in enumerate(items)}
        self._lines, self._at_place = [], {}
        for row in self._table.rows:
            self._lines.append(self._line(row, items, places, organization))
        if not dry_run and any(line.problems for line in self._lines):
            raise _LinesRefused
        change: dict[str, Any] = {self._collection.attribute: tuple(items)}
        return replace(organization, **change)

    def _line(
        self, row: Row, items: list[ItemT], places: dict[str, int], organization: Organization
    ) -> _Line:
        name = next(iter(self._collection.form.model_fields))
        line = _Line(row.line, str(row.settings.get(name) or ""))
        place = places.get(line.key.casefold(), len(items))
        if fault := self._fault(row, name, place):
            line.problems = [fault]
            return line
        old = items[place] if place < len(items) else None
        try:
            new = self._built(row, old, organization)
        except FieldsRefused as refusal:
            line.problems = list(refusal.problems)
            return line
        line.action = Action.ADDED if old is None else Action.UNCHANGED if new == old else Action.CHANGED
        items[place : place + 1] = [new]
        places[self._key(new)] = place
        self._at_place[place] = line
        return line

    def _fault(self, row: Row, name: str, place: int) -> Problem | None:
        if row.fault is not None:
            return row.fault
        if not row.settings.get(name):
            return Problem((name,), None, "is missing")
        if earlier := self._at_place.get(place):
            return Problem((name,), row.settings[name], f"is in line {earlier.number} already")
        return None

    def _built(self, row: Row, old: ItemT | None, organization: Organization) -> ItemT:
        collection = self._collection
        current = collection.dump(old) if old is not None else {}
        form = parsed(collection.form, collection.merge(current, row.settings, collection.form))
        return collection.build(form, organization, old, self._access.backstage)

    def _key(self, item: ItemT) -> str:
        return self._collection.names(item)[0].casefold()

    def _take(self, refusal: SettingsRefused) -> None:
        for problem in refusal.problems:
            attribute, place = (*problem.path, None, None)[:2]
            line = self._at_place.get(place) if isinstance(place, int) else None
            if line is None or attribute != self._collection.attribute:
                self._problems.append(problem)
            else:
                line.action = Action.REFUSED
                line.problems.append(replace(problem, path=problem.path[2:]))

    def _report(self, dry_run: bool) -> ImportReport:
        totals = Counter(str(line.action) for line in self._lines)
        is_refused = bool(self._problems or totals[Action.REFUSED])
        return ImportReport(
            is_applied=not dry_run and not is_refused,
            encoding=self._table.encoding,
            totals=Totals(**totals),
            problems=[field_problem(problem) for problem in self._problems],
            lines=[
                LineReport(
                    line=line.number,
                    key=line.key,
                    action=line.action,
                    problems=[field_problem(problem) for problem in line.problems],
                )
                for line in self._lines
            ],
        )


async def csv_content(request: Request) -> bytes:
    """The file in a request: its body, or the field ``file`` of a multipart form. Raises FieldsRefused."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form(max_files=1) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise FieldsRefused([Problem(("file",), None, "is missing: send the CSV file in this field")])
        return await file.read()


CsvContent = Annotated[bytes, Depends(csv_content)]


@router.post("/users", response_model=ImportReport, operation_id="import_users", openapi_extra=_CSV_BODY)
def import_users(access: ChangeSettings, content: CsvContent, dry_run: DryRun = False) -> Any:
    """Add users, and change those whose UPN is there: all lines, or none.

    Commas, semicolons or tabs, in UTF-8, UTF-16 or Windows-1252, as spreadsheets save it. The first line
    names settings of a user (``upn``, ``display_name``, ``licences``, ...); lists are divided by ``|`` or
    blanks, yes or no is ``true`` or ``false``. An empty cell leaves a setting as it is, ``null`` stands
    for the default. Up to 20,000 lines.

    A refused import answers 422 with this report besides what is wrong; a dry run always answers 200.
    """
    return _imported(USERS, access, content, dry_run)


@router.post("/numbers", response_model=ImportReport, operation_id="import_numbers", openapi_extra=_CSV_BODY)
def import_numbers(access: ChangeSettings, content: CsvContent, dry_run: DryRun = False) -> Any:
    """Add numbers, and change those that are there: all lines, or none.

    As the import of users; the columns are ``number``, ``kind``, ``state`` and ``country``. Spreadsheets take
    a leading ``+`` for arithmetic: format the column as text.
    """
    return _imported(NUMBERS, access, content, dry_run)


def _imported(
    collection: Collection[Any], access: Access, content: bytes, dry_run: bool
) -> ImportReport | Response:
    columns = [name for name in collection.form.model_fields if name not in _NOT_IN_CELLS]
    table = read_table(content, collection.form, columns)
    importing = _Import(collection, replace(access, door="import"), table)
    report = importing.run(dry_run)
    if report.is_applied or dry_run:
        return report
    problems = importing.problems()
    detail = (
        f"{report.totals.refused} of {len(table.rows)} lines are refused, so nothing is imported;"
        f" {problems[0].field}: {problems[0].message}"
    )
    return problem_response(422, "import-refused", detail, problems, extensions=report.model_dump())
