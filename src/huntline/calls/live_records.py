"""The call journal: writes down each call whose state changed, once in a turn of the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from huntline.calls.model import Call, CallBook
from huntline.sip.core.leg_record import LegRecord


class RecordStore(Protocol):
    """Where live calls are written down (``storage/journal.py``)."""

    def append(self, key: str, state: dict[str, Any] | None) -> None:
        """Keep the newest state of a key; None forgets it."""
        ...

    def flush(self) -> None:
        """Write out what was appended."""
        ...


class CallJournal:
    """Plain data of every live call: what a restarted process would need to go on with it."""

    def __init__(
        self,
        journal: RecordStore,
        book: CallBook,
        leg_record: Callable[[str], LegRecord | None],
        media_state: Callable[[str], object],
    ) -> None:
        self._journal = journal
        self._book = book
        self._leg_record = leg_record
        self._media_state = media_state
        self._changed: dict[str, Call] = {}

    def changed(self, call: Call) -> None:
        """A call came to another state, or ended."""
        if not self._changed:
            asyncio.get_running_loop().call_soon(self._write)
        self._changed[call.call_id] = call

    def _write(self) -> None:
        for call_id, call in self._changed.items():
            is_over = call_id not in self._book.calls
            self._journal.append(f"call:{call_id}", None if is_over else self._state(call))
        self._changed.clear()
        self._journal.flush()

    def _state(self, call: Call) -> dict[str, Any]:
        legs = []
        for leg in call.legs():
            record = self._leg_record(leg.leg_id)
            legs.append(
                {
                    "leg_id": leg.leg_id,
                    "media_id": leg.media_id,
                    "party": leg.party,
                    "state": leg.state,
                    "account_id": leg.account_id,
                    "address": leg.address,
                    "sip": record,
                    "media": self._media_state(leg.media_id),
                }
            )
        return {
            "organization_id": call.organization_id,
            "queue_id": call.queue_id,
            "caller": call.caller_id,
            "dialled": call.dialled,
            "music": call.music,
            "greeting": call.greeting,
            "callee_media": {kind: media.media_id for kind, media in call.callee_media.items()},
            "connected": call.connected_ring.ring_id if call.connected_ring else None,
            "owner": call.owner.kind,
            "rings": {
                ring_id: {"owner": ring.owner.kind, "legs": [*ring.legs]}
                for ring_id, ring in call.rings.items()
            },
            "legs": legs,
        }
