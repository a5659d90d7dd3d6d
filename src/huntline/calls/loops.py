"""Loops through the telephone network: calls that we sent out and that come back to whom they have passed."""

from __future__ import annotations

from typing import assert_never

from huntline.calls.diversion import DiversionReason, Path
from huntline.calls.model import Call, Ring
from huntline.directory.plan import (
    AttendantTarget,
    OutsideAddress,
    OutsideNumber,
    QueueTarget,
    Target,
    UserTarget,
    VoicemailTarget,
)
from huntline.directory.star_codes import StarCode
from huntline.sip.core.grammar import parse_address


class RingsOutside:
    """Calls for which a number outside is rung now. Not every network passes the history of a call on; but
    one that comes back shows whom we showed, and has fewer hops left than we gave it (RFC 7332)."""

    def __init__(self) -> None:
        self._by_caller: dict[str, dict[str, tuple[Call, Ring]]] = {}
        self._callers: dict[str, str] = {}  # by call

    def add(self, call: Call, ring: Ring, from_: str) -> None:
        """Somebody outside is rung, who is shown this From."""
        caller = parse_address(from_).uri.user or ""
        self._callers[call.call_id] = caller
        self._by_caller.setdefault(caller, {})[call.call_id] = call, ring

    def forget(self, call: Call) -> None:
        """Nobody is rung for the call any more."""
        caller = self._callers.pop(call.call_id, None)
        if caller is not None:
            rings = self._by_caller[caller]
            del rings[call.call_id]
            if not rings:
                del self._by_caller[caller]

    def path_of_returned(self, call: Call, target: Target) -> Path:
        """The path of a call that came by a trunk, if it is one of these; else none."""
        found: Path = ()
        for other, ring in self._by_caller.get(call.caller_id.user, {}).values():
            is_further_on = call.max_forwards < other.max_forwards - 1
            if is_further_on and _has_passed(ring.path, target) and len(ring.path) > len(found):
                *before, last = ring.path
                found = (*before, last.left(DiversionReason.UNCONDITIONAL))
        return found


def _has_passed(path: Path, target: Target) -> bool:
    match target:
        case UserTarget(user_id):
            return any(hop.user_id == user_id for hop in path)
        case QueueTarget(queue_id):
            return any(hop.queue_id == queue_id for hop in path)
        case AttendantTarget(attendant_id):
            return any(hop.attendant_id == attendant_id for hop in path)
        case StarCode() | OutsideNumber() | OutsideAddress() | VoicemailTarget():
            return False
        case _:
            assert_never(target)
