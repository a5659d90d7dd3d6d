"""What is wrong with the certificates of a server, or soon will be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from huntline.directory.findings import Finding, in_words
from huntline.languages.translation import Language
from huntline.network.certificates import CertificateFacts

_RENEWED_BEFORE = timedelta(days=14)
"""Whoever renews by itself does so a month ahead: it does not any more."""


def findings_of_certificates(
    certificates: Sequence[CertificateFacts], domains: Sequence[str], now: datetime, language: Language = "en"
) -> Iterator[Finding]:
    """Of each certificate, and the domains that none is for: phones that register there refuse it."""
    for certificate in certificates:
        facts = {"subject": certificate.subject, "until": f"{certificate.ends_at:%Y-%m-%d}"}
        if certificate.ends_at <= now:
            yield _finding("certificate-expired", language, facts)
        elif certificate.ends_at - now <= _RENEWED_BEFORE:
            yield _finding("certificate-ends-soon", language, facts)
        if certificate.begins_at > now:
            begins = {"begins": f"{certificate.begins_at:%Y-%m-%d %H:%M} UTC"}
            yield _finding("certificate-not-yet-valid", language, facts | begins)
        if certificate.is_of_demo:
            yield _finding("certificate-of-demo", language, facts)
    for domain in domains:
        if certificates and not any(certificate.fits(domain) for certificate in certificates):
            names = ", ".join(name for certificate in certificates for name in certificate.names) or "-"
            yield _finding("certificate-without-domain", language, {"domain": domain, "names": names})


def certificate_unusable(reason: str, language: Language = "en") -> Finding:
    """The files cannot be read, or do not belong together."""
    return _finding("certificate-unusable", language, {"reason": reason})


def _finding(finding_id: str, language: Language, facts: dict[str, str]) -> Finding:
    return in_words(finding_id, ("certificate",), "server", language, facts)
