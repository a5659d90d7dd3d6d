"""The prompt of ``huntline pwsh``: completion, a history that stays, and lines that go on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Lock

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, ThreadedCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from huntline.cmdlets.completion import suggestions
from huntline.cmdlets.language import run
from huntline.cmdlets.parsing import is_unfinished
from huntline.cmdlets.session import CmdletSession, ScriptStopped
from huntline.errors import HuntlineError

_PROMPT = "PS> "
_PROMPT_OF_MORE = ">>  "
_ENDS = ("exit", "quit")


def run_prompt(session: CmdletSession) -> None:
    """Read and run scripts until the person leaves, with ``exit`` or the end of input."""
    # One request at a time: completion asks from a thread of its own.
    asking = Lock()
    prompt: PromptSession[str] = PromptSession(
        message=_PROMPT,
        prompt_continuation=_PROMPT_OF_MORE,
        multiline=True,
        key_bindings=_keys(),
        completer=ThreadedCompleter(_Completer(session, asking)),
        complete_while_typing=False,
        history=_history(),
    )
    print("Get-Command lists the cmdlets, Get-Help NAME explains one, exit leaves.")
    while True:
        try:
            script = prompt.prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if script.strip().casefold() in _ENDS:
            return
        with asking:
            _run(script, session)


def _run(script: str, session: CmdletSession) -> None:
    try:
        run(script, session)
    except ScriptStopped:
        pass
    except HuntlineError as error:
        session.fail("huntline pwsh", str(error))
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        if is_unfinished(event.current_buffer.text):
            event.current_buffer.insert_text("\n")
        else:
            event.current_buffer.validate_and_handle()

    return keys


def _history() -> History:
    """What was typed before; kept in the user's state folder where that can be written."""
    folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "huntline"
    file = folder / "pwsh-history"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(file))


class _Completer(Completer):
    """``suggestions`` for prompt_toolkit."""

    def __init__(self, session: CmdletSession, asking: Lock) -> None:
        self._session = session
        self._asking = asking

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        with self._asking:
            found = list(suggestions(document.text_before_cursor, self._session))
        for each in found:
            yield Completion(each.text, -each.replaces, display_meta=each.about)
