"""The ``huntline`` command."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from importlib import import_module
from typing import Annotated, NamedTuple, NoReturn

import typer

from huntline.clean_text import printed
from huntline.errors import HuntlineError


class Command(NamedTuple):
    """A command: where it is, as module and attribute, and what the list of all commands says of it."""

    name: str
    where: str
    help: str


_LONGEST_ERROR = 300  # characters

COMMANDS = (
    Command("serve", "cli.serve:serve", "Run the server until it is told to end (SIGTERM, Ctrl-C)."),
    Command(
        "upgrade",
        "cli.upgrade:upgrade",
        "Let the code of this command take over the running server: calls go on, and none is refused.",
    ),
    Command(
        "drain",
        "cli.drain:drain",
        "Refuse new calls, wait until all calls that are up have ended, and end the server.",
    ),
    Command(
        "install-service",
        "cli.install_service:install_service",
        "Write a systemd unit that runs this server, with no more rights than it needs.",
    ),
    Command("cluster", "cli.cluster:cluster", "One server on several machines, any of which may be lost."),
    Command("apply", "cli.apply:apply", "Load an organization file, all or nothing, and say what changed."),
    Command(
        "export",
        "cli.export:export",
        "Write an organization file that describes everything as it is: applied, it changes nothing.",
    ),
    Command(
        "check",
        "cli.check:check",
        "Look for dead ends, people who cannot be rung, waits too short for the rings, and what nobody uses.",
    ),
    Command(
        "backup",
        "cli.backup:backup",
        "Write settings, history, sounds and secrets into one file, also while the server runs.",
    ),
    Command(
        "restore",
        "cli.backup:restore",
        "Put a backup into an empty data folder that no server uses. All of it is checked first.",
    ),
    Command(
        "migrate-storage",
        "cli.migrate_storage:migrate_storage",
        "Copy settings, history, accounts and audit from the data folder's file into PostgreSQL.",
    ),
    Command(
        "retention",
        "cli.retention:retention",
        "Remove history and unused sounds that are older than the settings of the server say.",
    ),
    Command(
        "erase",
        "cli.erase:erase",
        "Take a person's number out of history, refused calls and audit, and delete their voice messages.",
    ),
    Command(
        "certificate", "cli.certificate:certificate", "Certificates for TLS: what they say, and new ones."
    ),
    Command(
        "doctor",
        "doctor.command:doctor",
        "Let the running server be called at each of its addresses, and say what fails and what to do.",
    ),
    Command("status", "cli.status:status", "Show queues, agents and calls as they are now."),
    Command(
        "history",
        "cli.history:history",
        "Show the last calls with their rings and decisions, the newest first.",
    ),
    Command(
        "simulate",
        "cli.simulate:simulate",
        "Simulate a queue with the server's own queue engine: waits, and how many agents it needs.",
    ),
    Command(
        "audit",
        "cli.audit:audit",
        "Show the last changes, the newest first: who, through which door, from what to what.",
    ),
    Command(
        "pwsh",
        "cmdlets.command:pwsh",
        "Run the cmdlets of 2018, such as New-CsHuntGroup: from -c, a script, or at a prompt.",
    ),
    Command(
        "demo",
        "demo.command:demo",
        "Run a server with a demo organization, callers and agents, and show what happens.",
    ),
    Command(
        "organization",
        "cli.organization:organization",
        "What an organization has once: domains, limits, star codes.",
    ),
    Command("queue", "cli.queue:queue", "Call queues: who is rung, how long callers wait, and what then."),
    Command("agent", "cli.agent:agent", "See agents, and act for one, on the running server, at once."),
    Command("account", "cli.account:account", "Who may use the API, in which role, and by which keys."),
    Command("user", "cli.user:user", "Users: licences, numbers, phones' passwords."),
    Command(
        "attendant", "cli.attendant:attendant", "Auto attendants: menus, hours, holidays, dialling by name."
    ),
    Command("group", "cli.group:group", "Groups, whose members queues may ring."),
    Command("number", "cli.number:number", "Numbers: of which kind each is and what it belongs to."),
    Command("audio", "cli.audio:audio", "Sound files for greetings and music."),
    Command(
        "policy",
        "cli.policy:policy",
        "Caller-ID policies; grant them with user set or group set --caller-id-policy.",
    ),
    Command("mailbox", "cli.mailbox:mailbox", "Mailboxes: how they are set."),
    Command("licence", "cli.licence:licence", "Licences: how many there are, and how many are assigned."),
    Command("trunk", "cli.trunk:trunk", "Trunks: providers, known by their addresses."),
    Command(
        "import",
        "cli.imports:imports",
        "Add and change many things at once, from CSV: all lines or none.",
    ),
)
"""All commands. What one needs is imported when it is the one that was typed: people wait for it."""


def main() -> None:
    """Run the command line; what went wrong is one line on stderr and exit status 1."""
    is_completing = "_HUNTLINE_COMPLETE" in os.environ
    try:
        command_line({each.name for each in COMMANDS} if is_completing else sys.argv)()
    except HuntlineError as error:
        _fail(str(error))
    except Exception as error:
        _fail(_unexpected(error))


def command_line(words: Collection[str]) -> typer.Typer:
    """The commands; those among ``words`` can be run, the others are there to be listed."""
    app = typer.Typer(
        name="huntline",
        help="A self-hosted call-queue server: callers wait in strict order, agents answer on any phone.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback()(_root)
    for name, where, text in COMMANDS:
        if name not in words:
            app.command(name, short_help=text)(_listed_only)
            continue
        module, _, attribute = where.partition(":")
        found = getattr(import_module(f"huntline.{module}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name, short_help=text)
        else:
            app.command(name, short_help=text)(found)
    return app


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version

        typer.echo(f"huntline {version('huntline')}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Show the version.")
    ] = False,
) -> None:
    """What goes before all commands."""


def _listed_only() -> NoReturn:
    raise AssertionError("a command that was not typed is never run")


def _fail(message: str) -> NoReturn:
    print(f"huntline: {printed(message)}", file=sys.stderr)
    sys.exit(1)


def _unexpected(error: Exception) -> str:
    """One line, by which whoever mends it finds the rest in a file beside other files that come and go."""
    import secrets
    import tempfile
    import traceback

    error_id = secrets.token_hex(4)
    what = f"{type(error).__name__}: {' '.join(str(error).split())}"[:_LONGEST_ERROR]
    try:
        descriptor, path = tempfile.mkstemp(prefix=f"huntline-error-{error_id}-", suffix=".txt")
        with os.fdopen(descriptor, "w", errors="backslashreplace") as file:
            traceback.print_exception(error, file=file)
    except OSError:
        return f"this should not have happened (error {error_id}): {what}"
    return f"this should not have happened (error {error_id}): {what}; whoever mends it wants {path}"


if __name__ == "__main__":
    main()
