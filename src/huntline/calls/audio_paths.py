"""Audio paths: the way of sound between a caller and the party that answered, made and taken down again."""

from __future__ import annotations

from collections.abc import Callable

from huntline.calls.connected_identity import ConnectedIdentity
from huntline.calls.dialling import Dialling
from huntline.calls.early_audio import EarlyAudio
from huntline.calls.failures import why_refused
from huntline.calls.hold import Holding
from huntline.calls.model import Call, Leg, LegState, Ring
from huntline.calls.tools import CallTools
from huntline.engine.reasons import Reason
from huntline.errors import PeerError
from huntline.sdp import is_hold


class AudioPaths:
    """All methods return at once; how ``connect`` went is told to the owner of the ring."""

    def __init__(
        self,
        tools: CallTools,
        dialling: Dialling,
        holding: Holding,
        early: EarlyAudio,
        identity: ConnectedIdentity,
    ) -> None:
        self._tools = tools
        self._dialling = dialling
        self._holding = holding
        self._early = early
        self._identity = identity
        self._on_talk: Callable[[Leg, Leg], None] = lambda caller, callee: None

    def wire(self, on_talk: Callable[[Leg, Leg], None]) -> None:
        """Tell of the two parties of each call once they talk."""
        self._on_talk = on_talk

    def answer_caller(self, call: Call) -> None:
        """Answer the caller; one who has been answered already is left alone."""
        if call.caller.state is LegState.ANSWERED:
            return
        call.caller.answer()
        self._tools.user_agent.answer(call.caller.leg_id, call.sdp_for_caller)
        self._tools.changed(call)

    def connect(self, call: Call, ring: Ring) -> None:
        """Make the audio path to the phone of a ring that has answered: its owner hears ``connected`` or
        ``not_connected``, and nothing where the ring is over meanwhile."""
        if ring.answered is not None and ring.sdp_answer is not None:
            ring.is_accepted = True
            self._tools.tasks.spawn(self._connect(call, ring, ring.answered, ring.sdp_answer))

    def take_up(self, call: Call) -> None:
        """Make the path that an earlier process was about to make for a call."""
        for ring in call.rings.values():
            if ring.is_accepted and ring is not call.connected_ring:
                self.connect(call, ring)

    def talk(self, call: Call, ring: Ring) -> None:
        """Let the caller and who answered hear each other."""
        leg = ring.answered
        if leg is None:
            return
        call.connect(ring)
        call.early, call.prompt, call.announcement = None, (), ()
        self._dialling.hand_over_media(call, leg)
        self._holding.settle(call)
        if call.is_handed_on:
            self._identity.tell(call, call.caller, leg)
        self._on_talk(call.caller, leg)

    def callee_left(self, call: Call, ring: Ring) -> None:
        """The party that answered a ring is gone: its owner hears that they ``left``."""
        for leg in ring.legs.values():
            self._tools.book.drop_leg(leg)
        call.rings.pop(ring.ring_id, None)
        if call.connected_ring in (ring, None):
            self.disconnect(call)
        ring.owner.left(call, ring)

    def disconnect(self, call: Call) -> None:
        """The party that the caller talked to, or was about to, is gone."""
        if call.callee is not None:
            self._tools.media.delete(call.callee.media_id)
        call.disconnect()
        self._dialling.release_media(call)

    async def _connect(self, call: Call, ring: Ring, leg: Leg, sdp: str) -> None:
        failure: Reason | None = None
        is_holding = is_hold(sdp)
        # One message to media does for both, unless there is something else to be heard before.
        hears_at_once = not (ring.introduction or call.transfer or call.caller.is_holding or is_holding)
        bridge = call.caller.media_id if hears_at_once else None
        try:
            await self._tools.media.accept(leg.media_id, sdp, bridge=bridge)
            leg.is_holding = is_holding
        except PeerError as error:
            failure = why_refused(error)
        if call.rings.get(ring.ring_id) is not ring or ring is call.connected_ring:
            if bridge is not None and failure is None and call.call_id in self._tools.book.calls:
                self._holding.settle(call)  # the caller was to hear somebody who is not there any more
            return
        if failure is None:
            ring.owner.connected(call, ring)
        else:
            self._early.gone(call)
            self._dialling.stop(call, ring)
            self._dialling.release_media(call)
            ring.owner.not_connected(call, ring, failure)
        self._tools.changed(call)
