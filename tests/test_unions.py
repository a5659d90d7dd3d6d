"""Tables that say what is done about each member of a union have all members, each with its own function.

Where a union is matched, mypy says so (``exhaustive-match``, ``assert_never``); of tables only a test can.
"""

from __future__ import annotations

from dataclasses import is_dataclass
from types import ModuleType, UnionType
from typing import get_args, get_type_hints

import pytest

from huntline.engine import commands, events
from huntline.engine.deadlines import Due
from huntline.engine.engine import Engine
from huntline.media.interface import MediaEvent
from huntline.media.worker import wire
from huntline.sip.core import events as sip_events


def test_the_engine_has_a_function_for_each_event_which_takes_that_event() -> None:
    handlers = Engine()._handlers
    assert handlers.keys() == set(get_args(events.Event))
    for kind, handler in handlers.items():
        assert get_type_hints(handler)["event"] is kind


def test_the_engine_has_a_function_for_each_kind_of_deadline() -> None:
    assert Engine()._due.keys() == set(Due)


def test_the_media_worker_can_tell_each_event() -> None:
    assert set(wire._EVENTS.values()) == {*get_args(MediaEvent), wire.SecretsChanged}


@pytest.mark.parametrize(
    ("module", "union"),
    [(events, events.Event), (commands, commands.Command), (sip_events, sip_events.SipEvent)],
)
def test_what_a_module_defines_is_in_its_union(module: ModuleType, union: UnionType) -> None:
    defined = {kind for kind in vars(module).values() if is_dataclass(kind)}
    assert {kind for kind in defined if kind.__module__ == module.__name__} == set(get_args(union))
