"""What is wrong with certificates (unit)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from huntline.directory.certificate_findings import certificate_unusable, findings_of_certificates
from huntline.network.certificates import CertificateFacts

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
GOOD = CertificateFacts(
    "CN=pbx.contoso.com",
    "CN=Authority",
    ("pbx.contoso.com", "*.contoso.net"),
    NOW - timedelta(days=1),
    NOW + timedelta(days=60),
    is_self_signed=False,
)


def found(*certificates: CertificateFacts, domains: tuple[str, ...] = ("pbx.contoso.com",)) -> list[str]:
    return [each.id for each in findings_of_certificates(certificates, domains, NOW)]


def test_nothing_is_said_where_all_is_well() -> None:
    assert found(GOOD) == []
    assert found() == []


@pytest.mark.parametrize(
    ("certificate", "finding"),
    [
        (replace(GOOD, ends_at=NOW), "certificate-expired"),
        (replace(GOOD, ends_at=NOW + timedelta(days=14)), "certificate-ends-soon"),
        (replace(GOOD, begins_at=NOW + timedelta(seconds=1)), "certificate-not-yet-valid"),
    ],
)
def test_each_time_that_is_not_right(certificate: CertificateFacts, finding: str) -> None:
    assert found(certificate) == [finding]


@pytest.mark.parametrize(
    ("domain", "is_meant"),
    [
        ("pbx.contoso.com", True),
        ("PBX.contoso.com.", True),
        ("fr.contoso.net", True),
        ("contoso.com", False),
        ("contoso.net", False),
        ("a.b.contoso.net", False),
    ],
)
def test_domains_that_no_certificate_is_for(domain: str, is_meant: bool) -> None:
    assert found(GOOD, domains=(domain,)) == ([] if is_meant else ["certificate-without-domain"])


def test_the_sentences_name_what_there_is_to_do() -> None:
    (finding,) = findings_of_certificates([GOOD], ["contoso.com"], NOW)
    assert "pbx.contoso.com, *.contoso.net" in finding.text
    assert (finding.key, finding.path) == ("server", ("certificate",))
    (french,) = findings_of_certificates([replace(GOOD, ends_at=NOW)], [], NOW, "fr")
    assert french.text.startswith("Le certificat de CN=pbx.contoso.com a expiré le 2027-03-01")
    assert certificate_unusable("a.pem cannot be read").text.endswith("a.pem cannot be read")
