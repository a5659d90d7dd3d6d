"""Certificates and their keys, as files: what is in them, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from huntline.errors import ConfigurationError
from huntline.network.certificate_files import CertificateFiles

_DEMO_DAYS = 30
_DEMO_ISSUER = "Huntline demo: trust nothing that shows this"


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says; ``names`` are those of hosts, and IP addresses, that it is for.

    ``is_for_clients``: a provider that wants to know who connects may take it. Many issuers make certificates
    that are good for servers alone.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    begins_at: datetime
    ends_at: datetime
    is_self_signed: bool
    is_for_clients: bool = True

    @property
    def is_of_demo(self) -> bool:
        """Whether it was made by ``make_demo_certificate``."""
        return self.is_self_signed and _DEMO_ISSUER in self.issuer

    def fits(self, host: str) -> bool:
        """Whether it is for that host, as those who check it see it (RFC 6125 section 6.4, RFC 5922)."""
        wanted = host.lower().rstrip(".")
        parent = wanted.partition(".")[2]
        return wanted in self.names or (bool(parent) and f"*.{parent}" in self.names)


def facts_of(files: CertificateFiles) -> CertificateFacts:
    """What the first certificate of a chain says. Raises ConfigurationError, which names the file, also where
    the key is not the one of the certificate."""
    certificate = _certificate(files.chain)
    if _as_bytes(_public_key_of(files.key)) != _as_bytes(certificate.public_key()):
        raise ConfigurationError(
            f"{files.key} is not the key of the certificate in {files.chain}; name both files of one"
        )
    return CertificateFacts(
        certificate.subject.rfc4514_string(),
        certificate.issuer.rfc4514_string(),
        _names(certificate),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        certificate.issuer == certificate.subject,
        _is_for_clients(certificate),
    )


def make_demo_certificate(path: Path, hosts: tuple[str, ...], now: datetime) -> CertificateFiles:
    """Write a certificate that nobody vouches for, with its key, into one file that only its owner reads.

    Raises ConfigurationError when it cannot be written.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _DEMO_ISSUER),
            x509.NameAttribute(NameOID.COMMON_NAME, hosts[0]),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=_DEMO_DAYS))
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_bytes(private + certificate.public_bytes(pem))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from None
    return CertificateFiles(path, path)


def utc_now() -> datetime:
    """The moment by which certificates are judged."""
    return datetime.now(UTC)


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(_content(path))
    except ValueError:
        raise ConfigurationError(f"{path} has no certificate in PEM (-----BEGIN CERTIFICATE-----)") from None


def _public_key_of(path: Path) -> PublicKeyTypes:
    try:
        return serialization.load_pem_private_key(_content(path), password=None).public_key()
    except TypeError:
        raise ConfigurationError(f"{path}: the key has a password; write it without one") from None
    except ValueError:
        raise ConfigurationError(f"{path} has no private key in PEM (-----BEGIN PRIVATE KEY-----)") from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None


def _as_bytes(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """The subject alternative names: whoever checks looks at nothing else (RFC 9525 section 2)."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    hosts = [name.lower() for name in extension.get_values_for_type(x509.DNSName)]
    return (*hosts, *map(str, extension.get_values_for_type(x509.IPAddress)))


def _is_for_clients(certificate: x509.Certificate) -> bool:
    """RFC 5280 section 4.2.1.12: whoever does not say what for is for everything."""
    try:
        usages = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return not {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}.isdisjoint(
        usages
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
