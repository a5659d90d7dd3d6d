"""What all cmdlets share: -WhatIf, -Confirm, -Verbose, -ErrorAction, and how their errors read."""

from __future__ import annotations

from pathlib import Path

import pytest

from huntline.directory.access import Role
from tests.cmdlets.rig import MUSIC, Shell, shell_on
from tests.web.rig import server_rig

CHANGES = [
    "New-CsHuntGroup -Name New -Domain contoso.com -UseDefaultMusicOnHold $true",
    "Get-CsHuntGroup | Set-CsHuntGroup -AgentAlertTime 45",
    "Get-CsHuntGroup | Remove-CsHuntGroup",
    "New-CsCallingLineIdentity FR",
    "Set-CsCallingLineIdentity UK -Description x",
    "Remove-CsCallingLineIdentity UK",
    "Grant-CsCallingLineIdentity amal@contoso.com UK",
    "Grant-CsCallingLineIdentity -Group First -PolicyName UK -Rank 1",
    "Grant-CsCallingLineIdentity -Global -PolicyName UK",
    "Grant-CsCallingLineIdentity -Global -PolicyName $null",
    "Set-CsUser amal@contoso.com -LineUri tel:+14255550123 -PassThru",
]


def office(shell: Shell) -> None:
    """Something of everything that the changes need."""
    shell.user("amal")
    shell.group("First", "amal@contoso.com")
    shell.queue()
    shell.lines("New-CsCallingLineIdentity UK -CallingIDSubstitute Anonymous | Out-Null")
    shell.lines("Set-CsCallingLineIdentity -Description y")


@pytest.mark.parametrize("change", CHANGES)
def test_what_if_checks_and_says_what_would_be_done_but_changes_nothing(shell: Shell, change: str) -> None:
    office(shell)
    before = shell.organization()
    printed = shell.lines(f"{change} -WhatIf")
    cmdlet = change.rpartition("| ")[2].partition(" ")[0]
    assert [line.partition(" on target")[0] for line in printed] == [
        f'What if: Performing the operation "{cmdlet}"'
    ]
    assert shell.lines(f"$WhatIfPreference = $true; {change}; $WhatIfPreference = $false") == printed
    assert shell.organization() == before
    shell.lines(f"{change} -WhatIf:$false")
    assert shell.organization() != before


@pytest.mark.parametrize("change", CHANGES)
def test_confirm_asks_and_no_changes_nothing(tmp_path: Path, change: str) -> None:
    with shell_on(tmp_path / "data", answers=["n", "Y"]) as shell:
        office(shell)
        before = shell.organization()
        assert shell.lines(f"{change} -Confirm") == []
        assert shell.organization() == before
        assert "Performing the operation" in shell.asked[0]
        shell.lines(f"{change} -Confirm")
        assert shell.organization() != before
        assert shell.answers == []


def test_confirm_without_a_terminal_is_refused_and_confirm_false_asks_nothing(shell: Shell) -> None:
    office(shell)
    said = shell.refused("Get-CsHuntGroup | Remove-CsHuntGroup -Confirm")
    assert "-Confirm: there is no terminal to ask on; say -Confirm:$false" in said
    assert shell.organization().queues
    shell.lines("Get-CsHuntGroup | Remove-CsHuntGroup -Confirm:$false")
    assert not shell.organization().queues


def test_what_if_finds_what_would_be_refused(shell: Shell) -> None:
    office(shell)
    said = shell.refused("Get-CsHuntGroup | Set-CsHuntGroup -LineUri tel:+14255550199 -WhatIf")
    assert "-LineUri: value 'tel:+14255550199'" in said


def test_what_if_checks_a_sound_file_and_keeps_nothing(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "music.wav").write_bytes(MUSIC)
    shell.queue()
    before = shell.organization()
    shell.lines("$music = Get-Content music.wav -Encoding Byte")
    change = "Get-CsHuntGroup | Set-CsHuntGroup -WhatIf -MusicOnHoldFileContent"
    assert len(shell.lines(f"{change} $music -MusicOnHoldFileName music.wav")) == 1
    assert "-MusicOnHoldFileContent" in shell.refused(f"{change} (1, 2, 3) -MusicOnHoldFileName music.wav")
    assert shell.organization() == before


def test_verbose_says_what_is_done_beside_the_output(shell: Shell) -> None:
    shell.queue()
    change = "Get-CsHuntGroup | Set-CsHuntGroup -AgentAlertTime 45"
    assert "VERBOSE" not in shell.run(change).err
    for script in (f"{change} -Verbose", f"$VerbosePreference = 'continue'; {change}"):
        printed = shell.run(f"{script} | Out-Null")
        assert printed.out == ""
        assert 'VERBOSE: Performing the operation "Set-CsHuntGroup" on target "Help Desk".' in printed.err
        assert "VERBOSE: PATCH /queues/" in printed.err
    assert "VERBOSE" not in shell.run(f"{change} -Verbose:$false").err


WRONG = "Remove-CsCallingLineIdentity gone"


def test_an_error_is_printed_and_the_script_goes_on(shell: Shell) -> None:
    printed = shell.run(f"{WRONG}\n'and on'")
    assert (printed.lines, printed.has_failed) == (["and on"], True)
    assert printed.err == "Remove-CsCallingLineIdentity : there is no caller-ID policy 'gone' (line 1)\n"


def test_error_action_stop_ends_the_script_there(shell: Shell) -> None:
    for script in (
        f"{WRONG} -ErrorAction Stop",
        f"{WRONG} -ea stop",
        f"$ErrorActionPreference = 'Stop'; {WRONG}",
    ):
        printed = shell.run(f"{script}\n'and on'")
        assert (printed.lines, printed.has_failed) == ([], True)
        assert printed.err.count("\n") == 1
    printed = shell.run(
        "$ErrorActionPreference = 'Continue'; Get-CsHuntGroup -ErrorAction Stop -PrimaryUri ''; 1"
    )
    assert printed.lines == []


def test_error_action_silently_continue_says_nothing_and_goes_well(shell: Shell) -> None:
    printed = shell.run(f"{WRONG} -ErrorAction SilentlyContinue; 'and on'")
    assert (printed.lines, printed.err, printed.has_failed) == (["and on"], "", False)


def test_all_that_is_wrong_is_said_in_the_names_of_the_parameters(shell: Shell) -> None:
    shell.queue()
    said = shell.refused(
        "Get-CsHuntGroup | Set-CsHuntGroup -LineUri tel:+1-2 -DistributionLists nobody -Name ''"
    )
    assert said == "Set-CsHuntGroup : -Name: value '': must be one text that is not empty\n"
    said = shell.refused("Get-CsHuntGroup | Set-CsHuntGroup -LineUri tel:+1-2 -DistributionLists nobody")
    assert "-LineUri: value 'tel:+1-2'" in said
    assert "; -DistributionLists: value 'nobody'" in said


def test_an_object_that_fits_no_parameter_is_refused_and_the_next_is_tried(shell: Shell) -> None:
    shell.queue()
    printed = shell.run(
        "(Get-CsOnlineUser), (Get-CsHuntGroup) | Set-CsHuntGroup -AgentAlertTime 60 | select Name"
    )
    assert printed.lines == ["Name", "----", "Help Desk"]
    shell.user("amal")
    said = shell.refused("Get-CsOnlineUser | Set-CsHuntGroup -AgentAlertTime 60")
    assert "nothing of it fits a parameter that the pipeline may set" in said


def test_what_the_role_of_a_key_does_not_permit_is_refused(tmp_path: Path) -> None:
    with server_rig(tmp_path / "data") as rig:
        shell = Shell(rig.api(Role.AUDITOR), tmp_path / "data")
        said = shell.refused("New-CsCallingLineIdentity UK")
        assert "New-CsCallingLineIdentity : the role auditor may not do this" in said


def test_one_organization_sees_nothing_of_another(tmp_path: Path) -> None:
    with server_rig(tmp_path / "data") as rig:
        contoso = Shell(rig.api(), tmp_path / "data")
        uri = contoso.queue()["primary_uri"]
        contoso.user("amal")
        fabrikam = Shell(rig.api(organization_id=rig.add_organization("Fabrikam", "fabrikam.com")), tmp_path)
        assert fabrikam.lines("Get-CsHuntGroup; Get-CsOnlineUser") == []
        assert "there is no call queue" in fabrikam.refused(f"Remove-CsHuntGroup -PrimaryUri {uri}")
        assert "there is no user" in fabrikam.refused("Set-CsUser amal@contoso.com -LineUri $null")
