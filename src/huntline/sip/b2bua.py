"""The B2BUA: carries out the engine's commands with SIP legs and media, and tells it how they went."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

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
from huntline.errors import PeerError
from huntline.media.interface import DtmfPressed, Media, MediaDied, MediaEvent, MediaLegLost, PlayFinished
from huntline.sip.admission import Admission
from huntline.sip.alerting import Alerting
from huntline.sip.arrivals import Arrivals
from huntline.sip.calls import Call, CallBook, Leg, LegState, Party, Purpose, Ring
from huntline.sip.connected import ConnectedIdentity
from huntline.sip.core import events as sip
from huntline.sip.dialling import Callee, Dialling, spawner
from huntline.sip.direct import DirectCalls
from huntline.sip.display import Line, display_of
from huntline.sip.diversion import through_queues
from huntline.sip.holding import Holding
from huntline.sip.house import Site
from huntline.sip.presentation import COMPLETED_ELSEWHERE, warning
from huntline.sip.refusals import EXIT_WORDS, Refusals
from huntline.sip.takeovers import Takeovers
from huntline.sip.transfers import Transfers
from huntline.sip.user_agent import UserAgent

log = logging.getLogger(__name__)

_REFUSALS = {Outcome.OVERFLOWED: 486, Outcome.REFUSED: 403}


class B2bua:
    """All calls of this process. Commands come by ``dispatch``, SIP and media events by their handlers;
    events for the engine leave by ``post``. ``on_change`` is called with each call whose legs changed."""

    def __init__(
        self,
        user_agent: UserAgent,
        media: Media,
        admission: Admission,
        site: Site,
        post: Callable[[told.Event], None],
        refusals: Refusals,
    ) -> None:
        self._refusals = refusals
        self._user_agent = user_agent
        self._media = media
        self._admission = admission
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
            admission,
            self.book,
            site.music(None),
            self._spawn,
            on_arrival=self._arrived,
            on_failure=self.refuse,
            refusals=refusals,
        )
        self._holding = Holding(user_agent, media, self._spawn)
        self._alerting = Alerting(self._dialling, self._changed)
        self._direct = DirectCalls(user_agent, admission, site, self._dialling, self._alerting, self)
        self._connected_identity = ConnectedIdentity(user_agent, admission, self.book, post, self._changed)
        self._transfers = Transfers(
            user_agent,
            media,
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

    def _changed(self, call: Call) -> None:
        self.on_change(call)

    @property
    def _plan(self) -> ServerPlan:
        return self._admission.plan

    # -- what SIP says

    def handle_sip(self, event: sip.SipEvent) -> None:
        """Take an event of the SIP core that concerns legs."""
        if isinstance(event, sip.InviteReceived):
            if event.replaces is not None:
                self._takeovers.invited(event, event.replaces)
            else:
                self._arrivals.invited(event)
        elif isinstance(event, sip.InviteRefused):
            self._arrivals.refused(event)
        elif isinstance(event, sip.PeerIdentified):
            self._connected_identity.heard(event)
        elif isinstance(event, sip.ReferReceived):
            self._transfers.referred(event)
        elif isinstance(event, sip.LegRinging):
            self._transfers.ringing(event.leg_id)
        elif isinstance(event, sip.LegConfirmed | sip.OfferReceived | sip.OfferAnswered | sip.OfferRejected):
            self._offer_event(event)
        elif isinstance(event, sip.LegAnswered | sip.LegRejected | sip.LegCancelled | sip.LegEnded):
            self._leg_event(event)

    def _arrived(self, call: Call, target: Target) -> None:
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
        call.queue_id = queue_id
        self._post(told.CallArrived(call.call_id, queue_id, call.caller_id.shown, transfer))

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
            self._dialling.rejected(call, ring, event)
        else:
            self._callee_left(call, ring)

    def _caller_left(self, call: Call, event: sip.SipEvent) -> None:
        self.book.drop_leg(call.caller)
        if call.queue_id is None:
            self._end(call)
        elif isinstance(event, sip.LegEnded) and event.reason != "bye":
            self._post(told.CallFailed(call.call_id, event.reason))
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
            self._transfers.failed(call, 480, "the target hung up")
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
            self._holding.offered(call, leg, event.sdp)
        elif isinstance(event, sip.LegConfirmed | sip.OfferAnswered) and event.sdp is not None:
            self._spawn(self._apply_answer(call, leg, event.sdp))

    async def _apply_answer(self, call: Call, leg: Leg, sdp: str) -> None:
        try:
            await self._media.accept(leg.media_id, sdp)
        except PeerError as error:
            log.warning("answer not usable", extra={"call_id": call.call_id, "reason": str(error)})
            self._lose_leg(call, leg, str(error))
            return
        self._holding.changed(call, leg, sdp)

    # -- what media says

    def handle_media(self, event: MediaEvent) -> None:
        """Take an event of the media driver."""
        call = self.book.by_media(event.leg_id)
        if call is None or isinstance(event, DtmfPressed):
            return
        if isinstance(event, PlayFinished):
            self._play_finished(call, event)
        elif isinstance(event, MediaDied | MediaLegLost):
            for leg in (call.caller, call.callee):
                if leg is not None and leg.media_id == event.leg_id:
                    self._lose_leg(call, leg, "no audio")

    def _play_finished(self, call: Call, event: PlayFinished) -> None:
        if event.error:
            log.warning("prompt not playable", extra={"source": event.source, "reason": event.error})
        if call.greeting is not None and event.source == call.greeting:
            call.greeting = None
            self._post(told.GreetingFinished(call.call_id))
        elif call.queue_id is None and not call.rings:
            self._hang_up(call.caller)
            self._end(call)

    def _lose_leg(self, call: Call, leg: Leg, reason: str) -> None:
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
                    self._post(told.RingFailed(command.ring_id, "caller gone"))

    def _carry_out(self, call: Call, command: do.Command) -> None:
        match command:
            case do.AnswerCall():
                self._answer(call)
            case do.RefuseCall(_, outcome):
                self.refuse(call, _REFUSALS.get(outcome, 480), None, EXIT_WORDS.get(outcome, ""))
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
        self._user_agent.core.answer(call.caller.leg_id, call.sdp_for_caller, self._user_agent.now())
        self.on_change(call)

    def refuse(self, call: Call, status: int, reason: RefusalReason | None, words: str = "") -> None:
        """Turn a caller away; ``reason`` None where the call has a record of its own that says why."""
        if reason is not None:
            caller, dialled = call.caller_id.user, call.dialled
            refused = RefusedCall(call.organization_id, call.source, caller, dialled, status, reason)
            self._refusals.add(refused)
            words = words or REFUSAL_WORDS[reason]
        if call.caller.state is LegState.ANSWERED:  # a transferred caller, who can only be hung up on
            self._hang_up(call.caller)
        else:
            headers = (warning(words),) if words else ()
            self._user_agent.core.reject(call.caller.leg_id, status, self._user_agent.now(), headers=headers)
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
        ring = Ring(command.ring_id, call.call_id, Purpose.AGENT, command.agent_id)
        if account is None:
            ring.last_failure = "unknown user"
            self.ring_failed(call, ring)
            return
        queue = self._plan.queue(command.queue_id)
        callee = Callee(account.user_id, self._site.contacts(account.user_id))
        line = Line(queue.name, command.waited, command.others_waiting) if queue else None
        ring.path = through_queues(self._plan, call.path, command.left, command.queue_id)
        display = display_of(self._plan, call, account.upn, line, callee, path=ring.path)
        self._dialling.start(call, ring, callee.contacts, display)
        self.on_change(call)

    def _stop_ring(self, ring_id: str, reason: do.StopReason) -> None:
        call = self._call_of_ring(ring_id)
        if call is None:
            return
        headers = (COMPLETED_ELSEWHERE,) if reason is do.StopReason.ANSWERED_ELSEWHERE else ()
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
            self._post(told.BridgeFailed(call.call_id, ring_id, "the phone is gone"))
        else:
            self._spawn(self._connect(call, ring))

    def _forward(self, call: Call, command: do.ForwardCall) -> None:
        target = command.target
        callee = self._site.callee(call.organization_id, target)
        ring = Ring(f"{call.call_id}.forward", call.call_id, Purpose.FORWARD, callee.user_id)
        if call.caller.state is LegState.RINGING:
            self._user_agent.core.ring(call.caller.leg_id, self._user_agent.now())
        self._dialling.release_media(call)
        ring.path = through_queues(self._plan, call.path, command.left, "")
        display = display_of(self._plan, call, target, None, callee, path=ring.path)
        self._alerting.start(call, ring, callee.contacts, display)

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
                self._post(told.AgentDeclined(ring.ring_id, ring.last_failure))
            else:
                self._post(told.RingFailed(ring.ring_id, ring.last_failure, ring.unfit))
            return
        self._alerting.stop(call)
        if ring.purpose is Purpose.FORWARD:
            self._post(told.ForwardFailed(call.call_id, ring.last_failure))
        elif ring.purpose is Purpose.TRANSFER:
            self._transfers.failed(call, 486 if ring.declined else 480, ring.last_failure)
        elif call.caller.state is LegState.RINGING:
            if call.voicemail is not None:
                self._direct.dial_voicemail(call, call.voicemail)
            else:
                self.refuse(call, 486 if ring.declined else 480, None)

    async def _connect(self, call: Call, ring: Ring) -> None:
        """Make the audio path between the caller and the phone that answered."""
        if ring.answered is None or ring.sdp_answer is None:
            return
        leg, failure = ring.answered, None
        ring.is_accepted = True
        try:
            await self._media.accept(leg.media_id, ring.sdp_answer)
        except PeerError as error:
            failure = str(error)
        if call.rings.get(ring.ring_id) is not ring:
            return
        if failure is None and ring.purpose is Purpose.TRANSFER:
            self._transfers.answered(call, ring)
        elif failure is None:
            call.connected = ring
            self._dialling.hand_over_media(call, leg)
            self._media.bridge(call.caller.media_id, leg.media_id)
            self._connected(call, ring)
            if call.is_handed_on:
                self._connected_identity.tell(call, call.caller, leg)
        else:
            self._dialling.stop(call, ring)
            self._dialling.release_media(call)
            self._not_connected(call, ring, failure)
        self.on_change(call)

    def _connected(self, call: Call, ring: Ring) -> None:
        if ring.purpose is Purpose.AGENT:
            self._post(told.CallBridged(call.call_id, ring.ring_id))
        elif ring.purpose is Purpose.FORWARD:
            self._post(told.ForwardAnswered(call.call_id))

    def _not_connected(self, call: Call, ring: Ring, reason: str) -> None:
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
            self._hang_up(call.caller)
        for ring in list(call.rings.values()):
            self._dialling.stop(call, ring)
        self._dialling.release_media(call)
        for media_id in media_ids:
            self._media.delete(media_id)

    def _hang_up(self, leg: Leg) -> None:
        found = self.book.by_leg(leg.leg_id)
        if found is None:
            return
        now = self._user_agent.now()
        if leg.party is Party.CALLER and leg.state is LegState.RINGING:
            self._user_agent.core.reject(leg.leg_id, 480, now)
        else:
            self._user_agent.core.hang_up(leg.leg_id, now)
        self.book.drop_leg(leg)

    async def close(self) -> None:
        """End all calls and wait for what is under way. The engine ends its own, which are recorded."""
        for call in list(self.book.calls.values()):
            self._post(told.CallFailed(call.call_id, "the server is shutting down"))
        for call in list(self.book.calls.values()):
            self._end(call)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
