"""Organisation files: all or nothing, and no change by a second time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .office import Office, Settings
from .stories import desk, talk

pytestmark = pytest.mark.scenario


def test_applying_twice_changes_nothing(office: Office) -> None:
    office.queue("amal")
    first = office.open()
    assert office.queue_name() in first
    before = office.server.status()["queues"]
    assert office.open().startswith("Nothing changed.\n")
    assert office.server.status()["queues"] == before


def test_what_changed_is_printed_and_in_force_at_once(office: Office) -> None:
    number, [amal] = desk(office, "amal", max_waiting=0)
    assert office.caller().dial(number).wait_refused() == 486
    office.settings["queues"][0]["max_waiting"] = 5
    office.user("bao")
    office.settings["queues"][0]["agents"] = [office.upn("bao")]
    changes = office.open()
    assert "max_waiting" in changes
    assert "5" in changes
    bao = office.agent("bao")
    caller, agent = talk(office.caller(), number, bao)
    assert not amal.legs
    caller.hang_up()
    agent.wait_ended()


def test_settings_may_change_in_the_middle_of_a_ring(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao")
    caller = office.caller().dial(number)
    ring, removed = amal.wait_call(), bao.wait_call()
    office.settings["queues"][0]["agents"] = [office.upn("amal")]
    office.open()
    removed.wait_cancelled()
    ring.answer()
    ring.wait_up()
    caller.hang_up()
    ring.wait_ended()


Damage = Callable[[Settings], Any]
DAMAGES: dict[str, tuple[Damage, tuple[str, ...]]] = {
    "out of range": (
        lambda s: s["queues"][0].update(agent_alert_time=5),
        ("agent_alert_time", "5", "15", "180"),
    ),
    "unknown method": (
        lambda s: s["queues"][0].update(distribution="random"),
        ("distribution", "random", "serial"),
    ),
    "unknown agent": (lambda s: s["queues"][0]["agents"].append("x@y.z"), ("agents", "x@y.z")),
    "unknown field": (lambda s: s["queues"][0].update(musik="x"), ("musik",)),
    "a user number": (lambda s: s["numbers"][0].update(kind="user"), ("line_uri", "tel:+1425")),
    "a missing sound": (lambda s: s["queues"][0].update(greeting={"file": "gone.wav"}), ("gone.wav",)),
    "forward to nobody": (
        lambda s: s["queues"][0].update(overflow={"action": "forward", "target": "No Queue"}),
        ("overflow", "No Queue"),
    ),
    "forward to itself": (
        lambda s: s["queues"][0].update(overflow={"action": "forward", "target": s["queues"][0]["name"]}),
        ("overflow",),
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_broken_file_changes_nothing_and_says_what_is_wrong(office: Office, damage: str) -> None:
    number = office.queue("amal")
    office.open()
    before = office.server.status()
    damaging, words = DAMAGES[damage]
    damaging(office.settings)
    office.settings["users"].append({"upn": office.upn("new"), "licences": ["E5"], "voice_enabled": True})
    refused = office.server.run("apply", str(office.write()), expect=None)
    assert refused.returncode != 0
    text = refused.stdout + refused.stderr
    assert "Traceback" not in text
    for word in words:
        assert word in text
    after = office.server.status()
    assert (after["queues"], len(after["agents"])) == (before["queues"], len(before["agents"]))
    caller = office.caller().dial(number)
    caller.wait_answered()
    caller.hang_up()


def test_yaml_that_is_none_names_the_line(office: Office) -> None:
    office.queue("amal")
    file = office.write()
    file.write_text(file.read_text() + "queues: [oops\n")
    refused = office.server.run("apply", str(file), expect=None)
    assert refused.returncode != 0
    assert "line" in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr + refused.stdout


def test_a_sound_file_that_is_none_is_refused_by_name(office: Office) -> None:
    (office.folder / "noise.wav").write_bytes(b"RIFF" + bytes(range(256)) * 20)
    office.queue("amal", greeting={"file": "noise.wav"})
    refused = office.server.run("apply", str(office.write()), expect=None)
    assert refused.returncode != 0
    assert "noise.wav" in refused.stderr + refused.stdout


def test_numbers_and_domains_are_unique_on_the_server(office: Office, second_office: Office) -> None:
    number, _ = desk(office, "amal")
    second_office.queue("bao")
    second_office.settings["numbers"][0]["number"] = number
    second_office.settings["queues"][0]["line_uri"] = f"tel:{number}"
    refused = second_office.server.run("apply", str(second_office.write()), expect=None)
    assert refused.returncode != 0
    assert number in refused.stderr + refused.stdout
