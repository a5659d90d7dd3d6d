"""What is heard of a sound at any moment: whole packets, again and again, or once and silence after."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from huntline.media.worker.media_clock import SAMPLES_PER_TICK
from huntline.media.worker.sounds import SILENT_PACKETS, Samples

_AUDIO = st.binary(min_size=1, max_size=3 * SAMPLES_PER_TICK)
_POSITION = st.integers(0, 10 * SAMPLES_PER_TICK)


@given(_AUDIO, _POSITION)
def test_a_loop_goes_on_without_a_seam(audio: bytes, position: int) -> None:
    heard = Samples(audio, "PCMU", loop=True).at(position)
    assert heard == bytes(audio[(position + n) % len(audio)] for n in range(SAMPLES_PER_TICK))


@given(_AUDIO, _POSITION)
def test_what_is_heard_once_ends_in_silence(audio: bytes, position: int) -> None:
    heard = Samples(audio, "PCMA", loop=False).at(position)
    rest = audio[position : position + SAMPLES_PER_TICK]
    assert heard == rest + SILENT_PACKETS["PCMA"][len(rest) :]
