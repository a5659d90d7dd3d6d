"""The cluster process of one machine: it tells the others that it lives, and takes or gives up the server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from huntline.cluster.following import Following
from huntline.cluster.joining import listen
from huntline.cluster.membership import (
    Membership,
    Node,
    cluster_folder,
    read_membership,
    write_membership,
)
from huntline.cluster.messages import BeatMessage, OwnerMessage, decoded, encoded
from huntline.cluster.moving_address import MovingAddress
from huntline.cluster.ownership import (
    BEAT_EVERY,
    SILENT_AFTER,
    AnnounceAgain,
    Beat,
    Claim,
    GiveUp,
    OwnerRecord,
    Ownership,
)
from huntline.cluster.sharing import Sharing
from huntline.cluster.store import MOST_COPIES, RecordCopies, Store, StoreAway
from huntline.cluster.store_server import StoreServer
from huntline.config import Config
from huntline.control.async_client import AsyncControlClient
from huntline.control.messages import ServerNotRunning
from huntline.control.secret import keep_private
from huntline.control.server import ControlServer, Handler
from huntline.data_folder import CLUSTER_SOCKET, CONTROL_SOCKET, JOURNAL, SUPERVISOR_SOCKET
from huntline.errors import HuntlineError, Refused

log = logging.getLogger(__name__)

_OWNING = "owning"
"""In the cluster's folder, while this machine serves: under which epoch, and which run of the server."""
_STORE_ASKED_EVERY = 1.0  # seconds
_TRIED_AGAIN_AFTER = 0.2  # seconds after a claim that the store could not answer
_TURN = 0.05  # seconds between two looks at the time
_DEAF = 0.3
"""Seconds for which signalling hears nothing, told again while it is not known who serves."""
_TIME_TO_START = 5.0
"""Seconds for a supervisor that has just begun to take requests."""


class MoveRefused(Refused):
    """The server cannot move to that machine; the text says why."""

    error_id = "move-refused"
    status = 409


async def run_cluster(config: Config, ready: Callable[[], None]) -> None:
    """The cluster process, until it is cancelled."""
    process = ClusterProcess(config.data)
    try:
        await process.start()
        ready()
        await process.run()
    finally:
        await process.stop()


class ClusterProcess:
    """Everything of the cluster process: hears and asks the store, concludes, and carries that out."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._membership = read_membership(data)
        own = self._membership.own
        self._ownership = Ownership(own, is_candidate=not self._membership.is_witness)
        self._server = StoreServer(data)
        self._store = Store(data, own, self._connected)
        self._following = Following(data, self._store)
        self._sharing = Sharing(data, self._store)
        self._address = (
            None
            if self._membership.is_witness
            else MovingAddress(self._membership.moving, self._membership.interface, self._conflict)
        )
        self._nodes: dict[str, BeatMessage] = {}
        self._clocks: dict[str, float] = {}
        self._copies: RecordCopies | None = None
        self._deaf_until = float("-inf")
        self._is_asked_anew = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._changing = asyncio.Lock()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        verbs: dict[str, Handler] = {"status": self._status, "move": self._move, "leave": self._leave}
        self._control = ControlServer(data / CLUSTER_SOCKET, verbs)

    async def start(self) -> None:
        """Know again whether this machine serves, and begin to hear the others."""
        await self._know_again()
        self._spawn(self._server.keep(self._membership))
        self._spawn(listen(self._data, lambda: self._membership, self._add))
        await self._control.start()
        self._spawn(self._hear())

    async def run(self) -> None:
        """Until cancelled, or until one of its parts fails, which it raises: it is started anew then."""
        while not self._failed.done():
            await asyncio.sleep(_TURN)
            now = asyncio.get_running_loop().time()
            if (claim := self._ownership.due(now, time.time_ns() // 1_000_000)) is not None:
                self._spawn(self._claim(claim))
            if self._ownership.is_unsure(now) and now >= self._deaf_until:
                self._deaf_until = now + _DEAF / 2
                self._spawn(self._be_deaf())
        self._failed.result()

    async def stop(self) -> None:
        """Leave what serves as it is: this process may be only one of several that die."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._control.close()
        await self._store.close()
        self._server.end()
        self._sharing.close()
        if self._address is not None:
            self._address.close()

    # -- hearing and telling

    async def _hear(self) -> None:
        await self._store.connect()
        await self._store.hear("beat", self._heard)
        await self._store.hear("owner-is", self._told)
        await self._store.hear("nodes", self._nodes_changed)
        if not self._membership.is_witness:
            await self._following.hear(lambda: self._ownership.is_owner)
        await self._sharing.hear(lambda: self._ownership.is_owner)
        self._spawn(self._beat())
        self._spawn(self._ask_store())

    async def _beat(self) -> None:
        while True:
            await self._store.say("beat", encoded(self._own_beat()))
            await asyncio.sleep(BEAT_EVERY)

    def _own_beat(self) -> BeatMessage:
        own = self._ownership
        behind = 0 if own.is_owner else self._following.behind
        silent = own.owner_silent(asyncio.get_running_loop().time())
        return BeatMessage(
            *(own.node, own.epoch, own.run, own.is_candidate),
            *(time.time(), behind, version("huntline"), silent),
        )

    def _heard(self, data: bytes) -> None:
        if (beat := decoded(data, BeatMessage)) is None:
            return
        now = asyncio.get_running_loop().time()
        self._nodes[beat.node], self._clocks[beat.node] = beat, beat.clock - time.time()
        is_able = beat.is_candidate and beat.behind is not None
        heard = Beat(beat.node, beat.epoch, beat.run, is_able, beat.owner_silent)
        self._conclude(self._ownership.heard(heard, now))

    def _told(self, data: bytes) -> None:
        if (said := decoded(data, OwnerMessage)) is not None:
            record = self._ownership.record
            sequence = record.sequence if record is not None else 0
            now = asyncio.get_running_loop().time()
            known = OwnerRecord(said.node, said.epoch, said.run, sequence)
            if record is None or said.epoch > record.epoch:
                self._conclude(self._ownership.told(known, now))
                self._is_asked_anew.set()

    async def _ask_store(self) -> None:
        """Keep the record that is known in step with the store."""
        while True:
            try:
                record = await self._store.owner(len(self._membership.nodes))
                self._conclude(self._ownership.told(record, asyncio.get_running_loop().time()))
                self._copies = await self._store.copies()
                if self._ownership.is_owner:
                    await self._store.lead_elsewhere()
                    await self._refill(record)
            except StoreAway:
                self._copies = None
            self._is_asked_anew.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._is_asked_anew.wait(), _STORE_ASKED_EVERY)

    async def _refill(self, record: OwnerRecord) -> None:
        """The store lost what it knew: the owner goes on, and says so again."""
        own = self._ownership
        if record.epoch < own.epoch:
            await self._store.claim(OwnerMessage(own.node, own.epoch, own.run), record.sequence)

    def _connected(self) -> None:
        self._is_asked_anew.set()

    # -- taking and giving up

    async def _claim(self, claim: Claim) -> None:
        before, won = self._ownership.record, None
        said = OwnerMessage(self._ownership.node, claim.epoch, claim.run or secrets.token_hex(8))
        async with self._changing:
            try:
                won = await self._store.claim(said, claim.expected)
            except StoreAway as error:
                log.warning("the server cannot be claimed now", extra={"reason": str(error)})
                await asyncio.sleep(_TRIED_AGAIN_AFTER)
            self._ownership.claimed(won)
            if won is not None:
                try:
                    await self._take(won, before)
                except HuntlineError as error:
                    log.error("this machine cannot serve, another one is to", extra={"reason": str(error)})
                    self._ownership.cannot_serve(asyncio.get_running_loop().time())
                    await self._stop_serving()
        self._is_asked_anew.set()

    async def _take(self, won: OwnerRecord, before: OwnerRecord | None) -> None:
        """Serve, with the calls of the machine that served before."""
        assert self._address is not None
        last = self._owned_last()
        was_here = before is not None and last is not None and last.epoch == before.epoch
        has_calls = was_here or self._following.put_in_place(self._data / JOURNAL)
        log.warning("this machine takes the server", extra={"epoch": won.epoch, "has_calls": has_calls})
        keep_private(self._owning, encoded(OwnerMessage(won.node, won.epoch, won.run)))
        self._address.take()
        await self._tell_supervisor("take", run=won.run)
        self._sharing.begin(won.epoch)
        await self._store.say("owner-is", encoded(OwnerMessage(won.node, won.epoch, won.run)))

    async def _be_deaf(self) -> None:
        """Let phones that speak now say it again when it is known who serves."""
        with contextlib.suppress(HuntlineError):
            async with await AsyncControlClient.connect(self._data / CONTROL_SOCKET) as signalling:
                await signalling.request("be-deaf", seconds=_DEAF)

    def _conclude(self, what: GiveUp | AnnounceAgain | None) -> None:
        match what:
            case GiveUp(why):
                log.warning("this machine gives the server up", extra={"reason": why})
                self._spawn(self._give_up())
            case AnnounceAgain():
                if self._address is not None:
                    self._address.announce()
            case None:
                return

    async def _give_up(self) -> None:
        """Another machine owns the server: nothing is sent from here any more."""
        async with self._changing:
            await self._stop_serving()

    async def _stop_serving(self) -> None:
        self._let_go()
        await self._tell_supervisor("give-up", is_at_once=True)
        self._sharing.end()

    def _let_go(self) -> None:
        """What says, to the network and to this machine's next life, that the server is here."""
        if self._address is not None:
            self._address.give_up()
        self._owning.unlink(missing_ok=True)

    def _conflict(self) -> None:
        self._conclude(self._ownership.conflict(asyncio.get_running_loop().time()))

    async def _know_again(self) -> None:
        """Only this process may be new: what serves here goes on."""
        if (last := self._owned_last()) is None:
            return
        serving = await self._tell_supervisor("status", within=_TIME_TO_START)
        if serving is not None and {"signalling", "media"} & serving["children"].keys():
            self._ownership.continues(last.epoch, last.run)
            self._sharing.begin(last.epoch)

    async def _tell_supervisor(
        self, verb: str, *, within: float = 0.0, **fields: Any
    ) -> dict[str, Any] | None:
        """What the supervisor answers; None where there is none within some seconds: its next life begins
        this process anew."""
        until = time.monotonic() + within
        while True:
            try:
                async with await AsyncControlClient.connect(self._data / SUPERVISOR_SOCKET) as supervisor:
                    return await supervisor.request(verb, **fields)
            except ServerNotRunning:
                if time.monotonic() >= until:
                    return None
                await asyncio.sleep(_TURN)

    def _owned_last(self) -> OwnerMessage | None:
        """As what this machine served last, unless it has given the server up since."""
        try:
            return decoded(self._owning.read_bytes(), OwnerMessage)
        except FileNotFoundError:
            return None

    @property
    def _owning(self) -> Path:
        return cluster_folder(self._data) / _OWNING

    # -- what is asked by commands

    def _status(self, request: dict[str, Any]) -> dict[str, Any]:
        now, record = asyncio.get_running_loop().time(), self._ownership.record
        heard, copies = self._ownership.nodes_heard, self._copies
        return {
            "this": self._membership.own,
            "address": self._membership.moving,
            "owner": record.node if record is not None else None,
            "epoch": record.epoch if record is not None else None,
            "is_owner": self._ownership.is_owner,
            "store_leader": copies.leader if copies is not None else None,
            "store_copies": copies.up_to_date if copies is not None else None,
            "most_store_copies": MOST_COPIES,
            "nodes": [
                self._node_status(node, heard.get(node.address), now) for node in self._membership.nodes
            ],
        }

    def _node_status(self, node: Node, heard_at: float | None, now: float) -> dict[str, Any]:
        beat = self._nodes.get(node.address)
        return {
            "address": node.address,
            "is_witness": node.is_witness,
            "heard_s_ago": None if heard_at is None else round(now - heard_at, 2),
            "bytes_behind": beat.behind if beat is not None else None,
            "clock_off_s": round(self._clocks[node.address], 3) if beat is not None else None,
            "release": beat.release if beat is not None else None,
        }

    async def _move(self, request: dict[str, Any]) -> dict[str, Any]:
        """Give the server to another machine on purpose, the one that is named or any that can have it."""
        able = self._able_to_serve()
        to = str(request["to"]) if "to" in request else next(iter(able), "")
        self._check_move(to, able)
        async with self._changing:
            own = self._ownership
            record = own.record
            assert record is not None
            await self._tell_supervisor("give-up")
            await self._sharing.finish()
            said = OwnerMessage(to, max(record.epoch + 1, time.time_ns() // 1_000_000), own.run)
            try:
                now_is = await self._store.claim(said, record.sequence)
            except StoreAway as error:
                await self._tell_supervisor("take", run=own.run)
                raise MoveRefused(f"the store cannot be asked ({error}): the server stays here") from None
            own.handed_over(now_is or record, asyncio.get_running_loop().time())
            self._let_go()
            self._sharing.end()
            await self._store.say("owner-is", encoded(said))
        return {"from": own.node, "to": to}

    def _able_to_serve(self) -> list[str]:
        """The machines that could serve in place of this one."""
        heard, now = self._ownership.nodes_heard, asyncio.get_running_loop().time()
        return [
            node.address
            for node in self._membership.others
            if (beat := self._nodes.get(node.address)) is not None
            and beat.is_candidate
            and beat.behind is not None
            and now - heard[node.address] < SILENT_AFTER
        ]

    def _check_move(self, to: str, able: list[str]) -> None:
        """Raises MoveRefused."""
        if not self._ownership.is_owner:
            record = self._ownership.record
            where = record.node if record is not None and record.node else "no machine that is known here"
            raise MoveRefused(f"this machine does not serve: {where} does; say it there")
        if to not in able:
            known = ", ".join(able) or "none can now: it must be heard, and have a whole copy of what lives"
            raise MoveRefused(f"value {to!r}: must be a machine that can serve: {known}")

    async def _leave(self, request: dict[str, Any]) -> dict[str, Any]:
        """Let the other machines forget this one."""
        if self._ownership.is_owner:
            raise MoveRefused("this machine serves; first move the server: huntline cluster move ADDRESS")
        left = self._membership.without(self._membership.own)
        await self._store.say("nodes", _nodes_as_bytes(left))
        return {}

    # -- the machines of the cluster

    def _add(self, node: Node) -> None:
        self._set_nodes(self._membership.with_node(node))
        self._spawn(self._store.say("nodes", _nodes_as_bytes(self._membership)))

    def _nodes_changed(self, data: bytes) -> None:
        with contextlib.suppress(ValueError, TypeError, KeyError):
            nodes = tuple(Node(**each) for each in json.loads(data))
            if any(node.address == self._membership.own for node in nodes):
                own = self._membership
                self._set_nodes(Membership(own.own, own.interface, own.moving, own.secret, nodes))

    def _set_nodes(self, membership: Membership) -> None:
        if membership != self._membership:
            self._membership = membership
            write_membership(self._data, membership)
            self._server.change(membership)
            self._is_asked_anew.set()

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None and not self._failed.done():
            self._failed.set_exception(error)


def _nodes_as_bytes(membership: Membership) -> bytes:
    nodes = [{"address": node.address, "is_witness": node.is_witness} for node in membership.nodes]
    return json.dumps(nodes).encode()
