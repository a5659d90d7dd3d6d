"""The command line over HTTP, by an API key: the same verbs, within what the key's role permits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.huntline import Done, huntline
from tests.cli.test_settings_verbs import write_sound
from tests.fakes.http_server import served
from tests.web.rig import E5_USER, ServerRig, server_rig

from huntline.directory.access import Role


class Elsewhere:
    """A server's URL with its rig."""

    def __init__(self, url: str, rig: ServerRig) -> None:
        self.url = url
        self.rig = rig

    def run(self, role: Role, *words: str | Path) -> Done:
        """A command with the key of a new account."""
        return huntline(*words, "--server", self.url, "--key", self.rig.key(role))


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    with server_rig(tmp_path / "data") as rig, served(rig.app) as url:
        rig.api().post("/users", {"upn": "amal@contoso.com", **E5_USER})
        yield Elsewhere(url, rig)


def test_settings_are_changed_and_read_over_http(elsewhere: Elsewhere, tmp_path: Path) -> None:
    sound = write_sound(tmp_path / "welcome.wav")
    done = elsewhere.run(
        Role.ADMIN,
        *("queue", "create", "Help / Desk", "--agents", "amal@contoso.com", "--greeting", sound),
        "--json",
    )
    assert (done.returncode, done.stderr) == (0, "")
    made = json.loads(done.stdout)
    assert elsewhere.rig.queue("Help / Desk").greeting is not None
    assert (
        "wrap-up: 0 -> 9\n" in elsewhere.run(Role.ADMIN, "queue", "set", made["id"], "--wrap-up", "9").stdout
    )
    assert "Help / Desk" in elsewhere.run(Role.AUDITOR, "queue", "list").stdout


def test_what_the_role_does_not_permit_is_refused(elsewhere: Elsewhere) -> None:
    done = elsewhere.run(Role.AUDITOR, "queue", "create", "Sales")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("huntline: the role auditor may not do this")


def test_the_key_may_come_by_the_environment(elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUNTLINE_KEY", elsewhere.rig.key())
    done = huntline("user", "list", "--json", "--server", elsewhere.url)
    assert [user["upn"] for user in json.loads(done.stdout)] == ["amal@contoso.com"]


def test_a_wrong_key_is_refused_and_not_repeated(elsewhere: Elsewhere) -> None:
    done = huntline("user", "list", "--server", elsewhere.url, "--key", "hl_wrong-key-of-nobody")
    assert done.returncode == 1
    assert done.stderr.startswith("huntline: ")
    assert "hl_wrong" not in done.stderr
