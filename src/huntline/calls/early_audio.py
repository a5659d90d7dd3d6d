"""Early audio: what a caller hears of somebody who is rung, before anybody answers (RFC 3960)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from huntline.calls.contacts import PhoneKind
from huntline.calls.hold import Holding
from huntline.calls.model import Call, Leg, LegState, Ring
from huntline.errors import PeerError
from huntline.media.interface import Media
from huntline.sip.core.events import LegRinging
from huntline.sip.user_agent import UserAgent

log = logging.getLogger(__name__)


class EarlyAudio:
    """Tells callers that it rings once it does, and lets them hear a trunk's announcements and ringback.

    Whose ring owners do not ask for it, callers of queues and who is transferred, hear music all the while.
    """

    def __init__(
        self,
        user_agent: UserAgent,
        media: Media,
        holding: Holding,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        on_change: Callable[[Call], None],
    ) -> None:
        self._user_agent = user_agent
        self._media = media
        self._holding = holding
        self._spawn = spawn
        self._on_change = on_change

    def rings(self, call: Call, ring: Ring, event: LegRinging) -> None:
        """A phone or a trunk that is rung for a caller says how far it has come."""
        if ring.answered is not None:
            return
        leg = ring.legs[event.leg_id]
        # All phones of a kind share a media leg: who is heard first is heard until they are gone.
        is_heard = leg.phone_kind is not PhoneKind.BROWSER and call.early in (leg, None)
        if event.sdp is not None and is_heard and _can_hear(call):
            self._spawn(self._open(call, ring, leg, event.sdp))
        elif event.status == 180:
            self._tell_ringing(call)

    def gone(self, call: Call, leg_id: str | None = None) -> None:
        """The leg will not answer, or (None) nobody does: what it let the caller hear is over."""
        if call.early is not None and leg_id in (None, call.early.leg_id):
            self._media.unbridge(call.caller.media_id)
            call.early = None
            self._holding.settle(call)

    def _tell_ringing(self, call: Call) -> None:
        if call.caller.state is LegState.RINGING and not call.is_early_told:
            self._user_agent.ring(call.caller.leg_id)

    async def _open(self, call: Call, ring: Ring, leg: Leg, sdp: str) -> None:
        try:
            await self._media.accept(leg.media_id, sdp)
        except PeerError as error:
            log.info("early audio not usable", extra={"call_id": call.call_id, "reason": str(error)})
            self._tell_ringing(call)
            return
        if leg.leg_id not in ring.legs or ring.answered is not None:
            return  # it has answered or is gone meanwhile
        call.early = leg
        if call.caller.state is LegState.RINGING and not call.is_early_told:
            call.is_early_told = True
            self._user_agent.ring(call.caller.leg_id, status=183, sdp=call.sdp_for_caller)
        self._holding.settle(call)
        self._on_change(call)


def _can_hear(call: Call) -> bool:
    return call.caller.state is LegState.ANSWERED or call.may_hear_early
