"""The phone in a page: credentials of its own, rung like any phone, offline at once when it closes."""

from __future__ import annotations

import time
from urllib.parse import quote, unquote

import pytest

from huntline.control.secret import kept_secret
from huntline.sip.servers.phone_credentials import Holder, PhoneCredentials

from . import tones
from .office import Office
from .phone import Phone
from .stories import Talk, assert_heard_each_other, desk, talk
from .ws_phone import Refused, WsPhone, ask_api, key_for, page_of

pytestmark = pytest.mark.scenario

OFFLINE_WITHIN = 2.0  # seconds
TOLD = ("caller", "waited", "waiting")


def signed_out(office: Office, name: str, timeout: float) -> None:
    """Wait until an agent counts as having no phone."""

    def is_signed_out(status: dict[str, object]) -> bool:
        agents = status["agents"]
        assert isinstance(agents, list)
        state = next(agent["state"] for agent in agents if agent["upn"] == office.upn(name))
        return bool(state == "signed-out")

    office.server.wait_status(is_signed_out, f"{name} is signed out", timeout)


def test_a_page_is_rung_like_a_phone_and_told_what_it_shows(office: Office) -> None:
    number = office.queue("amal", name="Accueil été")
    office.user("bao", sip_password=None)
    office.settings["queues"][0]["agents"].append(office.upn("bao"))
    office.open()
    page = page_of(office, "bao")
    assert page.register().status == 200
    first, second = office.caller("+12065550100").dial(number), office.caller("+12065550101")
    ring = page.wait_call()
    assert ring.invite is not None
    queue, *told = (ring.invite.header(f"x-huntline-{name}") for name in ("queue", *TOLD))
    assert (unquote(queue), told) == ("Accueil été", ["+12065550100", "0", "0"])
    call_id = ring.invite.header("x-huntline-call-id")
    assert call_id in {call["call_id"] for call in office.server.status()["calls"]}
    assert "Accueil été: +12065550100" in ring.invite.header("from")
    second.dial(number).wait_answered()
    ring.decline(486)
    again = page.wait_call(15.0)
    assert again.invite is not None
    assert again.invite.header("x-huntline-waiting") == "1"
    first.hang_up()
    again.wait_cancelled()


def test_a_desk_phone_is_not_told_what_only_pages_show(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    caller = office.caller().dial(number)
    ring = amal.wait_call()
    assert ring.invite is not None
    assert not [name for name, _ in ring.invite.headers if name.startswith("x-huntline")]
    caller.hang_up()
    ring.wait_cancelled()


def test_a_page_and_a_desk_phone_ring_together(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    page = page_of(office, "amal")
    assert page.register().status == 200
    caller = office.caller().dial(number)
    in_page, on_desk = page.wait_call(), amal.wait_call()
    on_desk.answer()
    on_desk.wait_up()
    in_page.wait_cancelled()
    assert_heard_each_other(caller, on_desk)
    caller.hang_up()
    on_desk.wait_ended()


def test_a_page_that_closes_is_offline_at_once_and_one_that_is_reloaded_is_back(office: Office) -> None:
    number = office.queue("amal")
    office.open()
    page = page_of(office, "amal", instance="tab-1")
    assert page.register().status == 200
    assert office.agent_state("amal") == "ready"
    page.lose_connection()
    signed_out(office, "amal", OFFLINE_WITHIN)
    reloaded = page_of_again(office, page)
    response = reloaded.register()
    assert response.status == 200
    assert len(response.all("contact")) == 1
    caller = office.caller().dial(number)
    reloaded.wait_call().decline(480)
    caller.hang_up()


def page_of_again(office: Office, page: WsPhone) -> WsPhone:
    """The same tab of the same browser, with the page loaded anew."""
    return WsPhone(office, page.access, instance=page.instance)


def test_a_page_that_closes_while_it_rings_lets_the_next_agent_have_the_call(office: Office) -> None:
    number = office.queue("amal", "bao", distribution="serial")
    office.open()
    page, bao = page_of(office, "amal"), office.agent("bao")
    assert page.register().status == 200
    caller = office.caller().dial(number)
    page.wait_call()
    page.lose_connection()
    bao.wait_call().decline()
    caller.hang_up()


def test_a_credential_is_of_no_use_after_its_time(office: Office) -> None:
    office.queue("amal")
    office.open()
    page = page_of(office, "amal")
    user_id = page.access["username"].split(".")[1]
    secret = kept_secret(office.server.data / "secret")
    old = PhoneCredentials(secret, lambda: time.time() - 601).issue(Holder.USER, user_id)
    new = page.access
    page.access = {**new, "username": old.username, "password": old.password}
    assert page.register().status == 403
    office.server.wait_log("phone credential expired")
    page.access = {**new, "password": "made-up"}
    assert page.register().status in (401, 403)
    page.access = new
    assert page.register().status == 200
    for credential in (old.password, new["password"]):
        assert credential not in office.server.log_text()


def test_the_page_of_a_user_who_is_disabled_is_refused(office: Office) -> None:
    office.queue("amal")
    office.user("cara")
    office.open()
    page = page_of(office, "cara")
    assert page.register().status == 200
    office.settings["users"].pop()
    office.open()
    assert page.register().status == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null"])
def test_a_page_of_somebody_else_gets_no_connection(office: Office, origin: str) -> None:
    office.queue("amal")
    office.open()
    access = page_of(office, "amal").access
    with pytest.raises(Refused) as refused:
        WsPhone(office, access, origin=origin)
    assert refused.value.status == 403
    office.server.wait_log(f"pages of {origin} may not connect")


def test_nobody_calls_in_by_websocket_as_if_by_the_trunk(office: Office) -> None:
    """The trunk of these organizations is 127.0.0.1, from where all pages come behind a proxy."""
    number = office.queue("amal")
    office.open()
    page = page_of(office, "amal")
    stranger = WsPhone(office, {**page.access, "uri": "sip:+12065550100@provider.example"})
    assert stranger.dial(number).wait_refused() == 403


def test_a_queue_is_tried_out_from_a_page_of_somebody_who_is_no_user(office: Office) -> None:
    _, [amal] = desk(office, "amal")
    office.user("bao")
    office.open()
    key = key_for(office, "owner", "--role", "admin")
    opened = ask_api(office, key, f"/queues/{quote(office.queue_name())}/test-call")
    assert opened.status_code == 200, opened.text
    access = opened.json()
    guest = WsPhone(office, access)
    assert guest.register().status == 403
    for name in ("amal", "bao", "+442079460000", "*45", "nobody"):
        assert guest.dial(f"sip:{name}@{office.domain}").wait_refused() == 403
    caller = guest.dial(access["target"])
    caller.wait_answered()
    agent = amal.wait_call()
    assert agent.invite is not None
    assert "Test call" in agent.invite.header("from")
    agent.answer()
    agent.wait_up()
    assert_heard_each_other(caller, agent)
    assert [call["caller"] for call in office.server.status()["calls"]] == ["Test call"]
    caller.hang_up()
    agent.wait_ended()


def talk_cut_off(office: Office) -> tuple[Phone, Talk]:
    """A conversation with an agent whose phone has lost its connection to the server, which knows it."""
    number = office.queue("amal")
    office.open()
    amal = office.agent("amal", is_registered=False, transport="tcp", tone=tones.AGENT)
    amal.instance = "desk-1"
    amal.register()
    both = talk(office.caller(), number, amal)
    registered = office.server.status()["resources"]["registrations"]
    amal.lose_connection()
    office.server.wait_status(
        lambda status: status["resources"]["registrations"] < registered, "it is noticed", 2.0
    )
    return amal, both


def test_a_phone_that_loses_its_connection_keeps_its_call(office: Office) -> None:
    amal, (caller, agent) = talk_cut_off(office)
    assert_heard_each_other(caller, agent)
    assert office.agent_state("amal") == "talking"
    amal.reconnect()
    amal.register()
    caller.hang_up()
    agent.wait_ended()


def test_a_phone_that_was_away_at_the_goodbye_hears_it_when_it_is_back(office: Office) -> None:
    amal, (caller, agent) = talk_cut_off(office)
    caller.hang_up()
    signed_out(office, "amal", 3.0)
    amal.reconnect()
    amal.register()
    agent.wait_ended()
    assert office.calls()[0]["outcome"] == "answered"
