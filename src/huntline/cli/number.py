"""``huntline number``: the numbers that the organization holds."""

from __future__ import annotations

from huntline.cli.completion import number_names
from huntline.cli.settings import TextOption, WordOption
from huntline.cli.verbs import Thing, group_of
from huntline.directory.organization import NumberKind

NUMBER = Thing(
    noun="number",
    help="Numbers: of which kind each is and what it belongs to.",
    path="numbers",
    key="number",
    metavar="+DIGITS",
    settings=(WordOption(field="kind", help="What it may be used for", words=[*NumberKind]),),
    columns={
        "number": lambda number: number["number"],
        "kind": lambda number: number["kind"],
        "belongs to": lambda number: number["belongs_to"],
    },
    complete=number_names,
    rename=TextOption(field="number", help="Other digits", metavar="+DIGITS"),
)
number = group_of(NUMBER)
