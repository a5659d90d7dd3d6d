"""Where phones reach the server, as the API tells it (web)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.rig import ServerRig


def test_phones_are_told_where_to_register(rig: ServerRig) -> None:
    assert rig.api().get("/server")["phones"] == [
        {"transport": "udp", "address": "127.0.0.1:5060"},
        {"transport": "tcp", "address": "127.0.0.1:5060"},
    ]


@pytest.mark.parametrize("is_installed", [True, False])
def test_it_tells_whether_a_text_can_be_spoken(
    rig: ServerRig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_installed: bool
) -> None:
    if is_installed:
        (tmp_path / "espeak-ng").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert rig.api().get("/server")["can_speak"] is is_installed
