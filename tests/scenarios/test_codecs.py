"""Softphones with G.722 and Opus in calls of a queue, each with one that has something else."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from . import sounds, tones
from .baresip import Baresip
from .office import Office

pytestmark = pytest.mark.scenario


@pytest.mark.parametrize(
    ("theirs", "agents", "spoken"),
    [
        ("G722/16000/1,pcmu", "G722/16000/1,pcmu", ["G722", "G722"]),
        ("opus/48000/2,pcmu", "opus/48000/2,pcmu", ["opus", "opus"]),
        ("opus/48000/2,pcmu", "pcma", ["PCMU", "PCMA"]),
    ],
)
def test_a_call_has_the_best_codec_of_both_and_all_hear_each_other(
    office: Office, tmp_path: Path, theirs: str, agents: str, spoken: list[str]
) -> None:
    """Where the agent has G.711 alone the caller is asked to speak that, too, by a re-INVITE."""
    music = sounds.tone_file(tmp_path, tones.MUSIC, 3)
    number = office.queue("amal", music={"file": str(music)})
    office.user("bao")
    office.open()
    with contextlib.ExitStack() as phones:
        bao, amal = (
            phones.enter_context(
                contextlib.closing(
                    Baresip(
                        tmp_path / name,
                        name,
                        office.domain,
                        office.server.address,
                        tone=tone,
                        codec=codec,
                    )
                )
            )
            for name, codec, tone in (("bao", theirs, tones.CALLER), ("amal", agents, tones.AGENT))
        )
        bao.dial(f"sip:{number}@{office.domain}")
        amal.wait("CALL_INCOMING")
        bao.listen(0.8)
        amal.answer()
        amal.wait("CALL_ESTABLISHED")
        bao.listen(1.2)
        amal.hang_up()
        bao.wait("CALL_CLOSED")
        assert [each.codecs()[-1] for each in (bao, amal)] == spoken
        assert bao.tones_heard().count(tones.MUSIC) > 3
        assert bao.tones_heard().count(tones.AGENT) > 10
        assert amal.tones_heard().count(tones.CALLER) > 10
