"""The shell around the engine: one inbox, one timer, and commands that never wait."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Protocol, assert_never

from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.engine import Engine
from huntline.engine.model import Snapshot
from huntline.engine.reasons import OnlyText, Reason
from huntline.errors import Refused

log = logging.getLogger(__name__)

Dispatch = Callable[[do.Command], None]


class Now(Protocol):
    """Whatever tells the moment, aware and never backwards: :class:`~huntline.clock.Clock`."""

    def now(self) -> datetime:
        """The moment."""
        ...


class Runner:
    """Feeds the engine and carries its commands out through ``dispatch``, all in the loop's own thread.

    ``dispatch`` must return at once. What fails comes back as an event: reported by ``post``, or made here
    when ``dispatch`` itself raises. ``on_told`` hears all that the engine is told, None for a look at the
    time, with the moment: that and its checkpoint are its state. ``on_step`` is called whenever something may
    be different from before. Nothing happens before ``start``: what is posted waits for it.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Now,
        dispatch: Dispatch,
        on_step: Callable[[], None] = lambda: None,
        on_told: Callable[[told.Event | None, datetime], None] = lambda event, now: None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._dispatch = dispatch
        self._on_step = on_step
        self._on_told = on_told
        self._loop = loop or asyncio.get_running_loop()
        self._inbox: deque[told.Event] = deque()
        self._outbox: deque[do.Command] = deque()
        self._is_draining = False
        self._is_waiting = True  # for ``start``
        self._is_closed = False
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for: datetime | None = None

    def start(self) -> None:
        """Begin, with what was posted until now."""
        self._is_waiting = False
        self._drain()

    def post(self, event: told.Event) -> None:
        """Tell the engine what happened. Its commands are carried out before this returns, unless it is
        called from ``dispatch``: then right after the commands under way. Never raises."""
        if self._is_closed:
            return
        self._inbox.append(event)
        self._drain()

    def request(self, wish: told.Event) -> None:
        """Ask for something that the rules may refuse: raises :class:`~huntline.errors.Refused`, with
        nothing changed."""
        self._outbox.extend(self._step(wish))
        self._drain()

    def snapshot(self) -> Snapshot:
        """Everything as it is, as plain data."""
        return self._engine.snapshot(self._clock.now())

    def close(self) -> None:
        """Stop: no timer fires and nothing is handled any more."""
        self._is_closed = True
        self._inbox.clear()
        self._outbox.clear()
        self._disarm()

    # -- one inbox

    def _drain(self) -> None:
        if self._is_draining or self._is_waiting or self._is_closed:
            return
        self._is_draining = True
        try:
            while self._outbox or self._inbox:
                self._carry_out() if self._outbox else self._take_event()
        finally:
            self._is_draining = False
        self._arm()
        self._on_step()

    def _take_event(self) -> None:
        event = self._inbox.popleft()
        try:
            self._outbox.extend(self._step(event))
        except Refused as refusal:
            log.info("wish refused", extra={"event": type(event).__name__, "reason": refusal.error_id})
        except Exception:
            # A fault in one step must not stop the calls of everybody else.
            log.exception("event not handled", extra={"event": type(event).__name__})

    def _step(self, event: told.Event) -> list[do.Command]:
        now = self._clock.now()
        try:
            commands = self._engine.handle(event, now)
        except Refused:
            raise  # nothing has changed
        except Exception:
            self._on_told(event, now)
            raise
        self._on_told(event, now)
        self._log_step(type(event).__name__, commands)
        return commands

    def _carry_out(self) -> None:
        command = self._outbox.popleft()
        try:
            self._dispatch(command)
        except Exception as error:
            log.exception("command not carried out", extra={"command": type(command).__name__})
            if (failure := _failure_of(command, OnlyText(f"{type(error).__name__}: {error}"))) is not None:
                self._inbox.append(failure)

    # -- one timer

    def _arm(self) -> None:
        deadline = None if self._is_closed else self._engine.next_deadline()
        if deadline == self._armed_for:
            return
        self._disarm()
        if deadline is not None:
            seconds = (deadline - self._clock.now()).total_seconds()
            self._timer = self._loop.call_at(self._loop.time() + max(seconds, 0), self._tick)
            self._armed_for = deadline

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._armed_for = None

    def _tick(self) -> None:
        # A loop's clock is coarser than ours: woken a little early, the deadline has come all the same.
        now = max(self._clock.now(), self._armed_for or self._clock.now())
        self._disarm()
        self._on_told(None, now)
        try:
            commands = self._engine.tick(now)
        except Exception:
            log.exception("deadline not handled")
            commands = []
        self._log_step("deadline", commands)
        self._outbox.extend(commands)
        self._drain()

    def _log_step(self, cause: str, commands: list[do.Command]) -> None:
        if not log.isEnabledFor(logging.DEBUG):
            return
        log.debug("queue step", extra={"event": cause, "commands": [_described(one) for one in commands]})
        for change in self._engine.state_changes:
            log.debug("state of a queue's call", extra=asdict(change))


def _described(command: do.Command) -> str:
    # Ids only: a caller's number is a person's.
    subject = getattr(command, "ring_id", None) or getattr(command, "call_id", "")
    return f"{type(command).__name__}({subject})"


def _failure_of(command: do.Command, reason: Reason) -> told.Event | None:
    """What a command that could not even be begun means to the engine."""
    match command:
        case do.RingAgent():
            return told.RingFailed(command.ring_id, reason)
        case do.BridgeCall():
            return told.BridgeFailed(command.call_id, command.ring_id, reason)
        case do.ForwardCall():
            return told.ForwardFailed(command.call_id, reason)
        case do.AnswerCall():
            return told.CallFailed(command.call_id, reason)
        case do.PlayGreeting():
            return told.GreetingFinished(command.call_id)
        case do.PlayExitPrompt():
            return told.ExitPromptFinished(command.call_id)
        case do.PlayMessage() | do.TellPlace():
            return told.AnnouncementFinished(command.call_id)
        case (
            do.RefuseCall()
            | do.PlayMusic()
            | do.CutAnnouncement()
            | do.StopRinging()
            | do.ReleaseAgent()
            | do.EndCall()
            | do.RecordDecision()
            | do.RecordRing()
            | do.RecordCall()
        ):
            return None
        case _:
            assert_never(command)
