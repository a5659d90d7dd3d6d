"""Forwards: the engine sends a caller on to a person or a number."""

from __future__ import annotations

from huntline.calls.diversion import queues_passed
from huntline.calls.model import Call, OwnerKind, Party, Ring
from huntline.calls.parts import CallParts
from huntline.calls.tools import CallTools
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.reasons import Destination, Reason
from huntline.sip.core.events import LegRinging


class Forwards:
    """The owner of the rings of those to whom queues forward their calls."""

    kind = OwnerKind.FORWARD
    party = Party.TARGET

    def __init__(self, tools: CallTools, parts: CallParts) -> None:
        self._tools = tools
        self._dialling = parts.dialling
        self._alerting = parts.alerting
        self._early = parts.early
        self._audio_paths = parts.audio_paths

    def start(self, call: Call, command: do.ForwardCall) -> None:
        """Ring whom a queue forwards a call to."""
        target = command.target
        callee = self._tools.site.callee(call.organization_id, target)
        before = (*call.path, *queues_passed(self._tools.plan, command.left))
        self._dialling.release_media(call)
        self._alerting.start(call, self, f"{call.call_id}.forward", target, callee, before)

    # -- how its rings go (RingOwner)

    def ringing(self, call: Call, ring: Ring, event: LegRinging) -> None:
        """The caller hears it."""
        self._early.rings(call, ring, event)

    def answered(self, call: Call, ring: Ring) -> None:
        """The caller gets who answered."""
        self._alerting.stop(call)
        self._audio_paths.answer_caller(call)
        self._audio_paths.connect(call, ring)

    def failed(self, call: Call, ring: Ring) -> None:
        """Their mailbox is rung; without one the engine decides, and the caller is told of this failure."""
        if not self._alerting.follow_rule(call, ring):
            call.failed_forward = ring
            self._tools.post(told.ForwardFailed(call.call_id, ring.failure.why))

    def connected(self, call: Call, ring: Ring) -> None:
        """They talk, and the queue is done with the call."""
        self._audio_paths.talk(call, ring)
        self._tools.post(told.ForwardAnswered(call.call_id))

    def not_connected(self, call: Call, ring: Ring, reason: Reason) -> None:
        """The engine decides."""
        self._tools.post(told.ForwardFailed(call.call_id, reason))

    def left(self, call: Call, ring: Ring) -> None:
        """The engine ends the call."""
        self._tools.post(told.ForwardEnded(call.call_id))

    def left_by_transfer(self, call: Call, ring: Ring, to: Destination) -> None:
        """The call is the engine's as before: what becomes of the transfer decides about it."""
