"""``huntline user``: who there is and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import Parameter
from typing import Any

from huntline.cli.completion import policy_names, user_names, words
from huntline.cli.phone import phone_group
from huntline.cli.settings import (
    NONE,
    Json,
    NamesOption,
    NumberOption,
    Password,
    Setting,
    SwitchOption,
    TextOption,
    Typed,
    WordOption,
    Words,
    option,
)
from huntline.cli.verbs import Thing, group_of
from huntline.directory.encryption import Encryption
from huntline.directory.may_dial import MayDial
from huntline.directory.organization import USER_NUMBERS, Home, Licence

_ADDRESS = "sip:USER@HOST|tel:+DIGITS"
_RULE = "TARGET|voicemail|off"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlsoRingOption:
    """Who is rung beside a person, each by an option of its own such as ``tel:+14255550142@10``."""

    field: str
    flag: str

    def parameters(self, *, is_new: bool) -> list[Parameter]:
        """The one option."""
        text = (
            "Who is rung beside them, after how many seconds; may be said again, together they replace what"
            f" is there; or {NONE}."
        )
        return [option(self.flag, list[str] | None, text, metavar="tel:+DIGITS@SECONDS")]

    def body(self, said: Typed) -> Json:
        """The list, in the order in which it was typed."""
        typed = said.get(self.flag)
        return {self.field: [] if typed == [NONE] else typed} if typed else {}


_SETTINGS: tuple[Setting, ...] = (
    TextOption(field="display_name", help="What people see", metavar="NAME"),
    Words(field="licences", flag="--licence", help="A licence", words=[*Licence]),
    SwitchOption(
        field="voice_enabled", help="Whether they may take calls (a CallingPlan licence does as well)"
    ),
    SwitchOption(
        field="is_active",
        help="Whether they may register and take calls at all",
        name="active",
        opposite="--inactive",
    ),
    WordOption(field="homed", help="Where the account lives", words=[*Home]),
    TextOption(field="line_uri", help="Their own number", metavar="tel:+DIGITS", may_be_none=True),
    TextOption(
        field="extension",
        help="What callers of an attendant dial to reach them",
        metavar="DIGITS",
        may_be_none=True,
    ),
    WordOption(
        field="encryption",
        help="Whether audio with their phones is encrypted (SRTP); with none it is offered by TLS",
        words=[*Encryption],
        may_be_none=True,
    ),
    NamesOption(field="contacts", one="contact", help="Addresses of phones that do not register"),
    Password(field="sip_password", help="The password of their phones"),
    TextOption(field="voicemail", help="Where their mailbox is", metavar=_ADDRESS, may_be_none=True),
    *(
        TextOption(field=field, help=help_, metavar=_RULE, may_be_none=True)
        for field, help_ in {
            "forward_to": "Where all their direct calls go",
            "when_busy": "Where direct calls go while they are busy",
            "when_no_answer": "Where direct calls go that they do not answer",
            "when_not_reachable": "Where direct calls go while no phone of theirs is there",
        }.items()
    ),
    NumberOption(field="ring_time", help="How long direct calls ring", number=USER_NUMBERS["ring_time"]),
    AlsoRingOption(field="also_ring", flag="--also-ring"),
    SwitchOption(
        field="hides_number", help="Whether their calls are anonymous, where their policy allows that"
    ),
    TextOption(
        field="may_dial",
        help="How far they may call, where that is not as the organization says",
        metavar="|".join(MayDial),
        may_be_none=True,
        complete=words([*MayDial, NONE]),
    ),
    TextOption(
        field="caller_id_policy",
        help="The policy granted to them",
        metavar="POLICY",
        may_be_none=True,
        complete=policy_names,
    ),
    TextOption(
        field="external_id", help="What an outside directory calls them", metavar="ID", may_be_none=True
    ),
)


def _caller_id(api: Any, user: Json) -> Json:
    """What calls out show, under which policy, and why."""
    return {"caller_id": api.get(f"/users/{user['id']}/caller-id")}


USER = Thing(
    noun="user",
    help="Users: licences, numbers, phones' passwords.",
    path="users",
    key="upn",
    metavar="UPN",
    settings=_SETTINGS,
    columns={
        "user": lambda user: user["upn"],
        "name": lambda user: user["display_name"],
        "licences": lambda user: user["licences"],
        "number": lambda user: (user["line_uri"] or "").removeprefix("tel:"),
        "lacks to be an agent": lambda user: user["missing_for_calls"],
        "voice": lambda user: user["voice_enabled"],
        "password": lambda user: user["has_sip_password"],
    },
    complete=user_names,
    rename=TextOption(field="upn", help="Another address", metavar="UPN"),
    more=_caller_id,
)
user = group_of(USER)
user.add_typer(phone_group(USER), name="phone")
