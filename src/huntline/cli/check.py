"""``huntline check``: what the settings allow and yet is unwise, in plain words."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from huntline.cli.completion import words
from huntline.cli.door import Door, KeyOption, OrganizationOption, ServerOption
from huntline.cli.options import DataOption, JsonOption
from huntline.cli.printing import console, print_json, say
from huntline.cli.refusals import in_options
from huntline.cli.settings import Json
from huntline.directory.finding_texts import Severity

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}
_LANGUAGES = ("en", "fr")


def check(
    language: Annotated[
        str, typer.Option(help="What it is said in.", metavar="en|fr", autocompletion=words(_LANGUAGES))
    ] = "en",
    organization: OrganizationOption = None,
    data: DataOption = None,
    server: ServerOption = None,
    key: KeyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for dead ends, people who cannot be rung, waits too short for the rings, and what nobody uses.

    For each queue also the longest time that a caller can spend. Exit status 1 when calls are lost by what
    was found.
    """
    with Door(data, server, key, organization).api() as api, in_options({"language": "--language"}):
        findings = list(api.items("/check", language=language))
    if as_json:
        print_json(findings)
    else:
        print_findings(findings)
    if any(finding["severity"] == Severity.ERROR for finding in findings):
        raise typer.Exit(1)


def print_findings(findings: list[Json]) -> None:
    """What there is to look at, by the things that it is about."""
    if not findings:
        say("There is nothing to say.")
    for thing, of_thing in groupby(findings, key=lambda finding: str(finding["key"])):
        table = Table.grid(padding=(0, 2))
        for finding in of_thing:
            severity = Severity(finding["severity"])
            table.add_row("", Text(severity, style=_STYLES[severity]), Text(finding["text"]))
        console().print(Text(thing, style="bold"), table)
