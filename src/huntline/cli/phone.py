"""``huntline user phone``: phones with an account of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from huntline.cli.completion import words
from huntline.cli.door import Door
from huntline.cli.printing import console, print_json, rows, say, sheet
from huntline.cli.refusals import in_options
from huntline.cli.settings import Json, option
from huntline.cli.verbs import Thing, add_verb, key_argument, keyword
from huntline.directory.phones import PhoneFamily

if TYPE_CHECKING:
    from huntline.cli.api_client import Api

_FLAGS = {"family": "--family", "mac": "--mac", "name": "--name", "language": "--language"}
_PHONE_ID = keyword(
    "phone_id", Annotated[str, typer.Argument(metavar="ID", help="As the list shows it.")], ...
)
_FAMILY = option(
    "--family",
    PhoneFamily,
    "Which settings it reads; other: none, it is set up by hand.",
    complete=words(PhoneFamily),
    default=...,
)
_MAC = option("--mac", str | None, "The MAC address that is printed on it.", metavar="00:15:65:AA:BB:CC")
_NAME = option("--name", str, "What it is called here.", metavar="TEXT", default="")
_LANGUAGE = option("--language", str, "What it shows.", metavar="en|fr", default="en")


def phone_group(user: Thing) -> typer.Typer:
    """The verbs, for the phones of one user."""
    group = typer.Typer(no_args_is_help=True, help="Phones with an account of their own.")
    which = key_argument(user)
    created = "Give a phone an account, and the address of its settings; both are shown this once."
    add_verb(group, "create", created, [which, _FAMILY, _MAC, _NAME, _LANGUAGE], _create)
    add_verb(group, "list", "Show the phones of a user.", [which], _list)
    renewed = "Make a new password and address for a phone; the old ones are good for nothing any more."
    add_verb(group, "renew", renewed, [which, _PHONE_ID], _renew)
    revoked = "Let a phone fetch its settings no more; it goes on with those that it has."
    add_verb(group, "revoke", revoked, [which, _PHONE_ID], _revoke)
    add_verb(group, "remove", "Shut a phone out.", [which, _PHONE_ID], _remove)
    return group


def _create(
    door: Door, as_json: bool, which: str, family: PhoneFamily, mac: str | None, name: str, language: str
) -> None:
    wanted = {"family": family, "mac": mac, "name": name, "language": language}
    with door.api() as api, in_options(_FLAGS):
        _print_new(api.post(_path(which), wanted), as_json)


def _renew(door: Door, as_json: bool, which: str, phone_id: str) -> None:
    with door.api() as api, in_options():
        _print_new(api.post(_path(which, phone_id, "renewal")), as_json)


def _list(door: Door, as_json: bool, which: str) -> None:
    with door.api() as api, in_options():
        found = api.get(_path(which))
    if as_json:
        print_json(found)
        return
    columns = ("id", "family", "mac", "name", "username", "has_address")
    console().print(rows(columns, ([each[column] for column in columns] for each in found)))


def _revoke(door: Door, as_json: bool, which: str, phone_id: str) -> None:
    with door.api() as api, in_options():
        _say_done(api, _path(which, phone_id, "address"), "now fetches nothing", as_json)


def _remove(door: Door, as_json: bool, which: str, phone_id: str) -> None:
    with door.api() as api, in_options():
        _say_done(api, _path(which, phone_id), "is shut out", as_json)


def _say_done(api: Api, path: str, done: str, as_json: bool) -> None:
    phone = api.delete(path)
    if as_json:
        print_json(phone)
    else:
        say(f"Phone {phone['id']} {done}.")


def _print_new(made: Json, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    shown: dict[str, Any] = {"id": made["phone"]["id"], **made["account"]}
    console().print(sheet(shown))
    if made["path"] is not None:
        say(f"Its settings are at the address of the pages, and behind it {made['path']}")
    say("Password and address are not shown again.", err=True)


def _path(*parts: str) -> str:
    # Imported here, see ``Door.api``.
    from huntline.cli.api_client import path_of

    user, *rest = parts
    return path_of("users", user, "phones", *rest)
