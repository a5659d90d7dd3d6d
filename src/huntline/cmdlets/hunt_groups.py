"""The cmdlets for call queues, which the 2018 cmdlets call hunt groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from huntline.api_client import Api, ApiRefused, path_of
from huntline.cmdlets.directory import LONGEST_SEARCH, Json
from huntline.cmdlets.parameters import (
    Anything,
    Boolean,
    Bytes,
    Choice,
    Given,
    Parameter,
    Switch,
    Text,
    Texts,
    Whole,
    shown,
)
from huntline.cmdlets.session import Call, Cmdlet, Example
from huntline.cmdlets.sounds import require_both, upload
from huntline.cmdlets.values import CmdletRefused, Record, Value

_ROUTING = {"Attendant": "attendant", "Serial": "serial"}
_ROUTING_SHOWN = {
    **{ours: theirs for theirs, ours in _ROUTING.items()},
    "round-robin": "RoundRobin",
    "longest-idle": "LongestIdle",
}
_OVERFLOW = {"DisconnectWithBusy": "disconnect", "Forward": "forward", "Voicemail": "voicemail"}
_TIMEOUT = {"Disconnect": "disconnect", "Forward": "forward", "Voicemail": "voicemail"}
_PLAIN = {
    "Name": "name",
    "Domain": "domain",
    "LineUri": "line_uri",
    "AgentAlertTime": "agent_alert_time",
    "AllowOptOut": "allow_opt_out",
    "OverflowThreshold": "max_waiting",
    "TimeoutThreshold": "max_wait",
}
_MUSIC, _WELCOME = "MusicOnHold", "WelcomeMusic"


class Address(Text):
    """``sip:`` or ``tel:`` and what belongs there."""

    __slots__ = ()

    def convert(self, given: Given) -> Value:
        address = super().convert(given)
        if isinstance(address, str) and address[:4].lower() not in ("sip:", "tel:"):
            wanted = "must be sip:user@domain (of a queue its primary URI) or tel:+digits"
            raise CmdletRefused(f"value {shown(address)}: {wanted}")
        return address


def _exit_parameters(prefix: str, field: str, words: Mapping[str, str], when: str) -> tuple[Parameter, ...]:
    first = next(iter(words))
    return (
        Parameter(
            name=f"{prefix}Action",
            kind=Choice(tuple(words)),
            help=f"What happens to a caller {when}.",
            default=first,
            fields=(f"{field}.action", field),
        ),
        Parameter(
            name=f"{prefix}ActionTarget",
            kind=Address(may_be_null=True, shown="<sip: or tel: address>"),
            help="Where such a caller goes, with Forward and Voicemail.",
            fields=(f"{field}.target",),
        ),
    )


def _sound_parameters(prefix: str, what: str, field: str) -> tuple[Parameter, ...]:
    return (
        Parameter(
            name=f"{prefix}FileName",
            kind=Text(may_be_null=True),
            help=f"The name of {what}: .wav, .mp3 or .wma.",
            fields=(field,),
        ),
        Parameter(
            name=f"{prefix}FileContent",
            kind=Bytes(),
            help="Its content, from Get-Content FILE -ReadCount 0 -Encoding Byte.",
        ),
    )


_SETTINGS = (
    Parameter(
        name="LineUri",
        kind=Text(may_be_null=True, shown="<tel:+digits>"),
        help="The service number that is called; $null takes it away.",
        fields=("line_uri",),
        names="line_uris",
    ),
    Parameter(
        name="AgentAlertTime",
        kind=Whole(30, 180, "seconds"),
        help="How long one agent is rung before the next: 30 to 180 seconds.",
        default="30",
        fields=("agent_alert_time",),
    ),
    Parameter(
        name="AllowOptOut",
        kind=Boolean(),
        help="Whether agents may leave the rotation; $false opts everyone in again.",
        default="$true",
        fields=("allow_opt_out",),
    ),
    Parameter(
        name="DistributionLists",
        kind=Texts(shown="<List of group ids or names>"),
        help="The groups whose members are the agents, in order; replaces those that are there.",
        fields=("groups",),
        names="groups",
    ),
    Parameter(
        name="RoutingMethod",
        kind=Choice(tuple(_ROUTING)),
        help="All available agents at once, or one after the other from the top of the list.",
        default="Attendant",
        fields=("distribution",),
    ),
    Parameter(
        name="OverflowThreshold",
        kind=Whole(0, 200, "calls"),
        help="How many calls may wait: 0 to 200; with 0 agents are never rung.",
        default="50",
        fields=("max_waiting",),
    ),
    *_exit_parameters("Overflow", "overflow", _OVERFLOW, "when the call queue is full"),
    Parameter(
        name="TimeoutThreshold",
        kind=Whole(0, 2700, "seconds"),
        help="How long a call may wait: 0 to 2700 seconds, rounded to the nearest 15.",
        default="1200",
        fields=("max_wait",),
    ),
    *_exit_parameters("Timeout", "timeout", _TIMEOUT, "who has waited that long"),
    Parameter(
        name="UseDefaultMusicOnHold",
        kind=Boolean(),
        help="Play the default music; otherwise give a file.",
        fields=("music",),
    ),
    *_sound_parameters(_MUSIC, "the music on hold", "music.file"),
    *_sound_parameters(_WELCOME, "the greeting", "greeting"),
)


def _ignored(name: str) -> Parameter:
    return Parameter(name=name, kind=Anything(), help="Internal; accepted without effect.", is_ignored=True)


INTERNAL = (
    _ignored("Tenant"),
    Parameter(name="Force", kind=Switch(), help="Internal; accepted without effect.", is_ignored=True),
    Parameter(name="AsJob", kind=Switch(), help="Internal; accepted without effect.", is_ignored=True),
    _ignored("Ring"),
    _ignored("ClientAudience"),
    _ignored("DomainController"),
    Parameter(
        name="BypassDualWrite", kind=Anything(), help="Internal; accepted without effect.", is_ignored=True
    ),
    _ignored("HuntGroupServiceCallbackUri"),
)
"""What old scripts may say and what never had a meaning outside of Microsoft."""

_NAME = Parameter(
    name="Name",
    kind=Text(),
    help="What agents see of the call queue: 1 to 64 characters, unique in the organisation.",
    fields=("name",),
)
_PRIMARY_URI = Parameter(
    name="PrimaryUri",
    kind=Text(shown="<sip: address>"),
    help="The key of the call queue, made with it: sip:hg_<32 hexadecimal digits>@domain.",
    properties=("PrimaryUri",),
    takes_piped=True,
    fields=("primary_uri",),
    names="primary_uris",
)


def _new(call: Call) -> Iterator[Value]:
    if not _has_music(call):
        wanted = f"say -UseDefaultMusicOnHold $true, or -{_MUSIC}FileName with -{_MUSIC}FileContent"
        raise CmdletRefused(f"-UseDefaultMusicOnHold: the call queue needs music on hold; {wanted}")
    _check_sounds(call)
    if not call.agreed(call["Name"]):
        return
    made = call.request("POST", "/queues", _body(call, {}))
    if not call.is_what_if:
        _say_next_steps(call, made)
    yield from call.done(call["Name"], *_objects(call, [made]))


def _set(call: Call) -> Iterator[Value]:
    queue = _queue(call.api, call["PrimaryUri"])
    if call.get("UseDefaultMusicOnHold") is False and not _has_music(call) and queue["music"] is None:
        wanted = f"needs -{_MUSIC}FileName with -{_MUSIC}FileContent"
        raise CmdletRefused(f"-UseDefaultMusicOnHold: value $false: {wanted}")
    _check_sounds(call)
    if not call.agreed(queue["name"]):
        return
    changed = call.request("PATCH", path_of("queues", queue["id"]), _body(call, queue))
    _say_rounding(call, changed)
    yield from call.done(queue["name"], *_objects(call, [changed]))


def _get(call: Call) -> Iterator[Value]:
    if "PrimaryUri" in call:
        queues = [_queue(call.api, call["PrimaryUri"])]
    else:
        queues = list(call.api.items("/queues"))
    yield from _objects(call, queues)


def _remove(call: Call) -> Iterator[Value]:
    queue = _queue(call.api, call["PrimaryUri"])
    if not call.agreed(queue["name"]):
        return
    record = _objects(call, [queue])
    call.request("DELETE", path_of("queues", queue["id"]))
    yield from call.done(queue["name"], *record)


def _queue(api: Api, primary_uri: str) -> Json:
    """The queue of a primary URI; its name is not enough, as in 2018. Raises CmdletRefused."""
    wanted = primary_uri.casefold()
    for queue in api.items("/queues", search=primary_uri[:LONGEST_SEARCH]):
        if queue["primary_uri"].casefold() == wanted:
            return dict(queue)
    message = "there is no call queue of this primary URI; see Get-CsHuntGroup"
    raise CmdletRefused(f"-PrimaryUri: value {shown(primary_uri)}: {message}")


def _has_music(call: Call) -> bool:
    """Whether default music or a file is asked for. Raises CmdletRefused when it is both."""
    has_default = bool(call.get("UseDefaultMusicOnHold"))
    has_file = bool(call.get(f"{_MUSIC}FileName")) or f"{_MUSIC}FileContent" in call
    if has_default and has_file:
        wanted = f"say either this or -{_MUSIC}FileName with -{_MUSIC}FileContent"
        raise CmdletRefused(f"-UseDefaultMusicOnHold: value $true: {wanted}")
    return has_default or has_file


def _check_sounds(call: Call) -> None:
    _has_music(call)
    for prefix in (_MUSIC, _WELCOME):
        require_both(call, prefix)


def _body(call: Call, current: Mapping[str, Any]) -> Json:
    """What the API is told: only what was named."""
    body: Json = {field: call[name] for name, field in _PLAIN.items() if name in call}
    if "RoutingMethod" in call:
        body["distribution"] = _ROUTING[call["RoutingMethod"]]
    if "DistributionLists" in call:
        body["groups"] = _group_names(call.api, call["DistributionLists"])
    body |= _exit(call, "Overflow", _OVERFLOW, current.get("overflow"), "overflow")
    body |= _exit(call, "Timeout", _TIMEOUT, current.get("timeout"), "timeout")
    if call.get("UseDefaultMusicOnHold"):
        body["music"] = None
    for prefix, field in ((_MUSIC, "music"), (_WELCOME, "greeting")):
        if f"{prefix}FileContent" in call:
            sound = upload(call, prefix)
            body |= {field: sound} if sound else {}
        elif prefix == _WELCOME and f"{prefix}FileName" in call:
            body[field] = None
    return body


def _exit(call: Call, prefix: str, words: Mapping[str, str], current: Json | None, field: str) -> Json:
    """An exit as named; of one that is named in part the other part stays."""
    action, target = f"{prefix}Action", f"{prefix}ActionTarget"
    if action not in call and target not in call:
        return {}
    before = current or {"action": "disconnect", "target": None}
    wanted = {"action": words[call[action]] if action in call else before["action"]}
    if target in call:
        wanted["target"] = call[target]
    elif wanted["action"] == before["action"] or "disconnect" not in (wanted["action"], before["action"]):
        wanted["target"] = before["target"]
    return {field: wanted}


def _group_names(api: Api, identities: list[str]) -> list[str]:
    """Groups by their names, as the API wants them; what is no id is left for it to judge."""
    by_id = {group["id"].casefold(): group["name"] for group in api.items("/groups")}
    return [by_id.get(identity.casefold(), identity) for identity in identities]


def _objects(call: Call, queues: list[Json]) -> list[Record]:
    if not queues:
        return []
    group_ids = {group["name"]: group["id"] for group in call.api.items("/groups")}
    waiting = _calls_in_queues(call.api)
    primary_uris = {queue["name"].casefold(): queue["primary_uri"] for queue in call.api.items("/queues")}
    return [_object(queue, group_ids, waiting, primary_uris) for queue in queues]


def _object(
    queue: Json, group_ids: Mapping[str, str], waiting: Mapping[str, int], primary_uris: Mapping[str, str]
) -> Record:
    def target(field: str) -> str | None:
        name = queue[field]["target"]
        return None if name is None else primary_uris.get(name.casefold(), name)

    def words(known: Mapping[str, str], field: str) -> str:
        return next(word for word, action in known.items() if action == queue[field]["action"])

    music, greeting = queue["music"], queue["greeting"] or {}
    plain = {name: queue[field] for name, field in _PLAIN.items()}
    return Record(
        {
            "PrimaryUri": queue["primary_uri"],
            **{name: plain[name] for name in ("Name", "Domain", "LineUri", "AgentAlertTime", "AllowOptOut")},
            "DistributionLists": [group_ids.get(name, name) for name in queue["groups"]],
            "RoutingMethod": _ROUTING_SHOWN[queue["distribution"]],
            "OverflowThreshold": plain["OverflowThreshold"],
            "OverflowAction": words(_OVERFLOW, "overflow"),
            "OverflowActionTarget": target("overflow"),
            "TimeoutThreshold": plain["TimeoutThreshold"],
            "TimeoutAction": words(_TIMEOUT, "timeout"),
            "TimeoutActionTarget": target("timeout"),
            "UseDefaultMusicOnHold": music is None,
            "MusicOnHoldFileName": music and music["file"],
            "WelcomeMusicFileName": greeting.get("file"),
            "CallsInQueue": waiting.get(queue["id"], 0),
        }
    )


def _calls_in_queues(api: Api) -> dict[str, int]:
    """How many calls wait, by the ids of queues; no calls where no server runs."""
    try:
        live = api.get("/live")
    except ApiRefused as refusal:
        if refusal.error_id != "server-unavailable":
            raise
        return {}
    return {queue["id"]: queue["waiting"] for queue in live["queues"]}


def _say_next_steps(call: Call, made: Json) -> None:
    _say_rounding(call, made)
    missing = []
    if not made["groups"]:
        missing.append("nobody is rung yet: give it agents with Set-CsHuntGroup -DistributionLists")
    if made["line_uri"] is None:
        missing.append("it has no number yet: give it one with Set-CsHuntGroup -LineUri tel:+...")
    for step in missing:
        call.session.note("WARNING", f"{made['name']}: {step}")


def _say_rounding(call: Call, stored: Json) -> None:
    wanted = call.get("TimeoutThreshold", stored["max_wait"])
    if wanted != stored["max_wait"]:
        text = f"-TimeoutThreshold: {wanted} is rounded to the nearest 15: {stored['max_wait']}"
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
            kind=Text(),
            mandatory=True,
            help="The domain of its primary URI, one of the organisation's.",
            fields=("domain",),
            names="domains",
        ),
        *_SETTINGS,
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
    own=(_mandatory(_PRIMARY_URI), _NAME, *_SETTINGS, *INTERNAL),
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
