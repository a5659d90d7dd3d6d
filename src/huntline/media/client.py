"""The media workers as signalling sees them: one driver, whatever worker has a leg."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from huntline.directory.encryption import Encryption
from huntline.media.ends_in_order import EndsInOrder
from huntline.media.g711 import needs_change
from huntline.media.interface import (
    MediaEvent,
    MediaLegLost,
    MediaUnavailable,
    PlayFinished,
    RecordingEnded,
)
from huntline.media.placement import Placement
from huntline.media.worker.wire import (
    MediaLegState,
    PlayState,
    RecordState,
    SecretsChanged,
    StreamPosition,
    WorkerEvent,
)
from huntline.media.worker_link import WorkerLink
from huntline.plain import fields_of
from huntline.sdp import G711, wants_dtls

logger = logging.getLogger(__name__)

_PATIENCE = 3.0
"""Seconds a verb waits for an answer, also while the worker is away."""

_PATIENCE_FOR_PATH = 9.0
"""Seconds an answer of a browser may take to be accepted; the worker gives up a little earlier."""


class MediaClient:
    """Implements ``media.interface.Media`` with one media worker or several.

    ``on_event`` takes what happens to legs. Keeps for each leg what would be needed to make it again, and
    calls ``on_change`` with its id whenever its ``state`` is another one. When a worker was restarted its
    legs are made again on the same ports; when this client takes over those of an earlier one (``adopt``),
    whatever is otherwise than it knows is made so. Legs for which this fails come as MediaLegLost.

    A new leg is given to the worker of the leg that it is ``like``, else to the first with fewer than
    ``worker_legs``, else to the one with the fewest. Legs that are to hear each other are brought together:
    the one is made again at the other's worker.
    """

    def __init__(
        self,
        control_paths: Sequence[Path],
        on_event: Callable[[MediaEvent], None],
        on_change: Callable[[str], None] = lambda leg_id: None,
        *,
        worker_legs: int = 0,
    ) -> None:
        self._on_event = on_event
        self._on_change = on_change
        self._links = [WorkerLink(number, path, self) for number, path in enumerate(control_paths)]
        self._placement = Placement(len(self._links), worker_legs)
        self._legs: dict[str, MediaLegState] = {}
        self._lost: set[str] = set()
        """Legs of browsers that may be renewed: they stay on record until they are, or are deleted."""
        self._ends = EndsInOrder(self._take_event)
        self._moving: dict[str, asyncio.Task[None]] = {}
        """Legs that one worker has still to give up, before another makes them again."""

    async def start(self) -> None:
        """Begin to connect, and to connect again whenever it is needed; does not wait for it."""
        for link in self._links:
            await link.start()

    async def wait_ready(self) -> None:
        """Wait until all workers are there and all legs are made again."""
        for link in self._links:
            await link.wait_ready()

    async def close(self) -> None:
        """Leave the workers alone; their legs stay."""
        self._ends.close()
        for task in list(self._moving.values()):
            task.cancel()
        for link in self._links:
            await link.close()

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
        # There may be fewer workers than there were.
        state.worker %= len(self._links)
        self._legs[leg_id] = state
        self._placement.place(leg_id, state.worker)
        self._links[state.worker].restore(leg_id)

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
        if like is not None:
            self._bring_together(like, leg_id)
        state = await self._negotiate("offer", leg_id, like=like, secure=is_secure, encryption=encryption)
        return state.sdp

    async def renew(self, leg_id: str) -> str:
        if leg_id not in self._lost:
            raise MediaUnavailable(f"there is no leg {leg_id}")
        self._lost.discard(leg_id)
        return (await self._negotiate("renew", leg_id, state=self._legs[leg_id].to_dict())).sdp

    async def accept(self, leg_id: str, sdp_answer: str, *, bridge: str | None = None) -> None:
        leg = self._legs.get(leg_id)
        is_browser = leg is not None and leg.has_identity
        if is_browser or (bridge is not None and not self._are_together(leg_id, bridge)):
            # A path is made by and by, and the other leg hears what it heard until then.
            await self._negotiate("accept", leg_id, _PATIENCE_FOR_PATH, sdp=sdp_answer)
            if bridge is not None:
                self.bridge(leg_id, bridge)
            return
        try:
            await self._negotiate("accept", leg_id, sdp=sdp_answer, bridge=bridge)
        except (MediaUnavailable, asyncio.CancelledError):
            # Whether the worker has connected them is not known, so it is told what holds.
            if bridge is not None:
                self._restore(bridge)
            raise
        if bridge is not None:
            self._connect(leg_id, bridge)

    def play(self, leg_id: str, sources: Sequence[str], *, loop: bool) -> None:
        self._change(leg_id, play=_begun(sources, loop=loop), announcement=None)
        if not loop and leg_id in self._legs:
            self._ends.begin(leg_id, tuple(sources))
        self._send(leg_id, {"verb": "play", "sources": sources, "loop": loop}, is_urgent=False)

    def announce(self, leg_id: str, sources: Sequence[str]) -> None:
        self._change(leg_id, announcement=_begun(sources, loop=False))
        self._send(leg_id, {"verb": "announce", "sources": sources})

    def stop(self, leg_id: str) -> None:
        self._change(leg_id, play=None, announcement=None)
        self._send(leg_id, {"verb": "stop"})

    def record(self, leg_id: str, path: str, *, most_s: float, silence_s: float) -> None:
        record = RecordState(path, most_s, silence_s, time.monotonic())
        self._change(leg_id, record=record)
        self._send(leg_id, {"verb": "record", "record": fields_of(record)})

    def stop_recording(self, leg_id: str) -> None:
        self._change(leg_id, record=None)
        self._send(leg_id, {"verb": "stop_recording"})

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
        self._bring_together(like, leg_id)
        return (await self._negotiate("offer", leg_id, like=like, narrow=True)).sdp

    def press(self, leg_id: str, key: str) -> None:
        self._send(leg_id, {"verb": "press", "key": key})

    def bridge(self, leg_a: str, leg_b: str) -> None:
        if not self._is_connected(leg_a, leg_b):
            self._connect(leg_a, leg_b)
            self._tell_both(leg_a, leg_b, {"verb": "bridge"})

    def bridge_early(self, listener: str, speaker: str, meanwhile: str) -> None:
        self._connect(listener, speaker)
        self._change(listener, play=replace(_begun((meanwhile,), loop=False), until_heard=True))
        self._tell_both(listener, speaker, {"verb": "bridge_early", "source": meanwhile})

    def unbridge(self, leg_id: str) -> None:
        self._part(leg_id)
        self._send(leg_id, {"verb": "unbridge"})

    def relatch(self, leg_id: str) -> None:
        self._send(leg_id, {"verb": "relatch"})

    def delete(self, leg_id: str) -> None:
        self._part(leg_id)
        self._lost.discard(leg_id)
        self._ends.forget(leg_id)
        if self._legs.pop(leg_id, None) is not None:
            self._on_change(leg_id)
        for link in self._links:
            link.forget(leg_id)
        self._send(leg_id, {"verb": "delete"}, is_urgent=False)
        self._moving.pop(leg_id, None)
        self._placement.forget(leg_id)

    async def stats(self) -> dict[str, int]:
        """The workers' counts: legs, ports_in_use, packets_sent and others. Raises MediaUnavailable."""
        counts: Counter[str] = Counter()
        for link in self._links:
            counts.update(await link.ask("", {"verb": "stats"}, _PATIENCE))
        return counts

    def usage(self) -> dict[str, int]:
        """How many legs there are by our own count, and how many ports these take."""
        return {"media_legs": len(self._legs), "media_ports": 2 * len(self._legs)}

    # What a leg hears, as we know it

    def _change(self, leg_id: str, **fields: Any) -> None:
        leg = self._legs.get(leg_id)
        if leg is not None:
            if "play" in fields:
                self._ends.forget(leg_id)
            if any(getattr(leg, name) != value for name, value in fields.items()):
                for name, value in fields.items():
                    setattr(leg, name, value)
                self._on_change(leg_id)
            self._links[leg.worker].touch(leg_id)

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
        are_there = all(self._is_there(leg_id) for leg_id in (leg_a, leg_b))
        return are_there and self._hears(leg_a, leg_b) and self._hears(leg_b, leg_a)

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

    # Where legs are

    def _link_of(self, leg_id: str) -> WorkerLink | None:
        """The worker that a leg has, or is to have."""
        worker = self._placement.worker_of(leg_id)
        return None if worker is None else self._links[worker]

    def _is_there(self, leg_id: str) -> bool:
        """Whether a verb for the leg reaches the worker that has it."""
        link = self._link_of(leg_id)
        return link is not None and link.is_ready and leg_id not in self._moving

    def _are_together(self, leg_a: str, leg_b: str) -> bool:
        """Whether one worker has both, or is to have them, and neither is on its way."""
        is_one = self._placement.worker_of(leg_a) == self._placement.worker_of(leg_b)
        return is_one and self._moving.keys().isdisjoint((leg_a, leg_b))

    def _place(self, leg_id: str, like: str | None) -> None:
        """Choose the worker of a new leg."""
        near = None if like is None else self._placement.worker_of(like)
        able = [link.number for link in self._links if link.is_ready]
        self._placement.place(leg_id, self._placement.worker_for_more(able) if near is None else near)

    def _bring_together(self, leg_a: str, leg_b: str) -> None:
        """Have both with one worker, if need be by moving one of them, where nobody hears it for long."""
        places = [leg.worker for leg in map(self._legs.get, (leg_a, leg_b)) if leg is not None]
        if len(places) < 2 or places[0] == places[1]:
            return
        stays, moves = (leg_b, leg_a) if self._is_settled(leg_b) else (leg_a, leg_b)
        self._move(moves, self._legs[stays].worker)

    def _is_settled(self, leg_id: str) -> bool:
        """Whether the other one is rather moved: a recording would get a gap, a browser begin anew."""
        leg = self._legs[leg_id]
        return leg.record is not None or leg.has_identity

    def _move(self, leg_id: str, worker: int) -> None:
        source = self._links[self._legs[leg_id].worker]
        self._placement.place(leg_id, worker)
        self._change(leg_id, worker=worker)
        before = self._moving.get(leg_id)
        self._moving[leg_id] = asyncio.create_task(self._carry(leg_id, source, before))

    async def _carry(self, leg_id: str, source: WorkerLink, before: asyncio.Task[None] | None) -> None:
        """Have a leg given up by one worker and made again by another, on the same ports."""
        if before is not None:
            await asyncio.wait([before])
        position: StreamPosition | None = None
        with contextlib.suppress(MediaUnavailable):
            told = await source.ask(leg_id, {"verb": "give_up", "leg": leg_id}, _PATIENCE)
            position = told and StreamPosition(**told)
        if self._moving.get(leg_id) is asyncio.current_task():
            del self._moving[leg_id]
            self._restore(leg_id, position)

    def legs_at(self, worker: int) -> dict[str, MediaLegState]:
        """For ``LegsHere``: those that move there are not there yet."""
        here = self._placement.legs_of(worker)
        return {each: self._legs[each] for each in here if each in self._legs and each not in self._moving}

    def leg_at(self, worker: int, leg_id: str) -> MediaLegState | None:
        """For ``LegsHere``."""
        is_here = self._placement.worker_of(leg_id) == worker and leg_id not in self._moving
        return self._legs.get(leg_id) if is_here else None

    # Asking and telling

    async def _negotiate(
        self, verb: str, leg_id: str, patience: float = _PATIENCE, **arguments: Any
    ) -> MediaLegState:
        known = self._legs.get(leg_id)
        if self._placement.worker_of(leg_id) is None:
            self._place(leg_id, arguments.get("like"))
        try:
            result = await self._ask(leg_id, {"verb": verb, "leg": leg_id, **arguments}, patience)
        except (MediaUnavailable, asyncio.CancelledError):
            # The worker may have made the leg, or may still do so, without anybody to use it.
            if known is None:
                self.delete(leg_id)
            raise
        fresh = MediaLegState.from_dict(result)
        fresh.worker = self._placement.worker_of(leg_id) or 0
        if known := self._legs.get(leg_id):
            fresh.play, fresh.announcement = known.play, known.announcement
            fresh.bridge, fresh.record = known.bridge, known.record
        self._know(leg_id, fresh)
        return fresh

    async def _ask(self, leg_id: str, request: dict[str, Any], patience: float = _PATIENCE) -> Any:
        while (moving := self._moving.get(leg_id)) is not None:
            await asyncio.wait([moving])
        link = self._link_of(leg_id)
        if link is None:
            raise MediaUnavailable(f"leg {leg_id} was deleted")
        return await link.ask(leg_id, request, patience)

    def _send(self, leg_id: str, request: dict[str, Any], *, is_urgent: bool = True) -> None:
        """Send where the leg is; one that moves is made again as it is known by then."""
        link = self._link_of(leg_id)
        if link is not None and leg_id not in self._moving:
            send = link.send if is_urgent else link.send_soon
            send({**request, "leg": leg_id})

    def _tell_both(self, leg_id: str, other: str, request: dict[str, Any]) -> None:
        """Tell what connects two legs; where one has to move, what they are to be says the same."""
        self._bring_together(leg_id, other)
        if self._are_together(leg_id, other):
            self._send(leg_id, {**request, "other": other})
        else:
            for each in (leg_id, other):
                self._restore(each)

    def _restore(self, leg_id: str, position: StreamPosition | None = None) -> None:
        """Have the worker make a leg what is known of it; one that moves is made so when it is there."""
        leg = self._legs.get(leg_id)
        if leg is not None and leg_id not in self._moving:
            self._links[leg.worker].restore(leg_id, position)

    # What the workers tell

    def on_event(self, worker: int, event: WorkerEvent) -> None:
        """For ``LegsHere``. Of a leg that has moved on nothing more is heard: its recording goes on, say."""
        is_here = self._placement.worker_of(event.leg_id) in (worker, None)
        if is_here and event.leg_id not in self._moving:
            if isinstance(event, PlayFinished):
                self._ends.end(event)
            else:
                self._take_event(event)

    def on_lost(self, leg_id: str, why: str) -> None:
        """For ``LegsHere``."""
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
