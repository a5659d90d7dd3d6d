"""Queue calls: the engine decides about them, and writes them down."""

from __future__ import annotations

from collections.abc import Sequence

from huntline.calls.model import Call, LegState, OwnerKind
from huntline.calls.parts import CallParts
from huntline.calls.refusals import EXIT_WORDS, Refusal, refusal_of
from huntline.calls.tools import CallTools
from huntline.engine import events as told
from huntline.engine.model import ExitPrompt, Outcome, Transfer
from huntline.engine.reasons import Destination, FromQueue, Reason
from huntline.engine.waits import WaitBand

_STATUSES = {Outcome.OVERFLOWED: 486, Outcome.REFUSED: 403}


class QueueCalls:
    """The owner of all calls that came to a queue, to their end."""

    kind = OwnerKind.QUEUE
    has_places = True

    def __init__(self, tools: CallTools, parts: CallParts) -> None:
        self._tools = tools
        self._ends = parts.ends
        self._prompting = parts.prompting

    def enter(self, call: Call, queue_id: str) -> None:
        """Hand a caller to the engine, which may know the call already."""
        was_with_engine = call.is_with_engine
        call.queue_id, call.owner = queue_id, self
        if was_with_engine:
            self._tools.post(told.CallSentToQueue(call.call_id, queue_id, len(call.path)))
            return
        has_been_elsewhere = call.caller.state is LegState.ANSWERED and call.transferred is None
        self._tools.post(
            told.CallArrived(
                call.call_id,
                call.organization_id,
                queue_id,
                call.caller_id.shown,
                call.transferred,
                is_answered=call.caller.state is LegState.ANSWERED,
                arrived_at=call.arrived_at if has_been_elsewhere else None,
                steps=call.steps,
                passed=len(call.path),
            )
        )
        call.steps = ()

    # -- what the engine asks

    def refuse(self, call: Call, outcome: Outcome) -> None:
        """Turn the caller away: with what a forward came to, where there was one."""
        if (unreached := call.unreached) is not None:
            refusal = refusal_of(unreached.failure, is_outside=unreached.is_outside)
        else:
            refusal = Refusal(_STATUSES.get(outcome, 480), words=EXIT_WORDS.get(outcome, ""))
        self._ends.refuse(call, refusal)

    def greet(self, call: Call, queue_id: str) -> None:
        """Play the greeting of a queue, which may have none."""
        greeting, call.is_leaving = self._tools.site.greeting(queue_id), False
        if greeting is None:
            self._tools.post(told.GreetingFinished(call.call_id))
        else:
            self._prompting.play(call, (greeting,))

    def say_before_exit(self, call: Call, queue_id: str, prompt: ExitPrompt) -> None:
        """Tell a caller who leaves the queue what there is to say."""
        source, call.is_leaving = self._tools.site.exit_prompt(queue_id, prompt), True
        if source is None:
            self._tools.post(told.ExitPromptFinished(call.call_id))
        else:
            self._prompting.play(call, (source,))

    def play_music(self, call: Call, queue_id: str) -> None:
        """Play the music of a queue until something else is asked for."""
        self._prompting.play_music(call, self._tools.site.music(queue_id))

    def say_message(self, call: Call, queue_id: str, number: int) -> None:
        """Tell a waiting caller a message of the queue."""
        source = self._tools.site.message(queue_id, number)
        self._announce(call, (source,) if source is not None else ())

    def tell_place(self, call: Call, queue_id: str, position: int | None, wait: WaitBand | None) -> None:
        """Tell a waiting caller where they stand, and how long it takes, as far as that has been spoken."""
        self._announce(call, self._tools.site.place_in_line(queue_id, position, wait))

    def cut_announcement(self, call: Call) -> None:
        """Tell the caller nothing more of what is being said."""
        self._prompting.cut_announcement(call)

    def _announce(self, call: Call, sources: Sequence[str]) -> None:
        if sources:
            self._prompting.announce(call, sources)
        else:
            self._tools.post(told.AnnouncementFinished(call.call_id))

    # -- what happens to its calls (CallOwner)

    def prompt_finished(self, call: Call, sources: tuple[str, ...]) -> None:
        """The greeting is over, or what was said before an exit."""
        finished = told.ExitPromptFinished if call.is_leaving else told.GreetingFinished
        self._tools.post(finished(call.call_id))

    def key_pressed(self, call: Call, key: str) -> None:
        """No key means anything to a queue."""

    def caller_left(self, call: Call) -> None:
        """The engine ends the call."""
        self._tools.post(told.CallerHungUp(call.call_id))

    def caller_lost(self, call: Call, reason: Reason) -> None:
        """The engine ends the call."""
        self._tools.post(told.CallFailed(call.call_id, reason))

    def caller_renamed(self, call: Call) -> None:
        """The engine writes the name down."""
        self._tools.post(told.CallerRenamed(call.call_id, call.caller_id.shown))

    def caller_replaced(self, call: Call, transfer: Transfer) -> None:
        """The place in the queue, or with an agent, is the other caller's now."""
        self._tools.post(told.CallerChanged(call.call_id, call.caller_id.shown, transfer))

    def handed_on(self, call: Call, to: Destination) -> None:
        """The engine ends the call."""
        self._tools.post(told.CallTransferred(call.call_id, to))

    def transfer_failed(self, call: Call, reason: Reason) -> None:
        """The engine ends the call: its agent is gone."""
        self._tools.post(told.TransferFailed(call.call_id, reason))

    def transfer_by(self, call: Call, user_id: str | None) -> Transfer:
        """Out of the queue's call."""
        queue = self._tools.plan.queue(call.queue_id or "")
        return Transfer(user_id, FromQueue(queue.name if queue else ""), call.call_id)

    def let_go(self, call: Call) -> None:
        """Nothing is held here: the engine has it all."""
