"""The records of what lives beside the engine: calls, legs, audio, phones, presence and subscriptions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from huntline.calls.call_records import CALL_KINDS
from huntline.calls.model import CallBook
from huntline.calls.tolls import Tolls
from huntline.directory.tolls import TollCeiling, TollDay
from huntline.engine.presence import Presence
from huntline.media.client import MediaClient
from huntline.media.worker.wire import MediaLegState, PlayState, RecordState
from huntline.records import Codec, TreeCodec
from huntline.signalling.trunk_service import TrunkService
from huntline.sip.core.digest_client import DigestChallenge
from huntline.sip.core.leg_record import LEG_RECORDS
from huntline.sip.core.registration import RegistrarAddress, RegistrationRecord
from huntline.sip.servers.event_packages import Subscription
from huntline.sip.servers.presence import PresenceServer
from huntline.sip.servers.registrar import Registrar
from huntline.sip.servers.subscriptions import Subscriptions
from huntline.sip.user_agent import UserAgent

T = TypeVar("T")

MEDIA_RECORDS = TreeCodec(MediaLegState, (MediaLegState, PlayState, RecordState))
"""Writes and reads the records of media legs."""


class LiveRecords:
    """Makes records of things by their names; None for what is gone. ``codec`` reads them again, but for
    those of legs (``LEG_RECORDS``) and of their audio (``MEDIA_RECORDS``)."""

    def __init__(
        self,
        book: CallBook,
        owners: Mapping[str, object],
        user_agent: UserAgent,
        media: MediaClient,
        registrar: Registrar,
        presence: PresenceServer,
        subscriptions: Subscriptions,
        trunks: TrunkService,
        tolls: Tolls,
    ) -> None:
        registration = (RegistrationRecord, RegistrarAddress, DigestChallenge)
        kinds = [*CALL_KINDS, Presence, Subscription, *registration, TollDay, TollCeiling]
        self.codec = Codec(kinds, owners)
        self._user_agent = user_agent
        self.sources: dict[str, Callable[[str], bytes | None]] = {
            "call": lambda call_id: self._encoded(book.calls.get(call_id)),
            "media": lambda leg_id: _encoded_by(MEDIA_RECORDS, media.state(leg_id)),
            "phone": lambda user_id: self._encoded(registrar.state(user_id, unix_offset())),
            "subscription": lambda our_tag: self._encoded(subscriptions.state(our_tag, unix_offset())),
            "toll": lambda user_id: self._encoded(tolls.state(user_id)),
            "trunk": lambda key: self._encoded(trunks.state(key, unix_offset())),
            "presence": lambda user_id: self._encoded(presence.state(user_id, unix_offset())),
        }

    def changed_legs(self) -> dict[str, bytes | None]:
        """The legs of SIP that changed since this was asked last, by our tag."""
        changed = self._user_agent.take_changed()
        return {tag: _encoded_by(LEG_RECORDS, record) for tag, record in changed.items()}

    def _encoded(self, state: object | None) -> bytes | None:
        return None if state is None else self.codec.encode(state)


def _encoded_by(codec: TreeCodec[T], state: T | None) -> bytes | None:
    return None if state is None else codec.encode(state)


def unix_offset() -> float:
    """How many seconds UNIX time is ahead of the loop's clock, which starts anew with the machine."""
    return time.time() - asyncio.get_running_loop().time()
