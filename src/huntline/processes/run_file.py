"""The run file: which processes of a data folder's server live, so that another supervisor finds them."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from huntline.plain import fields_of

RUN_FILE = "processes.json"
"""Its name in a data folder."""

SUPERVISOR_GONE = (
    "is gone: calls go on, but what dies now is not started again;"
    " run huntline serve once more with this data folder"
)
"""What is wrong with a server whose supervisor died."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_STATE, _STARTED_AT = 0, 19  # proc_pid_stat(5): fields 3 and 22, counted from behind the name

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """One process; ``pid`` and ``started`` name it for ever, ``made_of`` is its code and settings, digested.

    ``is_ready``: it has said so.
    """

    pid: int
    started: str
    made_of: str
    is_ready: bool


@dataclass(frozen=True, slots=True)
class Run:
    """One life of a server: it ends when none of its processes lives any more, whatever became of others."""

    run_id: str
    supervisor_pid: int = 0
    supervisor_started: str = ""
    children: Mapping[str, ChildRecord] = field(default_factory=dict)


def read_run(data: Path) -> Run | None:
    """What was last written in a data folder; None when that is nothing, or nothing that can be read."""
    try:
        values = json.loads((data / RUN_FILE).read_text())
        children = {name: ChildRecord(**child) for name, child in values["children"].items()}
        return Run(**{**values, "children": children})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        _log.warning("the file of the processes cannot be read", extra={"reason": str(error)})
        return None


def write_run(data: Path, run: Run) -> None:
    """Replace what is written; whoever reads meanwhile finds the one or the other, whole."""
    new = data / f"{RUN_FILE}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w") as file:
        json.dump(fields_of(run), file, default=fields_of, indent=1)
    new.replace(data / RUN_FILE)


def forget_run(data: Path) -> None:
    """No process is left."""
    with contextlib.suppress(FileNotFoundError):
        (data / RUN_FILE).unlink()


def made_of(settings: Mapping[str, Any], code: str) -> str:
    """What tells whether a process is as it would be started now."""
    import hashlib

    said = json.dumps(settings, sort_keys=True, default=str)
    return hashlib.sha256(f"{code}\n{said}".encode()).hexdigest()


def is_supervised(data: Path) -> bool:
    """Whether a supervisor cares for the processes on a data folder, or there are none of a supervisor's."""
    run = read_run(data)
    return run is None or beginning_of(run.supervisor_pid) == run.supervisor_started


def beginning_of(pid: int) -> str | None:
    """What tells this process from all others that have or had its number, also before the machine was
    started; None when there is none, or only its remains."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        boot = _BOOT_ID.read_text().strip()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[_STATE] in "ZX" else f"{boot} {fields[_STARTED_AT]}"
