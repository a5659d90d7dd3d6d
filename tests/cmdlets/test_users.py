"""The cmdlets for users: rules section 4, and of section 1 what they can reach."""

from __future__ import annotations

import json

import pytest

from tests.cmdlets.rig import NUMBER, Shell


def upns(shell: Shell, script: str) -> list[str]:
    """Who is shown."""
    return shell.lines(f"{script} | Select-Object -ExpandProperty UserPrincipalName")


def test_set_gives_a_user_voice_and_takes_it_away(shell: Shell) -> None:
    amal = shell.user("amal", voice_enabled=False)
    assert shell.lines(f"Set-CsUser -Identity {amal} -EnterpriseVoiceEnabled $true") == []
    assert shell.organization().users[0].voice_enabled
    shell.lines(f"Set-CsUser {amal} -EnterpriseVoiceEnabled $false")
    assert not shell.organization().users[0].voice_enabled
    said = shell.refused(f"Set-CsUser {amal} -EnterpriseVoiceEnabled yes")
    assert said == "Set-CsUser : -EnterpriseVoiceEnabled: value 'yes': must be $true or $false\n"


def test_set_gives_a_user_a_number_that_the_organization_then_holds(shell: Shell) -> None:
    amal = shell.user("amal")
    shell.lines(f"Set-CsUser {amal} -LineUri TEL:+14255550123")
    organization = shell.organization()
    assert organization.users[0].line_uri == "tel:+14255550123"
    assert [(each.number, str(each.kind)) for each in organization.numbers] == [("+14255550123", "user")]
    for cleared in ("$null", "''"):
        shell.lines(f"Set-CsUser {amal} -LineUri tel:+14255550123; Set-CsUser {amal} -LineUri {cleared}")
        assert shell.organization().users[0].line_uri is None


def test_a_number_belongs_to_one_thing_and_a_service_number_to_no_user(shell: Shell) -> None:
    amal, bao = shell.user("amal", line_uri="tel:+14255550123"), shell.user("bao")
    shell.number()
    for wrong, said in (
        (f"tel:{NUMBER}", "is a service number"),
        ("tel:+14255550123", f"belongs to user {amal} already"),
        ("tel:+1 425 555 0124", "tel:+"),
        ("+14255550124", "tel:+"),
    ):
        message = shell.refused(f"Set-CsUser {bao} -LineUri '{wrong}'")
        assert message.startswith(f"Set-CsUser : -LineUri: value '{wrong}': ")
        assert said in message
    assert shell.organization().users[1].line_uri is None


def test_who_lacks_what_an_agent_needs_becomes_one_by_voice(shell: Shell) -> None:
    amal = shell.user("amal", voice_enabled=False)
    shell.group("First", amal)
    shell.queue(groups=["First"])
    (left_out,) = shell.api.get("/queues/Help Desk/agents")["left_out"]
    assert "lacks voice-enabling" in left_out["reason"]
    shell.lines(f"Set-CsUser {amal} -EnterpriseVoiceEnabled $true")
    assert shell.api.get("/queues/Help Desk/agents")["left_out"] == []


@pytest.mark.parametrize(
    "identity",
    ["amal@contoso.com", "AMAL@Contoso.com", "sip:amal@contoso.com", "SIP:Amal@contoso.com", "amal haddad"],
)
def test_a_user_is_called_by_upn_sip_address_or_display_name_in_any_letter_case(
    shell: Shell, identity: str
) -> None:
    amal = shell.user("amal", display_name="Amal Haddad")
    shell.user("bao", display_name="Bao Amal Haddad")
    assert upns(shell, f"Get-CsOnlineUser -Identity '{identity}'") == [amal]
    assert upns(shell, f"'{identity}' | Get-CsOnlineUser") == [amal]


def test_a_user_is_called_by_id(shell: Shell) -> None:
    amal = shell.user("amal")
    assert upns(shell, f"$x = (Get-CsOnlineUser {amal}).ObjectId; Get-CsOnlineUser $x") == [amal]


@pytest.mark.parametrize(
    "script",
    [
        "Set-CsUser 'Amal Haddad' -EnterpriseVoiceEnabled $false",
        "Get-CsOnlineUser 'amal HADDAD'",
        "Grant-CsCallingLineIdentity 'Amal Haddad' Global",
    ],
)
def test_an_ambiguous_display_name_is_refused_with_the_candidates(shell: Shell, script: str) -> None:
    for name in ("amal", "amal.2"):
        shell.user(name, display_name="Amal Haddad")
    before = shell.organization()
    said = shell.refused(script)
    assert "is the display name of several users" in said
    assert "amal@contoso.com, amal.2@contoso.com" in said
    assert shell.organization() == before


def test_an_unknown_user_is_refused_with_a_close_one(shell: Shell) -> None:
    shell.user("amal", display_name="Amal Haddad")
    assert "did you mean Amal Haddad?" in shell.refused("Get-CsOnlineUser 'Amal Hadad'")
    assert "there is no user" in shell.refused(f"Get-CsOnlineUser {'x' * 300}")
    assert "-Identity: is needed" in shell.refused("Set-CsUser -LineUri $null")


def test_get_shows_users_with_the_names_of_2018(shell: Shell) -> None:
    amal = shell.user("amal", display_name="Amal Haddad", line_uri="tel:+14255550123", homed="hybrid")
    user = json.loads("\n".join(shell.lines("Get-CsOnlineUser | ConvertTo-Json")))
    assert user.pop("ObjectId")
    assert user == {
        "Identity": amal,
        "DisplayName": "Amal Haddad",
        "UserPrincipalName": amal,
        "SipAddress": f"sip:{amal}",
        "EnterpriseVoiceEnabled": True,
        "LineURI": "tel:+14255550123",
        "CallingLineIdentity": None,
        "AssignedPlan": ["E5"],
        "Homed": "hybrid",
        "Enabled": True,
    }


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ("{ EnterpriseVoiceEnabled -eq $true }", ["amal", "bao"]),
        ("'EnterpriseVoiceEnabled -eq $false'", ["chi"]),
        ('{DisplayName -like "A*" -or DisplayName -like "C*"}', ["amal", "chi"]),
        ('{DisplayName -like "*a*" -and EnterpriseVoiceEnabled -eq $true -and LineUri -ne $null}', ["bao"]),
        ("{LineUri -eq $number}", ["bao"]),
        ("{ $_.DisplayName -eq 'Amal' }", None),
        ("DisplayName", None),
        ("{ DisplayName -like }", None),
        ("{ Colour -eq 'red' }", None),
        ("{ DisplayName -colour 'red' }", None),
        ("{ DisplayName -eq 'a' -xor LineUri -eq 'b' }", None),
        ("'foreach ($x in 1) { }'", None),
        ("5", None),
    ],
)
def test_a_filter_compares_properties(shell: Shell, filter_: str, found: list[str] | None) -> None:
    shell.user("amal", display_name="Amal")
    shell.user("bao", display_name="Bao", line_uri="tel:+14255550123")
    shell.user("chi", display_name="Chi", voice_enabled=False)
    shell.lines("$number = 'tel:+14255550123'")
    script = f"Get-CsOnlineUser -Filter {filter_}"
    if found is None:
        assert shell.refused(script).startswith("Get-CsOnlineUser : -Filter: value ")
    else:
        assert upns(shell, script) == [f"{name}@contoso.com" for name in found]


def test_a_result_size_bounds_how_many_are_shown(shell: Shell) -> None:
    for name in ("amal", "bao", "chi"):
        shell.user(name)
    assert len(upns(shell, "Get-CsOnlineUser -ResultSize 2")) == 2
    assert len(upns(shell, "Get-CsOnlineUser -ResultSize Unlimited")) == 3
    assert "-ResultSize: value 'some': must be a whole number, or Unlimited" in shell.refused(
        "Get-CsOnlineUser -ResultSize some"
    )


def test_users_from_a_pipeline_are_changed(shell: Shell) -> None:
    for name in ("amal", "bao"):
        shell.user(name)
    shell.lines("Get-CsOnlineUser | Set-CsUser -EnterpriseVoiceEnabled $false")
    assert not any(user.voice_enabled for user in shell.organization().users)
    users = shell.lines(
        "Get-CsOnlineUser amal@contoso.com | Set-CsUser -LineUri $null -PassThru | select Identity"
    )
    assert users == ["Identity", "--------", "amal@contoso.com"]
