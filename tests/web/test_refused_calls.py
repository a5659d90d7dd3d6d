"""Refused calls through the API (web)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from huntline.cli.api_client import ApiRefused
from huntline.directory.access import Role
from huntline.directory.refused import RefusalReason, RefusedCall
from huntline.storage.history import HistoryWriter
from tests.web.rig import ServerRig

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_refused_calls_say_why_in_both_languages_and_to_their_organization_alone(rig: ServerRig) -> None:
    api = rig.api()
    organization_id = api.get("/organization")["id"]
    writer = HistoryWriter(rig.backstage.database)
    one = RefusedCall(
        organization_id, "192.0.2.1", "+14255551234", "+1425", 404, RefusalReason.UNKNOWN_NUMBER
    )
    flood = RefusedCall(organization_id, "192.0.2.2", "", "", 403, RefusalReason.UNKNOWN_CALLER, 990)
    foreign = RefusedCall("another", "192.0.2.2", "", "", 403, RefusalReason.UNKNOWN_CALLER)
    for minutes, refused in enumerate((one, flood, foreign)):
        writer.add_refused(refused, NOON + timedelta(minutes=minutes))
    writer.close()
    listing = api.get("/refused-calls")
    assert listing["total"] == 2
    assert listing["items"][1] == {
        "at": "2026-11-23T12:00:00Z",
        "source": "192.0.2.1",
        "caller": "+14255551234",
        "caller_shown": "+1 425-555-1234",
        "dialled": "+1425",
        "dialled_shown": "+1425",
        "status": 404,
        "why": "unknown-number",
        "reason": "nobody here has this number or name",
        "count": 1,
    }
    assert listing["items"][0]["count"] == 990
    assert [each["source"] for each in api.items("/refused-calls", why="unknown-caller")] == ["192.0.2.2"]
    until = (NOON + timedelta(seconds=1)).isoformat()
    assert [each["status"] for each in api.items("/refused-calls", to=until)] == [404]
    french = api.get("/refused-calls", language="fr")["items"][1]["reason"]
    assert french == "personne ici ne possède ce numéro ou ce nom"
    with pytest.raises(ApiRefused):
        api.get("/refused-calls", why="because")
    with pytest.raises(ApiRefused):
        rig.api(Role.QUEUE_OWNER).get("/refused-calls")
