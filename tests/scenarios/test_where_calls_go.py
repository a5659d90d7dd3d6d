"""Where a call goes: each way out of a queue, a key, a transfer, each to every target (rules section 5)."""

from __future__ import annotations

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
KEYS = {target: str(key) for key, target in enumerate(TARGETS, 1)}


@dataclass
class House:
    """An office in which everything leads somewhere, and the phones of whoever may be reached there."""

    office: Office
    phones: dict[str, Phone]  # by target
    numbers: dict[str, str]  # of the targets that have one

    def arrives(self, caller: Leg, target: str, told: list[str]) -> None:
        """The caller comes to a target, whom it is told why the call was sent on, the newest first; and
        leaves."""
        if target in self.phones:
            ring = taken(self.phones[target])
            caller.wait_answered()
            assert_heard_each_other(caller, ring)
            assert reasons_in(ring.invite, is_of_queue=target == "queue") == told
            caller.hang_up()
            ring.wait_ended()
        elif target == "attendant":
            caller.wait_answered()
            caller.sound.wait_for(tones.GREETING)
            caller.hang_up()
        elif target == "voicemail":
            caller.wait_answered()
            caller.sound.wait_loud(12)  # the greeting, which is spoken when it is asked for first
            caller.hang_up()
        else:
            caller.wait_ended(10)  # a goodbye is said first


def reasons_in(invite: Message | None, *, is_of_queue: bool = False) -> list[str]:
    """Why a call was diverted, the newest first; History-Info tells of as many, and of where it is now. An
    agent's phone is told so of its own queue, too: that is left out."""
    assert invite is not None
    reasons = [wire.parameter(value, "reason") for value in invite.all("diversion")]
    assert len(invite.all("history-info")) == len(reasons) + (not is_of_queue)
    return reasons[is_of_queue:]


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


def attendant(office: Office, name: str, number: str, keys: list[dict[str, str]]) -> None:
    """Add an attendant that greets with a tone, and has a menu."""
    office.settings["numbers"].append({"number": number, "kind": "service-toll"})
    sound = {"file": tone_file(office.folder, tones.GREETING, 5, name="greeting.wav").name}
    flow = {"greeting": sound, "action": "menu", "menu": {"keys": keys}}
    entry = {"name": name, "line_uris": [f"tel:{number}"], "open": flow}
    office.settings.setdefault("attendants", []).append(entry)


def house_of(office: Office) -> House:
    """Open an office with all targets."""
    trunk = provider_of(office)
    office.user("bao")
    served = office.queue("chi", name=f"{office.name} served")
    reception = f"{office._prefix}801"
    attendant(office, "Reception", reception, [{"key": "1", **settings_of(office, "person")}])
    office.open()
    phones = {"person": office.agent("bao"), "queue": office.agent("chi"), "outside": trunk}
    numbers = {"queue": served, "attendant": reception, "outside": OUTSIDE}
    return House(office, phones, numbers)


def test_every_exit_of_a_queue_leads_to_every_target(office: Office) -> None:
    numbers = {
        (origin, target): office.queue(**settings | {origin: settings_of(office, target)})
        for origin, (settings, _, _) in EXITS.items()
        for target in TARGETS
    }
    house, caller = house_of(office), office.caller()
    for (origin, target), number in numbers.items():
        leg = caller.dial(number)
        if (origin, target) == ("overflow", "disconnect"):
            assert leg.wait_refused() == 486
        else:
            house.arrives(leg, target, [EXITS[origin][1]])
    outcomes = [EXITS[origin][2] if target != "queue" else "answered" for origin, target in numbers]
    assert [call["outcome"] for call in office.calls(len(numbers))] == outcomes


def test_every_key_of_an_attendant_leads_to_every_target(office: Office) -> None:
    menu = f"{office._prefix}800"
    keys = [{"key": key, **settings_of(office, target)} for target, key in KEYS.items()]
    attendant(office, "Menu", menu, keys)
    house, caller = house_of(office), office.caller()
    for target, key in KEYS.items():
        leg = caller.dial(menu)
        leg.wait_answered()
        leg.press(key)
        house.arrives(leg, target, ["unconditional"])
    (call,) = office.calls(1)
    assert call["outcome"] == "answered"


def test_a_transfer_leads_to_every_target(office: Office) -> None:
    number = office.queue("amal", name=f"{office.name} transfers")
    house, caller = house_of(office), office.caller()
    amal = office.agent("amal")
    for target in house.phones.keys() | house.numbers.keys():  # a mailbox has no number, the end no address
        leg = caller.dial(number)
        agent = taken(amal)
        assert_heard_each_other(leg, agent)
        to = (
            house.phones["person"].aor
            if target == "person"
            else f"sip:{house.numbers[target]}@{office.domain}"
        )
        assert agent.refer(to).status == 202
        if target == "attendant":
            leg.sound.wait_for(tones.GREETING)
            leg.hang_up()
        else:
            ring = taken(house.phones[target])
            assert_heard_each_other(leg, ring)
            assert reasons_in(ring.invite, is_of_queue=target == "queue") == ["deflection"]
            leg.hang_up()
            ring.wait_ended()
        agent.wait_ended()
