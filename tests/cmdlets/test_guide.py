"""Get-Command and Get-Help: what they say is so, and every example of theirs runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from huntline.cmdlets.catalogue import CMDLETS
from huntline.cmdlets.reference import reference
from huntline.cmdlets.session import Cmdlet
from tests.cmdlets.rig import MUSIC, Shell

OF_2018 = {
    *("New-CsHuntGroup", "Set-CsHuntGroup", "Get-CsHuntGroup", "Remove-CsHuntGroup"),
    *("New-CsCallingLineIdentity", "Set-CsCallingLineIdentity", "Get-CsCallingLineIdentity"),
    *("Remove-CsCallingLineIdentity", "Grant-CsCallingLineIdentity", "Set-CsUser", "Get-CsOnlineUser"),
}

DOCUMENT = Path(__file__).parents[2] / "docs" / "cmdlets.md"

EXAMPLES = [(cmdlet.name, example.script) for cmdlet in CMDLETS for example in cmdlet.examples]


def test_get_command_lists_the_cmdlets(shell: Shell) -> None:
    names = shell.lines("Get-Command | Select-Object -ExpandProperty Name")
    assert set(names) >= OF_2018
    assert names == sorted(cmdlet.name for cmdlet in CMDLETS)
    found = shell.lines("Get-Command *-cshuntgroup, get-help | % Name")
    assert found == [
        "Get-CsHuntGroup",
        "Get-Help",
        "New-CsHuntGroup",
        "Remove-CsHuntGroup",
        "Set-CsHuntGroup",
    ]
    assert "did you mean Get-CsHuntGroup?" in shell.refused("Get-Command Get-HuntGroup")


def test_get_help_without_a_name_lists_everything(shell: Shell) -> None:
    printed = shell.run("Get-Help").out
    assert all(cmdlet.name in printed for cmdlet in CMDLETS)


@pytest.mark.parametrize("cmdlet", CMDLETS, ids=lambda cmdlet: cmdlet.name)
def test_every_cmdlet_has_help_with_all_its_parameters_and_an_example(shell: Shell, cmdlet: Cmdlet) -> None:
    printed = shell.run(f"Get-Help {cmdlet.name.upper()} -Full").out
    assert cmdlet.synopsis in printed
    assert all(f"    -{parameter.name}" in printed for parameter in cmdlet.parameters)
    assert cmdlet.examples
    for example in cmdlet.examples:
        assert example.script.splitlines()[0] in printed
    examples = shell.run(f"Get-Help {cmdlet.name} -Examples").out
    assert "PS> " in examples
    assert "SYNTAX" not in examples
    assert max(map(len, shell.run(f"Get-Help {cmdlet.name}").out.splitlines())) <= 130


def test_get_help_explains_single_parameters(shell: Shell) -> None:
    printed = shell.lines("Get-Help Set-CsHuntGroup -Parameter AgentAlertTime")
    assert printed[0] == "    -AgentAlertTime <Int32>"
    assert "30 to 180 seconds" in printed[1]
    assert "        Default value          30" in printed
    several = shell.lines("Get-Help Set-CsHuntGroup -Parameter *Threshold")
    assert [line for line in several if line.startswith("    -")] == [
        "    -OverflowThreshold <Int32>",
        "    -TimeoutThreshold <Int32>",
    ]
    assert "did you mean Name?" in shell.refused("Get-Help Set-CsHuntGroup -Parameter Nmae")
    assert "there is no such cmdlet" in shell.refused("Get-Help Get-Mailbox")


def test_mandatory_parameters_stand_without_brackets_in_the_syntax(shell: Shell) -> None:
    printed = shell.run("Get-Help New-CsHuntGroup").out
    assert "New-CsHuntGroup -Name <String> -Domain <String> [-LineUri <tel:+digits>]" in printed
    assert "-Tenant" not in printed


@pytest.mark.parametrize(("name", "script"), EXAMPLES)
def test_every_example_of_the_help_runs(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, script: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for file in ("music.wav", "welcome.wav"):
        (tmp_path / file).write_bytes(MUSIC)
    (tmp_path / "queues.csv").write_text("Name,Seconds\nHelp Desk,30\n")
    (tmp_path / "numbers.csv").write_text("UPN;Number\namal@contoso.com;tel:+14255550123\n")
    shell.number("+14255550100")
    shell.user("amal", display_name="Amal Haddad")
    for group in ("First line", "Second line"):
        shell.group(group, "amal@contoso.com")
    if not name.startswith("New-Cs"):
        shell.queue()
        shell.lines("New-CsCallingLineIdentity 'UK line' | Out-Null")
    assert not shell.run(script).has_failed, shell.run(script).err


def test_the_document_lists_what_the_cmdlets_take() -> None:
    _, _, printed = DOCUMENT.read_text().partition("## All cmdlets\n")
    assert printed.endswith(reference()), "write what python -m huntline.cmdlets.reference prints"
