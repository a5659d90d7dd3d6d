"""The cluster's own certificates: an issuer that its machines trust, and one for each machine."""

from __future__ import annotations

import hashlib
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from huntline.control.secret import keep_private

ISSUER, ISSUER_KEY = "issuer.pem", "issuer.key"
OWN, OWN_KEY = "machine.pem", "machine.key"
"""Files in the folder of the cluster."""

_LASTS = timedelta(days=3650)
_EARLIER = timedelta(days=1)  # clocks of machines differ


def make_issuer(folder: Path) -> None:
    """Make the issuer of a new cluster."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Huntline cluster")])
    usual = x509.BasicConstraints(ca=True, path_length=0)
    certificate = _builder(name, name, key).add_extension(usual, critical=True).sign(key, SHA256())
    _keep(folder, ISSUER, ISSUER_KEY, certificate, key)


def make_own(folder: Path, address: str) -> None:
    """Make the certificate of the machine at an address, by the issuer in the folder."""
    issuer = x509.load_pem_x509_certificate((folder / ISSUER).read_bytes())
    issuer_key = load_pem_private_key((folder / ISSUER_KEY).read_bytes(), None)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
    certificate = _builder(name, issuer.subject, key).add_extension(names, critical=False)
    _keep(folder, OWN, OWN_KEY, certificate.sign(issuer_key, SHA256()), key)


def fingerprint(folder: Path) -> str:
    """The SHA-256 of this machine's certificate, as hexadecimal digits."""
    certificate = x509.load_pem_x509_certificate((folder / OWN).read_bytes())
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


def client_context(folder: Path) -> ssl.SSLContext:
    """To connect to a machine of the cluster, which must be one, as this one is."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(folder / ISSUER))
    context.load_cert_chain(folder / OWN, folder / OWN_KEY)
    return context


def server_context(folder: Path) -> ssl.SSLContext:
    """To be connected to by strangers, who know this machine's fingerprint."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / OWN, folder / OWN_KEY)
    return context


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + _LASTS)
    )


def _keep(
    folder: Path, name: str, key_name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey
) -> None:
    keep_private(folder / key_name, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    keep_private(folder / name, certificate.public_bytes(Encoding.PEM))
