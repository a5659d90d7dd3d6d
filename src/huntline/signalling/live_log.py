"""Live state, written down: what a process that takes over needs to go on with every call."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from huntline.clock import ClockStart
from huntline.engine.checkpoint import ENGINE_KINDS, Checkpoint
from huntline.engine.commands import RecordCall, RecordDecision, RecordRing
from huntline.engine.engine import Engine
from huntline.engine.events import Event
from huntline.records import Codec, UnreadableRecord
from huntline.storage.journal import Contents, Journal

log = logging.getLogger(__name__)

_BETWEEN_TRIES = 1.0
"""Seconds between two tries to begin the journal anew, each of which writes all that lives."""

_SOON = 0.02
"""Seconds after which is written down what nobody outside has been told of: mostly the next message comes
before, with which it is one write."""


@dataclass(frozen=True, slots=True)
class Life:
    """Whose state a journal holds: ``machine`` is another word for each monotonic clock, ``run`` each time
    the server starts of which no process is left, on any machine."""

    machine: str
    run: str
    clock: ClockStart


ENGINE = Codec([*ENGINE_KINDS, Life, ClockStart])
"""Writes what the engine was told and its checkpoints, and what else needs no owners."""


class LiveLog:
    """Writes down what has changed: soon, and before anything that follows from it is sent or answered:
    ``flush`` is to be called then.

    ``sources`` have the newest records by the first word of their keys, ``legs`` those of the legs of SIP
    that changed since it was asked last; ``checkpoint`` and ``unsettled`` are the engine's, and the records
    that may not be in the history yet.
    """

    def __init__(
        self,
        journal: Journal,
        sources: Mapping[str, Callable[[str], bytes | None]],
        legs: Callable[[], Mapping[str, bytes | None]],
        checkpoint: Callable[[], Checkpoint],
        unsettled: Callable[[], list[Any]],
    ) -> None:
        self._journal = journal
        self._sources = sources
        self._legs = legs
        self._checkpoint = checkpoint
        self._unsettled = unsettled
        self._changed: dict[tuple[str, str], None] = {}
        self._has_told = False
        self._flushing: asyncio.TimerHandle | None = None
        self._tried_at = float("-inf")

    def told(self, event: Event | None, now: datetime) -> None:
        """The engine was told something, or looked at the time."""
        self._journal.append(ENGINE.encode((now, event)))
        self._has_told = True
        if self._flushing is None:
            self._schedule()

    def changed(self, kind: str, name: str) -> None:
        """Something of which there is a record is another one now, or is gone."""
        self._changed[kind, name] = None
        if self._flushing is None:
            self._schedule()

    def legs_changed(self) -> None:
        """Legs of SIP are others now."""
        if self._flushing is None:
            self._schedule()

    def flush(self) -> None:
        """Write down what has changed."""
        legs = self._legs()
        if not (legs or self._changed or self._has_told or self._journal.needs_checkpoint):
            return
        changed, self._changed, self._has_told = self._changed, {}, False
        for kind, name in changed:
            try:
                self._journal.put(f"{kind}:{name}", self._sources[kind](name))
            except Exception:
                # What cannot be written down must not keep all else from being sent.
                log.exception("no record could be made", extra={"kind": kind})
        for name, record in legs.items():
            self._journal.put(f"leg:{name}", record)
        self._journal.flush()
        if self._journal.needs_checkpoint:
            self._try_to_begin_anew()

    def begin_anew(self, life: Life) -> None:
        """From now on the journal is that of this process: what was found in it is taken up."""
        self._journal.put("life", ENGINE.encode(life))
        self.renew()

    def renew(self) -> None:
        """Write the journal anew, with what lives now and nothing that is over."""
        self._journal.put("unsettled", ENGINE.encode(self._unsettled()))
        self._journal.begin_anew(ENGINE.encode(self._checkpoint()))

    def close(self) -> None:
        """Write down the rest; nothing is written any more."""
        if self._flushing is not None:
            self._flushing.cancel()
        self.flush()
        self._journal.close()

    def _schedule(self) -> None:
        self._flushing = asyncio.get_running_loop().call_later(_SOON, self._flush_scheduled)

    def _flush_scheduled(self) -> None:
        self._flushing = None
        self.flush()

    def _try_to_begin_anew(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._tried_at >= _BETWEEN_TRIES:
            self._tried_at = now
            self.renew()


class Earlier:
    """What an earlier process wrote down, read again. What cannot be read any more is left out and named in
    ``unreadable``: whoever it was about is looked for, and not found, when calls are taken up."""

    def __init__(
        self,
        contents: Contents,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.unreadable: list[str] = []
        self._records = contents.records
        self.life: Life | None = self.record("life", ENGINE.decode)
        self.unsettled: list[Any] = self.record("unsettled", ENGINE.decode) or []
        self._told_last = datetime.min.replace(tzinfo=UTC)
        self.engine = self._engine(contents)
        self.clock_start = self._clock_start(wall, monotonic)

    def _clock_start(self, wall: Callable[[], datetime], monotonic: Callable[[], float]) -> ClockStart:
        """The start of the clock to go on with: on a machine whose monotonic clock is another one the time of
        day is what both know, but it may not run backwards."""
        if self.life is not None and not self.is_of_other_machine:
            return self.life.clock
        return ClockStart(max(wall(), self._told_last), monotonic())

    @property
    def is_of_other_machine(self) -> bool:
        """Whether it ran on another machine, or on this one before it was started anew."""
        return self.life is not None and self.life.machine != this_machine()

    @property
    def clock_shift(self) -> float:
        """Seconds by which the monotonic clock of this machine is ahead of that of the records; 0 on the
        machine that they were written on."""
        if self.life is None:
            return 0.0
        then, now = self.life.clock, self.clock_start
        return now.monotonic - then.monotonic - (now.moment - then.moment).total_seconds()

    @property
    def reachable(self) -> list[str]:
        """The agents who could be rung."""
        agents = self.engine.checkpoint().agents.values()
        return [agent.agent_id for agent in agents if agent.is_reachable]

    def is_of_run(self, run: str) -> bool:
        """Whether it was of this run of the server, so that its calls go on."""
        return self.life is not None and self.life.run == run

    def record(self, key: str, read: Callable[[bytes], Any]) -> Any:
        """What was written under a key; None when there is nothing, or nothing that can be read."""
        record = self._records.get(key)
        return None if record is None else self._read(key, record, read)

    def records(self, kind: str, read: Callable[[bytes], Any]) -> dict[str, Any]:
        """All that was written of a kind, by name, the one that changed last at the end."""
        names = [key.partition(":")[2] for key in self._records if key.startswith(f"{kind}:")]
        found = {name: self.record(f"{kind}:{name}", read) for name in names}
        return {name: record for name, record in found.items() if record is not None}

    def _read(self, name: str, record: bytes, read: Callable[[bytes], Any]) -> Any:
        try:
            return read(record)
        except UnreadableRecord as error:
            self.unreadable.append(f"{name}: {error}")
            return None

    def _engine(self, contents: Contents) -> Engine:
        """The engine as it was; what it has recorded since its checkpoint is unsettled."""
        known = contents.checkpoint
        engine = Engine(None if known is None else self._read("checkpoint", known, ENGINE.decode))
        for number, record in enumerate(contents.events):
            if (told := self._read(f"event {number}", record, ENGINE.decode)) is not None:
                self.unsettled += _recorded(engine, *told)
                self._told_last = max(self._told_last, told[0])
        return engine


def _recorded(engine: Engine, now: datetime, event: Event | None) -> list[Any]:
    """What the engine has recorded when it was told something; all else was carried out then."""
    try:
        commands = engine.tick(now) if event is None else engine.handle(event, now)
    except Exception:
        # As it did then, and went on.
        log.exception("event not handled", extra={"event": type(event).__name__})
        return []
    return [each for each in commands if isinstance(each, RecordCall | RecordRing | RecordDecision)]


def this_machine() -> str:
    """What is another one wherever the monotonic clock is: on each machine each time it starts, and in each
    time namespace (time_namespaces(7)). A random one where the kernel does not say."""
    try:
        booted = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{booted} {os.readlink('/proc/self/ns/time')}"
    except OSError:
        return os.urandom(16).hex()
