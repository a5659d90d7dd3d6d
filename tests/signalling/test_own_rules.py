"""Star codes by which users change where their calls go (edge)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.directory.test_plan import CONTOSO

from huntline.directory.in_force import SettingsInForce
from huntline.directory.may_dial import DiallingSettings, MayDial
from huntline.directory.organization import Organization
from huntline.directory.plan import ServerPlan
from huntline.directory.star_codes import StarCode
from huntline.signalling.own_rules import Edit, NowhereToForward, OwnRules
from huntline.storage.audit import Actor

DIALLING = DiallingSettings(country="US", may_dial=MayDial.INTERNATIONAL)
PLAN = ServerPlan((replace(CONTOSO, dialling=DIALLING),))


def dialled(digits: str, plan: ServerPlan = PLAN) -> tuple[Organization, Actor | None]:
    """What comes of it when amal dials something: the organization then, and who has changed it."""
    done: list[tuple[Organization, Actor]] = []

    async def change(organization_id: str, edit: Edit, by: Actor) -> None:
        done.append((edit(CONTOSO), by))

    account = PLAN.account("amal", "contoso.com")
    code = PLAN.target(digits, "contoso.com", "contoso")
    assert account is not None
    assert isinstance(code, StarCode)
    asyncio.run(OwnRules(SettingsInForce(plan), change).obey(account, code))
    (only,) = done
    return only


@pytest.mark.parametrize(
    ("digits", "field", "value"),
    [
        ("*72", "forward_to", "voicemail"),
        ("*72+442071234567", "forward_to", "tel:+442071234567"),
        ("*7200442071234567", "forward_to", "tel:+442071234567"),
        ("*73", "forward_to", None),
        ("*90+14255550177", "when_busy", "sip:amal@contoso.com"),
        ("*91", "when_busy", None),
        ("*92", "when_no_answer", "voicemail"),
        ("*93", "when_no_answer", None),
    ],
)
def test_a_code_changes_one_wish_of_the_user_who_dials_it(digits: str, field: str, value: str | None) -> None:
    after, by = dialled(digits)
    amal, *others = after.users
    assert getattr(amal, field) == value
    assert replace(amal, **{field: getattr(CONTOSO.users[0], field)}) == CONTOSO.users[0]
    assert tuple(others) == CONTOSO.users[1:]
    assert by == Actor("amal@contoso.com", "phone")


@pytest.mark.parametrize("digits", ["*729999999", "*72112"])
def test_a_number_that_nobody_can_tell_the_country_of_is_refused(digits: str) -> None:
    with pytest.raises(NowhereToForward):
        dialled(digits)


def test_calls_are_sent_no_further_by_a_code_than_their_user_may_call() -> None:
    national = ServerPlan((replace(CONTOSO, dialling=DiallingSettings(country="US")),))
    with pytest.raises(NowhereToForward):
        dialled("*72+442071234567", national)
    after, _ = dialled("*72+12065550177", national)
    assert after.users[0].forward_to == "tel:+12065550177"
