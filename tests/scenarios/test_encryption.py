"""Phones whose audio is encrypted by keys of the session description, beside plain ones."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from huntline.directory.refused import REFUSAL_WORDS, RefusalReason

from . import tones
from .baresip import Baresip
from .leg import Leg
from .office import Office
from .reactor import Reactor
from .server import Server

pytestmark = pytest.mark.scenario


def softphone(office: Office, folder: Path, name: str, encryption: str) -> Baresip:
    """A user's baresip, registered."""
    return Baresip(
        folder / name,
        name,
        office.domain,
        office.server.address,
        tone=tones.AGENT,
        encryption=encryption,
    )


def hears(caller: Leg) -> None:
    """The caller hears the softphone from now on, and speaks for long enough to be in its recording."""
    caller.sound.wait_for(tones.AGENT, 6, since=time.time())
    caller.sound.wait_packets(30)


def test_a_call_of_an_encrypted_phone_goes_on_when_media_and_signalling_are_killed(
    hurt_server: Server, reactor: Reactor, tmp_path: Path
) -> None:
    with contextlib.closing(Office(hurt_server, reactor, tmp_path)) as office:
        office.user("amal", encryption="required")
        number = office.queue("amal")
        office.open()
        with contextlib.closing(softphone(office, tmp_path, "amal", "srtp-mand")) as amal:
            caller = office.caller().dial(number)
            amal.wait("CALL_INCOMING")
            amal.answer()
            hears(caller)
            hurt_server.kill_child("media")
            hears(caller)
            hurt_server.kill_child("signalling")
            hears(caller)
            assert b"inline:" not in (hurt_server.data / "live.journal").read_bytes()
            amal.hold()
            amal.resume()
            hears(caller)
            caller.hang_up()
            amal.wait("CALL_CLOSED", 10)
            heard = amal.tones_heard()
            assert heard.count(tones.CALLER) > 30
            assert heard[-20:].count(tones.CALLER) > 10, "after both had been killed, too"
        [call] = office.calls()
        assert call["outcome"] == "answered"


def test_plain_rtp_is_refused_where_encryption_is_required_and_keys_where_it_is_not(
    office: Office, tmp_path: Path
) -> None:
    office.user("amal", encryption="required")
    office.user("bao", encryption="offered")
    office.user("cleo")
    number = office.queue("bao")
    office.open()
    plain = office.agent("amal").dial(f"sip:{office.upn('cleo')}")
    assert plain.wait_refused() == 488
    [refused] = office.refused()
    assert refused["reason"] == REFUSAL_WORDS[RefusalReason.NO_COMMON_ENCRYPTION]
    bao = office.agent("bao", tone=tones.SECOND_AGENT)
    with contextlib.closing(softphone(office, tmp_path, "amal", "srtp-mand")) as amal:
        amal.dial(f"sip:{number}@{office.domain}")
        ring = bao.wait_call()
        ring.answer()
        ring.sound.wait_for(tones.AGENT)
        ring.sound.wait_packets(30)
        amal.hang_up()
        ring.wait_ended()
        assert amal.tones_heard().count(tones.SECOND_AGENT) > 10
    with contextlib.closing(softphone(office, tmp_path, "cleo", "srtp-mand")) as cleo:
        cleo.dial(f"sip:{number}@{office.domain}")
        assert "488" in str(cleo.wait("CALL_CLOSED"))
