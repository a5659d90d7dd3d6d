"""``huntline certificate``: what phones and pages are shown over TLS."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from huntline.cli.check import print_findings
from huntline.cli.completion import words
from huntline.cli.door import Door, OrganizationOption
from huntline.cli.options import DataOption, JsonOption, config_of
from huntline.cli.printing import console, print_json, say, sheet
from huntline.cli.refusals import in_options
from huntline.directory.finding_texts import Severity
from huntline.errors import ConfigurationError

if TYPE_CHECKING:
    from huntline.network.certificate_files import CertificateFiles
    from huntline.network.certificates import CertificateFacts

certificate = typer.Typer(no_args_is_help=True, help="Certificates for TLS: what they say, and new ones.")

_LANGUAGES = ("en", "fr")
_NONE = "no certificate is set: name its files with certificate in huntline.toml, or --certificate CHAIN:KEY"

_Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="CHAIN:KEY", help="Files to look at instead of the server's.", show_default=False),
]


@certificate.command()
def show(files: _Files = None, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show for whom each certificate is, until when, and who vouches for it; its key is tried, too."""
    # Imported here: the library that reads certificates takes longer than most commands.
    from huntline.network.certificate_files import CertificateFiles
    from huntline.network.certificates import facts_of

    named = [CertificateFiles.parse(text) for text in files or ()] or list(config_of(data).certificate)
    if not named:
        raise ConfigurationError(_NONE)
    shown = [_as_shown(each, facts_of(each)) for each in named]
    if as_json:
        print_json({"certificates": shown})
        return
    for each in shown:
        console().print(sheet(each))


@certificate.command()
def check(
    language: Annotated[
        str, typer.Option(help="What it is said in.", metavar="en|fr", autocompletion=words(_LANGUAGES))
    ] = "en",
    organization: OrganizationOption = None,
    data: DataOption = None,
) -> None:
    """Say what is wrong with the server's certificates, and which domains none is for.

    Exit status 1 when phones refuse TLS.
    """
    with Door(data, organization=organization).api() as api, in_options({"language": "--language"}):
        found = list(api.items("/check", language=language))
    findings = [finding for finding in found if finding["id"].startswith("certificate-")]
    print_findings(findings)
    if any(finding["severity"] == Severity.ERROR for finding in findings):
        raise typer.Exit(1)


@certificate.command("make-demo")
def make_demo(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where it is written, with its key.")],
    names: Annotated[
        list[str] | None, typer.Option("--name", help="A name or address that it is for.", metavar="HOST")
    ] = None,
) -> None:
    """Make a certificate that nobody vouches for, good for a month: to try TLS out, and for nothing else."""
    from huntline.network.certificates import make_demo_certificate, utc_now

    made = make_demo_certificate(file, tuple(names or ("localhost", "127.0.0.1", "::1")), utc_now())
    say(f"Written: {made}")
    say("Nobody vouches for it: phones and browsers refuse it until they are told to trust this file.")


@certificate.command()
def reload(data: DataOption = None) -> None:
    """Let the running server read its certificates again: connections go on, new ones have what is new."""
    from huntline.control.client import ControlClient
    from huntline.data_folder import CONTROL_SOCKET, data_folder

    with ControlClient(data_folder(data) / CONTROL_SOCKET) as client:
        loaded = client.request("reload-certificates")["certificates"]
    for each in loaded:
        say(f"Loaded: {', '.join(each['names']) or each['subject']}, until {each['until']}.")
    if not loaded:
        raise ConfigurationError(_NONE)


def _as_shown(files: CertificateFiles, facts: CertificateFacts) -> dict[str, Any]:
    return {
        "files": str(files),
        **asdict(facts),
        "names": list(facts.names),
        "begins_at": facts.begins_at.isoformat(),
        "ends_at": facts.ends_at.isoformat(),
        "key": "belongs to it",
    }
