"""What the shell suggests: names of things in the data folder, and nothing at all when that is not quick."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import typer

from huntline.data_folder import data_folder
from huntline.storage.names import Kind, names_in

Complete = Callable[[typer.Context, str], list[str]]


def _names_of(kind: Kind) -> Complete:
    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        given = ctx.params
        if given.get("server"):
            return []
        return names_in(data_folder(given.get("data")), kind, incomplete, given.get("organization"))

    return complete


def words(known: Iterable[str]) -> Complete:
    """Suggests the words of a setting that takes one of a few."""
    all_words = list(known)
    return lambda ctx, incomplete: [word for word in all_words if word.startswith(incomplete)]


organization_names = _names_of("organizations")
queue_names = _names_of("queues")
attendant_names = _names_of("attendants")
user_names = _names_of("users")
group_names = _names_of("groups")
number_names = _names_of("numbers")
trunk_names = _names_of("trunks")
policy_names = _names_of("policies")
audio_names = _names_of("audio")
