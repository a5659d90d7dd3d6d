"""States and countries of numbers, mail addresses of groups, and how many queues the licences allow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from huntline.directory.attendants import Attendant
from huntline.directory.organization import (
    CallerIdPolicy,
    Group,
    GroupKind,
    Licence,
    LicencePool,
    NumberKind,
    NumberState,
    Organization,
    QueueAllowance,
    QueueSettings,
    ServiceNumber,
    Substitute,
    User,
)
from huntline.directory.queue_licences import queues_allowed
from huntline.directory.rules import check, settled

NUMBER = "+14255550100"
DESK = QueueSettings(queue_id="desk", name="Help Desk", domain="contoso.com", line_uri=f"tel:{NUMBER}")
AMAL = User(user_id="amal", upn="amal@contoso.com", licences=frozenset({Licence.E5}), voice_enabled=True)


def contoso(**settings: object) -> Organization:
    return replace(Organization(name="Contoso", domains=("contoso.com",)), **settings)  # type: ignore[arg-type]


def wrong(organization: Organization) -> list[tuple[str, str]]:
    return [(problem.field, problem.message) for problem in check(organization)]


@pytest.mark.parametrize("state", [NumberState.ORDERED, NumberState.PORTING])
def test_a_number_that_is_not_active_yet_is_nobodys(state: NumberState) -> None:
    held = ServiceNumber(NUMBER, NumberKind.SERVICE_TOLL, state)
    said = f"{NUMBER} is not active yet but {state}; make its state active before anybody has it"
    assert wrong(contoso(numbers=(held,))) == []
    assert wrong(contoso(numbers=(held,), queues=(DESK,))) == [("queues[0].line_uri", said)]
    attendant = Attendant(name="Reception", domain="contoso.com", line_uris=(f"tel:{NUMBER}",))
    assert wrong(contoso(numbers=(held,), attendants=(attendant,))) == [("attendants[0].line_uris[0]", said)]
    policy = CallerIdPolicy(name="Sales", substitute=Substitute.SERVICE, service_number=NUMBER)
    assert wrong(contoso(numbers=(held,), caller_id_policies=(policy,))) == [
        ("caller_id_policies[0].service_number", said)
    ]
    personal = replace(held, kind=NumberKind.USER)
    user = replace(AMAL, line_uri=f"tel:{NUMBER}")
    assert wrong(contoso(numbers=(personal,), users=(user,))) == [("users[0].line_uri", said)]
    active = replace(held, state=NumberState.ACTIVE)
    assert wrong(contoso(numbers=(active,), queues=(DESK,))) == []


@pytest.mark.parametrize(
    ("number", "country", "said"),
    [
        (NUMBER, None, None),
        (NUMBER, "US", None),
        (NUMBER, "CA", None),
        ("+33142550100", "FR", None),
        ("+33142550100", "US", "must be a country of +33142550100: FR; or null"),
        ("+33142550100", "XX", "must be a country in two capital letters (ISO 3166-1), such as US, or null"),
        ("+33142550100", "001", "must be a country in two capital letters (ISO 3166-1), such as US, or null"),
    ],
)
def test_the_country_is_one_of_those_that_have_such_numbers(
    number: str, country: str | None, said: str | None
) -> None:
    held = ServiceNumber(number, NumberKind.SERVICE_TOLL, country=country)
    assert wrong(contoso(numbers=(held,))) == ([("numbers[0].country", said)] if said else [])


def test_a_group_is_named_by_its_mail_address_too() -> None:
    inner = Group("Inner", GroupKind.SECURITY_GROUP, ("amal@contoso.com",), mail="inner@contoso.com")
    outer = Group("Outer", GroupKind.DISTRIBUTION_LIST, ("inner@contoso.com",))
    queue = replace(DESK, line_uri=None, groups=("Inner@Contoso.com", "outer"))
    written = contoso(users=(AMAL,), groups=(inner, outer), queues=(queue,))
    assert wrong(written) == []
    stored = settled(written)
    assert stored.queues[0].groups == ("Inner", "Outer")
    assert stored.groups[1].members == ("Inner",)


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        ("sales", "must be a mail address such as sales@contoso.com, or null"),
        ("a b@contoso.com", "must be a mail address such as sales@contoso.com, or null"),
        ("amal@contoso.com", "must be unique; the user amal@contoso.com has it already"),
        (
            "first@contoso.com",
            "must be unique, letter case aside; first@contoso.com (groups[0]) has it already",
        ),
    ],
)
def test_a_mail_address_is_one_and_of_one_group_only(mail: str, said: str) -> None:
    groups = (
        Group("First", GroupKind.SECURITY_GROUP, mail="first@contoso.com"),
        Group("Second", GroupKind.SECURITY_GROUP, mail=mail),
    )
    assert wrong(contoso(users=(AMAL,), groups=groups)) == [("groups[1].mail", said)]


TABLE = (QueueAllowance(0, 0, 1), QueueAllowance(1, 0, 2), QueueAllowance(1, 2, 3))
SILENT = tuple(
    QueueSettings(queue_id=name, name=name, domain="contoso.com") for name in ("First", "Second", "Third")
)


@pytest.mark.parametrize(
    ("pools", "allowed"),
    [
        ((), 1),
        ((LicencePool(Licence.PHONE_SYSTEM, 1),), 2),
        ((LicencePool(Licence.AUDIO_CONFERENCING, 5),), 1),
        ((LicencePool(Licence.E5, 1), LicencePool(Licence.AUDIO_CONFERENCING, 2)), 3),
    ],
)
def test_licences_of_both_kinds_say_how_many_queues_there_may_be(
    pools: tuple[LicencePool, ...], allowed: int
) -> None:
    organization = contoso(licence_pools=pools, queue_table=TABLE, queues=SILENT)
    assert queues_allowed(organization) == allowed
    assert [field for field, _ in wrong(organization)] == [
        f"queues[{place}].name" for place in range(allowed, len(SILENT))
    ]
    assert wrong(replace(organization, queue_table=())) == []


def test_a_queue_past_the_table_is_refused_with_the_numbers() -> None:
    organization = contoso(queue_table=(QueueAllowance(0, 0, 2),), queues=SILENT)
    said = "is queue 3; queue_table allows 2 with 0 licences for Phone System and 0 for conferencing"
    assert wrong(organization) == [("queues[2].name", said)]
    assert wrong(contoso(queue_table=(QueueAllowance(0, -1, 2),))) == [
        ("queue_table[0].conferencing_licences", "must be 0 or more")
    ]


@pytest.mark.parametrize(
    ("licences", "is_enough"),
    [
        ((), False),
        (("E3",), False),
        (("PhoneSystem",), False),
        (("E3", "PhoneSystem"), True),
        (("E5",), True),
    ],
)
def test_the_minimum_of_2018_is_e5_or_e3_with_phone_system(
    licences: tuple[str, ...], is_enough: bool
) -> None:
    pools = tuple(LicencePool(Licence(licence), 1) for licence in licences)
    organization = contoso(licence_pools=pools, queues_need_licences=True, queues=SILENT[:1])
    said = "needs E5, or E3 together with PhoneSystem in the organization, because queues_need_licences is on"
    assert wrong(organization) == ([] if is_enough else [("queues[0].name", said)])
    assert wrong(replace(organization, queues_need_licences=False)) == []
    assert wrong(replace(organization, queues=())) == []
