"""``huntline serve``: run everything."""

from __future__ import annotations

from typing import Annotated

import typer

from huntline.cli.options import (
    CertificateOption,
    DataOption,
    HttpOption,
    MediaAddressOption,
    MediaPortsOption,
    MediaWorkersOption,
    NetworkOption,
    SipOption,
    TranscodingOption,
    TrustedOption,
    joined,
)
from huntline.config import Config, load_config
from huntline.data_folder import is_in_cluster
from huntline.logs import set_up_logging
from huntline.processes import supervisor
from huntline.web.first_run import how_to_set_up


def serve(
    data: DataOption = None,
    sip: SipOption = None,
    http: HttpOption = None,
    media_address: MediaAddressOption = None,
    media_ports: MediaPortsOption = None,
    media_workers: MediaWorkersOption = None,
    network: NetworkOption = None,
    certificate: CertificateOption = None,
    trusted_certificates: TrustedOption = None,
    transcoding: TranscodingOption = None,
    mask_numbers: Annotated[
        bool | None, typer.Option("--mask-numbers", help="Write callers' numbers masked into the log.")
    ] = None,
    log_level: Annotated[str | None, typer.Option(metavar="debug|info|warning|error")] = None,
    more_sip: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
) -> None:
    """Run the server until it is told to end (SIGTERM, Ctrl-C).

    Settings come from here, from HUNTLINE_* in the environment and from huntline.toml in the data folder.
    """
    config = load_config(
        {
            "data": data,
            "sip": joined([*(sip or []), *(more_sip or [])]),
            "http": http,
            "media_address": media_address,
            "media_ports": media_ports,
            "media_workers": media_workers,
            "network": joined(network),
            "certificate": certificate,
            "trusted_certificates": trusted_certificates,
            "transcoding": transcoding,
            "mask_numbers": mask_numbers,
            "log_level": log_level,
        }
    )
    set_up_logging("supervisor", config.log_level, mask_numbers=config.mask_numbers)

    async def say_so() -> None:
        for line in how_to_set_up(config):
            typer.echo(line)
        warn_of_addresses(config)
        in_cluster = " on whichever machine serves (huntline cluster)" if is_in_cluster(config.data) else ""
        typer.echo(f"Huntline is ready{in_cluster}: {addresses(config)}")

    supervisor.serve(config, supervisor.server_children(config), when_ready=say_so)


def warn_of_addresses(config: Config) -> None:
    """Say so when phones can reach SIP and not the audio, or browsers will not open the pages."""
    deaf, closed = config.out_of_earshot, config.out_of_browsers
    if deaf is None and closed is None:
        return
    # Imported here: few need it, and what is loaded stays in the supervisor's memory.
    from huntline.directory.findings import audio_out_of_reach, out_of_browsers

    warnings = [audio_out_of_reach(str(deaf), config.media_address)] if deaf else []
    warnings += [out_of_browsers(str(closed), closed.port)] if closed else []
    for each in warnings:
        typer.echo(f"huntline: warning: {each.text}", err=True)


def addresses(config: Config) -> str:
    """Where this server is reached, in words."""
    return (
        f"SIP {' '.join(map(str, config.sip))}, http://{config.http}/,"
        f" audio {_audio(config)} ports {config.media_ports}, data in {config.data}{_database(config)}"
    )


def _database(config: Config) -> str:
    return f" and {config.database}" if config.database is not None else ""


def _audio(config: Config) -> str:
    """Where phones are told to send their audio."""
    return f"{config.media_address} ({config.networks})" if config.network else config.media_address
