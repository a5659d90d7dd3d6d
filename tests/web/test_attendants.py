"""Auto attendants through the API: kept as they are sent, refused in words, asked what they do when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.rig import E5_USER, ServerRig, refusal_of, server_rig
from tests.web.sounds import wav

NUMBER = "+33140000000"

RECEPTION: dict[str, Any] = {
    "name": "Accueil",
    "line_uris": [f"TEL:{NUMBER}"],
    "language": "fr",
    "time_zone": "Europe/Paris",
    "operator": "sip:Amal@contoso.com",
    "hours": {
        **{day: ["09:00-12:30", "14:00-18:00"] for day in ("monday", "tuesday", "wednesday", "thursday")},
        "friday": ["16:00-01:00"],
    },
    "open": {
        "greeting": {"file": "Hello.WAV"},
        "action": "menu",
        "menu": {
            "keys": [
                {"key": "1", "action": "forward", "target": "sales"},
                {"key": "2", "action": "directory-by-name", "label": "quelqu'un"},
                {"key": "*", "action": "repeat"},
            ],
            "repeats": 1,
            "no_input": {"action": "operator"},
        },
    },
    "after_hours": {"action": "forward", "target": "tel:+33140000001"},
    "holidays": [
        {"name": "Fête nationale", "first": "2027-07-14"},
        {
            "name": "Été",
            "first": "2027-08-01",
            "last": "2027-08-15",
            "flow": {"action": "forward", "target": "sip:amal@contoso.com"},
        },
    ],
    "directory": {"groups": ["all"], "excluded": ["Bao@contoso.com"]},
}


def equipped(rig: ServerRig) -> ServerRig:
    """Contoso with two people, a group, a queue, a number and a sound."""
    api = rig.api()
    api.post("/numbers", {"number": NUMBER, "kind": "service-toll"})
    for name in ("amal", "bao"):
        api.post("/users", {"upn": f"{name}@contoso.com", **E5_USER})
    api.post("/groups", {"name": "All", "kind": "security-group", "members": ["amal@contoso.com"]})
    api.post("/queues", {"name": "Sales"})
    api.request("POST", "/audio", files={"file": ("hello.wav", wav())})
    return rig


@pytest.fixture
def office(rig: ServerRig) -> ServerRig:
    """An office of one test."""
    return equipped(rig)


@pytest.fixture(scope="module")
def quiet_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerRig]:
    """An office in which nothing is changed."""
    with server_rig(tmp_path_factory.mktemp("office") / "data") as rig:
        yield equipped(rig)


def test_an_attendant_is_kept_as_it_was_sent_with_names_as_things_are_called(office: ServerRig) -> None:
    made = office.api().post("/attendants", RECEPTION)
    assert made["line_uris"] == [f"tel:{NUMBER}"]
    assert made["primary_uri"] == f"sip:aa_{made['id'].replace('-', '')}@contoso.com"
    assert made["open"]["menu"]["keys"][0] == {
        "key": "1",
        "action": "forward",
        "target": "Sales",
        "label": "",
    }
    assert made["open"]["greeting"] == {"file": "hello.wav"}
    assert made["open"]["menu"]["wait_for_key"] == 5
    assert made["hours"]["friday"] == ["16:00-01:00"]
    assert made["holidays"][0]["last"] == "2027-07-14"
    assert made["directory"] == {"groups": ["All"], "excluded": ["bao@contoso.com"]}
    assert office.api().get("/attendants/accueil") == made
    assert office.api().get(f"/attendants/{made['id']}") == made
    assert office.api().get("/numbers/" + NUMBER)["belongs_to"] == "attendant Accueil"


def test_an_attendant_changes_by_what_is_said_and_the_audit_says_it(office: ServerRig) -> None:
    api = office.api()
    api.post("/attendants", RECEPTION)
    changed = api.request("PATCH", "/attendants/accueil", json={"language": "en", "hours": None})
    assert (changed["language"], changed["hours"], changed["name"]) == ("en", None, "Accueil")
    told = {(each["field"], each["before"], each["after"]) for each in api.get("/audit")["items"]}
    assert ("language", "fr", "en") in told
    assert any(field == "hours" and "16:00-01:00" in before for field, before, _ in told if before)


def refused(office: ServerRig, **changes: Any) -> list[tuple[str, str]]:
    """Fields and messages of the refusal of the attendant with these changes."""
    problem = refusal_of(office.api(), "POST", "/attendants", RECEPTION | changes)
    return [(error["field"], error["allowed"]) for error in problem["errors"]]


def menu(*keys: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """A flow with a menu."""
    return {"action": "menu", "menu": {"keys": list(keys), **settings}}


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": "sales"}, "name", "is the name of queue Sales already"),
        ({"name": "voicemail:x"}, "name", "must not begin with attendant: or voicemail:"),
        ({"line_uris": ["tel:+33140000009"]}, "line_uris[0]", "is not in the organization's numbers"),
        ({"time_zone": "Europe/Pari"}, "time_zone", "did you mean Europe/Paris?"),
        ({"operator": "sip:zoe@contoso.com"}, "operator", "there is no user or queue zoe"),
        ({"operator": "attendant:Acceuil"}, "operator", "did you mean Accueil?"),
        ({"hours": {"monday": ["9-12"]}}, "hours.monday[0]", "must be a span such as 09:00-12:30"),
        ({"hours": {"monday": ["09:00-12:10"]}}, "hours.monday[0]", "steps of 15 minutes"),
        ({"hours": {"monday": ["09:00-09:00"]}}, "hours.monday[0]", "a whole day is 00:00-24:00"),
        ({"hours": {"monday": ["24:00-25:00"]}}, "hours.monday[0]", "must begin before 24:00"),
        ({"hours": {"tuesday": ["09:00-10:00"] * 9}}, "hours.tuesday", "at most 8 spans a day"),
        ({"hours": {"moonday": []}}, "hours.moonday", "did you mean monday?"),
        ({"open": {"action": "forward"}}, "open.target", "missing: forward needs the name of a queue"),
        ({"open": {"action": "menu"}}, "open.menu", "missing: action menu needs the keys"),
        ({"open": {"action": "menus"}}, "open.action", "did you mean menu?"),
        (
            {"open": menu({"key": "1", "action": "forward", "target": "sale"})},
            "open.menu.keys[0].target",
            "did you mean Sales?",
        ),
        ({"open": menu({"key": "A", "action": "repeat"})}, "open.menu.keys[0].key", "one of 0 to 9, * and #"),
        (
            {"open": menu({"key": "1", "action": "repeat"}, {"key": "1", "action": "back"})},
            "open.menu.keys[0].key",
            "must be unique",
        ),
        ({"open": menu(wait_for_key=0)}, "open.menu.wait_for_key", "must be 1 to 20 seconds"),
        ({"open": menu(repeats=6)}, "open.menu.repeats", "must be 0 to 5 times"),
        (
            {"operator": None, "open": menu({"key": "0", "action": "operator"})},
            "open.menu.keys[0].action",
            "needs an operator",
        ),
        (
            {"holidays": [{"name": "X", "first": "2027-07-14", "last": "2027-07-13"}]},
            "holidays[0].last",
            "must not be before first, 2027-07-14",
        ),
        ({"holidays": [{"name": "X", "first": "2027-02-30"}]}, "holidays[0].first", "must be a day such as"),
        ({"directory": {"groups": ["al"]}}, "directory.groups[0]", "did you mean All?"),
        ({"directory": {"excluded": ["x@contoso.com"]}}, "directory.excluded[0]", "there is no user"),
        (
            {"open": {"action": "forward", "target": "attendant:accueil"}},
            "open.target",
            "forwards go round in a loop: attendant:Accueil -> attendant:Accueil",
        ),
    ],
)
def test_what_may_not_be_is_refused_with_what_would_be_right(
    quiet_office: ServerRig, changes: dict[str, Any], field: str, message: str
) -> None:
    found = refused(quiet_office, **changes)
    assert any(where == field and message in text for where, text in found), found
    assert not quiet_office.organization().attendants


def test_a_loop_through_a_queue_is_refused_unless_it_takes_a_key(office: ServerRig) -> None:
    api = office.api()
    api.post("/attendants", RECEPTION | {"open": menu(no_input={"action": "forward", "target": "sales"})})
    change = {"timeout": {"action": "forward", "target": "attendant:Accueil"}}
    problem = refusal_of(api, "PATCH", "/queues/sales", change)
    assert "loop: Sales -> attendant:Accueil -> Sales" in problem["errors"][0]["allowed"]
    key = {"key": "1", "action": "forward", "target": "sales"}
    api.request("PATCH", "/attendants/accueil", json={"open": menu(key)})
    api.request("PATCH", "/queues/sales", json=change)


def test_what_an_attendant_needs_stays_and_follows_its_name(office: ServerRig) -> None:
    api = office.api()
    api.post("/attendants", RECEPTION)
    for path, use in [
        ("/queues/sales", "attendant Accueil sends callers to it (open.menu.keys[0].target)"),
        ("/users/amal@contoso.com", "attendant Accueil sends callers to it (operator)"),
        ("/users/bao@contoso.com", "attendant Accueil leaves it out of its directory"),
        ("/groups/all", "attendant Accueil has its directory from it"),
        ("/audio/hello.wav", "attendant Accueil plays it (open.greeting)"),
        ("/numbers/" + NUMBER, "attendant Accueil is called by it"),
    ]:
        assert use in refusal_of(api, "DELETE", path)["detail"]
    api.request("PATCH", "/queues/sales", json={"name": "Ventes"})
    api.request("PATCH", "/users/amal@contoso.com", json={"upn": "amel@contoso.com"})
    now = api.get("/attendants/accueil")
    assert now["open"]["menu"]["keys"][0]["target"] == "Ventes"
    assert now["operator"] == "sip:amel@contoso.com"
    api.request(
        "PATCH", "/queues/ventes", json={"overflow": {"action": "forward", "target": "attendant:ACCUEIL"}}
    )
    assert "queue Ventes forwards to it" in refusal_of(api, "DELETE", "/attendants/accueil")["detail"]
    api.request("PATCH", "/attendants/accueil", json={"name": "Standard"})
    assert api.get("/queues/ventes")["overflow"]["target"] == "attendant:Standard"


def test_the_page_asks_what_happens_on_14_july(office: ServerRig) -> None:
    api = office.api()
    api.post("/attendants", RECEPTION)

    def at(moment: str) -> tuple[str, str | None, str, str | None]:
        happens = api.get("/attendants/accueil/what-happens", at=moment)
        return happens["kind"], happens["holiday"], happens["reason"], happens["until"]

    assert at("2027-07-14T19:10") == (
        "holiday",
        "Fête nationale",
        "it is a holiday",
        "2027-07-15T00:00:00+02:00",
    )
    assert at("2027-07-15T10:00Z") == (
        "open",
        None,
        "it is within the hours of that day",
        "2027-07-15T12:30:00+02:00",
    )
    assert at("2027-07-17T00:30")[2] == "hours of the day before go on past midnight"
    assert at("2027-07-17T01:00") == (
        "after-hours",
        None,
        "that day has no hours",
        "2027-07-19T09:00:00+02:00",
    )
    greeted = api.get("/attendants/accueil/what-happens", at="2027-08-02T12:00")
    assert greeted["flow"]["target"] == "sip:amal@contoso.com"
    problem = refusal_of(api, "GET", "/attendants/accueil/what-happens", at="tomorrow")
    assert problem["errors"][0]["field"] == "at"


def test_a_calendar_begins_the_holidays(office: ServerRig) -> None:
    api = office.api()
    days = api.get("/holiday-calendars/fr", year=2027, language="fr")["holidays"]
    assert {"name": "Fête nationale", "first": "2027-07-14", "last": "2027-07-14"} in days
    made = api.post("/attendants", RECEPTION | {"holidays": days})
    assert len(made["holidays"]) == len(days)
    assert any(each["country"] == "US" for each in api.get("/holiday-calendars", limit=1000)["items"])
    assert "no holiday calendar" in refusal_of(api, "GET", "/holiday-calendars/FX", year=2027)["detail"]
    problem = refusal_of(api, "GET", "/holiday-calendars/DE", year=2027, subdivision="ZZ")
    assert "no part 'ZZ'" in problem["detail"]


def test_two_people_have_no_extension_in_common(office: ServerRig) -> None:
    api = office.api()
    api.request("PATCH", "/users/amal@contoso.com", json={"extension": "0301"})
    problem = refusal_of(api, "PATCH", "/users/bao@contoso.com", {"extension": "0301"})
    assert "must be unique" in problem["errors"][0]["allowed"]
    problem = refusal_of(api, "PATCH", "/users/bao@contoso.com", {"extension": "1234567"})
    assert problem["errors"][0]["allowed"] == "must be 1 to 6 digits, nothing else"
