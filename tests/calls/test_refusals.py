"""Refused calls are told once each, a flood of them in bounded numbers."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from huntline.calls.refusals import CROWD, MINUTE, MOST_SOURCES, TOLD_PER_MINUTE, Refusals
from huntline.directory.refused import REFUSAL_WORDS, RefusalReason, RefusedCall

CALL = RefusedCall("contoso", "192.0.2.1", "+14255551234", "+14255550100", 404, RefusalReason.UNKNOWN_NUMBER)


class Desk:
    """What is recorded, and a clock in hand."""

    def __init__(self) -> None:
        self.records: list[RefusedCall] = []
        self.waiting: list[Callable[[], None]] = []
        self.refusals = Refusals(self.records.append, self._later)

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        assert seconds == MINUTE
        self.waiting.append(call)

    def refuse(self, count: int = 1, source: str = "192.0.2.1", organization_id: str = "contoso") -> None:
        for _ in range(count):
            self.refusals.add(
                RefusedCall(organization_id, source, CALL.caller, CALL.dialled, CALL.status, CALL.reason)
            )

    def minute_passes(self) -> None:
        waiting, self.waiting = self.waiting, []
        for call in waiting:
            call()


def test_a_refused_call_is_told_at_once(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    with caplog.at_level(logging.INFO, "huntline.calls.refusals"):
        desk.refuse()
    assert desk.records == [CALL]
    (line,) = caplog.records
    assert (line.reason, line.status, line.dialled) == ("unknown-number", 404, "+14255550100")  # type: ignore[attr-defined]
    assert line.organization_id == "contoso"  # type: ignore[attr-defined]
    assert CALL.caller not in str(line.__dict__)


def test_a_flood_is_told_in_part_and_in_one_sum() -> None:
    desk = Desk()
    desk.refuse(1000)
    desk.refuse(source="192.0.2.2")
    assert len(desk.records) == TOLD_PER_MINUTE + 1
    desk.minute_passes()
    assert len(desk.records) == TOLD_PER_MINUTE + 2
    assert desk.records[-1] == RefusedCall(
        "contoso", "192.0.2.1", "", "", 404, RefusalReason.UNKNOWN_NUMBER, 1000 - TOLD_PER_MINUTE
    )
    desk.minute_passes()
    desk.refuse()
    assert len(desk.records) == TOLD_PER_MINUTE + 3


def test_a_crowd_of_sources_counts_as_one() -> None:
    desk = Desk()
    for number in range(MOST_SOURCES + 500):
        desk.refuse(source=f"10.0.{number // 256}.{number % 256}")
    assert len(desk.records) == MOST_SOURCES + TOLD_PER_MINUTE
    desk.minute_passes()
    assert (desk.records[-1].source, desk.records[-1].count) == (CROWD, 500 - TOLD_PER_MINUTE)


def test_a_host_has_a_whole_network_of_ipv6() -> None:
    desk = Desk()
    for number in range(100):
        desk.refuse(source=f"2001:db8::{number:x}")
    assert len(desk.records) == TOLD_PER_MINUTE
    desk.minute_passes()
    assert (desk.records[-1].source, desk.records[-1].count) == ("2001:db8::/64", 100 - TOLD_PER_MINUTE)


def test_what_belongs_to_nobody_is_not_recorded(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    with caplog.at_level(logging.INFO, "huntline.calls.refusals"):
        desk.refuse(organization_id="")
    assert desk.records == []
    (line,) = caplog.records
    assert not hasattr(line, "organization_id")


def test_what_a_stranger_says_is_bounded_and_obeyed_by_nobody() -> None:
    desk = Desk()
    desk.refusals.add(RefusedCall("contoso", "::1", "\x1b]0;x\x07" * 50, "a" * 5000, 404, CALL.reason))
    (record,) = desk.records
    assert "\x1b" not in record.caller
    assert len(record.dialled) == 100


def test_every_reason_has_words() -> None:
    assert REFUSAL_WORDS.keys() == set(RefusalReason)
