"""``huntline apply``: load an organization."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from huntline.cli.options import DataOption, config_of, local_user
from huntline.cli.printing import say
from huntline.control.client import ControlClient
from huntline.control.messages import ServerNotRunning
from huntline.directory.groups import left_out_of
from huntline.directory.index import OrganizationIndex
from huntline.directory.organization import Organization

_MOST_LEFT_OUT = 20  # of one queue: the rest is in `huntline queue show`


def apply(
    file: Annotated[Path, typer.Argument(help="The organization, as YAML.", metavar="FILE")],
    data: DataOption = None,
) -> None:
    """Load an organization file, all or nothing, and say what changed.

    A running server takes the change at once. Whom a queue reaches but does not ring is said as well,
    and what is allowed but may be a slip.
    """
    # Imported here: what it needs to check and decode is half a second that no other verb should wait.
    from huntline.apply import apply_file
    from huntline.directory.advice import warnings_of

    config = config_of(data)
    with _collector_off():
        applied = apply_file(file, config.data, local_user(), config.database, config.shard)
    for change in applied.changes:
        say(str(change))
    # Also when nothing changed: who stored it before may have been killed before telling.
    is_taken = _tell_the_server(config.control_socket)
    if not applied.changes:
        say("Nothing changed.")
    elif is_taken:
        say("The running server has taken the change.")
    for line in left_out(applied.organization):
        say(line)
    for advice in warnings_of(applied.organization):
        say(f"warning: {advice.field}: {advice.value} {advice.message}")


@contextmanager
def _collector_off() -> Iterator[None]:
    """A large file is a million objects without any circle: to look for some takes as long as to read it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def left_out(organization: Organization) -> Iterator[str]:
    """Whom the queues reach but do not ring, a line for each."""
    index = OrganizationIndex(organization)
    for queue in organization.queues:
        people = left_out_of(queue, index.users, index.groups)
        for person in people[:_MOST_LEFT_OUT]:
            yield f"queue {queue.name} does not ring {person.upn}: {person.reason}"
        if (more := len(people) - _MOST_LEFT_OUT) > 0:
            yield f"queue {queue.name} does not ring {more} more: huntline queue show {queue.name!r}"


def _tell_the_server(control_socket: Path) -> bool:
    """Whether a server runs, which then has acknowledged the change."""
    try:
        with ControlClient(control_socket) as client:
            client.request("settings-changed")
    except ServerNotRunning:
        return False
    return True
