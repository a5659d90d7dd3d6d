"""Phones over TLS: a softphone that checks our certificate, and keeps its call when signalling is killed."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from huntline.data_folder import DATABASE
from tests.fakes.certificates import Authority

from . import tones
from .baresip import Baresip
from .commands import Commands
from .office import Office
from .reactor import Reactor
from .server import Server
from .stories import come_back, hear_each_other, talk

pytestmark = pytest.mark.scenario

QUIET = 0.2  # seconds, on a machine that does ten things at once


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def house(tmp_path: Path, commands: Commands, reactor: Reactor, authority: Authority) -> Iterator[Office]:
    """An office on a server that speaks TLS."""
    options = "--trusted-certificates", str(authority.file)
    certificate = authority.issue("127.0.0.1")
    server = Server(tmp_path / "data", commands, certificate=certificate, options=options)
    server.start()
    try:
        with contextlib.closing(Office(server, reactor, tmp_path)) as office:
            yield office
    finally:
        server.stop()


def test_phones_over_tls_are_rung_and_go_on_when_signalling_is_killed(
    house: Office, authority: Authority, tmp_path: Path
) -> None:
    server = house.server
    number = house.queue("amal", "bao", distribution="serial")
    house.open()
    assert server.tls_port is not None
    address = server.host, server.tls_port
    desk = Baresip(
        tmp_path / "desk",
        "amal",
        house.domain,
        address,
        tone=tones.AGENT,
        transport="tls",
        trusted=authority.file,
        outbound=True,
    )
    assert "Loaded: 127.0.0.1, until" in server.run("certificate", "reload").stdout
    diagnosis = json.loads(server.run("doctor", "--json").stdout)["findings"]
    database = diagnosis.pop(0)
    assert (database["key"], database["id"]) == (str(server.data / DATABASE), "database-answers")
    assert [(each["key"].partition(":")[0], each["id"]) for each in diagnosis] == [
        *((transport, what) for transport in ("udp", "tcp") for what in ("answers", "audio-comes-back")),
        ("ws", "answers"),
        *(("tls", what) for what in ("answers", "audio-comes-back")),
        ("wss", "answers"),
    ]
    with contextlib.closing(desk):
        caller = house.caller().dial(number)
        desk.wait("CALL_INCOMING")
        desk.answer()
        caller.sound.wait_for(tones.AGENT, 8)
        caller.hang_up()
        desk.wait("CALL_CLOSED")
    bao = house.agent(
        "bao", is_registered=False, transport="tls", server=address, trusted=authority.trusting()
    )
    bao.instance = "desk-bao"
    bao.register()
    first, agent = talk(house.caller("+12065550101"), number, bao)

    killed_at = time.time()
    server.kill_child("signalling")
    come_back(bao)
    hear_each_other(first, agent)
    assert first.sound.longest_gap(since=killed_at, until=time.time() - 0.1) < QUIET
    agent.hang_up()
    first.wait_ended()
    again, ring = talk(house.caller("+12065550102"), number, bao)
    again.hang_up()
    ring.wait_ended()
    assert [call["outcome"] for call in house.calls(3)] == ["answered"] * 3
    server.assert_empty()
    server.assert_calm()
