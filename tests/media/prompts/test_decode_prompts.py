"""Audio files as people have them, and files that are no prompts."""

from __future__ import annotations

import contextlib
import errno
import os
import struct
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import av
import pytest
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from tests.media.prompts.audio_files import SECONDS, amplitude, tone, write_mp3, write_wav, write_wma

from huntline.media.prompts import decode as decode_module
from huntline.media.prompts.decode import PromptRefused, decode


def refusal_of(path: Path) -> str:
    with pytest.raises(PromptRefused) as refused:
        decode(path)
    message = str(refused.value)
    assert message.startswith(f"{path}: ")
    return message


def assert_is_the_tone(samples: array[int]) -> None:
    assert len(samples) == pytest.approx(8_000 * SECONDS, abs=800)
    assert amplitude(samples, 1_000) == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
@pytest.mark.parametrize("channels", [1, 2])
def test_pcm_in_every_width(tmp_path: Path, bits: int, channels: int) -> None:
    samples = decode(write_wav(tmp_path / "welcome.WAV", tone(), bits=bits, channels=channels))
    assert_is_the_tone(samples)
    assert len(samples) == pytest.approx(8_000 * SECONDS, abs=2)


def test_mp3_and_wma(tmp_path: Path) -> None:
    assert_is_the_tone(decode(write_mp3(tmp_path / "music.Mp3", tone())))
    assert_is_the_tone(decode(write_wma(tmp_path / "music.wma", tone())))


def test_what_a_telephone_cannot_carry_does_not_come_back_as_another_tone(tmp_path: Path) -> None:
    samples = decode(write_wav(tmp_path / "high.wav", tone(hertz=6_000)))
    assert amplitude(samples, 2_000) < 0.001  # where 6 kHz would be mirrored to
    assert max(samples[1_000:-1_000]) < 60


def test_a_wav_file_that_was_written_to_a_pipe_is_taken(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "piped.wav", tone())
    data = bytearray(path.read_bytes())
    data[40:44] = struct.pack("<I", 0x7FFF_F000)
    path.write_bytes(data)
    assert_is_the_tone(decode(path))


def test_cover_art_and_tags_before_mp3_audio_are_no_obstacle(tmp_path: Path) -> None:
    path = write_mp3(tmp_path / "tagged.mp3", tone())
    picture = b"ID3\x04\x00\x00\x00\x00\x10\x00" + bytes(2_048)
    path.write_bytes(picture + path.read_bytes())
    assert_is_the_tone(decode(path))


def test_suffixes_that_are_not_allowed(tmp_path: Path) -> None:
    ogg = tmp_path / "welcome.ogg"
    ogg.write_bytes(b"OggS")
    assert "'.ogg' is not allowed; a .wav (PCM), .mp3 or .wma file" in refusal_of(ogg)
    assert "without a suffix" in refusal_of(tmp_path / "welcome")


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".wma"])
@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"MZ\x90\x00" + bytes(5_000), "a Windows program"),
        (b"OggS" + bytes(100), "Ogg audio"),
        (b"<html>", "a web page"),
        (b"\x00\x00\x00\x20ftypM4A ", "MP4 or M4A"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "no audio that we know"),
    ],
)
def test_a_false_name_does_not_help(tmp_path: Path, suffix: str, content: bytes, found: str) -> None:
    path = tmp_path / f"welcome{suffix}"
    path.write_bytes(content)
    assert f"the name says {suffix} but the content is {found}" in refusal_of(path)


def test_renaming_audio_is_found_out(tmp_path: Path) -> None:
    path = write_mp3(tmp_path / "music.mp3", tone()).rename(tmp_path / "music.wav")
    assert "the name says .wav but the content is MP3 audio" in refusal_of(path)


@pytest.mark.parametrize(("write", "suffix"), [(write_wav, ".wav"), (write_mp3, ".mp3"), (write_wma, ".wma")])
def test_a_cut_file_is_refused_wherever_it_was_cut(
    tmp_path: Path, write: Callable[[Path, list[float]], Path], suffix: str
) -> None:
    path = write(tmp_path / f"whole{suffix}", tone())
    data = path.read_bytes()
    for share in (0.9, 0.5, 0.01):
        path.write_bytes(data[: int(len(data) * share)])
        refusal_of(path)
    path.write_bytes(data[: len(data) // 2])
    assert f"cut off: {len(data) // 2} of " in refusal_of(path)


def test_wav_files_that_are_not_plain_pcm_or_have_many_channels(tmp_path: Path) -> None:
    surround = write_wav(tmp_path / "surround.wav", tone(seconds=0.1), channels=6)
    assert "6 channels; mono or stereo is needed" in refusal_of(surround)
    law = tmp_path / "law.wav"
    form = struct.pack("<HHIIHH", 7, 1, 8_000, 8_000, 1, 8)
    chunks = (
        b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", 8_000) + bytes(8_000)
    )
    law.write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)
    assert "the audio in the .wav file is pcm_mulaw" in refusal_of(law)


@pytest.mark.parametrize("format_and_bits", [(1, 0), (1, 65_535), (0, 16), (65_535, 16), (3, 1)])
def test_wav_files_of_no_kind_that_is_known(tmp_path: Path, format_and_bits: tuple[int, int]) -> None:
    path = write_wav(tmp_path / "odd.wav", tone(seconds=0.5))
    content = bytearray(path.read_bytes())
    struct.pack_into("<H", content, 20, format_and_bits[0])
    struct.pack_into("<H", content, 34, format_and_bits[1])
    path.write_bytes(content)
    assert "the audio in the file is of a kind that cannot be decoded" in refusal_of(path)


def test_files_without_sound(tmp_path: Path) -> None:
    assert "no sound" in refusal_of(write_wav(tmp_path / "empty.wav", []))
    assert "no sound" in refusal_of(write_wav(tmp_path / "click.wav", [0.5] * 100))


def test_large_files_and_long_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    large = tmp_path / "large.wav"
    large.write_bytes(b"RIFF" + bytes(5 * 1024 * 1024))
    assert "larger than 5 MB" in refusal_of(large)
    monkeypatch.setattr(decode_module, "MAX_DURATION_S", 1)
    assert "longer than an hour" in refusal_of(write_wav(tmp_path / "long.wav", tone()))


def test_a_tiny_sample_rate_cannot_blow_up_a_file(tmp_path: Path) -> None:
    slow = write_wav(tmp_path / "slow.wav", [0.5] * 10_000, rate=1)
    assert "the sample rate is 1 Hz" in refusal_of(slow)


@pytest.mark.parametrize("place", ["opened", "decoded"])
def test_want_of_memory_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    want = av.error.MemoryError(errno.ENOMEM, "Cannot allocate memory")
    path = write_wav(tmp_path / "welcome.wav", tone())
    if place == "opened":
        monkeypatch.setattr(av, "open", _failing(want))
    else:
        monkeypatch.setattr(decode_module, "_resampler", _failing(want))
    with pytest.raises(MemoryError):
        decode(path)


def _failing(error: Exception) -> Callable[..., NoReturn]:
    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    assert "cannot be read" in refusal_of(tmp_path / "missing.wav")
    (tmp_path / "folder.wav").mkdir()
    assert "cannot be read" in refusal_of(tmp_path / "folder.wav")


def test_audio_damaged_in_the_middle_is_decoded_or_refused_but_never_more(tmp_path: Path) -> None:
    seed = bytes(n * 7_919 % 251 for n in range(3_000))
    writers: dict[str, Callable[[Path, list[float]], Path]] = {
        "a.wav": write_wav,
        "a.mp3": write_mp3,
        "a.wma": write_wma,
    }
    for name, write in writers.items():
        data = write(tmp_path / name, tone()).read_bytes()
        for at in (0, 12, 40, 60, 200, 5_000, len(data) // 2):
            (tmp_path / name).write_bytes(data[:at] + seed + data[at + len(seed) :])
            with contextlib.suppress(PromptRefused):
                assert len(decode(tmp_path / name)) < 60 * 8_000


def test_refusals_leave_no_file_open(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "cut.wav", tone(seconds=0.1))
    path.write_bytes(path.read_bytes()[:1_000])
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        refusal_of(path)
    assert len(os.listdir("/proc/self/fd")) == before


def _chunk(name: bytes, content: bytes, *, is_padded: bool = True, size: int | None = None) -> bytes:
    fill = b"\0" * (len(content) % 2 * is_padded)
    return name + struct.pack("<I", len(content) if size is None else size) + content + fill


def _pcm(samples: list[float]) -> tuple[bytes, bytes]:
    """The ``fmt`` and ``data`` of a sound: 16 bits, mono."""
    form = _chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 44_100, 88_200, 2, 16))
    return form, array("h", (round(sample * 32_767) for sample in samples)).tobytes()


@pytest.mark.parametrize("is_padded", [True, False])
@pytest.mark.parametrize("is_behind", [True, False])
def test_an_odd_chunk_is_passed_over_whether_it_is_filled_up_or_not(
    tmp_path: Path, is_padded: bool, is_behind: bool
) -> None:
    form, sound = _pcm(tone())
    odd = _chunk(b"LIST", b"INFOISFT\x05\0\0\0Reaper!"[:15], is_padded=is_padded)
    chunks = [form, odd] if is_behind else [odd, form]
    body = b"WAVE" + b"".join(chunks) + _chunk(b"data", sound)
    path = tmp_path / "odd.wav"
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    assert_is_the_tone(decode(path))
    path.write_bytes(path.read_bytes()[: len(body) // 2])
    assert f" of {len(body) + 8} bytes" in refusal_of(path)


@pytest.mark.parametrize("name", [b"RF64", b"BW64"])
def test_waves_with_sizes_of_64_bits(tmp_path: Path, name: bytes) -> None:
    form, sound = _pcm(tone())
    sizes = _chunk(b"ds64", struct.pack("<QQQI", 0, len(sound), len(sound) // 2, 0))
    body = b"WAVE" + sizes + form + _chunk(b"data", sound, size=0xFFFF_FFFF)
    path = tmp_path / "large.wav"
    path.write_bytes(name + struct.pack("<I", 0xFFFF_FFFF) + body)
    assert_is_the_tone(decode(path))
    path.write_bytes(path.read_bytes()[: len(body) // 2])
    assert f"cut off: {len(body) // 2} of {len(body) + 8}" in refusal_of(path)


def test_joined_files_of_different_sample_rates_are_one_sound(tmp_path: Path) -> None:
    first = write_mp3(tmp_path / "first.mp3", tone(seconds=1))
    with av.open(str(tmp_path / "second.mp3"), "w", format="mp3") as output:
        stream = output.add_stream("libmp3lame", rate=22_050, layout="mono")
        assert isinstance(stream, AudioStream)
        frame = AudioFrame(format="s16", layout="mono", samples=22_050)
        samples = array("h", (round(sample * 32_767) for sample in tone(seconds=1, rate=22_050)))
        frame.planes[0].update(samples.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate = 22_050
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    joined = tmp_path / "joined.mp3"
    joined.write_bytes(first.read_bytes() + (tmp_path / "second.mp3").read_bytes())
    assert len(decode(joined)) / 8_000 == pytest.approx(2, abs=0.3)
