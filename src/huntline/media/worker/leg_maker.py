"""Makes legs, with the ports and the identity that they need, and makes them again after a restart."""

from __future__ import annotations

import secrets
from dataclasses import replace
from ipaddress import ip_address

from huntline.media.interface import MediaUnavailable
from huntline.media.worker.clock import MediaClock
from huntline.media.worker.dtls import Identity
from huntline.media.worker.leg import Leg, LegObserver, LegRules
from huntline.media.worker.plain_path import PlainPath
from huntline.media.worker.ports import PortPool, SocketPair
from huntline.media.worker.secure_path import SecurePath
from huntline.media.worker.wire import LegState
from huntline.own_addresses import own_addresses
from huntline.sip.sdp import LocalAudio, LocalSecurity, wants_encryption


class LegMaker:
    """Knows what all legs of a worker have in common: ports, address, rules, clock, identity."""

    def __init__(self, pool: PortPool, public_address: str, rules: LegRules) -> None:
        """``public_address`` is what peers are told; it may differ from the pool's behind a NAT."""
        self.clock = MediaClock()
        self._pool = pool
        self._public_address = public_address
        self._rules = rules
        self._identity = Identity.make()
        self._identities = {self._identity.pem: self._identity}

    @property
    def ports_in_use(self) -> int:
        """How many ports the legs take."""
        return self._pool.in_use

    def make(self, leg_id: str, observer: LegObserver, *, is_secure: bool) -> Leg:
        """A new leg. Raises MediaUnavailable when no port is free."""
        if not is_secure:
            port, sockets = self._pool.open()
            local = LocalAudio(self._public_address, port, secrets.randbits(48), version=1)
            return self._build(leg_id, observer, sockets, local)
        port, sockets = self._pool.open(is_everywhere=self._is_local)
        local = self._for_browser(LocalAudio(self._public_address, port, secrets.randbits(48), version=1))
        security = with_new_credentials(LocalSecurity("", "", self._identity.fingerprint))
        return self._build(leg_id, observer, sockets, replace(local, security=security), self._identity)

    def make_again(self, leg_id: str, observer: LegObserver, state: LegState) -> Leg:
        """A leg on the port that it had, with the identity that its peer was told of.

        Raises MediaUnavailable when the port is taken or the keys of an encrypted leg are not known any more.
        """
        local = LocalAudio(self._public_address, state.port, state.session_id, state.version)
        identity = None
        if state.secrets is not None:
            identity = self._identity_of(state.secrets["identity"])
            local = replace(self._for_browser(local), security=LocalSecurity(**state.secrets["local"]))
        elif state.sdp and wants_encryption(state.sdp):
            raise MediaUnavailable("the keys of this encrypted leg are not known any more")
        sockets = self._pool.reopen(state.port, is_everywhere=self._is_local and identity is not None)
        return self._build(leg_id, observer, sockets, local, identity)

    def take_apart(self, leg: Leg) -> None:
        """Close a leg and give its ports back."""
        leg.close()
        self._pool.give_back(leg.local.port)

    @property
    def _is_local(self) -> bool:
        """Whether only this machine reaches the address that phones are told."""
        return ip_address(self._public_address).is_loopback

    def _for_browser(self, local: LocalAudio) -> LocalAudio:
        """The end as a browser must know it.

        RFC 8445 section 5.1.1.1: loopback is no candidate. Firefox sends nothing there, on this machine
        either; so the browser's port, where only who knows its password is heard, is on all addresses.
        """
        if not self._is_local:
            return local
        addresses = own_addresses(local.ip_version)
        return replace(local, address=addresses[0], candidates=tuple(addresses))

    def _build(
        self,
        leg_id: str,
        observer: LegObserver,
        sockets: SocketPair,
        local: LocalAudio,
        identity: Identity | None = None,
    ) -> Leg:
        leg = Leg(leg_id, local, self.clock, self._rules, observer)
        if identity is None:
            leg.path = PlainPath(leg, sockets)
        else:
            leg.path = SecurePath(leg, sockets, identity, self.clock, self._rules.dead_after)
        return leg

    def _identity_of(self, pem: str) -> Identity:
        """That of an earlier worker; the legs that it had share it."""
        if pem not in self._identities:
            self._identities[pem] = Identity(pem)
        return self._identities[pem]


def with_new_credentials(security: LocalSecurity) -> LocalSecurity:
    """The same end, for ICE to begin or to begin anew."""
    return replace(security, ufrag=secrets.token_hex(4), password=secrets.token_hex(16))
