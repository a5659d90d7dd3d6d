"""Who can be rung at all, as the engine hears of it (unit)."""

from __future__ import annotations

from dataclasses import replace

from tests.fakes.plans import CONTOSO, PLAN

from huntline.directory.in_force import SettingsInForce
from huntline.directory.plan import ServerPlan
from huntline.engine.events import AgentReachabilityChanged, Event
from huntline.signalling.reachability import Reachability


def test_each_change_is_told_once() -> None:
    posted: list[Event] = []
    reachability = Reachability(SettingsInForce(PLAN), posted.append)
    for is_registered in (False, True, True, False, False):
        reachability.changed("amal", is_registered)
    assert posted == [AgentReachabilityChanged("amal", True), AgentReachabilityChanged("amal", False)]
    assert "amal" not in reachability


def test_an_address_in_the_settings_in_force_is_as_good_as_a_phone() -> None:
    posted: list[Event] = []
    settings = SettingsInForce(PLAN)
    reachability = Reachability(settings, posted.append)
    users = tuple(replace(user, contacts=("sip:amal@192.0.2.7",)) for user in CONTOSO.users)
    settings.put_in_force(ServerPlan((replace(CONTOSO, users=users),)))
    reachability.changed("amal", False)
    assert posted == [AgentReachabilityChanged("amal", True)]
    assert "amal" in reachability
