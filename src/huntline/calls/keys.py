"""Keys: a press on one side of a conversation reaches the other side once, however it came."""

from __future__ import annotations

import asyncio

from huntline.calls.model import Call, KeyWay, Leg
from huntline.media.interface import Media
from huntline.sip.user_agent import UserAgent

_DOUBT_S = 0.5
"""How long a phone's first key by INFO waits for the same press in its audio: some phones send both."""

_MOST_WAITING = 32


class Keys:
    """Passes keys on as what the other side can take: telephone-events (RFC 4733), or else INFO.

    Media relays telephone-events by itself to who takes them.
    """

    def __init__(self, user_agent: UserAgent, media: Media) -> None:
        self._user_agent = user_agent
        self._media = media
        self._waiting: dict[str, list[str]] = {}

    def came_by_audio(self, call: Call, leg: Leg, key: str) -> None:
        """A telephone-event of this leg has ended."""
        leg.key_way = KeyWay.AUDIO
        self._waiting.pop(leg.leg_id, None)  # the same presses again
        other = _other_party(call, leg)
        if other is not None and not self._media.takes_keys(other.media_id):
            self._user_agent.send_key(other.leg_id, key)

    def came_by_info(self, call: Call, leg: Leg, key: str) -> None:
        """The leg's peer has told of a key by INFO."""
        if leg.key_way is KeyWay.AUDIO:
            return
        if leg.key_way is None and self._media.takes_keys(leg.media_id):
            self._wait(call, leg, key)
        else:
            leg.key_way = KeyWay.INFO
            self._pass_on(call, leg, key)

    def _wait(self, call: Call, leg: Leg, key: str) -> None:
        waiting = self._waiting.get(leg.leg_id)
        if waiting is None:
            self._waiting[leg.leg_id] = [key]
            asyncio.get_running_loop().call_later(_DOUBT_S, self._decide, call, leg)
        elif len(waiting) < _MOST_WAITING:
            waiting.append(key)

    def _decide(self, call: Call, leg: Leg) -> None:
        """Nothing has come by the other way: the phone sends its keys by INFO alone."""
        waiting = self._waiting.pop(leg.leg_id, None)
        if waiting is not None:
            leg.key_way = KeyWay.INFO
            for key in waiting:
                self._pass_on(call, leg, key)

    def _pass_on(self, call: Call, leg: Leg, key: str) -> None:
        other = _other_party(call, leg)
        if other is None:
            return
        if self._media.takes_keys(other.media_id):
            self._media.press(other.media_id, key)
        else:
            self._user_agent.send_key(other.leg_id, key)


def _other_party(call: Call, leg: Leg) -> Leg | None:
    """Whom the leg talks to; nobody while it waits, or a transfer is under way."""
    if call.transfer is not None or call.callee is None:
        return None
    if leg is call.caller:
        return call.callee
    return call.caller if leg is call.callee else None
