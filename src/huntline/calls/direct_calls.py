"""Direct calls: people and numbers are dialled whom no queue is asked about."""

from __future__ import annotations

from typing import assert_never

from huntline.calls.contacts import Callee
from huntline.calls.diversion import people_passed
from huntline.calls.failures import NO_PHONE, TOO_MANY_HOPS
from huntline.calls.model import Call, LegState, OwnerKind, Party, Ring
from huntline.calls.parts import CallParts
from huntline.calls.queue_calls import QueueCalls
from huntline.calls.refusals import refusal_of
from huntline.calls.tools import CallTools
from huntline.directory.organization import QueueSettings
from huntline.directory.plan import OutsideNumber, QueueTarget, StarCode, Target, UserTarget
from huntline.directory.refused import RefusalReason
from huntline.engine.model import Transfer
from huntline.engine.reasons import Cause, Destination, Reason
from huntline.sip.core.events import LegRinging

_REASONS = {NO_PHONE: RefusalReason.NOBODY_REACHABLE, TOO_MANY_HOPS: RefusalReason.TOO_MANY_HOPS}
"""What is told of a call that was refused before any phone was asked."""


class DirectCalls:
    """The owner of all calls that no queue has, and of the rings of whom they are for: such a call ends as
    soon as one of the two is gone."""

    kind = OwnerKind.DIRECT
    party = Party.TARGET
    has_places = False

    def __init__(self, tools: CallTools, parts: CallParts, queue_calls: QueueCalls) -> None:
        self._tools = tools
        self._alerting = parts.alerting
        self._early = parts.early
        self._audio_paths = parts.audio_paths
        self._ends = parts.ends
        self._queue_calls = queue_calls

    def arrived(self, call: Call, target: Target) -> None:
        """A caller has dialled somebody, and their audio is ready."""
        if call.caller.account_id is None:
            call.path = self._alerting.path_so_far(call, target)
        match target:
            case QueueTarget():
                self._queue_calls.enter(call, target.queue_id)
            case UserTarget():
                self._dial_person(call, target.user_id)
            case OutsideNumber():
                number = f"tel:{target.number}"
                callee = self._tools.site.callee(call.organization_id, number)
                self._dial(call, "outside", number, callee)
            case StarCode():
                self._obey(call, target)
            case _:
                assert_never(target)

    def _dial_person(self, call: Call, user_id: str) -> None:
        """Ring a user, or whomever they have their calls forwarded to."""
        plan = self._tools.plan
        account = plan.account_by_id(user_id)
        if account is None:
            self._ends.turn_away(
                call, refusal_of(NO_PHONE, is_outside=False, reason=RefusalReason.NOBODY_REACHABLE)
            )
            return
        passed, destination = plan.way(account)
        if isinstance(destination, QueueSettings):
            call.path = (*call.path, *people_passed(plan, passed))
            self._queue_calls.enter(call, destination.queue_id)
        else:
            self._dial(call, "direct", account.upn, self._tools.site.person(account))

    def _dial(self, call: Call, name: str, to: str, callee: Callee) -> None:
        self._alerting.start(call, self, f"{call.call_id}.{name}", to, callee, call.path)

    def _obey(self, call: Call, code: StarCode) -> None:
        self._audio_paths.answer_caller(call)
        tone = self._tools.site.obey_star_code(call.caller.account_id or "", code)
        self._tools.media.play(call.caller.media_id, tone, loop=False)

    # -- what happens to its calls (CallOwner)

    def prompt_finished(self, call: Call, source: str) -> None:
        """Where nobody is called it was the tone that answers a star code: that was all."""
        if not call.rings:
            self._ends.end(call)

    def caller_left(self, call: Call) -> None:
        """The call is over."""
        self._ends.end(call)

    def caller_lost(self, call: Call, reason: Reason) -> None:
        """The call is over."""
        self._ends.end(call)

    def caller_renamed(self, call: Call) -> None:
        """Nobody writes it down."""

    def caller_replaced(self, call: Call, transfer: Transfer) -> None:
        """There are no places here."""

    def handed_on(self, call: Call, to: Destination) -> None:
        """The call is over."""
        self._ends.end(call)

    def transfer_failed(self, call: Call, reason: Reason) -> None:
        """Nobody is left whom the caller could talk to."""
        self._ends.end(call)

    def transfer_by(self, call: Call, user_id: str | None) -> Transfer:
        """Out of a direct call."""
        return Transfer(user_id, Cause.OUT_OF_A_DIRECT_CALL)

    # -- how its rings go (RingOwner)

    def ringing(self, call: Call, ring: Ring, event: LegRinging) -> None:
        """The caller hears it."""
        self._early.rings(call, ring, event)

    def answered(self, call: Call, ring: Ring) -> None:
        """The caller gets who answered."""
        self._alerting.stop(call)
        self._audio_paths.answer_caller(call)
        self._audio_paths.connect(call, ring)

    def failed(self, call: Call, ring: Ring) -> None:
        """Their mailbox is rung; without one the caller is told as much as concerns them."""
        if self._alerting.follow_rule(call, ring) or call.caller.state is not LegState.RINGING:
            return
        reason = _REASONS.get(ring.failure)
        self._ends.turn_away(call, refusal_of(ring.failure, is_outside=ring.is_outside, reason=reason))

    def connected(self, call: Call, ring: Ring) -> None:
        """They talk."""
        self._audio_paths.talk(call, ring)

    def not_connected(self, call: Call, ring: Ring, reason: Reason) -> None:
        """They cannot hear each other: the call is over."""
        self._ends.end(call)

    def left(self, call: Call, ring: Ring) -> None:
        """The call is over."""
        self._ends.end(call)

    def left_by_transfer(self, call: Call, ring: Ring, to: Destination) -> None:
        """The caller waits for whoever is rung for them."""
