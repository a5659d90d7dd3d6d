"""The B2BUA: carries out the engine's commands with SIP legs and media, and tells it how they went."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from huntline.calls.admission import Admission
from huntline.calls.alerting import Alerting
from huntline.calls.arrivals import Arrivals
from huntline.calls.caller_identity import COMPLETED_ELSEWHERE, warning
from huntline.calls.connected_identity import ConnectedIdentity
from huntline.calls.dialling import Callee, Dialling, spawner
from huntline.calls.direct_calls import DirectCalls
from huntline.calls.display import QueueTurn, display_of
from huntline.calls.diversion import MAX_TARGETS, queues_passed, through_queues
from huntline.calls.early_audio import EarlyAudio
from huntline.calls.failures import (
    NO_PHONE,
    TOO_MANY_HOPS,
    UNKNOWN_USER,
    Header,
    RingFailure,
    farewell_of,
    why_ended,
    why_refused,
)
from huntline.calls.hold import Holding
from huntline.calls.keys import Keys
from huntline.calls.model import Call, CallBook, Leg, LegState, Party, Purpose, Ring
from huntline.calls.refusals import EXIT_WORDS, Refusals
from huntline.calls.replacement import Takeovers
from huntline.calls.surroundings import Surroundings
from huntline.calls.transfers import Transfers
from huntline.directory.in_force import SettingsInForce
from huntline.directory.plan import (
    OutsideNumber,
    QueueTarget,
    ServerPlan,
    StarCode,
    Target,
    UserTarget,
)
from huntline.directory.refused import REFUSAL_WORDS, RefusalReason, RefusedCall
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.model import Outcome, Transfer
from huntline.engine.reasons import Cause, Reason, StopReason
from huntline.errors import PeerError
from huntline.media.interface import (
    DtmfPressed,
    Media,
    MediaEvent,
    MediaSilent,
    PlayFinished,
)
from huntline.sdp import is_hold
from huntline.sip.core import events as sip
from huntline.sip.user_agent import UserAgent

log = logging.getLogger(__name__)

_REFUSALS = {Outcome.OVERFLOWED: 486, Outcome.REFUSED: 403}
_REASONS = {NO_PHONE: RefusalReason.NOBODY_REACHABLE, TOO_MANY_HOPS: RefusalReason.TOO_MANY_HOPS}
"""What is told of a call in person that was refused before any phone was asked."""


class B2bua:
    """All calls of this process. Commands come by ``dispatch``, SIP and media events by their handlers;
    events for the engine leave by ``post``. ``on_change`` is called with each call whose legs changed."""

    def __init__(
        self,
        user_agent: UserAgent,
        media: Media,
        settings: SettingsInForce,
        admission: Admission,
        site: Surroundings,
        post: Callable[[told.Event], None],
        refusals: Refusals,
    ) -> None:
        self._refusals = refusals
        self._user_agent = user_agent
        self._media = media
        self._settings = settings
        self._site = site
        self._post = post
        self._tasks: set[asyncio.Task[None]] = set()
        self._spawn = spawner(self._tasks)
        self.book = CallBook(lambda user, count: post(told.OtherCallsChanged(user, count)))
        self._dialling = Dialling(user_agent, media, self.book, self._spawn)
        self._dialling.outcomes = self
        self._arrivals = Arrivals(
            user_agent,
            media,
            settings,
            admission,
            self.book,
            site.music(None),
            self._spawn,
            on_arrival=self._arrived,
            on_failure=self.refuse,
            refusals=refusals,
        )
        self._keys = Keys(user_agent, media)
        self._holding = Holding(user_agent, media, site.ringing_tone, self._spawn)
        self._early = EarlyAudio(user_agent, media, self.book, self._holding, self._spawn)
        self._alerting = Alerting(settings, site, self._dialling, self._changed)
        self._direct = DirectCalls(settings, site, self._alerting, self)
        self._connected_identity = ConnectedIdentity(user_agent, settings, self.book, post, self._changed)
        self._transfers = Transfers(
            user_agent,
            media,
            settings,
            admission,
            site,
            self.book,
            self._dialling,
            self._alerting,
            self._holding,
            post,
            end=self._end,
            enter_queue=self.enter_queue,
            on_change=self._changed,
            connected_identity=self._connected_identity,
        )
        self._takeovers = Takeovers(
            user_agent, media, admission, self.book, self._holding, self._spawn, self._changed, refusals
        )
        self.on_change: Callable[[Call], None] = lambda call: None
        self._is_closing = False

    def _changed(self, call: Call) -> None:
        self.on_change(call)

    @property
    def _plan(self) -> ServerPlan:
        return self._settings.plan

    # -- what SIP says

    def handle_sip(self, event: sip.SipEvent) -> None:
        """Take an event of the SIP core that concerns legs."""
        if isinstance(event, sip.InviteReceived):
            if self._is_closing:
                # RFC 3261 section 21.5.4: whoever has another server to try does so at once.
                self._user_agent.reject(event.leg_id, 503)
            elif event.replaces is not None:
                self._takeovers.invited(event, event.replaces)
            else:
                self._arrivals.invited(event)
        elif isinstance(event, sip.InviteRefused):
            self._arrivals.refused(event)
        elif isinstance(event, sip.PeerIdentified):
            self._connected_identity.heard(event)
        elif isinstance(event, sip.ReferReceived):
            self._transfers.referred(event)
        elif isinstance(event, sip.DtmfReceived):
            self._key_received(event)
        elif isinstance(event, sip.LegRinging):
            self._transfers.ringing(event)
            self._early.rings(event)
        elif isinstance(event, sip.LegConfirmed | sip.OfferReceived | sip.OfferAnswered | sip.OfferRejected):
            self._offer_event(event)
        elif isinstance(event, sip.LegAnswered | sip.LegRejected | sip.LegCancelled | sip.LegEnded):
            self._leg_event(event)

    def _key_received(self, event: sip.DtmfReceived) -> None:
        found = self.book.by_leg(event.leg_id)
        if found is not None:
            call, ring = found
            leg = call.caller if ring is None else ring.legs[event.leg_id]
            self._keys.came_by_info(call, leg, event.digit)

    def _arrived(self, call: Call, target: Target) -> None:
        if call.caller.account_id is None:
            call.path = self._alerting.path_so_far(call, target)
        if isinstance(target, QueueTarget):
            self.enter_queue(call, target.queue_id)
        elif isinstance(target, UserTarget):
            self._direct.dial_person(call, target.user_id)
        elif isinstance(target, OutsideNumber):
            self._direct.dial_outside(call, target)
        else:
            self._obey_star_code(call, target)

    def enter_queue(self, call: Call, queue_id: str, transfer: Transfer | None = None) -> None:
        """Hand a caller to the engine."""
        if len(call.path) >= MAX_TARGETS:
            self._turn_away(call, TOO_MANY_HOPS)
            return
        call.queue_id = queue_id
        self._post(
            told.CallArrived(call.call_id, call.organization_id, queue_id, call.caller_id.shown, transfer)
        )

    def _obey_star_code(self, call: Call, code: StarCode) -> None:
        self._answer(call)
        tone = self._site.obey_star_code(call.caller.account_id or "", code.action)
        self._media.play(call.caller.media_id, tone, loop=False)

    def _leg_event(self, event: sip.LegAnswered | sip.LegRejected | sip.LegCancelled | sip.LegEnded) -> None:
        found = self.book.by_leg(event.leg_id)
        if found is None:
            return
        call, ring = found
        if self._transfers.transferor_left(call, event.leg_id):
            return
        if ring is None:
            self._caller_left(call, event)
        elif isinstance(event, sip.LegAnswered):
            self._dialling.answered(call, ring, event)
        elif isinstance(event, sip.LegRejected):
            self._early.gone(call, event.leg_id)
            self._dialling.rejected(call, ring, event)
        else:
            if ring is call.connected:
                call.farewell = _last_words(event)
            self._callee_left(call, ring)

    def _caller_left(self, call: Call, event: sip.SipEvent) -> None:
        self.book.drop_leg(call.caller)
        call.farewell = _last_words(event)
        if call.queue_id is None:
            self._end(call)
        elif isinstance(event, sip.LegEnded) and event.reason != "bye":
            self._post(told.CallFailed(call.call_id, why_ended(event.reason)))
        else:
            self._post(told.CallerHungUp(call.call_id))

    def _callee_left(self, call: Call, ring: Ring) -> None:
        for leg in ring.legs.values():
            self.book.drop_leg(leg)
        call.rings.pop(ring.ring_id, None)
        if call.connected in (ring, None):
            self._disconnect(call)
        if ring.purpose is Purpose.AGENT:
            self._post(told.AgentHungUp(ring.ring_id))
        elif ring.purpose is Purpose.FORWARD:
            self._post(told.ForwardEnded(call.call_id))
        elif ring.purpose is Purpose.TRANSFER:
            self._transfers.failed(call, 480, Cause.TARGET_HUNG_UP)
        else:
            self._end(call)

    def _offer_event(
        self, event: sip.LegConfirmed | sip.OfferReceived | sip.OfferAnswered | sip.OfferRejected
    ) -> None:
        found = self.book.by_leg(event.leg_id)
        if found is None:
            return
        call, ring = found
        leg = call.caller if ring is None else ring.legs.get(event.leg_id)
        if leg is None:
            return
        if isinstance(event, sip.OfferReceived):
            self._holding.offered(call, leg, event.sdp, event.fork)
        elif isinstance(event, sip.LegConfirmed | sip.OfferAnswered) and event.sdp is not None:
            self._spawn(self._apply_answer(call, leg, event.sdp))

    async def _apply_answer(self, call: Call, leg: Leg, sdp: str) -> None:
        try:
            await self._media.accept(leg.media_id, sdp)
        except PeerError as error:
            log.warning("answer not usable", extra={"call_id": call.call_id, "reason": str(error)})
            self._lose_leg(call, leg, why_refused(error))
            return
        self._holding.changed(call, leg, sdp)

    # -- what media says

    def handle_media(self, event: MediaEvent) -> None:
        """Take an event of the media driver."""
        call = self.book.by_media(event.leg_id)
        if call is None:
            return
        if isinstance(event, PlayFinished):
            self._play_finished(call, event)
            return
        parties = [leg for leg in (call.caller, call.callee) if leg and leg.media_id == event.leg_id]
        for leg in parties:
            if isinstance(event, DtmfPressed):
                self._keys.came_by_audio(call, leg, event.digit)
            elif isinstance(event, MediaSilent):
                self._user_agent.ask_whether_there(leg.leg_id)
            else:
                self._lose_leg(call, leg, Cause.NO_MORE_AUDIO)

    def _play_finished(self, call: Call, event: PlayFinished) -> None:
        if event.error:
            log.warning("prompt not playable", extra={"source": event.source, "reason": event.error})
        if call.greeting is not None and event.source == call.greeting:
            call.greeting = None
            self._post(told.GreetingFinished(call.call_id))
        elif call.queue_id is None and not call.rings:
            self._hang_up(call.caller)
            self._end(call)

    def _lose_leg(self, call: Call, leg: Leg, reason: Reason) -> None:
        """A leg whose audio is gone is hung up on as if the party had left."""
        self._hang_up(leg)
        if self._transfers.transferor_left(call, leg.leg_id):
            return
        if leg is call.caller:
            if call.queue_id is None:
                self._end(call)
            else:
                self._post(told.CallFailed(call.call_id, reason))
        elif call.connected is not None and leg is call.callee:
            self._callee_left(call, call.connected)

    # -- what the engine asks

    def dispatch(self, command: do.Command) -> None:
        """Carry out one command; returns at once, failures come back as events."""
        match command:
            case do.StopRinging(ring_id, reason) | do.ReleaseAgent(ring_id, reason):
                self._stop_ring(ring_id, reason)
            case _:
                call = self.book.calls.get(command.call_id)
                if call is not None:
                    self._carry_out(call, command)
                elif isinstance(command, do.RingAgent):
                    self._post(told.RingFailed(command.ring_id, StopReason.CALLER_GONE))

    def _carry_out(self, call: Call, command: do.Command) -> None:
        match command:
            case do.AnswerCall():
                self._answer(call)
            case do.RefuseCall(_, outcome):
                self._refuse(call, outcome)
            case do.PlayGreeting(_, queue_id):
                self._play_greeting(call, queue_id)
            case do.PlayMusic(_, queue_id):
                self._play_music(call, queue_id)
            case do.BridgeCall(_, ring_id, _):
                self._bridge_agent(call, ring_id)
            case do.ForwardCall():
                self._forward(call, command)
            case do.RingAgent():
                self._ring_agent(call, command)
            case do.EndCall():
                self._release(call)
            case do.RecordCall():
                self._end(call)

    def _answer(self, call: Call) -> None:
        if call.caller.state is LegState.ANSWERED:
            return
        call.caller.state = LegState.ANSWERED
        self._user_agent.answer(call.caller.leg_id, call.sdp_for_caller)
        self.on_change(call)

    def _refuse(self, call: Call, outcome: Outcome) -> None:
        if (ring := call.failed_forward) is not None:
            self._turn_away(call, ring.failure, is_outside=ring.is_outside)
        else:
            self.refuse(call, _REFUSALS.get(outcome, 480), None, EXIT_WORDS.get(outcome, ""))

    def _turn_away(self, call: Call, failure: RingFailure, *, is_outside: bool = False) -> None:
        """Nobody was reached: the caller is told as much of it as concerns them."""
        status = failure.status_for_caller(is_outside=is_outside)
        reason = _REASONS.get(failure) if call.queue_id is None else None
        words = REFUSAL_WORDS[RefusalReason.TOO_MANY_HOPS] if failure is TOO_MANY_HOPS else ""
        self.refuse(call, status, reason, words, failure.headers_for_caller(status))

    def refuse(
        self,
        call: Call,
        status: int,
        reason: RefusalReason | None,
        words: str = "",
        headers: tuple[Header, ...] = (),
    ) -> None:
        """Turn a caller away; ``reason`` None where the call has a record of its own that says why."""
        if reason is not None:
            caller, dialled = call.caller_id.user, call.dialled
            refused = RefusedCall(call.organization_id, call.source, caller, dialled, status, reason)
            self._refusals.add(refused)
            words = words or REFUSAL_WORDS[reason]
        if call.caller.state is LegState.ANSWERED:  # a transferred caller, who can only be hung up on
            self._hang_up(call.caller, headers)
        else:
            headers = (*headers, *((warning(words),) if words else ()))
            self._user_agent.reject(call.caller.leg_id, status, headers=headers)
            self.book.drop_leg(call.caller)
        if call.queue_id is None:
            self._end(call)

    def _play_greeting(self, call: Call, queue_id: str) -> None:
        call.greeting = self._site.greeting(queue_id)
        if call.greeting is None:
            self._post(told.GreetingFinished(call.call_id))
        else:
            self._media.play(call.caller.media_id, call.greeting, loop=False)

    def _play_music(self, call: Call, queue_id: str | None) -> None:
        call.music = self._site.music(queue_id)
        self._media.play(call.caller.media_id, call.music, loop=True)
        self.on_change(call)

    def _ring_agent(self, call: Call, command: do.RingAgent) -> None:
        account = self._plan.account_by_id(command.agent_id)
        path = through_queues(self._plan, call.path, command.left, command.queue_id)
        ring = Ring(command.ring_id, call.call_id, Purpose.AGENT, command.agent_id, path)
        if account is None:
            ring.failure = UNKNOWN_USER
            self.ring_failed(call, ring)
            return
        queue = self._plan.queue(command.queue_id)
        callee = Callee(account.user_id, self._site.contacts(account.user_id))
        line = QueueTurn(queue.name, command.waited, command.others_waiting) if queue else None
        ring.path = through_queues(self._plan, call.path, command.left, command.queue_id)
        display = display_of(self._plan, call, account.upn, line, callee, path=ring.path)
        self._dialling.start(call, ring, callee.contacts, display)
        self.on_change(call)

    def _stop_ring(self, ring_id: str, reason: StopReason) -> None:
        call = self._call_of_ring(ring_id)
        if call is None:
            return
        is_elsewhere = reason is StopReason.ANSWERED_ELSEWHERE
        headers = (COMPLETED_ELSEWHERE,) if is_elsewhere else call.farewell
        ring = call.rings[ring_id]
        self._dialling.stop(call, ring, headers)
        if ring is call.connected:
            self._disconnect(call)
        self.on_change(call)

    def _call_of_ring(self, ring_id: str) -> Call | None:
        # A ring id begins with its call's id, so no second index is needed.
        call = self.book.calls.get(ring_id.partition(".")[0])
        return call if call is not None and ring_id in call.rings else None

    def _bridge_agent(self, call: Call, ring_id: str) -> None:
        ring = call.rings.get(ring_id)
        if ring is None or ring.answered is None:
            self._post(told.BridgeFailed(call.call_id, ring_id, Cause.PHONE_GONE))
        else:
            self._spawn(self._connect(call, ring))

    def _forward(self, call: Call, command: do.ForwardCall) -> None:
        target = command.target
        callee = self._site.callee(call.organization_id, target)
        before = (*call.path, *queues_passed(self._plan, command.left))
        self._dialling.release_media(call)
        self._alerting.start(call, Purpose.FORWARD, f"{call.call_id}.forward", target, callee, before)

    # -- how rings go (RingOutcomes)

    def ring_answered(self, call: Call, ring: Ring) -> None:
        """A phone answered: the engine decides for agents, everybody else is connected."""
        self._alerting.stop(call)
        if ring.purpose is Purpose.AGENT:
            self._post(told.AgentAnswered(ring.ring_id))
            return
        self._answer(call)
        self._spawn(self._connect(call, ring))

    def ring_failed(self, call: Call, ring: Ring) -> None:
        """Nobody can be reached by this ring any more."""
        if ring.purpose is Purpose.AGENT:
            if ring.declined:
                self._post(told.AgentDeclined(ring.ring_id, ring.failure.why))
            else:
                self._post(told.RingFailed(ring.ring_id, ring.failure.why, ring.unfit))
            return
        self._alerting.stop(call)
        self._early.gone(call)
        if not self._alerting.follow_rule(call, ring):
            self._not_reached(call, ring)

    def _not_reached(self, call: Call, ring: Ring) -> None:
        """Nobody was reached who was called in person, nor whom their rule names."""
        failure = ring.failure
        if ring.purpose is Purpose.FORWARD:
            call.failed_forward = ring
            self._post(told.ForwardFailed(call.call_id, failure.why))
        elif ring.purpose is Purpose.TRANSFER:
            status = failure.status_for_caller(is_outside=ring.is_outside)
            self._transfers.failed(call, status, failure.why)
        elif call.caller.state is LegState.RINGING:
            self._turn_away(call, failure, is_outside=ring.is_outside)

    async def _connect(self, call: Call, ring: Ring) -> None:
        """Make the audio path between the caller and the phone that answered."""
        if ring.answered is None or ring.sdp_answer is None:
            return
        leg = ring.answered
        failure: Reason | None = None
        ring.is_accepted = True
        try:
            await self._media.accept(leg.media_id, ring.sdp_answer)
            leg.is_holding = is_hold(ring.sdp_answer)
        except PeerError as error:
            failure = why_refused(error)
        if call.rings.get(ring.ring_id) is not ring:
            return
        if failure is None and ring.purpose is Purpose.TRANSFER:
            self._transfers.answered(call, ring)
        elif failure is None:
            call.connected, call.early = ring, None
            self._dialling.hand_over_media(call, leg)
            self._holding.settle(call)
            self._connected(call, ring)
            if call.is_handed_on:
                self._connected_identity.tell(call, call.caller, leg)
        else:
            self._early.gone(call)
            self._dialling.stop(call, ring)
            self._dialling.release_media(call)
            self._not_connected(call, ring, failure)
        self.on_change(call)

    def _connected(self, call: Call, ring: Ring) -> None:
        if ring.purpose is Purpose.AGENT:
            self._post(told.CallBridged(call.call_id, ring.ring_id))
        elif ring.purpose is Purpose.FORWARD:
            self._post(told.ForwardAnswered(call.call_id))

    def _not_connected(self, call: Call, ring: Ring, reason: Reason) -> None:
        if ring.purpose is Purpose.AGENT:
            self._post(told.BridgeFailed(call.call_id, ring.ring_id, reason))
        elif ring.purpose is Purpose.FORWARD:
            self._post(told.ForwardFailed(call.call_id, reason))
        elif ring.purpose is Purpose.TRANSFER:
            self._transfers.failed(call, 488, reason)
        else:
            self._end(call)

    # -- ends

    def _disconnect(self, call: Call) -> None:
        """The party that the caller talked to, or was about to, is gone."""
        if call.callee is not None:
            self._media.delete(call.callee.media_id)
        call.connected = None
        self._dialling.release_media(call)

    def _end(self, call: Call) -> None:
        """Nothing of the call is left; may be called in any state, and twice."""
        if call.call_id in self.book.calls:
            self._release(call)
            self.book.drop(call)
            self.on_change(call)

    def _release(self, call: Call) -> None:
        """Hang up on everybody and give everything back."""
        if call.is_released:
            return
        call.is_released = True
        self._alerting.stop(call)
        self._transfers.called_off(call)
        media_ids = {leg.media_id for leg in call.legs()}
        if call.caller.call_id == call.call_id:
            self._hang_up(call.caller, call.farewell)
        for ring in list(call.rings.values()):
            self._dialling.stop(call, ring, call.farewell)
        self._dialling.release_media(call)
        for media_id in media_ids:
            self._media.delete(media_id)

    def _hang_up(self, leg: Leg, headers: tuple[Header, ...] = ()) -> None:
        found = self.book.by_leg(leg.leg_id)
        if found is None:
            return
        if leg.party is Party.CALLER and leg.state is LegState.RINGING:
            self._user_agent.reject(leg.leg_id, 480, headers=headers)
        else:
            self._user_agent.hang_up(leg.leg_id, headers=headers)
        self.book.drop_leg(leg)

    def end_calls(self) -> None:
        """End all calls, and take no new ones. The engine ends its own, which are recorded."""
        self._is_closing = True
        for call in list(self.book.calls.values()):
            self._post(told.CallFailed(call.call_id, Cause.SHUTTING_DOWN))
        for call in list(self.book.calls.values()):
            self._end(call)

    async def close(self) -> None:
        """Wait for what is under way, after ``end_calls``."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _last_words(event: sip.SipEvent) -> tuple[Header, ...]:
    if isinstance(event, sip.LegEnded | sip.LegCancelled):
        return farewell_of(event.reasons)
    return ()
