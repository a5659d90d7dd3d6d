"""What is stored is put in force, also where it could not be read at first (edge)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from tests.fakes.plans import CONTOSO
from tests.fakes.responder import FakeResponder

from huntline.clock import Clock
from huntline.directory.elsewhere import NOTHING_ELSEWHERE, Elsewhere
from huntline.directory.in_force import SettingsInForce
from huntline.directory.organization import Organization
from huntline.directory.plan import ServerPlan
from huntline.signalling import settings_loading
from huntline.signalling.reachability import Reachability
from huntline.signalling.settings_loading import SettingsLoading
from huntline.sip.servers.registrar import Registrar
from huntline.storage.faults import DatabaseUnavailable


def test_what_cannot_be_read_is_read_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(settings_loading, "_AGAIN_AFTER", timedelta(seconds=0.01))

    async def story() -> None:
        in_force, faults = SettingsInForce(ServerPlan(())), [DatabaseUnavailable("away")] * 2
        is_loaded = asyncio.Event()

        def read() -> tuple[tuple[Organization, ...], Elsewhere]:
            if faults:
                raise faults.pop()
            return (CONTOSO,), NOTHING_ELSEWHERE

        loading = SettingsLoading(
            read,
            frozenset(),
            Clock(),
            in_force,
            Registrar(FakeResponder()),
            Reachability(in_force, lambda event: None),
            lambda event: None,
            lambda plan: is_loaded.set(),
        )
        with pytest.raises(DatabaseUnavailable):
            await loading.load()
        await asyncio.wait_for(is_loaded.wait(), 5)
        assert [each.name for each in in_force.plan.organizations] == ["Contoso"]
        await loading.close()

    asyncio.run(story())
    assert "a task failed" in caplog.text
