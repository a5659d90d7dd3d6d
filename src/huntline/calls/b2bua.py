"""The B2BUA: hands what SIP and media say to whoever has the call or the ring, and carries out what the
engine asks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import assert_never

from huntline.calls.admission import Admission
from huntline.calls.agent_rings import AgentRings
from huntline.calls.arrivals import Arrivals
from huntline.calls.attendant_calls import AttendantCalls, AttendantPlans
from huntline.calls.direct_calls import DirectCalls
from huntline.calls.failures import farewell_of, why_ended, why_refused
from huntline.calls.forwards import Forwards
from huntline.calls.keys import Keys
from huntline.calls.mailroom import Mailroom
from huntline.calls.model import Call, Leg, LegState, Ring
from huntline.calls.moves import Moves
from huntline.calls.parts import CallParts
from huntline.calls.queue_calls import QueueCalls
from huntline.calls.refusals import Refusals
from huntline.calls.replacement import Takeovers
from huntline.calls.taking_up import last_number, media_ids, missed_event
from huntline.calls.tools import CallTools
from huntline.calls.transfers import Transfers
from huntline.calls.voicemail_calls import VoicemailCalls
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.reasons import Cause, Reason, StopReason
from huntline.errors import PeerError
from huntline.media.interface import (
    DtmfPressed,
    MediaDied,
    MediaEvent,
    MediaLegLost,
    MediaSilent,
    PlayFinished,
    RecordingEnded,
)
from huntline.sip.core import events as sip
from huntline.sip.core.leg_record import LegRecord

log = logging.getLogger(__name__)

Recorded = do.RecordCall | do.RecordRing | do.RecordDecision

CallCommand = (
    do.AnswerCall
    | do.RefuseCall
    | do.PlayGreeting
    | do.PlayExitPrompt
    | do.PlayMusic
    | do.PlayMessage
    | do.TellPlace
    | do.CutAnnouncement
    | do.RingAgent
    | do.BridgeCall
    | do.ForwardCall
    | do.EndCall
)

LegEvent = (
    sip.LegConfirmed
    | sip.LegRinging
    | sip.LegAnswered
    | sip.LegRejected
    | sip.LegCancelled
    | sip.LegEnded
    | sip.OfferReceived
    | sip.OfferAnswered
    | sip.OfferRejected
    | sip.DtmfReceived
)


class B2bua:
    """All calls of this process. Commands come by ``dispatch``, SIP and media events by their handlers; what
    is to be written down leaves by ``record``."""

    def __init__(
        self,
        tools: CallTools,
        admission: Admission,
        refusals: Refusals,
        record: Callable[[Recorded], None],
        attendants: AttendantPlans,
        mailroom: Mailroom,
    ) -> None:
        self._tools = tools
        self._record = record
        self._parts = parts = CallParts.of(tools, refusals)
        self._keys = Keys(tools.user_agent, tools.media)
        self._agents = AgentRings(tools, parts)
        self._queue_calls = QueueCalls(tools, parts)
        self._moves = moves = Moves(tools, parts, self._queue_calls)
        self._forwards = Forwards(tools, parts, moves)
        self._voicemail_calls = VoicemailCalls(tools, parts, moves, mailroom)
        self._direct_calls = direct_calls = DirectCalls(tools, parts, moves, self._voicemail_calls)
        self._attendant_calls = AttendantCalls(tools, parts, moves, attendants)
        moves.wire(direct_calls, direct_calls, self._forwards, self._attendant_calls, self._voicemail_calls)
        self._transfers = Transfers(tools, parts, admission, moves, direct_calls)
        self._arrivals = Arrivals(tools, admission, refusals, parts.ends, direct_calls)
        self._takeovers = Takeovers(tools, admission, parts.holding, refusals)
        self._is_closing = False

    # -- what SIP says

    def handle_sip(self, event: sip.SipEvent) -> None:
        """Take an event of the SIP core; those that concern no call are passed over."""
        match event:
            case sip.InviteReceived():
                self._invited(event)
            case sip.InviteRefused():
                self._arrivals.refused(event)
            case sip.PeerIdentified():
                self._parts.identity.heard(event)
            case sip.ReferReceived():
                self._transfers.referred(event)
            case sip.RequestReceived() | sip.ResponseReceived():
                pass
            case _:
                self._leg_event(event)

    def _invited(self, event: sip.InviteReceived) -> None:
        if self._is_closing:
            # RFC 3261 section 21.5.4: whoever has another server to try does so at once.
            self._tools.user_agent.reject(event.leg_id, 503)
        elif event.replaces is not None:
            self._takeovers.invited(event, event.replaces)
        else:
            self._arrivals.invited(event)

    def _leg_event(self, event: LegEvent) -> None:
        """What happens to one leg; that of a leg that is over already is passed over."""
        found = self._tools.book.by_leg(event.leg_id)
        if found is None:
            return
        call, ring = found
        leg = call.caller if ring is None else ring.legs.get(event.leg_id)
        if leg is None:
            return
        match event:
            case sip.LegRinging():
                if ring is not None:
                    self._parts.dialling.heard(ring.legs[event.leg_id])
                    ring.owner.ringing(call, ring, event)
            case sip.LegAnswered():
                if ring is not None:
                    self._parts.dialling.answered(call, ring, event)
            case sip.LegRejected():
                if ring is not None:
                    self._parts.early.gone(call, event.leg_id)
                    self._parts.dialling.rejected(call, ring, event)
            case sip.LegCancelled() | sip.LegEnded():
                self._leg_over(call, ring, event)
            case sip.OfferReceived():
                self._parts.holding.offered(call, leg, event.sdp, event.fork)
            case sip.LegConfirmed() | sip.OfferAnswered():
                if event.sdp is not None:
                    leg.unapplied = event.sdp
                    self._apply_answer(call, leg)
            case sip.DtmfReceived():
                self._keys.came_by_info(call, leg, event.digit)
            case sip.OfferRejected():
                if leg.is_renewed:
                    self._lose(call, leg, Cause.NO_MORE_AUDIO)
            case _:
                assert_never(event)
        if not isinstance(event, sip.LegRinging | sip.DtmfReceived | sip.OfferRejected):
            self._tools.changed(call)  # of the others whoever takes note of them says so

    def _leg_over(self, call: Call, ring: Ring | None, event: sip.LegCancelled | sip.LegEnded) -> None:
        if self._transfers.transferor_left(call, event.leg_id):
            return
        if ring is not None:
            # One whose audio is not there yet ends a call in person, too; the caller of a queue waits on.
            if ring is call.connected_ring or not call.owner.has_places:
                call.farewell = farewell_of(event.reasons)
            self._parts.audio_paths.callee_left(call, ring)
            return
        self._tools.book.drop_leg(call.caller)
        call.farewell = farewell_of(event.reasons)
        if isinstance(event, sip.LegEnded) and event.reason != "bye":
            call.owner.caller_lost(call, why_ended(event.reason))
        else:
            call.owner.caller_left(call)

    def _apply_answer(self, call: Call, leg: Leg) -> None:
        if leg.unapplied is not None:
            self._tools.tasks.spawn(self._take_in(call, leg, leg.unapplied))

    async def _take_in(self, call: Call, leg: Leg, sdp: str) -> None:
        try:
            await self._tools.media.accept(leg.media_id, sdp)
        except PeerError as error:
            log.warning("answer not usable", extra={"call_id": call.call_id, "reason": str(error)})
            self._lose(call, leg, why_refused(error))
        else:
            leg.is_renewed = False
            self._parts.holding.changed(call, leg, sdp)
        if leg.unapplied is sdp:
            leg.unapplied = None
            self._tools.changed(call)

    # -- what media says

    def handle_media(self, event: MediaEvent) -> None:
        """Take an event of the media driver."""
        if isinstance(event, RecordingEnded):
            self._voicemail_calls.recording_ended(event)
            return
        call = self._tools.book.by_media(event.leg_id)
        if call is None:
            if isinstance(event, MediaLegLost):
                self._tools.media.delete(event.leg_id)
            return
        if isinstance(event, PlayFinished):
            if event.error:
                extra = {"sources": event.sources, "reason": event.error}
                log.warning("prompt not playable", extra=extra)
            self._parts.prompting.finished(call, event.leg_id, event.sources)
            self._agents.heard_out(call, event.leg_id, event.sources)
        else:
            for leg in (call.caller, call.callee):
                if leg is not None and leg.media_id == event.leg_id:
                    self._audio_event(call, leg, event)
        self._tools.changed(call)

    def _audio_event(
        self, call: Call, leg: Leg, event: DtmfPressed | MediaSilent | MediaDied | MediaLegLost
    ) -> None:
        match event:
            case DtmfPressed():
                self._keys.came_by_audio(call, leg, event.digit)
            case MediaSilent():
                self._tools.user_agent.ask_whether_there(leg.leg_id)
            case MediaLegLost(is_renewable=True) if leg.state is LegState.ANSWERED:
                leg.is_renewed = True
                self._tools.tasks.spawn(self._renew(call, leg))
            case MediaDied() | MediaLegLost():
                self._lose(call, leg, Cause.NO_MORE_AUDIO)
            case _:
                assert_never(event)

    async def _renew(self, call: Call, leg: Leg) -> None:
        """Let a page begin its audio anew: its keys are lost, with the processes that had them."""
        try:
            ours = await self._tools.media.renew(leg.media_id)
        except PeerError:
            self._lose(call, leg, Cause.NO_MORE_AUDIO)
            return
        if self._tools.book.by_leg(leg.leg_id) is None:
            self._tools.media.delete(leg.media_id)
            return
        self._tools.user_agent.offer(leg.leg_id, ours)
        self._parts.holding.settle(call)

    def _lose(self, call: Call, leg: Leg, reason: Reason) -> None:
        """A leg whose audio is gone is hung up on as if the party had left."""
        self._parts.ends.hang_up(leg)
        if self._transfers.transferor_left(call, leg.leg_id):
            return
        if leg is call.caller:
            call.owner.caller_lost(call, reason)
        elif call.connected_ring is not None and leg is call.callee:
            self._parts.audio_paths.callee_left(call, call.connected_ring)

    def cut_off(self, leg_id: str, reason: Reason) -> None:
        """Hang up on one party, as if they had left; one that is in no call any more is passed over."""
        if (found := self._tools.book.by_leg(leg_id)) is None:
            return
        call, ring = found
        leg = call.caller if ring is None else ring.legs.get(leg_id)
        if leg is not None:
            self._lose(call, leg, reason)
            self._tools.changed(call)

    # -- what the engine asks

    def dispatch(self, command: do.Command) -> None:
        """Carry out one command; returns at once, failures come back as events. Of a call that is over
        nothing is done any more."""
        match command:
            case do.StopRinging() | do.ReleaseAgent():
                self._agents.stop(command.ring_id, command.reason)
            case do.RecordRing() | do.RecordDecision():
                self._record(command)
            case do.RecordCall():
                self._record(command)
                if (call := self._tools.book.calls.get(command.call_id)) is not None:
                    self._parts.ends.end(call)
            case _:
                if (call := self._tools.book.calls.get(command.call_id)) is not None:
                    self._carry_out(call, command)
                elif isinstance(command, do.RingAgent):
                    self._tools.post(told.RingFailed(command.ring_id, StopReason.CALLER_GONE))

    def _carry_out(self, call: Call, command: CallCommand) -> None:
        match command:
            case do.AnswerCall():
                self._parts.audio_paths.answer_caller(call)
            case do.RefuseCall():
                self._queue_calls.refuse(call, command.outcome)
            case do.PlayGreeting():
                self._queue_calls.greet(call, command.queue_id)
            case do.PlayExitPrompt():
                self._queue_calls.say_before_exit(call, command.queue_id, command.prompt)
            case do.PlayMusic():
                self._queue_calls.play_music(call, command.queue_id)
            case do.PlayMessage():
                self._queue_calls.say_message(call, command.queue_id, command.number)
            case do.TellPlace():
                self._queue_calls.tell_place(call, command.queue_id, command.position, command.wait)
            case do.CutAnnouncement():
                self._queue_calls.cut_announcement(call)
            case do.RingAgent():
                self._agents.ring(call, command)
            case do.BridgeCall():
                self._agents.bridge(call, command)
            case do.ForwardCall():
                self._moves.forward(call, command)
            case do.EndCall():
                self._parts.ends.release(call)
            case _:
                assert_never(command)
        self._tools.changed(call)

    # -- calls of an earlier process

    @property
    def owners(self) -> dict[str, object]:
        """The owners of calls and rings, by the names that records have for them."""
        return {
            "queue-calls": self._queue_calls,
            "agent-rings": self._agents,
            "forwards": self._forwards,
            "direct-calls": self._direct_calls,
            "transfers": self._transfers,
            "attendant-calls": self._attendant_calls,
            "voicemail-calls": self._voicemail_calls,
        }

    def take_up(
        self,
        calls: Sequence[Call],
        legs: Mapping[str, LegRecord],
        media: Iterable[str],
        queued: Collection[str],
        rung: Iterable[str],
    ) -> None:
        """Go on with calls that were up when an earlier process died; to be called once SIP has its legs
        again, ``legs`` by their ids, and media its own, ``media``. ``queued`` are the calls, ``rung`` the
        rings that the engine knows.

        Nobody is left in silence: whoever has nobody to answer for them any more is hung up on, and the
        engine hears what is not there any more.
        """
        self._parts.dialling.number_from(1 + max(map(last_number, calls), default=0))
        for call in calls:
            self._tools.book.take_up(call)
        strangers = [leg_id for leg_id in legs if self._tools.book.by_leg(leg_id) is None]
        strange_media = set(media).difference(*map(media_ids, calls))
        for call in calls:
            if call.is_with_engine and call.call_id not in queued:
                self._parts.ends.end(call)
            else:
                self._go_on(call, legs)
        for leg_id in strangers:
            self._tools.user_agent.hang_up(leg_id)
        for media_id in strange_media:
            self._tools.media.delete(media_id)
        self._tell_what_is_gone(queued, rung)

    def _tell_what_is_gone(self, queued: Iterable[str], rung: Iterable[str]) -> None:
        calls = self._tools.book.calls
        rings = {ring_id for call in calls.values() for ring_id in call.rings}
        for ring_id in [ring_id for ring_id in rung if ring_id not in rings]:
            self._tools.post(told.RingFailed(ring_id, Cause.SERVER_RESTARTED))
            self._tools.post(told.AgentHungUp(ring_id))
        for call_id in [call_id for call_id in queued if call_id not in calls]:
            self._tools.post(told.CallFailed(call_id, Cause.SERVER_RESTARTED))

    def _go_on(self, call: Call, legs: Mapping[str, LegRecord]) -> None:
        for leg in call.legs():
            if (missed := missed_event(leg, legs.get(leg.leg_id))) is not None:
                self._leg_event(missed)
        if call.call_id in self._tools.book.calls:
            self._arrivals.take_up(call)
            self._parts.dialling.take_up(call)
            self._parts.alerting.take_up(call)
            self._parts.audio_paths.take_up(call)
            self._attendant_calls.take_up(call)
            self._voicemail_calls.take_up(call)
            for leg in call.legs():
                self._apply_answer(call, leg)

    @property
    def recordings_under_way(self) -> frozenset[str]:
        """The ids of messages that callers leave at this moment."""
        return self._voicemail_calls.recordings_under_way()

    # -- the end of all calls

    def end_calls(self, reason: Cause = Cause.SHUTTING_DOWN) -> None:
        """End all calls. The engine ends its own, which are recorded."""
        calls = list(self._tools.book.calls.values())
        for call in calls:
            self._tools.post(told.CallFailed(call.call_id, reason))
        for call in calls:
            self._parts.ends.end(call)

    def close_doors(self) -> None:
        """Take no new calls from now on."""
        self._is_closing = True

    async def close(self) -> None:
        """Wait for what is under way, after ``end_calls``."""
        await self._tools.tasks.close()
