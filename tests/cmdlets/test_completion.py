"""What is suggested at the prompt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from huntline.cmdlets.completion import suggestions
from tests.cmdlets.rig import NUMBER, Shell, shell_on


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with shell_on(tmp_path_factory.mktemp("completion") / "data") as running:
        running.number()
        running.number("+14255550123", kind="user")
        running.user("amal", display_name="Amal Haddad")
        running.group("First line")
        running.queue()
        running.lines('New-CsCallingLineIdentity "Bao\'s line" | Out-Null; $music = 1')
        yield running


def suggested(shell: Shell, before: str) -> list[str]:
    """The whole text with each suggestion in its place."""
    return [before[: len(before) - each.replaces] + each.text for each in suggestions(before, shell.session)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("new-cshunt", ["New-CsHuntGroup"]),
        ("Get-CsHuntGroup | Set-Cs", ["Set-CsHuntGroup", "Set-CsCallingLineIdentity", "Set-CsUser"]),
        ("$x = Get-CsH", ["Get-CsHuntGroup"]),
        ("(Get-CsH", ["Get-CsHuntGroup"]),
        ("1 | % { Get-CsH", ["Get-CsHuntGroup"]),
        ("'a | Get-CsH", []),
        ("Set-CsHuntGroup -agentA", ["-AgentAlertTime"]),
        ("Set-CsHuntGroup `\n  -Name x -Agent", ["-AgentAlertTime"]),
        ("Set-CsHuntGroup -Tenan", []),
        ("Set-CsHuntGroup -RoutingMethod ", ["Attendant", "Serial"]),
        ("Set-CsHuntGroup -Routing s", ["Serial"]),
        ("Set-CsHuntGroup -AllowOptOut $t", ["$true"]),
        ("Set-CsHuntGroup -Name $m", ["$music"]),
        ("Set-CsHuntGroup -LineUri tel", [f"tel:{NUMBER}"]),
        ("New-CsHuntGroup -Domain ", ["contoso.com"]),
        ("New-CsHuntGroup -DistributionLists fir", ["'First line'"]),
        ("New-CsHuntGroup -DistributionLists a, ", ["'First line'"]),
        ('New-CsHuntGroup -DistributionLists "Fir', ["'First line'"]),
        ("Set-CsUser am", ["amal@contoso.com"]),
        ("Set-CsUser -Identity am", ["amal@contoso.com"]),
        ("Grant-CsCallingLineIdentity -PolicyName B", ["'Bao''s line'"]),
        ("Set-CsCallingLineIdentity -ServiceNumber ", [NUMBER[1:]]),
        ("Get-Help Grant", ["Grant-CsCallingLineIdentity"]),
        ("Get-CsOnlineUser -ResultSize u", ["Unlimited"]),
        ("Get-Mailbox -I", []),
        ("Set-CsHuntGroup -Nonsense x", []),
        ("Set-CsHuntGroup -WhatIf ", []),
    ],
)
def test_the_prompt_suggests_what_could_come_next(shell: Shell, before: str, after: list[str]) -> None:
    found = suggested(shell, before)
    assert len(found) == len(after)
    assert all(whole.endswith(end) for whole, end in zip(found, after, strict=True))


def test_a_primary_uri_is_suggested_with_the_name_of_its_call_queue(shell: Shell) -> None:
    (only,) = suggestions("Set-CsHuntGroup -PrimaryUri sip:", shell.session)
    assert only.text == shell.stored()["primary_uri"]
    assert only.about == "Help Desk"
