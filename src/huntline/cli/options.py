"""Options that several verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from huntline.config import Config

DataOption = Annotated[
    Path | None, typer.Option("--data", help="The server's data folder.", metavar="DIR", show_default="data")
]
JsonOption = Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")]
SipOption = Annotated[
    list[str] | None,
    typer.Option(
        "--sip", help="Where to listen for SIP; may be said again.", metavar="TRANSPORT:ADDRESS:PORT"
    ),
]
CertificateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--certificate",
        help="The files of a certificate for tls and wss; may be said again.",
        metavar="CHAIN:KEY",
    ),
]
TrustedOption = Annotated[
    Path | None,
    typer.Option(
        "--trusted-certificates",
        help="Issuers that providers' certificates may have, beside those of the system.",
        metavar="FILE",
    ),
]
HttpOption = Annotated[
    str | None, typer.Option("--http", help="Where to listen for HTTP.", metavar="ADDRESS:PORT")
]
MediaAddressOption = Annotated[
    str | None, typer.Option(help="The address that phones send their audio to.", metavar="ADDRESS")
]
TranscodingOption = Annotated[
    bool | None,
    typer.Option(
        "--transcoding/--no-transcoding",
        help="Take phones without G.711: a call with one that has nothing else costs 1 to 2 % of a core.",
    ),
]
NetworkOption = Annotated[
    list[str] | None,
    typer.Option(
        "--network",
        help="The address of this server that peers in a network are told; may be said again.",
        metavar="NETWORK=ADDRESS",
    ),
]
MediaPortsOption = Annotated[str | None, typer.Option(help="The UDP ports for audio.", metavar="FIRST-LAST")]
MediaWorkersOption = Annotated[
    str | None,
    typer.Option(help="How many processes carry audio, a core each.", metavar="NUMBER"),
]


def config_of(data: Path | None) -> Config:
    """The settings of the server on this data folder."""
    # Imported here: the library that reads them takes longer than most commands.
    from huntline.config import load_config

    return load_config({"data": data})


def local_user() -> str:
    """Who runs this command, for the audit."""
    import getpass

    return f"{getpass.getuser()} (local)"


def joined(values: list[str] | None) -> str | None:
    """What was said several times as one setting; None when it was not said."""
    return " ".join(values) if values else None
