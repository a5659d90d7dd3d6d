"""``huntline pwsh``: the 2018 cmdlets, from a prompt, a script or one command."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huntline.cli.door import Door, KeyOption, OrganizationOption, ServerOption
from huntline.cli.options import DataOption
from huntline.errors import ConfigurationError

if TYPE_CHECKING:
    from huntline.cmdlets.session import CmdletSession

_STANDARD_INPUT = Path("-")


def pwsh(
    file: Annotated[
        Path | None,
        typer.Argument(help="A script; - is the standard input.", metavar="FILE.ps1", show_default=False),
    ] = None,
    command: Annotated[
        str | None, typer.Option("-c", "--command", help="One script as text.", metavar="COMMAND")
    ] = None,
    data: DataOption = None,
    server: ServerOption = None,
    key: KeyOption = None,
    organization: OrganizationOption = None,
) -> None:
    """Run the cmdlets of 2018, such as New-CsHuntGroup: from -c, a script, or at a prompt.

    Exit status 1 says that a cmdlet failed or that the script could not be read; a script that cannot be read
    is not run at all.
    """
    # Imported here: the API is half a second that help and completion should not wait.
    from huntline.cli.refusals import in_options
    from huntline.cmdlets.catalogue import CMDLETS
    from huntline.cmdlets.session import CmdletSession

    script = _script(file, command)
    door = Door(data, server, key, organization, name="cmdlet")
    with door.api() as api:
        with in_options():
            api.get("/organization")
        can_ask = sys.stdin.isatty() and sys.stdout.isatty()
        session = CmdletSession(api, CMDLETS, sys.stdout, sys.stderr, input if can_ask else None)
        if script is None:
            from huntline.cmdlets.prompt import run_prompt

            run_prompt(session)
        else:
            _run(script, session, file)


def _script(file: Path | None, command: str | None) -> str | None:
    """What to run; None for whatever is typed at a prompt."""
    if command is not None:
        if file is not None:
            raise ConfigurationError(f"-c: say either this or a file; there is {file}")
        return command
    if file is None and sys.stdin.isatty():
        return None
    if file is None or file == _STANDARD_INPUT:
        return _decoded(sys.stdin.buffer.read(), "the standard input")
    try:
        return _decoded(file.read_bytes(), str(file))
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from None


def _decoded(content: bytes, source: str) -> str:
    """Text as editors of Windows and of all others save it."""
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeError:
        raise ConfigurationError(f"{source}: is not written in UTF-8; save it so") from None


def _run(script: str, session: CmdletSession, file: Path | None) -> None:
    from huntline.cmdlets.language import run
    from huntline.cmdlets.session import ScriptStopped
    from huntline.cmdlets.syntax import ScriptRefused

    try:
        run(script, session)
    except ScriptRefused as refusal:
        raise ConfigurationError(f"{file or 'the script'}: {refusal}; nothing was run") from None
    except ScriptStopped:
        # It has been said already, in the words of the cmdlet.
        pass
    if session.has_failed:
        raise typer.Exit(1)
