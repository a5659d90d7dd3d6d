"""Star codes, and which queue an agent means who dials a number behind one."""

from __future__ import annotations

import pytest

from huntline.directory.organization import QueueSettings, StarCodes
from huntline.directory.star_codes import StarCode, queues_meant, star_code

QUEUES = (
    QueueSettings(queue_id="paris", name="Paris", domain="contoso.com", line_uri="tel:+33142550100"),
    QueueSettings(queue_id="seattle", name="Seattle", domain="contoso.com", line_uri="tel:+14255550100"),
    QueueSettings(queue_id="sales", name="Sales", domain="contoso.com", line_uri="tel:+14255550177"),
    QueueSettings(queue_id="silent", name="Silent", domain="contoso.com"),
)


@pytest.mark.parametrize(
    ("dialled", "meant"),
    [
        ("+14255550100", ["seattle"]),
        ("14255550100", ["seattle"]),
        ("4255550100", ["seattle"]),
        ("0142550100", ["paris"]),  # as in the country itself
        ("177", ["sales"]),
        ("0177", ["sales"]),
        ("0100", ["paris", "seattle"]),
        ("00177", ["sales"]),
        ("000", []),
        ("555", []),
        ("+4255550100", ["seattle"]),
    ],
)
def test_a_number_or_its_end_is_that_of_a_queue(dialled: str, meant: list[str]) -> None:
    assert [queue.queue_id for queue in queues_meant(dialled, QUEUES)] == meant


@pytest.mark.parametrize(
    ("dialled", "is_one"),
    [("177", True), ("+14255550100", True), ("17", False), ("1" * 16, False), ("17a", False), ("٣٣٣", False)],
)
def test_what_may_be_a_queues_number(dialled: str, is_one: bool) -> None:
    expected = StarCode("contoso", "opt-out", dialled) if is_one else None
    assert star_code("contoso", StarCodes(), f"*45{dialled}") == expected


def test_the_longest_code_goes_first_and_the_organizations_own_before_voicemail() -> None:
    codes = StarCodes(opt_out="*9", opt_in="*97", forward_all=None)
    assert star_code("contoso", codes, "*97") == StarCode("contoso", "opt-in")
    assert star_code("contoso", codes, "*97123") == StarCode("contoso", "opt-in", "123")
    assert star_code("contoso", codes, "*9555") == StarCode("contoso", "opt-out", "555")
    assert star_code("contoso", codes, "*72") is None
    assert star_code("contoso", codes, "911") is None
