"""Auto attendants as callers meet them: menus, keys ahead of prompts, dialling by name, silence, a kill."""

from __future__ import annotations

import itertools
import struct
import time
from typing import Any

import pytest

from . import tones
from .leg import Leg
from .office import Office
from .sounds import tone_file
from .stories import hear_each_other, taken

pytestmark = pytest.mark.scenario

_EVENTS = 101
_KEYS = "0123456789*#ABCD"
_timestamps = itertools.count(160_000, 8_000)
_sequences = itertools.count(20_000)


def press(leg: Leg, keys: str) -> None:
    """Press keys for 100 ms each as telephone-events: a start, updates, and the end three times."""
    for key in keys:
        timestamp = next(_timestamps)
        for number in range(5):
            _send(leg, key, timestamp, 160 * (number + 1), is_first=number == 0)
            time.sleep(0.02)  # as long as a finger stays on the key
        for _ in range(3):
            _send(leg, key, timestamp, 960, is_end=True)
        time.sleep(0.05)


def _send(
    leg: Leg, key: str, timestamp: int, length: int, *, is_first: bool = False, is_end: bool = False
) -> None:
    header = struct.pack("!BBHII", 0x80, 0x80 * is_first | _EVENTS, next(_sequences) % 65_536, timestamp, 7)
    leg.sound.send_raw(header + struct.pack("!BBH", _KEYS.index(key), 0x80 * is_end | 10, length))


def with_attendants(office: Office, wait_for_key: int = 1) -> tuple[str, str]:
    """A queue that nobody answers in time leads to an attendant with directory search; both numbers.

    The attendant greets in French; key 2 leads to another one, 3 asks for an extension, 4 for a name.
    """
    office.user("zoe", display_name="Zoé Müller-O'Brien", extension="301")
    office.user("front", extension="30")
    timed_out = {"action": "forward", "target": "attendant:Accueil"}
    queue = office.queue("amal", max_wait=0, timeout=timed_out)
    number = f"{office._prefix}800"
    office.settings["numbers"].append({"number": number, "kind": "service-toll"})
    greeting = {"file": tone_file(office.folder, tones.GREETING, 20, name="bonjour.wav").name}
    short = {"file": tone_file(office.folder, tones.MUSIC, 0.3, name="menu.wav").name}

    def menu(*keys: dict[str, Any]) -> dict[str, Any]:
        settings = {"prompt": dict(short), "wait_for_key": wait_for_key, "repeats": 1}
        return {"action": "menu", "menu": {"keys": list(keys), **settings}}

    office.settings["attendants"] = [
        {
            "name": "Accueil",
            "language": "fr",
            "line_uris": [f"tel:{number}"],
            "operator": f"sip:{office.upn('front')}",
            "open": {
                "greeting": greeting,
                **menu(
                    {"key": "2", "action": "forward", "target": "attendant:Services"},
                    {"key": "3", "action": "directory-by-extension"},
                    {"key": "4", "action": "directory-by-name"},
                ),
            },
        },
        {
            "name": "Services",
            "language": "fr",
            "operator": f"sip:{office.upn('front')}",
            "open": menu(
                {"key": "1", "action": "forward", "target": f"sip:{office.upn('zoe')}"},
                {"key": "9", "action": "back"},
            ),
        },
    ]
    office.open()
    return queue, number


def test_who_is_not_answered_in_time_dials_somebody_by_name(office: Office) -> None:
    queue, _ = with_attendants(office)
    zoe = office.agent("zoe", tone=tones.AGENT)
    caller = office.caller().dial(queue)
    caller.wait_answered()
    caller.sound.wait_for(tones.GREETING)
    press(caller, "4963#1")  # ahead of every prompt
    answered = taken(zoe)
    assert answered.invite is not None
    hear_each_other(caller, answered)
    history = answered.invite.all("history-info")
    assert any("Accueil" in each for each in history)
    caller.hang_up()
    (call,) = office.calls(1)
    assert call["outcome"] == "timed-out"


def test_keys_ahead_extensions_and_silence_lead_where_they_should(office: Office) -> None:
    _, number = with_attendants(office)
    zoe, front = office.agent("zoe", tone=tones.AGENT), office.agent("front", tone=tones.SECOND_AGENT)
    nested = office.caller().dial(number)
    nested.wait_answered()
    nested.sound.wait_for(tones.GREETING)
    press(nested, "21")
    hear_each_other(nested, taken(zoe))
    nested.hang_up()

    extension = office.caller("+12065550101").dial(number)
    extension.wait_answered()
    assert extension.press("3") == 200  # by INFO
    for key in "301":
        assert extension.press(key) == 200
    hear_each_other(extension, taken(zoe))
    extension.hang_up()

    silent = office.caller("+12065550102").dial(number)
    silent.wait_answered()
    silent.sound.wait_for(tones.GREETING)
    press(silent, "7")  # not one of the choices; the second round is the last
    answered = front.wait_call(15)
    answered.answer()
    answered.wait_up()
    hear_each_other(silent, answered)
    silent.hang_up()
