"""The media worker as signalling sees it: the verbs over a UNIX socket, and legs that survive a restart."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from huntline.directory.encryption import Encryption
from huntline.media.g711 import needs_change
from huntline.media.interface import (
    MediaEvent,
    MediaLegLost,
    MediaUnavailable,
    NotAcceptable,
    PlayFinished,
    RecordingEnded,
)
from huntline.media.link import MediaLink
from huntline.media.worker import wire
from huntline.media.worker.wire import MediaLegState, PlayState, RecordState, SecretsChanged, WorkerEvent
from huntline.plain import fields_of
from huntline.sdp import G711, wants_dtls

logger = logging.getLogger(__name__)

_PATIENCE = 3.0
"""Seconds a verb waits for an answer, also while the worker is away."""

_PATIENCE_FOR_PATH = 9.0
"""Seconds an answer of a browser may take to be accepted; the worker gives up a little earlier."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5
"""Seconds between two attempts to connect."""

_SOON = 0.02
"""Seconds within which what is not urgent is sent, if nothing else is: the worker need not wake up for it."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A verb that waits for its answer."""

    leg_id: str
    line: bytes
    answer: asyncio.Future[Any]


class MediaClient:
    """Implements ``media.interface.Media`` with the media worker.

    ``on_event`` takes what happens to legs. Keeps for each leg what would be needed to make it again, and
    calls ``on_change`` with its id whenever its ``state`` is another one. When the worker was restarted all
    legs are made again on the same ports; when this client takes over those of an earlier one (``adopt``),
    whatever is otherwise than it knows is made so. Legs for which this fails come as MediaLegLost.
    """

    def __init__(
        self,
        control_path: Path,
        on_event: Callable[[MediaEvent], None],
        on_change: Callable[[str], None] = lambda leg_id: None,
    ) -> None:
        self._on_event = on_event
        self._on_change = on_change
        self._control_path = control_path
        self._legs: dict[str, MediaLegState] = {}
        self._lost: set[str] = set()
        """Legs of browsers that may be renewed: they stay on record until they are, or are deleted."""
        self._stale: set[str] = set()
        """Legs of which the worker may know something else: changed while it was away, or adopted."""
        self._pending: dict[int, _Pending] = {}
        self._ids = itertools.count(1)
        self._lines: list[bytes] = []
        self._flushing: asyncio.Handle | None = None
        self._is_flushing_now = False
        self._link: asyncio.WriteTransport | None = None
        self._keep_id = 0
        self._restoring: dict[int, str] = {}
        self._task: asyncio.Task[None] | None = None
        self._is_ready = asyncio.Event()

    async def start(self) -> None:
        """Begin to connect, and to connect again whenever it is needed; does not wait for it."""
        self._task = asyncio.create_task(self._stay_connected())

    async def wait_ready(self) -> None:
        """Wait until the worker is there and all legs are made again."""
        await self._is_ready.wait()

    async def close(self) -> None:
        """Leave the worker alone; its legs stay."""
        self._flush()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for pending in self._pending.values():
            pending.answer.cancel()
        self._pending.clear()

    # Records for the journal

    @property
    def leg_ids(self) -> list[str]:
        """The legs that this client knows."""
        return list(self._legs)

    def state(self, leg_id: str) -> MediaLegState | None:
        """The leg as a record, for ``adopt``; None for a leg that is not there. Keys are in it only where
        they are in our description, too."""
        leg = self._legs.get(leg_id)
        return replace(leg, secrets=None) if leg and leg.secrets is not None else leg

    def adopt(self, leg_id: str, state: MediaLegState) -> None:
        """Know a leg of an earlier client. To be called before ``start``: all others are deleted then.

        Where the worker has it as it is here nothing is heard of that: what is played goes on at its place.
        """
        self._legs[leg_id] = state
        self._stale.add(leg_id)

    # The verbs

    async def answer(self, leg_id: str, sdp_offer: str, *, encryption: Encryption = Encryption.NEVER) -> str:
        return (await self._negotiate("answer", leg_id, sdp=sdp_offer, encryption=encryption)).sdp

    async def offer(
        self,
        leg_id: str,
        like: str | None = None,
        *,
        is_secure: bool = False,
        encryption: Encryption = Encryption.NEVER,
    ) -> str:
        state = await self._negotiate("offer", leg_id, like=like, secure=is_secure, encryption=encryption)
        return state.sdp

    async def renew(self, leg_id: str) -> str:
        if leg_id not in self._lost:
            raise MediaUnavailable(f"leg {leg_id} is not one that was lost")
        self._lost.discard(leg_id)
        return (await self._negotiate("renew", leg_id, state=self._legs[leg_id].to_dict())).sdp

    async def accept(self, leg_id: str, sdp_answer: str, *, bridge: str | None = None) -> None:
        leg = self._legs.get(leg_id)
        if leg is not None and leg.has_identity:
            # Its path is made by and by, and the other leg hears what it heard until then.
            await self._negotiate("accept", leg_id, _PATIENCE_FOR_PATH, sdp=sdp_answer)
            if bridge is not None:
                self.bridge(leg_id, bridge)
            return
        try:
            await self._negotiate("accept", leg_id, sdp=sdp_answer, bridge=bridge)
        except (MediaUnavailable, asyncio.CancelledError):
            # Whether the worker has connected them is not known, so it is told what holds.
            if bridge in self._legs and self._is_ready.is_set():
                self._restore(bridge, self._legs[bridge])
            raise
        if bridge is not None:
            self._connect(leg_id, bridge)

    def play(self, leg_id: str, sources: Sequence[str], *, loop: bool) -> None:
        self._change(leg_id, play=_begun(sources, loop=loop), announcement=None)
        self._send_soon({"verb": "play", "leg": leg_id, "sources": sources, "loop": loop})

    def announce(self, leg_id: str, sources: Sequence[str]) -> None:
        self._change(leg_id, announcement=_begun(sources, loop=False))
        self._send({"verb": "announce", "leg": leg_id, "sources": sources})

    def stop(self, leg_id: str) -> None:
        self._change(leg_id, play=None, announcement=None)
        self._send({"verb": "stop", "leg": leg_id})

    def record(self, leg_id: str, path: str, *, most_s: float, silence_s: float) -> None:
        record = RecordState(path, most_s, silence_s, time.monotonic())
        self._change(leg_id, record=record)
        self._send({"verb": "record", "leg": leg_id, "record": fields_of(record)})

    def stop_recording(self, leg_id: str) -> None:
        self._change(leg_id, record=None)
        self._send({"verb": "stop_recording", "leg": leg_id})

    def takes_keys(self, leg_id: str) -> bool:
        leg = self._legs.get(leg_id)
        return bool(leg and leg.agreed and leg.agreed["event_payload_type"] is not None)

    def to_narrow(self, leg_a: str, leg_b: str) -> list[str]:
        agreed = {leg_id: self._legs[leg_id].agreed for leg_id in (leg_a, leg_b) if leg_id in self._legs}
        codecs = {leg_id: each["codec"] for leg_id, each in agreed.items() if each is not None}
        if len(codecs) < 2 or not needs_change(codecs[leg_a], codecs[leg_b]):
            return []
        return [
            leg_id
            for leg_id, each in agreed.items()
            if each is not None and each["codec"] not in G711 and {*each.get("others", ())} & {*G711}
        ]

    async def offer_narrow(self, leg_id: str, like: str) -> str:
        return (await self._negotiate("offer", leg_id, like=like, narrow=True)).sdp

    def press(self, leg_id: str, key: str) -> None:
        self._send({"verb": "press", "leg": leg_id, "key": key})

    def bridge(self, leg_a: str, leg_b: str) -> None:
        if not self._is_connected(leg_a, leg_b):
            self._connect(leg_a, leg_b)
            self._send({"verb": "bridge", "leg": leg_a, "other": leg_b})

    def bridge_early(self, listener: str, speaker: str, meanwhile: str) -> None:
        self._connect(listener, speaker)
        self._change(listener, play=replace(_begun((meanwhile,), loop=False), until_heard=True))
        request = {"verb": "bridge_early", "leg": listener, "other": speaker, "source": meanwhile}
        self._send(request)

    def unbridge(self, leg_id: str) -> None:
        self._part(leg_id)
        self._send({"verb": "unbridge", "leg": leg_id})

    def relatch(self, leg_id: str) -> None:
        self._send({"verb": "relatch", "leg": leg_id})

    def delete(self, leg_id: str) -> None:
        self._part(leg_id)
        self._lost.discard(leg_id)
        if self._legs.pop(leg_id, None) is not None:
            self._on_change(leg_id)
        self._stale.discard(leg_id)
        for request_id, pending in list(self._pending.items()):
            if pending.leg_id == leg_id:
                del self._pending[request_id]
                if not pending.answer.done():
                    pending.answer.set_exception(MediaUnavailable(f"leg {leg_id} was deleted"))
        self._send_soon({"verb": "delete", "leg": leg_id})

    async def stats(self) -> dict[str, int]:
        """The worker's counts: legs, ports_in_use, packets_sent and others. Raises MediaUnavailable."""
        counts: dict[str, int] = await self._ask("", {"verb": "stats"})
        return counts

    def usage(self) -> dict[str, int]:
        """How many legs there are by our own count, and how many ports these take."""
        return {"media_legs": len(self._legs), "media_ports": 2 * len(self._legs)}

    # What a leg hears, as we know it

    def _change(self, leg_id: str, **fields: Any) -> None:
        leg = self._legs.get(leg_id)
        if leg is not None:
            if any(getattr(leg, name) != value for name, value in fields.items()):
                for name, value in fields.items():
                    setattr(leg, name, value)
                self._on_change(leg_id)
            if not self._is_ready.is_set():
                self._stale.add(leg_id)

    def _know(self, leg_id: str, leg: MediaLegState) -> None:
        known = self._legs.get(leg_id)
        if leg != known:
            self._legs[leg_id] = leg
            self._on_change(leg_id)

    def _partner(self, leg_id: str) -> str | None:
        leg = self._legs.get(leg_id)
        return leg.bridge if leg else None

    def _is_connected(self, leg_a: str, leg_b: str) -> bool:
        """Whether the two hear each other, and nothing else."""
        return self._is_ready.is_set() and self._hears(leg_a, leg_b) and self._hears(leg_b, leg_a)

    def _hears(self, leg_id: str, other: str) -> bool:
        leg = self._legs.get(leg_id)
        return leg is not None and leg.bridge == other and leg.play is None and leg.announcement is None

    def _connect(self, leg_a: str, leg_b: str) -> None:
        for leg_id, other in ((leg_a, leg_b), (leg_b, leg_a)):
            if self._partner(leg_id) != other:
                self._part(leg_id)
        self._change(leg_a, play=None, announcement=None, bridge=leg_b)
        self._change(leg_b, play=None, announcement=None, bridge=leg_a)

    def _part(self, leg_id: str) -> None:
        partner = self._partner(leg_id)
        if partner is not None:
            self._change(leg_id, bridge=None)
            self._change(partner, bridge=None)

    # Asking and telling

    async def _negotiate(
        self, verb: str, leg_id: str, patience: float = _PATIENCE, **arguments: Any
    ) -> MediaLegState:
        is_new = leg_id not in self._legs
        try:
            result = await self._ask(leg_id, {"verb": verb, "leg": leg_id, **arguments}, patience)
        except (MediaUnavailable, asyncio.CancelledError):
            # The worker may have made the leg, or may still do so, without anybody to use it.
            if is_new:
                self.delete(leg_id)
            raise
        fresh = MediaLegState.from_dict(result)
        if known := self._legs.get(leg_id):
            fresh.play, fresh.announcement = known.play, known.announcement
            fresh.bridge, fresh.record = known.bridge, known.record
        self._know(leg_id, fresh)
        return fresh

    async def _ask(self, leg_id: str, request: dict[str, Any], patience: float = _PATIENCE) -> Any:
        request_id = next(self._ids)
        line = wire.line({"id": request_id, **request})
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._pending[request_id] = _Pending(leg_id, line, answer)
        if self._is_ready.is_set():
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

    def _send(self, request: dict[str, Any]) -> None:
        if self._is_ready.is_set():
            self._write(wire.line(request))

    def _send_soon(self, request: dict[str, Any]) -> None:
        """Send with whatever is urgent next."""
        if self._is_ready.is_set():
            self._lines.append(wire.line(request))
            if self._flushing is None:
                self._flushing = asyncio.get_running_loop().call_later(_SOON, self._flush)

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
        transport.write(wire.line({"id": self._keep_id, "verb": "keep", "legs": list(self._legs)}))
        self._link = transport
        try:
            await link.lost
        finally:
            self._link = None
            self._is_ready.clear()
            self._lines.clear()
            self._stale.update(self._legs)
            transport.close()

    def _take(self, line: bytes) -> None:
        message = wire.message_in(line)
        request_id = message.get("id")
        if "event" in message:
            self._take_event(wire.event_of(message))
        elif request_id == self._keep_id:
            self._make_again(set(message["result"]))
        elif request_id in self._restoring:
            leg_id = self._restoring.pop(request_id)
            if "error" in message:
                self._lose(leg_id, message["error"])
        elif pending := self._pending.get(request_id):
            _settle(pending.answer, message)
        elif "error" in message:
            logger.warning("media verb refused: %s", message["error"])

    def _make_again(self, kept: set[str]) -> None:
        """Restore what the worker does not have or does not know of; then go on with what has waited."""
        for leg_id, leg in self._legs.items():
            if leg_id not in kept or leg_id in self._stale:
                self._restore(leg_id, leg)
        self._stale.clear()
        for leg_id in kept - self._legs.keys():
            self._write(wire.line({"verb": "delete", "leg": leg_id}))
        for pending in self._pending.values():
            self._write(pending.line)
        self._is_ready.set()

    def _restore(self, leg_id: str, leg: MediaLegState) -> None:
        """Make a leg of the worker what is known of it here."""
        request_id = next(self._ids)
        self._restoring[request_id] = leg_id
        request = {"id": request_id, "verb": "restore", "leg": leg_id, "state": leg.to_dict()}
        self._write(wire.line(request))

    def _lose(self, leg_id: str, why: str) -> None:
        leg = self._legs.get(leg_id)
        if leg is None:
            return
        logger.warning("media leg %s could not be restored: %s", leg_id, why)
        is_renewable = wants_dtls(leg.sdp) and leg.record is None
        if is_renewable:
            self._part(leg_id)
            self._change(leg_id, play=None, announcement=None)
            self._lost.add(leg_id)
        else:
            self.delete(leg_id)
        self._tell(MediaLegLost(leg_id, is_renewable))

    def _take_event(self, event: WorkerEvent) -> None:
        leg = self._legs.get(event.leg_id)
        if isinstance(event, RecordingEnded):
            if leg is not None and leg.record is not None and leg.record.path == event.path:
                self._change(event.leg_id, record=None)
            self._tell(event)
            return
        if leg is None:
            return
        if isinstance(event, SecretsChanged):
            self._legs[event.leg_id] = replace(leg, secrets=event.secrets)
            return
        if isinstance(event, PlayFinished) and not self._has_finished(leg, event):
            return
        self._tell(event)

    def _has_finished(self, leg: MediaLegState, event: PlayFinished) -> bool:
        """Note that it has; False when something else was asked for meanwhile."""
        for name, state in (("announcement", leg.announcement), ("play", leg.play)):
            if state is not None and state.sources == event.sources:
                self._change(event.leg_id, **{name: None})
                return True
        return False

    def _tell(self, event: MediaEvent) -> None:
        try:
            self._on_event(event)
        except Exception:
            logger.exception("the media event %s was not taken", event)


def _begun(sources: Sequence[str], *, loop: bool) -> PlayState:
    return PlayState(tuple(sources), loop, started_at=time.monotonic())


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
