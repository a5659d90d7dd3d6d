"""The cmdlets for caller-ID policies: rules section 4."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cmdlets.rig import NUMBER, Shell

DEFAULTS = {
    "Description": "",
    "EnableUserOverride": False,
    "ServiceNumber": None,
    "CallingIDSubstitute": "LineUri",
    "BlockIncomingPstnCallerID": False,
    "CompanyName": "",
}


def shown(shell: Shell, script: str) -> Any:
    """Objects as a program reads them."""
    return json.loads("\n".join(shell.lines(f"{script} | ConvertTo-Json")))


def policy(shell: Shell, name: str) -> dict[str, Any]:
    """A policy as Get shows it."""
    found: dict[str, Any] = shown(shell, f"Get-CsCallingLineIdentity -Identity '{name}'")
    return found


def test_new_makes_a_policy_with_the_defaults(shell: Shell) -> None:
    assert shown(shell, "New-CsCallingLineIdentity Plain") == {"Identity": "Plain"} | DEFAULTS
    said = shell.refused("New-CsCallingLineIdentity -Identity PLAIN")
    assert "-Identity: value 'PLAIN': must be unique" in said
    assert "-Identity: is needed" in shell.refused("New-CsCallingLineIdentity")


def test_new_takes_every_parameter(shell: Shell) -> None:
    shell.number()
    made = shown(
        shell,
        "New-CsCallingLineIdentity -Identity 'UK line' -CallingIDSubstitute Service"
        f" -ServiceNumber {NUMBER[1:]}"
        " -EnableUserOverride $true -BlockIncomingPstnCallerID $true -CompanyName 'Contoso UK'"
        " -Description 'For London'",
    )
    assert made == {
        "Identity": "UK line",
        "Description": "For London",
        "EnableUserOverride": True,
        "ServiceNumber": NUMBER[1:],
        "CallingIDSubstitute": "Service",
        "BlockIncomingPstnCallerID": True,
        "CompanyName": "Contoso UK",
    }
    assert shell.api.get("/caller-id-policies/UK line")["service_number"] == NUMBER


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (
            "-CallingIDSubstitute Servce",
            "-CallingIDSubstitute: value 'Servce': must be one of Anonymous, Service",
        ),
        ("-CallingIDSubstitute Service", "-ServiceNumber: "),
        (
            "-CallingIDSubstitute Service -ServiceNumber +14258828080",
            "must be digits without + and separators",
        ),
        ("-CallingIDSubstitute Service -ServiceNumber '1 425'", "must be digits without + and separators"),
        ("-CallingIDSubstitute Service -ServiceNumber 14255550199", "-ServiceNumber: value '+14255550199'"),
        ("-CallingIDSubstitute Service -ServiceNumber 14255550123", "-ServiceNumber: value '+14255550123'"),
        ("-EnableUserOverride maybe", "-EnableUserOverride: value 'maybe': must be $true or $false"),
    ],
)
def test_a_service_number_is_the_organizations_and_goes_with_service(
    shell: Shell, parameters: str, said: str
) -> None:
    shell.number()
    shell.number("+14255550123", kind="user")
    message = shell.refused(f"New-CsCallingLineIdentity -Identity UK {parameters}")
    assert message.startswith("New-CsCallingLineIdentity : ")
    assert said in message
    assert len(shell.organization().caller_id_policies) == 1


def test_set_changes_what_is_named_and_without_identity_global(shell: Shell) -> None:
    shell.number()
    shell.lines(
        "New-CsCallingLineIdentity UK -CallingIDSubstitute Service -Description a"
        f" -ServiceNumber {NUMBER[1:]}"
    )
    assert shell.lines("Set-CsCallingLineIdentity -Identity tag:uk -EnableUserOverride $true") == []
    changed = policy(shell, "UK")
    assert (changed["EnableUserOverride"], changed["Description"], changed["ServiceNumber"]) == (
        True,
        "a",
        NUMBER[1:],
    )
    shell.lines("Set-CsCallingLineIdentity UK -CallingIDSubstitute Anonymous -Description ''")
    changed = policy(shell, "UK")
    assert (changed["CallingIDSubstitute"], changed["ServiceNumber"], changed["Description"]) == (
        "Anonymous",
        None,
        "",
    )
    assert shown(shell, "Set-CsCallingLineIdentity -CompanyName Contoso -PassThru")["Identity"] == "Global"
    assert policy(shell, "Global")["CompanyName"] == "Contoso"
    assert "there is no caller-ID policy 'FR'" in shell.refused(
        "Set-CsCallingLineIdentity FR -CompanyName Contoso"
    )


def test_get_shows_all_one_or_those_that_wildcards_match(shell: Shell) -> None:
    for name in ("UK sales", "UK service", "FR"):
        shell.lines(f"New-CsCallingLineIdentity '{name}'")
    names = "Select-Object -ExpandProperty Identity"
    assert shell.lines(f"Get-CsCallingLineIdentity | {names}") == ["Global", "UK sales", "UK service", "FR"]
    assert shell.lines(f"Get-CsCallingLineIdentity -Filter 'uk*' | {names}") == ["UK sales", "UK service"]
    assert shell.lines(f"Get-CsCallingLineIdentity -Filter 'Tag:uk*' | {names}") == ["UK sales", "UK service"]
    assert shell.lines(f"Get-CsCallingLineIdentity 'uk SALES' | {names}") == ["UK sales"]
    assert "did you mean UK sales?" in shell.refused("Get-CsCallingLineIdentity 'UK saels'")


def test_remove_takes_a_policy_away_and_resets_global(shell: Shell) -> None:
    shell.lines("New-CsCallingLineIdentity UK; Set-CsCallingLineIdentity -CallingIDSubstitute Anonymous")
    assert shell.lines("Remove-CsCallingLineIdentity UK; Remove-CsCallingLineIdentity -Identity Global") == []
    assert policy(shell, "Global") == {"Identity": "Global"} | DEFAULTS
    assert [each.name for each in shell.organization().caller_id_policies] == ["Global"]
    assert "there is no caller-ID policy" in shell.refused("Remove-CsCallingLineIdentity UK")


def test_a_policy_in_use_stays_and_it_is_said_by_whom(shell: Shell) -> None:
    amal = shell.user("amal")
    shell.lines(f"New-CsCallingLineIdentity UK | Out-Null; Grant-CsCallingLineIdentity {amal} UK")
    assert "user amal@contoso.com" in shell.refused("Remove-CsCallingLineIdentity UK")


def granted(shell: Shell, upn: str) -> str:
    """The policy in effect for a user."""
    return str(shell.api.get(f"/users/{upn}/caller-id")["policy"])


def test_a_policy_is_granted_to_a_user_a_group_or_everybody_and_the_nearest_counts(shell: Shell) -> None:
    amal = shell.user("amal", display_name="Amal Haddad")
    shell.group("Inner", amal)
    shell.group("Outer", "Inner")
    shell.lines("'Mine', 'High', 'Low' | New-CsCallingLineIdentity | Out-Null")
    assert granted(shell, amal) == "Global"
    for script, policy_name in (
        ("-Group Inner -PolicyName High -Rank 2", "High"),
        ("-Group outer -PolicyName Low -Rank 1", "Low"),
        ("-Identity sip:AMAL@contoso.com -PolicyName tag:mine", "Mine"),
        (f"{amal} $null", "Low"),
        ("'amal haddad' Mine", "Mine"),
        ("-Identity $id -PolicyName ''", "Low"),
        ("-Group Outer -PolicyName $null", "High"),
        ("-Group Inner -PolicyName $null", "Global"),
    ):
        shell.lines(f"$id = (Get-CsOnlineUser {amal}).ObjectId; Grant-CsCallingLineIdentity {script}")
        assert granted(shell, amal) == policy_name


def test_the_caller_id_in_effect_is_hidden_anonymous_the_service_number_or_the_own(shell: Shell) -> None:
    shell.number()
    amal = shell.user("amal", line_uri="tel:+14255550123")

    def shows(parameters: str) -> Any:
        shell.lines(f"Set-CsCallingLineIdentity {parameters}")
        return shell.api.get(f"/users/{amal}/caller-id")["shows"]

    assert shows("-Description x") == "+14255550123"
    assert shows(f"-CallingIDSubstitute Service -ServiceNumber {NUMBER[1:]}") == NUMBER
    shell.api.patch(f"/users/{amal}", {"hides_number": True})
    assert shows("-EnableUserOverride $false") == NUMBER
    assert shows("-EnableUserOverride $true") == "anonymous"
    shell.api.patch(f"/users/{amal}", {"hides_number": False})
    assert shows("-CallingIDSubstitute Anonymous") == "anonymous"


def test_a_grant_to_everybody_gives_global_the_settings_of_the_policy(shell: Shell) -> None:
    shell.lines("New-CsCallingLineIdentity UK -CallingIDSubstitute Anonymous -CompanyName Contoso")
    assert shell.lines("Grant-CsCallingLineIdentity -Global -PolicyName UK") == []
    expected = policy(shell, "UK") | {"Identity": "Global"}
    assert policy(shell, "Global") == expected
    shell.lines("Grant-CsCallingLineIdentity -PolicyName $null -Global")
    assert policy(shell, "Global") == {"Identity": "Global"} | DEFAULTS


def test_pass_thru_prints_the_user(shell: Shell) -> None:
    amal = shell.user("amal")
    shell.lines("New-CsCallingLineIdentity UK | Out-Null")
    user = shown(shell, f"Grant-CsCallingLineIdentity -Identity {amal} -PolicyName UK -PassThru")
    assert (user["UserPrincipalName"], user["CallingLineIdentity"]) == (amal, "UK")
    assert shell.lines(f"Grant-CsCallingLineIdentity -Identity {amal} -PolicyName UK") == []


def test_users_from_a_pipeline_are_granted_a_policy(shell: Shell) -> None:
    upns = [shell.user("amal"), shell.user("bao")]
    shell.lines(
        "New-CsCallingLineIdentity UK | Out-Null\n"
        "Get-CsOnlineUser | Grant-CsCallingLineIdentity -PolicyName UK"
    )
    assert [granted(shell, upn) for upn in upns] == ["UK", "UK"]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ("-PolicyName UK", "say one of -Identity USER, -Group GROUP -Rank NUMBER, or -Global"),
        ("amal@contoso.com UK -Global", "say one of"),
        ("amal@contoso.com", "-PolicyName: is needed; $null takes the policy away"),
        ("amal@contoso.com UK -Rank 1", "-Rank: goes with -Group only"),
        ("-Group First -PolicyName UK", "-Rank: is needed with -Group"),
        ("-Group Frist -PolicyName UK -Rank 1", "did you mean First?"),
        ("-Group First -PolicyName UK -Rank -1", "-Rank: value -1"),
        ("amal@contoso.com FR", "-PolicyName: value 'FR'"),
        ("-Global -PolicyName FR", "there is no caller-ID policy 'FR'"),
        (
            "nobody UK",
            "-Identity: value 'nobody': there is no user of this UPN, SIP address, id or display name",
        ),
    ],
)
def test_a_grant_that_cannot_be_changes_nothing(shell: Shell, parameters: str, said: str) -> None:
    shell.user("amal")
    shell.group("First", "amal@contoso.com")
    shell.lines("New-CsCallingLineIdentity UK -CallingIDSubstitute Anonymous")
    before = shell.organization()
    message = shell.refused(f"Grant-CsCallingLineIdentity {parameters}")
    assert message.startswith("Grant-CsCallingLineIdentity : ")
    assert said in message
    assert shell.organization() == before
