"""``Get-Content``: what is in a file, as bytes or as lines."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from huntline.cmdlets.kinds import INT32, Choice, SwitchKind, TextKind, Whole
from huntline.cmdlets.parameters import Parameter
from huntline.cmdlets.session import Cmdlet, CmdletCall, Example
from huntline.cmdlets.values import CmdletRefused, Value

_BYTE = "Byte"
_LARGEST = 100_000_000  # bytes
TEXT_ENCODINGS = {
    "UTF8": "utf-8-sig",
    "UTF8BOM": "utf-8-sig",
    "UTF8NoBOM": "utf-8",
    "ASCII": "ascii",
    "ANSI": "cp1252",
    "Unicode": "utf-16",
    "BigEndianUnicode": "utf-16-be",
    "Default": "utf-8-sig",
}
"""How texts are written, in PowerShell's words and in Python's."""


def file_content(written: str) -> bytes:
    """What is in the file that a path means. Raises CmdletRefused."""
    path = _path(written)
    try:
        if path.exists() and not path.is_file():
            raise CmdletRefused(f"-Path: value {str(path)!r}: is no file")
        if path.stat().st_size > _LARGEST:
            raise CmdletRefused(f"-Path: value {str(path)!r}: is larger than {_LARGEST:,} bytes; split it")
        return path.read_bytes()
    except OSError as error:
        raise CmdletRefused(f"-Path: value {str(path)!r}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise CmdletRefused(f"-Path: value {written!r}: is no name of a file") from None


def text_in(content: bytes, written: str, encoding: str | None, otherwise: str) -> str:
    """The text in a file; a mark at its beginning says how it is written. Raises CmdletRefused, which says
    ``otherwise`` what else could be tried."""
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if is_utf_16 else TEXT_ENCODINGS[encoding or "Default"])
    except UnicodeError:
        raise CmdletRefused(f"-Path: value {written!r}: is no text in this encoding; {otherwise}") from None


def _get_content(call: CmdletCall) -> Iterator[Value]:
    content = file_content(call["Path"])
    encoding = call.get("Encoding")
    if encoding == _BYTE or call.get("AsByteStream"):
        yield content
        return
    text = text_in(content, call["Path"], encoding, "say another, or -AsByteStream")
    if call.get("Raw"):
        yield text
    else:
        yield from text.splitlines()


def _path(written: str) -> Path:
    """The file that a path means; one with the backslashes of Windows is found under slashes too."""
    path = Path(written)
    return path if path.exists() else Path(written.replace("\\", "/"))


GET_CONTENT = Cmdlet(
    name="Get-Content",
    synopsis="Reads a file: bytes for sound files, lines otherwise.",
    own=(
        Parameter(
            name="Path",
            kind=TextKind(),
            mandatory=True,
            position=0,
            properties=("Path", "FullName"),
            takes_piped=True,
            help="The file.",
        ),
        Parameter(
            name="Encoding",
            kind=Choice((_BYTE, *TEXT_ENCODINGS)),
            help="Byte for sound files, as in 2018; for text how it is written.",
            default="UTF8",
        ),
        Parameter(
            name="ReadCount",
            kind=Whole(INT32),
            help="Bytes are always read at once, as with 0.",
            is_ignored=True,
        ),
        Parameter(name="Raw", kind=SwitchKind(), help="One text, or all bytes, in the place of lines."),
        Parameter(
            name="AsByteStream", kind=SwitchKind(), help="Bytes, for sound files; whatever -Encoding says."
        ),
    ),
    each=_get_content,
    aliases=("gc", "cat", "type"),
    examples=(
        Example('$welcome = Get-Content ".\\welcome.wav" -AsByteStream -Raw', "A sound file."),
        Example(
            '$welcome = Get-Content ".\\welcome.wav" -ReadCount 0 -Encoding Byte', "The same, as in 2018."
        ),
    ),
)
