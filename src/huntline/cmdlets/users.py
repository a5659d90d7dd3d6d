"""The cmdlets for users."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from huntline.cli.api_client import path_of
from huntline.cmdlets.directory import Json, find_user
from huntline.cmdlets.filtering import condition_of
from huntline.cmdlets.kinds import Anything, Boolean, ResultCount, SwitchKind, TextKind
from huntline.cmdlets.parameters import INTERNAL, Parameter
from huntline.cmdlets.session import Cmdlet, CmdletCall, Example
from huntline.cmdlets.values import Record, Value

USER = Parameter(
    name="Identity",
    kind=TextKind(),
    position=0,
    properties=("Identity", "UserPrincipalName", "SipAddress"),
    takes_piped=True,
    help="The user: UPN, SIP address, id or display name, in any letter case.",
    names="users",
)
PASS_THRU = Parameter(name="PassThru", kind=SwitchKind(), help="Return the user.")


def user_object(user: Json) -> Record:
    """A user of the API as cmdlets show it."""
    return Record(
        {
            "Identity": user["upn"],
            "ObjectId": user["id"],
            "DisplayName": user["display_name"],
            "UserPrincipalName": user["upn"],
            "SipAddress": f"sip:{user['upn']}",
            "EnterpriseVoiceEnabled": user["voice_enabled"],
            "LineURI": user["line_uri"],
            "CallingLineIdentity": user["caller_id_policy"],
            "AssignedPlan": list(user["licences"]),
            "Homed": user["homed"],
            "Enabled": user["is_active"],
        }
    )


def _get(call: CmdletCall) -> Iterator[Value]:
    holds = condition_of(call["Filter"], call.session) if "Filter" in call else None
    found = [find_user(call.api, call["Identity"])] if "Identity" in call else call.api.items("/users")
    records = (user_object(user) for user in found)
    wanted = (record for record in records if holds is None or holds(record))
    yield from islice(wanted, call.get("ResultSize"))


def _set(call: CmdletCall) -> Iterator[Value]:
    user = find_user(call.api, call["Identity"])
    if not call.agreed(user["upn"]):
        return
    fields = {"EnterpriseVoiceEnabled": "voice_enabled", "LineUri": "line_uri"}
    body = {field: call[name] for name, field in fields.items() if name in call}
    changed = call.request("PATCH", path_of("users", user["id"]), body)
    yield from call.done(user["upn"], *([user_object(changed)] if call.get("PassThru") else []))


GET = Cmdlet(
    name="Get-CsOnlineUser",
    synopsis="Shows users.",
    own=(
        USER,
        Parameter(
            name="Filter",
            kind=Anything(),
            help='Which users: { EnterpriseVoiceEnabled -eq $true -and DisplayName -like "A*" }.',
        ),
        Parameter(name="ResultSize", kind=ResultCount(), help="How many at most.", default="Unlimited"),
        *INTERNAL,
    ),
    each=_get,
    examples=(
        Example('Get-CsOnlineUser -Identity "Amal Haddad"', "One user."),
        Example(
            "Get-CsOnlineUser -Filter { EnterpriseVoiceEnabled -eq $true } -ResultSize 10", "Ten at most."
        ),
    ),
)
SET = Cmdlet(
    name="Set-CsUser",
    synopsis="Changes whether a user has voice, and their number.",
    own=(
        replace(USER, mandatory=True),
        Parameter(
            name="EnterpriseVoiceEnabled",
            kind=Boolean(),
            help="Whether the user may be called and call by telephone.",
            fields=("voice_enabled",),
        ),
        Parameter(
            name="LineUri",
            kind=TextKind(may_be_null=True, shown="<tel:+digits>"),
            help="The user's own number; $null or an empty text takes it away.",
            fields=("line_uri",),
        ),
        PASS_THRU,
        *INTERNAL,
    ),
    each=_set,
    changes=True,
    examples=(
        Example('Set-CsUser -Identity "Amal Haddad" -EnterpriseVoiceEnabled $true', "Gives a user voice."),
        Example(
            'Set-CsUser -Identity "amal@contoso.com" -LineUri "tel:+14255550123"',
            "Gives a user a number, which the organisation holds from then on.",
        ),
    ),
)

USER_CMDLETS = (GET, SET)
