"""How late a change of a group reaches queues, where an organization wants that (unit)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huntline.directory.organization import CallerIdPolicy, EarlierMembers, Group, GroupKind, Organization
from huntline.directory.plan import ServerPlan
from huntline.directory.propagation import (
    MEMBERS_DELAY,
    NEW_GROUP_DELAY,
    as_of,
    next_change,
    propagated,
)

from .offices import contoso, group, person, queue

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
AMAL, BAO = "amal@contoso.com", "bao@contoso.com"
MOMENT = timedelta(microseconds=1)


def delayed(*groups: Group) -> Organization:
    """An organization that wants the delays of 2018."""
    return contoso(
        propagation_delay=True,
        users=(person("amal"), person("bao")),
        groups=groups,
        queues=(queue("Desk", groups=("First",)),),
    )


def members(organization: Organization, at: datetime) -> tuple[str, ...]:
    """Whom queues reach through the first group at a moment."""
    return as_of(organization, at).groups[0].members


@pytest.mark.parametrize("kind", [GroupKind.DISTRIBUTION_LIST, GroupKind.SECURITY_GROUP])
def test_a_new_list_reaches_queues_after_48_hours(kind: GroupKind) -> None:
    after = propagated(delayed(), delayed(group("First", AMAL, kind=kind)), NOON)
    due = NOON + timedelta(hours=48)
    assert members(after, due - MOMENT) == ()
    assert members(after, due) == (AMAL,)
    assert next_change((after,), NOON) == due
    assert next_change((after,), due) is None


def test_a_changed_member_reaches_queues_after_30_minutes() -> None:
    before = delayed(group("First", AMAL))
    after = propagated(before, delayed(group("First", BAO)), NOON)
    due = NOON + timedelta(minutes=30)
    assert members(after, due - MOMENT) == (AMAL,)
    assert members(after, due) == (BAO,)


def test_an_office_365_group_and_an_organization_without_delays_change_at_once() -> None:
    office = group("First", AMAL, kind=GroupKind.OFFICE365_GROUP)
    assert members(propagated(delayed(), delayed(office), NOON), NOON) == (AMAL,)
    at_once = replace(delayed(group("First", AMAL)), propagation_delay=False)
    assert propagated(delayed(), at_once, NOON) == at_once
    waiting = propagated(delayed(), delayed(group("First", AMAL)), NOON)
    assert members(replace(propagated(waiting, replace(waiting, propagation_delay=False), NOON)), NOON) == (
        AMAL,
    )


def test_a_change_of_a_list_that_is_still_new_comes_no_earlier_than_the_list() -> None:
    new = propagated(delayed(), delayed(group("First", AMAL)), NOON)
    changed = replace(new, groups=(replace(new.groups[0], members=(AMAL, BAO)),))
    after = propagated(new, changed, NOON + timedelta(hours=1))
    assert members(after, NOON + NEW_GROUP_DELAY - MOMENT) == ()
    assert members(after, NOON + NEW_GROUP_DELAY) == (AMAL, BAO)


_steps = st.lists(
    st.tuples(
        st.integers(0, 90).map(lambda minutes: timedelta(minutes=minutes)),
        st.sampled_from([(), (AMAL,), (BAO,), (AMAL, BAO)]),
    ),
    max_size=6,
)


@settings(deadline=None)
@given(_steps, st.integers(0, 600).map(lambda minutes: timedelta(minutes=minutes)))
def test_queues_see_what_a_group_had_half_an_hour_ago(
    steps: list[tuple[timedelta, tuple[str, ...]]], later: timedelta
) -> None:
    now, stored = NOON, delayed(group("First", AMAL))
    history: list[tuple[datetime, tuple[str, ...]]] = [(NOON - NEW_GROUP_DELAY, (AMAL,))]
    for pause, wanted in steps:
        now += pause
        stored = propagated(stored, replace(stored, groups=(replace(stored.groups[0], members=wanted),)), now)
        history.append((now, wanted))
    moment = now + later
    expected = [wanted for at, wanted in history if at <= moment - MEMBERS_DELAY][-1]
    assert members(stored, moment) == expected


@settings(deadline=None)
@given(_steps)
def test_between_two_changes_nothing_changes(steps: list[tuple[timedelta, tuple[str, ...]]]) -> None:
    now, stored = NOON, delayed(group("First", AMAL))
    for pause, wanted in steps:
        now += pause
        stored = propagated(stored, replace(stored, groups=(replace(stored.groups[0], members=wanted),)), now)
    while due := next_change((stored,), now):
        assert members(stored, due - MOMENT) == members(stored, now)
        now = due
    assert members(stored, now) == stored.groups[0].members


# -- in force


def agents(plan: ServerPlan) -> tuple[str, ...]:
    """Who is rung for the desk."""
    return plan.engine_settings("contoso")[0][0].agents


def test_a_plan_rings_whom_queues_reach_now() -> None:
    until = NOON + MEMBERS_DELAY
    stored = delayed(replace(group("First", BAO), earlier=(EarlierMembers(until, (AMAL,)),)))
    before = ServerPlan((stored,), now=NOON)
    after = ServerPlan((stored,), before=before, now=until)
    assert agents(before) == ("amal",)
    assert agents(after) == ("bao",)
    assert after.changed_organizations(before) == ["contoso"]
    assert agents(ServerPlan((stored,))) == ("bao",)


def test_a_policy_of_a_group_counts_for_its_members_at_once() -> None:
    until = NOON + MEMBERS_DELAY
    quiet = CallerIdPolicy(name="Quiet", block_incoming_pstn_caller_id=True)
    first = group("First", BAO, caller_id_policy="Quiet", caller_id_rank=1)
    stored = delayed(replace(first, earlier=(EarlierMembers(until, (AMAL,)),)))
    plan = ServerPlan((replace(stored, caller_id_policies=(quiet,)),), now=NOON)
    assert plan.blocks_incoming_caller_id("bao")
    assert not plan.blocks_incoming_caller_id("amal")
