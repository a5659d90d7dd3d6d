"""Records of another machine have their monotonic moments moved, all of them and nothing else."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

from huntline.calls.model import DueRing, Ring
from huntline.media.worker.wire import PlayState, RecordState
from huntline.signalling.clock_shift import MOMENTS, shifted
from huntline.sip.core.leg_record import RECORD_KINDS, RepetitionRecord, SessionTimerRecord
from huntline.sip.core.leg_record import OutgoingRecord as _Outgoing

_LENGTHS = {"most_s", "silence_s", "answer_within"}


def test_every_float_of_a_record_is_a_moment_that_is_known_or_a_length() -> None:
    found = {
        field.name
        for kind in (*RECORD_KINDS, PlayState, RecordState, DueRing, Ring)
        if is_dataclass(kind)
        for field in fields(kind)
        if "float" in str(field.type)
    }
    assert found - _LENGTHS <= MOMENTS
    assert found


def test_moments_are_moved_wherever_they_are() -> None:
    timer = SessionTimerRecord(1800, True, 90, 100.0, False)
    nested: Any = {"a": [timer, (RepetitionRecord(None, 5.0), "text")], "b": 7.0}  # type: ignore[arg-type]
    shifted(nested, 10.0)
    assert (timer.due_at, timer.interval) == (110.0, 1800)
    assert nested["a"][1][0].ends_at == 15.0
    assert nested["b"] == 7.0


def test_frozen_records_and_those_seen_twice_are_moved_once() -> None:
    play = PlayState(("music",), True, started_at=3.0)
    assert shifted([play, play], 1.0)[0].started_at == 4.0


def test_what_has_no_moment_stays() -> None:
    call = _Outgoing(None, "id", 1, (), 0, (), None, None, False, None, None)
    assert shifted(call, 5.0).rings_until is None
