"""Holding: answers offers inside a call, and decides what everybody in it hears."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from huntline.calls.model import Call, CallBook, Leg, LegState
from huntline.calls.own_description import our_description
from huntline.errors import PeerError
from huntline.media.interface import Media
from huntline.sdp import is_hold
from huntline.sip.user_agent import UserAgent


class Holding:
    """Re-INVITE and UPDATE from either side. Hold is ours to make bearable: the other side hears music.
    ``on_change`` hears of each call in which somebody has another description."""

    def __init__(
        self,
        user_agent: UserAgent,
        media: Media,
        book: CallBook,
        ringing_tone: str,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        on_change: Callable[[Call], None],
    ) -> None:
        self._user_agent = user_agent
        self._media = media
        self._book = book
        self._ringing_tone = ringing_tone
        self._spawn = spawn
        self._on_change = on_change

    def offered(self, call: Call, leg: Leg, sdp: str | None, fork: str = "") -> None:
        """A party offers a change; None asks for our offer instead. ``fork``: as the core tells it."""
        self._spawn(self._answer(call, leg, sdp, fork))

    def changed(self, call: Call, leg: Leg, sdp: str, ours: str | None = None) -> None:
        """The party's description is in force: what both hear follows from it. ``ours`` is our answer to it,
        where it was an offer."""
        was_holding, leg.is_holding = leg.is_holding, is_hold(sdp, ours)
        if call.callee is not None and call.transfer is None:
            if leg.is_holding != was_holding:
                self.settle(call)
            self._narrow(call, call.callee)
        self._on_change(call)

    def settle(self, call: Call) -> None:
        """Let everybody in a call hear what they should, by the state that the call is in now.

        Whoever talks hears the other one, or music while that one holds. Who is handed on hears music. Who
        has nobody to talk to hears what the call has for them: a prompt or music once they are answered,
        before that whoever is rung, as far as that is heard, and ringing as long as it is not.
        """
        callee = call.callee
        if call.transfer is not None:
            self._media.unbridge(call.transfer.far.media_id)
            self._media.play(call.transfer.far.media_id, (call.music,), loop=True)
        elif callee is not None:
            self._media.bridge(call.caller.media_id, callee.media_id)
            self._narrow(call, callee)
            for leg, other in ((call.caller, callee), (callee, call.caller)):
                if leg.is_holding:
                    self._media.play(other.media_id, (call.music,), loop=True)
        elif call.early is not None:
            self._media.bridge_early(call.caller.media_id, call.early.media_id, self._ringing_tone)
        elif call.caller.state is LegState.ANSWERED:
            self._media.play(call.caller.media_id, call.prompt or (call.music,), loop=not call.prompt)
        elif call.is_early_told:
            self._media.play(call.caller.media_id, (self._ringing_tone,), loop=False)

    def _narrow(self, call: Call, callee: Leg) -> None:
        """Offer G.711 to who speaks another codec than the other one, once: what they say has to be changed
        until that is agreed, which costs more than all else in a call."""
        for leg, other in ((call.caller, callee), (callee, call.caller)):
            wanted = self._media.to_narrow(call.caller.media_id, callee.media_id)
            if leg.media_id in wanted and not leg.is_narrowed:
                leg.is_narrowed = True
                self._spawn(self._offer_narrow(leg, other))

    async def _offer_narrow(self, leg: Leg, other: Leg) -> None:
        try:
            ours = await self._media.offer_narrow(leg.media_id, other.media_id)
        except PeerError:
            return  # media is away: it goes on as it is
        if self._book.by_leg(leg.leg_id) is not None:
            self._user_agent.offer(leg.leg_id, ours)

    async def _answer(self, call: Call, leg: Leg, sdp: str | None, fork: str) -> None:
        if self._book.by_leg(leg.leg_id) is None:
            return  # a BYE came with the offer: media would make the leg anew, for nobody
        try:
            ours = await our_description(self._media, leg.media_id, sdp)
        except PeerError as error:
            self._user_agent.reject_offer(leg.leg_id, error.sip_status, fork=fork)
            return
        self._user_agent.accept_offer(leg.leg_id, ours, fork=fork)
        if sdp is not None:
            self.changed(call, leg, sdp, ours)
