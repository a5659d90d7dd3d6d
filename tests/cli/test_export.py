"""``huntline export``: the organization file back, with its sounds, for the owner's eyes."""

from __future__ import annotations

import shutil
import stat
import wave
from pathlib import Path

import pytest
from tests.cli.huntline import huntline

from huntline.config import load_config
from huntline.data_folder import PASSWORD_KEY
from huntline.demo.organization import load_demo_organization

EVERYTHING = """\
organization: Contoso
domains: [contoso.com, redmond.contoso.com]
limits: {max_waiting: 500, agent_limit: 200}
quota: {max_calls: 100, max_calls_per_second: 10, max_registrations: 300}
communication_credits: true
propagation_delay: true
queue_name_in_identity: false
history_days: 90
star_codes: {opt_out: "*1", opt_in: null}
dialling: {country: US, may_dial: international, international_calls_a_day: 7,
  international_minutes_a_day: 8}
licence_pools: {E5: 10, E3: 5}
service_number_table: [{phone_system_licences: 0, service_numbers: 5}]
trunks:
  - {name: provider, addresses: [192.0.2.10, "[2001:db8::1]:5060"]}
  - {name: registered, hosts: [sip.provider.example, "192.0.2.9:5070"], transport: tcp, username: contoso,
     password: a secret, registers: true, registers_all_numbers: true, options_interval: 60, most_calls: 30,
     most_calls_per_second: 5, prefixes_in: ["00>+"], prefixes_out: ["+33>0"], encryption: offered,
     is_enabled: false, numbers: ["+1425"]}
numbers:
  - {number: "+14255550100", kind: service-toll}
  - {number: "+18005550100", kind: service-toll-free}
  - {number: "+14255550111", kind: user}
users:
  - {upn: amal@contoso.com, display_name: Amal Haddad, licences: [E5], voice_enabled: true,
     sip_password: secret, voicemail: "sip:amal@mail.contoso.example", hides_number: true,
     may_dial: premium, caller_id_policy: Sales, external_id: "4711", line_uri: "tel:+14255550111"}
  - {upn: bao@redmond.contoso.com, licences: [PhoneSystem, CallingPlan], homed: hybrid,
     contacts: ["sip:bao@192.0.2.20:5060"], forward_to: "tel:+442079460000"}
  - {upn: gone@contoso.com, is_active: false}
groups:
  - {name: Second line, kind: office365-group, members: [bao@redmond.contoso.com],
     caller_id_policy: Anonymous, caller_id_rank: 1, external_id: group-1}
  - {name: First line, kind: distribution-list, members: [Second line, amal@contoso.com]}
audio:
  - {file: sounds/unused.wav}
queues:
  - name: Help Desk
    domain: contoso.com
    line_uri: tel:+14255550100
    greeting: {say: "Welcome: please wait.", language: en}
    music: {file: sounds/music.wav}
    distribution: longest-idle
    alerting: one
    agents: [amal@contoso.com]
    groups: [First line]
    agent_limit: 20
    agent_alert_time: 45
    allow_opt_out: false
    max_waiting: 300
    overflow: {action: forward, target: Sales}
    max_wait: 47
    timeout: {action: voicemail, target: "sip:amal@contoso.com"}
    no_agents: {action: disconnect}
    no_agents_new_calls_only: true
    ring_busy: true
    wrap_up: 10
  - name: Sales
    domain: redmond.contoso.com
    greeting: {file: sounds/welcome.wav}
    presence_based_routing: true
caller_id_policies:
  - {name: Anonymous, substitute: anonymous}
  - {name: Global, enable_user_override: true}
  - {name: Sales, substitute: service, service_number: "+14255550100", block_incoming_pstn_caller_id: true,
     company_name: Contoso, description: for Sales}
"""


def write_wave(path: Path, level: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(level.to_bytes(2, "little") * 800)


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an organization with everything in it."""
    folder = tmp_path_factory.mktemp("everything")
    (folder / "sounds").mkdir()
    for level, name in enumerate(("unused.wav", "music.wav", "welcome.wav"), start=1):
        write_wave(folder / "sounds" / name, level * 1000)
    file = folder / "contoso.yaml"
    file.write_text(EVERYTHING)
    done = huntline("apply", file, "--data", folder / "data")
    assert done.returncode == 0, done.stderr
    return folder / "data"


@pytest.fixture
def data(applied: Path, tmp_path: Path) -> Path:
    """A copy of that folder, which a test may change."""
    return shutil.copytree(applied, tmp_path / "data")


def test_an_organization_with_everything_applied_again_changes_nothing(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "again" / "export.yaml"
    file.parent.mkdir()
    done = huntline("export", "--data", data, "--out", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Wrote {file}; sound files beside it: 3.\n"
    assert sorted(path.name for path in (file.parent / "export-audio").iterdir()) == [
        "music.wav",
        "unused.wav",
        "welcome.wav",
    ]
    applied = huntline("apply", file, "--data", data)
    assert applied.stdout.splitlines()[0] == "Nothing changed."


def test_it_makes_the_same_organization_on_another_server(data: Path, tmp_path: Path) -> None:
    huntline("export", "--data", data, "--out", tmp_path / "first.yaml")
    applied = huntline("apply", tmp_path / "first.yaml", "--data", tmp_path / "elsewhere")
    assert "trunks[1].sealed_password: was sealed by another server" in applied.stderr
    shutil.copy(data / PASSWORD_KEY, tmp_path / "elsewhere")
    applied = huntline("apply", tmp_path / "first.yaml", "--data", tmp_path / "elsewhere")
    assert applied.returncode == 0, applied.stderr
    huntline("export", "--data", tmp_path / "elsewhere", "--out", tmp_path / "second.yaml")
    first, second = ((tmp_path / name).read_text() for name in ("first.yaml", "second.yaml"))
    assert second.replace("second-audio", "first-audio") == first


def test_the_demo_applied_again_changes_nothing(tmp_path: Path) -> None:
    load_demo_organization(load_config({"data": tmp_path / "data"}))
    huntline("export", "--data", tmp_path / "data", "--out", tmp_path / "demo.yaml")
    applied = huntline("apply", tmp_path / "demo.yaml", "--data", tmp_path / "data")
    assert applied.stdout.splitlines()[0] == "Nothing changed."


def test_defaults_are_left_out_and_what_is_short_is_on_one_line(tmp_path: Path) -> None:
    file = tmp_path / "contoso.yaml"
    file.write_text(
        "{organization: Contoso, domains: [contoso.com], users: [{upn: amal@contoso.com, licences: [E5]}]}"
    )
    huntline("apply", file, "--data", tmp_path / "data")
    text = huntline("export", "--data", tmp_path / "data").stdout
    assert [line for line in text.splitlines() if not line.startswith("#")] == [
        "organization: Contoso",
        "domains: [contoso.com]",
        "users:",
        "- {upn: amal@contoso.com, licences: [E5]}",
    ]


def test_only_the_owner_may_read_the_file(data: Path, tmp_path: Path) -> None:
    huntline("export", "--data", data, "--out", tmp_path / "export.yaml")
    assert stat.S_IMODE((tmp_path / "export.yaml").stat().st_mode) == 0o600
    assert "secret" not in (tmp_path / "export.yaml").read_text()


def test_a_file_that_is_there_is_replaced_only_when_that_is_said(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "export.yaml"
    file.write_text("precious")
    refused = huntline("export", "--data", data, "--out", file)
    assert refused.returncode == 1
    assert "say --replace to write over it" in refused.stderr
    assert file.read_text() == "precious"
    assert huntline("export", "--data", data, "--out", file, "--replace").returncode == 0
    assert "organization: Contoso" in file.read_text()


def test_the_standard_output_gets_the_file_without_its_sounds(data: Path) -> None:
    done = huntline("export", "--data", data)
    assert "\norganization: Contoso\n" in done.stdout
    assert done.stderr == "Sound files (3) are written with --out FILE only.\n"


def test_a_sound_whose_original_is_lost_is_named(data: Path, tmp_path: Path) -> None:
    for path in (data / "audio").iterdir():
        if not path.suffix:
            path.unlink()
    done = huntline("export", "--data", data, "--out", tmp_path / "export.yaml")
    assert done.returncode == 1
    assert "audio 'unused.wav': the original is not in the data folder; upload it again" in done.stderr
    assert not (tmp_path / "export.yaml").exists()


def test_of_several_organizations_one_has_to_be_named(data: Path, tmp_path: Path) -> None:
    (tmp_path / "fabrikam.yaml").write_text("{organization: Fabrikam, domains: [fabrikam.com]}")
    huntline("apply", tmp_path / "fabrikam.yaml", "--data", data)
    assert huntline("export", "--data", data).stderr == (
        "huntline: --organization: say which one; there are: Contoso, Fabrikam\n"
    )
    assert "organization: Fabrikam" in huntline("export", "--data", data, "--organization", "fabrikam").stdout
    unknown = huntline("export", "--data", data, "--organization", "Fabricam").stderr
    assert "did you mean Fabrikam?" in unknown
