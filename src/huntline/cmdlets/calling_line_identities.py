"""The cmdlets for caller-ID policies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from huntline.cli.api_client import path_of
from huntline.cmdlets.directory import Json, find_group, find_user
from huntline.cmdlets.kinds import INT32, Boolean, Choice, Digits, Given, SwitchKind, TextKind, Whole
from huntline.cmdlets.parameters import INTERNAL, Parameter
from huntline.cmdlets.session import Cmdlet, CmdletCall, Example
from huntline.cmdlets.users import PASS_THRU, USER, user_object
from huntline.cmdlets.values import CmdletRefused, Record, Value, is_like
from huntline.directory.organization import GLOBAL_POLICY

_SUBSTITUTES = {"Anonymous": "anonymous", "Service": "service", "LineUri": "line-uri"}
_PLAIN = {
    "EnableUserOverride": "enable_user_override",
    "BlockIncomingPstnCallerID": "block_incoming_pstn_caller_id",
    "CompanyName": "company_name",
    "Description": "description",
}
_PATH = "caller-id-policies"
_TAG = "tag:"


class PolicyName(TextKind):
    """The name of a policy, with ``Tag:`` before it or not."""

    __slots__ = ()

    def convert(self, given: Given) -> Value:
        name = super().convert(given)
        is_tagged = isinstance(name, str) and name.casefold().startswith(_TAG)
        return name[len(_TAG) :] if isinstance(name, str) and is_tagged else name


_IDENTITY = Parameter(
    name="Identity",
    kind=PolicyName(),
    position=0,
    properties=("Identity",),
    takes_piped=True,
    help="The name of the policy; Global is what everybody has who was granted no other.",
    fields=("name",),
    names="policies",
)
_SETTINGS = (
    Parameter(
        name="CallingIDSubstitute",
        kind=Choice(tuple(_SUBSTITUTES)),
        help="What stands in the place of the caller's own number: nobody's, a service number, or nothing.",
        default="LineUri",
        fields=("substitute",),
    ),
    Parameter(
        name="ServiceNumber",
        kind=Digits(),
        help="The service number shown, in digits without +; needed with Service.",
        fields=("service_number",),
        names="service_numbers",
    ),
    Parameter(
        name="EnableUserOverride",
        kind=Boolean(),
        help="Whether users may hide their number.",
        default="$false",
        fields=("enable_user_override",),
    ),
    Parameter(
        name="BlockIncomingPstnCallerID",
        kind=Boolean(),
        help="Whether the numbers of callers from outside are kept from the user.",
        default="$false",
        fields=("block_incoming_pstn_caller_id",),
    ),
    Parameter(
        name="CompanyName",
        kind=TextKind(may_be_null=True),
        help="The name shown with the number.",
        fields=("company_name",),
    ),
    Parameter(
        name="Description", kind=TextKind(may_be_null=True), help="For people.", fields=("description",)
    ),
)


def _object(policy: Json) -> Record:
    shown = {action: word for word, action in _SUBSTITUTES.items()}
    number = policy["service_number"]
    return Record(
        {
            "Identity": policy["name"],
            "Description": policy["description"],
            "EnableUserOverride": policy["enable_user_override"],
            "ServiceNumber": number and number.removeprefix("+"),
            "CallingIDSubstitute": shown[policy["substitute"]],
            "BlockIncomingPstnCallerID": policy["block_incoming_pstn_caller_id"],
            "CompanyName": policy["company_name"],
        }
    )


def _body(call: CmdletCall) -> Json:
    body: Json = {field: call[name] for name, field in _PLAIN.items() if name in call}
    if "CallingIDSubstitute" in call:
        body["substitute"] = _SUBSTITUTES[call["CallingIDSubstitute"]]
    if "ServiceNumber" in call:
        body["service_number"] = f"+{call['ServiceNumber']}"
    elif body.get("substitute", "service") != "service":
        # A number goes with Service only.
        body["service_number"] = None
    return body


def _new(call: CmdletCall) -> Iterator[Value]:
    name = call["Identity"]
    if not call.agreed(name):
        return
    stated = {key: value for key, value in _body(call).items() if value is not None}
    made = call.request("POST", f"/{_PATH}", {"name": name} | stated)
    yield from call.done(name, _object(made))


def _set(call: CmdletCall) -> Iterator[Value]:
    name = call.get("Identity", GLOBAL_POLICY)
    if not call.agreed(name):
        return
    changed = call.request("PATCH", path_of(_PATH, name), _body(call))
    yield from call.done(name, *([_object(changed)] if call.get("PassThru") else []))


def _get(call: CmdletCall) -> Iterator[Value]:
    if "Identity" in call:
        yield _object(call.api.get(path_of(_PATH, call["Identity"])))
        return
    pattern = call.get("Filter", "*")
    yield from (_object(each) for each in call.api.items(f"/{_PATH}") if is_like(each["name"], pattern))


def _remove(call: CmdletCall) -> Iterator[Value]:
    name = call["Identity"]
    if not call.agreed(name):
        return
    call.request("DELETE", path_of(_PATH, name))
    yield from call.done(name)


def _grant(call: CmdletCall) -> Iterator[Value]:
    ways = [name for name in ("Identity", "Group", "Global") if call.get(name)]
    if len(ways) != 1:
        raise CmdletRefused("-Identity: say one of -Identity USER, -Group GROUP -Rank NUMBER, or -Global")
    if "PolicyName" not in call:
        raise CmdletRefused("-PolicyName: is needed; $null takes the policy away")
    if "Rank" in call and ways != ["Group"]:
        raise CmdletRefused("-Rank: goes with -Group only")
    yield from {"Identity": _grant_user, "Group": _grant_group, "Global": _grant_everyone}[ways[0]](call)


def _grant_user(call: CmdletCall) -> Iterator[Value]:
    user = find_user(call.api, call["Identity"])
    if not call.agreed(user["upn"]):
        return
    body = {"caller_id_policy": call["PolicyName"]}
    changed = call.request("PATCH", path_of("users", user["id"]), body)
    yield from call.done(user["upn"], *([user_object(changed)] if call.get("PassThru") else []))


def _grant_group(call: CmdletCall) -> Iterator[Value]:
    policy, rank = call["PolicyName"], call.get("Rank")
    if policy is not None and rank is None:
        raise CmdletRefused("-Rank: is needed with -Group; of the groups of a user the lowest rank counts")
    group = find_group(call.api, call["Group"])
    if not call.agreed(group["name"]):
        return
    body = {"caller_id_policy": policy, "caller_id_rank": None if policy is None else rank}
    call.request("PATCH", path_of("groups", group["id"]), body)
    yield from call.done(group["name"])


def _grant_everyone(call: CmdletCall) -> Iterator[Value]:
    """Everybody without a policy has Global: it takes over what the policy says."""
    if not call.agreed(GLOBAL_POLICY):
        return
    if call["PolicyName"] is None:
        call.request("DELETE", path_of(_PATH, GLOBAL_POLICY))
    else:
        settings = call.api.get(path_of(_PATH, call["PolicyName"]))
        call.request("PATCH", path_of(_PATH, GLOBAL_POLICY), settings | {"name": GLOBAL_POLICY})
    yield from call.done(GLOBAL_POLICY)


NEW = Cmdlet(
    name="New-CsCallingLineIdentity",
    synopsis="Makes a caller-ID policy: which number calls out show.",
    own=(replace(_IDENTITY, mandatory=True), *_SETTINGS, *INTERNAL),
    each=_new,
    changes=True,
    examples=(
        Example(
            'New-CsCallingLineIdentity -Identity "Anonymous" -CallingIDSubstitute Anonymous',
            "Calls out show no number.",
        ),
        Example(
            'New-CsCallingLineIdentity -Identity "Sales line" -CallingIDSubstitute Service '
            "-ServiceNumber 14255550100 -EnableUserOverride $false",
            "Calls out show a service number.",
        ),
    ),
)
SET = Cmdlet(
    name="Set-CsCallingLineIdentity",
    synopsis="Changes a caller-ID policy: only what is named; without -Identity that called Global.",
    own=(_IDENTITY, *_SETTINGS, replace(PASS_THRU, help="Return the policy."), *INTERNAL),
    each=_set,
    changes=True,
    examples=(
        Example("Set-CsCallingLineIdentity -EnableUserOverride $true", "Users may hide their number."),
    ),
)
GET = Cmdlet(
    name="Get-CsCallingLineIdentity",
    synopsis="Shows caller-ID policies.",
    own=(
        _IDENTITY,
        Parameter(name="Filter", kind=PolicyName(), help="A name with wildcards."),
        *INTERNAL,
    ),
    each=_get,
    examples=(
        Example("Get-CsCallingLineIdentity", "All policies."),
        Example('Get-CsCallingLineIdentity -Filter "UK*"', "Those whose names begin so."),
    ),
)
REMOVE = Cmdlet(
    name="Remove-CsCallingLineIdentity",
    synopsis="Removes a caller-ID policy; that called Global gets its defaults again.",
    own=(replace(_IDENTITY, mandatory=True), *INTERNAL),
    each=_remove,
    changes=True,
    examples=(Example("Remove-CsCallingLineIdentity -Identity Global", "Resets what everybody has."),),
)
GRANT = Cmdlet(
    name="Grant-CsCallingLineIdentity",
    synopsis="Gives a caller-ID policy to a user, a group, or everybody.",
    description=(
        "The policy of a user counts before those of groups, of which the lowest rank counts, and these"
        " before Global. With -Global the policy called Global takes over the settings of the one named,"
        " as they are now; with $null it gets its defaults again."
    ),
    own=(
        USER,
        Parameter(
            name="PolicyName",
            kind=PolicyName(may_be_null=True),
            position=1,
            help="The policy; $null takes it away.",
            fields=("caller_id_policy",),
            names="policies",
        ),
        Parameter(name="Global", kind=SwitchKind(), help="Everybody who was granted no other."),
        Parameter(name="Group", kind=TextKind(), help="The group, by name or id.", names="groups"),
        Parameter(
            name="Rank",
            kind=Whole(INT32),
            help="Which group counts for users in several: the lowest.",
            fields=("caller_id_rank",),
        ),
        PASS_THRU,
        *INTERNAL,
    ),
    each=_grant,
    changes=True,
    examples=(
        Example(
            'Grant-CsCallingLineIdentity -Identity "amal@contoso.com" -PolicyName "UK line"', "To a user."
        ),
        Example(
            'Grant-CsCallingLineIdentity -Group "First line" -PolicyName "UK line" -Rank 1', "To a group."
        ),
        Example("Grant-CsCallingLineIdentity -Global -PolicyName $null", "Resets what everybody has."),
    ),
)

CALLING_LINE_IDENTITY_CMDLETS = (NEW, SET, GET, REMOVE, GRANT)
