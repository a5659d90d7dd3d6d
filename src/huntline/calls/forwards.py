"""Forwards: somebody is rung for a caller whose call the engine has, and who is no agent."""

from __future__ import annotations

from huntline.calls.model import Call, OwnerKind, Party, Ring
from huntline.calls.moves import Moves
from huntline.calls.parts import CallParts
from huntline.calls.tools import CallTools
from huntline.engine import events as told
from huntline.engine.reasons import Destination, Reason
from huntline.sip.core.events import LegRinging


class Forwards:
    """The owner of the rings of those to whom calls of the engine go, out of a queue or wherever they were
    then."""

    kind = OwnerKind.FORWARD
    party = Party.TARGET

    def __init__(self, tools: CallTools, parts: CallParts, moves: Moves) -> None:
        self._tools = tools
        self._moves = moves
        self._alerting = parts.alerting
        self._early = parts.early
        self._audio_paths = parts.audio_paths

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
        """Their rule counts; without one the engine decides, and the caller is told of this failure."""
        self._moves.not_taken(call, ring)

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
