"""What a rung phone, and a page, is told of a call (unit)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import pytest
from tests.fakes.owners import FakeOwner
from tests.fakes.plans import CONTOSO, PLAN

from huntline.calls.caller_identity import ANONYMOUS, TEST_CALL, CallerId
from huntline.calls.contacts import Callee, Contact
from huntline.calls.display import QueueTurn, display_of
from huntline.calls.diversion import DiversionReason, Hop, Path, queue_hop
from huntline.calls.model import Call, Leg, Party
from huntline.directory.organization import CallerIdPolicy, QueueSettings, Substitute
from huntline.directory.plan import ServerPlan
from huntline.sip.core.flow import Flow, Transport

BLOCKING = ServerPlan(
    (
        replace(
            CONTOSO, caller_id_policies=(CallerIdPolicy(name="Global", block_incoming_pstn_caller_id=True),)
        ),
    )
)
LINE = QueueTurn("Help Desk", timedelta(seconds=12.9), 3)
PAGE = Flow(Transport.WS, ("127.0.0.1", 5062), ("127.0.0.1", 40000), 1)
AMAL = Callee("amal", [Contact("sip:page@127.0.0.1", PAGE)])


def shown(caller: CallerId, line: QueueTurn | None = LINE, plan: ServerPlan = PLAN) -> dict[str, str]:
    """What a page reads, as JavaScript's decodeURIComponent would have it."""
    leg = Leg("l", "m", Party.CALLER, "c17", caller.user)
    call = Call("c17", "contoso", leg, caller, "desk", "music", FakeOwner())
    headers = display_of(plan, call, "amal@contoso.com", line, AMAL).page_headers
    assert all(value.isascii() and value.isprintable() for _, value in headers)
    return {name.removeprefix("X-Huntline-"): unquote(value) for name, value in headers}


def test_a_page_reads_what_it_shows_of_a_call_of_a_queue() -> None:
    assert shown(CallerId("+14255551234", "Jane")) == {
        "Call-ID": "c17",
        "Caller": "+14255551234",
        "Number": "+1 425-555-1234",
        "Queue": "Help Desk",
        "Waited": "12",
        "Waiting": "3",
    }


def test_for_desk_phones_alone_nothing_is_made_ready_that_only_pages_show() -> None:
    call = Call(
        "c17", "contoso", Leg("l", "m", Party.CALLER, "c17", "1"), CallerId("1"), "desk", "music", FakeOwner()
    )
    desk = Callee("amal", [Contact("sip:amal@127.0.0.1:5070")])
    assert display_of(PLAN, call, "amal@contoso.com", LINE, desk).page_headers == ()


def test_a_direct_call_has_no_queue() -> None:
    assert shown(CallerId("jane", "Jane Doe"), None) == {"Call-ID": "c17", "Caller": "Jane Doe"}


@pytest.mark.parametrize("name", ["Élan: 100 % & <b>\r\nX: y", "Ночь", "\N{PILE OF POO}", 'a"b;c,d=e?'])
def test_names_come_through_whatever_is_in_them(name: str) -> None:
    told = shown(CallerId("jane", name), QueueTurn(name, timedelta(0), 0))
    assert (told["Queue"], told["Caller"]) == (name, name)


def test_what_is_no_text_is_shown_as_such() -> None:
    assert shown(CallerId("jane", "J\udcffne"))["Caller"] == "J?ne"


def test_a_number_that_the_policy_withholds_is_nowhere_for_a_page_either() -> None:
    assert shown(CallerId("+14255551234", "Jane"), plan=BLOCKING)["Caller"] == "Anonymous"
    assert shown(CallerId(ANONYMOUS))["Caller"] == "Anonymous"


def test_a_test_call_is_no_number_to_withhold() -> None:
    for plan in (PLAN, BLOCKING):
        assert shown(TEST_CALL, plan=plan)["Caller"] == "Test call"


QUEUES = ServerPlan(
    (
        replace(
            CONTOSO,
            queues=(
                QueueSettings(
                    queue_id="sales", name="Sales", domain="contoso.com", line_uri="tel:+14255550200"
                ),
                QueueSettings(
                    queue_id="desk",
                    name="Help Desk",
                    domain="contoso.com",
                    primary_uri="sip:hg_1@contoso.com",
                ),
            ),
        ),
    )
)
JANE = CallerId("+14255551234", "Jane")


def hop(queue_id: str) -> Hop:
    found = queue_hop(QUEUES, queue_id)
    assert found is not None
    return found


def told(
    path: Path, callee: Callee = AMAL, line: QueueTurn | None = LINE
) -> tuple[str, list[tuple[str, str]]]:
    """The From, and all headers."""
    leg = Leg("l", "m", Party.CALLER, "c17", JANE.user)
    call = Call("c17", "contoso", leg, JANE, "+14255550100", "music", FakeOwner())
    display = display_of(QUEUES, call, "amal@contoso.com", line, callee, path=path)
    return display.from_, list(display.headers)


def test_name_and_number_in_the_trace_are_of_the_same_queue() -> None:
    """Called for sales, of which desk was the overflow or a transfer's target: dialled was another number."""
    path = (hop("sales").left(DiversionReason.BUSY), hop("desk"))
    from_, headers = told(path)
    assert from_ == '"Help Desk: +14255551234" <sip:+14255551234@contoso.com>'
    assert headers[1:] == [
        ("Diversion", '"Help Desk" <sip:hg_1@contoso.com>;reason=unconditional;counter=1'),
        ("Diversion", '"Sales" <sip:+14255550200@contoso.com>;reason=user-busy;counter=1'),
        ("History-Info", '"Sales" <sip:+14255550200@contoso.com?Reason=SIP%3Bcause%3D486>;index=1'),
        ("History-Info", '"Help Desk" <sip:hg_1@contoso.com>;index=1.1;mp=1'),
    ]


@pytest.mark.parametrize(("may_hide", "shown_number"), [(True, "anonymous"), (False, "+14255550111")])
def test_a_call_that_hides_its_number_hides_it_where_the_policy_lets_users_choose(
    may_hide: bool, shown_number: str
) -> None:
    policy = CallerIdPolicy(
        name="Global",
        substitute=Substitute.SERVICE,
        service_number="+14255550111",
        enable_user_override=may_hide,
    )
    plan = ServerPlan((replace(CONTOSO, caller_id_policies=(policy,)),))
    leg = Leg("l", "m", Party.CALLER, "c17", "amal", account_id="amal")
    call = Call(
        "c17", "contoso", leg, CallerId("amal", "Amal"), "+44", "music", FakeOwner(), hides_number=True
    )
    outside = Callee(None, [Contact("sip:+44@10.0.0.9")], is_by_trunk=True)
    from_ = display_of(plan, call, "tel:+44", None, outside).from_
    assert f"<sip:{shown_number}@" in from_


@pytest.mark.parametrize("is_trusted", [True, False])
def test_a_provider_that_is_trusted_alone_knows_who_hides_the_number(is_trusted: bool) -> None:
    """RFC 3325 section 7."""
    users = tuple(replace(user, line_uri="tel:+14255550177") for user in CONTOSO.users[:1])
    policy = CallerIdPolicy(name="Global", enable_user_override=True)
    plan = ServerPlan((replace(CONTOSO, users=users, caller_id_policies=(policy,)),))
    leg = Leg("l", "m", Party.CALLER, "c17", "amal", account_id="amal")
    call = Call(
        "c17", "contoso", leg, CallerId("amal", "Amal"), "+44", "music", FakeOwner(), hides_number=True
    )
    outside = Callee(None, [Contact("sip:+44@10.0.0.9")], is_by_trunk=True, is_trusted=is_trusted)
    display = display_of(plan, call, "tel:+44", None, outside)
    assert display.from_ == '"Anonymous" <sip:anonymous@anonymous.invalid>'
    known = (("P-Asserted-Identity", "<sip:+14255550177@contoso.com>"),) if is_trusted else ()
    assert display.headers == (*known, ("Privacy", "id"))
