"""``huntline doctor``: the command."""

from __future__ import annotations

import asyncio
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Any

import typer

from huntline.cli.check import print_findings
from huntline.cli.completion import user_names, words
from huntline.cli.door import Door, OrganizationOption
from huntline.cli.options import DataOption, JsonOption
from huntline.cli.printing import print_json, say
from huntline.control.client import ControlClient
from huntline.data_folder import CONTROL_SOCKET, data_folder
from huntline.directory.finding_texts import Severity
from huntline.languages.typography import typeset

if TYPE_CHECKING:
    from pathlib import Path

    from huntline.config import Config
    from huntline.doctor.examination import Found, ProvenCaller

_LANGUAGES = ("en", "fr")
_IN_ORDER = {
    "en": "Calls are answered at every address, and audio comes back.",
    "fr": "À chaque adresse les appels sont pris, et l'audio revient.",
}


def doctor(
    user: Annotated[
        str | None,
        typer.Option(
            help="Whose calls are tried; by default the first user's.",
            metavar="UPN",
            autocompletion=user_names,
        ),
    ] = None,
    language: Annotated[
        str, typer.Option(help="What it is said in.", metavar="en|fr", autocompletion=words(_LANGUAGES))
    ] = "en",
    organization: OrganizationOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let the running server be called at each of its addresses, and say what fails and what to do.

    Its database is asked first. Nobody is rung: the calls are a user's to the code by which people hear
    themselves. Exit status 1 when something fails.
    """
    # Imported here: what calls takes longer to load than most commands take in all.
    from huntline.doctor.database import of_database
    from huntline.doctor.examination import Examination

    folder = data_folder(data)
    database = of_database(folder)
    is_there = database.finding_id == "database-answers"
    config, caller = _asked(folder, user or (_first_user(data, organization) if is_there else None))

    async def examined() -> list[Found]:
        return [database, *[found async for found in Examination(config, caller).found()]]

    findings = [_in_words(found, language) for found in asyncio.run(examined())]
    if as_json:
        print_json({"findings": findings})
    else:
        for _, of_address in groupby(findings, key=lambda finding: str(finding["key"])):
            print_findings(list(of_address))
    if any(finding["severity"] == Severity.ERROR for finding in findings):
        raise typer.Exit(1)
    if not as_json and all(finding["severity"] == Severity.NOTE for finding in findings):
        say(typeset(_IN_ORDER["fr"]) if language == "fr" else _IN_ORDER["en"])


def _first_user(data: Path | None, organization: str | None) -> str | None:
    with Door(data, organization=organization).api() as api:
        return next((str(user["upn"]) for user in api.items("/users")), None)


def _asked(folder: Path, upn: str | None) -> tuple[Config, ProvenCaller | None]:
    """Where the server that runs is reached, and the user with a proof that it gives.

    Raises ServerNotRunning, RequestRefused.
    """
    from huntline.config import Config
    from huntline.doctor.examination import ProvenCaller

    with ControlClient(folder / CONTROL_SOCKET) as client:
        config = Config(data=folder, **client.request("reachable-at"))
        if upn is None:
            return config, None
        given = client.request("phone-credential", upn=upn)
    return config, ProvenCaller(upn, given["username"], given["password"])


def _in_words(found: Found, language: str) -> dict[str, Any]:
    from huntline.doctor.texts import TEXTS

    text = TEXTS[found.finding_id]
    sentence = typeset(text.fr) if language == "fr" else text.en
    return {
        "severity": text.severity,
        "id": found.finding_id,
        "key": found.listener,
        "text": sentence.format(**found.facts),
    }
