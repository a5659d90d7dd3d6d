"""Objects in pipelines: chosen, ordered, counted, and printed as lists, tables and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.cmdlets.rig import Shell, shell_on


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    with shell_on(tmp_path_factory.mktemp("objects") / "data") as running:
        for name, alert_time in (("Help Desk", 45), ("Sales", 30), ("Service", 60)):
            running.queue(name, agent_alert_time=alert_time)
        running.group("First")
        running.api.patch("/queues/Sales", {"groups": ["First"], "line_uri": None})
        yield running


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("{ $_.Name -like 's*' }", ["Sales", "Service"]),
        ("Name -like 's*'", ["Sales", "Service"]),
        ("-Property Name -eq Sales", ["Sales"]),
        ("-FilterScript { $_.AgentAlertTime -gt 30 -and $_.Name -ne 'Service' }", ["Help Desk"]),
        ("AgentAlertTime -ge 45", ["Help Desk", "Service"]),
        ("AgentAlertTime -lt '45'", ["Sales"]),
        ("Name -match 'e.$'", ["Sales"]),
        ("Name -in 'sales', 'service'", ["Sales", "Service"]),
        ("DistributionLists -contains nobody", []),
        ("{ $_.DistributionLists.Count }", ["Sales"]),
        ("AllowOptOut", ["Help Desk", "Sales", "Service"]),
        ("LineUri -eq $null", ["Help Desk", "Sales", "Service"]),
        ("AllowOptOut -eq $false", []),
        ("{ -not $_.Nothing }", ["Help Desk", "Sales", "Service"]),
    ],
)
@pytest.mark.parametrize("command", ["Where-Object", "where", "?"])
def test_objects_are_chosen_by_a_condition(
    shell: Shell, command: str, condition: str, names: list[str]
) -> None:
    script = f"Get-CsHuntGroup | {command} {condition} | ForEach-Object {{ $_.Name }}"
    assert shell.lines(script) == names


def test_objects_are_put_in_order(shell: Shell) -> None:
    for script, names in (
        ("Sort-Object AgentAlertTime", ["Sales", "Help Desk", "Service"]),
        ("Sort-Object -Property Name -Descending", ["Service", "Sales", "Help Desk"]),
        ("Sort-Object Domain, AgentAlertTime", ["Sales", "Help Desk", "Service"]),
    ):
        assert shell.lines(f"Get-CsHuntGroup | {script} | % Name") == names


def test_objects_are_counted(shell: Shell) -> None:
    assert shell.lines("(Get-CsHuntGroup).Count; (Get-CsHuntGroup | Measure-Object).Count") == ["3", "3"]
    assert shell.lines("$one = Get-CsHuntGroup | select -First 1; $one.Count") == ["1"]
    assert shell.lines("$none = Get-CsHuntGroup | ? Name -eq x; $none.Count; $none -eq $null") == [
        "0",
        "True",
    ]


def test_properties_are_read_from_one_object_or_from_all(shell: Shell) -> None:
    assert shell.lines("$all = Get-CsHuntGroup; $all[1].name; $all.AgentAlertTime") == [
        "Sales",
        "45",
        "30",
        "60",
    ]
    assert shell.lines('"First: $($all[0].Name), last: $($all[-1].Name)"') == [
        "First: Help Desk, last: Service"
    ]
    assert shell.lines("$all[0].Nothing; $all[7].Name") == []


def test_some_objects_and_some_properties_are_selected(shell: Shell) -> None:
    assert shell.lines("Get-CsHuntGroup | Select-Object Name, AgentAlertTime -Last 1") == [
        "Name    AgentAlertTime",
        "----    --------------",
        "Service             60",
    ]
    assert shell.lines("Get-CsHuntGroup | select -Skip 1 -First 1 -ExpandProperty Name") == ["Sales"]
    assert shell.lines("Get-CsHuntGroup | Select-Object *action -First 1 | fl") == [
        "OverflowAction : DisconnectWithBusy",
        "TimeoutAction  : Disconnect",
    ]
    assert shell.lines("(Get-CsHuntGroup | select Domain -Unique).Count") == ["1"]


def test_an_object_with_many_properties_is_printed_as_a_list(shell: Shell) -> None:
    printed = shell.lines("Get-CsHuntGroup | Where-Object Name -eq Sales")
    assert printed[1] == "Name                  : Sales"
    (lists,) = (line for line in printed if line.startswith("DistributionLists"))
    assert lists.endswith("}")
    assert shell.lines("Get-CsHuntGroup | Select-Object Name | Format-List")[0] == "Name : Help Desk"


def test_a_table_is_as_wide_as_what_is_in_it(shell: Shell) -> None:
    assert shell.lines("Get-CsHuntGroup | Format-Table Name, agentalerttime, UseD* -AutoSize") == [
        "Name      AgentAlertTime UseDefaultMusicOnHold",
        "----      -------------- ---------------------",
        "Help Desk             45 True",
        "Sales                 30 True",
        "Service               60 True",
    ]


def test_json_is_for_programs(shell: Shell) -> None:
    (text,) = shell.lines(
        "Get-CsHuntGroup | select Name, AllowOptOut, LineUri -First 2 | ConvertTo-Json -Compress"
    )
    assert json.loads(text) == [
        {"Name": "Help Desk", "AllowOptOut": True, "LineUri": None},
        {"Name": "Sales", "AllowOptOut": True, "LineUri": None},
    ]
    (one,) = shell.lines("Get-CsHuntGroup | select Name -First 1 | ConvertTo-Json -Compress -Depth 5")
    assert json.loads(one) == {"Name": "Help Desk"}


def test_an_object_within_a_text_shows_its_properties(shell: Shell) -> None:
    assert shell.lines('$x = Get-CsHuntGroup | select Name -First 1; "it is $x"') == [
        "it is @{Name=Help Desk}"
    ]


def test_what_is_printed_for_people_goes_past_the_pipeline(shell: Shell) -> None:
    assert shell.lines("$x = Get-CsHuntGroup | % { Write-Host $_.Name }; $x.Count") == [
        *("Help Desk", "Sales", "Service"),
        "0",
    ]
    assert shell.lines("Write-Output 1, 2 | Write-Host; Get-CsHuntGroup | Out-Null") == ["1", "2"]
