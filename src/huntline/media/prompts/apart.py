"""Decodes and encodes a sound in a process of its own, with limits: what strangers send must not stop us.

A child is ``python -m huntline.media.prompts.apart NAME FOLDER CPU_SECONDS BYTES`` with the content on its
standard input; it says on its standard output what the file lacks, as JSON, or nothing.
"""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

from huntline.media.prompts.decode import PromptRefused
from huntline.media.prompts.encode import EncodedPrompt, encode_content, measure_prompt
from huntline.media.prompts.store import is_measured, is_stored

log = logging.getLogger(__name__)

_MOST_CPU_S = 60
_MOST_S = 180
"""Also on a machine that has much else to do; an hour of sound takes some ten seconds of one that has not."""

_MOST_MEMORY = 1536 * 2**20
_NICENESS = 10
_AT_ONCE = threading.BoundedSemaphore(2)


def encode_apart(path: Path, data: bytes, destination_folder: Path) -> EncodedPrompt:
    """``encode_content`` elsewhere. Raises PromptRefused, and OSError when the folder cannot be written."""
    sha256 = hashlib.sha256(data).hexdigest()
    source = destination_folder / sha256
    if not (is_stored(source) and is_measured(source)):
        with _AT_ONCE:
            _run_child(path, data, destination_folder)
    return measure_prompt(sha256, destination_folder)


def _run_child(path: Path, data: bytes, folder: Path) -> None:
    limits = (str(_MOST_CPU_S), str(_MOST_MEMORY))
    command = [sys.executable, "-m", __spec__.name, path.name, os.fspath(folder), *limits]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and a program of ours
            command, input=data, capture_output=True, check=False, timeout=_MOST_S
        )
    except subprocess.TimeoutExpired:
        raise _too_much(path) from None
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        log.warning("a sound was not decoded", extra={"status": done.returncode, "reason": said})
        raise _too_much(path)
    answer = json.loads(done.stdout) if done.stdout else {}
    if "found" in answer:
        raise PromptRefused(path, answer["found"], answer["needed"])
    if answer.get("errno") == errno.ENOMEM:
        raise _too_much(path)
    if "errno" in answer:
        raise OSError(answer["errno"], os.strerror(answer["errno"]), os.fspath(folder))


def _too_much(path: Path) -> PromptRefused:
    return PromptRefused(
        path, "decoding it takes more time or memory than a sound may", "a shorter one is needed"
    )


def main() -> None:
    """The child's part."""
    name, folder, most_cpu, most_memory = sys.argv[1:]
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_CPU, (int(most_cpu), int(most_cpu)))
    resource.setrlimit(resource.RLIMIT_AS, (int(most_memory), int(most_memory)))
    try:
        encode_content(Path(name), sys.stdin.buffer.read(), Path(folder))
    except PromptRefused as refusal:
        print(json.dumps({"found": refusal.found, "needed": refusal.needed}))
    except MemoryError:
        print(json.dumps({"errno": errno.ENOMEM}))
    except OSError as error:
        print(json.dumps({"errno": error.errno}))


if __name__ == "__main__":
    main()
