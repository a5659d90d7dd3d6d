"""Changes of groups that reach queues late, as in 2018, come into force by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from huntline.control.client import ControlClient
from huntline.directory.organization import Organization
from huntline.directory.propagation import MEMBERS_DELAY
from huntline.storage.audit import Actor
from huntline.storage.database import open_database
from huntline.storage.settings import Settings

from .office import Office

pytestmark = pytest.mark.scenario

UNTIL_DUE = timedelta(seconds=3)


def change_long_ago(office: Office, edit: Callable[[Organization], Organization]) -> None:
    """Change the organisation as if it had been done so long ago that queues see it in a moment."""
    database = open_database(office.server.data)
    try:
        settings = Settings(database, now=lambda: datetime.now(UTC) - MEMBERS_DELAY + UNTIL_DUE)
        ours = next(each for each in settings.organizations() if each.name == office.name)
        settings.change(ours.organization_id, edit, Actor("the story", "test"))
    finally:
        database.dispose()


def test_an_agent_who_joins_a_list_is_rung_when_the_delay_is_over(office: Office) -> None:
    amal_upn = office.user("amal")
    office.settings["groups"].append({"name": "First Line", "kind": "distribution-list"})
    number = office.queue(groups=["First Line"])
    office.open()
    amal = office.agent("amal")
    caller = office.caller().dial(number)
    caller.wait_answered()

    def with_amal(organization: Organization) -> Organization:
        group = replace(organization.groups[0], members=(amal_upn,))
        return replace(organization, propagation_delay=True, groups=(group,))

    change_long_ago(office, with_amal)
    with ControlClient(office.server.data / "control.sock") as control:
        control.request("settings-changed")
    assert not amal.legs
    amal.wait_call(timeout=15.0).answer()
    caller.hang_up()
