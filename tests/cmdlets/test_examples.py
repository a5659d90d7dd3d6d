"""Commands as administrators of 2018 wrote them, run as they are: those of the issue, and the usual kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cmdlets.rig import MUSIC, Shell, shell_on

PRIMARY_URI = "sip:hg_a82e2406b9b5474a9878e9659f32dbc3@litwareinc.com"

EXAMPLES = [
    'New-CsHuntGroup -Name "Help Desk" -Domain "litwareinc.com" -UseDefaultMusicOnHold $true',
    'New-CsHuntGroup -Name "Contoso helpdesk" -Domain litwareinc.com -AgentAlertTime 40'
    ' -DistributionLists "DistList1", "DistList2" -UseDefaultMusicOnHold $True -OverflowAction Forward'
    ' -OverflowActionTarget "sip:helpdesk2@litwareinc.com" -OverflowThreshold 100'
    ' -TimeoutAction Forward -TimeoutActionTarget "tel:+12345678" -TimeoutThreshold 5',
    '$musicOnHoldContent = Get-Content ".\\MusicOnHold.wav" -ReadCount 0 -Encoding Byte\n'
    f'Set-CsHuntGroup -PrimaryUri "{PRIMARY_URI}" -LineUri "tel:+14258828080"'
    ' -MusicOnHoldFileName "MusicOnHold.wav" -MusicOnHoldFileContent $musicOnHoldContent',
    f'Set-CsHuntGroup -PrimaryUri "{PRIMARY_URI}" -UseDefaultMusicOnHold $true',
    f'Get-CsHuntGroup -PrimaryUri "{PRIMARY_URI}"',
    "Get-CsHuntGroup | Select-Object Name,PrimaryUri,LineUri | Sort-Object Name | Format-Table -AutoSize",
    "Get-CsHuntGroup | Set-CsHuntGroup -AgentAlertTime 45",
    f'Remove-CsHuntGroup -PrimaryUri "{PRIMARY_URI}"',
    'New-CsCallingLineIdentity -Identity "UKSalesQueue" -CallingIdSubstitute "Service"'
    " -ServiceNumber 14258828080 -EnableUserOverride $False -Verbose",
    "New-CsCallingLineIdentity  -Identity Quiet -Description 'No number' -CallingIDSubstitute Anonymous"
    " -EnableUserOverride $false -BlockIncomingPstnCallerID $true",
    'Set-CsCallingLineIdentity -Identity "UKOrgAA" -CallingIdSubstitute "Service"'
    ' -ServiceNumber "14258828080"',
    'Get-CsCallingLineIdentity -Filter "tag:UK*"',
    'Remove-CsCallingLineIdentity -Identity "UKOrgAA"',
    'Grant-CsCallingLineIdentity -PolicyName UKOrgAA -Identity "AmosMarble@litwareinc.com"',
    "Grant-CsCallingLineIdentity -Identity 'Amos Marble' -PolicyName $null",
    'Set-CsUser -identity "Amos Marble" -EnterpriseVoiceEnabled $true',
    'Set-CsUser -Identity "amosmarble@litwareinc.com" -LineUri "tel:+14255550123"',
    "Get-CsOnlineUser -Filter {EnterpriseVoiceEnabled -eq $true} | select UserPrincipalName, LineURI",
]


@pytest.fixture
def litware(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """An office with all that the examples speak of."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "MusicOnHold.wav").write_bytes(MUSIC)
    with shell_on(tmp_path / "data", "litwareinc.com") as shell:
        for name, shown in (("amosmarble", "Amos Marble"), ("helpdesk2", "")):
            user = {"upn": f"{name}@litwareinc.com", "display_name": shown, "licences": ["E5"]}
            shell.api.post("/users", user | {"voice_enabled": True})
        shell.number("+14258828080")
        shell.group("DistList1", "amosmarble@litwareinc.com")
        shell.group("DistList2")
        shell.queue("Sales", primary_uri=PRIMARY_URI)
        shell.api.post("/caller-id-policies", {"name": "UKOrgAA"})
        yield shell


@pytest.mark.parametrize("script", EXAMPLES)
def test_an_example_runs_as_it_is(litware: Shell, script: str) -> None:
    printed = litware.run(script)
    assert not printed.has_failed, printed.err


def test_the_examples_of_the_issue_do_what_they_say(shell: Shell) -> None:
    shell.number("+14258828080")
    shell.user("AmosMarble", display_name="Amos Marble", voice_enabled=False)
    printed = shell.run(
        'New-CsCallingLineIdentity -Identity "UKSalesQueue" -CallingIdSubstitute "Service"'
        " -ServiceNumber 14258828080 -EnableUserOverride $False -Verbose"
    )
    assert not printed.has_failed
    done = 'VERBOSE: Performing the operation "New-CsCallingLineIdentity" on target "UKSalesQueue".'
    assert done in printed.err
    shell.lines('Grant-CsCallingLineIdentity -PolicyName UKSalesQueue -Identity "AmosMarble@contoso.com"')
    shell.lines('Set-CsUser -identity "Amos Marble" -EnterpriseVoiceEnabled $true')
    (amos,) = shell.organization().users
    assert (amos.caller_id_policy, amos.voice_enabled) == ("UKSalesQueue", True)
    policy = shell.organization().caller_id_policies[-1]
    assert (policy.service_number, policy.enable_user_override) == ("+14258828080", False)
