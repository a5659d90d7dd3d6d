"""What is allowed and yet unwise: each finding where it belongs, and not where it does not (unit)."""

from __future__ import annotations

import string
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from huntline.directory.finding_texts import TEXTS, Severity, lacks_in_words, time_in_words
from huntline.directory.findings import Finding, findings_of
from huntline.directory.index import OrganizationIndex
from huntline.directory.longest_time import Way, longest_ways
from huntline.directory.organization import (
    Audio,
    CallerIdPolicy,
    Lack,
    Organization,
    QueueExit,
    QueueExitAction,
    QueueSettings,
    Substitute,
    Trunk,
)
from huntline.directory.rules import check, settled
from huntline.engine.model import Distribution
from tests.organizations import organizations

from .offices import PERSONAL, TOLL, TOLL_FREE, contoso, forward, group, person, queue

PROVIDER = Trunk("provider", ("192.0.2.1",))
AMAL, BAO = person("amal"), person("bao")
DESK = queue("Desk", agents=(AMAL.upn,), line_uri=f"tel:{TOLL.number}")
WELL = contoso(numbers=(TOLL,), users=(AMAL, BAO), queues=(DESK,), trunks=(PROVIDER,))
DISCONNECT = QueueExit(QueueExitAction.DISCONNECT)


def with_desk(organization: Organization = WELL, /, **changes: Any) -> Organization:
    """The organization with another desk."""
    desk: QueueSettings = replace(organization.queues[0], **changes)
    return replace(organization, queues=(desk, *organization.queues[1:]))


def found(organization: Organization) -> list[tuple[str, str]]:
    """Ids and keys of what is said, the longest times aside, which are always said."""
    assert check(organization) == []
    return [(each.id, each.key) for each in findings_of(organization) if each.id != "longest-time"]


def the(finding_id: str, organization: Organization, language: str = "en") -> Finding:
    """The one finding of its kind."""
    all_of_them = findings_of(organization, "fr" if language == "fr" else "en")
    (finding,) = (each for each in all_of_them if each.id == finding_id)
    return finding


def test_about_an_organization_that_is_well_only_the_longest_time_is_said() -> None:
    (finding,) = findings_of(WELL)
    assert finding == Finding(
        Severity.NOTE,
        "longest-time",
        ("queues", 0),
        "queue Desk",
        "Before somebody answers, a caller of Desk can spend at most 20 minutes:"
        " 20 minutes in Desk, then the call ends.",
    )


# -- who answers


@pytest.mark.parametrize("no_agents", [DISCONNECT, QueueExit(QueueExitAction.QUEUE)])
def test_a_queue_without_agents_and_without_a_way_out_is_a_dead_end(no_agents: QueueExit) -> None:
    organization = with_desk(agents=(), no_agents=no_agents)
    assert found(organization) == [("dead-end", "queue Desk")]
    assert the("dead-end", organization).severity is Severity.ERROR
    assert found(with_desk(organization, no_agents=forward("tel:+442079460000"))) == []


def test_a_queue_of_people_who_cannot_be_rung_is_a_dead_end_too() -> None:
    lost = replace(AMAL, licences=frozenset())
    members = group("First", AMAL.upn)
    organization = with_desk(
        replace(WELL, users=(lost, BAO), groups=(members,)), agents=(), groups=("First",)
    )
    assert found(organization) == [("dead-end", "queue Desk"), ("cannot-be-rung", "queue Desk")]
    assert the("cannot-be-rung", organization).text == (
        "Desk reaches people who cannot be rung:"
        " amal@contoso.com (lacks a licence for Phone System (PhoneSystem or E5))."
    )
    assert "une licence Phone System" in the("cannot-be-rung", organization, "fr").text


def test_callers_who_wait_for_nobody_before_they_are_forwarded_wait_in_vain() -> None:
    organization = with_desk(agents=(), max_wait=90, timeout=forward("sip:bao@contoso.com"))
    assert found(organization) == [("waits-in-vain", "queue Desk")]
    assert "callers wait 1 minute 30 seconds in vain" in the("waits-in-vain", organization).text
    assert found(with_desk(organization, no_agents=forward("sip:bao@contoso.com"))) == []


@pytest.mark.parametrize("field", ["max_wait", "max_waiting"])
def test_a_queue_that_lets_nobody_wait_needs_no_agents_and_rings_none(field: str) -> None:
    zero = {field: 0}
    assert found(with_desk(**zero)) == [("agents-never-rung", "queue Desk")]
    assert f"because {field} is 0" in the("agents-never-rung", with_desk(**zero)).text
    assert found(with_desk(agents=(), **zero)) == []


def test_who_is_left_out_past_the_limit_is_named_up_to_a_point() -> None:
    users = tuple(person(f"user{number}") for number in range(8))
    organization = with_desk(
        replace(WELL, users=users), agents=tuple(user.upn for user in users), agent_limit=1
    )
    assert found(organization) == [("past-agent-limit", "queue Desk")]
    assert the("past-agent-limit", organization).text.endswith(
        "left out: user1@contoso.com, user2@contoso.com, user3@contoso.com, user4@contoso.com,"
        " user5@contoso.com, and 2 more."
    )


# -- how long they are rung


def test_a_wait_that_is_shorter_than_one_ring_is_pointed_out() -> None:
    assert found(with_desk(max_wait=45, agent_alert_time=45)) == []
    assert found(with_desk(max_wait=30, agent_alert_time=45)) == [("wait-shorter-than-ring", "queue Desk")]


def test_a_serial_queue_whose_wait_is_over_before_the_last_agents_turn_is_pointed_out() -> None:
    three = with_desk(
        replace(WELL, users=(AMAL, BAO, person("chi"))),
        agents=(AMAL.upn, BAO.upn, "chi@contoso.com"),
        distribution=Distribution.SERIAL,
        agent_alert_time=30,
    )
    assert found(with_desk(three, max_wait=75)) == []
    assert found(with_desk(three, max_wait=60)) == [("last-agents-not-reached", "queue Desk")]
    assert (
        "the last 1 can be reached only if"
        in the("last-agents-not-reached", with_desk(three, max_wait=60)).text
    )
    assert found(with_desk(three, max_wait=60, distribution=Distribution.ATTENDANT)) == []


# -- where forwards lead


def test_a_queue_that_nothing_leads_to_is_pointed_out() -> None:
    lonely = replace(WELL, queues=(DESK, queue("Sales", agents=(BAO.upn,))))
    assert found(lonely) == [("queue-not-called", "queue Sales")]
    assert found(with_desk(lonely, overflow=forward("Sales"))) == []
    by_user = replace(lonely, users=(AMAL, replace(BAO, forward_to="sip:sales@contoso.com")))
    assert found(by_user) == []
    by_both = with_desk(by_user, timeout=forward("sip:bao@contoso.com"))
    assert found(by_both) == []


def test_a_forward_outside_needs_a_trunk_with_a_single_address() -> None:
    mailbox = replace(BAO, voicemail="tel:+442079460000")
    organization = with_desk(
        replace(WELL, users=(replace(AMAL, forward_to="tel:+442079460000"), mailbox)),
        overflow=forward("tel:+442079460000"),
        timeout=QueueExit(QueueExitAction.VOICEMAIL, "sip:bao@contoso.com"),
        no_agents=forward("sip:desk@fabrikam.example"),
    )
    assert found(organization) == []
    network = replace(organization, trunks=(Trunk("provider", ("192.0.2.0/24",)),))
    findings = [each for each in findings_of(network) if each.id == "no-outbound-trunk"]
    assert [each.path for each in findings] == [
        ("queues", 0, "overflow", "target"),
        ("queues", 0, "timeout", "target"),
        ("users", 0, "forward_to"),
    ]
    assert "Desk forwards to tel:+442079460000 (overflow)" in findings[0].text


def test_what_became_wrong_without_anybody_saving_it_is_said_too() -> None:
    """An older server may have stored what the rules of today refuse."""
    gone = replace(BAO, is_active=False)
    organization = with_desk(
        replace(WELL, users=(replace(AMAL, forward_to=f"sip:{BAO.upn}"), gone), numbers=(TOLL, TOLL_FREE)),
        overflow=forward("Sales"),
        timeout=forward(f"sip:{BAO.upn}"),
    )
    organization = replace(organization, communication_credits=False)
    assert [
        (each.severity, each.id, each.path)
        for each in findings_of(organization)
        if each.severity is Severity.ERROR
    ] == [
        (Severity.ERROR, "forward-ends-nowhere", ("queues", 0, "overflow", "target")),
        (Severity.ERROR, "target-cannot-take-calls", ("queues", 0, "timeout", "target")),
        (Severity.ERROR, "target-cannot-take-calls", ("users", 0, "forward_to")),
        (Severity.ERROR, "toll-free-without-credits", ("numbers", 1)),
    ]


# -- what is kept and not used


def test_numbers_without_a_trunk_ring_nobody() -> None:
    alone = replace(WELL, trunks=())
    assert found(alone) == [("no-trunk", "organization")]
    assert "reaches Desk" in the("no-trunk", alone).text
    assert found(replace(alone, queues=(replace(DESK, line_uri=None),)))[0][0] != "no-trunk"


def test_what_is_kept_and_not_used_is_pointed_out() -> None:
    quiet, loud = CallerIdPolicy(name="Quiet"), CallerIdPolicy(name="Loud")
    ranked = group("First", caller_id_policy="Loud", caller_id_rank=1)
    hello = Audio("aa", "hello.wav", 2.0)
    organization = settled(
        replace(
            WELL,
            numbers=(TOLL, TOLL_FREE, PERSONAL),
            audio=(hello, Audio("bb", "jazz.wav", 9.0)),
            caller_id_policies=(quiet, loud),
            groups=(ranked,),
            queues=(replace(DESK, greeting=hello),),
        )
    )
    assert found(organization) == [
        ("policy-not-granted", "caller-ID policy Quiet"),
        ("number-not-used", "number +18005550199"),
        ("number-not-used", "number +14255550177"),
        ("sound-not-used", "audio jazz.wav"),
    ]
    by_user = replace(organization, users=(AMAL, replace(BAO, line_uri=f"tel:{PERSONAL.number}")))
    assert ("number-not-used", "number +14255550177") not in found(by_user)


def test_a_number_that_a_policy_shows_is_used() -> None:
    policy = CallerIdPolicy(name="Free", substitute=Substitute.SERVICE, service_number=TOLL_FREE.number)
    granted = replace(BAO, caller_id_policy="Free")
    organization = replace(
        WELL, numbers=(TOLL, TOLL_FREE), caller_id_policies=(policy,), users=(AMAL, granted)
    )
    assert found(organization) == []


# -- the longest time


def chain() -> Organization:
    """Three desks, each leading to the next, the last by a user who forwards."""
    return contoso(
        users=(replace(AMAL, forward_to="sip:third@contoso.com"), BAO),
        queues=(
            queue("First", greeting=Audio("aa", "hello.wav", 5.5), max_wait=60, timeout=forward("Second")),
            queue("Second", max_wait=120, max_waiting=0, overflow=forward(f"sip:{AMAL.upn}")),
            queue("Third", max_wait=3600 // 2, timeout=forward(f"sip:{BAO.upn}"), no_agents=DISCONNECT),
        ),
    )


def test_the_longest_time_is_summed_along_the_forwards() -> None:
    ways = longest_ways(OrganizationIndex(chain()))
    assert ways == {
        "First": Way((("First", 65.5), ("Third", 1800)), BAO.upn),
        "Second": Way((("Third", 1800),), BAO.upn),
        "Third": Way((("Third", 1800),), BAO.upn),
    }
    texts = [each.text for each in findings_of(chain(), "fr") if each.id == "longest-time"]
    assert texts[0] == (
        "Avant que quelqu’un réponde, un appelant de First peut passer au plus 31 minutes 6 secondes\u00a0:"
        " 1 minute 6 secondes dans First, puis 30 minutes dans Third, puis bao@contoso.com."
    )


def test_the_longest_time_goes_by_whichever_exit_takes_longest() -> None:
    sales = queue("Sales", max_wait=600)
    by_overflow = queue("Desk", max_wait=30, overflow=forward("Sales"))
    when_nobody_serves = queue("Desk", max_wait=30, no_agents=forward("Sales"))
    new_calls_only = replace(when_nobody_serves, no_agents_new_calls_only=True)

    def way(desk: QueueSettings) -> Way:
        return longest_ways(OrganizationIndex(contoso(queues=(desk, sales))))["Desk"]

    assert way(by_overflow) == Way((("Sales", 600),))
    assert way(when_nobody_serves) == Way((("Desk", 30), ("Sales", 600)))
    assert way(new_calls_only) == Way((("Sales", 600),))


def test_forwards_that_go_round_have_no_longest_time_and_break_nothing() -> None:
    round_ = contoso(
        queues=(queue("Desk", timeout=forward("Sales")), queue("Sales", timeout=forward("Desk")))
    )
    assert longest_ways(OrganizationIndex(round_)) == {}
    assert "longest-time" not in {each.id for each in findings_of(round_)}


@pytest.mark.parametrize(
    ("seconds", "english", "french"),
    [
        (0, "0 seconds", "0 secondes"),
        (1, "1 second", "1 seconde"),
        (59.6, "1 minute", "1 minute"),
        (3661, "1 hour 1 minute 1 second", "1 heure 1 minute 1 seconde"),
        (7325, "2 hours 2 minutes 5 seconds", "2 heures 2 minutes 5 secondes"),
    ],
)
def test_times_are_said_in_words(seconds: float, english: str, french: str) -> None:
    assert time_in_words(seconds, "en") == english
    assert time_in_words(seconds, "fr") == french


# -- the languages


@pytest.mark.parametrize("finding_id", TEXTS)
def test_both_languages_say_the_same_things(finding_id: str) -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    assert fields(TEXTS[finding_id].en) == fields(TEXTS[finding_id].fr)


def test_all_that_may_be_lacking_has_a_french_name() -> None:
    assert all(lacks_in_words((lack,), "fr") != lack for lack in Lack)


@settings(deadline=None, max_examples=50)
@given(organizations())
def test_whatever_the_rules_allow_can_be_looked_through(organization: Organization) -> None:
    stored = settled(organization)
    english, french = findings_of(stored), findings_of(stored, "fr")
    assert [(each.id, each.path) for each in english] == [(each.id, each.path) for each in french]
    assert sum(each.id == "longest-time" for each in english) == len(stored.queues)
