"""How tables and text are printed for people, and JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import typer

from huntline.clean_text import hidden_in, printed

if TYPE_CHECKING:
    # Imported for type checkers, and below where it is used: most commands print no table.
    from rich.console import Console
    from rich.table import Table

WIDTH_OF_A_PIPE = 200  # characters: what reads a pipe or a file wants lines whole
NOTHING = "-"
_LONGEST_LIST = 60  # characters: a longer one gets a line for each entry
_WIDE = 26  # characters: wider columns may be broken into lines
_GAP = 3  # characters between columns
_FEWEST_COLUMNS = 2


def console() -> Console:
    """A console as wide as the terminal, or wide where there is none; it adds no markup of its own, and
    prints nothing that steers a terminal but its own colours."""
    from rich.console import Console

    from huntline.cli.guard import Guard

    made = Console(highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made = Console(highlight=False, markup=False, emoji=False, width=WIDTH_OF_A_PIPE)
    made.push_render_hook(Guard())
    return made


def say(text: str, *, err: bool = False) -> None:
    """A line for people."""
    typer.echo(printed(text), err=err)


def print_json(value: Any) -> None:
    """One JSON value, for programs."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    if hidden_in(text):
        seen = (each if each == "\n" or not hidden_in(each) else json.dumps(each)[1:-1] for each in text)
        text = "".join(seen)
    typer.echo(text)


def table(title: str | None, *columns: str) -> Table:
    """An empty table as all verbs print them."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    made = Table(title=title, title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def rows(columns: Iterable[str], values: Iterable[Iterable[Any]], width: int | None = None) -> Table:
    """A table of values, each in words, that fits the terminal, or a ``width``.

    The first columns are the most useful: what has no place is left out from the right, and so is a column
    with nothing in it.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    names = list(columns)
    cells = [[in_words(value) for value in row] for row in values]
    widths = [max(map(len, column)) for column in zip(names, *cells, strict=True)]
    shown = [
        place for place in range(len(names)) if place == 0 or any(row[place] != NOTHING for row in cells)
    ]
    room = width or console().width
    while len(shown) > _FEWEST_COLUMNS and _least_width(widths[place] for place in shown) > room:
        shown.pop()
    made = Table(header_style="bold", box=SIMPLE_HEAD)
    for place in shown:
        made.add_column(names[place], overflow="fold", min_width=min(widths[place], _WIDE))
    for row in cells:
        made.add_row(*(Text(row[place]) for place in shown))
    return made


def _least_width(widths: Iterable[int]) -> int:
    """Of a table in which only wide columns are broken into lines."""
    return 2 + sum(min(width, _WIDE) + _GAP for width in widths)


def sheet(values: Mapping[str, Any]) -> Table:
    """One thing: its settings below each other, named as the options that set them."""
    from rich.table import Table
    from rich.text import Text

    made = Table.grid(padding=(0, 2))
    for name, value in values.items():
        shown = in_words(value)
        if isinstance(value, list) and len(shown) > _LONGEST_LIST:
            shown = "\n".join(map(in_words, value))
        made.add_row(Text(name.replace("_", "-"), style="bold"), Text(shown))
    return made


def in_words(value: Any) -> str:
    """A value of the API as people type it."""
    match value:
        case None | "":
            return NOTHING
        case list() | dict() if not value:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case {"menu": dict() as menu, **rest}:
            said = {"greeting": rest.get("greeting"), **menu}
            return ", ".join(f"{name} {in_words(each)}" for name, each in said.items() if each is not None)
        case {"key": key, **rest}:
            return f"{key}={in_words(rest)}"
        case {"greeting": dict() as greeting, **rest}:
            return f"{in_words(greeting)}, then {in_words(rest)}"
        case {"action": action, **rest}:
            return f"{action}:{rest['target']}" if rest.get("target") else str(action)
        case {"say": text, **rest}:
            return f"say:{text} ({rest.get('language', 'en')})"
        case {"file": name}:
            return str(name)
        case dict():
            return ", ".join(f"{key} {in_words(each)}" for key, each in value.items())
        case list():
            return ", ".join(map(in_words, value))
        case float():
            return f"{value:.1f}"
        case _:
            return str(value)
