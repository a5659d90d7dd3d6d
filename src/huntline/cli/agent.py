"""``huntline agent``: act for an agent on the running server."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from huntline.cli.options import DataOption, config_of
from huntline.control import ControlClient

agent = typer.Typer(no_args_is_help=True, help="Act for an agent on the running server, at once.")

Upn = Annotated[str, typer.Argument(help="The agent, for instance amal@contoso.com.", metavar="UPN")]
OneQueue = Annotated[
    str | None, typer.Argument(help="One queue by its name; without it all of the agent's.", metavar="QUEUE")
]


@agent.command("opt-out")
def opt_out(upn: Upn, queue: OneQueue = None, data: DataOption = None) -> None:
    """Take no more calls of a queue."""
    _ask(data, "opt-out", upn=upn, queue=queue)
    typer.echo(f"{upn} is opted out of {queue or 'all queues'}.")


@agent.command("opt-in")
def opt_in(upn: Upn, queue: OneQueue = None, data: DataOption = None) -> None:
    """Take calls of a queue again."""
    _ask(data, "opt-in", upn=upn, queue=queue)
    typer.echo(f"{upn} is opted in to {queue or 'all queues'}.")


@agent.command()
def pause(
    upn: Upn,
    reason: Annotated[str, typer.Option(help="Why, for reports and screens.")] = "paused by an operator",
    data: DataOption = None,
) -> None:
    """Take no calls anywhere until resumed."""
    _ask(data, "pause", upn=upn, reason=reason)
    typer.echo(f"{upn} is paused: {reason}.")


@agent.command()
def resume(upn: Upn, data: DataOption = None) -> None:
    """Take calls again; ends a pause and wrap-up."""
    _ask(data, "resume", upn=upn)
    typer.echo(f"{upn} takes calls again.")


def _ask(data: DataOption, verb: str, **fields: Any) -> None:
    with ControlClient(config_of(data).control_socket) as client:
        client.request(verb, **fields)
