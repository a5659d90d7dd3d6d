"""Organization files: what is read, what is refused and how, that applying is all or nothing."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from huntline.apply import apply_file
from huntline.directory.organization import Licence, Organization, QueueExitAction, QueueSettings
from huntline.directory.plan import ServerPlan
from huntline.engine.model import CallsAlerting, Distribution
from huntline.errors import ConfigurationError
from huntline.organization_file.reading import OrganizationFileRefused
from huntline.storage.database import open_database
from huntline.storage.settings import Settings, set_opted_out

CONTOSO = """\
organization: Contoso
domains: [contoso.com]
limits: {max_waiting: 500}
trunks:
  - {name: provider, addresses: [127.0.0.1]}
numbers:
  - {number: "+14255550100", kind: service-toll}
  - {number: "+14255550101", kind: user}
users:
  - {upn: Amal@contoso.com, display_name: Amal, licences: [E5], voice_enabled: true, sip_password: secret}
  - {upn: bao@contoso.com, licences: [PhoneSystem, CallingPlan], line_uri: "TEL:+14255550101"}
  - {upn: chi@contoso.com, licences: [E3], voice_enabled: true}
groups:
  - {name: second-line, kind: distribution-list, members: [Bao@contoso.com]}
queues:
  - name: Help Desk
    line_uri: tel:+14255550100
    agents: [AMAL@contoso.com]
    groups: [Second-Line]
    max_waiting: 300
    max_wait: 47
    timeout: {action: forward, target: sales}
  - name: Sales
    distribution: longest-idle
    agents: [bao@contoso.com]
    no_agents: {action: forward, target: "sip:amal@contoso.com"}
"""
FABRIKAM = """\
organization: Fabrikam
domains: [fabrikam.com]
numbers: [{number: "+442079460000", kind: service-toll-free}]
queues: [{name: Help Desk, line_uri: "tel:+442079460000"}]
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def apply_text(text: str, data: Path) -> list[str]:
    file = data.parent / "organization.yaml"
    file.write_text(text)
    return [str(change) for change in apply_file(file, data, "test").changes]


def refusal_of(text: str, data: Path) -> str:
    with pytest.raises(OrganizationFileRefused) as refusal:
        apply_text(text, data)
    return str(refusal.value)


def stored(data: Path) -> tuple[Organization, ...]:
    database = open_database(data)
    try:
        return Settings(database).organizations()
    finally:
        database.dispose()


def queue_of(data: Path, name: str) -> QueueSettings:
    return next(queue for queue in stored(data)[0].queues if queue.name == name)


def test_a_file_is_stored_as_it_says(data: Path) -> None:
    apply_text(CONTOSO, data)
    (contoso,) = stored(data)
    amal = contoso.users[0]
    assert amal.upn == "amal@contoso.com"
    assert amal.licences == {Licence.E5}
    assert {digest.username for digest in amal.digests} == {
        "Amal",
        "amal",
        "Amal@contoso.com",
        "amal@contoso.com",
    }
    assert contoso.users[1].line_uri == "tel:+14255550101"
    help_desk, sales = contoso.queues
    assert help_desk.agents == ("amal@contoso.com",)
    assert help_desk.groups == ("second-line",)
    assert help_desk.distribution is Distribution.ATTENDANT
    assert (help_desk.max_wait, help_desk.max_waiting, help_desk.agent_alert_time) == (45, 300, 30)
    assert help_desk.domain == "contoso.com"
    assert help_desk.primary_uri.startswith("sip:hg_")
    assert help_desk.timeout.action is QueueExitAction.FORWARD
    assert sales.alerting is CallsAlerting.PARALLEL
    assert sales.presence_based_routing  # longest-idle switches it on


def test_the_password_is_neither_stored_nor_told(data: Path) -> None:
    changes = apply_text(CONTOSO.replace("secret", "Tr0ub4dor"), data)
    assert "Tr0ub4dor" not in "".join(changes)
    assert all(b"Tr0ub4dor" not in file.read_bytes() for file in data.iterdir() if file.is_file())
    assert apply_text(CONTOSO.replace("secret", "other"), data) == [
        "user amal@contoso.com: sip_password set -> set anew"
    ]


def test_applying_twice_changes_nothing(data: Path) -> None:
    changes = apply_text(CONTOSO, data)
    assert "queue Help Desk: max_wait 45 (rounded from 47 to the nearest 15 seconds)" in changes
    before = stored(data)
    assert apply_text(CONTOSO, data) == []
    assert stored(data) == before


def test_a_change_keeps_ids_and_opt_outs_and_raises_the_revision(data: Path) -> None:
    apply_text(CONTOSO, data)
    (before,) = stored(data)
    database = open_database(data)
    amal, help_desk = before.users[0].user_id, before.queues[0].queue_id
    set_opted_out(database, before.organization_id, amal, help_desk, True)
    database.dispose()

    assert apply_text(CONTOSO.replace("max_wait: 47", "max_wait: 53"), data) == [
        "queue Help Desk: max_wait 45 -> 60 (rounded from 53 to the nearest 15 seconds)"
    ]
    (after,) = stored(data)
    assert after.revision == before.revision + 1
    assert [queue.queue_id for queue in after.queues] == [queue.queue_id for queue in before.queues]
    assert [queue.primary_uri for queue in after.queues] == [queue.primary_uri for queue in before.queues]
    assert [user.user_id for user in after.users] == [user.user_id for user in before.users]
    assert after.opt_outs == {(amal, help_desk)}

    apply_text(CONTOSO.replace("max_wait: 47", "allow_opt_out: false"), data)
    assert stored(data)[0].opt_outs == frozenset()


def test_what_is_not_in_the_file_is_removed_and_reported(data: Path) -> None:
    apply_text(CONTOSO, data)
    without = CONTOSO.replace("  - {upn: chi@contoso.com, licences: [E3], voice_enabled: true}\n", "")
    assert apply_text(without, data) == ["user chi@contoso.com: removed"]
    assert len(stored(data)[0].users) == 2


def test_a_second_organization_is_added_beside_the_first(data: Path) -> None:
    apply_text(CONTOSO, data)
    apply_text(FABRIKAM, data)
    contoso, fabrikam = stored(data)
    assert (contoso.name, fabrikam.name) == ("Contoso", "Fabrikam")
    assert apply_text(CONTOSO, data) == []
    plan = ServerPlan(stored(data))
    target = plan.target("442079460000", "contoso.com", None)
    assert target is not None
    assert target.organization_id == fabrikam.organization_id


def test_numbers_and_domains_are_unique_on_the_server(data: Path) -> None:
    apply_text(CONTOSO, data)
    text = FABRIKAM.replace("fabrikam.com", "CONTOSO.com").replace("442079460000", "14255550101")
    refusal = refusal_of(text, data)
    assert ":2: domains[0]: value 'contoso.com': belongs to another organization" in refusal
    assert ":3: numbers[0].number: value '+14255550101': belongs to another organization" in refusal
    assert "Contoso" not in refusal  # organizations are invisible to each other
    assert len(stored(data)) == 1


def test_a_queue_keeps_its_identity_by_its_primary_uri(data: Path) -> None:
    apply_text(CONTOSO, data)
    sales = queue_of(data, "Sales")
    renamed = CONTOSO.replace("- name: Sales", f"- name: Support\n    primary_uri: {sales.primary_uri}")
    changes = apply_text(renamed.replace("target: sales", "target: support"), data)
    assert "queue Support: name Sales -> Support" in changes
    assert queue_of(data, "Support").queue_id == sales.queue_id
    other = f"- name: Sales\n    primary_uri: sip:hg_{'0' * 32}@contoso.com"
    apply_text(CONTOSO, data)
    assert "never changes" in refusal_of(CONTOSO.replace("- name: Sales", other), data)


def test_names_can_be_exchanged(data: Path) -> None:
    apply_text(CONTOSO, data)
    apply_text(CONTOSO.replace("line_uri: tel:+14255550100\n    ", ""), data)
    swapped = CONTOSO.replace("    line_uri: tel:+14255550100\n", "").replace(
        "    distribution: longest", "    line_uri: tel:+14255550100\n    distribution: longest"
    )
    apply_text(swapped, data)
    assert queue_of(data, "Sales").line_uri == "tel:+14255550100"


def write_tone(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x00\x10\x00\xf0" * 4000)


def test_sounds_are_named_relative_to_the_file_and_kept_by_content(data: Path) -> None:
    write_tone(data.parent / "hello.WAV")
    text = CONTOSO.replace("max_wait: 47", "greeting: {file: hello.WAV}\n    music: {file: hello.WAV}")
    apply_text(text, data)
    help_desk = queue_of(data, "Help Desk")
    assert help_desk.greeting is not None
    assert help_desk.greeting == help_desk.music
    assert help_desk.greeting.duration == pytest.approx(1.0, abs=0.05)
    kept = {file.name for file in (data / "audio").iterdir()}
    assert {help_desk.greeting.sha256 + suffix for suffix in ("", ".pcmu", ".pcma")} <= kept
    assert apply_text(text, data) == []
    assert "queue Help Desk: music hello.WAV -> none" in apply_text(CONTOSO, data)


def test_a_file_that_is_no_sound_is_refused_with_its_name(data: Path) -> None:
    (data.parent / "hello.wav").write_bytes(b"not a sound")
    refusal = refusal_of(CONTOSO.replace("max_wait: 47", "greeting: {file: hello.wav}"), data)
    assert "hello.wav" in refusal
    assert ":21: queues[0].greeting:" in refusal
    assert stored(data) == ()


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("organization: Contoso", "", "organization: is missing"),
        ("organization: Contoso", "organization: ''", "must be 1 to 64 characters"),
        ("[contoso.com]", "[]", "domains: value []: must name at least one domain"),
        ("[contoso.com]", "[contoso.com, b.com]", "queues[0].domain: must be a domain of the organization"),
        ("limits:", "limts:", "limts: there is no such setting; did you mean limits?"),
        ("max_waiting: 500", "max_waiting: 20000", "value 20000: must be 0 to 10000 calls"),
        ("max_waiting: 300", "max_waiting: 501", "value 501: must be 0 to 500 calls"),
        ("max_waiting: 300", "max_waiting: -1", "value -1: must be 0 to 500 calls"),
        ("max_waiting: 300", "max_waiting: 1.5", "value 1.5: must be a whole number"),
        ("max_waiting: 300", "agent_limit: 10001", "must be 1 to 10000 agents"),
        ("max_waiting: 300", "agent_alert_time: 14", "value 14: must be 15 to 180 seconds"),
        ("max_waiting: 300", "agent_alert_time: 181", "value 181: must be 15 to 180 seconds"),
        ("max_wait: 47", "max_wait: 2701", "value 2701: must be 0 to 2700 seconds"),
        ("max_wait: 47", "wrap_up: 3601", "value 3601: must be 0 to 3600 seconds"),
        ("max_wait: 47", "ring_busy: 1", "queues[0].ring_busy: value 1: must be true or false"),
        ("max_wait: 47", "distribution: serail", "did you mean serial?"),
        ("max_wait: 47", "greeting: hello.wav", "must be {file: NAME}, {say: TEXT, language: en} or null"),
        ("max_wait: 47", "music: nice", "queues[0].music"),
        ("max_wait: 47", "max_wait: 1\n    max_wait: 2", "is there twice"),
        ("name: Help Desk", "name: " + "x" * 65, "must be 1 to 64 characters, this is 65"),
        ("name: Help Desk", "name: sales", "queues[1].name: value 'Sales': must be unique"),
        ("longest-idle", "longest-idle\n    presence_based_routing: false", "switches it on: leave it out"),
        ("[127.0.0.1]", "[localhost]", "value 'localhost': must be an IP address"),
        ('"+14255550100", kind', "+14255550100, kind", "write it in quotes"),
        ('"+14255550100", kind', '"425-555-0100", kind', "must be + and 3 to 15 digits"),
        ("kind: service-toll}", "kind: service-tol}", "did you mean service-toll?"),
        ("kind: service-toll}", "kind: user}", "+14255550100 is a user number"),
        ("kind: user}", "kind: service-toll}", "is a service number; a user needs a number of kind user"),
        ("tel:+14255550100", "tel:+1 425 5550100", "without blanks, dots or hyphens"),
        ("tel:+14255550100", "tel:+14255550199", "is not in the organization's numbers"),
        ("TEL:+14255550101", "tel:+14255550100", "belongs to queue Help Desk already"),
        ("upn: bao@contoso.com", "upn: bao", "must be name@domain"),
        ("upn: bao@contoso.com", "upn: bao@b.com", "must be in a domain of the organization: contoso.com"),
        (
            "upn: bao@contoso.com",
            "upn: amal@contoso.com",
            "users[1].upn: value 'amal@contoso.com': must be uni",
        ),
        (
            "sip_password: secret",
            "sip_password: 1234",
            "users[0].sip_password: must be text; put it in quotes",
        ),
        ("sip_password: secret", "sip_password: ''", "must be 1 to 128 printable characters"),
        ("sip_password: secret", 'contacts: ["amal@10.0.0.5"]', "must be a SIP URI"),
        ("members: [Bao@contoso.com]", "members: [ba@contoso.com]", "did you mean bao@contoso.com?"),
        ("members: [Bao@contoso.com]", "members: [first]", "there is no group first"),
        ("groups: [Second-Line]", "groups: [secondline]", "did you mean second-line?"),
        ("agents: [AMAL@contoso.com]", "agents: [chi@contoso.com]", "lacks a licence for Phone System"),
        ("licences: [E5], voice_enabled: true", "licences: [E5]", "lacks voice-enabling"),
        ("licences: [E5],", "licences: [E5], homed: lync-2010,", "lacks a home other than lync-2010"),
        ("forward, target: sales", "forward", "queues[0].timeout.target: missing: forward needs"),
        ("forward, target: sales", "disconnect, target: sales", "has a meaning only with action: forward"),
        ("forward, target: sales", "queue", "must be disconnect, forward or voicemail"),
        ("target: sales", "target: sale", "did you mean Sales?"),
        ("target: sales", "target: help-desk", "a queue may not forward to itself"),
        ("target: sales", "target: tel:+14255550100", "a queue may not forward to itself"),
        ("target: sales", "target: sip:zoe@contoso.com", "there is no user or queue zoe in contoso.com"),
        (
            "target: sales",
            "target: sip:chi@contoso.com",
            "may not be a target: chi@contoso.com lacks a licence",
        ),
        ("sip:amal@contoso.com", "Help Desk", "loop: Help Desk -> Sales -> Help Desk"),
    ],
)
def test_each_mistake_is_refused_at_its_line(data: Path, before: str, after: str, complaint: str) -> None:
    assert before in CONTOSO
    refusal = refusal_of(CONTOSO.replace(before, after, 1), data)
    assert complaint in refusal
    assert all(line.startswith(str(data.parent / "organization.yaml") + ":") for line in refusal.split("\n"))
    assert stored(data) == ()


def test_all_mistakes_are_told_at_once_and_in_order(data: Path) -> None:
    text = CONTOSO
    for before, after in (
        ("max_waiting: 500", "max_wating: 500"),
        ("licences: [E3]", "licences: [E6]"),
        ("max_wait: 47", "max_wait: long"),
        ("max_waiting: 300", "max_waiting: 999"),
        ("target: sales", "target: nowhere"),
    ):
        text = text.replace(before, after)
    lines = refusal_of(text, data).split("\n")
    assert [
        line.removeprefix(str(data.parent / "organization.yaml") + ":").split(": ")[:2] for line in lines
    ] == [
        ["3", "limits.max_wating"],
        ["12", "users[2].licences[0]"],
        ["20", "queues[0].max_waiting"],
        ["21", "queues[0].max_wait"],
        ["22", "queues[0].timeout.target"],
    ]


def test_a_number_that_nothing_holds_is_told_from_one_outside(data: Path) -> None:
    text = CONTOSO.replace("target: sales", "target: tel:+442071234567")
    apply_text(text, data)
    idle = text.replace("numbers:", 'numbers:\n  - {number: "+442071234567", kind: service-toll}')
    assert "belongs to no queue, no attendant and no user" in refusal_of(idle, data)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "must begin with organization: NAME"),
        (b"- a\n- b\n", "must begin with organization: NAME"),
        (b"organization: [", "cannot be read as YAML"),
        (b"organization: a\n\tb: c\n", "cannot be read as YAML"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b"organization: \x00", "cannot be read as YAML"),
        (b"organization: a\n---\norganization: b\n", "cannot be read as YAML"),
        (b"organization: !!python/object:os.system x\n", "cannot be read as YAML"),
        (b"organization: &a x\ndomains: [*a, *a]\n", "aliases (*name) are not allowed"),
        (b"organization: " + b"[" * 40, "is nested deeper than 32 levels"),
        (b"organization: " + b"[" * 200_000, "nest"),  # newer YAML libraries have a bound of their own
        (b"1: 2\n", "the name of a setting must be text"),
    ],
)
def test_what_is_no_organization_file_is_refused(data: Path, content: bytes, complaint: str) -> None:
    file = data.parent / "organization.yaml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError) as refusal:
        apply_file(file, data, "test")
    assert complaint in str(refusal.value)
    assert str(file) in str(refusal.value)


def test_a_missing_file_is_refused(data: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: No such file"):
        apply_file(data.parent / "nowhere.yaml", data, "test")
