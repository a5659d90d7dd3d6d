"""Calls that go on from a person or a queue: by whose rule, what they tell, and how they end (O16 to O18)."""

from __future__ import annotations

import time

import pytest

from . import wire
from .leg import Headers, Leg
from .office import Office
from .stories import assert_heard_each_other
from .test_outside import OUTSIDE, provider_of
from .wire import Message

pytestmark = pytest.mark.scenario

CALLER = "+12065550123"
MAILBOX = "+442071230000"


def diversions(invite: Message | None) -> list[tuple[str, str]]:
    """Who has diverted a call and why, the newest first."""
    assert invite is not None
    values = [(wire.uri_of(value), wire.parameter(value, "reason")) for value in invite.all("diversion")]
    return [(uri.removeprefix("sip:").partition("@")[0], reason) for uri, reason in values]


@pytest.mark.parametrize("foreign_numbers", [False, True])
def test_a_call_forwarded_outside_shows_whose_number_the_trunk_allows_and_the_way_it_came(
    office: Office, foreign_numbers: bool
) -> None:
    trunk = provider_of(office, foreign_numbers=foreign_numbers)
    number = office.personal_number
    office.user("amal", line_uri=f"tel:{number}", voicemail=f"tel:{OUTSIDE}")
    office.open()
    amal = office.agent("amal")
    caller = office.caller(CALLER).dial(f"sip:amal@{office.domain}")
    amal.wait_call().decline(486)
    invite = trunk.wait_call().invite
    assert invite is not None
    shown = CALLER if foreign_numbers else number
    assert wire.uri_of(invite.header("from")).startswith(f"sip:{shown}@")
    assert wire.uri_of(invite.header("p-asserted-identity")).startswith(f"sip:{shown}@")
    assert invite.all("diversion") == [f"<sip:{number}@{office.domain}>;reason=user-busy;counter=1"]
    assert invite.all("history-info") == [
        f"<sip:{number}@{office.domain}?Reason=SIP%3Bcause%3D486>;index=1",
        f"<sip:{OUTSIDE}@{office.domain}>;index=1.1;mp=1",
    ]
    caller.cancel()
    caller.wait_ended()


def test_a_forward_to_a_person_who_declines_goes_to_their_mailbox_and_tells_of_both(office: Office) -> None:
    trunk = provider_of(office)
    number = office.queue(
        max_waiting=0, overflow={"action": "forward", "target": f"sip:{office.upn('amal')}"}
    )
    office.user("amal", line_uri=f"tel:{office.personal_number}", voicemail=f"tel:{MAILBOX}")
    office.open()
    amal = office.agent("amal")
    caller = office.caller(CALLER).dial(number)
    ring = amal.wait_call()
    assert diversions(ring.invite) == [(number, "user-busy")]
    ring.decline(603)
    mailbox = trunk.wait_call()
    assert diversions(mailbox.invite) == [(office.personal_number, "user-busy"), (number, "user-busy")]
    mailbox.answer()
    mailbox.wait_up()
    caller.wait_answered()
    assert_heard_each_other(caller, mailbox)
    caller.hang_up()
    mailbox.wait_ended()


def test_a_ring_of_a_queue_is_no_call_to_the_person(office: Office) -> None:
    trunk = provider_of(office)
    number = office.queue("amal", "bao")
    office.settings["users"][0]["voicemail"] = f"tel:{MAILBOX}"
    office.open()
    amal, bao = office.agent("amal"), office.agent("bao")
    caller = office.caller().dial(number)
    amal.wait_call().decline(486)
    bao.wait_call().answer()
    caller.wait_answered()
    assert not trunk.legs
    caller.hang_up()


def test_a_transfer_to_a_person_who_declines_goes_to_their_mailbox(office: Office) -> None:
    trunk = provider_of(office)
    number = office.queue("amal")
    office.user("bao", voicemail=f"tel:{MAILBOX}")
    office.open()
    amal, bao = office.agent("amal"), office.agent("bao")
    caller = office.caller().dial(number)
    agent = amal.wait_call()
    agent.answer()
    assert_heard_each_other(caller, agent)
    assert agent.refer(bao.aor).status == 202
    bao.wait_call().decline(486)
    mailbox = trunk.wait_call()
    mailbox.answer()
    mailbox.wait_up()
    agent.wait_notified(200)
    assert_heard_each_other(caller, mailbox)
    caller.hang_up()
    mailbox.wait_ended()


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({"amal": "bao", "bao": "amal"}, "each is the other's mailbox"),
    ],
)
def test_people_who_send_calls_to_each_other_end_them(
    office: Office, rules: dict[str, str], reason: str
) -> None:
    for name, target in rules.items():
        office.user(name, voicemail=f"sip:{office.upn(target)}")
    office.user("chi")
    office.open()
    began_at = time.monotonic()
    caller = office.agent("chi").dial("amal")
    assert caller.wait_refused() == 483, reason
    assert "too many hops" in caller.log[-1].header("warning")
    assert time.monotonic() - began_at < 2


def test_people_say_by_codes_where_their_calls_go_and_who_else_rings(office: Office) -> None:
    trunk = provider_of(office)
    office.user(
        "amal", line_uri=f"tel:{office.personal_number}", also_ring=[{"target": f"tel:{MAILBOX}", "after": 0}]
    )
    office.user("bao")
    office.open()
    amal, bao = office.agent("amal"), office.agent("bao")

    def dials(code: str) -> None:
        leg = amal.dial(code)
        leg.wait_answered()
        leg.wait_ended(5)

    caller = bao.dial("amal")
    desk, mobile = amal.wait_call(), trunk.wait_call()
    assert mobile.invite is not None
    assert MAILBOX in mobile.invite.start
    assert diversions(mobile.invite) == [(office.personal_number, "unconditional")]
    desk.decline(486)  # a busy phone does not end the others
    mobile.answer()
    caller.wait_answered()
    assert_heard_each_other(caller, mobile)
    caller.hang_up()
    mobile.wait_ended()
    dials(f"*72{OUTSIDE}")
    caller = bao.dial("amal")
    forwarded = trunk.wait_call()
    assert forwarded.invite is not None
    assert OUTSIDE in forwarded.invite.start
    assert diversions(forwarded.invite) == [(office.personal_number, "unconditional")]
    caller.cancel()
    forwarded.wait_cancelled()
    dials("*73")
    caller = bao.dial("amal")
    amal.wait_call().decline(603)  # a decline ends all
    assert caller.wait_refused() == 603
    assert trunk.wait_call().wait_cancelled()


RETURNED = [
    pytest.param(("history-info",), id="history"),
    pytest.param(("diversion",), id="diversion"),
    pytest.param((), id="max-forwards"),
]


@pytest.mark.parametrize("passed_on", RETURNED)
def test_a_call_that_the_trunk_brings_back_again_and_again_is_ended(
    office: Office, passed_on: tuple[str, ...]
) -> None:
    trunk = provider_of(office)
    office.user("amal", line_uri=f"tel:{office.personal_number}", forward_to=f"tel:{OUTSIDE}")
    office.user("bao")
    office.open()

    returned: list[Leg] = []

    def bring_back(leg: Leg) -> None:
        leg.ring()  # a CANCEL waits for it (RFC 3261 section 9.1)
        assert leg.invite is not None
        headers: Headers = tuple((name, value) for name in passed_on for value in leg.invite.all(name))
        hops = int(leg.invite.header("max-forwards")) - 1
        shown = wire.uri_of(leg.invite.header("from")).removeprefix("sip:").partition("@")[0]
        line = office.caller(shown)
        line.max_forwards = hops
        returned.append(line.dial(f"sip:amal@{office.domain}", headers=headers))

    trunk.on_call = bring_back
    caller = office.agent("bao").dial("amal")
    office.reactor.wait(lambda: any(leg.is_ended for leg in returned), 5, "the end of the loop")
    assert returned[-1].responses()[-1] == 483
    assert "too many hops" in returned[-1].log[-1].header("warning")
    assert len(returned) <= 5, "each time it passes two targets: amal, and the number outside"
    for leg in (caller, *returned[:-1]):
        leg.cancel()
        leg.wait_ended()


# What a trunk says, and what its caller hears of it.
FAILURES = {404: 404, 480: 480, 486: 486, 488: 488, 504: 504, 484: 484, 603: 603, 407: 500, 503: 500}
"""503 last: its Retry-After keeps further calls from the trunk."""


def test_the_caller_hears_why_a_number_outside_was_not_reached(office: Office) -> None:
    trunk = provider_of(office)
    office.user("amal")
    office.open()
    amal = office.agent("amal")
    cause = ("Reason", 'Q.850;cause=34;text="No circuit"')
    for status, told in FAILURES.items():
        caller = amal.dial(OUTSIDE)
        trunk.wait_call().decline(status, headers=(cause, ("Retry-After", "9")))
        assert caller.wait_refused() == told, status
        last = [message for message in caller.log if message.status == told][-1]
        assert last.header("reason") == cause[1]
        assert last.header("retry-after") == ("9" if told == 500 else "")


def test_the_networks_cause_goes_with_the_end_of_a_call_to_the_other_side(office: Office) -> None:
    trunk = provider_of(office)
    office.user("amal")
    office.open()
    amal = office.agent("amal")
    cause = ("Reason", "Q.850;cause=31")
    caller = amal.dial(OUTSIDE)
    ring = trunk.wait_call()
    caller.cancel(headers=(cause,))
    assert ring.wait_cancelled().header("reason") == cause[1]
    caller = amal.dial(OUTSIDE)
    talk = trunk.wait_call()
    talk.answer()
    talk.wait_up()
    caller.wait_answered()
    talk.hang_up(headers=(cause,))
    assert caller.wait_request("BYE").header("reason") == cause[1]
