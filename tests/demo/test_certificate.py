"""The certificate of a demo (unit)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from huntline.config import Config
from huntline.demo.certificate import with_certificate
from huntline.network.certificate_files import CertificateFiles
from huntline.network.certificates import facts_of


def config(data: Path, **settings: Any) -> Config:
    return Config(data=data, **settings)


def test_it_is_made_where_tls_needs_one_and_says_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = with_certificate(config(tmp_path, sip="tls:0.0.0.0:5061 wss:192.0.2.5:5063"))
    (files,) = made.certificate
    assert facts_of(files).names == ("localhost", "127.0.0.1", "192.0.2.5")
    assert "which nobody vouches for" in capsys.readouterr().out


def test_none_is_made_where_there_is_one_or_no_tls(tmp_path: Path) -> None:
    own = (CertificateFiles(tmp_path / "a", tmp_path / "b"),)
    for each in (config(tmp_path), config(tmp_path, sip="tls:127.0.0.1:5061", certificate=own)):
        assert with_certificate(each) is each
