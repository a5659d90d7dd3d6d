"""Softphones with G.722 and Opus in calls of a queue, with each other and with a phone of G.711."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from . import sounds, tones
from .baresip import Baresip
from .office import Office

pytestmark = pytest.mark.scenario


def softphone(office: Office, folder: Path, name: str, codec: str, tone: int) -> Baresip:
    """A user's baresip, registered."""
    where = folder / name, name, office.domain, office.server.address
    return Baresip(*where, tone=tone, codec=f"{codec},pcmu", rate=48_000)


def test_g722_is_spoken_where_both_have_it_and_music_comes_in_it(office: Office, tmp_path: Path) -> None:
    music = sounds.tone_file(tmp_path, tones.MUSIC, 3)
    number = office.queue("amal", music={"file": str(music)})
    office.user("bao")
    office.open()
    with (
        contextlib.closing(softphone(office, tmp_path, "bao", "G722/16000/1", tones.CALLER)) as bao,
        contextlib.closing(softphone(office, tmp_path, "amal", "G722/16000/1", tones.AGENT)) as amal,
    ):
        bao.dial(f"sip:{number}@{office.domain}")
        amal.wait("CALL_INCOMING")
        bao.listen(2)
        amal.answer()
        amal.wait("CALL_ESTABLISHED")
        amal.listen(1)
        amal.hang_up()
        bao.wait("CALL_CLOSED")
        assert (bao.codecs(), amal.codecs()) == (["G722"], ["G722"])
        assert bao.tones_heard().count(tones.MUSIC) > 5
        assert bao.tones_heard().count(tones.AGENT) > 5
        assert amal.tones_heard().count(tones.CALLER) > 5


def test_a_caller_with_opus_speaks_g711_with_an_agent_who_has_nothing_else(
    office: Office, tmp_path: Path
) -> None:
    number = office.queue("amal")
    office.user("bao")
    office.open()
    amal = office.agent("amal", tone=tones.AGENT)
    with contextlib.closing(softphone(office, tmp_path, "bao", "opus/48000/2", tones.CALLER)) as bao:
        bao.dial(f"sip:{number}@{office.domain}")
        ring = amal.wait_call()
        assert "opus/48000/2" in (ring.invite.body if ring.invite else "")
        ring.answer()
        ring.wait_up()
        bao.wait_codec("PCMU")
        ring.sound.wait_packets(25)  # what is in them is wrong: it does not resample after a re-INVITE
        bao.wait_codec("PCMU")  # also if packets of before have come once more
        ring.hang_up()
        bao.wait("CALL_CLOSED")
        assert bao.codecs()[0] == "opus"
