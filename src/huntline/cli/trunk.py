"""``huntline trunk``: the providers that calls come from and go to."""

from __future__ import annotations

from huntline.cli.completion import trunk_names
from huntline.cli.settings import NamesOption, SwitchOption, TextOption
from huntline.cli.verbs import Thing, group_of

TRUNK = Thing(
    noun="trunk",
    help="Trunks: providers, known by their addresses.",
    path="trunks",
    key="name",
    metavar="TRUNK",
    settings=(
        NamesOption(field="addresses", one="address", help="IP, IP:PORT or a network such as 10.1.0.0/16"),
        SwitchOption(
            field="foreign_numbers", help="Whether a forwarded call may show its caller's own number"
        ),
        SwitchOption(field="is_trusted", help="Whether it is told who calls by P-Asserted-Identity"),
    ),
    columns={
        "trunk": lambda trunk: trunk["name"],
        "addresses": lambda trunk: trunk["addresses"],
    },
    complete=trunk_names,
    rename=TextOption(field="name", help="Another name", metavar="NAME"),
)
trunk = group_of(TRUNK)
