"""The cmdlets for call queues, which the 2018 cmdlets call hunt groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from huntline.cli.api_client import Api, ApiRefused, path_of
from huntline.cmdlets.directory import Json
from huntline.cmdlets.hunt_group_settings import (
    MUSIC,
    SETTINGS,
    body_of,
    check_sounds,
    has_music,
    objects_of,
)
from huntline.cmdlets.kinds import TextKind, shown
from huntline.cmdlets.parameters import INTERNAL, Parameter
from huntline.cmdlets.session import Cmdlet, CmdletCall, Example
from huntline.cmdlets.values import CmdletRefused, Value
from huntline.directory.organization import QUEUE_NUMBERS

_MOST_LEFT_OUT = 20
_NAME = Parameter(
    name="Name",
    kind=TextKind(),
    help="What agents see of the call queue: 1 to 64 characters, unique in the organisation.",
    fields=("name",),
)
_PRIMARY_URI = Parameter(
    name="PrimaryUri",
    kind=TextKind(shown="<sip: address>"),
    help="The key of the call queue, made with it: sip:hg_<32 hexadecimal digits>@domain.",
    properties=("PrimaryUri",),
    takes_piped=True,
    fields=("primary_uri",),
    names="primary_uris",
)


def _new(call: CmdletCall) -> Iterator[Value]:
    if not has_music(call):
        wanted = f"say -UseDefaultMusicOnHold $true, or -{MUSIC}FileName with -{MUSIC}FileContent"
        raise CmdletRefused(f"-UseDefaultMusicOnHold: the call queue needs music on hold; {wanted}")
    check_sounds(call)
    if not call.agreed(call["Name"]):
        return
    made = call.request("POST", "/queues", body_of(call, {}))
    if not call.is_what_if:
        _say_next_steps(call, made)
    yield from call.done(call["Name"], *objects_of(call, [made]))


def _set(call: CmdletCall) -> Iterator[Value]:
    queue = _queue(call.api, call["PrimaryUri"])
    if call.get("UseDefaultMusicOnHold") is False and not has_music(call) and queue["music"] is None:
        wanted = f"needs -{MUSIC}FileName with -{MUSIC}FileContent"
        raise CmdletRefused(f"-UseDefaultMusicOnHold: value $false: {wanted}")
    check_sounds(call)
    if not call.agreed(queue["name"]):
        return
    changed = call.request("PATCH", path_of("queues", queue["id"]), body_of(call, queue))
    if not call.is_what_if:
        _say_left_out(call, changed)
    _say_rounding(call, changed)
    yield from call.done(queue["name"], *objects_of(call, [changed]))


def _get(call: CmdletCall) -> Iterator[Value]:
    if "PrimaryUri" in call:
        queues = [_queue(call.api, call["PrimaryUri"])]
    else:
        queues = list(call.api.items("/queues"))
    yield from objects_of(call, queues)


def _remove(call: CmdletCall) -> Iterator[Value]:
    queue = _queue(call.api, call["PrimaryUri"])
    if not call.agreed(queue["name"]):
        return
    record = objects_of(call, [queue])
    call.request("DELETE", path_of("queues", queue["id"]))
    yield from call.done(queue["name"], *record)


def _queue(api: Api, primary_uri: str) -> Json:
    """The queue of a primary URI; its name is not enough, as in 2018. Raises CmdletRefused."""
    wanted = primary_uri.lower()
    try:
        queue: Json = api.get(path_of("queues", wanted))
    except ApiRefused as refusal:
        if refusal.status != 404:
            raise
    else:
        if queue["primary_uri"] == wanted:
            return queue
    message = "there is no call queue of this primary URI; see Get-CsHuntGroup"
    raise CmdletRefused(f"-PrimaryUri: value {shown(primary_uri)}: {message}")


def _say_next_steps(call: CmdletCall, made: Json) -> None:
    _say_left_out(call, made)
    _say_rounding(call, made)
    missing = []
    if not made["groups"]:
        missing.append("nobody is rung yet: give it agents with Set-CsHuntGroup -DistributionLists")
    if made["line_uri"] is None:
        missing.append("it has no number yet: give it one with Set-CsHuntGroup -LineUri tel:+...")
    for step in missing:
        call.session.note("WARNING", f"{made['name']}: {step}")


def _say_left_out(call: CmdletCall, queue: Json) -> None:
    """Whom new groups reach but the queue does not ring, and why."""
    if "DistributionLists" not in call:
        return
    people = call.api.get(path_of("queues", queue["id"], "agents"))["left_out"]
    for person in people[:_MOST_LEFT_OUT]:
        text = f"{queue['name']} does not ring {person['upn']}: {person['reason']}"
        call.session.note("WARNING", text)
    if (more := len(people) - _MOST_LEFT_OUT) > 0:
        call.session.note("WARNING", f"{queue['name']} does not ring {more} more")


def _say_rounding(call: CmdletCall, stored: Json) -> None:
    wanted = call.get("TimeoutThreshold", stored["max_wait"])
    if wanted != stored["max_wait"]:
        step = QUEUE_NUMBERS["max_wait"].range.step
        text = f"-TimeoutThreshold: {wanted} is rounded to the nearest {step}: {stored['max_wait']}"
        call.session.note("WARNING", text)


def _mandatory(parameter: Parameter) -> Parameter:
    return replace(parameter, mandatory=True)


NEW = Cmdlet(
    name="New-CsHuntGroup",
    synopsis="Makes a call queue.",
    description="Music on hold is either the default (-UseDefaultMusicOnHold $true) or a file of your own.",
    own=(
        _mandatory(_NAME),
        Parameter(
            name="Domain",
            kind=TextKind(),
            mandatory=True,
            help="The domain of its primary URI, one of the organisation's.",
            fields=("domain",),
            names="domains",
        ),
        *SETTINGS,
        *INTERNAL,
    ),
    each=_new,
    changes=True,
    examples=(
        Example(
            'New-CsHuntGroup -Name "Help Desk" -Domain "contoso.com" -UseDefaultMusicOnHold $true',
            "A call queue with the default music on hold.",
        ),
        Example(
            '$music = Get-Content ".\\music.wav" -ReadCount 0 -Encoding Byte\n'
            'New-CsHuntGroup -Name "Sales" -Domain "contoso.com" -LineUri "tel:+14255550100" `\n'
            '  -RoutingMethod Serial -DistributionLists @("First line", "Second line") `\n'
            "  -AllowOptOut $false -AgentAlertTime 45 -OverflowThreshold 15 -OverflowAction Forward `\n"
            '  -OverflowActionTarget "sip:amal@contoso.com" -TimeoutThreshold 300 `\n'
            '  -MusicOnHoldFileName "music.wav" -MusicOnHoldFileContent $music',
            "A call queue with a number, agents, and music of its own.",
        ),
    ),
)
SET = Cmdlet(
    name="Set-CsHuntGroup",
    synopsis="Changes a call queue: only what is named.",
    own=(_mandatory(_PRIMARY_URI), _NAME, *SETTINGS, *INTERNAL),
    each=_set,
    changes=True,
    examples=(
        Example(
            "Get-CsHuntGroup | Set-CsHuntGroup -AgentAlertTime 45",
            "All call queues ring each agent for 45 seconds.",
        ),
    ),
)
GET = Cmdlet(
    name="Get-CsHuntGroup",
    synopsis="Shows call queues, with the number of calls now in them.",
    own=(_PRIMARY_URI, *INTERNAL),
    each=_get,
    examples=(
        Example("Get-CsHuntGroup", "All call queues."),
        Example('Get-CsHuntGroup | Where-Object Name -eq "Help Desk"', "One by its name."),
    ),
)
REMOVE = Cmdlet(
    name="Remove-CsHuntGroup",
    synopsis="Removes a call queue that nothing forwards to; calls in it take its timeout action.",
    own=(_mandatory(_PRIMARY_URI), *INTERNAL),
    each=_remove,
    changes=True,
    examples=(
        Example(
            'Get-CsHuntGroup | Where-Object Name -eq "Help Desk" | Remove-CsHuntGroup',
            "Removes the call queue of this name.",
        ),
    ),
)

HUNT_GROUP_CMDLETS = (NEW, SET, GET, REMOVE)
