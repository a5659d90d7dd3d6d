"""What is allowed and yet may be a slip (unit)."""

from __future__ import annotations

import pytest

from huntline.directory.advice import warnings_about, warnings_of
from huntline.directory.organization import NumberKind, ServiceNumber
from huntline.directory.rules import check

from .offices import PERSONAL, TOLL, TOLL_FREE, contoso, forward, person, queue


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        ("+14255550100", NumberKind.SERVICE_TOLL, None),
        ("+442079460000", NumberKind.USER, None),
        ("+18005550199", NumberKind.SERVICE_TOLL_FREE, None),
        ("+448081570192", NumberKind.SERVICE_TOLL_FREE, None),
        ("+18005550199", NumberKind.SERVICE_TOLL, "is kept as service-toll, but its numbering plan makes it"),
        ("+18005550199", NumberKind.USER, "is kept as user, but its numbering plan makes it toll-free"),
        (
            "+14255550100",
            NumberKind.SERVICE_TOLL_FREE,
            "is kept as service-toll-free, but its numbering plan",
        ),
        ("+1425555010", NumberKind.SERVICE_TOLL, "is no number that its country has in use"),
        ("+99912345", NumberKind.SERVICE_TOLL, "is no number that its country has in use"),
    ],
)
def test_a_number_that_its_numbering_plan_does_not_know_as_such_is_pointed_out(
    number: str, kind: NumberKind, words: str | None
) -> None:
    warnings = warnings_about(ServiceNumber(number, kind))
    assert len(warnings) == (words is not None)
    assert all(warning.startswith(words or "") for warning in warnings)


def test_warnings_lead_to_the_setting_and_refuse_nothing() -> None:
    organization = contoso(
        numbers=(TOLL, TOLL_FREE, PERSONAL, ServiceNumber("+1425", NumberKind.SERVICE_TOLL)),
        users=(person("amal", forward_to="tel:+99912345"), person("bao", voicemail="sip:bao@example.net")),
        queues=(queue("Desk", timeout=forward("tel:+1206555"), overflow=forward("tel:+442079460000")),),
    )
    assert check(organization) == []
    assert [(warning.field, warning.value) for warning in warnings_of(organization)] == [
        ("numbers[3].number", "+1425"),
        ("users[0].forward_to", "tel:+99912345"),
        ("queues[0].timeout.target", "tel:+1206555"),
    ]
