"""Holding: answers offers inside a call, and plays music to whoever is put on hold."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from huntline.errors import PeerError
from huntline.media.interface import Media
from huntline.sip.audio import our_description
from huntline.sip.calls import Call, Leg
from huntline.sip.sdp import is_hold
from huntline.sip.user_agent import UserAgent


class Holding:
    """Re-INVITE and UPDATE from either side. Hold is ours to make bearable: the other side hears music."""

    def __init__(
        self,
        user_agent: UserAgent,
        media: Media,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._user_agent = user_agent
        self._media = media
        self._spawn = spawn

    def offered(self, call: Call, leg: Leg, sdp: str | None) -> None:
        """A party offers a change; None asks for our offer instead."""
        self._spawn(self._answer(call, leg, sdp))

    def changed(self, call: Call, leg: Leg, sdp: str, ours: str | None = None) -> None:
        """The party's description is in force: music for the other side on hold, the bridge when resumed.

        ``ours`` is our answer to it, where it was an offer.
        """
        was_holding, leg.is_holding = leg.is_holding, is_hold(sdp, ours)
        callee = call.callee
        if callee is None or call.transfer is not None or leg.is_holding == was_holding:
            return
        other = call.caller if leg is callee else callee
        if leg.is_holding:
            self._media.play(other.media_id, call.music, loop=True)
        elif not other.is_holding:
            self._media.bridge(call.caller.media_id, callee.media_id)

    def settle(self, call: Call) -> None:
        """Let everybody in a call hear what they should: each other, music where the other one holds, and who
        has nobody to talk to what the call has for them."""
        callee = call.callee
        if call.transfer is not None:
            self._media.unbridge(call.transfer.far.media_id)
            self._media.play(call.transfer.far.media_id, call.music, loop=True)
        elif callee is None:
            is_greeted = call.greeting is not None
            self._media.play(call.caller.media_id, call.greeting or call.music, loop=not is_greeted)
        else:
            self._media.bridge(call.caller.media_id, callee.media_id)
            for leg, other in ((call.caller, callee), (callee, call.caller)):
                if leg.is_holding:
                    self._media.play(other.media_id, call.music, loop=True)

    async def _answer(self, call: Call, leg: Leg, sdp: str | None) -> None:
        now = self._user_agent.now()
        try:
            ours = await our_description(self._media, leg.media_id, sdp)
        except PeerError as error:
            self._user_agent.core.reject_offer(leg.leg_id, error.sip_status, now)
            return
        self._user_agent.core.accept_offer(leg.leg_id, ours, now)
        if sdp is not None:
            self.changed(call, leg, sdp, ours)
