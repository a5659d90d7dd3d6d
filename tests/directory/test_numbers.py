"""The numbers of a queue stand once: rules.md section 2 in, every door out."""

from __future__ import annotations

from pathlib import Path

import pytest

from huntline.cmdlets.hunt_group_settings import SETTINGS
from huntline.cmdlets.kinds import Whole
from huntline.directory.numbers import Range
from huntline.directory.organization import LIMIT_NUMBERS, QUEUE_NUMBERS
from huntline.organization_file.form import QueueForm

RULES = {  # default, low, high, step
    "agent_limit": (50, 1, 10_000, 1),
    "agent_alert_time": (30, 15, 180, 1),
    "max_waiting": (50, 0, 10_000, 1),
    "max_wait": (1200, 0, 2700, 15),
    "wrap_up": (0, 0, 3600, 1),
    "message_interval": (60, 15, 600, 1),
    "announce_interval": (60, 15, 600, 1),
}
OR_ZERO = {"message_interval"}
DOCUMENT = Path(__file__).parents[2] / "docs" / "organization-file.md"


def test_defaults_and_ranges_are_those_of_the_rules() -> None:
    assert {
        name: (number.default, number.range.low, number.range.high, number.range.step)
        for name, number in QUEUE_NUMBERS.items()
    } == RULES


def test_cmdlets_take_what_they_took_in_2018() -> None:
    taken = {
        parameter.name: (str(parameter.kind.range), parameter.default)
        for parameter in SETTINGS
        if isinstance(parameter.kind, Whole)
    }
    assert taken == {
        "AgentAlertTime": ("30 to 180 seconds", "30"),
        "OverflowThreshold": ("0 to 200 calls", "50"),
        "TimeoutThreshold": ("0 to 2700 seconds", "1200"),
    }


@pytest.mark.parametrize("name", RULES)
def test_the_form_says_to_programs_what_the_number_may_be(name: str) -> None:
    default, low, high, _ = RULES[name]
    low = 0 if name in OR_ZERO else low
    said = QueueForm.model_json_schema()["properties"][name]
    assert (said["default"], said["minimum"], said["maximum"]) == (default, low, high)


@pytest.mark.parametrize("name", RULES)
def test_the_documents_say_so_too(name: str) -> None:
    default, low, high, _ = RULES[name]
    most = f"`limits.{name}`" if name in LIMIT_NUMBERS else high
    [row] = [line for line in DOCUMENT.read_text().splitlines() if line.startswith(f"| `{name}` |")]
    assert f"| {'0, or ' if name in OR_ZERO else ''}{low} to {most}" in row
    assert row.endswith(f"| {default} |")


@pytest.mark.parametrize(("written", "kept"), [(47, 45), (53, 60), (7, 0), (8, 15), (2700, 2700)])
def test_a_number_is_kept_to_the_nearest_step(written: int, kept: int) -> None:
    assert Range(0, 2700, "seconds", step=15).nearest(written) == kept


def test_a_number_that_may_be_nothing_is_0_or_in_its_range() -> None:
    allowed = Range(15, 600, "seconds", or_zero=True)
    refused = [value for value in (-1, 0, 1, 14, 15, 600, 601) if list(allowed.check(("n",), value))]
    assert refused == [-1, 1, 14, 601]
    assert str(allowed) == "0, or 15 to 600 seconds"
