"""What an organization may be: rules.md section 1, row by row (unit)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from huntline.directory.organization import (
    Allowance,
    Audio,
    Home,
    Licence,
    LicencePool,
    NumberKind,
    Organization,
    QueueExit,
    QueueExitAction,
    ServiceNumber,
)
from huntline.directory.rules import check, settled
from tests.organizations import organizations

from .offices import PERSONAL, TOLL, TOLL_FREE, contoso, forward, group, person, queue, refusal

E3 = frozenset({Licence.E3})
E5 = frozenset({Licence.E5})


# -- organization: domains, and what is unique on the server


def test_an_organization_needs_a_domain() -> None:
    assert refusal(contoso(domains=())).field == "domains"
    assert check(contoso(domains=("contoso.com", "redmond.contoso.com"))) == []
    assert refusal(contoso(domains=("contoso.com", "no domain"))).field == "domains[1]"


def test_a_queue_is_in_a_domain_of_the_organization() -> None:
    problem = refusal(contoso(queues=(queue("Desk", domain="fabrikam.com"),)))
    assert (problem.field, problem.value) == ("queues[0].domain", "fabrikam.com")
    assert problem.message == "must be a domain of the organization: contoso.com"


def test_domains_and_numbers_are_unique_on_the_server_and_nothing_else_is() -> None:
    desk, amal = queue("Desk"), person("amal")
    other = contoso(name="Fabrikam", domains=("fabrikam.com",), numbers=(TOLL,), queues=(desk,))
    assert refusal(contoso(numbers=(TOLL,)), other).field == "numbers[0].number"
    assert refusal(contoso(domains=("contoso.com", "fabrikam.com")), other).field == "domains[1]"
    personal = contoso(users=(replace(amal, line_uri=f"tel:{TOLL.number}"),))
    assert refusal(personal, other).field == "users[0].line_uri"
    assert check(contoso(users=(amal,), queues=(desk,)), [other]) == []


# -- users


@pytest.mark.parametrize("field", ["voicemail", "forward_to"])
@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("bao@contoso.com", "must be sip:user@host"),
        ("sip:contoso.com", "must be sip:user@host"),
        ("tel:4255550100", "must be sip:user@host"),
        ("tel:+1 425 555 0100", "must be sip:user@host"),
        ("sip:zoe@contoso.com", "there is no user or queue zoe in contoso.com"),
        ("tel:+14255550100", "is a number of the organization that belongs to no queue, no attendant"),
    ],
)
def test_where_the_calls_of_a_user_go_is_an_address_that_leads_somewhere(
    field: str, address: str, message: str
) -> None:
    amal = person("amal", **{field: address})
    problem = refusal(contoso(users=(amal,), numbers=(TOLL,)))
    assert (problem.field, problem.value) == (f"users[0].{field}", address)
    assert problem.message.startswith(message)


@pytest.mark.parametrize("address", ["sip:AMAL@contoso.com", "tel:+14255550177"])
def test_the_calls_of_a_user_do_not_go_to_the_user(address: str) -> None:
    amal = person("amal", line_uri="tel:+14255550177")
    forwarding = refusal(contoso(users=(replace(amal, forward_to=address),)))
    assert (forwarding.field, forwarding.message) == (
        "users[0].forward_to",
        "a user may not forward to themself",
    )
    assert refusal(contoso(users=(replace(amal, voicemail=address),))).field == "users[0].voicemail"


def test_a_mailbox_is_no_queue() -> None:
    desk = queue("Desk")
    problem = refusal(contoso(users=(person("amal", voicemail="sip:desk@contoso.com"),), queues=(desk,)))
    assert problem.message == "is queue Desk; a mailbox is a person's, or an address outside"


def test_forwarding_users_who_go_round_are_refused_naming_the_loop() -> None:
    users = (
        person("amal", forward_to="sip:bao@contoso.com"),
        person("bao", forward_to="tel:+14255550177"),
        person("chi", line_uri="tel:+14255550177", forward_to="sip:amal@contoso.com"),
    )
    problem = refusal(contoso(users=users))
    assert problem.field == "users[0].forward_to"
    assert problem.message == (
        "forwards go round in a loop:"
        " amal@contoso.com -> bao@contoso.com -> chi@contoso.com -> amal@contoso.com"
    )


def test_a_loop_through_a_queue_and_a_user_is_refused_at_the_queue() -> None:
    desk = queue("Desk", timeout=forward("sip:amal@contoso.com"))
    organization = contoso(users=(person("amal", forward_to="sip:desk@contoso.com"),), queues=(desk,))
    problem = refusal(organization)
    assert problem.field == "queues[0].timeout.target"
    assert problem.message == "forwards go round in a loop: Desk -> amal@contoso.com -> Desk"


def test_a_mailbox_closes_no_loop() -> None:
    amal = person("amal", voicemail="sip:mail@example.net", forward_to="sip:desk@contoso.com")
    to_mailbox = QueueExit(QueueExitAction.VOICEMAIL, "sip:amal@contoso.com")
    assert check(contoso(users=(amal,), queues=(queue("Desk", timeout=to_mailbox),))) == []


def test_a_callers_mailbox_is_that_of_a_person_who_may_take_calls() -> None:
    def with_exit_to(target: str) -> Organization:
        exit_ = QueueExit(QueueExitAction.VOICEMAIL, target)
        desks = (queue("Desk", timeout=exit_), queue("Sales"))
        return contoso(users=(person("amal"), person("bao", licences=frozenset())), queues=desks)

    def problem_of(target: str) -> str:
        return refusal(with_exit_to(target)).message

    assert check(with_exit_to("sip:amal@contoso.com")) == []
    assert problem_of("sip:bao@contoso.com").startswith("may not be a target: bao@contoso.com lacks ")
    assert problem_of("Sales") == "must be a person of the organization: voicemail is theirs"
    assert problem_of("tel:+442071234567") == "must be a person of the organization: voicemail is theirs"


# -- licences


def test_assigning_past_a_pool_is_refused_at_the_user_who_has_one_too_many() -> None:
    users = (person("amal"), person("chi", licences=E3), person("bao"))
    organization = contoso(users=users, licence_pools=(LicencePool(Licence.E5, 1),))
    problem = refusal(organization)
    assert (problem.field, problem.value) == ("users[2].licences", "E5")
    assert problem.message.startswith("2 E5 licences are assigned, the pool has 1")
    assert check(replace(organization, licence_pools=(LicencePool(Licence.E5, 2),))) == []


def test_an_e5_takes_nothing_from_the_pool_of_phone_system() -> None:
    pools = (LicencePool(Licence.PHONE_SYSTEM, 0),)
    assert check(contoso(users=(person("amal"),), licence_pools=pools)) == []
    licensed = person("amal", licences=frozenset({Licence.PHONE_SYSTEM}))
    assert refusal(contoso(users=(licensed,), licence_pools=pools)).value == "PhoneSystem"


def test_a_pool_has_a_size_and_a_licence_has_one_pool() -> None:
    assert refusal(contoso(licence_pools=(LicencePool(Licence.E3, -1),))).field == "licence_pools.E3"
    twice = (LicencePool(Licence.E3, 1), LicencePool(Licence.E3, 2))
    assert refusal(contoso(licence_pools=twice)).message == "E3 has a pool already; a licence has at most one"


STEPS = (Allowance(1, 1), Allowance(3, 2))


@pytest.mark.parametrize(
    ("pools", "user_count", "refused_at"),
    [
        ((), 0, "numbers[0].number"),  # below the first step there is no service number
        ((), 2, "numbers[1].number"),  # without pools the assigned licences count
        ((), 3, None),
        ((LicencePool(Licence.E5, 3),), 0, None),  # with a pool all that are in it
        ((LicencePool(Licence.PHONE_SYSTEM, 1),), 2, None),  # and both kinds together
    ],
)
def test_phone_system_licences_bound_the_service_numbers(
    pools: tuple[LicencePool, ...], user_count: int, refused_at: str | None
) -> None:
    organization = contoso(
        numbers=(TOLL, TOLL_FREE, PERSONAL),
        users=tuple(person(f"user{number}") for number in range(user_count)),
        licence_pools=pools,
        service_number_table=STEPS,
    )
    problems = check(organization)
    assert (problems[0].field if problems else None) == refused_at
    assert check(replace(organization, service_number_table=())) == []


def test_the_refusal_of_a_service_number_says_what_the_licences_allow() -> None:
    users = (person("amal"), person("bao"), person("chi"))
    numbers = (TOLL, TOLL_FREE, ServiceNumber("+14255550101", NumberKind.SERVICE_TOLL))
    organization = contoso(numbers=numbers, users=users, service_number_table=STEPS)
    assert refusal(organization).message == (
        "is service number 3; service_number_table allows 2 with 3 licences for Phone System"
    )


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ((Allowance(-1, 1),), "service_number_table[0].phone_system_licences"),
        ((Allowance(0, -1),), "service_number_table[0].service_numbers"),
        ((Allowance(5, 1), Allowance(5, 2)), "service_number_table[1].phone_system_licences"),
        ((Allowance(5, 3), Allowance(6, 2)), "service_number_table[1].service_numbers"),
    ],
)
def test_the_steps_of_the_service_number_table_rise(table: tuple[Allowance, ...], field: str) -> None:
    assert refusal(contoso(service_number_table=table)).field == field


# -- agents and persons as targets


@pytest.mark.parametrize(
    ("settings", "missing"),
    [
        ({"licences": E3}, "a licence for Phone System (PhoneSystem or E5)"),
        ({"voice_enabled": False}, "voice-enabling (voice_enabled: true) or a CallingPlan licence"),
        ({"homed": Home.LYNC_2010}, "a home other than lync-2010"),
    ],
)
def test_agents_and_targets_are_refused_with_what_they_lack(
    settings: dict[str, object], missing: str
) -> None:
    amal = person("amal", **settings)
    as_agent = refusal(contoso(users=(amal,), queues=(queue("Desk", agents=(amal.upn,)),)))
    assert as_agent.message == f"may not be an agent: amal@contoso.com lacks {missing}"
    as_target = refusal(
        contoso(users=(amal,), queues=(queue("Desk", timeout=forward("sip:amal@contoso.com")),))
    )
    assert as_target.message == f"may not be a target: amal@contoso.com lacks {missing}"


@pytest.mark.parametrize("homed", [Home.ONLINE, Home.HYBRID])
def test_a_calling_plan_stands_in_for_voice_enabling(homed: Home) -> None:
    licences = frozenset({Licence.PHONE_SYSTEM, Licence.CALLING_PLAN})
    amal = person("amal", licences=licences, voice_enabled=False, homed=homed)
    assert check(contoso(users=(amal,), queues=(queue("Desk", agents=(amal.upn,)),))) == []


# -- service numbers and line URIs


@pytest.mark.parametrize("number", [TOLL, TOLL_FREE])
def test_a_queue_is_called_by_a_service_number(number: ServiceNumber) -> None:
    desk = queue("Desk", line_uri=f"tel:{number.number}")
    assert check(contoso(numbers=(number,), queues=(desk,))) == []


def test_a_user_number_is_refused_for_a_queue_by_name() -> None:
    desk = queue("Desk", line_uri=f"tel:{PERSONAL.number}")
    problem = refusal(contoso(numbers=(PERSONAL,), queues=(desk,)))
    assert problem.field == "queues[0].line_uri"
    assert problem.message.startswith("+14255550177 is a user number; a queue needs")


def test_a_service_number_is_refused_for_a_user() -> None:
    problem = refusal(contoso(numbers=(TOLL,), users=(person("amal", line_uri="tel:+14255550100"),)))
    assert problem.message == "is a service number; a user needs a number of kind user"


def test_toll_free_needs_communication_credits() -> None:
    organization = contoso(numbers=(TOLL_FREE,), communication_credits=False)
    assert refusal(organization).message == "needs communication_credits: true in the organization"
    assert check(replace(organization, communication_credits=True)) == []


def test_one_number_belongs_to_one_thing() -> None:
    line_uri = f"tel:{TOLL.number}"
    two_queues = (queue("Desk", line_uri=line_uri), queue("Sales", line_uri=line_uri))
    problem = refusal(contoso(numbers=(TOLL,), queues=two_queues))
    assert problem.message == "belongs to queue Desk already; one number, one thing"
    two_users = (person("amal", line_uri=line_uri), person("bao", line_uri=line_uri))
    assert refusal(contoso(users=two_users)).message.startswith("belongs to user amal@contoso.com already")


@pytest.mark.parametrize(
    "line_uri", ["+14255550100", "tel:14255550100", "tel:+1-425", "tel:+1.425", "tel:+ 1425"]
)
def test_a_line_uri_is_tel_plus_and_digits(line_uri: str) -> None:
    problem = refusal(contoso(numbers=(TOLL,), queues=(queue("Desk", line_uri=line_uri),)))
    assert problem.message == "must be tel:+ and 3 to 15 digits, without blanks, dots or hyphens"


def test_the_numbers_of_users_are_on_the_list_of_numbers() -> None:
    organization = settled(contoso(numbers=(TOLL,), users=(person("amal", line_uri="tel:+14255550177"),)))
    assert organization.numbers == (TOLL, ServiceNumber("+14255550177", NumberKind.USER))


# -- groups


def test_groups_may_nest_and_loop_but_hold_only_what_is_there() -> None:
    looping = (group("First", "second"), group("Second", "first", "amal@contoso.com"))
    assert check(contoso(users=(person("amal"),), groups=looping)) == []
    problem = refusal(contoso(groups=(group("First", "Secund"), group("Second"))))
    assert problem.field == "groups[0].members[0]"
    assert problem.message == "there is no group Secund; did you mean Second?"
    assert refusal(contoso(groups=(group("First", "amal@contoso.com"),))).message.startswith(
        "there is no user"
    )


# -- the audio library

HELLO, OTHER_HELLO = Audio("aa", "hello.wav", 2.0), Audio("bb", "Hello.WAV", 3.0)


def test_the_names_of_sounds_are_unique_in_any_letter_case() -> None:
    assert refusal(contoso(audio=(HELLO, OTHER_HELLO))).field == "audio[1].name"


def test_a_sound_by_the_name_of_another_is_refused() -> None:
    in_library = contoso(audio=(HELLO,), queues=(queue("Desk", music=OTHER_HELLO),))
    assert refusal(in_library).field == "queues[0].music"
    assert "is the name of another sound" in refusal(in_library).message
    in_queues = contoso(queues=(queue("Desk", greeting=HELLO), queue("Sales", greeting=OTHER_HELLO)))
    assert refusal(in_queues).field == "queues[1].greeting"


def test_what_queues_play_is_in_the_library_as_one_and_the_same_sound() -> None:
    again = replace(HELLO, name="HELLO.wav", loudness=-20.0)
    desks = (queue("Desk", greeting=HELLO), queue("Sales", music=again))
    organization = settled(contoso(queues=desks))
    assert check(contoso(queues=desks)) == []
    assert organization.audio == (HELLO,)
    assert organization.queues[1].music == HELLO


# -- how things are called


def test_what_is_stored_calls_everything_by_its_own_name() -> None:
    primary_uri = f"sip:hg_{'0' * 32}@contoso.com"
    organization = contoso(
        users=(
            person("amal", voicemail="SIP:Desk@Elsewhere.Example", forward_to="TEL:+442071234567"),
            person("bao", forward_to="SIP:Amal@Contoso.com"),
        ),
        groups=(group("First Line", "SECOND line"), group("Second Line", "amal@contoso.com")),
        queues=(
            queue(
                "Help Desk", primary_uri=primary_uri, groups=("first line",), overflow=forward("help-line")
            ),
            queue("Help Line", timeout=forward("sip:AMAL@contoso.com"), no_agents=forward("SALES")),
            queue("Sales", overflow=forward(primary_uri.upper().replace("SIP:HG", "sip:hg"))),
        ),
    )
    stored = settled(organization)
    amal, bao = stored.users
    assert (amal.voicemail, amal.forward_to) == ("sip:Desk@Elsewhere.Example", "tel:+442071234567")
    assert bao.forward_to == "sip:amal@contoso.com"
    assert stored.groups[0].members == ("Second Line",)
    help_desk, help_line, sales = stored.queues
    assert help_desk.groups == ("First Line",)
    assert help_desk.overflow.target == "Help Line"
    assert help_line.timeout.target == "sip:amal@contoso.com"
    assert help_line.no_agents.target == "Sales"
    assert sales.overflow.target == primary_uri
    assert settled(stored) == stored


@settings(deadline=None, max_examples=50)
@given(organizations())
def test_what_is_allowed_stays_allowed_and_the_same_as_it_is_stored(organization: Organization) -> None:
    assert check(organization) == []
    stored = settled(organization)
    assert check(stored) == []
    assert settled(stored) == stored
