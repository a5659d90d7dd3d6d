"""TLS around a connection, by the standard library's sans-IO half of it (``ssl.SSLObject``).

The loop's own TLS tells nobody of a connection before its handshake is done: nobody could count those that
never finish it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol, cast

from huntline.errors import ConfigurationError
from huntline.network.listening_sockets import ListeningSockets
from huntline.network.peers import source_of
from huntline.sip.transport.address import ListenAddress
from huntline.sip.transport.connection_failures import ConnectionFailure, WhyNoConnection, failure_of
from huntline.sip.transport.connections import Connections
from huntline.sip.transport.tls_settings import TlsSettings

_READ = 64 * 1024


class HandshakeOwner(Protocol):
    """Who keeps those that are still shaking hands."""

    def begins(self, stream: TlsStream) -> None:
        """A handshake has begun."""

    def is_over(self, stream: TlsStream, failure: ConnectionFailure | None) -> None:
        """It is done, or has failed; told again where the peer refuses us once it is done."""


class TlsStream(asyncio.Protocol, asyncio.Transport):
    """Between the loop's TCP transport and a protocol, to which it is the transport once hands are shaken.

    ``make`` makes that protocol then; a handshake that fails is told to the owner alone.
    """

    def __init__(
        self,
        owner: HandshakeOwner,
        make: Callable[[], asyncio.Protocol],
        context: ssl.SSLContext,
        *,
        server_hostname: str | None = None,
    ) -> None:
        """``server_hostname`` is whom the peer has to prove to be; None: it is the peer that connects."""
        super().__init__()
        self._owner = owner
        self._make = make
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming,
            self._outgoing,
            server_side=server_hostname is None,
            server_hostname=server_hostname,
        )
        self._inner: asyncio.Protocol | None = None
        self._is_shaking = True

    @property
    def remote(self) -> tuple[str, int]:
        """The peer's address."""
        peer = self._tcp.get_extra_info("peername") or ("", 0)
        return peer[0], peer[1]

    def give_up(self, failure: ConnectionFailure) -> None:
        """Cut a handshake off."""
        self._over(failure)
        self._tcp.abort()

    # The loop's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._tcp = cast(asyncio.Transport, transport)
        self._owner.begins(self)
        self._go_on()

    def data_received(self, data: bytes) -> None:
        self._incoming.write(data)
        self._go_on()

    def pause_writing(self) -> None:
        if self._inner is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._inner is not None:
            self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._inner is not None:
            self._inner.connection_lost(exc)
        else:
            self._over(ConnectionFailure(WhyNoConnection.CLOSED, "the peer closed the connection"))

    def _go_on(self) -> None:
        """Do what can be done with what has come."""
        try:
            if self._inner is None:
                self._shake_hands()
            while not self._tcp.is_closing() and (data := self._tls.read(_READ)):
                self._deliver(data)
        except ssl.SSLWantReadError:
            self._put_out()
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            self.close()
        except ssl.SSLError as error:
            self._fail(error)
        else:
            self._tcp.close()

    def _shake_hands(self) -> None:
        if self._tcp.is_closing():
            return
        self._tls.do_handshake()
        self._put_out()
        self._over(None)
        self._inner = self._make()
        self._inner.connection_made(self)

    def _deliver(self, data: bytes) -> None:
        assert self._inner is not None
        self._inner.data_received(data)

    def _fail(self, error: ssl.SSLError) -> None:
        self._put_out()  # the alert
        self._over(failure_of(error))
        self._tcp.close()

    def _over(self, failure: ConnectionFailure | None) -> None:
        if self._is_shaking or (failure is not None and failure.is_told_late):
            self._is_shaking = False
            self._owner.is_over(self, failure)

    def _put_out(self) -> None:
        if (data := self._outgoing.read()) and not self._tcp.is_closing():
            self._tcp.write(data)

    # The protocol's side

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        if self._tcp.is_closing():
            return
        try:
            self._tls.write(data)
        except ssl.SSLError as error:
            self._fail(error)
        else:
            self._put_out()

    def close(self) -> None:
        """Say goodbye as TLS does, and close once all is written."""
        if not self._tcp.is_closing():
            with contextlib.suppress(ssl.SSLError):  # it would wait for the peer's goodbye: we do not
                self._tls.unwrap()
            self._put_out()
            self._tcp.close()

    def abort(self) -> None:
        self._tcp.abort()

    def is_closing(self) -> bool:
        return self._tcp.is_closing()

    def get_write_buffer_size(self) -> int:
        return self._tcp.get_write_buffer_size()

    def pause_reading(self) -> None:
        self._tcp.pause_reading()

    def resume_reading(self) -> None:
        self._tcp.resume_reading()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._tls if name == "ssl_object" else self._tcp.get_extra_info(name, default)


class TlsAcceptor:
    """Shakes hands with whoever connects, before they count among the ``connections``.

    Past the most of their limits, of all or of one address, the oldest gives its place up. Handshakes that
    come to nothing are told to the strangers of the connections, with the reason.
    """

    def __init__(self, settings: TlsSettings, connections: Connections) -> None:
        self._settings, self._connections, self._limits = settings, connections, connections.limits
        self._loop = asyncio.get_running_loop()
        self._under_way: dict[TlsStream, tuple[str, asyncio.TimerHandle]] = {}
        self._of_source: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._under_way)

    def check(self) -> None:
        """Raises ConfigurationError when there is no certificate to show."""
        self._context()

    def stream(self, make: Callable[[], asyncio.Protocol]) -> TlsStream:
        """For a peer that connects; ``make`` makes what it speaks to once hands are shaken."""
        return TlsStream(self, make, self._context())

    def _context(self) -> ssl.SSLContext:
        context = self._settings.server
        if context is None:
            raise ConfigurationError(
                "tls and wss need a certificate: name its files, as --certificate CHAIN:KEY"
            )
        return context

    def begins(self, stream: TlsStream) -> None:
        """Take it in, in another's place if need be."""
        source = source_of(stream.remote[0])
        if self._of_source[source] >= self._limits.handshakes_per_address:
            self._cut(next(each for each, (of, _) in self._under_way.items() if of == source))
        elif self._under_way and self._is_full():
            self._cut(next(iter(self._under_way)))
        seconds = self._limits.handshaking
        timeout = ConnectionFailure(WhyNoConnection.TIMED_OUT, f"no TLS handshake within {seconds:g} s")
        self._under_way[stream] = source, self._loop.call_later(seconds, stream.give_up, timeout)
        self._of_source[source] += 1

    def _is_full(self) -> bool:
        sockets = len(self._under_way) + len(self._connections)
        return len(self._under_way) >= self._limits.handshakes or sockets >= self._limits.connections

    def is_over(self, stream: TlsStream, failure: ConnectionFailure | None) -> None:
        """Forget it."""
        if stream in self._under_way:
            source, timer = self._under_way.pop(stream)
            timer.cancel()
            self._of_source[source] -= 1
            if not self._of_source[source]:
                del self._of_source[source]
        if failure is not None:
            local = "tls:{0[0]}:{0[1]}".format(stream.get_extra_info("sockname") or ("", 0))
            self._connections.strangers.tell(stream.remote, local, str(failure), self._loop.time())

    def close(self) -> None:
        """Cut all off."""
        for stream in list(self._under_way):
            self._cut(stream)

    def _cut(self, stream: TlsStream) -> None:
        stream.give_up(ConnectionFailure(WhyNoConnection.CLOSED, "too many shake hands at once"))


async def listening(
    address: ListenAddress,
    make: Callable[[], asyncio.Protocol],
    acceptor: TlsAcceptor,
    sockets: ListeningSockets,
) -> asyncio.Server:
    """Take connections on an address, after a handshake where its transport has one.

    Raises OSError, and ConfigurationError for TLS without a certificate.
    """
    if address.transport.is_encrypted:
        acceptor.check()
    taken = sockets.take(socket.SOCK_STREAM, address.host, address.port, _prepare)
    loop = asyncio.get_running_loop()
    if not address.transport.is_encrypted:
        return await loop.create_server(make, sock=taken)
    return await loop.create_server(lambda: acceptor.stream(make), sock=taken)


def _prepare(made: socket.socket) -> None:
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


class TlsConnector:
    """A handshake with a peer to which we have connected.

    ``refused_late`` is told why a connection ends that was made: from TLS 1.3 on a peer looks at our
    certificate when hands are shaken on our side already (RFC 8446 section 4.4.2.4).
    """

    def __init__(self, refused_late: Callable[[ConnectionFailure], None]) -> None:
        self._refused_late = refused_late
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._failure: ConnectionFailure | None = None

    def begins(self, stream: TlsStream) -> None:
        """Nothing to count: who opens it limits it."""

    def is_over(self, stream: TlsStream, failure: ConnectionFailure | None) -> None:
        """It came to an end."""
        self._failure = failure
        if not self._done.done():
            self._done.set_result(None)
        elif failure is not None and not self._done.cancelled():
            self._refused_late(failure)

    async def done(self) -> ConnectionFailure | None:
        """How it ended: None is well."""
        await self._done
        return self._failure
