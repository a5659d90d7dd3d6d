"""Which caller-ID policy counts for a user, and which number their calls out show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from huntline.directory.groups import expanded
from huntline.directory.names import line_uri_number, number_digits
from huntline.directory.organization import (
    GLOBAL_POLICY,
    CallerIdPolicy,
    Group,
    Organization,
    Substitute,
    User,
)

WITHHELD = "Anonymous"
"""What is read in the place of a number that is not shown."""


@dataclass(frozen=True, slots=True)
class ShownCallerId:
    """What a call out shows: ``number`` is ``+digits``, or None where it shows nobody's; ``name`` goes with
    it, and may be empty. ``reason`` says why, in words."""

    number: str | None
    name: str = ""
    reason: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.number or "anonymous"


@dataclass(frozen=True, slots=True)
class EffectiveGrant:
    """The policy that counts for a user, and by whose grant: ``user``, ``group NAME`` or ``global``."""

    policy: CallerIdPolicy
    granted_by: str


def effective_grant(user: User, organization: Organization) -> EffectiveGrant:
    """The user's own policy, else that of the groups they are in (nested ones too), the lowest rank first,
    else Global. For many users at once ``policies_in_effect`` is quicker."""
    policies = _Policies(organization)
    if own := policies.named(user.caller_id_policy):
        return EffectiveGrant(own, "user")
    for group, policy, members in policies.by_groups():
        if user.upn in members:
            return EffectiveGrant(policy, f"group {group.name}")
    return EffectiveGrant(policies.everyones, "global")


def policies_in_effect(organization: Organization) -> dict[str, CallerIdPolicy]:
    """The effective policy of every user, by UPN."""
    policies = _Policies(organization)
    found = dict.fromkeys((user.upn for user in organization.users), policies.everyones)
    for _, policy, members in reversed(list(policies.by_groups())):
        found |= dict.fromkeys(members, policy)
    for user in organization.users:
        if own := policies.named(user.caller_id_policy):
            found[user.upn] = own
    return found


def caller_id_in_effect(user: User, policy: CallerIdPolicy) -> ShownCallerId:
    """What a call of the user shows under their effective policy (rules section 4).

    Hidden by the user, where the policy lets users do that; else nobody's number; else the service number;
    else the user's own, and nobody's where the user has none.
    """
    if user.hides_number and policy.enable_user_override:
        return ShownCallerId(None, reason="the user hides the number, which the policy allows")
    if policy.substitute is Substitute.ANONYMOUS:
        return ShownCallerId(None, reason="the policy shows nobody's number")
    if policy.substitute is Substitute.SERVICE:
        number, reason = policy.service_number, "the policy shows a service number"
    else:
        number = line_uri_number(user.line_uri) if user.line_uri else None
        reason = "the policy shows the user's own number"
    if number is None:
        return ShownCallerId(None, reason="the user has no number to show")
    return ShownCallerId(number, policy.company_name, reason)


def caller_as_shown(caller: str, policy: CallerIdPolicy) -> str:
    """What a user may read of a caller, by number or name, under their effective policy."""
    is_number = number_digits(caller) is not None
    return WITHHELD if policy.block_incoming_pstn_caller_id and is_number else caller


class _Policies:
    """The policies of an organization by what grants them."""

    def __init__(self, organization: Organization) -> None:
        self._organization = organization
        self._by_name = {policy.name.casefold(): policy for policy in organization.caller_id_policies}
        self.everyones = self.named(GLOBAL_POLICY) or CallerIdPolicy(name=GLOBAL_POLICY)

    def named(self, name: str | None) -> CallerIdPolicy | None:
        return self._by_name.get(name.casefold()) if name is not None else None

    def by_groups(self) -> Iterator[tuple[Group, CallerIdPolicy, set[str]]]:
        """Each group that has a policy, with the UPNs of all its members, the lowest rank first."""
        users = {user.upn: user for user in self._organization.users}
        groups = {group.name.casefold(): group for group in self._organization.groups}
        granted = [
            (group.caller_id_rank, group, policy)
            for group in self._organization.groups
            if group.caller_id_rank is not None and (policy := self.named(group.caller_id_policy))
        ]
        for _, group, policy in sorted(granted, key=lambda grant: grant[0]):
            yield group, policy, {user.upn for user in expanded(group.members, users, groups)}
