"""Small organizations for tests of the rules, and what the rules say about them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from huntline.directory.organization import (
    Group,
    GroupKind,
    Licence,
    NumberKind,
    Organization,
    QueueExit,
    QueueExitAction,
    QueueSettings,
    ServiceNumber,
    User,
)
from huntline.directory.problems import Problem
from huntline.directory.rules import check

TOLL = ServiceNumber("+14255550100", NumberKind.SERVICE_TOLL)
TOLL_FREE = ServiceNumber("+18005550199", NumberKind.SERVICE_TOLL_FREE)
PERSONAL = ServiceNumber("+14255550177", NumberKind.USER)


def person(name: str, **settings: Any) -> User:
    """A user of contoso.com who may be an agent."""
    user = User(user_id=name, upn=f"{name}@contoso.com", licences=frozenset({Licence.E5}), voice_enabled=True)
    return replace(user, **settings)


def queue(name: str, **settings: Any) -> QueueSettings:
    """A queue of contoso.com."""
    return replace(QueueSettings(queue_id=name.casefold(), name=name, domain="contoso.com"), **settings)


def group(name: str, *members: str, **settings: Any) -> Group:
    """A security group of contoso.com."""
    return replace(Group(name, GroupKind.SECURITY_GROUP, members, group_id=name.casefold()), **settings)


def forward(target: str) -> QueueExit:
    """The exit that forwards."""
    return QueueExit(QueueExitAction.FORWARD, target)


def contoso(**settings: Any) -> Organization:
    """An organization with one domain and whatever a test says."""
    empty = Organization(organization_id="contoso", name="Contoso", domains=("contoso.com",))
    return replace(empty, **settings)


def refusal(organization: Organization, *others: Organization) -> Problem:
    """The one thing that is wrong."""
    (problem,) = check(organization, others)
    return problem
