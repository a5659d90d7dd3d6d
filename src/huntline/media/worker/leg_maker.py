"""Makes legs, with the ports and the identity that they need, and makes them again after a restart."""

from __future__ import annotations

import secrets
from dataclasses import replace
from ipaddress import ip_address

from huntline.directory.encryption import Encryption
from huntline.media.interface import MediaUnavailable
from huntline.media.worker.codec_process import CodecProcess
from huntline.media.worker.dtls import DtlsCertificate
from huntline.media.worker.leg import LegObserver, LegRules, MediaLeg
from huntline.media.worker.media_clock import MediaClock
from huntline.media.worker.phone_path import PhonePath
from huntline.media.worker.ports import PortPool, SocketPair
from huntline.media.worker.secure_path import SecurePath
from huntline.media.worker.wire import MediaLegState
from huntline.network.own_addresses import own_addresses
from huntline.sdp import (
    CLOCK_RATES,
    SUITES,
    Agreed,
    LocalAudio,
    LocalCrypto,
    LocalSecurity,
    keys_in,
    new_key,
    wants_dtls,
)

_ALL_CODECS = tuple(CLOCK_RATES)


class LegMaker:
    """Knows what all legs of a worker have in common: ports, address, rules, clock, identity."""

    def __init__(
        self, pool: PortPool, public_address: str, rules: LegRules, *, is_transcoding: bool = False
    ) -> None:
        """``public_address`` is what peers are told; it may differ from the pool's behind a NAT. With
        ``is_transcoding`` a phone needs no G.711."""
        self.clock = MediaClock()
        self.codecs = CodecProcess()
        self._is_transcoding = is_transcoding
        self._pool = pool
        self._public_address = public_address
        self._rules = rules
        self._identity = DtlsCertificate.make()
        self._identities = {self._identity.pem: self._identity}

    @property
    def ports_in_use(self) -> int:
        """How many ports the legs take."""
        return self._pool.in_use

    def make(
        self, leg_id: str, observer: LegObserver, encryption: Encryption, *, is_secure: bool
    ) -> MediaLeg:
        """A new leg; ``encryption`` is for those that are no browser's. Raises MediaUnavailable when no port
        is free."""
        nearer = self._address_for_browsers() if is_secure else None
        port, sockets = self._pool.open(nearer, for_browser=is_secure)
        address, session_id = nearer or self._public_address, secrets.randbits(48)
        if not is_secure:
            local = self._of_phone(address, port, session_id, 1, _crypto(encryption))
            return self._build(leg_id, observer, sockets, local)
        local = LocalAudio(address, port, session_id, version=1)
        security = with_new_credentials(LocalSecurity("", "", self._identity.fingerprint))
        return self._build(leg_id, observer, sockets, replace(local, security=security), self._identity)

    def make_again(self, leg_id: str, observer: LegObserver, state: MediaLegState) -> MediaLeg:
        """A leg on the port that it had, with the identity that its peer was told of.

        Raises MediaUnavailable when the port is taken or the keys of an encrypted leg are not known any more.
        """
        numbers = state.port, state.session_id, state.version
        identity = nearer = None
        if state.secrets is not None and state.has_identity:
            identity, nearer = self._identity_of(state.secrets["identity"]), self._address_for_browsers()
            security = LocalSecurity(**state.secrets["local"])
            local = LocalAudio(nearer or self._public_address, *numbers, security=security)
        elif state.sdp and wants_dtls(state.sdp):
            raise MediaUnavailable("the keys of this encrypted leg are not known any more")
        else:
            crypto = _crypto(Encryption(state.encryption), state.sdp)
            local = self._of_phone(self._public_address, *numbers, crypto)
        sockets = self._pool.reopen(state.port, nearer)
        return self._build(leg_id, observer, sockets, local, identity)

    def make_anew(self, leg_id: str, observer: LegObserver, lost: MediaLegState) -> MediaLeg:
        """A browser's leg for the session of one whose keys are lost, ready for its next description.

        Raises MediaUnavailable when no port is free.
        """
        leg = self.make(leg_id, observer, Encryption.NEVER, is_secure=True)
        security, agreed = leg.local.security, Agreed.from_dict(lost.agreed) if lost.agreed else None
        if security is not None and agreed is not None and agreed.security is not None:
            security = replace(security, mid=agreed.security.mid or security.mid)
        numbers = replace(leg.local, session_id=lost.session_id, version=lost.version, security=security)
        leg.local = numbers.revised()
        return leg

    def take_apart(self, leg: MediaLeg) -> None:
        """Close a leg and give its ports back."""
        leg.close()
        self._pool.give_back(leg.local.port)

    def _of_phone(
        self, address: str, port: int, session_id: int, version: int, crypto: LocalCrypto | None
    ) -> LocalAudio:
        """The end of a phone or a trunk; pages keep to G.711, which all of them have."""
        needs_g711 = not self._is_transcoding
        return LocalAudio(address, port, session_id, version, None, crypto, _ALL_CODECS, needs_g711)

    def _address_for_browsers(self) -> str | None:
        """The address of this machine for a browser's leg, where phones have loopback; None: the same.

        RFC 8445 section 5.1.1.1: loopback is no candidate. Firefox sends nothing there, on this machine
        either. Nothing else opens by it: who does not know the leg's password gets no answer at its port.
        """
        told = ip_address(self._public_address)
        return own_addresses(told.version)[0] if told.is_loopback else None

    def _build(
        self,
        leg_id: str,
        observer: LegObserver,
        sockets: SocketPair,
        local: LocalAudio,
        identity: DtlsCertificate | None = None,
    ) -> MediaLeg:
        leg = MediaLeg(leg_id, local, self.clock, self.codecs, self._rules, observer)
        if identity is None:
            leg.path = PhonePath(leg, sockets)
        else:
            leg.path = SecurePath(leg, sockets, identity, self.clock, self._rules.dead_after)
        return leg

    def _identity_of(self, pem: str) -> DtlsCertificate:
        """That of an earlier worker; the legs that it had share it."""
        if pem not in self._identities:
            self._identities[pem] = DtlsCertificate(pem)
        return self._identities[pem]


def _crypto(encryption: Encryption, sdp: str = "") -> LocalCrypto | None:
    """Keys of ours: those of our description, if any, else new ones."""
    if encryption is Encryption.NEVER:
        return None
    known = {each.suite: each for each in keys_in(sdp)}
    # In the order of the description: the answer names a key by its number.
    keys = known | {
        suite: new_key(suite, secrets.token_bytes(length))
        for suite, length in SUITES.items()
        if suite not in known
    }
    return LocalCrypto(tuple(keys.values()), is_required=encryption is Encryption.REQUIRED)


def with_new_credentials(security: LocalSecurity) -> LocalSecurity:
    """The same end, for ICE to begin or to begin anew."""
    return replace(security, ufrag=secrets.token_hex(4), password=secrets.token_hex(16))
