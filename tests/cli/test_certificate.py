"""``huntline certificate``: what certificates say, what is wrong with them, and one for trying out."""

from __future__ import annotations

import json
import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from tests.cli.huntline import huntline
from tests.fakes.certificates import Authority

from huntline.errors import ConfigurationError
from huntline.network.certificate_files import CertificateFiles
from huntline.network.certificates import facts_of


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "contoso.yaml").write_text("organization: Contoso\ndomains: [contoso.com]\n")
    assert huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path / "data").returncode == 0
    return tmp_path / "data"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def use(data: Path, *files: CertificateFiles) -> None:
    """Let the server have these certificates."""
    (data / "huntline.toml").write_text(f"certificate = {json.dumps(list(map(str, files)))}\n")


def test_what_a_certificate_says_is_shown(data: Path, authority: Authority) -> None:
    use(data, authority.issue("pbx.contoso.com", "192.0.2.1"))
    done = huntline("certificate", "show", "--json", "--data", data)
    assert done.returncode == 0, done.stderr
    (shown,) = json.loads(done.stdout)["certificates"]
    assert (shown["names"], shown["issuer"]) == (["pbx.contoso.com", "192.0.2.1"], "CN=authority")
    assert "belongs to it" in huntline("certificate", "show", "--data", data).stdout


def test_files_that_are_not_the_servers_can_be_looked_at(tmp_path: Path, authority: Authority) -> None:
    files = authority.issue("pbx.contoso.com")
    assert "pbx.contoso.com" in huntline("certificate", "show", str(files), "--data", tmp_path).stdout


def test_what_is_wrong_with_files_is_one_line(tmp_path: Path, authority: Authority) -> None:
    one, other = authority.issue("one.test"), authority.issue("other.test")
    for files, wrong in (
        (
            CertificateFiles(one.chain, other.key),
            f"{other.key} is not the key of the certificate in {one.chain}",
        ),
        (CertificateFiles(one.key, one.key), f"{one.key} has no certificate in PEM"),
        (CertificateFiles(one.chain, one.chain), f"{one.chain} has no private key in PEM"),
        (CertificateFiles(tmp_path / "none", one.key), f"{tmp_path / 'none'} cannot be read: No such file"),
    ):
        done = huntline("certificate", "show", str(files), "--data", tmp_path)
        assert done.returncode == 1
        assert done.stderr.startswith(f"huntline: {wrong}")
    assert huntline("certificate", "show", "--data", tmp_path).stderr.startswith(
        "huntline: no certificate is set"
    )


def test_the_domains_are_checked(data: Path, authority: Authority) -> None:
    use(data, authority.issue("contoso.com"))
    done = huntline("certificate", "check", "--data", data)
    assert (done.returncode, done.stdout) == (0, "There is nothing to say.\n"), done.stderr
    use(data, authority.issue("pbx.contoso.com"))
    done = huntline("certificate", "check", "--data", data)
    assert done.returncode == 0
    assert "No certificate is for contoso.com" in done.stdout
    use(data, authority.issue("contoso.com", ends_in=timedelta(minutes=-1)))
    done = huntline("certificate", "check", "--language", "fr", "--data", data)
    assert done.returncode == 1
    assert "a expiré" in done.stdout
    use(data, CertificateFiles(data / "none.pem", data / "none.pem"))
    done = huntline("check", "--json", "--data", data)
    assert "certificate-unusable" in {finding["id"] for finding in json.loads(done.stdout)}


def test_one_for_trying_out_says_so(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "demo.pem"
    done = huntline("certificate", "make-demo", str(file), "--name", "contoso.com", "--name", "192.0.2.1")
    assert "Nobody vouches for it" in done.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    facts = facts_of(CertificateFiles(file, file))
    assert (facts.names, facts.is_of_demo) == (("contoso.com", "192.0.2.1"), True)
    assert not facts.is_for_clients
    ssl.create_default_context(cafile=file).load_cert_chain(file)
    use(data, CertificateFiles(file, file))
    assert "was made for trying out" in huntline("certificate", "check", "--data", data).stdout


def test_a_key_with_a_password_is_refused(tmp_path: Path, authority: Authority) -> None:
    from cryptography.hazmat.primitives import serialization

    files = authority.issue("one.test")
    key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    files.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(ConfigurationError, match=r"the key has a password; write it without one"):
        facts_of(files)


def test_without_a_server_there_is_nothing_to_reload(data: Path) -> None:
    done = huntline("certificate", "reload", "--data", data)
    assert done.returncode == 1
