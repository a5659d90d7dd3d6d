"""``huntline demo``: a server with an organization, and something happening in it."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from huntline import supervisor
from huntline.cli.options import (
    DataOption,
    HttpOption,
    MediaAddressOption,
    MediaPortsOption,
    SipOption,
    joined,
)
from huntline.cli.serve import addresses
from huntline.config import Config, load_config
from huntline.demo.organization import load_demo_organization, phone_accounts
from huntline.demo.screen import follow_in_lines, follow_on_screen
from huntline.logs import set_up_logging


def demo(
    data: DataOption = None,
    sip: SipOption = None,
    http: HttpOption = None,
    media_address: MediaAddressOption = None,
    media_ports: MediaPortsOption = None,
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
        }
    )
    with supervisor.data_folder_taken(config.data):
        load_demo_organization(config)
    children = supervisor.server_children()
    if not quiet:
        children = (supervisor.child_of_this_program("demo"), *children)
    show = _show(config, on_screen=sys.stdout.isatty())
    if sys.stdout.isatty():
        with (config.data / "huntline.log").open("ab") as log_file:
            supervisor.serve(config, children, when_ready=show, log_file=log_file)
    else:
        set_up_logging("supervisor", config.log_level, mask_numbers=config.mask_numbers)
        supervisor.serve(config, children, when_ready=show)


def _show(config: Config, *, on_screen: bool) -> Callable[[], Awaitable[None]]:
    async def show() -> None:
        typer.echo(f"Huntline is ready: {addresses(config)}")
        typer.echo(phone_accounts(config))
        sys.stdout.flush()
        await (follow_on_screen if on_screen else follow_in_lines)(config.control_socket)

    return show
