"""``huntline status``: queues, agents and calls of the running server, now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from huntline.cli.options import DataOption, JsonOption
from huntline.cli.printing import console, print_json, table
from huntline.clock import server_zone
from huntline.control.client import ControlClient
from huntline.data_folder import CONTROL_SOCKET, data_folder
from huntline.directory.shown_numbers import shown_number
from huntline.engine.reason_data import from_data
from huntline.languages.reasons import Reader, in_words
from huntline.processes.run_file import SUPERVISOR_GONE, is_supervised

OVERLOADED = "More comes than can be served: {} new requests were turned away since the start."

STATE_STYLES = {
    "ready": "green",
    "ringing": "yellow",
    "alerting": "yellow",
    "in-menu": "magenta",
    "in-mailbox": "magenta",
    "talking": "cyan",
    "waiting": "magenta",
    "signed-out": "dim",
    "paused": "dim",
}


def status(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Show queues, agents and calls as they are now."""
    folder = data_folder(data)
    with ControlClient(folder / CONTROL_SOCKET) as client:
        now = client.request("status")
    if not is_supervised(folder):
        typer.echo(f"huntline: warning: the supervisor {SUPERVISOR_GONE}", err=True)
    if as_json:
        print_json(now | {"agents": [agent | {"reason": _reason(agent)} for agent in now["agents"]]})
    else:
        if (resources := now["resources"]).get("is_overloaded"):
            console().print(Text(OVERLOADED.format(resources["turned_away"]), style="bold red"))
        console().print(tables(now))


def tables(now: dict[str, Any]) -> Group:
    """The three tables that people read, of what ``status --json`` shows; times by the server's clocks."""
    return Group(queue_table(now["queues"]), agent_table(now["agents"]), call_table(now["calls"]))


def queue_table(queues: list[dict[str, Any]]) -> Table:
    """Each queue with how many wait and for how long."""
    shown = table("Queues", "queue", "organization", "waiting", "longest wait", "talking", "agents ready")
    for queue in queues:
        shown.add_row(
            Text(queue["name"]),
            Text(queue["organization"]),
            str(queue["waiting"]),
            _seconds(queue["longest_wait_s"]),
            str(queue["talking"]),
            str(queue["agents_ready"]),
        )
    return shown


def agent_table(agents: list[dict[str, Any]]) -> Table:
    """Each agent with state and reason."""
    shown = table("Agents", "agent", "state", "reason", "presence", "since", "until", "opted out of")
    for agent in agents:
        shown.add_row(
            Text(agent["upn"]),
            _state(agent["state"]),
            Text(_reason(agent)),
            agent["presence"],
            _time_of_day(agent["since"]),
            _time_of_day(agent["until"]),
            Text(", ".join(agent["opted_out"])),
        )
    return shown


def call_table(calls: list[dict[str, Any]]) -> Table:
    """Each call with its legs."""
    shown = table("Calls", "caller", "queue", "state", "place", "waited", "agent", "legs")
    for call in calls:
        legs = ", ".join(f"{leg['party']} {leg['address']} {leg['state']}" for leg in call["legs"])
        shown.add_row(
            Text(shown_number(call["caller"])),
            Text(call["queue"] or ""),
            _state(call["state"]),
            str(call["position"] or ""),
            _seconds(call["waited_s"]),
            Text(call["agent"] or ""),
            Text(legs),
        )
    return shown


def _reason(agent: dict[str, Any]) -> str:
    return in_words(from_data(agent["why"]), Reader(zone=server_zone()))


def _state(state: str) -> Text:
    return Text(state, style=STATE_STYLES.get(state, ""))


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def _time_of_day(moment: str | None) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(server_zone()):%H:%M:%S}" if moment else ""
