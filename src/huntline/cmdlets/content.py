"""``Get-Content``: what is in a file, as bytes or as lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from huntline.cmdlets.kinds import INT32, Choice, SwitchKind, TextKind, Whole
from huntline.cmdlets.parameters import Parameter
from huntline.cmdlets.session import Cmdlet, CmdletCall, Example
from huntline.cmdlets.values import CmdletRefused, Value

_ENCODINGS = {
    "Byte": "",
    "UTF8": "utf-8-sig",
    "ASCII": "ascii",
    "Unicode": "utf-16",
    "Default": "utf-8-sig",
}


def _get_content(call: CmdletCall) -> Iterator[Value]:
    path = _path(call["Path"])
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CmdletRefused(f"-Path: value {str(path)!r}: cannot be read: {error.strerror}") from None
    encoding = _ENCODINGS[call.get("Encoding", "Default")]
    if not encoding or call.get("AsByteStream"):
        yield content
        return
    try:
        text = content.decode(encoding)
    except UnicodeError:
        wanted = "is no text in this encoding; say another, or -Encoding Byte"
        raise CmdletRefused(f"-Path: value {str(path)!r}: {wanted}") from None
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
            kind=Choice(tuple(_ENCODINGS)),
            help="Byte for sound files; for text how it is written.",
            default="UTF8",
        ),
        Parameter(
            name="ReadCount",
            kind=Whole(INT32),
            help="Bytes are always read at once, as with 0.",
            is_ignored=True,
        ),
        Parameter(name="Raw", kind=SwitchKind(), help="One text in the place of lines."),
        Parameter(name="AsByteStream", kind=SwitchKind(), help="The same as -Encoding Byte."),
    ),
    each=_get_content,
    aliases=("gc", "cat", "type"),
    examples=(
        Example('$welcome = Get-Content ".\\welcome.wav" -ReadCount 0 -Encoding Byte', "A sound file."),
    ),
)
