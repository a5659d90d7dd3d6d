"""The DTLS handshake that agrees on SRTP keys (RFC 5764), the certificate being held to its fingerprint.

Sans-IO, but for OpenSSL's own timer: takes datagrams, returns those to be sent.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL

from huntline.media.worker.srtp import PROFILES, SrtpKeys
from huntline.sdp import DtlsRole

_DTLS_1_2 = 0xFEFD
_CIPHERS = b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384"
# What browsers have in common with us; the others are those of phones, which say so in their descriptions.
_PROFILES = [name for name in ("SRTP_AEAD_AES_128_GCM", "SRTP_AES128_CM_SHA1_80") if name in PROFILES]
_EXPORTER = b"EXTRACTOR-dtls_srtp"
_MTU = 1200
_RECORD_HEADER = 13  # RFC 6347 section 4.1: its last two bytes are the length of what follows
_LONGEST_OUTPUT = 65_536
_LIFETIME = datetime.timedelta(days=3650)
_CLOCKS_DIFFER = datetime.timedelta(days=1)


class DtlsCertificate:
    """A certificate with its private key; nobody vouches for it but the session description."""

    def __init__(self, pem: str) -> None:
        """Take over one that was made before. Raises ValueError when it is none."""
        self.pem = pem
        data = pem.encode()
        self._certificate = x509.load_pem_x509_certificate(data)
        key = serialization.load_pem_private_key(data, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("the key of a media identity is an elliptic one")
        self._key = key

    @classmethod
    def make(cls) -> DtlsCertificate:
        """A new one, that tells nothing about us."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, secrets.token_hex(16))])
        now = datetime.datetime.now(datetime.UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _CLOCKS_DIFFER)
            .not_valid_after(now + _LIFETIME)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return cls((certificate.public_bytes(serialization.Encoding.PEM) + private).decode())

    @property
    def fingerprint(self) -> str:
        """SHA-256, as a=fingerprint has it."""
        return _fingerprint("sha-256", self._certificate)

    @cached_property
    def context(self) -> SSL.Context:
        """What all handshakes with this identity have in common."""
        context = SSL.Context(SSL.DTLS_METHOD)
        context.set_min_proto_version(_DTLS_1_2)
        context.set_max_proto_version(_DTLS_1_2)
        context.set_options(SSL.OP_NO_TICKET | SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_cipher_list(_CIPHERS)
        context.use_certificate(self._certificate)
        context.use_privatekey(self._key)
        # No authority knows these certificates: any may come, and is then held to the fingerprint.
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        context.set_tlsext_use_srtp(":".join(_PROFILES).encode())
        return context


class Dtls:
    """One association: from the first datagram to the keys, and then until the peer closes it."""

    def __init__(self, identity: DtlsCertificate, role: DtlsRole, fingerprints: tuple[str, ...]) -> None:
        """``fingerprints`` as in ``AgreedSecurity``: one of them must be that of the peer's certificate."""
        self.keys: SrtpKeys | None = None
        self.failure: str | None = None
        """Why there is no association, or is no more."""
        self._fingerprints = fingerprints
        self._is_active, self._has_begun = role == "active", False
        self._connection = SSL.Connection(identity.context)
        self._connection.set_ciphertext_mtu(_MTU)
        if self._is_active:
            self._connection.set_connect_state()
        else:
            self._connection.set_accept_state()

    @property
    def timeout(self) -> float | None:
        """Seconds until ``expire`` is to be called."""
        return None if self.keys or self.failure else self._connection.DTLSv1_get_timeout()

    def begin(self) -> list[bytes]:
        """Begin the handshake, when that is ours to do and not yet done."""
        if not self._is_active or self._has_begun:
            return []
        self._has_begun = True
        return self._proceed()

    def receive(self, datagram: bytes) -> list[bytes]:
        """Take what looks like DTLS."""
        if self.failure is not None or not datagram:
            return []
        self._connection.bio_write(datagram)
        return self._proceed()

    def expire(self) -> list[bytes]:
        """Send again what may have got lost."""
        if self.keys is None and self.failure is None:
            try:
                self._connection.DTLSv1_handle_timeout()
            except SSL.Error:
                self.failure = "the DTLS handshake got no answer"
        return self._output()

    def _proceed(self) -> list[bytes]:
        try:
            if self.keys is None:
                self._connection.do_handshake()
                self._finish()
            while self.failure is None:
                self._connection.recv(_LONGEST_OUTPUT)  # data is not for us, but alerts come so
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.failure = "the peer has closed the DTLS association"
        except SSL.Error as error:
            self.failure = f"the DTLS handshake failed: {_reason(error)}"
        return self._output()

    def _finish(self) -> None:
        """The handshake is over: find out whom it was with, before the keys are given to anybody."""
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        profile = PROFILES.get(self._connection.get_selected_srtp_profile().decode())
        if certificate is None or not self._is_expected(certificate):
            self._refuse("the peer's certificate does not match the fingerprint in its description")
        elif profile is None:
            self._refuse("the peer speaks none of our SRTP profiles")
        else:
            length = profile.key_bytes + profile.salt_bytes
            material = self._connection.export_keying_material(_EXPORTER, 2 * length, None)
            # RFC 5764 section 4.2: both keys, then both salts, the client's first.
            keys, salts = material[: 2 * profile.key_bytes], material[2 * profile.key_bytes :]
            client = keys[: profile.key_bytes] + salts[: profile.salt_bytes]
            server = keys[profile.key_bytes :] + salts[profile.salt_bytes :]
            ours, theirs = (client, server) if self._is_active else (server, client)
            self.keys = SrtpKeys(profile.name, ours, theirs)

    def _is_expected(self, certificate: x509.Certificate) -> bool:
        stated = [fingerprint.split(" ", 1) for fingerprint in self._fingerprints]
        return any(_fingerprint(name, certificate) == value for name, value in stated)

    def _refuse(self, why: str) -> None:
        self.failure = why
        self._connection.shutdown()

    def _output(self) -> list[bytes]:
        """What OpenSSL wants to be sent, whole records to a datagram."""
        try:
            data = self._connection.bio_read(_LONGEST_OUTPUT)
        except SSL.WantReadError:
            return []
        datagrams, start, end = [], 0, 0
        while end < len(data):
            following = end + _RECORD_HEADER + int.from_bytes(data[end + 11 : end + 13], "big")
            if following - start > _MTU and end > start:
                datagrams.append(data[start:end])
                start = end
            end = following
        return [*datagrams, data[start:end]]


def _fingerprint(name: str, certificate: x509.Certificate) -> str:
    digest = hashlib.new(name.replace("-", ""), certificate.public_bytes(serialization.Encoding.DER))
    return digest.digest().hex(":").upper()


def _reason(error: SSL.Error) -> str:
    """OpenSSL's words for it."""
    details = error.args[0] if error.args else None
    return str(details[0][-1]) if isinstance(details, list) and details else "no reason given"
