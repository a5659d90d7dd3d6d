"""What calls need of an attendant: how it is dialled, what it says, whom its callers can dial."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from huntline.attendant.model import FlowPlan, KeyAction, MenuChoice, SpokenText
from huntline.directory.attendants import (
    Attendant,
    AttendantFlow,
    DialScope,
    FlowAction,
    Menu,
    MenuAction,
    MenuKey,
)
from huntline.directory.plan import AttendantTarget, ServerPlan
from tests.directory.offices import contoso, person, queue

KEYS = (
    MenuKey("1", MenuAction.FORWARD, "Sales"),
    MenuKey("2", MenuAction.FORWARD, "tel:+33140000001", "la comptabilité"),
    MenuKey("*", MenuAction.DIRECTORY_BY_NAME),
)
RECEPTION = Attendant(
    attendant_id="01234567-89ab-7def-8123-456789abcdef",
    name="Main Menu",
    domain="contoso.com",
    line_uris=("tel:+14255550100", "tel:+14255550101"),
    language="fr",
    operator="sip:amal@contoso.com",
    open=AttendantFlow(action=FlowAction.MENU, menu=Menu(keys=KEYS)),
    directory=DialScope(excluded=("bao@contoso.com",)),
)
OFFICE = replace(
    contoso(users=(person("amal", extension="301"), person("bao")), queues=(queue("Sales"),)),
    organization_id="contoso",
    attendants=(RECEPTION,),
)
PLAN = ServerPlan((OFFICE,))
NOW = datetime(2027, 7, 14, 12, tzinfo=UTC)


def flow(plan: ServerPlan = PLAN) -> FlowPlan:
    found = plan.attendant_flow(RECEPTION.attendant_id, NOW, lambda name: ZoneInfo(name or "UTC"))
    assert found is not None
    return found


def test_it_is_dialled_by_each_number_by_its_name_and_by_its_address() -> None:
    target = AttendantTarget(RECEPTION.attendant_id, "contoso")
    for user, host in [
        ("+14255550100", "elsewhere.example"),
        ("+14255550101", ""),
        ("main-menu", "contoso.com"),
        ("aa_0123456789ab7def8123456789abcdef", "contoso.com"),
    ]:
        assert PLAN.target(user, host, "contoso") == target
    assert PLAN.written_target("contoso", "ATTENDANT:main menu") == target
    assert RECEPTION.primary_uri == "sip:aa_0123456789ab7def8123456789abcdef@contoso.com"


def test_a_menu_without_a_prompt_says_its_keys_and_key_0_is_the_operator() -> None:
    menu = flow().menu
    assert menu is not None
    assert menu.prompts == (
        SpokenText("Pour Sales, tapez 1."),
        SpokenText("Pour la comptabilité, tapez 2."),
        SpokenText("Pour joindre quelqu'un par son nom, tapez étoile."),
        SpokenText("Pour le standard, tapez 0."),
    )
    assert menu.choice("0") == MenuChoice("0", KeyAction.GO, "sip:amal@contoso.com")
    assert menu.no_input == "sip:amal@contoso.com"


def test_everybody_but_who_is_excluded_is_in_the_directory_which_stays_while_nothing_changes() -> None:
    directory = PLAN.dial_directory(RECEPTION.attendant_id)
    assert [each.target for each in directory.people] == ["sip:amal@contoso.com"]
    assert directory.with_extension("301") is not None
    renamed = replace(OFFICE, queues=(queue("Ventes"),))
    assert ServerPlan((renamed,), before=PLAN).dial_directory(RECEPTION.attendant_id) is directory


def test_all_that_will_be_said_is_known_beforehand() -> None:
    texts = PLAN.attendant_texts()
    assert ("Pour la comptabilité, tapez 2.", "fr") in texts
    assert ("Ce choix n'existe pas.", "fr") in texts
    assert not any("{" in text for text, _ in texts)
