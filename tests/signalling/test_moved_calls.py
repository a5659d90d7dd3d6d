"""What phones are asked after calls have come from another machine (edge)."""

from __future__ import annotations

import asyncio

import pytest
from tests.sip.core.desk import TCP, UDP, Desk

from huntline.signalling.moved_calls import after_unknown_requests, ask_peers, connections_in
from huntline.sip.core.flow import Flow
from huntline.sip.core.leg_record import LegRecord, SipLegState


def leg(leg_id: str, flow: Flow = UDP, state: SipLegState = SipLegState.CONFIRMED) -> LegRecord:
    return LegRecord(leg_id, True, state, f"tag of {leg_id}", flow)


def test_answered_peers_are_asked_and_connected_ones_when_they_had_the_time_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    slept: list[tuple[float, int]] = []

    async def sleep(seconds: float) -> None:
        slept.append((seconds, len(asked)))

    monkeypatch.setattr(asyncio, "sleep", sleep)  # the moments themselves are looked at
    legs = [leg("a"), leg("t", TCP), leg("r", state=SipLegState.RINGING), leg("b"), leg("")]
    asyncio.run(ask_peers(legs, asked.append, 10.0))
    assert asked == ["a", "b", "t"]
    assert slept[0][1] == 0, "who hung up meanwhile says so first"
    assert slept[0][0] > 4
    assert (10.0, 2) in slept


def test_requests_have_numbers_that_no_peer_has_seen() -> None:
    desk = Desk()
    leg_id, _ = desk.answered_call()
    (record,) = desk.core.records().values()
    assert record.dialog is not None
    before = record.dialog.local_cseq
    assert record.leg_id == leg_id
    again = after_unknown_requests(record)
    assert again.dialog is not None
    assert again.dialog.local_cseq > before + 10


def test_connections_are_found_wherever_a_record_names_them() -> None:
    other = Flow(TCP.transport, TCP.local, ("10.0.0.78", 5000), connection=8)
    records = [leg("t", TCP), leg("u"), {"bindings": [("kept", other)]}]
    assert connections_in(records) == {(TCP.local, TCP.remote), (TCP.local, other.remote)}
