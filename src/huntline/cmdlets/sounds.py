"""Sound files that come as bytes, on their way into the audio library."""

from __future__ import annotations

from hashlib import sha256
from pathlib import PurePath
from typing import Any

from huntline.cli.api_client import ApiRefused
from huntline.cmdlets.session import CmdletCall
from huntline.cmdlets.values import CmdletRefused

_SHORT = 8  # characters of a hash that tell contents apart


def require_both(call: CmdletCall, prefix: str) -> None:
    """Raises CmdletRefused when a file's name is given without its content, or the other way round."""
    name, content = f"{prefix}FileName", f"{prefix}FileContent"
    if bool(call.get(name)) == (content in call):
        return
    given, missing = (content, name) if content in call else (name, content)
    raise CmdletRefused(f"-{missing}: is needed with -{given}")


def upload(call: CmdletCall, prefix: str) -> dict[str, Any] | None:
    """Put a file into the library; returns what a queue calls it by, or None where ``-WhatIf`` only checked.

    A name that other content has is lengthened by a piece of the content's hash. Raises CmdletRefused
    and ApiRefused.
    """
    name, content = call[f"{prefix}FileName"], call[f"{prefix}FileContent"]
    try:
        kept = _send(call, name, content)
    except ApiRefused as refusal:
        if refusal.error_id != "audio-name-taken":
            raise _in_parameters(refusal, prefix, name) from None
        path = PurePath(name)
        kept = _send(call, f"{path.stem}-{sha256(content).hexdigest()[:_SHORT]}{path.suffix}", content)
    # What was only checked is not there, so that nothing may refer to it.
    return None if call.is_what_if else {"file": kept}


def _send(call: CmdletCall, name: str, content: bytes) -> str:
    answer = call.request("POST", "/audio", files={"file": (name, content)})
    return str(answer["name"])


def _in_parameters(refusal: ApiRefused, prefix: str, name: str) -> CmdletRefused:
    reason = refusal.problem.get("allowed") or str(refusal)
    return CmdletRefused(f"-{prefix}FileContent: value {name!r}: {reason}")
