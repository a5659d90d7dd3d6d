"""One media worker as its client sees it: the verbs over a UNIX socket, and legs that survive a restart."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from huntline.media.interface import MediaUnavailable, NotAcceptable
from huntline.media.link import MediaLink
from huntline.media.worker import wire
from huntline.media.worker.wire import MediaLegState, StreamPosition, WorkerEvent

logger = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5
"""Seconds between two attempts to connect."""

_SOON = 0.02
"""Seconds within which what is not urgent is sent, if nothing else is: the worker need not wake up for it."""

_TRIES, _PAUSE_BETWEEN_TRIES = 4, 0.15
"""How often a leg is restored whose ports are taken, and the seconds in between: another worker that had it,
or is just being ended, may have them for a moment longer."""


class LegsHere(Protocol):
    """What a worker must have, as its client knows it at that moment, and who is told of what happens."""

    def legs_at(self, worker: int) -> Mapping[str, MediaLegState]:
        """All legs that it must have."""
        ...

    def leg_at(self, worker: int, leg_id: str) -> MediaLegState | None:
        """One of them; None for one that it must not have."""
        ...

    def on_event(self, worker: int, event: WorkerEvent) -> None:
        """Something happened to a leg."""
        ...

    def on_lost(self, leg_id: str, why: str) -> None:
        """A leg could not be restored."""
        ...


@dataclass(frozen=True, slots=True)
class _Pending:
    """A verb that waits for its answer."""

    leg_id: str
    line: bytes
    answer: asyncio.Future[Any]


class WorkerLink:
    """Keeps connected with one worker. Verbs are sent in order; those that are asked wait while it is away.

    When the worker was restarted its legs are made again on the same ports. So are those of which it may
    know something else: what was told it (``send``) while it was away is not sent, but restored.
    """

    def __init__(self, number: int, control_path: Path, legs: LegsHere) -> None:
        self.number = number
        self._control_path = control_path
        self._legs = legs
        self._stale: set[str] = set()
        """Legs of which the worker may know something else: changed while it was away, or adopted."""
        self._pending: dict[int, _Pending] = {}
        self._ids = itertools.count(1)
        self._lines: list[bytes] = []
        self._flushing: asyncio.Handle | None = None
        self._is_flushing_now = False
        self._link: asyncio.WriteTransport | None = None
        self._keep_id = 0
        self._restoring: dict[int, tuple[str, StreamPosition | None, int]] = {}
        """By the number of the request: the leg, with its stream, and how often it was tried before."""
        self._trying_again: set[asyncio.TimerHandle] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_ready = asyncio.Event()

    async def start(self) -> None:
        """Begin to connect, and to connect again whenever it is needed; does not wait for it."""
        self._task = asyncio.create_task(self._stay_connected())

    @property
    def is_ready(self) -> bool:
        """Whether the worker is there and has all its legs."""
        return self._is_ready.is_set()

    async def wait_ready(self) -> None:
        """Wait until the worker is there and all legs are made again."""
        await self._is_ready.wait()

    async def close(self) -> None:
        """Leave the worker alone; its legs stay."""
        self._flush()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._stop_trying()
        for pending in self._pending.values():
            pending.answer.cancel()
        self._pending.clear()

    # Verbs

    async def ask(self, leg_id: str, request: dict[str, Any], patience: float) -> Any:
        """The result of a verb, for which it waits so many seconds, also while the worker is away.

        Raises NotAcceptable as the worker says, MediaUnavailable also when the leg is deleted meanwhile.
        """
        request_id = next(self._ids)
        line = wire.line({"id": request_id, **request})
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._pending[request_id] = _Pending(leg_id, line, answer)
        if self.is_ready:
            self._write(line)
        timer = asyncio.get_running_loop().call_later(patience, _no_answer, answer)
        try:
            result = await answer
        finally:
            timer.cancel()
            was_deleted = self._pending.pop(request_id, None) is None
        if was_deleted:  # after the answer had come, but before this turn of the loop
            raise MediaUnavailable(f"leg {leg_id} was deleted")
        return result

    def send(self, request: dict[str, Any]) -> None:
        """Send a verb; nothing while the worker is away (see ``touch``)."""
        if self.is_ready:
            self._write(wire.line(request))

    def send_soon(self, request: dict[str, Any]) -> None:
        """Send with whatever is urgent next."""
        if self.is_ready:
            self._lines.append(wire.line(request))
            if self._flushing is None:
                self._flushing = asyncio.get_running_loop().call_later(_SOON, self._flush)

    def touch(self, leg_id: str) -> None:
        """A leg is otherwise than before: a worker that is away is told when it is back."""
        if not self.is_ready:
            self._stale.add(leg_id)

    def restore(self, leg_id: str, position: StreamPosition | None = None) -> None:
        """Make a leg of the worker what is known of it here, as soon as that is there. Its stream goes on at
        that position, if the worker is there now."""
        if self.is_ready:
            self._restore(leg_id, position)
        else:
            self._stale.add(leg_id)

    def forget(self, leg_id: str) -> None:
        """A leg is gone from here: who waits for an answer about it is told so."""
        self._stale.discard(leg_id)
        for request_id, pending in list(self._pending.items()):
            if pending.leg_id == leg_id:
                del self._pending[request_id]
                if not pending.answer.done():
                    pending.answer.set_exception(MediaUnavailable(f"leg {leg_id} was deleted"))

    # Writing

    def _write(self, line: bytes) -> None:
        """Send with all other lines of this turn of the loop."""
        self._lines.append(line)
        if not self._is_flushing_now:
            self._stop_flushing()
            self._is_flushing_now = True
            self._flushing = asyncio.get_running_loop().call_soon(self._flush)

    def _stop_flushing(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
        self._flushing, self._is_flushing_now = None, False

    def _flush(self) -> None:
        self._stop_flushing()
        data = b"".join(self._lines)
        self._lines.clear()
        # uvloop raises between the end of the connection and the turn in which `_converse` learns of it.
        if self._link is not None and not self._link.is_closing() and data:
            self._link.write(data)

    # The connection

    async def _stay_connected(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            with contextlib.suppress(OSError):
                await self._converse()
                pause = _FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _converse(self) -> None:
        """Connect, and return when the connection is lost. Raises OSError when there is none."""
        loop = asyncio.get_running_loop()
        transport, link = await loop.create_unix_connection(
            lambda: MediaLink(self._take), str(self._control_path)
        )
        self._restoring = {}
        self._keep_id = next(self._ids)
        legs = list(self._legs.legs_at(self.number))
        transport.write(wire.line({"id": self._keep_id, "verb": "keep", "legs": legs}))
        self._link = transport
        try:
            await link.lost
        finally:
            self._link = None
            self._is_ready.clear()
            self._lines.clear()
            self._stop_trying()
            self._stale.update(self._legs.legs_at(self.number))
            transport.close()

    def _take(self, line: bytes) -> None:
        message = wire.message_in(line)
        request_id = message.get("id")
        if "event" in message:
            self._legs.on_event(self.number, wire.event_of(message))
        elif request_id == self._keep_id:
            self._make_again(set(message["result"]))
        elif request_id in self._restoring:
            leg_id, position, tries = self._restoring.pop(request_id)
            if "error" in message:
                self._take_refusal(leg_id, position, tries + 1, message)
        elif pending := self._pending.get(request_id):
            _settle(pending.answer, message)
        elif "error" in message:
            logger.warning("media verb refused: %s", message["error"])

    def _make_again(self, kept: set[str]) -> None:
        """Restore what the worker does not have or does not know of; then go on with what has waited."""
        legs = self._legs.legs_at(self.number)
        for leg_id in legs:
            if leg_id not in kept or leg_id in self._stale:
                self._restore(leg_id)
        self._stale.clear()
        for leg_id in kept - legs.keys():
            self._write(wire.line({"verb": "delete", "leg": leg_id}))
        for pending in self._pending.values():
            self._write(pending.line)
        self._is_ready.set()

    def _restore(self, leg_id: str, position: StreamPosition | None = None, tries: int = 0) -> None:
        leg = self._legs.leg_at(self.number, leg_id)
        if leg is not None:
            request_id = next(self._ids)
            self._restoring[request_id] = leg_id, position, tries
            request = {"id": request_id, "verb": "restore", "leg": leg_id, "state": leg.to_dict()}
            self._write(wire.line({**request, "position": position}))

    def _take_refusal(
        self, leg_id: str, position: StreamPosition | None, tries: int, message: Mapping[str, Any]
    ) -> None:
        if message.get("port_taken") and tries < _TRIES:
            self._try_again_soon(leg_id, position, tries)
        elif self._legs.leg_at(self.number, leg_id) is not None:
            self._legs.on_lost(leg_id, message["error"])

    def _try_again_soon(self, leg_id: str, position: StreamPosition | None, tries: int) -> None:
        def try_again() -> None:
            self._trying_again.discard(timer)
            self._restore(leg_id, position, tries)

        timer = asyncio.get_running_loop().call_later(_PAUSE_BETWEEN_TRIES, try_again)
        self._trying_again.add(timer)

    def _stop_trying(self) -> None:
        """The legs are among those that are restored when the worker is back."""
        while self._trying_again:
            self._trying_again.pop().cancel()


def _no_answer(answer: asyncio.Future[Any]) -> None:
    if not answer.done():
        answer.set_exception(MediaUnavailable("the media worker does not answer"))


def _settle(answer: asyncio.Future[Any], message: Mapping[str, Any]) -> None:
    if answer.done():
        return
    if "error" not in message:
        answer.set_result(message["result"])
    elif message["status"] == MediaUnavailable.sip_status:
        answer.set_exception(MediaUnavailable(message["error"]))
    else:
        is_by_encryption = message.get("by_encryption", False)
        answer.set_exception(
            NotAcceptable(message["error"], message["status"], is_by_encryption=is_by_encryption)
        )
