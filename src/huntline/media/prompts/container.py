"""Recognizes audio files by their first bytes, and by how long their headers say they are."""

from __future__ import annotations

import re
from pathlib import PurePath

FORMATS = {".wav": "wav", ".mp3": "mp3", ".wma": "asf"}
"""Allowed file name suffixes, in lower case, with the container's name in libavformat."""

_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_STREAMED_WAV = 0x7FFF_0000  # what programs that write to a pipe put in for a size they do not know

_WAVES = (b"RIFF", b"RF64", b"BW64")  # the latter two with sizes of 64 bits (EBU Tech 3306, ITU-R BS.2088)
_SIZE_ELSEWHERE = 0xFFFF_FFFF
_CHUNK_NAME = re.compile(rb"[ -~]{4}")

_SIGNATURES = {
    b"MZ": "a Windows program",
    b"\x7fELF": "a Linux program",
    b"PK\x03\x04": "a ZIP archive or an Office document",
    b"%PDF": "a PDF document",
    b"OggS": "Ogg audio",
    b"fLaC": "FLAC audio",
    b"\x1a\x45\xdf\xa3": "Matroska or WebM",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"FORM": "AIFF audio",
    b"#!AMR": "AMR audio",
    b"<": "a web page or XML",
}


def describe_content(data: bytes) -> str:
    """What a file is by its first bytes, in words for a person."""
    if not data:
        return "an empty file"
    if suffix := suffix_by_content(data):
        return f"{suffix.removeprefix('.').upper()} audio"
    if data[4:8] == b"ftyp":
        return "MP4 or M4A"
    named = (name for signature, name in _SIGNATURES.items() if data.startswith(signature))
    return next(named, "no audio that we know")


def suffix_by_content(data: bytes) -> str | None:
    """The suffix that fits the content, or None when it is none of the allowed formats."""
    if data[:4] in _WAVES and data[8:12] == b"WAVE":
        return ".wav"
    if data.startswith(_ASF_HEADER):
        return ".wma"
    start = _after_id3(data)
    # An MPEG audio frame: eleven bits of sync, and layer III in the next byte's bits 1 and 2.
    if start + 1 < len(data) and data[start] == 0xFF and data[start + 1] & 0xE6 == 0xE2:
        return ".mp3"
    return ".mp3" if start else None


def promised_size(data: bytes) -> int | None:
    """How many bytes the file has when it is whole, by its own header; None when that is not said."""
    match suffix_by_content(data):
        case ".wav":
            return _promised_by_wav(data)
        case ".wma":
            return _promised_by_asf(data)
        case ".mp3":
            return _promised_by_mp3(data)
        case _:
            return None


def allowed_suffix(path: PurePath) -> str | None:
    """The file name's suffix in lower case, when it is an allowed one."""
    suffix = path.suffix.lower()
    return suffix if suffix in FORMATS else None


def _promised_by_wav(data: bytes) -> int | None:
    position, large = 12, 0
    while position + 8 <= len(data):
        name = data[position : position + 4]
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        if name == b"ds64":
            large = int.from_bytes(data[position + 16 : position + 24], "little")
        if name == b"data" and size == _SIZE_ELSEWHERE and large:
            return position + 8 + large
        if name == b"data":
            return None if size >= _STREAMED_WAV else position + 8 + size
        position = _after_chunk(data, position + 8 + size, size)
    return position


def _after_chunk(data: bytes, end: int, size: int) -> int:
    """Where the next chunk begins: after a byte that fills an odd one up, which some programs leave out."""
    if size % 2 and not (data[end : end + 1] != b"\0" and _CHUNK_NAME.match(data, end)):
        return end + 1
    return end


def with_even_chunks(data: bytes) -> bytes:
    """A .wav file whose odd chunks before the sound are filled up, so that every reader finds the sound."""
    if suffix_by_content(data) != ".wav":
        return data
    position, parts = 12, [data[:12]]
    while position + 8 <= len(data) and data[position : position + 4] != b"data":
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        end = position + 8 + size
        parts.append(data[position:end] + b"\0" * (size % 2))
        position = _after_chunk(data, end, size)
    return b"".join([*parts, data[position:]])


def _promised_by_asf(data: bytes) -> int | None:
    found = data.find(_ASF_FILE_PROPERTIES, 0, 65_536)
    if found < 0 or len(data) < found + 92:
        return None
    is_broadcast = data[found + 88] & 1  # its sizes mean nothing
    return None if is_broadcast else int.from_bytes(data[found + 40 : found + 48], "little")


def _promised_by_mp3(data: bytes) -> int | None:
    """By the Xing (VBR) or Info (CBR) tag in the first frame, when the encoder wrote one."""
    start = _after_id3(data)
    tag = max(data.find(word, start, start + 64) for word in (b"Xing", b"Info"))
    if tag < 0 or len(data) < tag + 16:
        return None
    flags = int.from_bytes(data[tag + 4 : tag + 8], "big")
    if not flags & 2:
        return None
    position = tag + 12 if flags & 1 else tag + 8
    return start + int.from_bytes(data[position : position + 4], "big")


def _after_id3(data: bytes) -> int:
    """Where an ID3v2 tag ends: its size is four times seven bits, without its own ten bytes."""
    if not data.startswith(b"ID3") or len(data) < 10:
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size
