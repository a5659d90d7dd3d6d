"""The store as this machine asks it: who owns the server, and what the machines tell each other.

The only module that knows ``nats``.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import nats
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import StorageType, StreamConfig

from huntline.cluster.certificates import client_context
from huntline.cluster.membership import STORE_PORT, cluster_folder
from huntline.cluster.messages import OwnerMessage, decoded, encoded
from huntline.cluster.ownership import OwnerRecord

log = logging.getLogger(__name__)

_STREAM, _SUBJECT = "OWNER", "huntline.owner"
_EXPECTED = "Nats-Expected-Last-Subject-Sequence"
MOST_COPIES = 3
"""Copies of the record, each on another machine."""
_TIMEOUT = 1.0  # seconds for an answer of the store
_RECONNECT_EVERY = 0.2

Reader = Callable[[bytes], None]
Answerer = Callable[[bytes], bytes | None]


class StoreAway(Exception):
    """The store gives no answer, or too few machines of the cluster are there for one."""


@dataclass(frozen=True, slots=True)
class RecordCopies:
    """Which machine leads the copies of the record, and how many are up to date."""

    leader: str | None
    up_to_date: int


class Store:
    """A connection to this machine's own store, which is made again whenever it is lost."""

    def __init__(self, data: Path, own: str, on_connected: Callable[[], None]) -> None:
        self._folder, self._own, self._on_connected = cluster_folder(data), own, on_connected
        self._client = Client()

    async def connect(self) -> None:
        """Returns once there is a connection."""

        async def connected() -> None:
            self._on_connected()

        async def failed(error: Exception) -> None:
            log.debug("the store", extra={"reason": str(error)})

        while True:
            try:
                await self._client.connect(
                    f"tls://{self._own}:{STORE_PORT}",
                    tls=client_context(self._folder),
                    connect_timeout=1,
                    reconnect_time_wait=_RECONNECT_EVERY,  # type: ignore[arg-type] # it sleeps for it
                    max_reconnect_attempts=-1,
                    ping_interval=2,
                    max_outstanding_pings=2,
                    pending_size=16 * 2**20,
                    allow_reconnect=True,
                    reconnected_cb=connected,
                    error_cb=failed,
                )
                return
            except (TimeoutError, OSError, nats.errors.Error):
                await asyncio.sleep(_RECONNECT_EVERY)

    async def close(self) -> None:
        """Disconnect."""
        with contextlib.suppress(nats.errors.Error, OSError):
            await self._client.close()

    async def hear(self, subject: str, take: Reader) -> None:
        """Give all that is said of a subject to ``take``."""

        async def heard(message: Msg) -> None:
            take(message.data)

        await self._client.subscribe(f"huntline.{subject}", cb=heard)

    async def answer(self, subject: str, answer: Answerer) -> None:
        """Answer what is asked of a subject; None leaves it to another machine."""

        async def asked(message: Msg) -> None:
            if message.reply and (said := answer(message.data)) is not None:
                await self._say(message.reply, said)

        await self._client.subscribe(f"huntline.{subject}", cb=asked)

    async def say(self, subject: str, data: bytes) -> None:
        """Tell all machines; what cannot be told now is lost."""
        await self._say(f"huntline.{subject}", data)

    async def ask(self, subject: str, data: bytes) -> bytes:
        """Ask whoever answers. Raises StoreAway."""
        try:
            return (await self._client.request(f"huntline.{subject}", data, timeout=_TIMEOUT)).data
        except (TimeoutError, nats.errors.Error, OSError) as error:
            raise StoreAway(str(error) or type(error).__name__) from None

    async def owner(self, nodes: int) -> OwnerRecord:
        """Who owns the server, by the record. Makes the place for it where there is none, in as many copies
        as there are ``nodes``, at most three. Raises StoreAway."""
        await self._prepare(min(nodes, MOST_COPIES))
        stream = self._client.jetstream(timeout=_TIMEOUT)
        try:
            found = await stream.get_last_msg(_STREAM, _SUBJECT)
        except nats.js.errors.NotFoundError:
            return OwnerRecord()
        except (TimeoutError, nats.errors.Error, OSError) as error:
            raise StoreAway(str(error) or type(error).__name__) from None
        said = decoded(found.data or b"", OwnerMessage)
        if said is None:
            return OwnerRecord(sequence=found.seq or 0)
        return OwnerRecord(said.node, said.epoch, said.run, found.seq or 0)

    async def claim(self, record: OwnerMessage, expected: int) -> OwnerRecord | None:
        """Write who owns the server, if the record is still the one of sequence ``expected``; None where it
        is another one by now. Raises StoreAway."""
        stream = self._client.jetstream(timeout=_TIMEOUT)
        headers = {_EXPECTED: str(expected)}
        try:
            won = await stream.publish(_SUBJECT, encoded(record), timeout=_TIMEOUT, headers=headers)
        except nats.js.errors.APIError as error:
            log.warning("not the owner", extra={"reason": str(error)})
            return None
        except (TimeoutError, nats.errors.Error, OSError) as error:
            raise StoreAway(str(error) or type(error).__name__) from None
        return OwnerRecord(record.node, record.epoch, record.run, won.seq)

    async def lead_elsewhere(self) -> None:
        """Let another machine lead the record's copies: were it this one's, then who takes over after its
        death would first have to wait for an election of some seconds."""
        with contextlib.suppress(nats.errors.Error, OSError, asyncio.TimeoutError):
            info = await self._client.jetstream(timeout=_TIMEOUT).stream_info(_STREAM)
            if info.cluster is not None and info.cluster.leader == self._own and info.cluster.replicas:
                await self._client.request(f"$JS.API.STREAM.LEADER.STEPDOWN.{_STREAM}", b"", timeout=_TIMEOUT)

    async def copies(self) -> RecordCopies | None:
        """Where the record's copies are; None where there is no answer."""
        with contextlib.suppress(nats.errors.Error, OSError, asyncio.TimeoutError):
            info = await self._client.jetstream(timeout=_TIMEOUT).stream_info(_STREAM)
            if info.cluster is None:
                return RecordCopies(self._own, 1)
            others = info.cluster.replicas or []
            up_to_date = sum(bool(each.current) and not each.offline for each in others)
            return RecordCopies(info.cluster.leader, 1 + up_to_date)
        return None

    async def _prepare(self, copies: int) -> None:
        stream = self._client.jetstream(timeout=_TIMEOUT)
        wanted = StreamConfig(
            name=_STREAM,
            subjects=[_SUBJECT],
            storage=StorageType.FILE,
            max_msgs_per_subject=1,
            num_replicas=copies,
        )
        try:
            found = await stream.stream_info(_STREAM)
            if found.config.num_replicas != copies:
                await stream.update_stream(wanted)
        except nats.js.errors.NotFoundError:
            with contextlib.suppress(nats.js.errors.BadRequestError):  # another machine was quicker
                await self._made(stream.add_stream(wanted))
        except (TimeoutError, nats.errors.Error, OSError) as error:
            raise StoreAway(str(error) or type(error).__name__) from None

    async def _made(self, making: Awaitable[object]) -> None:
        try:
            await making
        except nats.js.errors.BadRequestError:
            raise
        except (TimeoutError, nats.errors.Error, OSError) as error:
            raise StoreAway(str(error) or type(error).__name__) from None

    async def _say(self, subject: str, data: bytes) -> None:
        with contextlib.suppress(nats.errors.Error, OSError):
            await self._client.publish(subject, data)
