"""Keys: a press reaches whoever it is for once, however it came: the other side of a conversation, or, of a
caller who talks to nobody, the owner of the call."""

from __future__ import annotations

import asyncio

from huntline.calls.model import Call, KeyWay, Leg
from huntline.media.interface import Media
from huntline.sip.user_agent import UserAgent

_DOUBT_S = 0.2
"""How long a phone's first key by INFO waits for the same press in its audio: some phones send both. A press
acts within 300 ms of its end."""

_SAME_PRESS_S = 2.0
"""Who sends both may tell by INFO that a key goes down and, much later, by audio that it is up."""

_MOST_WAITING = 32


class Keys:
    """Passes keys on as what the other side can take: telephone-events (RFC 4733), or else INFO.

    Media relays telephone-events by itself to who takes them. Callers who talk to nobody press keys for the
    owner of their call, who hears ``key_pressed``.
    """

    def __init__(self, user_agent: UserAgent, media: Media) -> None:
        self._user_agent = user_agent
        self._media = media
        self._waiting: dict[str, list[str]] = {}

    def came_by_audio(self, call: Call, leg: Leg, key: str) -> None:
        """A telephone-event of this leg has ended."""
        leg.key_way = KeyWay.AUDIO
        self._waiting.pop(leg.leg_id, None)  # the same presses again
        if self._was_told_by_info(leg, key):
            return
        other = _other_party(call, leg)
        if _is_for_owner(call, leg):
            call.owner.key_pressed(call, key)
        elif other is not None and not self._media.takes_keys(other.media_id):
            self._user_agent.send_key(other.leg_id, key)

    def _was_told_by_info(self, leg: Leg, key: str) -> bool:
        """Whether this is the press, known by INFO already, from which it shows that the phone sends both."""
        told, leg.told_key = leg.told_key, None
        if told is None or told[0] != key:
            return False
        return asyncio.get_running_loop().time() - told[1] < _SAME_PRESS_S

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
        if waiting is not None and not call.is_released and leg.call_id == call.call_id:
            leg.key_way = KeyWay.INFO
            for key in waiting:
                self._pass_on(call, leg, key)

    def _pass_on(self, call: Call, leg: Leg, key: str) -> None:
        if self._media.takes_keys(leg.media_id):
            leg.told_key = (key, asyncio.get_running_loop().time())
        if _is_for_owner(call, leg):
            call.owner.key_pressed(call, key)
            return
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


def _is_for_owner(call: Call, leg: Leg) -> bool:
    return leg is call.caller and call.callee is None and call.transfer is None
