"""Trying a trunk: is it found, does each host answer, does it know our user name and password?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from huntline.calls.failures import TRUNK_SILENT
from huntline.engine.reason_data import as_data
from huntline.engine.reasons import Cause, Reason, SipAnswer
from huntline.errors import PeerError
from huntline.signalling.trunk_line import TrunkLine
from huntline.signalling.trunk_state import why_no_connection
from huntline.sip.core.context import host_port
from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.flow import Flow
from huntline.sip.core.message import Response

Asking = Callable[[OutgoingRequest], Awaitable[Response | None]]
"""Sends a request and waits for its final response; None when there is none in time."""

_REFUSED = (401, 403, 407)


async def try_trunk(line: TrunkLine, ask: Asking) -> list[dict[str, Any]]:
    """What was tried, in order: ``step`` is ``found``, ``answers`` or ``signs-in``; ``why`` what was wrong.

    Nothing changes by it: the REGISTER has no Contact, so that it only asks (RFC 3261 section 10.2.3).
    """
    try:
        flows = await line.find()
    except PeerError:
        flows = []
    if not flows:
        return [_step("found", ", ".join(map(str, line.hosts)), Cause.TRUNK_NOT_FOUND)]
    tried = await asyncio.gather(*(_answers(line, flow, ask) for flow in flows))
    steps = [_step("found", ", ".join(map(str, line.hosts)), None), *tried]
    there = [flow for flow, step in zip(flows, tried, strict=True) if step["is_ok"]]
    if line.credentials is not None and there:
        steps.append(await _signs_in(line, there[0], ask))
    return steps


async def _answers(line: TrunkLine, flow: Flow, ask: Asking) -> dict[str, Any]:
    response = await ask(line.options_for(flow))
    if response is None:
        failure = line.why_failed(flow)
        why: Reason | None = TRUNK_SILENT.why if failure is None else why_no_connection(failure)
    else:
        why = SipAnswer(response.status, response.reason) if response.status == 503 else None
    return _step("answers", f"{host_port(flow.remote)} ({flow.transport})", why)


async def _signs_in(line: TrunkLine, flow: Flow, ask: Asking) -> dict[str, Any]:
    response = await ask(line.question_for(flow))
    why: Reason | None = None
    if response is None:
        why = TRUNK_SILENT.why
    elif response.status in _REFUSED:
        why = Cause.TRUNK_REFUSES_US
    elif response.status >= 300 and line.trunk.registers:
        why = SipAnswer(response.status, response.reason)
    return _step("signs-in", line.trunk.username or "", why)


def _step(step: str, what: str, why: Reason | None) -> dict[str, Any]:
    return {"step": step, "what": what, "is_ok": why is None, "why": None if why is None else as_data(why)}
