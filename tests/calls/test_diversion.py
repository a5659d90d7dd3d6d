"""What an INVITE that was sent on says of the way it has come (unit)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.fakes.plans import CONTOSO, PLAN, account

from huntline.calls.diversion import (
    NOBODY,
    DiversionReason,
    Hop,
    number_hop,
    path_headers,
    person_hop,
    through_queues,
    told_path,
)
from huntline.directory.organization import (
    CallerIdPolicy,
    Licence,
    NumberKind,
    Organization,
    QueueSettings,
    ServiceNumber,
    Substitute,
)
from huntline.directory.plan import ServerPlan
from huntline.engine.model import Outcome, QueueLeft
from huntline.sip.core.grammar import Uri
from huntline.sip.core.message import Request

AMAL = Hop(
    Uri("sip", "amal", "contoso.com"),
    "Amal",
    outside=Uri("sip", "+14255550100", "contoso.com"),
    user_id="amal",
)
NUMBER = Hop(Uri("sip", "+14255550999", "contoso.com"))
ANOTHER = Hop(Uri("sip", "+14255550777", "contoso.com"))


def invite(*headers: tuple[str, str]) -> Request:
    return Request(
        "INVITE", "sip:+14255550100@127.0.0.1", [(name.lower(), value) for name, value in headers], b""
    )


def test_a_call_that_was_sent_on_once_tells_from_whom_and_why() -> None:
    path = (AMAL.left(DiversionReason.NO_ANSWER), NUMBER)
    assert path_headers(path, is_outside=True) == (
        ("Diversion", "<sip:+14255550100@contoso.com>;reason=no-answer;counter=1"),
        ("History-Info", "<sip:+14255550100@contoso.com?Reason=SIP%3Bcause%3D408>;index=1"),
        ("History-Info", "<sip:+14255550999@contoso.com>;index=1.1;mp=1"),
    )


def test_the_newest_diversion_comes_first_and_the_history_last() -> None:
    path = (AMAL.left(DiversionReason.UNCONDITIONAL), NUMBER.left(DiversionReason.BUSY), ANOTHER)
    headers = path_headers(path, is_outside=False)
    assert [value for name, value in headers if name == "Diversion"] == [
        "<sip:+14255550999@contoso.com>;reason=user-busy;counter=1",
        '"Amal" <sip:amal@contoso.com>;reason=unconditional;counter=1',
    ]
    assert [value for name, value in headers if name == "History-Info"] == [
        '"Amal" <sip:amal@contoso.com?Reason=SIP%3Bcause%3D302>;index=1',
        "<sip:+14255550999@contoso.com?Reason=SIP%3Bcause%3D486>;index=1.1;mp=1",
        "<sip:+14255550777@contoso.com>;index=1.1.1;mp=1.1",
    ]


def test_a_call_that_was_never_sent_on_has_no_way_to_tell_of() -> None:
    assert path_headers((AMAL,), is_outside=False) == ()


def test_who_may_not_be_shown_is_nobody_outside() -> None:
    path = (replace(AMAL, outside=NOBODY).left(DiversionReason.BUSY), NUMBER)
    told = str(path_headers(path, is_outside=True))
    assert "amal" not in told.lower()
    assert "<sip:anonymous@anonymous.invalid>;reason=user-busy;counter=1;privacy=full" in told


@pytest.mark.parametrize("is_outside", [True, False])
def test_what_is_told_is_understood_again(is_outside: bool) -> None:
    path = (AMAL.left(DiversionReason.NO_ANSWER), ANOTHER.left(DiversionReason.BUSY), NUMBER)
    headers = path_headers(path, is_outside=is_outside)
    by_history = told_path(invite(*headers))
    by_diversion = told_path(invite(*[header for header in headers if header[0] == "Diversion"]))
    for told in (by_history, by_diversion):
        assert [hop.diverted for hop in told] == [DiversionReason.NO_ANSWER, DiversionReason.BUSY]
        assert [str(hop.uri) for hop in told][1] == "sip:+14255550777@contoso.com"


def test_values_in_one_line_are_as_many_as_in_lines_of_their_own() -> None:
    diversion = '"Doe, Jo" <sip:+1425@a>;reason=user-busy, <sip:+1426@a>;reason="time-of-day"'
    assert [(hop.name, hop.diverted) for hop in told_path(invite(("Diversion", diversion)))] == [
        ("", DiversionReason.UNKNOWN),
        ("Doe, Jo", DiversionReason.BUSY),
    ]


@pytest.mark.parametrize("value", ["", "<", "<sip:a@b", ";;", "<sip:a@b>;;", '"x'])
def test_what_is_no_address_is_left_out(value: str) -> None:
    assert told_path(invite(("Diversion", value), ("History-Info", value))) == ()


def plan_of(**settings: object) -> ServerPlan:
    queue = QueueSettings(
        queue_id="q1", primary_uri="sip:desk@contoso.com", name="Desk", domain="contoso.com", agents=()
    )
    users = (
        replace(
            CONTOSO.users[0],
            display_name="Amal",
            line_uri="tel:+14255550100",
            licences=frozenset({Licence.E5}),
        ),
        *CONTOSO.users[1:],
    )
    sales = replace(queue, queue_id="q2", name="Sales", line_uri="tel:+14255550111")
    organization: Organization = replace(CONTOSO, users=users, queues=(queue, sales), **settings)  # type: ignore[arg-type]
    return ServerPlan((organization,))


def test_people_are_told_by_their_names_inside_and_by_what_their_policy_shows_outside() -> None:
    hop = person_hop(plan_of(), account("amal"))
    assert (str(hop.uri), str(hop.outside)) == ("sip:amal@contoso.com", "sip:+14255550100@contoso.com")
    hidden = plan_of(caller_id_policies=(CallerIdPolicy(name="Global", substitute=Substitute.ANONYMOUS),))
    assert person_hop(hidden, account("amal")).outside == NOBODY
    numbers = (ServiceNumber("+14255550111", NumberKind.SERVICE_TOLL),)
    policy = CallerIdPolicy(name="Global", substitute=Substitute.SERVICE, service_number="+14255550111")
    service = plan_of(numbers=numbers, caller_id_policies=(policy,))
    assert str(person_hop(service, account("amal")).outside) == "sip:+14255550111@contoso.com"
    assert person_hop(PLAN, account("bao")).outside == NOBODY, "who has no number shows none"


def test_each_queue_is_told_with_its_own_number_and_why_it_was_left() -> None:
    before = (AMAL.left(DiversionReason.UNCONDITIONAL),)
    left = (QueueLeft("q1", Outcome.OVERFLOWED), QueueLeft("gone", Outcome.TIMED_OUT))
    path = through_queues(plan_of(), before, left, "q2")
    assert [(str(hop.uri), hop.name, hop.diverted) for hop in path] == [
        ("sip:amal@contoso.com", "Amal", DiversionReason.UNCONDITIONAL),
        ("sip:desk@contoso.com", "Desk", DiversionReason.BUSY),
        ("sip:+14255550111@contoso.com", "Sales", None),
    ]
    assert str(number_hop(plan_of(), "contoso", "+14255550999").uri) == "sip:+14255550999@contoso.com"
