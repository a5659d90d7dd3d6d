"""``huntline group``: lists of users and of other groups."""

from __future__ import annotations

from huntline.cli.completion import group_names, policy_names, user_names
from huntline.cli.settings import NamesOption, NumberOption, Setting, TextOption, WordOption
from huntline.cli.verbs import Thing, group_of
from huntline.directory.organization import GROUP_NUMBERS, GroupKind

_SETTINGS: tuple[Setting, ...] = (
    WordOption(field="kind", help="Which sort of group", words=[*GroupKind]),
    TextOption(field="mail", help="A mail address, which names it too", metavar="ADDRESS", may_be_none=True),
    NamesOption(field="members", one="member", help="Users, and groups by name", complete=user_names),
    TextOption(
        field="caller_id_policy",
        help="The policy granted to its members",
        metavar="POLICY",
        may_be_none=True,
        complete=policy_names,
    ),
    NumberOption(
        field="caller_id_rank",
        help="Of several groups' policies the lowest rank counts",
        number=GROUP_NUMBERS["caller_id_rank"],
    ),
    TextOption(
        field="external_id", help="What an outside directory calls it", metavar="ID", may_be_none=True
    ),
)

GROUP = Thing(
    noun="group",
    help="Groups, whose members queues may ring.",
    path="groups",
    key="name",
    metavar="GROUP",
    settings=_SETTINGS,
    columns={
        "group": lambda group: group["name"],
        "kind": lambda group: group["kind"],
        "mail": lambda group: group["mail"],
        "members": lambda group: len(group["members"]),
        "caller-ID policy": lambda group: group["caller_id_policy"],
        "rank": lambda group: group["caller_id_rank"],
    },
    complete=group_names,
    rename=TextOption(field="name", help="Another name", metavar="NAME"),
)
group = group_of(GROUP)
