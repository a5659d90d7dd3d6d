"""G.711 in WAV: read by others as it should be, and by us however its writer ended."""

from __future__ import annotations

import io
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from huntline.media import wav
from huntline.media.wav import NoRecording, Recording

TONE = bytes(range(256)) * 100


@pytest.mark.parametrize(("law", "codec"), [("PCMU", "pcm_mulaw"), ("PCMA", "pcm_alaw")])
def test_other_programs_read_it(law: str, codec: str) -> None:
    with av.open(io.BytesIO(wav.head(law, len(TONE)) + TONE), "r") as container:
        stream = container.streams.audio[0]
        assert (stream.codec_context.name, stream.codec_context.sample_rate) == (codec, 8000)
        samples = [frame.samples for frame in container.decode(stream)]
        assert sum(samples) == len(TONE)


def test_what_was_written_after_the_last_head_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "torn.wav"
    path.write_bytes(wav.head("PCMA", 160) + TONE + b"x")
    assert wav.read(path) == Recording("PCMA", TONE)
    assert wav.settle(path).seconds == 3.2
    assert path.read_bytes() == wav.head("PCMA", len(TONE)) + TONE


@given(st.binary(max_size=200))
def test_any_bytes_are_a_recording_or_none(data: bytes) -> None:
    try:
        law = wav.law_in(data)
    except NoRecording:
        return
    assert law in ("PCMU", "PCMA")


def test_short_pauses_belong_to_what_is_said_and_long_ones_do_not() -> None:
    word, pause = b"\x10" * 8000, b"\xff" * 3200
    assert Recording("PCMU", word + pause + word).seconds_of_sound == pytest.approx(2.4, abs=0.05)
    assert Recording("PCMU", word + pause * 10 + word).seconds_of_sound == pytest.approx(2.0, abs=0.05)
    assert Recording("PCMU", pause * 30).seconds_of_sound == 0
