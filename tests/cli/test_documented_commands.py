"""The commands in docs/command-line.md do what they say."""

from __future__ import annotations

import io
import shlex
import sys
from pathlib import Path

import pytest
from tests.cli.huntline import huntline
from tests.cli.test_settings_verbs import stored, write_sound

PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
CONTOSO = """\
organization: Contoso
domains: [contoso.com]
numbers: [{number: "+14255550100", kind: service-toll}]
users:
  - {upn: amal@contoso.com, licences: [E5], voice_enabled: true, voicemail: "tel:+442079460000"}
  - {upn: bao@contoso.com, licences: [E5], voice_enabled: true}
queues: [{name: Sales}]
"""


def commands() -> list[str]:
    """The lines of the page's blocks that are commands."""
    blocks = PAGE.read_text().split("```")[1::2]
    return [line for block in blocks for line in block.splitlines() if line.startswith("huntline ")]


def test_the_commands_on_the_page_run_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "contoso.yaml").write_text(CONTOSO)
    assert huntline("apply", "contoso.yaml").returncode == 0
    write_sound(tmp_path / "welcome.wav")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"secret\n"), encoding="utf-8"))
    assert commands()
    for command in commands():
        words = shlex.split(command.partition("<")[0])[1:]
        done = huntline(*words)
        assert done.returncode == 0, f"{command}: {done.stderr}"
    help_desk = next(queue for queue in stored(tmp_path / "data").queues if queue.name == "Help Desk")
    assert help_desk.agent_alert_time == 45
    assert stored(tmp_path / "data").users[-1].digests
