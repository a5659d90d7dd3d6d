"""``huntline account``: who may use the API of a server, and by which keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from huntline.cli.completion import queue_names, user_names, words
from huntline.cli.door import Door
from huntline.cli.printing import console, print_json, rows, say
from huntline.cli.refusals import in_options
from huntline.cli.settings import Json, NamesOption, Password, SwitchOption, TextOption, WordOption, option
from huntline.cli.verbs import Thing, add_set, add_show, add_verb, key_argument, keyword
from huntline.directory.access import Role

if TYPE_CHECKING:
    from huntline.cli.api_client import Api

_FLAGS = {"name": "NAME", "role": "--role", "user": "--user", "queues": "--queue", "expires_at": "--expires"}

ACCOUNT = Thing(
    noun="account",
    help="Who may use the API, in which role, and by which keys.",
    path="accounts",
    key="name",
    metavar="NAME",
    settings=(
        WordOption(
            field="role", help="What it may do", words=[role for role in Role if role is not Role.HOST]
        ),
        TextOption(
            field="user",
            help="Whose it is; an agent needs one",
            metavar="UPN",
            may_be_none=True,
            complete=user_names,
        ),
        NamesOption(field="queues", one="queue", help="What a queue owner may change", complete=queue_names),
        TextOption(
            field="oidc_subject",
            help="Who it is at the identity provider: the issuer, a blank, the subject",
            may_be_none=True,
        ),
        Password(field="password", help="The password to sign in with"),
        SwitchOption(field="is_disabled", help="Nobody may use it for now"),
    ),
    columns={
        "account": lambda account: account["name"],
        "role": lambda account: account["role"],
        "queues": lambda account: account["queues"],
        "user": lambda account: account["user"],
        "password": lambda account: account["has_password"],
        "disabled": lambda account: account["is_disabled"],
    },
    complete=words(()),
    rename=TextOption(field="name", help="Another name", metavar="NAME"),
)

_HOST = keyword(
    "is_host", Annotated[bool, typer.Option("--host", help="An account of the host of the server.")], False
)
_EXPIRES = option(
    "--expires", str | None, "When the key ends; never, unless said.", metavar="2027-01-31T18:00:00Z"
)
_KEY_ID = keyword("key_id", Annotated[str, typer.Argument(metavar="ID", help="As the list shows it.")], ...)


def _group() -> typer.Typer:
    group = typer.Typer(no_args_is_help=True, help=ACCOUNT.help)
    which = key_argument(ACCOUNT)
    role = option("--role", Role, "What it may do.", complete=words(Role), default=...)
    user = option(
        "--user", str | None, "Whose it is; an agent needs one.", metavar="UPN", complete=user_names
    )
    queues = option(
        "--queue",
        list[str] | None,
        "What a queue owner may change; may be said again.",
        metavar="QUEUE",
        complete=queue_names,
    )
    created = "Make an account and its first API key, which is shown this once."
    add_verb(group, "create", created, [which, role, user, queues], _create)
    add_verb(group, "list", "Show all accounts.", [_HOST], _list)
    add_show(group, ACCOUNT)
    add_set(group, ACCOUNT)
    add_verb(group, "remove", "Remove an account with its keys.", [which, _HOST], _remove)
    unlocked = "Let people try again at once to sign in, after too many attempts have failed."
    add_verb(group, "unlock", unlocked, [which, _HOST], _unlock)
    group.add_typer(_key_group(), name="key")
    return group


def _key_group() -> typer.Typer:
    group = typer.Typer(no_args_is_help=True, help="The API keys of an account.")
    which = key_argument(ACCOUNT)
    label = option("--label", str, "What it is for.", metavar="TEXT", default="key")
    created = "Make another API key, which is shown this once."
    add_verb(group, "create", created, [which, label, _EXPIRES, _HOST], _create_key)
    add_verb(
        group, "list", "Show which keys there are, but not the keys themselves.", [which, _HOST], _list_keys
    )
    removed = "Remove a key: it opens nothing any more."
    add_verb(group, "remove", removed, [which, _KEY_ID, _HOST], _remove_key)
    return group


def _create(
    door: Door,
    as_json: bool,
    which: str,
    role: Role,
    user: str | None,
    queue: list[str] | None,
) -> None:
    is_host = role is Role.HOST
    wanted = {"name": which, "role": role, "user": user, "queues": queue or []}
    with door.api() as api, in_options(_FLAGS):
        made = api.post(_path(is_host), wanted)
        _print_key(which, _added_key(api, is_host, made["id"], "first", None), as_json)


def _list(door: Door, as_json: bool, is_host: bool) -> None:
    with door.api() as api, in_options():
        found = list(api.items(_path(is_host)))
    if as_json:
        print_json(found)
    elif not found:
        say("There are no accounts.")
    else:
        cells = ([cell(each) for cell in ACCOUNT.columns.values()] for each in found)
        console().print(rows(ACCOUNT.columns, cells))


def _remove(door: Door, as_json: bool, which: str, is_host: bool) -> None:
    with door.api() as api, in_options():
        removed = api.delete(_path(is_host, which))
    if as_json:
        print_json(removed)
    else:
        say(f"Removed account {removed['name']}.")


def _unlock(door: Door, as_json: bool, which: str, is_host: bool) -> None:
    with door.api() as api, in_options():
        unlocked = api.delete(_path(is_host, which, "lock"))
    if as_json:
        print_json(unlocked)
    else:
        typer.echo(f"Account {unlocked['name']} may try again to sign in.")


def _create_key(
    door: Door, as_json: bool, which: str, label: str, expires: str | None, is_host: bool
) -> None:
    with door.api() as api, in_options(_FLAGS):
        _print_key(which, _added_key(api, is_host, which, label, expires), as_json)


def _list_keys(door: Door, as_json: bool, which: str, is_host: bool) -> None:
    with door.api() as api, in_options():
        found = api.get(_path(is_host, which, "keys"))
    if as_json:
        print_json(found)
    else:
        columns = ("id", "name", "created_at", "expires_at")
        console().print(rows(columns, ([each[column] for column in columns] for each in found)))


def _remove_key(door: Door, as_json: bool, which: str, key_id: str, is_host: bool) -> None:
    with door.api() as api, in_options():
        removed = api.delete(_path(is_host, which, "keys", key_id))
    if as_json:
        print_json(removed)
    else:
        say(f"Removed key {removed['name']} of account {which}.")


def _path(is_host: bool, *parts: str) -> str:
    # Imported here, see ``Door.api``.
    from huntline.cli.api_client import path_of

    return path_of(*(("host", "accounts") if is_host else ("accounts",)), *parts)


def _added_key(api: Api, is_host: bool, account_name: str, label: str, expires: str | None) -> Json:
    form: dict[str, Any] = {"name": label, "expires_at": expires}
    made: Json = api.post(_path(is_host, account_name, "keys"), form)
    return made


def _print_key(account_name: str, made: Json, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    say(made["key"])
    # On the other stream, so that KEY=$(huntline account create ...) holds the key alone.
    say(
        f"This is the API key of {account_name}; it is not shown again. Send it with each request, as"
        " Authorization: Bearer KEY, or give it to commands as HUNTLINE_KEY with --server URL.",
        err=True,
    )


account = _group()
