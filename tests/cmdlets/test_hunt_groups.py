"""The cmdlets for call queues: rules section 4, and of section 2 what a cmdlet can set."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cmdlets.rig import MUSIC, NUMBER, Shell, shell_on
from tests.web.rig import server_rig
from tests.web.signalling import signalling
from tests.web.sounds import wav

NEW = 'New-CsHuntGroup -Name "Help Desk" -Domain contoso.com -UseDefaultMusicOnHold $true'
PIPED = 'Get-CsHuntGroup | Where-Object Name -eq "Help Desk" | Set-CsHuntGroup'


def set_(shell: Shell, parameters: str) -> dict[str, Any]:
    """The call queue Help Desk after a change that must go well."""
    shell.lines(f"{PIPED} {parameters}")
    return shell.stored()


def refused(shell: Shell, parameters: str) -> str:
    """What is said of a change that must be refused; nothing has changed then."""
    before = shell.organization()
    said = shell.refused(f"{PIPED} {parameters}")
    assert shell.organization() == before
    return said


def shown(shell: Shell, script: str = "Get-CsHuntGroup") -> Any:
    """Objects as a program reads them."""
    return json.loads("\n".join(shell.lines(f"{script} | ConvertTo-Json")))


def test_new_makes_a_call_queue_with_the_defaults_and_prints_it(shell: Shell) -> None:
    printed = shell.run(NEW)
    assert printed.lines[0].startswith("PrimaryUri            : sip:hg_")
    assert "Name                  : Help Desk" in printed.lines
    assert "WARNING: Help Desk: nobody is rung yet" in printed.err
    assert "Set-CsHuntGroup -LineUri" in printed.err
    made = shown(shell)
    assert re.fullmatch(r"sip:hg_[0-9a-f]{32}@contoso\.com", made.pop("PrimaryUri"))
    assert made == {
        "Name": "Help Desk",
        "Domain": "contoso.com",
        "LineUri": None,
        "AgentAlertTime": 30,
        "AllowOptOut": True,
        "DistributionLists": [],
        "RoutingMethod": "Attendant",
        "OverflowThreshold": 50,
        "OverflowAction": "DisconnectWithBusy",
        "OverflowActionTarget": None,
        "TimeoutThreshold": 1200,
        "TimeoutAction": "Disconnect",
        "TimeoutActionTarget": None,
        "UseDefaultMusicOnHold": True,
        "MusicOnHoldFileName": None,
        "WelcomeMusicFileName": None,
        "CallsInQueue": 0,
    }


def test_new_takes_every_parameter(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "MusicOnHold.wav").write_bytes(MUSIC)
    (tmp_path / "WelcomeMusic.wav").write_bytes(wav(seconds=0.3))
    shell.number("+19998881234")
    shell.user("backup_user")
    first, second = shell.group("First line"), shell.group("Second line")
    made = shown(
        shell,
        f"""
        $musicOnHoldContent = Get-Content ".\\MusicOnHold.wav" -ReadCount 0 -Encoding Byte
        $welcomeMusicContent = Get-Content ".\\WelcomeMusic.wav" -ReadCount 0 -Encoding Byte
        New-CsHuntGroup -Name "Help desk" -Domain "contoso.com" -LineUri "tel:+19998881234" `
          -RoutingMethod Serial -DistributionLists @("{first}", "second LINE") -AllowOptOut $false `
          -AgentAlertTime 45 -OverflowThreshold 15 -OverflowAction Forward `
          -OverflowActionTarget "sip:backup_user@contoso.com" -TimeoutThreshold 30 `
          -TimeoutAction Disconnect -MusicOnHoldFileName "MusicOnHold.wav" `
          -MusicOnHoldFileContent $musicOnHoldContent -WelcomeMusicFileName "WelcomeMusic.wav" `
          -WelcomeMusicFileContent $welcomeMusicContent""",
    )
    assert made.pop("PrimaryUri")
    assert made == {
        "Name": "Help desk",
        "Domain": "contoso.com",
        "LineUri": "tel:+19998881234",
        "AgentAlertTime": 45,
        "AllowOptOut": False,
        "DistributionLists": [first, second],
        "RoutingMethod": "Serial",
        "OverflowThreshold": 15,
        "OverflowAction": "Forward",
        "OverflowActionTarget": "sip:backup_user@contoso.com",
        "TimeoutThreshold": 30,
        "TimeoutAction": "Disconnect",
        "TimeoutActionTarget": None,
        "UseDefaultMusicOnHold": False,
        "MusicOnHoldFileName": "MusicOnHold.wav",
        "WelcomeMusicFileName": "WelcomeMusic.wav",
        "CallsInQueue": 0,
    }


@pytest.mark.parametrize("missing", ["Name", "Domain"])
def test_name_and_domain_are_mandatory(shell: Shell, missing: str) -> None:
    given = {"Name": "x", "Domain": "contoso.com"}
    del given[missing]
    rest = " ".join(f"-{name} {value}" for name, value in given.items())
    said = shell.refused(f"New-CsHuntGroup {rest} -UseDefaultMusicOnHold $true")
    assert said == f"New-CsHuntGroup : -{missing}: is needed\n"


def test_a_domain_is_one_of_the_organizations(tmp_path: Path) -> None:
    with shell_on(tmp_path / "data", "contoso.com", "redmond.contoso.com") as shell:
        said = shell.refused("New-CsHuntGroup -Name a -Domain fabrikam.com -UseDefaultMusicOnHold $true")
        assert "-Domain: value 'fabrikam.com': must be a domain of the organization: contoso.com" in said
        shell.lines("New-CsHuntGroup -Name a -Domain Redmond.contoso.com -UseDefaultMusicOnHold $true")
        assert shell.stored("a")["primary_uri"].endswith("@redmond.contoso.com")


def test_a_name_is_1_to_64_characters_and_unique(shell: Shell) -> None:
    shell.queue()
    for name, said in (
        ("x" * 65, "must be 1 to 64 characters, this is 65"),
        ("HELP DESK", "must be unique"),
        (" Help", "must not begin or end with a blank"),
        ("", "must be one text that is not empty"),
    ):
        message = shell.refused(
            f'New-CsHuntGroup -Name "{name}" -Domain contoso.com -UseDefaultMusicOnHold $true'
        )
        assert message.startswith("New-CsHuntGroup : -Name: value ")
        assert said in message
    shell.lines(f'{PIPED} -Name "{"x" * 64}"')
    assert [queue.name for queue in shell.organization().queues] == ["x" * 64]


def test_the_primary_uri_is_the_key_and_never_changes(shell: Shell) -> None:
    uri = shell.queue()["primary_uri"]
    shell.lines(f"Set-CsHuntGroup -PrimaryUri {uri.upper().replace('SIP:HG', 'SIP:hg')} -Name Service")
    assert shell.stored("Service")["primary_uri"] == uri
    assert shown(shell, f"Get-CsHuntGroup -PrimaryUri {uri}")["Name"] == "Service"
    said = shell.refused("Get-CsHuntGroup -PrimaryUri Service")
    assert said.startswith(
        "Get-CsHuntGroup : -PrimaryUri: value 'Service': there is no call queue of this primary URI"
    )
    assert "-PrimaryUri: is needed" in shell.refused("Set-CsHuntGroup -Name x")
    assert "no call queue" in shell.refused(
        f"Set-CsHuntGroup -PrimaryUri sip:hg_{'0' * 32}@contoso.com -Name x"
    )


def test_a_line_uri_is_an_optional_service_number_in_lower_case(shell: Shell) -> None:
    shell.queue()
    shell.number()
    shell.number("+14255550123", kind="user")
    assert set_(shell, f"-LineUri TEL:{NUMBER}")["line_uri"] == f"tel:{NUMBER}"
    for wrong in ("tel:+1 425", "tel:+1-425-555", "tel:14255550100", NUMBER):
        assert f"-LineUri: value '{wrong}'" in refused(shell, f'-LineUri "{wrong}"')
    assert "is a user number" in refused(shell, "-LineUri tel:+14255550123")
    assert "is not in the organization's numbers" in refused(shell, "-LineUri tel:+14255550199")
    shell.queue("Sales")
    said = shell.refused(f"Get-CsHuntGroup | Where Name -eq Sales | Set-CsHuntGroup -LineUri tel:{NUMBER}")
    assert "belongs to queue Help Desk already" in said
    assert set_(shell, "-LineUri $null")["line_uri"] is None


def test_a_greeting_is_a_file_with_its_content_and_an_empty_name_takes_it_away(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hello.wav").write_bytes(MUSIC)
    shell.queue()
    shell.lines("$hello = Get-Content hello.wav -ReadCount 0 -Encoding Byte")
    assert set_(shell, "-WelcomeMusicFileName hello.wav -WelcomeMusicFileContent $hello")["greeting"] == {
        "file": "hello.wav"
    }
    assert "-WelcomeMusicFileContent: is needed with -WelcomeMusicFileName" in refused(
        shell, "-WelcomeMusicFileName hello.wav"
    )
    assert "-WelcomeMusicFileName: is needed with" in refused(shell, "-WelcomeMusicFileContent $hello")
    assert "must be bytes" in refused(shell, "-WelcomeMusicFileName a.wav -WelcomeMusicFileContent abc")
    assert set_(shell, "-Name 'Help Desk'")["greeting"] == {"file": "hello.wav"}
    assert set_(shell, "-WelcomeMusicFileName ''")["greeting"] is None


def test_music_is_the_default_or_a_file_and_never_both_or_neither(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "moh.wav").write_bytes(MUSIC)
    shell.lines("$music = Get-Content moh.wav -ReadCount 0 -Encoding Byte")
    new = "New-CsHuntGroup -Name 'Help Desk' -Domain contoso.com"
    file = "-MusicOnHoldFileName moh.wav -MusicOnHoldFileContent $music"
    assert "needs music on hold; say -UseDefaultMusicOnHold $true, or" in shell.refused(new)
    assert "needs music on hold" in shell.refused(f"{new} -UseDefaultMusicOnHold $false")
    assert "say either this or" in shell.refused(f"{new} -UseDefaultMusicOnHold $true {file}")
    assert "-MusicOnHoldFileContent: is needed" in shell.refused(f"{new} -MusicOnHoldFileName moh.wav")
    assert not shell.organization().queues
    shell.lines(f"{new} -UseDefaultMusicOnHold $false {file}")
    assert shell.stored()["music"] == {"file": "moh.wav"}
    assert set_(shell, "-UseDefaultMusicOnHold $false")["music"] == {"file": "moh.wav"}
    assert "say either this or" in refused(shell, f"-UseDefaultMusicOnHold $true {file}")
    assert set_(shell, "-UseDefaultMusicOnHold $true")["music"] is None
    assert "-UseDefaultMusicOnHold: value $false: needs" in refused(shell, "-UseDefaultMusicOnHold $false")
    assert set_(shell, file)["music"] == {"file": "moh.wav"}


def test_a_sound_file_is_decoded_when_it_is_uploaded(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shell.queue()
    for name, content in (
        ("a.wav", b"MZ" + bytes(999)),
        ("a.ogg", MUSIC),
        ("b.wav", MUSIC + bytes(5 * 2**20)),
    ):
        (tmp_path / name).write_bytes(content)
        said = refused(
            shell,
            f"-MusicOnHoldFileName {name}"
            f" -MusicOnHoldFileContent (Get-Content {name} -ReadCount 0 -Encoding Byte)",
        )
        assert said.startswith(f"Set-CsHuntGroup : -MusicOnHoldFileContent: value '{name}': ")


def test_a_name_that_other_content_has_is_lengthened(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "jazz.wav").write_bytes(MUSIC)
    shell.api.request("POST", "/audio", files={"file": ("music.wav", wav(seconds=0.3))})
    shell.queue()
    change = "-MusicOnHoldFileName music.wav -MusicOnHoldFileContent (Get-Content jazz.wav -Encoding Byte)"
    assert re.fullmatch(r"music-[0-9a-f]{8}\.wav", set_(shell, change)["music"]["file"])
    set_(shell, change)
    assert len(shell.organization().audio) == 2


def test_the_routing_method_is_attendant_or_serial(shell: Shell) -> None:
    shell.queue()
    assert set_(shell, "-RoutingMethod serial")["distribution"] == "serial"
    assert set_(shell, "-RoutingMethod ATTENDANT")["distribution"] == "attendant"
    said = refused(shell, "-RoutingMethod RoundRobin")
    assert "-RoutingMethod: value 'RoundRobin': must be one of Attendant, Serial" in said
    shell.api.patch("/queues/Help Desk", {"distribution": "round-robin"})
    assert shown(shell)["RoutingMethod"] == "RoundRobin"


@pytest.mark.parametrize(
    ("parameter", "field", "low", "high", "unit"),
    [
        ("AgentAlertTime", "agent_alert_time", 30, 180, "seconds"),
        ("OverflowThreshold", "max_waiting", 0, 200, "calls"),
        ("TimeoutThreshold", "max_wait", 0, 2700, "seconds"),
    ],
)
def test_numbers_have_the_ranges_of_2018(
    shell: Shell, parameter: str, field: str, low: int, high: int, unit: str
) -> None:
    shell.queue()
    for value in (low, high):
        assert set_(shell, f"-{parameter} {value}")[field] == value
    for value in (low - 1, high + 1):
        wanted = f"Set-CsHuntGroup : -{parameter}: value {value}: must be {low} to {high} {unit}\n"
        assert refused(shell, f"-{parameter} {value}") == wanted
    assert f"-{parameter}: value 'ten'" in refused(shell, f"-{parameter} ten")
    assert f"-{parameter}: value 30.5" in refused(shell, f"-{parameter} 30.5")
    assert set_(shell, f"-{parameter} '60'")[field] == 60


def test_the_maximum_wait_is_rounded_to_15_seconds_and_that_is_said(shell: Shell) -> None:
    shell.queue()
    for written, stored in ((47, 45), (53, 60)):
        printed = shell.run(f"{PIPED} -TimeoutThreshold {written}")
        assert shell.stored()["max_wait"] == stored
        assert f"WARNING: -TimeoutThreshold: {written} is rounded to the nearest 15: {stored}" in printed.err
        assert any(line.endswith(f": {stored}") for line in printed.lines if "TimeoutThreshold" in line)


def test_a_ceiling_that_the_organization_lowers_is_the_apis_to_say(shell: Shell) -> None:
    shell.queue(max_waiting=5)
    shell.api.patch("/organization", {"limits": {"max_waiting": 10}})
    assert "-OverflowThreshold: value 11: must be 0 to 10" in refused(shell, "-OverflowThreshold 11")


def test_distribution_lists_are_ids_or_names_and_replace(shell: Shell) -> None:
    amal, bao = shell.user("amal"), shell.user("bao")
    first, second = shell.group("First", amal), shell.group("Second", bao, "First", kind="security-group")
    shell.queue(groups=["First"])
    assert set_(shell, f"-DistributionLists @('{second}', '{first}')")["groups"] == ["Second", "First"]
    assert set_(shell, f"-DistributionLists {second}, first")["groups"] == ["Second", "First"]
    agents = shell.api.get("/queues/Help Desk/agents")["agents"]
    assert [agent["upn"] for agent in agents] == [bao, amal]
    assert shown(shell)["DistributionLists"] == [second, first]
    said = refused(shell, "-DistributionLists Frist")
    assert "-DistributionLists: value 'Frist': there is no group Frist; did you mean First?" in said
    assert set_(shell, "-DistributionLists @()")["groups"] == []


def test_who_is_reached_but_not_rung_is_said_and_not_silently_cut(shell: Shell) -> None:
    upns = [shell.user(f"agent{number}") for number in range(4)]
    chi = shell.user("chi", licences=["E3"])
    shell.group("All", chi, *upns)
    shell.queue(agent_limit=3)
    printed = shell.run(f"{PIPED} -DistributionLists All")
    assert printed.err.splitlines() == [
        f"WARNING: Help Desk does not ring {chi}: lacks a licence for Phone System (PhoneSystem or E5)",
        f"WARNING: Help Desk does not ring {upns[3]}: past the limit of 3 agents",
    ]
    assert shell.run(f"{PIPED} -AgentAlertTime 45").err == ""
    many = [shell.user(f"guest{number}", licences=[]) for number in range(22)]
    shell.group("Guests", *many)
    printed = shell.run(f"{PIPED} -DistributionLists Guests")
    assert printed.err.splitlines()[-1] == "WARNING: Help Desk does not ring 2 more"
    assert len(printed.err.splitlines()) == 21


def test_switching_opt_out_off_opts_everyone_in(shell: Shell) -> None:
    amal = shell.user("amal")
    shell.queue(agents=[amal])
    shell.api.put(f"/users/{amal}/queues/Help Desk", {"opted_out": True})
    assert shell.organization().opt_outs
    assert set_(shell, "-AllowOptOut $false")["allow_opt_out"] is False
    assert not shell.organization().opt_outs
    assert "-AllowOptOut: value 'yes': must be $true or $false" in refused(shell, "-AllowOptOut yes")


EXITS = [
    ("Overflow", "overflow", "DisconnectWithBusy"),
    ("Timeout", "timeout", "Disconnect"),
]


@pytest.mark.parametrize(("prefix", "field", "disconnect"), EXITS)
def test_a_caller_is_disconnected_or_forwarded_or_sent_to_voicemail(
    shell: Shell, prefix: str, field: str, disconnect: str
) -> None:
    amal = shell.user("amal", voicemail="sip:amal@mail.contoso.com")
    sales = shell.queue("Sales")["primary_uri"]
    shell.queue()
    for target in (f"sip:{amal}", "tel:+442071234567", sales):
        changed = set_(shell, f"-{prefix}Action Forward -{prefix}ActionTarget {target}")
        assert changed[field]["action"] == "forward"
        (record,) = (each for each in shown(shell) if each["Name"] == "Help Desk")
        assert (record[f"{prefix}Action"], record[f"{prefix}ActionTarget"]) == ("Forward", target)
    changed = set_(shell, f"-{prefix}Action Voicemail -{prefix}ActionTarget sip:{amal}")
    assert changed[field] == {"action": "voicemail", "target": f"sip:{amal}"}
    assert set_(shell, f"-{prefix}Action {disconnect}")[field] == {"action": "disconnect", "target": None}
    other = {"DisconnectWithBusy": "Disconnect", "Disconnect": "DisconnectWithBusy"}[disconnect]
    assert f"must be one of {disconnect}, Forward, Voicemail" in refused(shell, f"-{prefix}Action {other}")


@pytest.mark.parametrize(("prefix", "field", "disconnect"), EXITS)
def test_of_an_exit_that_is_named_in_part_the_rest_stays(
    shell: Shell, prefix: str, field: str, disconnect: str
) -> None:
    amal = shell.user("amal", voicemail="sip:amal@mail.contoso.com")
    bao = shell.user("bao")
    forward = {"action": "forward", "target": f"sip:{amal}"}
    shell.api.post("/queues", {"name": "Help Desk", field: forward})
    voicemail = {"action": "voicemail", "target": f"sip:{amal}"}
    assert set_(shell, f"-{prefix}Action Voicemail")[field] == voicemail
    set_(shell, f"-{prefix}Action Forward")
    assert set_(shell, f"-{prefix}ActionTarget sip:{bao}")[field] == {
        "action": "forward",
        "target": f"sip:{bao}",
    }


@pytest.mark.parametrize(("prefix", "field", "disconnect"), EXITS)
def test_a_forward_needs_a_target_that_is_there_and_leads_nowhere_round(
    shell: Shell, prefix: str, field: str, disconnect: str
) -> None:
    shell.user("chi", licences=["E3"])
    shell.user("bao")
    shell.queue()
    sales = shell.queue("Sales", timeout={"action": "forward", "target": "Help Desk"})["primary_uri"]
    forward = f"-{prefix}Action Forward"
    target = f"{forward} -{prefix}ActionTarget"
    assert f"-{prefix}ActionTarget: missing: forward needs" in refused(shell, forward)
    assert "there is no user or queue nobody" in refused(shell, f"{target} sip:nobody@contoso.com")
    assert "must be sip:user@domain" in refused(shell, f"{target} Sales")
    assert "may not be a target: chi@contoso.com lacks" in refused(shell, f"{target} sip:chi@contoso.com")
    assert "may not forward to itself" in refused(shell, f"{target} {shell.stored()['primary_uri']}")
    assert "round in a loop: Help Desk -> Sales -> Help Desk" in refused(shell, f"{target} {sales}")
    voicemail = f"-{prefix}Action Voicemail -{prefix}ActionTarget"
    assert "lacks" in refused(shell, f"{voicemail} sip:chi@contoso.com")


def test_set_changes_only_what_is_named_and_prints_the_call_queue(shell: Shell) -> None:
    before = shell.queue(max_waiting=7, wrap_up=20, greeting={"say": "Hello."}, agents=[shell.user("amal")])
    record = shown(shell, f"{PIPED} -AgentAlertTime 45")
    assert (record["AgentAlertTime"], record["OverflowThreshold"]) == (45, 7)
    assert shell.stored() == before | {"agent_alert_time": 45}
    assert shell.lines(f"{PIPED} | Out-Null") == []
    assert shell.stored() == before | {"agent_alert_time": 45}


def test_get_shows_all_or_one(shell: Shell) -> None:
    assert shell.lines("Get-CsHuntGroup") == []
    shell.queue()
    uri = shell.queue("Sales")["primary_uri"]
    assert [each["Name"] for each in shown(shell)] == ["Help Desk", "Sales"]
    assert shown(shell, f"Get-CsHuntGroup -PrimaryUri {uri}")["Name"] == "Sales"
    assert shell.lines("(Get-CsHuntGroup).Count; (Get-CsHuntGroup)[1].Name") == ["2", "Sales"]
    table = shell.lines("Get-CsHuntGroup | Format-Table Name, CallsInQueue")
    assert table == [
        "Name      CallsInQueue",
        "----      ------------",
        "Help Desk            0",
        "Sales                0",
    ]


def test_get_shows_the_number_of_calls_now_in_the_queue(tmp_path: Path) -> None:
    with server_rig(tmp_path / "data") as rig:
        shell = Shell(rig.api(), tmp_path / "data")
        queue = shell.queue()
        shell.queue("Sales")
        with signalling(rig) as fake:
            fake.snapshot["queues"] = [fake.queue(queue["id"], "Help Desk", waiting=3)]
            assert [each["CallsInQueue"] for each in shown(shell)] == [3, 0]


def test_remove_returns_what_it_removed_and_refuses_what_others_forward_to(shell: Shell) -> None:
    sales = shell.queue("Sales")["primary_uri"]
    shell.queue(overflow={"action": "forward", "target": "Sales"})
    said = shell.refused(f"Remove-CsHuntGroup -PrimaryUri {sales}")
    assert "queue Help Desk forwards to it" in said
    removed = shown(shell, 'Get-CsHuntGroup | Where-Object Name -like "Help*" | Remove-CsHuntGroup')
    assert removed["Name"] == "Help Desk"
    shell.lines(f"Remove-CsHuntGroup -PrimaryUri {sales}")
    assert not shell.organization().queues
    assert "there is no call queue" in shell.refused(f"Remove-CsHuntGroup -PrimaryUri {sales}")


INTERNAL = (
    "-Tenant 1b2c -Force -AsJob -Ring 0 -ClientAudience x -DomainController dc1 -BypassDualWrite $true"
    " -HuntGroupServiceCallbackUri http://127.0.0.1/"
)


def test_internal_parameters_are_accepted_and_have_no_effect(shell: Shell) -> None:
    shell.lines(f"{NEW} {INTERNAL}")
    before = shell.organization()
    shell.lines(f"{PIPED} -Name 'Help Desk' {INTERNAL}")
    shell.lines(f"Get-CsHuntGroup {INTERNAL}")
    assert shell.organization() == before
    shell.lines(f"Get-CsHuntGroup | Remove-CsHuntGroup {INTERNAL}")
    assert not shell.organization().queues


def test_a_pipeline_changes_every_call_queue_and_goes_on_after_one_that_refuses(shell: Shell) -> None:
    shell.number()
    for name in ("Sales", "Help Desk", "Service"):
        shell.queue(name)
    shell.lines("Get-CsHuntGroup | Set-CsHuntGroup -AgentAlertTime 45")
    assert {queue.agent_alert_time for queue in shell.organization().queues} == {45}
    printed = shell.run(f"Get-CsHuntGroup | Set-CsHuntGroup -LineUri tel:{NUMBER} | Select-Object Name")
    assert printed.lines == ["Name", "----", "Sales"]
    assert printed.err.count("Set-CsHuntGroup : -LineUri") == 2


def test_what_is_done_is_in_the_audit_as_the_cmdlets_doing(shell: Shell) -> None:
    shell.lines(NEW)
    (newest, *_) = shell.api.get("/audit")["items"]
    assert (newest["who"], newest["door"]) == ("the test", "cmdlet")
