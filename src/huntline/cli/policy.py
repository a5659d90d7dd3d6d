"""``huntline policy``: caller-ID policies, which say what number calls out show."""

from __future__ import annotations

from huntline.cli.completion import policy_names
from huntline.cli.settings import Setting, SwitchOption, TextOption, WordOption
from huntline.cli.verbs import Thing, group_of
from huntline.directory.organization import Substitute

_SETTINGS: tuple[Setting, ...] = (
    WordOption(field="substitute", help="What is shown", words=[*Substitute]),
    TextOption(
        field="service_number",
        help="The service number that is shown, with --substitute service",
        metavar="+DIGITS",
        may_be_none=True,
    ),
    SwitchOption(field="enable_user_override", help="Whether users may hide their number"),
    SwitchOption(
        field="block_incoming_pstn_caller_id", help="Whether callers' numbers are kept from the users"
    ),
    TextOption(field="company_name", help="Shown with the number"),
    TextOption(field="description", help="For whoever reads this later"),
)

POLICY = Thing(
    noun="policy",
    help="Caller-ID policies; grant them with user set or group set --caller-id-policy.",
    path="caller-id-policies",
    key="name",
    metavar="POLICY",
    settings=_SETTINGS,
    columns={
        "policy": lambda policy: policy["name"],
        "shows": lambda policy: policy["substitute"],
        "service number": lambda policy: policy["service_number"],
        "users may hide": lambda policy: policy["enable_user_override"],
        "callers' numbers kept": lambda policy: policy["block_incoming_pstn_caller_id"],
        "company": lambda policy: policy["company_name"],
        "description": lambda policy: policy["description"],
    },
    complete=policy_names,
    rename=TextOption(field="name", help="Another name", metavar="NAME"),
)
policy = group_of(POLICY)
