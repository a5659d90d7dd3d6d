"""Users who are not active: kept with all settings, out of service (unit)."""

from __future__ import annotations

from dataclasses import replace

from huntline.directory.groups import LeftOut, left_out_of
from huntline.directory.index import OrganizationIndex
from huntline.directory.organization import (
    Licence,
    Organization,
    QueueExit,
    QueueExitAction,
    QueueSettings,
    User,
)
from huntline.directory.plan import ServerPlan
from huntline.directory.rules import check

AMAL = User(user_id="amal", upn="amal@contoso.com", licences=frozenset({Licence.E5}), voice_enabled=True)
BAO = replace(AMAL, user_id="bao", upn="bao@contoso.com", is_active=False)
DESK = QueueSettings(
    queue_id="desk", name="Desk", domain="contoso.com", agents=("bao@contoso.com", "amal@contoso.com")
)
CONTOSO = Organization(
    organization_id="contoso", name="Contoso", domains=("contoso.com",), users=(AMAL, BAO), queues=(DESK,)
)


def test_an_inactive_user_keeps_the_place_in_a_queue_but_is_not_rung() -> None:
    assert check(CONTOSO) == []
    queues, agents = ServerPlan((CONTOSO,)).engine_settings("contoso")
    assert queues[0].agents == ("amal",)
    assert [agent.agent_id for agent in agents] == ["amal"]
    index = OrganizationIndex(CONTOSO)
    assert left_out_of(DESK, index.users, index.groups) == (
        LeftOut("bao@contoso.com", "lacks an active account (is_active: true)"),
    )


def test_an_inactive_user_has_no_account_for_phones() -> None:
    plan = ServerPlan((CONTOSO,))
    assert plan.account("amal", "contoso.com") is not None
    assert plan.account("bao", "contoso.com") is None
    assert plan.account_by_id("bao") is None


def test_a_queue_may_not_forward_to_an_inactive_user() -> None:
    forwarding = replace(DESK, overflow=QueueExit(QueueExitAction.FORWARD, "sip:bao@contoso.com"))
    problem = check(replace(CONTOSO, queues=(forwarding,)))[0]
    assert problem.field == "queues[0].overflow.target"
    assert problem.message == "may not be a target: bao@contoso.com lacks an active account (is_active: true)"


def test_being_inactive_excuses_nothing_else_that_an_agent_needs() -> None:
    unlicensed = replace(BAO, licences=frozenset())
    problem = check(replace(CONTOSO, users=(AMAL, unlicensed)))[0]
    assert problem.field == "queues[0].agents[0]"
    assert "active" not in problem.message
