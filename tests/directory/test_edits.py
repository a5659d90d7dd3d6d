"""Changing one thing of an organization: what refers to it goes along, or keeps it where it is (unit)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from huntline.directory.edits import InUse, detached, removed, replaced
from huntline.directory.organization import (
    Audio,
    CallerIdPolicy,
    EarlierMembers,
    Organization,
    QueueExit,
    QueueExitAction,
    Substitute,
)
from huntline.directory.rules import check, settled
from huntline.directory.uses import Item, uses_of

from .offices import TOLL, contoso, forward, group, person, queue
from .test_propagation import NOON

PRIMARY = f"sip:hg_{'0' * 32}@contoso.com"
HELLO = Audio("aa", "hello.wav", 2.0)
TO_MAILBOX = QueueExit(QueueExitAction.VOICEMAIL, "sip:amal@contoso.com")

OFFICE = settled(
    contoso(
        numbers=(TOLL,),
        users=(
            person("amal", voicemail="sip:mail@example.net", caller_id_policy="Service"),
            person("bao", forward_to="sip:amal@contoso.com"),
            person("chi", forward_to="sip:sales@contoso.com", voicemail="sip:bao@contoso.com"),
        ),
        groups=(
            replace(
                group("First", "amal@contoso.com", "Second"),
                earlier=(EarlierMembers(NOON, ("amal@contoso.com",)),),
            ),
            group("Second", "bao@contoso.com", caller_id_policy="Service", caller_id_rank=1),
        ),
        queues=(
            queue("Sales", primary_uri=PRIMARY, line_uri=f"tel:{TOLL.number}", greeting=HELLO),
            queue(
                "Desk",
                agents=("amal@contoso.com",),
                groups=("First",),
                overflow=forward("Sales"),
                timeout=TO_MAILBOX,
                no_agents=forward(f"tel:{TOLL.number}"),
            ),
        ),
        caller_id_policies=(
            CallerIdPolicy(name="Service", substitute=Substitute.SERVICE, service_number=TOLL.number),
        ),
    )
)
AMAL, BAO, CHI = OFFICE.users
FIRST, SECOND = OFFICE.groups
SALES, DESK = OFFICE.queues
SERVICE = next(policy for policy in OFFICE.caller_id_policies if policy.name == "Service")


def changed(attribute: str, item: Any, **fields: Any) -> Organization:
    """With other fields of one thing; the rules still allow it all."""
    after = replaced(OFFICE, attribute, item, replace(item, **fields))
    assert check(after) == []
    return after


def test_the_office_is_allowed_as_it_is() -> None:
    assert check(OFFICE) == []


def test_all_that_names_a_user_follows_a_new_upn() -> None:
    after = changed("users", AMAL, upn="amal.haddad@contoso.com")
    assert after.queues[1].agents == ("amal.haddad@contoso.com",)
    assert after.queues[1].timeout.target == "sip:amal.haddad@contoso.com"
    assert after.groups[0].members == ("amal.haddad@contoso.com", "Second")
    assert after.groups[0].earlier[0].members == ("amal.haddad@contoso.com",)
    assert after.users[1].forward_to == "sip:amal.haddad@contoso.com"
    assert changed("users", BAO, upn="b@contoso.com").users[2].voicemail == "sip:b@contoso.com"


def test_all_that_names_a_group_a_queue_or_a_policy_follows_a_new_name() -> None:
    after = changed("groups", SECOND, name="Third")
    assert after.groups[0].members == ("amal@contoso.com", "Third")
    after = changed("queues", SALES, name="Sellers")
    assert after.queues[1].overflow.target == "Sellers"
    assert after.queues[1].no_agents.target == f"tel:{TOLL.number}"
    assert after.users[2].forward_to == PRIMARY
    after = changed("caller_id_policies", SERVICE, name="Shown")
    assert (after.users[0].caller_id_policy, after.groups[1].caller_id_policy) == ("Shown", "Shown")


@pytest.mark.parametrize(
    ("item", "uses"),
    [
        (
            AMAL,
            [
                "queue Desk has it as an agent",
                "group First has it as a member",
                "queue Desk forwards to it after the maximum wait (timeout)",
                "user bao@contoso.com forwards all calls to it (forward_to)",
            ],
        ),
        (
            BAO,
            ["group Second has it as a member", "user chi@contoso.com has it as voicemail (voicemail)"],
        ),
        (CHI, []),
        (FIRST, ["queue Desk has its agents from it"]),
        (SECOND, ["group First has it as a member"]),
        (
            SALES,
            [
                "queue Desk forwards to it when it is full (overflow)",
                "queue Desk forwards to it without agents (no_agents)",
                "user chi@contoso.com forwards all calls to it (forward_to)",
            ],
        ),
        (TOLL, ["queue Sales is called by it", "caller-ID policy Service shows it"]),
        (SERVICE, ["it is granted to user amal@contoso.com", "it is granted to group Second"]),
        (HELLO, ["queue Sales has it as its greeting"]),
    ],
    ids=lambda value: getattr(value, "name", getattr(value, "upn", "")) or None,
)
def test_what_uses_a_thing_is_named(item: Item, uses: list[str]) -> None:
    assert uses_of(OFFICE, item) == uses


def test_what_is_in_use_is_not_removed() -> None:
    with pytest.raises(InUse, match="queue Sales is in use: queue Desk forwards to it when it is full"):
        removed(OFFICE, "queues", SALES, "queue Sales")
    assert removed(OFFICE, "users", CHI, "user chi@contoso.com").users == (AMAL, BAO)


def test_who_is_detached_is_nobodys_agent_and_nobodys_member() -> None:
    after = detached(OFFICE, AMAL)
    assert after.queues[1].agents == ()
    assert after.groups[0].members == ("Second",)
    assert after.groups[0].earlier[0].members == ()
    assert after.queues[1].timeout == TO_MAILBOX
