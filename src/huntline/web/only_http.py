"""HTTP and nothing else on the HTTP port: whoever speaks SIP or TLS to it is not waited for."""

from __future__ import annotations

from typing import ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

from huntline.network.protocols import Protocol, protocol_of
from huntline.network.strangers import Strangers

_OTHERS = (Protocol.SIP, Protocol.TLS, Protocol.STUN, Protocol.RTP)


class OnlyHttp(H11Protocol):
    """uvicorn's connection, which is closed at the first bytes of a protocol that is known to be another one.

    What cannot be told is uvicorn's to refuse.
    """

    strangers: ClassVar[Strangers] = Strangers(Protocol.HTTP)
    _start: bytes | None = b""

    def data_received(self, data: bytes) -> None:
        if self._start is not None and self._is_of_another(self._start + data):
            return
        super().data_received(data)

    def _is_of_another(self, start: bytes) -> bool:
        """Whether what has come so far is no HTTP, and the connection therefore closed."""
        protocol = protocol_of(start.lstrip(b"\r\n"))
        self._start = start if protocol is None else None
        if protocol not in _OTHERS:
            return False
        reason = f"the first bytes are {protocol}"
        self.strangers.tell(self.client or ("", 0), self.server, reason, self.loop.time())
        self.transport.close()
        return True
