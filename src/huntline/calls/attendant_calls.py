"""Attendant calls: callers who are with an attendant hear what it says, and go where they choose."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol, assert_never

from huntline.attendant.dial_by_name import DialDirectory
from huntline.attendant.model import FlowPlan, Prompt, Sound
from huntline.attendant.visit import (
    Attending,
    Entered,
    GoBack,
    Hush,
    Leave,
    LeavingBy,
    Play,
    Played,
    Pressed,
    Step,
    Visit,
    VisitEvent,
    Waited,
    gone_back,
    nested,
)
from huntline.calls.diversion import DiversionReason, Hop, attendant_hop
from huntline.calls.failures import NOTHING_THERE, Unreached
from huntline.calls.model import Call, OwnerKind
from huntline.calls.moves import Moves
from huntline.calls.parts import CallParts
from huntline.calls.tools import CallTools
from huntline.directory.plan import AttendantTarget
from huntline.engine.model import Transfer
from huntline.engine.reasons import Cause, Destination, KeyPressed, Reason
from huntline.media.interface import SpeechUnavailable

log = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AttendantPlans(Protocol):
    """What attendants do now, by the settings in force."""

    def flow(self, attendant_id: str) -> FlowPlan | None:
        """What a caller gets who comes at this moment; None where there is no such attendant."""
        ...

    def dial_directory(self, attendant_id: str) -> DialDirectory:
        """Whom callers can dial by name or extension; nobody where there is no such attendant."""
        ...

    def sound(self, sha256: str) -> str:
        """The source of audio of the library."""
        ...


class AttendantCalls:
    """The owner of calls whose caller is with an attendant: one visit (``attendant.visit``) each, which is
    the call's own and goes on with it in another process."""

    kind = OwnerKind.ATTENDANT
    has_places = False

    def __init__(self, tools: CallTools, parts: CallParts, moves: Moves, plans: AttendantPlans) -> None:
        self._tools = tools
        self._prompting = parts.prompting
        self._moves = moves
        self._plans = plans
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._going: dict[str, Callable[[FlowPlan], tuple[Visit, Entered]]] = {}  # to another menu, by call

    # -- callers come and go (Place)

    def hop(self, place_id: str) -> Hop | None:
        """An attendant, as the path of a call names it."""
        return attendant_hop(self._tools.plan, place_id)

    def enter(self, call: Call, place_id: str) -> None:
        """Take a caller, who is answered."""
        plan = self._plans.flow(place_id)
        if plan is None:
            self._moves.unreachable(call, Unreached(NOTHING_THERE))
            return
        begin = self._going.pop(call.call_id, _arriving)
        call.owner = self
        call.visit, event = begin(plan)
        self._tools.changed(call)
        self._handle(call, event)

    def take_up(self, call: Call) -> None:
        """Go on with the visit of an earlier process: what was to be heard is heard, waits end in time."""
        if call.visit is None:
            return
        if call.visit.saying and not call.prompt:
            self._say(call, call.visit)
        self._set_timer(call, call.visit)

    def let_go(self, call: Call) -> None:
        """The visit is over."""
        self._stop_timer(call)
        call.visit = None

    # -- what happens to its calls (CallOwner)

    def key_pressed(self, call: Call, key: str) -> None:
        """It counts at once, whatever is played."""
        self._handle(call, Pressed(key))

    def prompt_finished(self, call: Call, sources: tuple[str, ...]) -> None:
        """The wait for a key begins."""
        self._handle(call, Played())

    def caller_left(self, call: Call) -> None:
        """Who keeps the call's record decides."""
        self._moves.keeper(call).caller_left(call)

    def caller_lost(self, call: Call, reason: Reason) -> None:
        """Who keeps the call's record decides."""
        self._moves.keeper(call).caller_lost(call, reason)

    def caller_renamed(self, call: Call) -> None:
        """Who keeps the call's record writes it down."""
        self._moves.keeper(call).caller_renamed(call)

    def caller_replaced(self, call: Call, transfer: Transfer) -> None:
        """Somebody else goes on with the visit."""
        self._moves.keeper(call).caller_replaced(call, transfer)

    def handed_on(self, call: Call, to: Destination) -> None:
        """Who keeps the call's record decides."""
        self._moves.keeper(call).handed_on(call, to)

    def transfer_failed(self, call: Call, reason: Reason) -> None:
        """Who keeps the call's record decides."""
        self._moves.keeper(call).transfer_failed(call, reason)

    def transfer_by(self, call: Call, user_id: str | None) -> Transfer:
        """As who keeps the call's record has it."""
        return self._moves.keeper(call).transfer_by(call, user_id)

    # -- the visit goes on

    def _handle(self, call: Call, event: VisitEvent) -> None:
        visit = call.visit
        if visit is None:
            return
        directory = self._plans.dial_directory(visit.plan.attendant_id)
        for step in Attending(visit, directory).handle(event, _now()):
            self._do(call, visit, step)
        if call.visit is visit:
            self._set_timer(call, visit)
            self._tools.changed(call)

    def _do(self, call: Call, visit: Visit, step: Step) -> None:
        match step:
            case Play():
                self._say(call, visit)
            case Hush():
                self._prompting.cut(call)
            case Leave():
                self._leave(call, visit, step)
            case GoBack(key):
                back = gone_back(visit)
                to = AttendantTarget(back.plan.attendant_id, call.organization_id)
                self._go_on(call, to, KeyPressed(key), lambda plan: (back, Entered(is_back=True)))
            case _:
                assert_never(step)

    def _leave(self, call: Call, visit: Visit, step: Leave) -> None:
        because = _reason(step)
        target = self._tools.plan.written_target(call.organization_id, step.target) if step.target else None
        if step.target is not None and target is None:
            # Refused when it is saved; gone all the same, it is as if nobody could be reached there.
            self._prompting.cut(call)
            self._moves.unreachable(call, Unreached(NOTHING_THERE))
        elif isinstance(target, AttendantTarget):
            self._go_on(call, target, because, lambda plan: (nested(visit, plan), Entered()))
        else:
            self._prompting.cut(call)
            self._moves.go(call, target, DiversionReason.UNCONDITIONAL, because)

    def _go_on(
        self,
        call: Call,
        to: AttendantTarget,
        because: Reason,
        begin: Callable[[FlowPlan], tuple[Visit, Entered]],
    ) -> None:
        """Go to another menu, which knows of this one."""
        self._prompting.cut(call)
        self._going[call.call_id] = begin
        try:
            self._moves.go(call, to, DiversionReason.UNCONDITIONAL, because)
        finally:
            self._going.pop(call.call_id, None)

    # -- what callers hear

    def _say(self, call: Call, visit: Visit) -> None:
        """Play what the visit has to say: at once where all of it has been spoken before."""
        known = [self._known(prompt, visit) for prompt in visit.saying]
        sources = [source for source in known if source is not None]
        if len(sources) == len(known):
            self._prompting.play(call, sources)
        else:
            self._prompting.cut(call)
            self._tools.tasks.spawn(self._speak(call, visit, visit.saying))

    def _known(self, prompt: Prompt, visit: Visit) -> str | None:
        if isinstance(prompt, Sound):
            return self._plans.sound(prompt.sha256)
        return self._tools.speech.known(prompt.text, visit.plan.language)

    async def _speak(self, call: Call, visit: Visit, saying: tuple[Prompt, ...]) -> None:
        """Have spoken what has to be, and play it, unless something else is to be said meanwhile."""
        sources = []
        for prompt in saying:
            try:
                known = self._known(prompt, visit)
                sources.append(known or await self._tools.speech.source(_text(prompt), visit.plan.language))
            except SpeechUnavailable as error:
                extra = {"call_id": call.call_id, "reason": str(error)}
                log.warning("a sentence cannot be spoken", extra=extra)
        if call.visit is not visit or visit.saying is not saying:
            return
        if sources:
            self._prompting.play(call, sources)
        else:
            self._handle(call, Played())  # nobody waits for what cannot be heard

    # -- time

    def _set_timer(self, call: Call, visit: Visit) -> None:
        self._stop_timer(call)
        if visit.until is not None:
            loop = asyncio.get_running_loop()
            at = (visit.until - _EPOCH).total_seconds()
            self._timers[call.call_id] = loop.call_at(at, self._waited, call)

    def _stop_timer(self, call: Call) -> None:
        if (timer := self._timers.pop(call.call_id, None)) is not None:
            timer.cancel()

    def _waited(self, call: Call) -> None:
        self._handle(call, Waited())


def _now() -> datetime:
    """The loop's clock as a moment: it goes on from one process to the next, and nobody can set it."""
    return _EPOCH + timedelta(seconds=asyncio.get_running_loop().time())


def _arriving(plan: FlowPlan) -> tuple[Visit, Entered]:
    return Visit(plan), Entered()


def _reason(step: Leave) -> Reason:
    match step.by:
        case LeavingBy.KEY:
            return KeyPressed(step.key)
        case LeavingBy.NO_INPUT:
            return Cause.NO_KEY_PRESSED
        case LeavingBy.FLOW:
            return Cause.BY_ITS_HOURS


def _text(prompt: Prompt) -> str:
    assert not isinstance(prompt, Sound)
    return prompt.text
