"""``/caller-id-policies``: which number calls out show."""

from __future__ import annotations

from huntline.directory.organization import CallerIdPolicy, Organization
from huntline.organization_file.form import PolicyForm
from huntline.organization_file.parts import policy_dump, policy_of
from huntline.web.api.collection import Collection, router_of


class PolicyView(PolicyForm):
    """A caller-ID policy; users and groups that it is granted to name it in ``caller_id_policy``."""


def find(organization: Organization, key: str) -> CallerIdPolicy | None:
    """A policy by name in any letter case."""
    name = key.casefold()
    return next(
        (policy for policy in organization.caller_id_policies if policy.name.casefold() == name), None
    )


POLICIES: Collection[CallerIdPolicy] = Collection(
    attribute="caller_id_policies",
    noun="caller-ID policy",
    form=PolicyForm,
    view=PolicyView,
    find=find,
    build=lambda form, organization, old, backstage: policy_of(form),
    dump=policy_dump,
    derived=lambda policy, organization: {},
    names=lambda policy: (policy.name, policy.description),
)
router = router_of(POLICIES)
