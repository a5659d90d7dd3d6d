"""What the cmdlets of 2018 have no word for: they show it where they can, and leave it as it is (cmdlets).

Together with the other tests of cmdlets these make up the rows of docs/rules-and-tests.md.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.cmdlets.rig import NUMBER, Shell


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("alerting", "parallel", id="calls alerting at once"),
        pytest.param("agent_limit", 7, id="agents"),
        pytest.param("no_agents", {"action": "disconnect", "target": None}, id="when nobody serves"),
        pytest.param("no_agents_new_calls_only", True, id="for new calls only"),
        pytest.param("presence_based_routing", True, id="presence-based routing"),
        pytest.param("wrap_up", 20, id="wrap-up"),
        pytest.param("ring_busy", True, id="call waiting"),
        pytest.param("distribution", "longest-idle", id="distribution methods of today"),
        pytest.param("greeting", {"say": "Hello", "language": "en"}, id="a greeting that is spoken"),
    ],
)
def test_set_leaves_what_it_has_no_word_for(shell: Shell, field: str, value: Any) -> None:
    made = shell.api.post("/queues", {"name": "Help Desk", field: value})
    shell.lines(f"Set-CsHuntGroup -PrimaryUri {made['primary_uri']} -OverflowThreshold 9")
    assert shell.stored()["max_waiting"] == 9
    assert shell.stored()[field] == value


def test_agents_named_one_by_one_stay_when_the_lists_are_replaced(shell: Shell) -> None:
    amal, bao = shell.user("amal"), shell.user("bao")
    made = shell.queue(agents=[amal])
    group = shell.group("Second", bao)
    shell.lines(f'Set-CsHuntGroup -PrimaryUri {made["primary_uri"]} -DistributionLists @("{group}")')
    agents = shell.api.get("/queues/Help Desk/agents")["agents"]
    assert [agent["upn"] for agent in agents] == [amal, bao]


def test_lists_that_nest_and_loop_are_expanded_once(shell: Shell) -> None:
    amal, bao = shell.user("amal"), shell.user("bao")
    shell.group("Inner", amal)
    outer = shell.group("Outer", "Inner", bao, amal, kind="security-group")
    shell.api.patch("/groups/Inner", {"members": [amal, "Outer"]})
    made = shell.queue()
    shell.lines(f"Set-CsHuntGroup -PrimaryUri {made['primary_uri']} -DistributionLists {outer}")
    agents = shell.api.get("/queues/Help Desk/agents")["agents"]
    assert [agent["upn"] for agent in agents] == [amal, bao]


def test_a_list_that_is_new_serves_as_late_as_the_organization_wants(shell: Shell) -> None:
    shell.api.patch("/organization", {"propagation_delay": True})
    group = shell.group("New", shell.user("amal"))
    made = shell.queue()
    shell.lines(f"Set-CsHuntGroup -PrimaryUri {made['primary_uri']} -DistributionLists {group}")
    (stored,) = shell.organization().groups
    assert [each.members for each in stored.earlier] == [()]


def test_who_lacks_a_licence_is_no_target(shell: Shell) -> None:
    shell.user("chi", licences=["E3"])
    made = shell.queue()
    said = shell.refused(
        f"Set-CsHuntGroup -PrimaryUri {made['primary_uri']} -TimeoutAction Forward"
        " -TimeoutActionTarget sip:chi@contoso.com"
    )
    assert "-TimeoutActionTarget" in said
    assert "licence for Phone System" in said


def test_licences_are_shown(shell: Shell) -> None:
    shell.user("amal", licences=["E5", "AudioConferencing"])
    shown = "Get-CsOnlineUser -Identity amal@contoso.com | Select-Object -ExpandProperty AssignedPlan"
    assert shell.lines(shown) == ["AudioConferencing", "E5"]


def test_a_toll_free_number_is_a_queues_as_well(shell: Shell) -> None:
    shell.api.post("/numbers", {"number": "+18005550100", "kind": "service-toll-free"})
    made = shell.queue()
    shell.lines(f"Set-CsHuntGroup -PrimaryUri {made['primary_uri']} -LineUri tel:+18005550100")
    assert shell.stored()["line_uri"] == "tel:+18005550100"


def test_a_number_past_the_table_is_held_by_nobody_and_refused(shell: Shell) -> None:
    shell.number()
    table = [{"phone_system_licences": 0, "service_numbers": 1}]
    shell.api.patch("/organization", {"service_number_table": table})
    made = shell.queue()
    said = shell.refused(f"Set-CsHuntGroup -PrimaryUri {made['primary_uri']} -LineUri tel:+14258828081")
    assert "is not in the organization's numbers" in said
    shell.lines(f"Set-CsHuntGroup -PrimaryUri {made['primary_uri']} -LineUri tel:{NUMBER}")


def test_two_queues_do_not_share_a_number(shell: Shell) -> None:
    shell.number()
    shell.queue("Sales", line_uri=f"tel:{NUMBER}")
    made = shell.queue()
    said = shell.refused(f"Set-CsHuntGroup -PrimaryUri {made['primary_uri']} -LineUri tel:{NUMBER}")
    assert "belongs to queue Sales already" in said
