"""What the phone in a page is told: where it connects, and what it proves itself with (web)."""

from __future__ import annotations

from pathlib import Path

import pytest

from huntline.directory.access import Role
from tests.web.rig import E5_USER, ServerRig, refusal_of, server_rig
from tests.web.signalling import signalling


def furnish(rig: ServerRig) -> str:
    """A user and a queue; the user's id."""
    rig.api().post("/queues", {"name": "Sales"})
    user_id: str = rig.api().post("/users", {"upn": "amal@contoso.com", **E5_USER})["id"]
    return user_id


def test_whoever_may_change_a_queue_may_try_it_out_without_being_a_user(rig: ServerRig) -> None:
    furnish(rig)
    with signalling(rig) as fake:
        opened = rig.api().post("/queues/Sales/test-call")
        assert fake.asked == [{"do": "guest-credential", "organization_id": rig.contoso}]
    assert opened == {
        "websocket_url": "ws://127.0.0.1:5062",
        "uri": "sip:test-call@contoso.com",
        "username": "who.1.1790000600",
        "password": "made up",
        "display_name": "Somebody",
        "expires_at": "2026-11-23T12:00:00Z",
        "target": rig.queue("Sales").primary_uri,
    }
    assert refusal_of(rig.api(Role.AUDITOR), "POST", "/queues/Sales/test-call")["status"] == 403
    assert refusal_of(rig.api(), "POST", "/queues/Nothing/test-call")["status"] == 404


def test_whoever_may_change_an_attendant_may_try_it_out(rig: ServerRig) -> None:
    made = rig.api().post("/attendants", {"name": "Lobby"})
    with signalling(rig):
        assert rig.api().post("/attendants/lobby/test-call")["target"] == made["primary_uri"]
    assert refusal_of(rig.api(Role.AUDITOR), "POST", "/attendants/lobby/test-call")["status"] == 403
    assert refusal_of(rig.api(), "POST", "/attendants/Nothing/test-call")["status"] == 404


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        ({"websocket_url": "wss://queue.contoso.com/sip"}, "wss://queue.contoso.com/sip"),
        ({"sip": "ws:0.0.0.0:5070"}, "ws://huntline:5070"),
        ({"sip": "ws:[2001:db8::1]:5070"}, "ws://[2001:db8::1]:5070"),
    ],
)
def test_a_page_is_told_where_this_server_can_be_reached(
    tmp_path: Path, settings: dict[str, str], url: str
) -> None:
    with server_rig(tmp_path, **settings) as rig, signalling(rig):
        me = rig.api(Role.AGENT, user_id=furnish(rig))
        assert me.post("/me/phone")["websocket_url"] == url


def test_where_no_websocket_is_listened_for_it_is_said_how_to_have_one(tmp_path: Path) -> None:
    with server_rig(tmp_path, sip="udp:127.0.0.1:5060") as rig:
        me = rig.api(Role.AGENT, user_id=furnish(rig))
        for api, path in ((me, "/me/phone"), (rig.api(), "/queues/Sales/test-call")):
            problem = refusal_of(api, "POST", path)
            assert (problem["status"], problem["error"]) == (409, "no-websocket")
            assert "--sip ws:127.0.0.1:5062" in problem["detail"]
