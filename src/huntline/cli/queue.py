"""``huntline queue``: call queues."""

from __future__ import annotations

from typing import Any

from huntline.cli.completion import group_names, queue_names, user_names
from huntline.cli.settings import (
    ExitOption,
    Json,
    NamesOption,
    NumberOption,
    Setting,
    SoundOption,
    SoundsOption,
    SwitchOption,
    TextOption,
    WordOption,
)
from huntline.cli.verbs import Thing, group_of
from huntline.directory.organization import LIMIT_NUMBERS, QUEUE_NUMBERS
from huntline.engine.model import CallsAlerting, Distribution
from huntline.languages.speaking import SPOKEN_LANGUAGES

_EXIT = ("disconnect", "forward:TARGET", "voicemail:PERSON")


def _number(field: str, text: str) -> NumberOption:
    bound = f"limits.{field}" if field in LIMIT_NUMBERS else ""
    return NumberOption(field=field, help=text, number=QUEUE_NUMBERS[field], bound=bound)


_SETTINGS: tuple[Setting, ...] = (
    TextOption(
        field="domain", help="A domain of the organization; with only one it is filled in", metavar="DOMAIN"
    ),
    TextOption(field="primary_uri", help="Made at creation, never changes", metavar="sip:hg_HEX@DOMAIN"),
    TextOption(
        field="line_uri", help="The service number that calls it", metavar="tel:+DIGITS", may_be_none=True
    ),
    SoundOption(field="greeting", help="Played once, before the waiting begins", unset="none", speaks=True),
    SoundOption(field="music", help="Played while callers wait", unset="default", speaks=False),
    SoundOption(field="overflow_prompt", help="Told when the queue is full", unset="none", speaks=True),
    SoundOption(field="timeout_prompt", help="Told after the maximum wait", unset="none", speaks=True),
    SoundOption(field="no_agents_prompt", help="Told when nobody serves", unset="none", speaks=True),
    SoundOption(
        field="disconnect_prompt",
        help="Told before callers are hung up on; else a sentence of ours",
        unset="none",
        speaks=True,
    ),
    SoundsOption(field="messages", one="message", help="Told in turn to whoever waits, over the music"),
    _number("message_interval", "How often a message is told; 0 is never"),
    SwitchOption(field="announce_position", help="Whether callers are told where they stand"),
    SwitchOption(field="announce_wait", help="Whether callers are told how long it still takes"),
    _number("announce_interval", "How often they are told so, unless they move up before"),
    SwitchOption(field="announce_to_agent", help="Whether agents are told the queue and the wait first"),
    WordOption(field="language", help="What the queue says by itself is in it", words=[*SPOKEN_LANGUAGES]),
    WordOption(field="distribution", help="Who is rung in which order", words=[*Distribution]),
    WordOption(
        field="alerting",
        help="One waiting call rings agents at a time, or several do",
        words=[*CallsAlerting],
    ),
    NamesOption(field="agents", one="agent", help="Users who are rung", complete=user_names),
    NamesOption(
        field="groups", one="group", help="Groups whose members are rung after them", complete=group_names
    ),
    _number("agent_limit", "At most so many agents"),
    _number("agent_alert_time", "How long one agent is rung"),
    SwitchOption(field="allow_opt_out", help="Whether agents may opt out; forbidding it opts all in again"),
    _number("max_waiting", "The queue is full with so many; 0 overflows at once"),
    ExitOption(field="overflow", help="What happens to a call when the queue is full", actions=_EXIT),
    _number("max_wait", "How long a call may wait"),
    ExitOption(field="timeout", help="What happens to a call after the maximum wait", actions=_EXIT),
    ExitOption(field="no_agents", help="What happens when nobody serves", actions=("queue", *_EXIT)),
    SwitchOption(
        field="no_agents_new_calls_only",
        help="Whether it happens to calls that wait already",
        opposite="--no-agents-all-calls",
    ),
    SwitchOption(field="presence_based_routing", help="Whether only Available agents are rung"),
    SwitchOption(field="ring_busy", help="Whether agents on another call are rung"),
    _number("wrap_up", "Rest after each call"),
)


def _who_is_rung(api: Any, queue: Json) -> Json:
    """Its agents with the groups expanded, and whom it reaches but does not ring."""
    who = api.get(f"/queues/{queue['id']}/agents")
    return {
        "rung": [
            f"{agent['upn']} (opted out)" if agent["opted_out"] else agent["upn"] for agent in who["agents"]
        ],
        "left_out": [f"{person['upn']}: {person['reason']}" for person in who["left_out"]],
    }


QUEUE = Thing(
    noun="queue",
    help="Call queues: who is rung, how long callers wait, and what then.",
    path="queues",
    key="name",
    metavar="QUEUE",
    settings=_SETTINGS,
    columns={
        "queue": lambda queue: queue["name"],
        "number": lambda queue: (queue["line_uri"] or "").removeprefix("tel:"),
        "distribution": lambda queue: queue["distribution"],
        "agents": lambda queue: len(queue["agents"]),
        "groups": lambda queue: queue["groups"],
        "max waiting": lambda queue: queue["max_waiting"],
        "when full": lambda queue: queue["overflow"],
        "max wait": lambda queue: f"{queue['max_wait']} s",
        "then": lambda queue: queue["timeout"],
    },
    complete=queue_names,
    rename=TextOption(field="name", help="Another name", metavar="NAME"),
    more=_who_is_rung,
)
queue = group_of(QUEUE)
