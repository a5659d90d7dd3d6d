"""Takeovers: a user's new leg takes the place of their old one in a call (INVITE with Replaces, RFC 3891)."""

from __future__ import annotations

from dataclasses import replace

from uuid_utils import uuid7

from huntline.calls.admission import Admission, NotAdmitted
from huntline.calls.arrivals import told
from huntline.calls.encryption import encryption_by_way
from huntline.calls.hold import Holding
from huntline.calls.model import Call, Leg, LegState
from huntline.calls.own_description import our_description
from huntline.calls.refusals import Refusals, reason_without_audio
from huntline.calls.tools import CallTools
from huntline.directory.plan import Account
from huntline.directory.refused import RefusalReason
from huntline.errors import PeerError
from huntline.sdp import is_hold
from huntline.sip.core.events import InviteReceived
from huntline.sip.core.replaces_header import Replaces

ForwardTarget = tuple[Call, Leg]


class Takeovers:
    """The call goes on as it was, and the engine notices nothing: so a page that is loaded anew gets its call
    back, and a call moves from one phone of a user to another."""

    def __init__(
        self,
        tools: CallTools,
        admission: Admission,
        holding: Holding,
        refusals: Refusals,
    ) -> None:
        self._tools = tools
        self._admission = admission
        self._holding = holding
        self._refusals = refusals

    def invited(self, event: InviteReceived, replaces: Replaces) -> None:
        """A new INVITE that names a dialog: refused at once, or its audio is prepared."""
        caller = self._admission.user_behind(event.request, event.flow, self._tools.user_agent.now())
        if isinstance(caller, NotAdmitted):
            self._refuse(event, caller)
            return
        found = self._find(replaces, caller)
        if isinstance(found, NotAdmitted):
            self._refuse(event, found)
        else:
            self._tools.tasks.spawn(self._take_over(event, replaces, caller))

    def _find(self, replaces: Replaces, account: Account) -> ForwardTarget | NotAdmitted:
        """The answered leg of the user that is meant, or the refusal."""
        gone = NotAdmitted(481, (), RefusalReason.NO_SUCH_CALL, account.organization_id)
        record = self._tools.user_agent.replaced_leg(replaces)
        found = self._tools.book.by_leg(record.leg_id) if record is not None else None
        if record is None or found is None:
            return gone
        call, ring = found
        leg = call.caller if ring is None else ring.legs[record.leg_id]
        if leg.account_id != account.user_id:
            return replace(gone, status=403, reason=RefusalReason.FOREIGN_CALL)
        if not _is_served(call, leg):
            return gone
        return replace(gone, status=486) if replaces.is_early_only else (call, leg)

    async def _take_over(self, event: InviteReceived, replaces: Replaces, account: Account) -> None:
        media_id = uuid7().hex
        try:
            encryption = encryption_by_way(account.encryption, event.flow)
            ours = await our_description(self._tools.media, media_id, event.sdp, encryption)
        except PeerError as error:
            reason = reason_without_audio(error)
            self._refuse(event, NotAdmitted(error.sip_status, (), reason, account.organization_id))
            return
        # Meanwhile everybody may have left, the new leg too.
        found = self._find(replaces, account)
        if isinstance(found, NotAdmitted) or self._tools.user_agent.leg(event.leg_id) is None:
            self._tools.media.delete(media_id)
            self._refuse(event, found if isinstance(found, NotAdmitted) else NotAdmitted(487))
            return
        self._tools.user_agent.answer(event.leg_id, ours)
        is_holding = event.sdp is not None and is_hold(event.sdp, ours)
        self._put_in_place(*found, event, media_id, is_holding)

    def _put_in_place(
        self, call: Call, old: Leg, event: InviteReceived, media_id: str, is_holding: bool
    ) -> None:
        new = Leg(
            leg_id=event.leg_id,
            media_id=media_id,
            party=old.party,
            call_id=old.call_id,
            address=old.address,
            account_id=old.account_id,
            state=LegState.ANSWERED,
            is_holding=is_holding,
        )
        self._tools.book.replace_leg(old, new)
        self._tools.user_agent.hang_up(old.leg_id)
        self._tools.media.delete(old.media_id)
        self._holding.settle(call)
        self._tools.changed(call)

    def _refuse(self, event: InviteReceived, refused: NotAdmitted) -> None:
        headers = (*refused.headers, *told(self._refusals, event, refused))
        self._tools.user_agent.reject(event.leg_id, refused.status, headers=headers)


def _is_served(call: Call, leg: Leg) -> bool:
    """Whether the leg talks to somebody, or waits in a queue or for a transfer: not one that still rings, nor
    one that only hears a tone."""
    if leg is call.callee:
        return True
    is_in_call = call.callee is not None or call.owner.has_places or call.transfer is not None
    return leg is call.caller and leg.state is LegState.ANSWERED and is_in_call
