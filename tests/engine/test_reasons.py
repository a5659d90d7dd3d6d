"""Reasons go out as plain data and come back the same, whatever they hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.engine.model import Presence
from huntline.engine.reason_data import FORMS, as_data, from_data
from huntline.engine.reasons import (
    Cause,
    Hindrance,
    LeftAlone,
    Obstacle,
    OnlyText,
    Paused,
    PresenceIs,
    StopReason,
    WrapUp,
    obstacle_of,
)

from .desk import NOON


@given(st.one_of(*(st.from_type(form) for form in (Cause, StopReason, *FORMS))))
def test_a_reason_comes_back_as_it_went_out(reason: Any) -> None:
    data = json.loads(json.dumps(as_data(reason)))
    again = from_data(data)
    assert type(again) is type(reason)
    # As data, since NaN is not even itself.
    assert json.dumps(as_data(again)) == json.dumps(as_data(reason))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"kind": None},
        {"kind": 7},
        {"kind": "of-a-later-version", "x": 1},
        {"kind": "wrap-up"},
        {"kind": "wrap-up", "until": "noon"},
        {"kind": "wrap-up", "until": 5},
        {"kind": "nobody-free", "counts": [{"obstacle": "nothing", "count": 1}]},
        {"kind": "nobody-free", "counts": 3},
        {"kind": "exit-taken", "why": "no data", "to": None},
        {"kind": ["unhashable"]},
    ],
)
def test_what_cannot_be_read_is_a_text(data: dict[str, Any]) -> None:
    assert isinstance(from_data(data), OnlyText)


@pytest.mark.parametrize(
    ("hindrance", "obstacle"),
    [
        (Cause.NO_PHONE, Obstacle.OFFLINE),
        (Cause.PRESENCE_OFFLINE, Obstacle.OFFLINE),
        (Cause.OPTED_OUT, Obstacle.OPTED_OUT),
        (Cause.DO_NOT_DISTURB, Obstacle.DO_NOT_DISTURB),
        (Cause.BEING_RUNG, Obstacle.BEING_RUNG),
        (Cause.ON_QUEUE_CALL, Obstacle.ON_QUEUE_CALL),
        (Cause.ON_ANOTHER_CALL, Obstacle.ON_ANOTHER_CALL),
        (Paused("lunch"), Obstacle.PAUSED),
        (WrapUp(NOON), Obstacle.WRAP_UP),
        (LeftAlone(NOON, Cause.NOT_REGISTERED), Obstacle.LEFT_ALONE),
        (PresenceIs(Presence.AWAY), Obstacle.PRESENCE),
    ],
)
def test_whoever_cannot_be_rung_is_counted(hindrance: Hindrance, obstacle: Obstacle) -> None:
    assert obstacle_of(hindrance) is obstacle
