"""Listen addresses: where this server can be reached, in words and as socket addresses."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass

from huntline.errors import ConfigurationError
from huntline.network.literals import read_address
from huntline.sip.core.flow import Transport

_HIGHEST_PORT = 65535
_WRITTEN = re.compile(
    r"(?P<transport>[A-Za-z]+):(\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<ipv4>[0-9.]+))(:(?P<port>[0-9]{1,5}))?"
)


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """One address to listen on; ``host`` is an IP address without brackets, port 0 lets the system choose."""

    transport: Transport
    host: str
    port: int = 5060

    @classmethod
    def parse(cls, text: str) -> ListenAddress:
        """Read ``udp:127.0.0.1:5060`` or ``tls:[::1]:5061``; the usual port may be left out.

        Raises ConfigurationError, which says what would be right.
        """
        try:
            match = _WRITTEN.fullmatch(text)
            if match is None:
                raise ValueError(text)
            host = str(read_address(match["ipv6"] or match["ipv4"]))
            transport = Transport(match["transport"].lower())
            return cls(transport, host, _port(match["port"], transport.usual_port))
        except ValueError:
            raise ConfigurationError(
                f"cannot listen on {text!r}: write TRANSPORT:IP:PORT with udp, tcp, tls, ws or wss, "
                "such as udp:127.0.0.1:5060 or tcp:[::1]:5060"
            ) from None

    @property
    def family(self) -> socket.AddressFamily:
        """AF_INET or AF_INET6."""
        return family_of(self.host)

    @property
    def is_wildcard(self) -> bool:
        """Whether it stands for every address of this machine."""
        return read_address(self.host).is_unspecified

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.transport}:{host}:{self.port}"


def family_of(host: str) -> socket.AddressFamily:
    """The address family of an IP address."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def source_address(remote: tuple[str, int]) -> str:
    """The address of ours that packets to this peer leave from; raises OSError when there is no route.

    Connecting a datagram socket sends nothing: it only asks the routing table.
    """
    with socket.socket(family_of(remote[0]), socket.SOCK_DGRAM) as probe:
        probe.connect(remote)
        host: str = probe.getsockname()[0]
        return host


def _port(text: str | None, usual: int) -> int:
    port = usual if text is None else int(text)
    if port > _HIGHEST_PORT:
        raise ValueError(text)
    return port
