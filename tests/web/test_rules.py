"""The rules of the organization and the queue, a test for every row, through the API (web).

The rows and what tests them are listed in docs/rules-and-tests.md.
"""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import pytest

from huntline.cli.api_client import Api
from huntline.directory.organization import QUEUE_PROMPTS
from tests.web.rig import E5_USER, ServerRig, refusal_of
from tests.web.sounds import wav

NUMBER = "+14255550100"
EXITS = ("overflow", "timeout", "no_agents")


@pytest.fixture
def api(rig: ServerRig) -> Api:
    return rig.api()


def person(api: Api, name: str, **fields: Any) -> str:
    upn = f"{name}@contoso.com"
    api.post("/users", {"upn": upn, **E5_USER, **fields})
    return upn


def queue(api: Api, name: str = "Help Desk", **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = api.post("/queues", {"name": name, **fields})
    return made


def allowed(api: Api, field: str, value: Any, **fields: Any) -> Any:
    """The value as the API echoes it."""
    names = (f"queue {number}" for number in itertools.count(len(list(api.items("/queues")))))
    return queue(api, next(names), **{field: value}, **fields)[field]


def refused(api: Api, field: str, value: Any, **fields: Any) -> str:
    """What the API says would be right."""
    problem = refusal_of(api, "POST", "/queues", {"name": "refused", field: value, **fields})
    assert problem["status"] == 422
    assert field in problem["field"]
    assert not list(api.items("/queues", search="refused"))
    return str(problem["allowed"])


# -- section 1: organization, users, numbers


def test_a_queue_names_a_domain_and_the_only_one_is_filled_in(rig: ServerRig, api: Api) -> None:
    assert queue(api, "One domain")["domain"] == "contoso.com"
    api.post("/domains", {"domain": "redmond.contoso.com"})
    assert "contoso.com, redmond.contoso.com" in refused(api, "domain", None)
    assert queue(api, "Two", domain="redmond.contoso.com")["primary_uri"].endswith("@redmond.contoso.com")
    assert "must be a domain of the organization" in refused(api, "domain", "fabrikam.com")


def test_domains_and_numbers_are_unique_on_the_server_and_nothing_else_is_seen(
    rig: ServerRig, api: Api
) -> None:
    fabrikam = rig.api(organization_id=rig.add_organization("Fabrikam", "fabrikam.com"))
    api.post("/numbers", {"number": NUMBER, "kind": "service-toll"})
    for path, body in (
        ("/domains", {"domain": "contoso.com"}),
        ("/numbers", {"number": NUMBER, "kind": "service-toll"}),
    ):
        problem = refusal_of(fabrikam, "POST", path, body)
        assert "another organization" in problem["detail"]
        assert "Contoso" not in str(problem)
    queue(api)
    assert queue(fabrikam)["name"] == "Help Desk"
    assert fabrikam.get("/numbers")["total"] == 0


def test_a_user_is_an_address_with_a_name_a_number_licences_and_a_home(rig: ServerRig, api: Api) -> None:
    fields = {
        "upn": "amal@contoso.com",
        "display_name": "Amal Haddad",
        "line_uri": "tel:+14255550123",
        "licences": ["CallingPlan", "E3"],
        "voice_enabled": True,
        "homed": "hybrid",
        "voicemail": "sip:amal@mail.contoso.com",
        "forward_to": "tel:+442071234567",
    }
    made = api.post("/users", fields)
    assert {name: made[name] for name in fields} == fields
    for field, value in (
        ("upn", "amal"),
        ("upn", "amal@fabrikam.com"),
        ("homed", "nowhere"),
        ("voicemail", "mailbox"),
    ):
        problem = refusal_of(api, "POST", "/users", {"upn": "bao@contoso.com", field: value})
        assert problem["field"] == field


def test_licences_are_five_and_a_pool_bounds_how_many_are_assigned(api: Api) -> None:
    person(api, "amal", licences=["E3", "E5", "PhoneSystem", "CallingPlan", "AudioConferencing"])
    assert (
        "PhoneSystem"
        in refusal_of(api, "POST", "/users", {"upn": "x@contoso.com", "licences": ["E4"]})["allowed"]
    )
    api.put("/licences/E5", {"size": 1})
    problem = refusal_of(api, "POST", "/users", {"upn": "bao@contoso.com", "licences": ["E5"]})
    assert problem["field"].startswith("licences")
    assert "1" in problem["allowed"]
    person(api, "bao", licences=["E3"])


def test_the_number_of_phone_system_licences_may_bound_the_service_numbers(api: Api) -> None:
    person(api, "amal")
    api.patch("/organization", {"service_number_table": [{"phone_system_licences": 1, "service_numbers": 1}]})
    api.post("/numbers", {"number": NUMBER, "kind": "service-toll"})
    problem = refusal_of(api, "POST", "/numbers", {"number": "+14255550101", "kind": "service-toll"})
    assert problem["status"] == 422
    api.patch("/organization", {"service_number_table": None})
    api.post("/numbers", {"number": "+14255550101", "kind": "service-toll"})


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({"licences": ["E3"]}, "licence for Phone System"),
        ({"voice_enabled": False}, "voice-enabling"),
        ({"homed": "lync-2010"}, "home other than lync-2010"),
    ],
)
def test_who_may_be_an_agent_or_a_target_and_what_is_missing(
    api: Api, fields: dict[str, Any], missing: str
) -> None:
    upn = person(api, "chi", **fields)
    assert missing in api.get(f"/users/{upn}")["missing_for_calls"][0]
    assert missing in refused(api, "agents", [upn])
    assert missing in refused(api, "timeout", {"action": "forward", "target": f"sip:{upn}"})
    api.patch(f"/users/{upn}", {"licences": ["PhoneSystem", "CallingPlan"], "homed": "online"})
    queue(api, agents=[upn], timeout={"action": "forward", "target": f"sip:{upn}"})


def test_only_a_service_number_is_for_a_queue_and_it_belongs_to_one_thing(api: Api) -> None:
    api.post("/numbers", {"number": NUMBER, "kind": "service-toll"})
    api.post("/numbers", {"number": "+14255550123", "kind": "user"})
    assert "is a user number" in refused(api, "line_uri", "tel:+14255550123")
    queue(api, line_uri=f"tel:{NUMBER}")
    assert "belongs to queue Help Desk already" in refused(api, "line_uri", f"tel:{NUMBER}")
    problem = refusal_of(api, "POST", "/users", {"upn": "amal@contoso.com", "line_uri": f"tel:{NUMBER}"})
    assert "service number" in str(problem["errors"])
    assert api.get(f"/numbers/{NUMBER}")["belongs_to"] == "queue Help Desk"


def test_a_toll_free_number_needs_communication_credits(api: Api) -> None:
    api.patch("/organization", {"communication_credits": False})
    number = {"number": "+18005550100", "kind": "service-toll-free"}
    assert "communication_credits" in refusal_of(api, "POST", "/numbers", number)["allowed"]
    api.patch("/organization", {"communication_credits": True})
    api.post("/numbers", number)


def test_a_line_uri_is_tel_plus_digits_and_stored_in_lower_case(api: Api) -> None:
    api.post("/numbers", {"number": NUMBER, "kind": "service-toll"})
    assert queue(api, line_uri=f"TEL:{NUMBER}")["line_uri"] == f"tel:{NUMBER}"
    assert queue(api, "Without")["line_uri"] is None
    for wrong in ("tel:+1 425 555 0101", "tel:+1.425", "tel:+1-425", "tel:14255550101", NUMBER):
        assert "tel:+" in refused(api, "line_uri", wrong)


def test_groups_nest_and_loop_and_are_expanded_once(api: Api) -> None:
    amal, bao, chi = (person(api, name) for name in ("amal", "bao", "chi"))
    api.post("/groups", {"name": "First", "kind": "distribution-list", "members": [amal]})
    api.post("/groups", {"name": "Second", "kind": "security-group", "members": ["First", bao]})
    api.post("/groups", {"name": "Third", "kind": "office365-group", "members": [chi]})
    api.patch("/groups/First", {"members": [amal, "Second"]})
    queue(api, groups=["Second", "Third"])
    agents = [agent["upn"] for agent in api.get("/queues/Help Desk/agents")["agents"]]
    assert agents == [amal, bao, chi]
    assert refusal_of(api, "POST", "/groups", {"name": "X", "kind": "team"})["field"] == "kind"


def test_a_change_of_a_group_is_in_force_at_once_unless_the_delays_are_wanted(
    rig: ServerRig, api: Api
) -> None:
    amal = person(api, "amal")
    api.post("/groups", {"name": "First", "kind": "security-group", "members": [amal]})
    assert rig.organization().groups[0].earlier == ()
    api.patch("/organization", {"propagation_delay": True})
    api.patch("/groups/First", {"members": []})
    api.post("/groups", {"name": "At once", "kind": "office365-group", "members": [amal]})
    first, at_once = rig.organization().groups
    assert [each.members for each in first.earlier] == [(amal,)]
    assert at_once.earlier == ()
    api.patch("/organization", {"propagation_delay": False})
    assert rig.organization().groups[0].earlier == ()


# -- section 2: the queue


def test_a_name_is_1_to_64_characters_and_unique(api: Api) -> None:
    queue(api, "x" * 64)
    queue(api, "é")
    for name in ("", "x" * 65, " Help", "X" * 64):
        problem = refusal_of(api, "POST", "/queues", {"name": name})
        assert problem["field"] == "name"
    assert len(list(api.items("/queues"))) == 2


def test_a_primary_uri_is_made_at_creation_and_never_changes(api: Api) -> None:
    made = queue(api)
    assert re.fullmatch(r"sip:hg_[0-9a-f]{32}@contoso\.com", made["primary_uri"])
    assert api.get(f"/queues/{made['primary_uri']}") == made
    other = f"sip:hg_{'0' * 32}@contoso.com"
    problem = refusal_of(api, "PATCH", "/queues/Help Desk", {"primary_uri": other})
    assert (problem["field"], "never changes" in problem["allowed"]) == ("primary_uri", True)
    both = {"primary_uri": other, "name": "Service"}
    assert "never changes" in refusal_of(api, "PUT", "/queues/Help Desk", both)["allowed"]
    assert api.patch("/queues/Help Desk", {"name": "Service"})["primary_uri"] == made["primary_uri"]


def test_a_line_uri_of_a_queue_is_optional_and_held_by_the_organization(api: Api) -> None:
    assert "is not in the organization's numbers" in refused(api, "line_uri", f"tel:{NUMBER}")
    api.post("/numbers", {"number": NUMBER, "kind": "service-toll"})
    queue(api, line_uri=f"tel:{NUMBER}")
    assert api.patch("/queues/Help Desk", {"line_uri": None})["line_uri"] is None


def upload(api: Api, name: str, content: bytes) -> dict[str, Any]:
    uploaded: dict[str, Any] = api.request("POST", "/audio", files={"file": (name, content)})
    return uploaded


@pytest.mark.parametrize("field", ["greeting", *QUEUE_PROMPTS])
def test_what_callers_are_told_is_nothing_a_file_or_a_text(api: Api, field: str) -> None:
    upload(api, "hello.wav", wav(seconds=1.0))
    assert allowed(api, field, None) is None
    assert allowed(api, field, {"file": "HELLO.wav"}) == {"file": "hello.wav"}
    spoken = {"say": "Bonjour, vous êtes chez Contoso.", "language": "fr"}
    assert allowed(api, field, spoken) == spoken
    assert "upload it first" in refused(api, field, {"file": "gone.wav"})
    assert "must be" in refused(api, field, {"tone": 440})
    assert "nothing in the text" in refused(api, field, {"say": "..."})


def test_a_queue_speaks_english_or_french(api: Api) -> None:
    assert allowed(api, "language", "fr") == "fr"
    assert "must be one of en, fr" in refused(api, "language", "tlh")


def test_music_on_hold_is_the_default_or_one_file(api: Api) -> None:
    upload(api, "jazz.wav", wav(seconds=1.0))
    assert allowed(api, "music", "default") is None
    assert allowed(api, "music", {"file": "jazz.wav"}) == {"file": "jazz.wav"}
    assert refused(api, "music", {"say": "la la la"})


def test_audio_files_are_decoded_when_they_are_uploaded(api: Api, tmp_path: Path) -> None:
    assert upload(api, "Hello.WAV", wav(seconds=2.0))["duration"] == pytest.approx(2.0, abs=0.05)
    for name, content in (
        ("program.wav", b"MZ" + bytes(5_000)),
        ("hello.ogg", wav(seconds=1.0)),
        ("empty.mp3", b""),
        ("large.wav", wav(seconds=1.0) + bytes(5 * 2**20)),
    ):
        problem = refusal_of(api, "POST", "/audio", files={"file": (name, content)})
        assert problem["status"] in (413, 422)
    assert [audio["name"] for audio in api.items("/audio")] == ["Hello.WAV"]


def test_the_distribution_method_is_one_of_four_and_serial_is_chosen(api: Api) -> None:
    assert queue(api)["distribution"] == "attendant"
    for method in ("attendant", "serial", "round-robin", "longest-idle"):
        assert allowed(api, "distribution", method) == method
    assert "round-robin" in refused(api, "distribution", "random")


def test_calls_alert_one_at_once_or_in_parallel_as_the_method_says(api: Api) -> None:
    defaults = {
        method: queue(api, method, distribution=method)["alerting"]
        for method in ("attendant", "serial", "round-robin", "longest-idle")
    }
    assert defaults == {
        "attendant": "one",
        "serial": "one",
        "round-robin": "parallel",
        "longest-idle": "parallel",
    }
    assert allowed(api, "alerting", "parallel") == "parallel"
    assert refused(api, "alerting", "two")


def check_range(api: Api, field: str, default: int, low: int, high: int) -> None:
    made = queue(api, f"default {field}")
    assert made[field] == default
    assert [allowed(api, field, value) for value in (low, high)] == [low, high]
    for value in (low - 1, high + 1):
        assert f"must be {low} to {high}" in refused(api, field, value)
    assert "whole number" in refused(api, field, "ten")


def test_an_agent_is_rung_15_to_180_seconds(api: Api) -> None:
    check_range(api, "agent_alert_time", 30, 15, 180)


def test_agents_are_users_then_groups_each_once_and_the_rest_is_listed_as_left_out(api: Api) -> None:
    amal, bao, chi, dee = (person(api, name) for name in ("amal", "bao", "chi", "dee"))
    api.post("/groups", {"name": "All", "kind": "distribution-list", "members": [amal, bao, chi, dee]})
    queue(api, agents=[chi, amal], groups=["All"], agent_limit=3)
    shown = api.get("/queues/Help Desk/agents")
    assert [agent["upn"] for agent in shown["agents"]] == [chi, amal, bao]
    assert shown["left_out"] == [{"upn": dee, "display_name": "dee", "reason": "past the limit of 3 agents"}]
    assert queue(api, "Default")["agent_limit"] == 50
    assert allowed(api, "agent_limit", 10_000) == 10_000
    assert "1 to 10000" in refused(api, "agent_limit", 10_001)


def test_switching_opt_out_off_opts_everyone_in(rig: ServerRig, api: Api) -> None:
    amal = person(api, "amal")
    assert queue(api, agents=[amal])["allow_opt_out"] is True
    api.put(f"/users/{amal}/queues/Help Desk", {"opted_out": True})
    assert api.get("/queues/Help Desk/agents")["agents"][0]["opted_out"] is True
    api.patch("/queues/Help Desk", {"allow_opt_out": False})
    assert api.get("/queues/Help Desk/agents")["agents"][0]["opted_out"] is False
    assert rig.organization().opt_outs == frozenset()
    assert refusal_of(api, "PUT", f"/users/{amal}/queues/Help Desk", {"opted_out": True})["status"] == 409


def test_0_to_200_calls_may_wait_and_the_organization_may_raise_the_ceiling(api: Api) -> None:
    check_range(api, "max_waiting", 50, 0, 200)
    api.patch("/organization", {"limits": {"max_waiting": 10_000}})
    assert allowed(api, "max_waiting", 10_000) == 10_000
    problem = refusal_of(api, "PATCH", "/organization", {"limits": {"max_waiting": 10_001}})
    assert "0 to 10000" in problem["allowed"]


@pytest.mark.parametrize("field", ["overflow", "timeout"])
def test_a_full_queue_and_one_that_took_too_long_disconnect_or_forward(api: Api, field: str) -> None:
    amal = person(api, "amal", voicemail="sip:amal@mail.contoso.com")
    queue(api, "Sales")
    assert queue(api)[field] == {"action": "disconnect", "target": None}
    for target in ("Sales", f"sip:{amal}", "tel:+442071234567"):
        forward = {"action": "forward", "target": target}
        assert allowed(api, field, forward) == forward
    voicemail = {"action": "voicemail", "target": f"sip:{amal}"}
    assert allowed(api, field, voicemail) == voicemail
    assert "disconnect, forward or voicemail" in refused(api, field, {"action": "queue"})
    assert "forward needs" in refused(api, field, {"action": "forward"})


def test_a_voicemail_is_a_persons_with_an_address_of_it_or_without(api: Api) -> None:
    bao = person(api, "bao")
    queue(api, "Sales")
    voicemail = {"action": "voicemail", "target": f"sip:{bao}"}
    assert allowed(api, "timeout", voicemail) == voicemail
    assert "must be a person" in refused(api, "timeout", {"action": "voicemail", "target": "Sales"})


def test_the_maximum_wait_is_rounded_to_15_seconds_and_echoed(rig: ServerRig, api: Api) -> None:
    check_range(api, "max_wait", 1200, 0, 2700)
    for written, stored in ((47, 45), (53, 60), (7, 0), (8, 15), (2693, 2700)):
        assert allowed(api, "max_wait", written) == stored


def test_without_agents_a_caller_waits_unless_the_queue_says_otherwise(api: Api) -> None:
    queue(api, "Sales")
    made = queue(api)
    assert (made["no_agents"]["action"], made["no_agents_new_calls_only"]) == ("queue", False)
    for action in ({"action": "disconnect", "target": None}, {"action": "forward", "target": "Sales"}):
        assert allowed(api, "no_agents", action, no_agents_new_calls_only=True) == action


def test_presence_based_routing_is_off_but_with_longest_idle(api: Api) -> None:
    assert queue(api)["presence_based_routing"] is False
    assert allowed(api, "presence_based_routing", True) is True
    assert queue(api, "Idle", distribution="longest-idle")["presence_based_routing"] is True
    assert api.patch("/queues/Help Desk", {"distribution": "longest-idle"})["presence_based_routing"] is True
    assert "switches it on" in refused(api, "presence_based_routing", False, distribution="longest-idle")


def test_the_wrap_up_is_0_to_3600_seconds(api: Api) -> None:
    check_range(api, "wrap_up", 0, 0, 3600)


def test_messages_come_every_15_to_600_seconds_or_never(api: Api) -> None:
    assert queue(api)["messages"] == []
    message = {"say": "Thank you for waiting.", "language": "en"}
    assert allowed(api, "messages", 10 * [message]) == 10 * [message]
    assert "at most 10 messages, these are 11" in refused(api, "messages", 11 * [message])
    assert queue(api, "Default")["message_interval"] == 60
    assert [allowed(api, "message_interval", value) for value in (0, 15, 600)] == [0, 15, 600]
    for value in (-1, 14, 601):
        assert "must be 0, or 15 to 600 seconds" in refused(api, "message_interval", value)


def test_position_and_wait_are_told_every_15_to_600_seconds_and_are_off(api: Api) -> None:
    made = queue(api)
    assert (made["announce_position"], made["announce_wait"]) == (False, False)
    assert allowed(api, "announce_position", True) is True
    assert allowed(api, "announce_wait", True) is True
    check_range(api, "announce_interval", 60, 15, 600)


def test_agents_are_told_of_calls_only_where_the_queue_says_so(api: Api) -> None:
    assert queue(api)["announce_to_agent"] is False
    assert allowed(api, "announce_to_agent", True) is True


def test_a_busy_agent_is_rung_only_where_the_queue_says_so(api: Api) -> None:
    assert queue(api)["ring_busy"] is False
    assert allowed(api, "ring_busy", True) is True


@pytest.mark.parametrize("field", EXITS)
def test_a_forward_leads_to_something_that_is_there_and_not_round_in_a_loop(api: Api, field: str) -> None:
    queue(api, "Sales", overflow={"action": "forward", "target": "tel:+442071234567"})
    api.post("/queues", {"name": "Help Desk", field: {"action": "forward", "target": "Sales"}})
    assert "did you mean Sales?" in refused(api, field, {"action": "forward", "target": "Sale"})
    itself = refusal_of(
        api, "PATCH", "/queues/Help Desk", {field: {"action": "forward", "target": "Help Desk"}}
    )
    assert "may not forward to itself" in itself["allowed"]
    loop = refusal_of(
        api, "PATCH", "/queues/Sales", {"timeout": {"action": "forward", "target": "Help Desk"}}
    )
    assert "Sales -> Help Desk -> Sales" in loop["detail"]


# -- section 4: what the cmdlets do, by the API


def test_a_queue_is_removed_unless_something_forwards_to_it(api: Api) -> None:
    queue(api, "Sales")
    queue(api, overflow={"action": "forward", "target": "Sales"})
    assert "queue Help Desk forwards to it" in refusal_of(api, "DELETE", "/queues/Sales")["detail"]
    assert refusal_of(api, "GET", "/queues/Nowhere")["status"] == 404
    api.delete("/queues/Help Desk")
    assert api.delete("/queues/Sales")["name"] == "Sales"


def test_a_caller_id_policy_shows_nobody_a_service_number_or_the_own_number(api: Api) -> None:
    made = api.post("/caller-id-policies", {"name": "UKSalesQueue"})
    assert made == {
        "name": "UKSalesQueue",
        "substitute": "line-uri",
        "service_number": None,
        "enable_user_override": False,
        "block_incoming_pstn_caller_id": False,
        "company_name": "",
        "description": "",
    }
    api.post("/numbers", {"number": NUMBER, "kind": "service-toll"})
    api.post("/numbers", {"number": "+14255550123", "kind": "user"})
    api.patch("/caller-id-policies/uksalesqueue", {"substitute": "service", "service_number": NUMBER})
    for wrong in (None, "+14255550199", "+14255550123"):
        change = {"substitute": "service", "service_number": wrong}
        problem = refusal_of(api, "PATCH", "/caller-id-policies/UKSalesQueue", change)
        assert problem["field"] == "service_number"
    assert refusal_of(api, "POST", "/caller-id-policies", {"name": "UKSALESQUEUE"})["field"] == "name"
    assert "UKSalesQueue" in refusal_of(api, "DELETE", f"/numbers/{NUMBER}")["detail"]


def test_global_is_always_there_and_its_removal_resets_it(api: Api) -> None:
    assert [policy["name"] for policy in api.items("/caller-id-policies")] == ["Global"]
    api.patch("/caller-id-policies/global", {"substitute": "anonymous", "description": "quiet"})
    reset = api.delete("/caller-id-policies/Global")
    assert (reset["substitute"], reset["description"]) == ("line-uri", "")
    assert [policy["name"] for policy in api.items("/caller-id-policies")] == ["Global"]


def test_a_policy_is_granted_to_users_and_groups_and_the_nearest_grant_counts(api: Api) -> None:
    amal = person(api, "amal")
    for name in ("Mine", "Low", "High"):
        api.post("/caller-id-policies", {"name": name, "substitute": "anonymous"})
    api.post("/groups", {"name": "Inner", "kind": "security-group", "members": [amal]})
    api.post("/groups", {"name": "Outer", "kind": "security-group", "members": ["Inner"]})
    assert api.get(f"/users/{amal}/caller-id")["policy"] == "Global"
    api.patch("/groups/Inner", {"caller_id_policy": "High", "caller_id_rank": 2})
    assert api.get(f"/users/{amal}/caller-id")["policy"] == "High"
    api.patch("/groups/Outer", {"caller_id_policy": "Low", "caller_id_rank": 1})
    assert api.get(f"/users/{amal}/caller-id")["policy"] == "Low"
    api.patch(f"/users/{amal}", {"caller_id_policy": "mine"})
    assert api.get(f"/users/{amal}/caller-id")["policy"] == "Mine"
    assert "user amal@contoso.com" in refusal_of(api, "DELETE", "/caller-id-policies/Mine")["detail"]
    api.patch(f"/users/{amal}", {"caller_id_policy": None})
    assert api.get(f"/users/{amal}/caller-id")["policy"] == "Low"
    assert (
        refusal_of(api, "PATCH", f"/users/{amal}", {"caller_id_policy": "None"})["field"]
        == "caller_id_policy"
    )


def test_the_caller_id_in_effect_is_hidden_anonymous_the_service_number_or_the_own(api: Api) -> None:
    api.post("/numbers", {"number": NUMBER, "kind": "service-toll"})
    amal = person(api, "amal", line_uri="tel:+14255550123")

    def shown(**policy: Any) -> Any:
        api.patch("/caller-id-policies/Global", policy)
        return api.get(f"/users/{amal}/caller-id")["shows"]

    assert shown() == "+14255550123"
    assert shown(substitute="service", service_number=NUMBER) == NUMBER
    api.patch(f"/users/{amal}", {"hides_number": True})
    assert shown() == NUMBER
    assert shown(enable_user_override=True) == "anonymous"
    api.patch(f"/users/{amal}", {"hides_number": False})
    assert shown(substitute="anonymous", service_number=None) == "anonymous"


def test_a_user_is_voice_enabled_and_given_a_number(api: Api) -> None:
    amal = person(api, "amal", voice_enabled=False)
    changed = api.patch(f"/users/{amal}", {"voice_enabled": True, "line_uri": "TEL:+14255550123"})
    assert (changed["voice_enabled"], changed["line_uri"]) == (True, "tel:+14255550123")
    assert api.get("/numbers/+14255550123") == {
        "number": "+14255550123",
        "kind": "user",
        "state": "active",
        "country": None,
        "belongs_to": "user amal@contoso.com",
        **{name: value for name, value in api.get("/numbers/+14255550123").items() if name == "warnings"},
    }
