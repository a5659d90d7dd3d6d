"""How calls end: by refusing the caller, or by hanging up on everybody who is in them."""

from __future__ import annotations

from huntline.calls.alerting import Alerting
from huntline.calls.caller_identity import warning
from huntline.calls.dialling import Dialling
from huntline.calls.failures import Header
from huntline.calls.model import Call, Leg, LegState, Party
from huntline.calls.refusals import Refusal, Refusals
from huntline.calls.tools import CallTools
from huntline.directory.refused import RefusedCall


class CallEnds:
    """All methods return at once; none of them tells the engine, or the owner of the call."""

    def __init__(self, tools: CallTools, dialling: Dialling, alerting: Alerting, refusals: Refusals) -> None:
        self._tools = tools
        self._dialling = dialling
        self._alerting = alerting
        self._refusals = refusals

    def end(self, call: Call) -> None:
        """Nothing of the call is left; may be called in any state, and twice."""
        if call.call_id in self._tools.book.calls:
            self.release(call)
            self._tools.book.drop(call)
            self._tools.changed(call)

    def release(self, call: Call) -> None:
        """Hang up on everybody and give everything back; the call stays in the book."""
        if call.is_released:
            return
        call.release()
        call.owner.let_go(call)
        self._alerting.stop(call)
        self._call_transfer_off(call)
        media_ids = {leg.media_id for leg in call.legs()}
        if call.caller.call_id == call.call_id:
            self.hang_up(call.caller, call.farewell)
        for ring in list(call.rings.values()):
            self._dialling.stop(call, ring, call.farewell)
        self._dialling.release_media(call)
        for media_id in media_ids:
            self._tools.media.delete(media_id)

    def hang_up(self, leg: Leg, headers: tuple[Header, ...] = ()) -> None:
        """Hang up on one party; a leg that is not in the book is left alone."""
        if self._tools.book.by_leg(leg.leg_id) is None:
            return
        if leg.party is Party.CALLER and leg.state is LegState.RINGING:
            self._tools.user_agent.reject(leg.leg_id, 480, headers=headers)
        else:
            self._tools.user_agent.hang_up(leg.leg_id, headers=headers)
        self._tools.book.drop_leg(leg)

    def refuse(self, call: Call, refusal: Refusal) -> None:
        """Turn a caller away who is to be recorded by whoever has the call."""
        caller = call.caller
        if caller.state is LegState.ANSWERED:  # a transferred caller, who can only be hung up on
            self.hang_up(caller, refusal.headers)
            return
        headers = (*refusal.headers, *((warning(refusal.words),) if refusal.words else ()))
        self._tools.user_agent.reject(caller.leg_id, refusal.status, headers=headers)
        self._tools.book.drop_leg(caller)

    def turn_away(self, call: Call, refusal: Refusal) -> None:
        """Turn a caller away whose call nobody else has: why is told here, and the call is over."""
        if refusal.reason is not None:
            caller, dialled = call.caller_id.user, call.dialled
            self._refusals.add(
                RefusedCall(
                    call.organization_id, call.source, caller, dialled, refusal.status, refusal.reason
                )
            )
        self.refuse(call, refusal)
        self.end(call)

    def _call_transfer_off(self, call: Call) -> None:
        if call.transfer is not None:
            self._tools.user_agent.notify_refer(call.transfer.transferor.leg_id, 487)
            call.transfer = None
