"""The media worker's control socket, and its life."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import os
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, cast

from huntline.directory.encryption import Encryption
from huntline.errors import PeerError
from huntline.media.interface import NotAcceptable, PortTaken
from huntline.media.worker import wire
from huntline.media.worker.leg import LegRules
from huntline.media.worker.leg_maker import LegMaker
from huntline.media.worker.ports import WHOLE, PortPool, Share
from huntline.media.worker.switchboard import Switchboard

logger = logging.getLogger(__name__)

_EVENTS_KEPT = 10_000
"""How many events wait while signalling is away."""

_UNREAD_BYTES = 8 * 2**20
"""A client that leaves so much unread is stuck."""

_LATER = object()
"""Stands for the result of a verb that is answered by and by."""


async def run(
    control_path: str | os.PathLike[str],
    media_address: str,
    ports: range,
    *,
    share: Share = WHOLE,
    public_address: str | None = None,
    dead_after: float = 30.0,
    expects_media: bool = False,
    abandoned_after: float = 60.0,
    is_transcoding: bool = False,
    ready: Callable[[], None] | None = None,
) -> None:
    """Serve media until cancelled; then all ports are given back. Best run on uvloop.

    ``media_address`` is the IP address to use, ``public_address`` what peers are told instead of it. New legs
    get ports of the ``share``, legs that are restored any of ``ports``.
    ``dead_after`` are the seconds of quiet after which a leg is told to be silent, or for want of consent to
    be dead; with ``expects_media`` also one that was never heard. So long without a client all goes on, but
    after ``abandoned_after`` seconds the legs are deleted. With ``is_transcoding`` phones need not
    speak G.711. ``ready`` is called once clients can connect.
    Raises OSError when the control socket cannot be made.
    """
    rules = LegRules(dead_after, expects_media, cname=base64.b64encode(secrets.token_bytes(12)))
    control = ControlSocket(abandoned_after)
    maker = LegMaker(
        PortPool(media_address, ports, share),
        public_address or media_address,
        rules,
        is_transcoding=is_transcoding,
    )
    switchboard = Switchboard(maker, control.tell)
    control.on_abandoned = lambda: switchboard.keep(())
    server = await asyncio.get_running_loop().create_unix_server(
        lambda: ControlConnection(control, switchboard), os.fspath(control_path)
    )
    os.chmod(control_path, 0o600)
    if ready is not None:
        ready()
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        server.close()
        control.close()
        switchboard.close()
        await maker.codecs.close()
        with contextlib.suppress(OSError):
            os.unlink(control_path)


class ControlSocket:
    """Knows who steers the worker: the client that last said ``keep``. Events wait while there is none."""

    def __init__(self, abandoned_after: float) -> None:
        """``on_abandoned`` is called when for so many seconds no client came in the place of one."""
        self.on_abandoned: Callable[[], object] = lambda: None
        self._abandoned_after = abandoned_after
        self._waiting_for_client: asyncio.TimerHandle | None = None
        self._connections: set[ControlConnection] = set()
        self._client: ControlConnection | None = None
        self._waiting: deque[bytes] = deque(maxlen=_EVENTS_KEPT)

    def tell(self, event: wire.WorkerEvent) -> None:
        """Send an event to the client, or keep it for the next one; secrets are told anew to that one."""
        if self._client is not None:
            self._client.write(wire.event_line(event))
        elif not isinstance(event, wire.SecretsChanged):
            self._waiting.append(wire.event_line(event))

    def hand_over(self, client: ControlConnection) -> None:
        """Make a connection the client, in place of an earlier one."""
        if self._client is not None and self._client is not client:
            self._client.close()
        self._client = client
        self._stop_waiting()
        while self._waiting:
            client.write(self._waiting.popleft())

    def opened(self, connection: ControlConnection) -> None:
        """A connection has come."""
        self._connections.add(connection)

    def lost(self, connection: ControlConnection) -> None:
        """A connection is gone."""
        self._connections.discard(connection)
        if self._client is connection:
            self._client = None
            loop = asyncio.get_running_loop()
            self._waiting_for_client = loop.call_later(self._abandoned_after, self._give_up)

    def _give_up(self) -> None:
        logger.warning("no media client came back: its legs are deleted")
        self._waiting.clear()
        self.on_abandoned()

    def _stop_waiting(self) -> None:
        if self._waiting_for_client is not None:
            self._waiting_for_client.cancel()
            self._waiting_for_client = None

    def close(self) -> None:
        """Close all connections."""
        self._stop_waiting()
        for connection in list(self._connections):
            connection.close()


class ControlConnection(asyncio.Protocol):
    """Carries out the verbs that come, in order, and answers those that have an id."""

    def __init__(self, control: ControlSocket, switchboard: Switchboard) -> None:
        self._control = control
        self._switchboard = switchboard
        self._lines = wire.Lines()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not inherit from asyncio's.
        self._transport = cast(asyncio.WriteTransport, transport)
        self._control.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._control.lost(self)

    def data_received(self, data: bytes) -> None:
        try:
            lines = self._lines.cut(data)
        except ValueError:
            self.close()
            return
        for line in lines:
            self._answer(line)

    def write(self, line: bytes) -> None:
        """Send a line; uvloop writes all lines of one turn at once."""
        if self._transport is not None:
            self._transport.write(line)
            if self._transport.get_write_buffer_size() > _UNREAD_BYTES:
                logger.warning("the media client does not read: dropped")
                self._transport.abort()

    def close(self) -> None:
        """Close the connection after what was written."""
        if self._transport is not None:
            self._transport.close()

    def _answer(self, line: bytes) -> None:
        request_id: Any = None
        try:
            request = wire.message_in(line)
            request_id = request.get("id")
            result = self._perform(request)
        except PeerError as error:
            self._write_refusal(request_id, error)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            logger.warning("a media verb could not be read: %s", error)
            self.write(wire.line({"id": request_id, "error": f"cannot be read: {error}", "status": 400}))
        else:
            if request_id is not None and result is not _LATER:
                self.write(wire.line({"id": request_id, "result": result}))

    def _write_refusal(self, request_id: Any, error: PeerError) -> None:
        refusal: dict[str, object] = {"id": request_id, "error": str(error), "status": error.sip_status}
        if isinstance(error, NotAcceptable) and error.is_by_encryption:
            refusal["by_encryption"] = True
        if isinstance(error, PortTaken):
            refusal["port_taken"] = True
        self.write(wire.line(refusal))

    def _accept(self, request: Mapping[str, Any]) -> Any:
        """Answered when the path was made. A phone's, which is there at once, may be connected as well."""
        board, leg_id, request_id = self._switchboard, _text(request, "leg"), request.get("id")
        state = board.accept(leg_id, _text(request, "sdp"))
        made = board.made(leg_id)
        if made is None:
            if request.get("bridge") is not None:
                board.bridge(leg_id, _text(request, "bridge"))
            return state

        def answer(done: asyncio.Future[None]) -> None:
            if done.cancelled():
                return
            try:
                done.result()
                result = board.state(leg_id)
            except PeerError as error:
                self._write_refusal(request_id, error)
            else:
                self.write(wire.line({"id": request_id, "result": result}))

        made.add_done_callback(answer)
        return _LATER

    def _perform(self, request: Mapping[str, Any]) -> Any:
        board = self._switchboard
        match request["verb"]:
            case "answer":
                encryption = Encryption(request.get("encryption", Encryption.NEVER))
                return board.answer(_text(request, "leg"), _text(request, "sdp"), encryption)
            case "offer":
                like = None if request.get("like") is None else _text(request, "like")
                encryption = Encryption(request.get("encryption", Encryption.NEVER))
                kind = {f"is_{name}": bool(request.get(name)) for name in ("secure", "narrow")}
                return board.offer(_text(request, "leg"), like, encryption, **kind)
            case "renew":
                return board.renew(_text(request, "leg"), wire.MediaLegState.from_dict(request["state"]))
            case "accept":
                return self._accept(request)
            case "play":
                return board.play(
                    _text(request, "leg"), _texts(request, "sources"), bool(request.get("loop"))
                )
            case "announce":
                return board.announce(_text(request, "leg"), _texts(request, "sources"))
            case "stop":
                return board.stop(_text(request, "leg"))
            case "record":
                return board.record(_text(request, "leg"), wire.RecordState(**request["record"]))
            case "stop_recording":
                return board.stop_recording(_text(request, "leg"))
            case "press":
                return board.press(_text(request, "leg"), _text(request, "key"))
            case "bridge":
                return board.bridge(_text(request, "leg"), _text(request, "other"))
            case "bridge_early":
                listener, speaker = _text(request, "leg"), _text(request, "other")
                return board.bridge_early(listener, speaker, _text(request, "source"))
            case "unbridge":
                return board.unbridge(_text(request, "leg"))
            case "relatch":
                return board.relatch(_text(request, "leg"))
            case "delete":
                return board.delete(_text(request, "leg"))
            case "give_up":
                return board.give_up(_text(request, "leg"))
            case "restore":
                position = request.get("position") and wire.StreamPosition(**request["position"])
                state = wire.MediaLegState.from_dict(request["state"])
                return board.restore(_text(request, "leg"), state, position)
            case "keep":
                return self._keep(request)
            case "stats":
                return board.statistics()
            case verb:
                raise ValueError(f"unknown verb {str(verb)[:40]!r}")

    def _keep(self, request: Mapping[str, Any]) -> list[str]:
        kept = self._switchboard.keep([str(leg_id) for leg_id in request["legs"]])
        self._control.hand_over(self)
        self._switchboard.tell_secrets()
        return kept


def _text(request: Mapping[str, Any], key: str) -> str:
    value = request.get(key)
    if not isinstance(value, str):
        raise TypeError(f"{key} must be text")
    return value


def _texts(request: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = request.get(key)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError(f"{key} must be a list of texts")
    return tuple(values)
