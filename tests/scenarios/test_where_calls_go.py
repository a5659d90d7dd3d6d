"""Where a call goes: each way out of a queue, a key, a transfer, each to every target (rules section 5)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import pytest

from . import tones, wire
from .leg import Leg
from .office import Office
from .phone import Phone
from .sounds import tone_file
from .stories import assert_heard_each_other, taken
from .test_outside import OUTSIDE, provider_of
from .wire import Message

pytestmark = pytest.mark.scenario

TARGETS = ("person", "queue", "attendant", "voicemail", "outside", "disconnect")
EXITS: dict[
    str, tuple[dict[str, Any], str, str]
] = {  # by origin: what makes a queue take it, the reason that Diversion gives, and the outcome
    "overflow": ({"max_waiting": 0}, "user-busy", "overflowed"),
    "timeout": ({"max_wait": 0}, "no-answer", "timed-out"),
    "no_agents": ({}, "unavailable", "no-agents"),
}
CAUSES = {"user-busy": 486, "no-answer": 408, "unavailable": 480, "unconditional": 302, "deflection": 302}
"""By the reason that Diversion gives, the cause that History-Info does (RFC 7044 section 10.2)."""
LONGEST_GAP = 0.3
KEYS = {target: str(key) for key, target in enumerate(TARGETS, 1)}


@dataclass
class House:
    """An office in which everything leads somewhere, and the phones of whoever may be reached there."""

    office: Office
    phones: dict[str, Phone]  # by target
    numbers: dict[str, str]  # of the targets that have one

    def arrives(self, caller: Leg, target: str, told: list[str], left: str, since: float = 0.0) -> None:
        """The caller comes to a target, which is told why the call was sent on, the newest first, and at the
        last from where (``left``); and leaves. From the moment ``since`` on the caller was never without
        anything to hear."""
        if target in self.phones:
            ring = taken(self.phones[target])
            caller.wait_answered()
            assert_heard_each_other(caller, ring)
            assert_told(ring.invite, told, left, is_of_queue=target == "queue")
            assert_no_gap(caller, since, caller.sound.wait_for(ring.sound.tone or 0))
            caller.hang_up()
            ring.wait_ended()
        elif target == "attendant":
            caller.wait_answered()
            assert_no_gap(caller, since, caller.sound.wait_for(tones.GREETING))
            caller.hang_up()
        elif target == "voicemail":
            caller.wait_answered()
            assert_no_gap(caller, since, beep_heard_by(caller), is_audible=False)
            caller.hang_up()
        else:
            caller.wait_ended(10)  # a goodbye is said first
            assert_no_gap(caller, since, caller.sound.heard[-1].at, is_audible=False)


def beep_heard_by(caller: Leg) -> float:
    """When the caller is asked to speak, who skips the greeting as soon as there is one."""
    for _ in range(100):
        if caller.sound.count(tones.BEEP, since=0):
            break
        caller.press("#")
        caller.sound.wait_packets(5)
    return caller.sound.wait_for(tones.BEEP)


def assert_no_gap(caller: Leg, since: float, until: float, *, is_audible: bool = True) -> None:
    """The caller heard something all the time between two moments; speech, which has pauses, is not asked to
    be loud."""
    if since:
        gap = caller.sound.longest_gap(since=since, until=until, audible=is_audible)
        assert gap <= LONGEST_GAP, f"{gap:.3f} s without anything to hear"


def assert_told(invite: Message | None, told: list[str], left: str, *, is_of_queue: bool = False) -> None:
    """Whoever is rung learns why a call was diverted, the newest first, and where it came from. An agent's
    phone is told so of its own queue, too: that is left out."""
    assert invite is not None
    diversions = invite.all("diversion")[is_of_queue:]
    assert [wire.parameter(value, "reason") for value in diversions] == told
    assert left in diversions[0]
    history = invite.all("history-info")
    assert [wire.parameter(value, "index") for value in history] == [
        "1" + ".1" * depth for depth in range(len(told) + 1)
    ][: len(history)]
    assert len(history) == len(told) + 1
    for reason, was_there in zip(reversed(told), history, strict=False):
        assert f"cause%3D{CAUSES[reason]}" in was_there
    assert left in history[-2]


def settings_of(office: Office, target: str) -> dict[str, str]:
    """An exit, or what a key does."""
    written = {
        "person": f"sip:{office.upn('bao')}",
        "queue": f"{office.name} served",
        "attendant": "attendant:Reception",
        "voicemail": f"voicemail:{office.upn('bao')}",
        "outside": f"tel:{OUTSIDE}",
    }
    if target == "disconnect":
        return {"action": "disconnect"}
    return {"action": "forward", "target": written[target]}


def attendant(office: Office, name: str, number: str, tone: int, keys: list[dict[str, str]]) -> None:
    """Add an attendant that greets with a tone, and has a menu."""
    office.settings["numbers"].append({"number": number, "kind": "service-toll"})
    sound = {"file": tone_file(office.folder, tone, 5).name}
    flow = {"greeting": sound, "action": "menu", "menu": {"keys": keys}}
    entry = {"name": name, "line_uris": [f"tel:{number}"], "open": flow}
    office.settings.setdefault("attendants", []).append(entry)


def house_of(office: Office) -> House:
    """Open an office with all targets."""
    trunk = provider_of(office)
    office.user("bao")
    served = office.queue("chi", name=f"{office.name} served")
    reception = f"{office._prefix}801"
    attendant(office, "Reception", reception, tones.GREETING, [{"key": "1", **settings_of(office, "person")}])
    office.open()
    phones = {"person": office.agent("bao"), "queue": office.agent("chi"), "outside": trunk}
    numbers = {"queue": served, "attendant": reception, "outside": OUTSIDE}
    return House(office, phones, numbers)


def test_every_exit_of_a_queue_leads_to_every_target(office: Office) -> None:
    """A prompt is played before each, so that the caller is answered and hears how they are moved."""
    prompt = {"file": tone_file(office.folder, tones.MUSIC, 0.2).name}
    busy = ("overflow", "disconnect")  # refused, and so never answered

    def settings(origin: str, target: str) -> dict[str, Any]:
        told = {} if (origin, target) == busy else {f"{origin}_prompt": dict(prompt)}
        return EXITS[origin][0] | {origin: settings_of(office, target)} | told

    numbers = {
        (origin, target): office.queue(**settings(origin, target)) for origin in EXITS for target in TARGETS
    }
    house, caller = house_of(office), office.caller()
    for (origin, target), number in numbers.items():
        leg = caller.dial(number)
        if (origin, target) == busy:
            assert leg.wait_refused() == 486
            continue
        leg.wait_answered()
        prompted_at = leg.sound.wait_for(tones.MUSIC)
        house.arrives(leg, target, [EXITS[origin][1]], number, prompted_at)
    outcomes = [EXITS[origin][2] if target != "queue" else "answered" for origin, target in numbers]
    assert [call["outcome"] for call in office.calls(len(numbers))] == outcomes


def test_every_key_of_an_attendant_leads_to_every_target(office: Office) -> None:
    menu = f"{office._prefix}800"
    keys = [{"key": key, **settings_of(office, target)} for target, key in KEYS.items()]
    attendant(office, "Menu", menu, tones.MUSIC, keys)
    house, caller = house_of(office), office.caller()
    for target, key in KEYS.items():
        leg = caller.dial(menu)
        leg.wait_answered()
        pressed_at = leg.sound.wait_for(tones.MUSIC)
        leg.press(key)
        house.arrives(leg, target, ["unconditional"], menu, pressed_at)
    (call,) = office.calls(1)
    assert call["outcome"] == "answered"


def test_a_transfer_leads_to_every_target(office: Office) -> None:
    """To a mailbox by the code and whose it is; to the end by way of a queue that takes nobody."""
    number = office.queue("amal", name=f"{office.name} transfers")
    shut = office.queue(max_waiting=0)
    house, caller = house_of(office), office.caller()
    amal = office.agent("amal")
    dialled = house.numbers | {"person": "bao", "voicemail": "*97bao", "disconnect": shut}
    for target in TARGETS:
        leg = caller.dial(number)
        agent = taken(amal)
        assert_heard_each_other(leg, agent)
        referred_at = time.time()
        assert agent.refer(f"sip:{dialled[target]}@{office.domain}").status == 202
        house.arrives(leg, target, ["deflection"], number, referred_at)
        agent.wait_ended()
