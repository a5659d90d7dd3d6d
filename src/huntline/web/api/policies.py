"""``/caller-id-policies``: which number calls out show."""

from __future__ import annotations

from dataclasses import replace

from huntline.directory.organization import GLOBAL_POLICY, CallerIdPolicy, Organization
from huntline.directory.problems import Problem
from huntline.organization_file.form import PolicyForm
from huntline.organization_file.parts import policy_dump, policy_of
from huntline.web.api.collection import Collection, router_of
from huntline.web.backstage import Backstage
from huntline.web.problems import FieldsRefused


class PolicyView(PolicyForm):
    """A caller-ID policy; users and groups that it is granted to name it in ``caller_id_policy``."""


def find(organization: Organization, key: str) -> CallerIdPolicy | None:
    """A policy by name in any letter case."""
    name = key.casefold()
    return next(
        (policy for policy in organization.caller_id_policies if policy.name.casefold() == name), None
    )


def is_global(policy: CallerIdPolicy) -> bool:
    """Whether it is the one for whoever was granted no other."""
    return policy.name.casefold() == GLOBAL_POLICY.casefold()


def build(
    form: PolicyForm, organization: Organization, old: CallerIdPolicy | None, backstage: Backstage
) -> CallerIdPolicy:
    """A policy of a form; Global keeps its name."""
    policy = policy_of(form)
    if old is None or not is_global(old):
        return policy
    if not is_global(policy):
        wanted = f"must stay {GLOBAL_POLICY}: it is for whoever was granted no other"
        raise FieldsRefused([Problem(("name",), form.name, wanted)])
    return replace(policy, name=GLOBAL_POLICY)


def reset(policy: CallerIdPolicy) -> CallerIdPolicy | None:
    """Global is always there: its removal gives it its defaults (rules section 4)."""
    return CallerIdPolicy(name=GLOBAL_POLICY) if is_global(policy) else None


POLICIES: Collection[CallerIdPolicy] = Collection(
    attribute="caller_id_policies",
    noun="caller-ID policy",
    form=PolicyForm,
    view=PolicyView,
    find=find,
    build=build,
    dump=policy_dump,
    deriving=lambda organization: lambda policy: {},
    names=lambda policy: (policy.name, policy.description),
    reset=reset,
)
router = router_of(POLICIES)
