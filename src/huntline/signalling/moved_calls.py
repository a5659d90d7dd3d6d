"""Calls that another machine had: what it did in its last moment is not known here, and phones are asked.

A machine that is cut off from the others serves phones until it notices that it has been replaced. Calls that
ended there meanwhile would never end here, and a request with a number that the peer has seen is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass

from huntline.network.stale_connections import Ends
from huntline.sip.core.flow import Flow
from huntline.sip.core.leg_record import LegRecord, SipLegState

_UNKNOWN_REQUESTS = 50
"""More than a machine sends within a dialog while it is being replaced. Numbers may be left out (RFC 3261
section 12.2.1.1)."""
_ASKED_A_SECOND = 200
_THEIR_TURN = 5.0
"""Seconds within which a peer has sent again what it sent while nobody served (RFC 3261 section 17.1.2.2):
who has hung up says so itself."""


def after_unknown_requests(leg: LegRecord) -> LegRecord:
    """A leg's record that was just read, with its dialog's next request numbered beyond all that another
    machine may have sent. It is changed in place."""
    if leg.dialog is not None:
        leg.dialog.local_cseq += _UNKNOWN_REQUESTS
    return leg


def connections_in(records: Iterable[object]) -> set[Ends]:
    """The connections by which another machine was reached, as its records name them."""
    flows: set[Flow] = set()
    for record in records:
        _collect(record, flows)
    return {(flow.local, flow.remote) for flow in flows if flow.connection and ":" not in flow.local[0]}


def _collect(value: object, flows: set[Flow]) -> None:
    if isinstance(value, Flow):
        flows.add(value)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            _collect(each, flows)
    elif isinstance(value, dict):
        _collect(list(value.values()), flows)
    elif is_dataclass(value):
        for field in fields(value):
            _collect(getattr(value, field.name), flows)


async def ask_peers(legs: Iterable[LegRecord], ask: Callable[[str], None], time_to_return: float) -> None:
    """Ask the peer of each answered leg whether it still has the call, a few at a time: those that were
    connected so many seconds later than others, when they have connected again."""
    asked = [leg for leg in legs if leg.leg_id and leg.state is SipLegState.CONFIRMED]
    for is_connected, pause in ((False, _THEIR_TURN), (True, time_to_return)):
        await asyncio.sleep(pause)
        for leg in asked:
            if bool(leg.flow.connection) is is_connected:
                ask(leg.leg_id)
                await asyncio.sleep(1 / _ASKED_A_SECOND)
