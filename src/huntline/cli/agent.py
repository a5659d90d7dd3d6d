"""``huntline agent``: act for an agent on the running server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from inspect import Parameter
from typing import TYPE_CHECKING, Annotated

import typer

from huntline.cli.completion import queue_names, user_names
from huntline.cli.door import Door
from huntline.cli.printing import console, print_json, say, sheet
from huntline.cli.refusals import in_options
from huntline.cli.settings import Json
from huntline.cli.verbs import SEARCH, add_verb, keyword
from huntline.data_folder import data_folder
from huntline.errors import Refused
from huntline.storage.names import organization_of_domain

if TYPE_CHECKING:
    from huntline.cli.api_client import Api


class NothingToOpt(Refused):
    """An agent of no queue, or of none that may be left."""

    error_id = "agent-not-in-queue"


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
    from huntline.cli.status import agent_table  # its tables are not for the other verbs

    print_json(found) if as_json else console().print(agent_table(found))


def _show(door: Door, as_json: bool, upn: str) -> None:
    # Imported here, see ``Door.api``.
    from huntline.cli.api_client import path_of

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


def _opt(is_opted_out: bool) -> Callable[..., None]:
    def opt(door: Door, as_json: bool, upn: str, queue: str | None) -> None:
        # Imported here, see ``Door.api``.
        from huntline.cli.api_client import path_of

        with _door_of(door, upn).api() as api, in_options():
            served = [queue] if queue else _queues_to_opt(api, upn, is_opted_out)
            form = {"opted_out": is_opted_out}
            done = [api.put(path_of("users", upn, "queues", each), form) for each in served]
        if as_json:
            print_json(done)
        else:
            names = ", ".join(each["name"] for each in done)
            say(f"{upn} is opted {'out of' if is_opted_out else 'in to'} {names}.")

    return opt


def _queues_to_opt(api: Api, upn: str, is_opted_out: bool) -> list[str]:
    """Ids of all queues of an agent that can be left, or joined again."""
    # Imported here, see ``Door.api``.
    from huntline.cli.api_client import path_of

    queues = api.get(path_of("users", upn, "queues"))
    if not queues:
        raise NothingToOpt(f"{upn} is an agent of no queue")
    possible = [each["id"] for each in queues if each["may_opt_out"] or not is_opted_out]
    if not possible:
        raise NothingToOpt(f"{upn} may leave none of their queues: {queues[0]['reason']}")
    return possible


def _pause(door: Door, as_json: bool, upn: str, reason: str) -> None:
    now = _set_pause(door, upn, "PUT", {"reason": reason})
    print_json(now) if as_json else say(f"{upn} is paused{f': {reason}' if reason else ''}.")


def _resume(door: Door, as_json: bool, upn: str) -> None:
    now = _set_pause(door, upn, "DELETE", None)
    print_json(now) if as_json else say(f"{upn} takes calls again.")


def _set_pause(door: Door, upn: str, method: str, body: Json | None) -> Json:
    # Imported here, see ``Door.api``.
    from huntline.cli.api_client import path_of

    with _door_of(door, upn).api() as api, in_options():
        now: Json = api.request(method, path_of("users", upn, "pause"), json=body)
    return now


def _door_of(door: Door, upn: str) -> Door:
    """The door to the organization of a user of this machine's server: the domain says which it is."""
    if door.server is not None or door.organization is not None:
        return door
    owner = organization_of_domain(data_folder(door.data), upn.rpartition("@")[2])
    return replace(door, organization=owner)


_UPN = keyword("upn", Upn, Parameter.empty)
_QUEUE = keyword("queue", OneQueue)
_REASON = keyword(
    "reason",
    Annotated[str, typer.Option(help="Why, for reports and screens.")],
    "",
)

add_verb(agent, "list", "Show all agents as they are now.", [SEARCH], _list)
add_verb(agent, "show", "Show one agent as they are now.", [_UPN], _show)
add_verb(agent, "opt-out", "Take no more calls of a queue.", [_UPN, _QUEUE], _opt(is_opted_out=True))
add_verb(agent, "opt-in", "Take calls of a queue again.", [_UPN, _QUEUE], _opt(is_opted_out=False))
add_verb(agent, "pause", "Take no calls anywhere until resumed.", [_UPN, _REASON], _pause)
add_verb(agent, "resume", "Take calls again; ends a pause and wrap-up.", [_UPN], _resume)
