"""Parties who send nothing for longer than the server takes for granted: on hold, muted, or gone."""

from __future__ import annotations

import time

import pytest

from . import tones
from .office import Office
from .stories import hear_each_other, taken

pytestmark = pytest.mark.scenario

_LONG_SILENCE = 40.0
"""Seconds within which a silent party is asked whether it is there: 30, and some for a busy machine."""


def test_who_is_silent_keeps_the_place_and_who_is_gone_does_not(office: Office) -> None:
    number = office.queue("amal")
    office.open()
    holding, muted, gone = (office.caller(f"+1206555010{last}").dial(number) for last in range(3))
    for caller in (holding, muted, gone):
        caller.wait_answered()
        caller.sound.wait_loud()
    holding.reinvite(direction="sendonly")
    for caller in (holding, muted, gone):
        caller.sound.pause()
    gone.options_status = 481  # the phone has been restarted and knows of no call

    muted.wait_request("OPTIONS", _LONG_SILENCE)
    gone.wait_ended(_LONG_SILENCE)
    assert not holding.requests("OPTIONS"), "on hold, silence says nothing"
    amal = office.agent("amal")
    assert not holding.is_ended
    assert not muted.is_ended
    holding.reinvite()
    agent = taken(amal)
    assert agent.sound.tone == tones.AGENT
    assert holding.sound.remote is not None
    holding.sound.start(holding.sound.remote)
    hear_each_other(holding, agent)
    muted.sound.wait_loud(since=time.time())
    holding.hang_up()
    muted.hang_up()
    outcomes = [call["outcome"] for call in office.calls(3)]
    assert outcomes == ["answered", "abandoned", "failed"]
