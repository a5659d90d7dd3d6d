"""Message-waiting lamps: how many messages each user has, and who is told when that changes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from huntline.directory.in_force import SettingsInForce
from huntline.sip.servers.message_summary import Waiting
from huntline.voicemail.boxes import Counts, Voicemail


class Lamps:
    """Keeps the numbers of all boxes that have messages. ``on_change`` is told of each user for whom they may
    be others now.

    A user has what is in their own box, and what is new in the shared boxes that they are members of.
    """

    def __init__(
        self, voicemail: Voicemail, settings: SettingsInForce, on_change: Callable[[str], None]
    ) -> None:
        self._voicemail = voicemail
        self._settings = settings
        self._on_change = on_change
        self._counts: dict[str, Counts] = {}
        self._turn = asyncio.Lock()

    def load(self) -> None:
        """Read what there is; waits for the database."""
        self._counts = self._voicemail.all_counts()

    def tell_all(self) -> None:
        """Tell of everybody who has a message: what was told until now was not known."""
        owners = map(self._settings.plan.box_owner, self._counts)
        for user_id in {user_id for owner in owners if owner is not None for user_id in owner.members}:
            self._on_change(user_id)

    def waiting(self, user_id: str) -> Waiting:
        """What a user has, by the members that boxes have now."""
        new = old = 0
        for box_id, counts in self._counts.items():
            owner = self._settings.plan.box_owner(box_id)
            if owner is not None and user_id in owner.members:
                new += counts.new
                old += 0 if owner.is_shared else counts.old
        return Waiting(new, old)

    def written(self) -> list[dict[str, Any]]:
        """The boxes that have had messages, as the live snapshot has them."""
        owners = ((self._settings.plan.box_owner(box_id), counts) for box_id, counts in self._counts.items())
        return [
            {
                "id": owner.box_id,
                "organization_id": owner.organization_id,
                "member_ids": owner.members,
                "new": counts.new,
                "old": counts.old,
            }
            for owner, counts in owners
            if owner is not None
        ]

    async def refresh(self, box_id: str) -> None:
        """The messages of a box are others: tell its members."""
        owner = self._settings.plan.box_owner(box_id)
        if owner is None:
            return
        async with self._turn:  # or what was read first might count last
            counts = await asyncio.to_thread(self._voicemail.counts, owner.organization_id, [box_id])
            self._counts[box_id] = counts.get(box_id, Counts())
        for user_id in owner.members:
            self._on_change(user_id)
