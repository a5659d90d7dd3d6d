"""``huntline agent``: act for an agent on the running server."""

from __future__ import annotations

from inspect import Parameter
from typing import Annotated, Any

import typer

from huntline.cli.completion import queue_names, user_names
from huntline.cli.door import Door
from huntline.cli.options import DataOption, config_of
from huntline.cli.printing import console, print_json, sheet
from huntline.cli.refusals import in_options
from huntline.cli.settings import Json
from huntline.cli.status import agent_table
from huntline.cli.verbs import SEARCH, add_verb, keyword
from huntline.control import ControlClient

agent = typer.Typer(no_args_is_help=True, help="See agents, and act for one, on the running server, at once.")

Upn = Annotated[
    str,
    typer.Argument(
        help="The agent, for instance amal@contoso.com.", metavar="UPN", autocompletion=user_names
    ),
]
OneQueue = Annotated[
    str | None,
    typer.Argument(
        help="One queue by its name; without it all of the agent's.",
        metavar="QUEUE",
        autocompletion=queue_names,
    ),
]


def _list(door: Door, as_json: bool, search: str) -> None:
    with door.api() as api, in_options():
        found = list(api.items("/agents", search=search or None))
    print_json(found) if as_json else console().print(agent_table(found))


def _show(door: Door, as_json: bool, upn: str) -> None:
    # Imported here, see ``Door.api``.
    from huntline.api_client import path_of

    with door.api() as api, in_options():
        user = api.get(path_of("users", upn))
        queues = api.get(path_of("users", upn, "queues"))
        now = next(
            (each for each in api.items("/agents", search=user["upn"]) if each["id"] == user["id"]), {}
        )
    shown: Json = {"upn": user["upn"], "display_name": user["display_name"], **now, "queues": queues}
    if as_json:
        print_json(shown)
        return
    in_words = [f"{each['name']} (opted out)" if each["opted_out"] else each["name"] for each in queues]
    console().print(sheet({**shown, "queues": in_words}))


add_verb(agent, "list", "Show all agents as they are now.", [SEARCH], _list)
add_verb(agent, "show", "Show one agent as they are now.", [keyword("upn", Upn, Parameter.empty)], _show)


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
