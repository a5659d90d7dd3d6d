"""What the cmdlets for call queues set and show: parameters, fields of the API, and objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huntline.cli.api_client import Api, ApiRefused
from huntline.cmdlets.directory import Json
from huntline.cmdlets.kinds import Boolean, Bytes, Choice, Given, TextKind, Texts, Whole, shown
from huntline.cmdlets.parameters import Parameter
from huntline.cmdlets.session import CmdletCall
from huntline.cmdlets.sounds import require_both, upload
from huntline.cmdlets.values import CmdletRefused, Record, Value
from huntline.directory.organization import QUEUE_NUMBERS

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
MUSIC, _WELCOME = "MusicOnHold", "WelcomeMusic"


class TargetAddress(TextKind):
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
            kind=TargetAddress(may_be_null=True, shown="<sip: or tel: address>"),
            help="Where such a caller goes, with Forward and Voicemail.",
            fields=(f"{field}.target",),
        ),
    )


def _number_parameter(name: str, text: str) -> Parameter:
    """``text`` is the help, with its ``{range}``."""
    field = _PLAIN[name]
    number = QUEUE_NUMBERS[field]
    return Parameter(
        name=name,
        kind=Whole(number.in_2018),
        help=text.format(range=number.in_2018),
        default=str(number.default),
        fields=(field,),
    )


def _sound_parameters(prefix: str, what: str, field: str) -> tuple[Parameter, ...]:
    return (
        Parameter(
            name=f"{prefix}FileName",
            kind=TextKind(may_be_null=True),
            help=f"The name of {what}: .wav, .mp3 or .wma.",
            fields=(field,),
        ),
        Parameter(
            name=f"{prefix}FileContent",
            kind=Bytes(),
            help="Its content, from Get-Content FILE -ReadCount 0 -Encoding Byte.",
        ),
    )


SETTINGS = (
    Parameter(
        name="LineUri",
        kind=TextKind(may_be_null=True, shown="<tel:+digits>"),
        help="The service number that is called; $null takes it away.",
        fields=("line_uri",),
        names="line_uris",
    ),
    _number_parameter("AgentAlertTime", "How long one agent is rung before the next: {range}."),
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
    _number_parameter(
        "OverflowThreshold",
        "How many calls may wait: {range.low} to {range.high}; with 0 agents are never rung.",
    ),
    *_exit_parameters("Overflow", "overflow", _OVERFLOW, "when the call queue is full"),
    _number_parameter(
        "TimeoutThreshold", "How long a call may wait: {range}, rounded to the nearest {range.step}."
    ),
    *_exit_parameters("Timeout", "timeout", _TIMEOUT, "who has waited that long"),
    Parameter(
        name="UseDefaultMusicOnHold",
        kind=Boolean(),
        help="Play the default music; otherwise give a file.",
        fields=("music",),
    ),
    *_sound_parameters(MUSIC, "the music on hold", "music.file"),
    *_sound_parameters(_WELCOME, "the greeting", "greeting"),
)


def has_music(call: CmdletCall) -> bool:
    """Whether default music or a file is asked for. Raises CmdletRefused when it is both."""
    has_default = bool(call.get("UseDefaultMusicOnHold"))
    has_file = bool(call.get(f"{MUSIC}FileName")) or f"{MUSIC}FileContent" in call
    if has_default and has_file:
        wanted = f"say either this or -{MUSIC}FileName with -{MUSIC}FileContent"
        raise CmdletRefused(f"-UseDefaultMusicOnHold: value $true: {wanted}")
    return has_default or has_file


def check_sounds(call: CmdletCall) -> None:
    """Raises CmdletRefused for sound files that are said in part, or twice."""
    has_music(call)
    for prefix in (MUSIC, _WELCOME):
        require_both(call, prefix)


def body_of(call: CmdletCall, current: Mapping[str, Any]) -> Json:
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
    for prefix, field in ((MUSIC, "music"), (_WELCOME, "greeting")):
        if f"{prefix}FileContent" in call:
            sound = upload(call, prefix)
            body |= {field: sound} if sound else {}
        elif prefix == _WELCOME and f"{prefix}FileName" in call:
            body[field] = None
    return body


def _exit(call: CmdletCall, prefix: str, words: Mapping[str, str], current: Json | None, field: str) -> Json:
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


def objects_of(call: CmdletCall, queues: list[Json]) -> list[Record]:
    """Queues of the API as cmdlets show them."""
    if not queues:
        return []
    has_groups = any(queue["groups"] for queue in queues)
    group_ids = {each["name"]: each["id"] for each in call.api.items("/groups")} if has_groups else {}
    waiting = _calls_in_queues(call.api)
    primary_uris = _primary_uris(call.api) if any(map(_names_a_queue, queues)) else {}
    return [_object(queue, group_ids, waiting, primary_uris) for queue in queues]


def _names_a_queue(queue: Json) -> bool:
    """Whether it forwards to a queue that it knows by name."""
    targets = (queue[field]["target"] or "" for field in ("overflow", "timeout"))
    return any(target and target[:4] not in ("sip:", "tel:") for target in targets)


def _primary_uris(api: Api) -> dict[str, str]:
    return {queue["name"].casefold(): queue["primary_uri"] for queue in api.items("/queues")}


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
