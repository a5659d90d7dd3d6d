"""The ``huntline`` command."""

from __future__ import annotations

import sys

import typer

from huntline.cli.account import account
from huntline.cli.agent import agent
from huntline.cli.apply import apply
from huntline.cli.audio import audio
from huntline.cli.audit import audit
from huntline.cli.check import check
from huntline.cli.export import export
from huntline.cli.group import group
from huntline.cli.history import history
from huntline.cli.imports import imports
from huntline.cli.licence import licence
from huntline.cli.number import number
from huntline.cli.organization import organization
from huntline.cli.policy import policy
from huntline.cli.queue import queue
from huntline.cli.serve import serve
from huntline.cli.status import status
from huntline.cli.trunk import trunk
from huntline.cli.user import user
from huntline.cmdlets.command import pwsh
from huntline.demo.command import demo
from huntline.errors import HuntlineError

app = typer.Typer(
    name="huntline",
    help="A self-hosted call-queue server: callers wait in strict order, agents answer on any phone.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for verb in (serve, apply, export, check, status, history, audit, pwsh, demo):
    app.command()(verb)
for name, group_of_verbs in (
    ("organization", organization),
    ("queue", queue),
    ("agent", agent),
    ("account", account),
    ("user", user),
    ("group", group),
    ("number", number),
    ("audio", audio),
    ("policy", policy),
    ("licence", licence),
    ("trunk", trunk),
    ("import", imports),
):
    app.add_typer(group_of_verbs, name=name)


def main() -> None:
    """Run the command line; what went wrong is one line on stderr and exit status 1."""
    try:
        app()
    except HuntlineError as error:
        print(f"huntline: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
