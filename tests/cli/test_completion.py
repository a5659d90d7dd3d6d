"""What the shell suggests while people type."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.huntline import huntline

CONTOSO = """\
organization: Contoso
domains: [contoso.com]
numbers: [{number: "+14255550100", kind: service-toll}]
users: [{upn: amal@contoso.com}, {upn: bao@contoso.com}]
groups: [{name: First line, kind: security-group}]
trunks: [{name: provider, addresses: [192.0.2.1]}]
queues: [{name: Help Desk}, {name: Sales}]
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "contoso.yaml").write_text(CONTOSO)
    assert huntline("apply", tmp_path / "contoso.yaml", "--data", tmp_path / "data").returncode == 0
    return tmp_path / "data"


def line_of(*words: str) -> dict[str, str]:
    """The environment in which bash asks what may follow in a line that ends in the last of the words."""
    return {
        "_HUNTLINE_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(("huntline", *words)),
        "COMP_CWORD": str(len(words)),
    }


Suggestions = Callable[..., list[str]]


@pytest.fixture
def suggestions(monkeypatch: pytest.MonkeyPatch) -> Suggestions:
    """What bash is told."""

    def suggested(*words: str) -> list[str]:
        for name, value in line_of(*words).items():
            monkeypatch.setenv(name, value)
        done = huntline()
        assert done.stderr == ""
        return done.stdout.split("\n")[:-1] if done.stdout.strip() else []

    return suggested


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (("queue", "show", ""), ["Help Desk", "Sales"]),
        (("queue", "set", "Sa"), ["Sales"]),
        (("queue", "set", "Sales", "--add-agent", "a"), ["amal@contoso.com"]),
        (("queue", "set", "Sales", "--add-group", ""), ["First line"]),
        (("user", "show", "b"), ["bao@contoso.com"]),
        (("group", "show", ""), ["First line"]),
        (("number", "show", ""), ["+14255550100"]),
        (("trunk", "show", ""), ["provider"]),
        (("policy", "show", ""), ["Global"]),
        (("export", "--organization", ""), ["Contoso"]),
    ],
)
def test_names_in_the_data_folder_are_suggested(
    data: Path, suggestions: Suggestions, words: tuple[str, ...], wanted: list[str]
) -> None:
    *verb, last = words[:2] if words[0] == "export" else words[:3]
    assert suggestions(*verb, "--data", str(data), last, *words[len(verb) + 1 :]) == wanted


def test_words_of_a_setting_are_suggested_by_the_command_as_bash_runs_it() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "huntline"],
        env=line_of("queue", "set", "Sales", "--distribution", "s"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("serial\n", "")


def test_where_names_cannot_be_read_nothing_is_suggested(suggestions: Suggestions, tmp_path: Path) -> None:
    assert suggestions("queue", "show", "--data", str(tmp_path / "nowhere"), "") == []
    (tmp_path / "huntline.db").write_text("this is no database")
    assert suggestions("queue", "show", "--data", str(tmp_path), "") == []
    assert suggestions("queue", "show", "--server", "http://127.0.0.1:1", "") == []
    assert not (tmp_path / "nowhere").exists()
