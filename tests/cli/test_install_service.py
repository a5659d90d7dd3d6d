"""The systemd unit says what the server needs, and systemd understands it."""

from __future__ import annotations

import getpass
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.huntline import huntline

from huntline.cli import install_service
from huntline.cli.install_service import unit
from huntline.config import load_config

PROGRAM = Path("/opt/huntline/bin/huntline")


def lines(folder: Path, program: Path = PROGRAM, **settings: object) -> list[str]:
    return unit(load_config({"data": folder, **settings}), program, "huntline").splitlines()


@pytest.fixture
def units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "units"
    folder.mkdir()
    monkeypatch.setattr(install_service, "UNITS", folder)
    return folder


def test_calls_outlive_the_supervisor_and_a_reload_is_an_upgrade() -> None:
    said = lines(Path("/srv/huntline"))
    for line in (
        "Type=notify",
        "KillMode=process",
        "Restart=on-failure",
        f"ExecStart={PROGRAM} serve --data /srv/huntline",
        f"ExecReload={PROGRAM} upgrade --data /srv/huntline",
        "WorkingDirectory=/srv/huntline",
        "ReadWritePaths=/srv/huntline",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "NoNewPrivileges=yes",
    ):
        assert line in said


def test_low_ports_are_the_only_right_that_it_may_get() -> None:
    assert "AmbientCapabilities=" in lines(Path("/srv/huntline"))
    low = lines(Path("/srv/huntline"), http="0.0.0.0:80")
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in low
    assert "CapabilityBoundingSet=CAP_NET_BIND_SERVICE" in low


def test_the_usual_place_is_made_by_systemd() -> None:
    said = lines(Path("/var/lib/huntline"))
    assert "StateDirectory=huntline" in said
    assert not any(line.startswith("ReadWritePaths") for line in said)


def test_what_lies_in_a_home_or_a_temporary_folder_is_not_hidden() -> None:
    assert "ProtectHome=read-only" in lines(Path("/home/amal/data"))
    assert "ProtectHome=read-only" in lines(Path("/srv/huntline"), Path("/root/venv/bin/huntline"))
    assert "PrivateTmp=no" in lines(Path("/srv/huntline"), Path("/tmp/venv/bin/huntline"))  # noqa: S108


@pytest.mark.parametrize("name", ["data", 'odd name "50%" $x'])
def test_systemd_understands_it(tmp_path: Path, name: str) -> None:
    program = Path(sys.executable).with_name("huntline")
    file = tmp_path / "huntline.service"
    file.write_text(unit(load_config({"data": tmp_path / name}), program, getpass.getuser()))
    done = subprocess.run(
        ("systemd-analyze", "verify", "--man=no", file), capture_output=True, text=True, check=False
    )
    assert [line for line in done.stderr.splitlines() if "huntline.service" in line] == []


def test_it_is_written_once_and_again_but_not_over_somebody_elses(tmp_path: Path, units: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    words = ("install-service", "--data", data, "--user", getpass.getuser())
    for _ in range(2):
        done = huntline(*words)
        assert (done.returncode, done.stderr) == (0, "")
    assert "systemctl enable --now huntline" in done.stdout
    written = (units / "huntline.service").read_text()
    assert huntline(*words, "--print").stdout == written
    (units / "huntline.service").write_text("[Service]\n")
    refused = huntline(*words)
    assert refused.returncode == 1
    assert "was written by somebody else" in refused.stderr
    assert (units / "huntline.service").read_text() == "[Service]\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--user", "nobody\nExecStart=/bin/sh"), "--user: 'nobody\\nExecStart=/bin/sh' is wrong"),
        (("--name", "../x"), "--name: '../x' is wrong"),
        (("--user", "nobody-has-this-name"), "useradd --system"),
        (("--user", getpass.getuser(), "--data", "/nowhere/data"), "install -d -m 700"),
    ],
)
def test_what_could_not_start_is_refused(
    tmp_path: Path, units: Path, words: tuple[str, ...], said: str
) -> None:
    done = huntline("install-service", "--data", tmp_path, *words)
    assert done.returncode == 1
    assert said in done.stderr
    assert not any(units.iterdir())
