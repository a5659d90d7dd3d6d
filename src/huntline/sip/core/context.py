"""What the state machines may ask of the world: send, tell the user, wake me, draw a random number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from huntline.network.networks import Networks
from huntline.plain import frozen
from huntline.sip.core.digest_client import DigestCredentials
from huntline.sip.core.events import SipEvent
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.timers import Timers


@frozen
class Send:
    """Bytes to be sent by a flow."""

    flow: Flow
    data: bytes


@dataclass(frozen=True, slots=True)
class CoreSettings:
    """What the owner may set. Durations are seconds.

    ``session_expires`` is what our own INVITEs ask for (0: no session timer); ``min_se`` is the shortest
    interval we accept. Beyond ``max_legs`` and ``max_transactions`` new requests get 503. ``ring_limit``
    ends an INVITE of ours that nobody answers or cancels. By ``networks`` peers are told another address of
    ours than that of the flow.
    """

    product: str = "Huntline"
    session_expires: int = 1800
    min_se: int = 90
    allow: tuple[str, ...] = (
        "INVITE",
        "ACK",
        "CANCEL",
        "BYE",
        "OPTIONS",
        "INFO",
        "PRACK",
        "UPDATE",
        "REGISTER",
        "PUBLISH",
        "REFER",
        "SUBSCRIBE",
    )
    supported: tuple[str, ...] = ("timer", "100rel", "replaces", "norefersub")
    max_legs: int = 20_000
    max_transactions: int = 200_000
    ring_limit: float = 600.0
    networks: Networks = field(default_factory=Networks)


Keyring = Callable[[str], DigestCredentials | None]
"""What we prove ourselves with, by the name of the account."""


def no_keys(account: str) -> None:
    """The keyring of whoever has no accounts elsewhere."""


class Context:
    """One core's outputs, timers and randomness, shared by all its state machines."""

    __slots__ = (
        "_entropy",
        "allow",
        "changed",
        "events",
        "keyring",
        "sends",
        "settings",
        "supported",
        "timers",
    )

    def __init__(
        self, settings: CoreSettings, entropy: Callable[[int], bytes], keyring: Keyring = no_keys
    ) -> None:
        self.settings = settings
        self.keyring = keyring
        self.timers = Timers()
        self.sends: list[Send] = []
        self.events: list[SipEvent] = []
        self.changed: set[str] = set()
        """The tags of ours whose legs are no longer what was last on record."""
        self.allow = ", ".join(settings.allow)
        self.supported = ", ".join(settings.supported)
        self._entropy = entropy

    def send(self, flow: Flow, data: bytes) -> None:
        """Send one message."""
        self.sends.append(Send(flow, self.settings.networks.described_to(flow.remote[0], data)))

    def tell(self, event: SipEvent) -> None:
        """Tell the core's user."""
        self.events.append(event)

    def token(self) -> str:
        """An unguessable token of 64 bits, for tags, branches and ids."""
        return self._entropy(8).hex()

    def random(self) -> float:
        """A number from 0 up to 1."""
        return int.from_bytes(self._entropy(2), "big") / 65536

    def via(self, flow: Flow) -> str:
        """A Via of ours with a fresh branch; ``rport`` asks for symmetric responses (RFC 3581), ``alias`` for
        requests by the connection that we have opened, which is proven to lead to us (RFC 5923 section 5)."""
        transport = flow.transport.upper()
        alias = ";alias" if flow.transport is Transport.TLS and not flow.connection else ""
        return f"SIP/2.0/{transport} {self._own(flow)};rport{alias};branch=z9hG4bK{self.token()}"

    def contact(self, user: str, flow: Flow, target: str = "") -> str:
        """Our Contact value for a dialog on that flow, begun by a request to ``target``.

        Where that was ``sips:``, nothing of the dialog may go unencrypted (RFC 3261 sections 8.1.1.8 and
        12.1.1).
        """
        if target[:5].lower() == "sips:":
            return f"<sips:{user}@{self._own(flow)}>"
        return f"<sip:{user}@{self._own(flow)}{flow.transport.uri_parameter}>"

    def _own(self, flow: Flow) -> str:
        """Where the peer of a flow reaches us."""
        host, port = flow.local
        return host_port((self.settings.networks.told_to(flow.remote[0]) or host, port))


def host_port(address: tuple[str, int]) -> str:
    """``host:port`` as a URI and a Via have it, IPv6 in brackets."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
