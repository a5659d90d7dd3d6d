"""Less than a minute of mixed calls with kills in between (``soak.py``; ``make soak`` takes an hour)."""

from __future__ import annotations

from pathlib import Path

import pytest

from .soak import Plan, soak

pytestmark = pytest.mark.scenario


def test_nothing_is_lost_and_nothing_left_after_a_while_of_mixed_calls_and_kills(tmp_path: Path) -> None:
    balance = soak(tmp_path, Plan(seconds=40, rate=3, kill_every=5))
    assert balance["wrong"] == {}
    assert balance["answered"] > 60, balance
    assert {"transferred", "cancelled", "held"} <= balance["did"].keys()
