"""``huntline demo``: a server with an organization, and something happening in it."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Annotated

import typer

from huntline.cli.options import (
    CertificateOption,
    DataOption,
    HttpOption,
    MediaAddressOption,
    MediaPortsOption,
    NetworkOption,
    SipOption,
    joined,
)
from huntline.cli.serve import addresses, warn_of_addresses
from huntline.config import Config, load_config
from huntline.demo.screen import follow_in_lines, follow_on_screen
from huntline.logs import set_up_logging
from huntline.processes import supervisor


def demo(
    data: DataOption = None,
    sip: SipOption = None,
    http: HttpOption = None,
    media_address: MediaAddressOption = None,
    media_ports: MediaPortsOption = None,
    network: NetworkOption = None,
    certificate: CertificateOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Without callers and agents of its own.")] = False,
) -> None:
    """Run a server with a demo organization, callers and agents, and show what happens."""
    config = load_config(
        {
            "data": data,
            "sip": joined(sip),
            "http": http,
            "media_address": media_address,
            "media_ports": media_ports,
            "network": joined(network),
            "certificate": certificate,
        }
    )
    # Imported here: checking files and decoding audio is half a second that no other verb should wait.
    from huntline.demo.certificate import with_certificate
    from huntline.demo.organization import how_to_take_part, load_demo_organization

    with supervisor.data_folder_taken(config.data):
        config = with_certificate(config)
        load_demo_organization(config)
    children = supervisor.server_children(config)
    if not quiet:
        children = (supervisor.demo_actors(), *children)
    on_screen = sys.stdout.isatty()
    with (config.data / "huntline.log").open("a") if on_screen else nullcontext(sys.stderr) as log_file:
        set_up_logging("supervisor", config.log_level, mask_numbers=config.mask_numbers, stream=log_file)
        show = _show(config, how_to_take_part(config), on_screen=on_screen)
        supervisor.serve(config, children, when_ready=show, log_file=log_file)


def _show(config: Config, advice: str, *, on_screen: bool) -> Callable[[], Awaitable[None]]:
    async def show() -> None:
        warn_of_addresses(config)
        typer.echo(f"Huntline is ready: {addresses(config)}")
        typer.echo(advice)
        sys.stdout.flush()
        await (follow_on_screen if on_screen else follow_in_lines)(config.control_socket)

    return show
