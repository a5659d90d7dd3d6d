"""Decodes audio files into telephone samples: 8 kHz, mono, 16 bits.

The library is loaded where it is used: whoever only looks at a file, or has it decoded elsewhere, needs none.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from huntline.errors import ConfigurationError
from huntline.media.g711 import SAMPLE_RATE
from huntline.media.prompts.container import (
    FORMATS,
    allowed_suffix,
    describe_content,
    promised_size,
    suffix_by_content,
    with_even_chunks,
)

if TYPE_CHECKING:
    import av
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container.input import InputContainer

MAX_BYTES = 5 * 1024 * 1024
MAX_DURATION_S = 3_600
MIN_DURATION_S = 0.02

_WANTED = "a .wav (PCM), .mp3 or .wma file of up to 5 MB is needed"
_CODECS = {
    ".wav": {"pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le"},
    ".mp3": {"mp3", "mp3float"},
    ".wma": {"wmav1", "wmav2", "wmapro", "wmalossless", "wmavoice"},
}
_RATES_HZ = range(4_000, 384_001)
_MISSING_SHARE = 0.02  # editors that cut tags out leave the promised size a little wrong
_BAD_PACKETS = 2  # a cut first or last frame is common and cannot be heard


class PromptRefused(ConfigurationError):
    """A file that cannot be a prompt: the message says its name, what was found and what is needed."""

    def __init__(self, path: Path, found: str, needed: str = _WANTED) -> None:
        super().__init__(f"{path}: {found}; {needed}")
        self.found, self.needed = found, needed


def read_prompt(path: Path) -> bytes:
    """The content of a file that looks like a prompt by its name, size and first bytes.

    Raises PromptRefused.
    """
    _suffix_of(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PromptRefused(path, f"cannot be read ({error.strerror})") from error
    check_content(path, data)
    return data


def check_content(path: Path, data: bytes) -> None:
    """``read_prompt`` for a content that is in hand; ``path`` is what it is called. Raises PromptRefused."""
    suffix = _suffix_of(path)
    if len(data) > MAX_BYTES:
        raise PromptRefused(path, "the file is larger than 5 MB")
    if suffix_by_content(data) != suffix:
        raise PromptRefused(path, f"the name says {suffix} but the content is {describe_content(data)}")
    promised = promised_size(data)
    if promised is not None and len(data) < promised * (1 - _MISSING_SHARE):
        found = f"the file is cut off: {len(data)} of {promised} bytes are there"
        raise PromptRefused(path, found, "the whole file is needed")


def _suffix_of(path: Path) -> str:
    suffix = allowed_suffix(path)
    if suffix is None:
        raise PromptRefused(path, f"the file type {path.suffix or 'without a suffix'!r} is not allowed")
    return suffix


def decode(path: Path) -> array[int]:
    """Read an audio file into an ``array("h")`` of 8 kHz mono samples. Raises PromptRefused."""
    return decode_content(path, read_prompt(path))


def decode_content(path: Path, data: bytes) -> array[int]:
    """``decode`` for what ``read_prompt`` returned or ``check_content`` passed.

    Raises PromptRefused, and MemoryError where the machine, not the file, is at fault.
    """
    import av

    suffix = path.suffix.lower()
    # The bytes are handed over without name or path, and only the one container is allowed: a playlist
    # in disguise finds no file and no address to open.
    options = {"format_whitelist": FORMATS[suffix], "protocol_whitelist": "none"}
    samples: array[int] = array("h")
    try:
        with av.open(
            BytesIO(with_even_chunks(data)), "r", options=options, metadata_errors="ignore"
        ) as container:
            stream = next(iter(container.streams.audio), None)
            if stream is None:
                raise PromptRefused(path, "the file has no audio in it")
            _check_stream(path, suffix, stream)
            for frame in _resampled(container, stream):
                samples.frombytes(bytes(frame.planes[0])[: frame.samples * samples.itemsize])
                if len(samples) > MAX_DURATION_S * SAMPLE_RATE:
                    raise PromptRefused(path, "the audio is longer than an hour", "a shorter one is needed")
    except MemoryError:  # the library's own is an FFmpegError as well
        raise
    except (av.FFmpegError, ValueError) as error:
        raise PromptRefused(path, f"the audio cannot be decoded ({error})") from error
    if len(samples) < MIN_DURATION_S * SAMPLE_RATE:
        raise PromptRefused(path, "there is no sound in the file")
    return samples


def _check_stream(path: Path, suffix: str, stream: AudioStream) -> None:
    if stream.codec_context is None:  # such as PCM of 0 bits
        raise PromptRefused(path, "the audio in the file is of a kind that cannot be decoded")
    codec = stream.codec_context.name
    if codec not in _CODECS[suffix]:
        raise PromptRefused(path, f"the audio in the {suffix} file is {codec}")
    if suffix == ".wav" and stream.codec_context.layout.nb_channels > 2:
        channels = stream.codec_context.layout.nb_channels
        raise PromptRefused(path, f"the audio has {channels} channels", "mono or stereo is needed")
    if stream.codec_context.sample_rate not in _RATES_HZ:
        rate = stream.codec_context.sample_rate
        raise PromptRefused(path, f"the sample rate is {rate} Hz", "4000 to 384000 Hz is needed")


def _resampled(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    """Frames in 8 kHz mono; libswresample filters what 8 kHz cannot carry before it drops samples."""
    resampler, kind = _resampler(), None
    for frame in _frames(container, stream):
        if kind is not None and kind != _kind(frame):
            # Joined files: what was recorded in another way goes on behind it.
            yield from resampler.resample(None)
            resampler = _resampler()
        kind = _kind(frame)
        yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _resampler() -> av.AudioResampler:
    import av

    return av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)


def _kind(frame: AudioFrame) -> tuple[str, str, int]:
    """What a resampler has to be made anew for."""
    return frame.format.name, frame.layout.name, frame.sample_rate


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    import av

    bad_packets = 0
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except MemoryError:
            raise
        except av.FFmpegError:
            bad_packets += 1
            if bad_packets > _BAD_PACKETS:
                raise
        else:
            yield from frames
