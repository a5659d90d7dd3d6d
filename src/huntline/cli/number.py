"""``huntline number``: the numbers that the organization holds."""

from __future__ import annotations

from huntline.cli.completion import number_names
from huntline.cli.settings import TextOption, WordOption
from huntline.cli.verbs import Thing, group_of
from huntline.directory.organization import NumberKind, NumberState

NUMBER = Thing(
    noun="number",
    help="Numbers: of which kind each is and what it belongs to.",
    path="numbers",
    key="number",
    metavar="+DIGITS",
    settings=(
        WordOption(field="kind", help="What it may be used for", words=[*NumberKind]),
        WordOption(field="state", help="Only an active one can be assigned", words=[*NumberState]),
        TextOption(field="country", help="In two letters, such as US", metavar="COUNTRY", may_be_none=True),
    ),
    columns={
        "number": lambda number: number["number"],
        "kind": lambda number: number["kind"],
        "state": lambda number: number["state"],
        "country": lambda number: number["country"],
        "belongs to": lambda number: number["belongs_to"],
    },
    complete=number_names,
    rename=TextOption(field="number", help="Other digits", metavar="+DIGITS"),
)
number = group_of(NUMBER)
