"""Who may call whom, and by which names."""

from __future__ import annotations

import json

import pytest

from . import wire
from .office import Office
from .phone import Phone
from .stories import desk

pytestmark = pytest.mark.scenario

STRANGER = "127.0.0.9"


def test_a_number_that_is_nobodys(office: Office) -> None:
    desk(office, "amal")
    assert office.caller().dial("+19995550000").wait_refused() == 404


def test_strangers_are_refused_without_a_hint(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    stranger = office.caller(host=STRANGER)
    for target in (number, "+19995550000", f"sip:amal@{office.domain}", f"sip:nobody@{office.domain}"):
        assert stranger.dial(target).wait_refused() == 403
    answers = [next(m for m in leg.log if m.status == 403) for leg in stranger.legs]
    names = {tuple(name for name, _ in answer.headers) for answer in answers}
    assert len(names) == 1, "the refusals differ"
    assert not amal.legs


def test_users_prove_who_they_are(office: Office) -> None:
    number, [_] = desk(office, "amal")
    office.user("cara")
    office.open()
    cara = office.agent("cara", is_registered=False, host=STRANGER)
    caller = cara.dial(number)
    answer = caller.wait_answered()
    assert answer.status == 200
    assert set(caller.responses()) & {401, 407}, "not challenged"
    caller.hang_up()
    cara.password = "wrong"
    assert cara.dial(number).wait_refused() in (401, 403, 407)
    assert cara.register().status in (401, 403)


def test_a_user_who_only_pretends_is_challenged_even_behind_a_trunk(office: Office) -> None:
    number, [amal] = desk(office, "amal")
    liar = Phone(office.reactor, office.server.address, "amal", domain=office.domain)
    office.phones.append(liar)
    assert liar.dial(number).wait_refused() in (401, 407)
    assert not amal.legs


def test_unknown_users_cannot_be_told_from_wrong_passwords(office: Office) -> None:
    desk(office, "amal")
    known, unknown = (office.agent(name, is_registered=False, host=STRANGER) for name in ("amal", "nobody"))
    known.password = unknown.password = "wrong"
    assert known.register().status == unknown.register().status


@pytest.mark.parametrize("form", ["sip:{plus}@{server}", "sip:{bare}@{server}", "tel:{plus}", "tel:{bare}"])
def test_service_numbers_match_in_every_form(office: Office, form: str) -> None:
    number, [amal] = desk(office, "amal")
    host, port = office.server.address
    uri = form.format(plus=number, bare=number.removeprefix("+"), server=f"{host}:{port}")
    caller = office.caller().dial(uri)
    caller.wait_answered()
    ring = amal.wait_call()
    caller.hang_up()
    ring.wait_cancelled()


def test_users_reach_a_queue_by_number_name_and_primary_uri(office: Office) -> None:
    number = office.queue("amal", name="Help Desk")
    office.user("cara")
    office.open()
    amal, cara = office.agent("amal"), office.agent("cara")
    primary = _primary_uri(office)
    for target in (number, f"sip:Help%20Desk@{office.domain}", f"sip:help-desk@{office.domain}", primary):
        caller = cara.dial(target)
        caller.wait_answered()
        ring = amal.wait_call()
        caller.hang_up()
        ring.wait_cancelled()


def _primary_uri(office: Office) -> str:
    """The name that the server itself gave to the queue."""
    shown = office.server.run("queue", "list", "--json", "--organization", office.name).stdout
    return str(json.loads(shown)[0]["primary_uri"])


def test_two_organisations_share_a_server_and_nothing_else(office: Office, second_office: Office) -> None:
    first_number, [amal] = desk(office, "amal")
    second_number, [other_amal] = desk(second_office, "amal")
    for number, rung, left in ((first_number, amal, other_amal), (second_number, other_amal, amal)):
        before = len(left.legs)
        caller = office.caller().dial(number)
        ring = rung.wait_call()
        caller.hang_up()
        ring.wait_cancelled()
        assert len(left.legs) == before
    names = {agent["upn"] for agent in office.server.status()["agents"]}
    assert {office.upn("amal"), second_office.upn("amal")} <= names


def test_a_trunk_brings_calls_for_its_own_organisation_only(office: Office, second_office: Office) -> None:
    second_office.settings["trunks"][0]["addresses"] = ["127.0.0.2"]
    number, [amal] = desk(second_office, "amal")
    desk(office, "bao")
    assert office.caller().dial(number).wait_refused() in (403, 404)
    caller = second_office.caller(host="127.0.0.2").dial(number)
    caller.wait_answered()
    amal.wait_call()
    caller.hang_up()


def test_registrations_are_listed_renewed_and_removed(office: Office) -> None:
    office.queue("amal")
    office.open()
    first, second = office.agent("amal"), office.agent("amal")
    fetched = first.request("REGISTER", f"sip:{office.domain}")
    contacts = ",".join(fetched.all("contact"))
    assert first.contact in contacts
    assert second.contact in contacts
    gone = first.request("REGISTER", f"sip:{office.domain}", (("Contact", "*"), ("Expires", "0")))
    assert gone.status == 200
    assert not gone.all("contact")
    assert office.agent_state("amal") == "signed-out"


def test_options_and_unknown_methods_are_answered(office: Office) -> None:
    host, port = office.server.address
    probe = office.caller()
    answer = probe.request("OPTIONS", f"sip:{host}:{port}")
    assert answer.status == 200
    assert "INVITE" in answer.header("allow")
    assert probe.request("WINK", f"sip:x@{host}:{port}").status in (405, 501)
    assert probe.request("SUBSCRIBE", f"sip:x@{host}:{port}").status in (401, 403)
    assert wire.parameter(answer.all("via")[0], "rport") == str(probe.port)
