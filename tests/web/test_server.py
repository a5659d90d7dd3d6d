"""Where phones reach the server, as the API tells it (web)."""

from __future__ import annotations

from tests.web.rig import ServerRig


def test_phones_are_told_where_to_register(rig: ServerRig) -> None:
    assert rig.api().get("/server")["phones"] == [
        {"transport": "udp", "address": "127.0.0.1:5060"},
        {"transport": "tcp", "address": "127.0.0.1:5060"},
    ]
