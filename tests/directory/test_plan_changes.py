"""What a new plan takes from the one before, and what it says has changed (unit)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from huntline.directory.organization import Licence, Organization, QueueSettings, User
from huntline.directory.plan import ServerPlan


def organization(name: str, *people: str) -> Organization:
    users = tuple(
        User(
            user_id=f"{name}-{person}",
            upn=f"{person}@{name}.com",
            licences=frozenset({Licence.E5}),
            voice_enabled=True,
        )
        for person in people
    )
    queue = QueueSettings(
        queue_id=f"{name}-desk", name="Desk", domain=f"{name}.com", agents=tuple(user.upn for user in users)
    )
    return Organization(
        organization_id=name, name=name, domains=(f"{name}.com",), users=users, queues=(queue,)
    )


CONTOSO, FABRIKAM = organization("contoso", "amal", "bao"), organization("fabrikam", "zoe")
BEFORE = ServerPlan((CONTOSO, FABRIKAM))


def changed(plan: ServerPlan) -> tuple[list[str], list[str]]:
    return plan.changed_organizations(BEFORE), plan.changed_accounts(BEFORE)


def test_nothing_has_changed_in_a_plan_of_the_same_organizations() -> None:
    assert changed(ServerPlan((CONTOSO, FABRIKAM), before=BEFORE)) == ([], [])


def test_what_is_made_of_the_very_same_organization_is_taken_from_the_plan_before() -> None:
    plan = ServerPlan((replace(CONTOSO), FABRIKAM), before=BEFORE)
    assert plan.engine_settings("fabrikam") is BEFORE.engine_settings("fabrikam")
    assert plan.engine_settings("contoso") is not BEFORE.engine_settings("contoso")
    assert plan.queues_of("fabrikam-zoe") == ("fabrikam-desk",)
    assert plan.account("zoe", "fabrikam.com") == BEFORE.account("zoe", "fabrikam.com")


def test_a_changed_queue_concerns_its_organization_and_no_account() -> None:
    queue = replace(CONTOSO.queues[0], wrap_up=5)
    assert changed(ServerPlan((replace(CONTOSO, queues=(queue,)), FABRIKAM), before=BEFORE)) == (
        ["contoso"],
        [],
    )


@pytest.mark.parametrize(
    "fields", [{"contacts": ("sip:desk@192.0.2.7",)}, {"is_active": False}, {"upn": "amalia@contoso.com"}]
)
def test_a_changed_user_concerns_their_own_account(fields: dict[str, object]) -> None:
    amal, bao = CONTOSO.users
    users = (replace(amal, **fields), bao)  # type: ignore[arg-type]
    plan = ServerPlan((replace(CONTOSO, users=users), FABRIKAM), before=BEFORE)
    assert plan.changed_accounts(BEFORE) == ["contoso-amal"]


def test_an_organization_that_is_gone_or_new_has_changed_with_all_its_accounts() -> None:
    assert changed(ServerPlan((CONTOSO,), before=BEFORE)) == (["fabrikam"], ["fabrikam-zoe"])
    northwind = organization("northwind", "max")
    assert changed(ServerPlan((CONTOSO, FABRIKAM, northwind), before=BEFORE)) == (
        ["northwind"],
        ["northwind-max"],
    )
