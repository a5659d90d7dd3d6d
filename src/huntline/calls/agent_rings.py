"""Agent rings: agents are rung because the engine wants it, and the engine decides what follows."""

from __future__ import annotations

from huntline.calls.caller_identity import COMPLETED_ELSEWHERE
from huntline.calls.contacts import Callee
from huntline.calls.display import QueueTurn, display_of
from huntline.calls.diversion import through_queues
from huntline.calls.failures import UNKNOWN_USER
from huntline.calls.model import Call, OwnerKind, Party, Ring
from huntline.calls.parts import CallParts
from huntline.calls.tools import CallTools
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.reasons import Cause, Destination, Reason, StopReason
from huntline.sip.core.events import LegRinging


class AgentRings:
    """The owner of all rings of agents, which are the engine's: their ids are its own."""

    kind = OwnerKind.QUEUE
    party = Party.AGENT

    def __init__(self, tools: CallTools, parts: CallParts) -> None:
        self._tools = tools
        self._dialling = parts.dialling
        self._audio_paths = parts.audio_paths

    # -- what the engine asks

    def ring(self, call: Call, command: do.RingAgent) -> None:
        """Ring all phones of an agent."""
        plan = self._tools.plan
        path = through_queues(plan, call.path, command.left, command.queue_id)
        ring = Ring(command.ring_id, call.call_id, self, command.agent_id, path)
        account = plan.account_by_id(command.agent_id)
        if account is None:
            ring.failure = UNKNOWN_USER
            self.failed(call, ring)
            return
        queue = plan.queue(command.queue_id)
        turn = QueueTurn(queue.name, command.waited, command.others_waiting) if queue else None
        callee = Callee(account.user_id, self._tools.site.contacts(account.user_id))
        display = display_of(plan, call, account.upn, turn, callee, path=path)
        self._dialling.start(call, ring, callee.contacts, display)
        self._tools.changed(call)

    def stop(self, ring_id: str, reason: StopReason) -> None:
        """Stop a ring, or hang up on who answered it; one that is over is left alone."""
        # A ring id begins with its call's id, so no second index is needed.
        call = self._tools.book.calls.get(ring_id.partition(".")[0])
        ring = call.rings.get(ring_id) if call is not None else None
        if call is None or ring is None:
            return
        is_elsewhere = reason is StopReason.ANSWERED_ELSEWHERE
        self._dialling.stop(call, ring, (COMPLETED_ELSEWHERE,) if is_elsewhere else call.farewell)
        if ring is call.connected_ring:
            self._audio_paths.disconnect(call)
        self._tools.changed(call)

    def bridge(self, call: Call, command: do.BridgeCall) -> None:
        """Connect the caller with an agent who has answered, and has been told of the call."""
        ring, introduction = call.rings.get(command.ring_id), command.introduction
        if ring is None or ring.answered is None:
            self._tools.post(told.BridgeFailed(call.call_id, command.ring_id, Cause.PHONE_GONE))
            return
        if introduction is not None:
            ring.introduction = tuple(
                self._tools.site.introduction(introduction.queue_id, introduction.waited)
            )
        self._audio_paths.connect(call, ring)

    def heard_out(self, call: Call, media_id: str, sources: tuple[str, ...]) -> None:
        """Something was played to a leg to its end: an agent who has been told of the call gets it."""
        for ring in list(call.rings.values()):
            is_told = ring.answered is not None and ring.answered.media_id == media_id
            if is_told and ring.introduction and ring.introduction == sources:
                ring.introduction = ()
                self.connected(call, ring)

    # -- how its rings go (RingOwner)

    def ringing(self, call: Call, ring: Ring, event: LegRinging) -> None:
        """The caller of a queue hears music, whoever rings."""

    def answered(self, call: Call, ring: Ring) -> None:
        """The engine says whether the agent gets the call."""
        self._tools.post(told.AgentAnswered(ring.ring_id))

    def failed(self, call: Call, ring: Ring) -> None:
        """The engine says who is next, and what becomes of the agent."""
        if ring.declined:
            self._tools.post(told.AgentDeclined(ring.ring_id, ring.failure.why))
        else:
            self._tools.post(told.RingFailed(ring.ring_id, ring.failure.why, ring.unfit))

    def connected(self, call: Call, ring: Ring) -> None:
        """Caller and agent talk; before that the caller hears music, and the agent what there is to say."""
        if ring.introduction and ring.answered is not None:
            self._tools.media.play(ring.answered.media_id, ring.introduction, loop=False)
            return
        self._audio_paths.talk(call, ring)
        self._tools.post(told.CallBridged(call.call_id, ring.ring_id))

    def not_connected(self, call: Call, ring: Ring, reason: Reason) -> None:
        """The engine says who is next."""
        self._tools.post(told.BridgeFailed(call.call_id, ring.ring_id, reason))

    def left(self, call: Call, ring: Ring) -> None:
        """The engine ends the call, or rings somebody else where it was not connected yet."""
        self._tools.post(told.AgentHungUp(ring.ring_id))

    def left_by_transfer(self, call: Call, ring: Ring, to: Destination) -> None:
        """The agent is free, and the caller is still the engine's."""
        self._tools.post(told.TransferorLeft(ring.ring_id, to))
