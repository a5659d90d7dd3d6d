"""Calls to and from the outside world: which number they show, and where they go when nobody is there."""

from __future__ import annotations

from typing import Any

import pytest

from .office import Office
from .phone import Phone
from .stories import assert_heard_each_other, desk

pytestmark = pytest.mark.scenario

OUTSIDE = "+442071234567"


def provider_of(office: Office, *, foreign_numbers: bool = False, **options: Any) -> Phone:
    """The phone behind the office's trunk, which takes whatever goes out."""
    provider = office.caller(**options)
    trunk = {"name": "outbound", "addresses": [f"{provider.host}:{provider.port}"], "is_trusted": True}
    office.settings["trunks"].insert(0, trunk | {"foreign_numbers": foreign_numbers})
    return provider


def policies(office: Office, **settings: Any) -> None:
    office.settings["caller_id_policies"] = [{"name": "Global", **settings}]


def test_a_user_calls_outside_and_shows_the_own_number(office: Office) -> None:
    provider = provider_of(office)
    office.user("amal", line_uri=f"tel:{office.personal_number}")
    office.open()
    caller = office.agent("amal").dial(OUTSIDE)
    outgoing = provider.wait_call()
    assert outgoing.invite is not None
    assert outgoing.invite.start.startswith(f"INVITE sip:{OUTSIDE}@")
    assert outgoing.invite.header("from").startswith(
        f'"{office.personal_number}" <sip:{office.personal_number}@'
    )
    assert f'"Amal" <sip:{office.personal_number}@' in outgoing.invite.header("p-asserted-identity")
    outgoing.answer()
    outgoing.wait_up()
    caller.wait_answered()
    assert_heard_each_other(caller, outgoing)
    outgoing.hang_up()
    caller.wait_ended()


def test_a_policy_puts_a_service_number_or_nobody_in_the_place_of_the_own_number(office: Office) -> None:
    provider = provider_of(office)
    number = office.queue("amal")
    policies(office, substitute="service", service_number=number, company_name="Contoso")
    office.open()
    amal = office.agent("amal")
    caller = amal.dial(OUTSIDE)
    invite = provider.wait_call().invite
    assert invite is not None
    assert f'"Contoso" <sip:{number}@' in invite.header("p-asserted-identity")
    assert invite.header("from").startswith(f'"Contoso" <sip:{number}@')
    caller.cancel()
    caller.wait_ended()
    policies(office, substitute="anonymous")
    office.open()
    caller = amal.dial(OUTSIDE)
    invite = provider.wait_call().invite
    assert invite is not None
    assert invite.header("privacy") == "id"
    assert "anonymous.invalid" in invite.header("from")
    assert "amal" not in str(invite.headers).lower()
    caller.cancel()
    caller.wait_ended()


def test_who_lacks_a_licence_does_not_call_outside(office: Office) -> None:
    provider_of(office)
    office.user("amal", licences=["E3"])
    office.open()
    assert office.agent("amal").dial(OUTSIDE).wait_refused() == 403


def test_an_agent_whose_policy_blocks_numbers_does_not_see_the_callers(office: Office) -> None:
    policies(office, block_incoming_pstn_caller_id=True)
    number, [amal] = desk(office, "amal")
    caller = office.caller("+12065550177").dial(number)
    invite = amal.wait_call().invite
    assert invite is not None
    assert "2065550177" not in str(invite.headers)
    assert office.queue_name() in invite.header("from")
    caller.hang_up()


def test_calls_to_a_user_go_where_they_are_forwarded_and_rings_of_a_queue_do_not(office: Office) -> None:
    provider = provider_of(office)
    number = office.queue("amal")
    office.settings["users"][0]["forward_to"] = f"tel:{OUTSIDE}"
    office.user("bao")
    office.open()
    amal, bao = office.agent("amal"), office.agent("bao")
    direct = bao.dial("amal")
    forwarded = provider.wait_call()
    assert forwarded.invite is not None
    assert OUTSIDE in forwarded.invite.start
    direct.cancel()
    direct.wait_ended()
    queued = office.caller().dial(number)
    amal.wait_call().answer()
    queued.wait_answered()
    queued.hang_up()


def test_an_answer_in_a_183_that_moves_before_the_call_is_taken_is_the_answer(office: Office) -> None:
    """RFC 3262 section 5, RFC 3311: the trunk's 200 has no description of its own."""
    provider = provider_of(office)
    office.user("amal", line_uri=f"tel:{office.personal_number}")
    office.open()
    caller = office.agent("amal").dial(OUTSIDE)
    outgoing = provider.wait_call()
    outgoing.progress(is_heard=False, is_reliable=True)
    outgoing.move_audio()
    assert outgoing.update().status == 200
    outgoing.answer(described=False)
    outgoing.wait_up()
    caller.wait_answered()
    assert_heard_each_other(caller, outgoing)
    outgoing.hang_up()
    caller.wait_ended()


def test_a_direct_call_that_nobody_takes_goes_to_the_mailbox(office: Office) -> None:
    provider = provider_of(office)
    office.user("amal", voicemail=f"tel:{OUTSIDE}")
    office.user("bao")
    office.open()
    amal, bao = office.agent("amal"), office.agent("bao")
    caller = bao.dial("amal")
    amal.wait_call().decline(486)
    mailbox = provider.wait_call()
    mailbox.answer()
    mailbox.wait_up()
    caller.wait_answered()
    assert_heard_each_other(caller, mailbox)
    caller.hang_up()
    mailbox.wait_ended()


def test_a_queues_forward_outside_shows_a_user_who_called_it_as_the_policy_says(office: Office) -> None:
    provider = provider_of(office)
    number = office.queue(max_waiting=0, overflow={"action": "forward", "target": f"tel:{OUTSIDE}"})
    policies(office, substitute="service", service_number=number)
    office.user("bao")
    office.open()
    caller = office.agent("bao").dial(number)
    invite = provider.wait_call().invite
    assert invite is not None
    assert f"<sip:{number}@" in invite.header("from")
    assert "bao" not in invite.header("from")
    caller.cancel()
    caller.wait_ended()
    foreign = office.caller("+12065550177").dial(number)
    invite = provider.wait_call().invite
    assert invite is not None
    assert f"<sip:{number}@" in invite.header("from")
    assert "2065550177" not in invite.header("from") + invite.header("p-asserted-identity")
    foreign.cancel()
    foreign.wait_ended()


def test_calls_to_a_user_who_forwards_to_a_queue_wait_there_also_those_of_another_queue(
    office: Office,
) -> None:
    office.queue("amal", name=f"Desk of {office.name}")
    office.user("bao", forward_to=f"sip:Desk-of-{office.name.replace(' ', '-')}@{office.domain}")
    number = office.queue(max_waiting=0, overflow={"action": "forward", "target": f"sip:{office.upn('bao')}"})
    office.user("chi")
    office.open()
    amal, bao, chi = (office.agent(name) for name in ("amal", "bao", "chi"))
    for phone, dialled in ((chi, "bao"), (office.caller(), number)):
        caller = phone.dial(dialled)
        caller.wait_answered()
        ring = amal.wait_call()
        ring.answer()
        ring.wait_up()
        caller.hang_up()
        ring.wait_ended()
    assert not bao.legs
