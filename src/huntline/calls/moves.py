"""Moves: the one way in which a call goes to a target, when it arrives and whenever it goes on (rules
section 5).

Of each call somebody keeps the record: the engine, once it has been to a queue, or else nobody. Who speaks to
the caller meanwhile, an attendant or a mailbox, is another matter: they come and go.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol, assert_never

from huntline.calls.contacts import Callee
from huntline.calls.diversion import MAX_TARGETS, DiversionReason, Hop, Path, people_passed, queues_passed
from huntline.calls.failures import (
    CEILING_REACHED,
    NO_PHONE,
    NOTHING_THERE,
    NUMBER_NOT_ALLOWED,
    TOO_MANY_HOPS,
    UNKNOWN_USER,
    Unreached,
)
from huntline.calls.model import Call, CallOwner, LegState, Ring, RingOwner, Stop
from huntline.calls.parts import CallParts
from huntline.calls.queue_calls import QueueCalls
from huntline.calls.refusals import refusal_of
from huntline.calls.tools import CallTools
from huntline.directory.plan import (
    NO_WISH,
    Account,
    AttendantTarget,
    MoveTarget,
    OutsideAddress,
    OutsideNumber,
    PersonRule,
    QueueTarget,
    UserTarget,
    VoicemailTarget,
)
from huntline.directory.refused import RefusalReason
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.reasons import Cause, Destination, DestinationKind, Reason, SentOn

_REASONS = {
    NO_PHONE: RefusalReason.NOBODY_REACHABLE,
    UNKNOWN_USER: RefusalReason.NOBODY_REACHABLE,
    NOTHING_THERE: RefusalReason.NOBODY_REACHABLE,
    TOO_MANY_HOPS: RefusalReason.TOO_MANY_HOPS,
    NUMBER_NOT_ALLOWED: RefusalReason.NUMBER_NOT_ALLOWED,
    CEILING_REACHED: RefusalReason.CEILING_REACHED,
}
"""What is told of a call that was refused before any phone was asked."""


class Place(Protocol):
    """What takes callers in and speaks to them: the attendants, the mailboxes."""

    def hop(self, place_id: str) -> Hop | None:
        """How the path of a call names it; None where there is no such place."""
        ...

    def enter(self, call: Call, place_id: str) -> None:
        """Take a caller, who is answered: the call is its own (``call.owner``) until it goes on by
        ``Moves.go`` or is over, which ``CallOwner.let_go`` tells."""
        ...


class NoPlaces:
    """Stands for what this server does not have."""

    def hop(self, place_id: str) -> Hop | None:
        """There is none."""
        return None

    def enter(self, call: Call, place_id: str) -> None:
        """Nobody comes here."""


class Moves:
    """All methods return at once. ``wire`` is called once, before the first call."""

    def __init__(self, tools: CallTools, parts: CallParts, queue_calls: QueueCalls) -> None:
        self._tools = tools
        self._parts = parts
        self._queue_calls = queue_calls
        self._attendants: Place = NoPlaces()
        self._mailboxes: Place = NoPlaces()

    def wire(
        self,
        direct_calls: CallOwner,
        direct_rings: RingOwner,
        forwards: RingOwner,
        attendants: Place | None = None,
        mailboxes: Place | None = None,
    ) -> None:
        """Say to whom calls go."""
        self._direct_calls, self._direct_rings, self._forwards = direct_calls, direct_rings, forwards
        self._attendants = attendants or self._attendants
        self._mailboxes = mailboxes or self._mailboxes

    def keeper(self, call: Call) -> CallOwner:
        """Who decides what the end of a call means, whoever speaks to its caller: what happens to the caller
        in an attendant or a mailbox is passed on to it."""
        return self._queue_calls if call.is_with_engine else self._direct_calls

    # -- a call goes somewhere

    def go(
        self,
        call: Call,
        to: MoveTarget | None,
        why: DiversionReason = DiversionReason.UNCONDITIONAL,
        because: Reason | None = None,
    ) -> None:
        """Let a call go to a target, or (None) end. ``why`` is what the next ones are told of where it was,
        ``because`` what its record says of it."""
        self._leave(call, why, to, because)
        if to is None:
            self.end(call)
        else:
            self._enter(call, to)

    def forward(self, call: Call, command: do.ForwardCall) -> None:
        """The engine sends a call out of its queues."""
        call.path = (*call.path, *queues_passed(self._tools.plan, command.left))
        self._parts.dialling.release_media(call)
        target = self._tools.plan.written_target(call.organization_id, command.target)
        if target is None:
            self.unreachable(call, Unreached(NOTHING_THERE))
        else:
            self.go(call, target)

    def not_taken(self, call: Call, ring: Ring) -> None:
        """Who was rung did not take the call: their rule says where it goes, as far as they have one."""
        if self._parts.alerting.ring_the_rest(call, ring):
            return
        self._parts.alerting.stop(call)
        self._parts.early.gone(call)
        self._parts.dialling.release_media(call)
        to, call.path = self.by_rule(call, ring)
        if to is None:
            self.unreachable(call, Unreached(ring.failure, ring.is_outside))
        else:
            self._enter(call, to)

    def by_rule(self, call: Call, ring: Ring) -> tuple[MoveTarget | None, Path]:
        """Where the rule of a person sends a call that they did not take, and the path that it has then."""
        meaning = ring.failure.meaning
        path = (*ring.path[:-1], *(hop.left(meaning) for hop in ring.path[-1:]))
        if ring.failure is TOO_MANY_HOPS:
            return None, path
        to, why = {
            DiversionReason.BUSY: (ring.rule.busy, Cause.RULE_BUSY),
            DiversionReason.NO_ANSWER: (ring.rule.no_answer, Cause.RULE_NO_ANSWER),
        }.get(meaning, (ring.rule.not_reachable, Cause.RULE_NOT_REACHABLE))
        if to is not None:
            self.note(call, SentOn(self._rung_in(ring), why, self.shown(to)))
        return to, path

    def _rung_in(self, ring: Ring) -> Destination:
        account = self._tools.plan.account_by_id(ring.account_id or "")
        if account is not None:
            return _person(account)
        return Destination(DestinationKind.NUMBER, (ring.path[-1].uri.user or "") if ring.path else "")

    def unreachable(self, call: Call, unreached: Unreached) -> None:
        """Where a call was to go it cannot: the engine has another exit for its own, all others are over."""
        if call.is_with_engine:
            call.unreached = unreached
            self._tools.post(told.ForwardFailed(call.call_id, unreached.failure.why))
        elif call.caller.state is LegState.RINGING:
            failure = unreached.failure
            reason = _REASONS.get(failure)
            refusal = refusal_of(failure, is_outside=unreached.is_outside, reason=reason)
            self._parts.ends.turn_away(call, refusal)
        else:
            self._parts.ends.end(call)

    def end(self, call: Call) -> None:
        """The caller is through with whoever had them: the engine ends its own calls."""
        if call.is_with_engine:
            self._tools.post(told.ForwardEnded(call.call_id))
        else:
            self._parts.ends.end(call)

    def note(self, call: Call, step: Reason) -> None:
        """Something has happened to a caller that belongs on the record of the call, should it have one."""
        if call.is_with_engine:
            self._tools.post(told.CallStepTaken(call.call_id, step))
        else:
            call.steps = (*call.steps, step)

    # -- each step

    def _leave(self, call: Call, why: DiversionReason, to: MoveTarget | None, because: Reason | None) -> None:
        stop, call.stop = call.stop, None
        keeper = self.keeper(call)
        if call.owner is not keeper:
            call.owner.let_go(call)
            call.owner = keeper
        if stop is None:
            return
        call.path = (*call.path, stop.hop.left(why))
        if because is not None:
            self.note(call, SentOn(stop.shown, because, self.shown(to) if to else None))
        if to is not None:
            self._parts.holding.settle(call)  # music, until somebody else is heard

    def _enter(self, call: Call, to: MoveTarget, rule: PersonRule = NO_WISH) -> None:
        """``rule`` is that of whoever wants all calls to go there, for those that are not taken outside."""
        if len(call.path) >= MAX_TARGETS:
            self.unreachable(call, Unreached(TOO_MANY_HOPS))
            return
        match to:
            case QueueTarget(queue_id):
                self._queue_calls.enter(call, queue_id)
            case UserTarget():
                self._go_to_person(call, to)
            case OutsideNumber(number):
                self._ring_outside(call, f"tel:{number}", rule)
            case OutsideAddress(uri):
                self._ring_outside(call, uri, rule)
            case AttendantTarget(attendant_id):
                self._enter_place(call, to, self._attendants, attendant_id)
            case VoicemailTarget(box_id):
                self._enter_place(call, to, self._mailboxes, box_id)
            case _:
                assert_never(to)

    def _enter_place(self, call: Call, to: MoveTarget, place: Place, place_id: str) -> None:
        hop = place.hop(place_id)
        if hop is None:
            self.unreachable(call, Unreached(NOTHING_THERE))
            return
        call.stop = Stop(hop, self.shown(to))
        self._parts.audio_paths.answer_caller(call)
        if call.is_with_engine:
            self._tools.post(told.ForwardAnswered(call.call_id))
        place.enter(call, place_id)

    def _go_to_person(self, call: Call, to: UserTarget) -> None:
        """Ring a user, or go where they want all calls to go."""
        plan = self._tools.plan
        passed, last = plan.way(to)
        for account, onward in zip(passed, [*map(_user_target, passed[1:]), last], strict=False):
            self.note(call, SentOn(_person(account), Cause.RULE_ALWAYS, self.shown(onward)))
        call.path = (*call.path, *people_passed(plan, passed))
        rule = plan.rule_of(passed[-1].user_id) if passed else NO_WISH
        if not isinstance(last, UserTarget):
            self._enter(call, last, rule)
        elif (person_called := plan.account_by_id(last.user_id)) is None:
            self.unreachable(call, Unreached(UNKNOWN_USER))
        else:
            self._call_person(call, person_called, rule)

    def _call_person(self, call: Call, account: Account, rule: PersonRule) -> None:
        callee = self._tools.site.person(account)
        callee = replace(callee, rule=callee.rule.or_of(rule))
        busy = callee.rule.busy
        if busy is None or not self._tools.book.is_on_a_call(account.user_id):
            self._ring(call, account.upn, callee, "direct")
            return
        # Rules section 5: who is on another call is busy, where they have a wish for that.
        self.note(call, SentOn(_person(account), Cause.RULE_BUSY, self.shown(busy)))
        call.path = (*call.path, *(hop.left(DiversionReason.BUSY) for hop in callee.path))
        self._enter(call, busy)

    def _ring(self, call: Call, to: str, callee: Callee, name: str) -> None:
        owner = self._forwards if call.is_with_engine else self._direct_rings
        ring_id = f"{call.call_id}.{'forward' if call.is_with_engine else name}"
        self._parts.alerting.start(call, owner, ring_id, to, callee, call.path)

    def _ring_outside(self, call: Call, uri: str, rule: PersonRule) -> None:
        callee = self._tools.site.callee(call.organization_id, uri)
        self._ring(call, uri, replace(callee, rule=rule), "outside")

    # -- in words

    def shown(self, to: MoveTarget) -> Destination:
        """A target as records name it."""
        plan = self._tools.plan
        match to:
            case QueueTarget(queue_id):
                queue = plan.queue(queue_id)
                return Destination(DestinationKind.QUEUE, queue.name if queue else "")
            case UserTarget(user_id):
                account = plan.account_by_id(user_id)
                return Destination(DestinationKind.PERSON, account.upn if account else "")
            case OutsideNumber(number):
                return Destination(DestinationKind.NUMBER, number)
            case OutsideAddress(uri):
                return Destination(DestinationKind.PERSON, uri)
            case AttendantTarget(attendant_id):
                return Destination(DestinationKind.ATTENDANT, _name(self._attendants.hop(attendant_id)))
            case VoicemailTarget(box_id):
                return Destination(DestinationKind.VOICEMAIL, _name(self._mailboxes.hop(box_id)))
            case _:
                assert_never(to)


def _person(account: Account) -> Destination:
    return Destination(DestinationKind.PERSON, account.upn)


def _user_target(account: Account) -> MoveTarget:
    return UserTarget(account.user_id, account.organization_id)


def _name(hop: Hop | None) -> str:
    return hop.name if hop is not None else ""
