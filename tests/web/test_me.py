"""An agent's own things, and nobody else's (web)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from huntline.cli.api_client import Api
from huntline.clock import server_zone
from huntline.directory.access import Role
from huntline.engine.model import Outcome
from huntline.engine.reasons import Cause, Count, NobodyFree, Obstacle, RingOutcome, WrapUp
from huntline.web.moments import start_of_today
from tests.web.past import NOON, Past
from tests.web.rig import E5_USER, ServerRig, refusal_of
from tests.web.signalling import signalling

LONG_AGO = {"from": "2026-01-01T00:00:00Z"}


class Office:
    """Amal and Bao serve Help Desk, Bao alone Sales; ``me`` is Amal's API."""

    def __init__(self, rig: ServerRig) -> None:
        admin = rig.api()
        self.amal, self.bao = (
            admin.post("/users", {"upn": f"{name}@contoso.com", "display_name": name.title(), **E5_USER})[
                "id"
            ]
            for name in ("amal", "bao")
        )
        both = ["amal@contoso.com", "bao@contoso.com"]
        self.desk: str = admin.post("/queues", {"name": "Help Desk", "agents": both})["id"]
        self.sales: str = admin.post("/queues", {"name": "Sales", "agents": both[1:]})["id"]
        self.me: Api = rig.api(Role.AGENT, user_id=self.amal)

    def calls(self, **wanted: Any) -> list[tuple[str, str, str]]:
        """My calls, in short."""
        return [
            (call["call_id"], call["part"], call["text"]) for call in self.me.items("/me/calls", **wanted)
        ]


@pytest.fixture
def office(rig: ServerRig) -> Office:
    return Office(rig)


def test_i_am_told_who_i_am_and_what_i_serve(rig: ServerRig, office: Office) -> None:
    me = office.me.get("/me")
    assert (me["account"]["role"], me["account"]["organization"]) == ("agent", "Contoso")
    assert (me["user"]["upn"], me["user"]["display_name"]) == ("amal@contoso.com", "Amal")
    assert [queue["name"] for queue in me["queues"]] == ["Help Desk"]
    assert me["now"] is None
    with signalling(rig) as fake:
        fake.snapshot["agents"] = [fake.agent(office.amal, "amal@contoso.com", office.desk)]
        assert office.me.get("/me")["now"]["agent"]["state"] == "ready"


def test_what_i_decide_for_myself_is_done_and_not_audited(rig: ServerRig, office: Office) -> None:
    with signalling(rig) as fake:
        office.me.put("/me/presence", {"presence": "away"})
        office.me.put("/me/pause", {"reason": "lunch"})
        office.me.delete("/me/pause")
        office.me.put("/me/queues/Help Desk", {"opted_out": True})
        assert [request["do"] for request in fake.asked] == ["choose-presence", "pause", "resume", "opt-out"]
        assert {request["upn"] for request in fake.asked} == {"amal@contoso.com"}
    audit = rig.api().get("/audit", key="amal@contoso.com")["items"]
    assert not {"presence", "pause", "opted_out"} & {entry["field"] for entry in audit}


def test_a_queue_that_i_do_not_serve_is_as_unknown_as_one_that_is_not_there(office: Office) -> None:
    for name in ("Sales", "Nothing"):
        problem = refusal_of(office.me, "PUT", f"/me/queues/{name}", {"opted_out": True})
        assert (problem["status"], problem["detail"]) == (404, f"you are no agent of a queue {name!r}")


def test_each_call_comes_once_and_is_missed_only_when_nobody_took_it(rig: ServerRig, office: Office) -> None:
    with Past(rig) as past:
        past.call("mine", office.desk, 0, wait=7, agent_id=office.amal)
        past.ring("mine", office.desk, office.amal, 2, 67, "answered")
        past.call("baos", office.desk, 100, wait=12, agent_id=office.bao)
        past.ring("baos", office.desk, office.amal, 102)
        past.ring("baos", office.desk, office.amal, 108)
        past.call("nobodys", office.desk, 200, wait=30)
        past.ring("nobodys", office.desk, office.amal, 202)
        past.ring("nobodys", office.desk, office.amal, 210)
        past.call("sent away", office.desk, 300, outcome=Outcome.TIMED_OUT)
        past.ring("sent away", office.desk, office.amal, 302)
        past.call("not for me", office.desk, 350)
        past.ring("not for me", office.desk, office.amal, 352)
        past.ring("not for me", office.desk, office.amal, 360, outcome="declined")
        past.call("changed my mind", office.desk, 380)
        past.ring("changed my mind", office.desk, office.amal, 382, outcome="declined")
        past.ring("changed my mind", office.desk, office.amal, 388)
        past.call("not rung", office.desk, 400, agent_id=office.bao)
        past.ring("not rung", office.desk, office.bao, 402, 60, "answered")
    assert office.calls(**LONG_AGO) == [
        ("changed my mind", "missed", "missed"),
        ("not for me", "declined", "declined"),
        ("sent away", "missed", "missed"),
        ("nobodys", "missed", "missed"),
        ("baos", "answered-elsewhere", "answered by Bao after 12 s"),
        ("mine", "answered", "answered after 7 s"),
    ]


def test_a_call_of_mine_tells_when_it_rang_and_how_long_i_talked_and_no_more(
    rig: ServerRig, office: Office
) -> None:
    with Past(rig) as past:
        past.call("baos", office.desk, 0, agent_id=office.bao)
        past.ring("baos", office.desk, office.amal, 4)
        past.ring("baos", office.desk, office.amal, 8)
        past.call("mine", office.desk, 100, agent_id=office.amal)
        past.ring("mine", office.desk, office.amal, 112, 60, "answered")
    mine, baos = office.me.get("/me/calls", **LONG_AGO)["items"]
    assert baos["rang_at"] == "2026-11-23T12:00:04Z"
    assert (baos["answered_at"], baos["ended_at"]) == (None, None)
    assert mine["answered_at"] == "2026-11-23T12:01:52Z"


def test_a_call_of_mine_says_who_took_it_and_how_long_the_caller_waited(
    rig: ServerRig, office: Office
) -> None:
    with Past(rig) as past:
        past.call("baos", office.desk, 0, wait=12, agent_id=office.bao)
        past.ring("baos", office.desk, office.amal, 4)
        past.call("nobodys", office.desk, 100, wait=30)
        past.ring("nobodys", office.desk, office.amal, 112)
    calls = office.me.get("/me/calls", **LONG_AGO)["items"]
    assert [(call["answered_by"], call["waited_s"]) for call in calls] == [(None, 30.0), ("Bao", 12.0)]


def test_a_callers_number_is_withheld_where_my_policy_blocks_it(rig: ServerRig, office: Office) -> None:
    with Past(rig) as past:
        past.call("mine", office.desk, 0, wait=7, agent_id=office.amal)
        past.ring("mine", office.desk, office.amal, 2, 67, "answered")
    shown = [call["caller_shown"] for call in office.me.items("/me/calls", **LONG_AGO)]
    assert shown == ["+1 425-555-0123"]
    rig.api().patch("/caller-id-policies/Global", {"block_incoming_pstn_caller_id": True})
    withheld = office.me.items("/me/calls", **LONG_AGO)
    assert [(call["caller"], call["caller_shown"]) for call in withheld] == [("Anonymous", "Anonymous")]


def test_my_calls_are_those_of_today_unless_i_ask_for_others(rig: ServerRig, office: Office) -> None:
    now = datetime.now(UTC)
    for call_id, began_at in (("now", now), ("before", now - timedelta(days=2))):
        with Past(rig, began_at=began_at) as past:
            past.call(call_id, office.desk, agent_id=office.amal)
            past.ring(call_id, office.desk, office.amal, outcome=RingOutcome.ANSWERED)
    assert [call_id for call_id, _, _ in office.calls()] == ["now"]
    assert [call_id for call_id, _, _ in office.calls(**LONG_AGO)] == ["now", "before"]


def test_why_i_was_not_rung_is_told_and_nothing_about_anybody_else(rig: ServerRig, office: Office) -> None:
    with Past(rig) as past:
        past.call("c1", office.desk, agent_id=office.bao)
        past.decision("c1", office.desk, office.amal, "not rung", Cause.DO_NOT_DISTURB)
        past.decision("c1", office.desk, office.bao, "rung", Cause.FIRST_OF_LIST)
        past.decision("c1", office.desk, None, "waits", NobodyFree((Count(Obstacle.ON_QUEUE_CALL, 1),)))
        past.call("c2", office.sales)
        past.decision("c2", office.sales, office.bao, "not rung", Cause.OPTED_OUT)
    decisions = office.me.get("/me/calls/c1/decisions")
    assert [(each["agent"], each["reason"]) for each in decisions] == [("amal@contoso.com", "do not disturb")]
    answers = [refusal_of(office.me, "GET", f"/me/calls/{call_id}/decisions") for call_id in ("c2", "c9")]
    assert [answer["status"] for answer in answers] == [404, 404]
    assert NOON.isoformat() not in str(answers)


def test_the_phone_in_my_page_is_told_where_to_connect_and_as_whom(rig: ServerRig, office: Office) -> None:
    with signalling(rig) as fake:
        phone = office.me.post("/me/phone")
        assert fake.asked == [{"do": "phone-credential", "upn": "amal@contoso.com"}]
    assert phone == {
        "websocket_url": "ws://127.0.0.1:5062",
        "uri": "sip:amal@contoso.com",
        "username": "who.1.1790000600",
        "password": "made up",
        "display_name": "Somebody",
        "expires_at": "2026-11-23T12:00:00Z",
    }
    problem = refusal_of(office.me, "POST", "/me/phone")
    assert (problem["status"], problem["error"]) == (503, "server-unavailable")


def test_why_others_were_rung_and_i_was_not_is_told_for_each_call_of_my_queues(
    rig: ServerRig, office: Office
) -> None:
    with Past(rig, began_at=start_of_today(server_zone())) as past:
        past.call("mine", office.desk, 0, wait=1, agent_id=office.amal)
        past.ring("mine", office.desk, office.amal, 2, 61, "answered")
        past.call("while I talked", office.desk, 30, wait=4, agent_id=office.bao)
        past.call("opted out", office.desk, 100, wait=12)
        past.decision("opted out", office.desk, office.amal, "not rung", Cause.DO_NOT_DISTURB, 102)
        past.decision("opted out", office.desk, office.amal, "not rung", Cause.OPTED_OUT, 103)
        past.decision("opted out", office.desk, office.bao, "not rung", WrapUp(NOON), 103)
        past.call("never reached me", office.desk, 200, wait=3, agent_id=office.bao)
        past.call("not my queue", office.sales, 300)
        past.call("yesterdays", office.desk, -1)
    found = office.me.get("/me/not-rung")
    assert [(each["call_id"], each["why"], each["answered_by"]) for each in found] == [
        ("never reached me", "not-reached", "Bao"),
        ("opted out", "decided", None),
        ("while I talked", "occupied", "Bao"),
    ]
    assert [each["queue"] for each in found] == ["Help Desk"] * 3
    assert [each["waited_s"] for each in found] == [3.0, 12.0, 4.0]
    assert found[1]["reasons"] == ["do not disturb", "opted out"]
    assert found[2]["reasons"][0].startswith("occupied by another call, ")
    assert "before their turn" in found[0]["reasons"][0]
    assert [each["call_id"] for each in office.me.get("/me/not-rung", limit=1)] == ["never reached me"]


def test_nothing_that_happened_is_nothing_to_explain(office: Office) -> None:
    assert office.me.get("/me/not-rung") == []


class Company:
    """Many people and queues to hand a call on to."""

    def __init__(self, rig: ServerRig) -> None:
        self.admin = rig.api()
        self.admin.post("/numbers", {"number": "+14255550100", "kind": "service-toll"})
        for upn, name in (("anna@contoso.com", "Anna Bell"), ("z.anne@contoso.com", "Zoe Anne")):
            self.admin.post("/users", {"upn": upn, "display_name": name, **E5_USER})
        self.admin.post("/users", {"upn": "hannah@contoso.com", "line_uri": "tel:+14255550777", **E5_USER})
        self.admin.post("/users", {"upn": "gone.ann@contoso.com", "is_active": False, **E5_USER})
        self.me_id = self.admin.post("/users", {"upn": "me.ann@contoso.com", **E5_USER})["id"]
        self.admin.post("/queues", {"name": "Annual reviews", "line_uri": "tel:+14255550100"})
        self.admin.post("/queues", {"name": "Sales", "agents": ["hannah@contoso.com"]})
        self.me = rig.api(Role.AGENT, user_id=self.me_id)

    def people(self, search: str) -> list[str]:
        """Who is found, in order."""
        return [each["upn"] for each in self.me.get("/me/colleagues", search=search)["people"]]

    def queues(self, search: str) -> list[str]:
        """Which queues are."""
        return [each["name"] for each in self.me.get("/me/colleagues", search=search)["queues"]]


def test_colleagues_and_queues_are_found_by_a_part_of_name_or_number(rig: ServerRig) -> None:
    company = Company(rig)
    assert company.people("ANN") == ["anna@contoso.com", "hannah@contoso.com", "z.anne@contoso.com"]
    assert company.people("555077") == ["hannah@contoso.com"]
    assert company.people(" +1425") == ["hannah@contoso.com"]
    assert company.people("nobody") == []
    assert (company.queues("ann"), company.queues("5550100")) == (["Annual reviews"],) * 2
    assert company.queues("") == ["Annual reviews", "Sales"]
    (queue,) = company.me.get("/me/colleagues", search="sales")["queues"]
    assert (queue["primary_uri"], queue["line_uri"]) == (rig.queue("Sales").primary_uri, None)


def test_colleagues_are_told_with_what_they_do_now(rig: ServerRig) -> None:
    company = Company(rig)
    hannah = next(user for user in rig.organization().users if user.upn == "hannah@contoso.com")
    away = company.me.get("/me/colleagues", search="hannah")["people"]
    assert away == [
        {
            "upn": "hannah@contoso.com",
            "display_name": "hannah",
            "line_uri": "tel:+14255550777",
            "presence": None,
            "state": None,
            "is_reachable": None,
        }
    ]
    with signalling(rig) as fake:
        fake.snapshot["agents"] = [fake.agent(hannah.user_id, hannah.upn, "q1", state="talking")]
        (now,) = company.me.get("/me/colleagues", search="hannah")["people"]
        assert (now["presence"], now["state"], now["is_reachable"]) == ("available", "talking", True)
        others = company.me.get("/me/colleagues", search="anna bell")["people"]
        assert [(each["state"], each["is_reachable"]) for each in others] == [(None, False)]


def test_of_many_colleagues_twenty_are_told(rig: ServerRig) -> None:
    company = Company(rig)
    lines = "\n".join(f"x{number}@contoso.com" for number in range(30))
    content = f"upn\n{lines}\n".encode()
    company.admin.request("POST", "/imports/users", files={"file": ("users.csv", content)})
    assert len(company.people("x")) == 20


def test_an_account_without_a_user_is_told_what_is_missing(rig: ServerRig) -> None:
    for role in (Role.ADMIN, Role.AUDITOR):
        api = rig.api(role)
        for path in (
            "/me",
            "/me/calls",
            "/me/live",
            "/me/live/events",
            "/me/calls/c1/decisions",
            "/me/colleagues",
            "/me/not-rung",
        ):
            problem = refusal_of(api, "GET", path)
            assert (problem["status"], problem["error"]) == (409, "account-without-user")
        problem = refusal_of(api, "POST", "/me/phone")
        assert (problem["status"], problem["error"]) == (409, "account-without-user")
    assert "an admin sets its user" in problem["detail"]


RULE: dict[str, Any] = {
    "forward_to": None,
    "when_busy": "sip:bao@contoso.com",
    "when_no_answer": "off",
    "when_not_reachable": "tel:+442071234567",
    "ring_time": 25,
    "also_ring": [{"target": "tel:+442071234567", "after": 10}],
    "hides_number": True,
}


def test_i_say_myself_what_becomes_of_calls_to_me(rig: ServerRig, office: Office) -> None:
    before = office.me.get("/me/rule")
    assert (before["ring_time"], before["also_ring"], before["when_busy"]) == (20, [], None)
    assert (before["may_hide_number"], before["star_codes"]["forward_all"]) == (False, "*72")
    after = office.me.put("/me/rule", RULE)
    assert after == office.me.get("/me/rule") == before | RULE
    assert {name: rig.api().get(f"/users/{office.amal}")[name] for name in RULE} == RULE
    assert rig.api().get(f"/users/{office.bao}")["ring_time"] == 20
    changes = {entry["field"] for entry in rig.api().get("/audit", key="amal@contoso.com")["items"]}
    assert changes >= {"when_busy", "ring_time", "also_ring"}
    short = {"also_ring": ["tel:+442071234567@10", "sip:bao@contoso.com"]}
    assert office.me.put("/me/rule", short)["also_ring"] == [
        *RULE["also_ring"],
        {"target": "sip:bao@contoso.com", "after": 0},
    ]
    assert office.me.put("/me/rule", {}) == before


@pytest.mark.parametrize(
    ("wish", "field", "message"),
    [
        ({"ring_time": 61}, "ring_time", "must be 5 to 60 seconds"),
        ({"ring_time": 4}, "ring_time", "must be 5 to 60 seconds"),
        ({"forward_to": "off"}, "forward_to", "must be sip:user@host"),
        ({"when_busy": "bao"}, "when_busy", "must be sip:user@host"),
        ({"when_busy": "sip:amal@contoso.com"}, "when_busy", "a user may not forward to themself"),
        (
            {"also_ring": [{"target": "tel:+1425", "after": 61}]},
            "also_ring[0].after",
            "must be 0 to 60 seconds",
        ),
        (
            {"also_ring": [{"target": "tel:+1425", "after": 20}]},
            "also_ring[0].after",
            "must be less than ring_time",
        ),
        ({"also_ring": [{"target": "tel:+1425"}] * 6}, "also_ring", "must hold at most 5 numbers"),
        ({"also_ring": [{"target": "sip:amal@contoso.com"}]}, "also_ring[0].target", "a user's own phones"),
        ({"nonsense": 1}, "nonsense", "there is no such setting"),
    ],
)
def test_a_wish_that_cannot_be_is_named_and_changes_nothing(
    office: Office, wish: dict[str, Any], field: str, message: str
) -> None:
    office.me.put("/me/rule", RULE)
    problem = refusal_of(office.me, "PUT", "/me/rule", wish)
    assert problem["status"] == 422
    (error,) = problem["errors"]
    assert error["field"] == field
    assert error["allowed"].startswith(message)
    assert office.me.get("/me/rule")["when_busy"] == "sip:bao@contoso.com"


def test_a_loop_of_those_who_send_all_calls_on_is_named(rig: ServerRig, office: Office) -> None:
    office.me.put("/me/rule", {"forward_to": "sip:bao@contoso.com"})
    bao = rig.api(Role.AGENT, user_id=office.bao)
    problem = refusal_of(bao, "PUT", "/me/rule", {"forward_to": "sip:amal@contoso.com"})
    assert "amal@contoso.com -> bao@contoso.com -> amal@contoso.com" in problem["detail"]
    bao.put("/me/rule", {"when_busy": "sip:amal@contoso.com"})
