"""What is looked for when the calls of an earlier process are taken up: what was missed, and what is left."""

from __future__ import annotations

import re

from huntline.calls.model import Call, Leg, LegState, Party
from huntline.sip.core.events import LegAnswered, LegEnded, LegRejected
from huntline.sip.core.leg_record import LegRecord, SipLegState
from huntline.sip.core.message import REASONS

_ANSWERED = (SipLegState.ANSWERED, SipLegState.CONFIRMED)


def missed_event(leg: Leg, record: LegRecord | None) -> LegAnswered | LegEnded | LegRejected | None:
    """What SIP knows of a leg and its call does not: that it is gone, or has answered."""
    if record is None and (leg.state is LegState.ANSWERED or leg.party is Party.CALLER):
        return LegEnded(leg.leg_id, "restart")
    if record is None:
        return LegRejected(leg.leg_id, 503, REASONS[503], is_local=True)
    if leg.state is LegState.RINGING and not record.is_incoming and record.state in _ANSWERED:
        return LegAnswered(leg.leg_id, record.remote_sdp)
    return None


def media_ids(call: Call) -> list[str]:
    """The media legs of a call, those that wait for somebody to be rung too."""
    return [media.media_id for media in call.callee_media.values()] + [leg.media_id for leg in call.legs()]


def last_number(call: Call) -> int:
    """The highest number that a leg or a media leg of the call has in its id, of those that are dialled."""
    ids = [*media_ids(call), *(leg.leg_id for leg in call.legs())]
    numbers = (re.fullmatch(r".+[.-](\d{1,9})", name, re.ASCII) for name in ids)
    return max((int(number[1]) for number in numbers if number is not None), default=0)
