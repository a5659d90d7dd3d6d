"""``huntline import``: many users or numbers at once, from a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import Parameter
from pathlib import Path
from typing import Annotated

import typer

from huntline.cli.door import Door
from huntline.cli.printing import print_json, say
from huntline.cli.refusals import in_options, problem_in_words
from huntline.cli.settings import Json
from huntline.cli.verbs import DRY_RUN, add_verb, keyword
from huntline.errors import ConfigurationError, Refused

_File = Annotated[
    Path, typer.Argument(help="CSV, the names of settings in its first line.", metavar="FILE.csv")
]

_REPORT = ("is_applied", "encoding", "totals", "problems", "lines")

imports = typer.Typer(
    no_args_is_help=True, help="Add and change many things at once, from CSV: all lines or none."
)


class ImportRefused(Refused):
    """Lines of the file cannot be done, so that none is."""

    error_id = "import-refused"


def _add_import(kind: str, columns: str) -> None:
    def import_(door: Door, as_json: bool, file: Path, dry_run: bool) -> None:
        report = _report(door, kind, file, dry_run)
        if as_json:
            print_json(report)
        else:
            for line in _in_words(report, dry_run):
                say(line)
        if refused := len(report["problems"]) + report["totals"]["refused"]:
            raise ImportRefused(f"{file}: problems: {refused}; nothing is imported until there are none")

    text = f"Add {kind}, and change those that are there. Columns: {columns}. An empty cell changes nothing."
    add_verb(imports, kind, text, [keyword("file", _File, Parameter.empty), DRY_RUN], import_)


def _report(door: Door, kind: str, file: Path, dry_run: bool) -> Json:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from None
    # Imported here, see ``Door.api``.
    from huntline.cli.api_client import ApiRefused

    with door.api() as api, in_options({"file": "FILE.csv"}):
        try:
            report: Json = api.request(
                "POST",
                f"/imports/{kind}",
                content=content,
                headers={"Content-Type": "text/csv"},
                params={"dry_run": dry_run or None},
            )
        except ApiRefused as refusal:
            if refusal.error_id != ImportRefused.error_id:
                raise
            report = {name: refusal.problem[name] for name in _REPORT}
    return report


def _in_words(report: Json, dry_run: bool) -> Iterator[str]:
    """A line for each line that changes something or cannot; then how many there are of each kind."""
    if report["encoding"] != "UTF-8":
        yield f"Read as {report['encoding']}: look whether accents are right, or save the file as CSV UTF-8."
    for line in report["lines"]:
        if line["action"] != "unchanged":
            yield f"line {line['line']}: {line['action']}: {line['key']}"
        for problem in line["problems"]:
            yield f"    {problem_in_words(problem)}"
    for problem in report["problems"]:
        yield problem_in_words(problem)
    counts = ", ".join(f"{count} {action}" for action, count in report["totals"].items())
    yield f"{'Would be: ' if dry_run else ''}{counts}."


_add_import("users", "upn, display_name, licences (divided by |), voice_enabled, line_uri, sip_password, ...")
_add_import("numbers", "number, kind")
