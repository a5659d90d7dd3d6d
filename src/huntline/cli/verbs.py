"""The verbs that all kinds of things share: list, show, create, set, remove; a ``Thing`` is what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from huntline.cli.completion import Complete
from huntline.cli.door import Door, DryRunOption, KeyOption, OrganizationOption, ServerOption
from huntline.cli.options import DataOption, JsonOption
from huntline.cli.printing import console, in_words, print_json, rows, sheet
from huntline.cli.refusals import in_options
from huntline.cli.settings import Json, Said, Setting
from huntline.errors import ConfigurationError

Column = Callable[[Json], Any]


def _keyword(name: str, annotation: Any, default: Any = None) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


_DOOR = [
    _keyword("data", DataOption),
    _keyword("server", ServerOption),
    _keyword("key", KeyOption),
    _keyword("organization", OrganizationOption),
    _keyword("as_json", JsonOption, False),
]
_DRY_RUN = _keyword("dry_run", DryRunOption, False)
_SEARCH = _keyword(
    "search", Annotated[str, typer.Option(help="Only what has this in a name.", metavar="TEXT")], ""
)


def nothing_more(things: Any, thing: Json) -> Json:
    """What most things show: themselves."""
    return {}


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One kind of things.

    ``path`` is where the API has them, ``key`` the field that names one and ``key_setting`` its option when
    that may be changed. ``columns`` are what a list shows. ``more`` adds to what is shown of one thing.
    """

    noun: str
    help: str
    path: str
    key: str
    metavar: str
    settings: tuple[Setting, ...]
    columns: Mapping[str, Column]
    complete: Complete
    rename: Setting | None = None
    more: Callable[[Any, Json], Json] = nothing_more

    @property
    def plural(self) -> str:
        """What several are called."""
        return self.path.replace("-", " ")


def group_of(thing: Thing) -> typer.Typer:
    """All verbs of a kind of things."""
    group = typer.Typer(no_args_is_help=True, help=thing.help)
    add_list(group, thing)
    add_show(group, thing)
    add_create(group, thing)
    add_set(group, thing)
    add_remove(group, thing)
    return group


def add_list(group: typer.Typer, thing: Thing) -> None:
    """``list``."""

    def list_all(door: Door, as_json: bool, search: str) -> None:
        with door.api() as api, in_options(door):
            found = list(api.items(f"/{thing.path}", search=search or None))
        if as_json:
            print_json(found)
        elif not found:
            typer.echo(f"There are no {thing.plural}.")
        else:
            console().print(
                rows(thing.columns, ([cell(each) for cell in thing.columns.values()] for each in found))
            )

    _add(group, "list", f"Show all {thing.plural}.", [_SEARCH], list_all)


def add_show(group: typer.Typer, thing: Thing) -> None:
    """``show``."""

    def show(door: Door, as_json: bool, which: str) -> None:
        with door.api() as api, in_options(door):
            found = api.get(_path(thing, which))
            found |= thing.more(api, found)
        print_json(found) if as_json else console().print(sheet(found))

    _add(group, "show", f"Show everything about one {thing.noun}.", [_key_of(thing)], show)


def add_create(group: typer.Typer, thing: Thing) -> None:
    """``create``."""
    parameters = [_key_of(thing, is_new=True), *_options(thing.settings, is_new=True), _DRY_RUN]

    def create(door: Door, as_json: bool, which: str, dry_run: bool, **values: Any) -> None:
        with door.api() as api, in_options(door, _flags(thing, is_new=True)):
            said = Said(values, None, api, dry_run)
            body = {thing.key: which} | _body(thing.settings, said)
            made = api.post(f"/{thing.path}", body, dry_run=dry_run or None)
        notes = [f"{'Would create' if dry_run else 'Created'} {thing.noun} {made[thing.key]}."]
        _answer(made, [*notes, *_settled(thing, body, made)], as_json)

    _add(group, "create", f"Make a {thing.noun}; what is not said gets its default.", parameters, create)


def add_set(group: typer.Typer, thing: Thing) -> None:
    """``set``."""
    settings = (*([thing.rename] if thing.rename else []), *thing.settings)
    parameters = [_key_of(thing), *_options(settings, is_new=False), _DRY_RUN]

    def set_(door: Door, as_json: bool, which: str, dry_run: bool, **values: Any) -> None:
        path = _path(thing, which)
        with door.api() as api, in_options(door, _flags(thing)):
            answer = api.response("GET", path)
            before = answer.json()
            body = _body(settings, Said(values, before, api, dry_run))
            if not body:
                known = ", ".join(setting.flag for setting in settings)
                raise ConfigurationError(f"say what to set: {known}")
            headers = {"If-Match": answer.headers["etag"]}
            params = {"dry_run": dry_run or None}
            after = api.request("PATCH", path, json=body, params=params, headers=headers)
        changes = list(_changes(before, after)) or ["Nothing changed."]
        if dry_run:
            changes.insert(0, "Would change:")
        _answer(after, [*changes, *_settled(thing, body, after)], as_json)

    _add(group, "set", f"Change settings of a {thing.noun}; all others stay.", parameters, set_)


def add_remove(group: typer.Typer, thing: Thing) -> None:
    """``remove``."""

    def remove(door: Door, as_json: bool, which: str, dry_run: bool) -> None:
        with door.api() as api, in_options(door):
            removed = api.delete(_path(thing, which), dry_run=dry_run or None)
        done = "Would remove" if dry_run else "Removed"
        if as_json:
            print_json(removed)
        else:
            typer.echo(f"{done} {thing.noun} {removed[thing.key]}.")

    text = f"Remove a {thing.noun}; refused while something uses it, and by what is said."
    _add(group, "remove", text, [_key_of(thing), _DRY_RUN], remove)


def _add(
    group: typer.Typer, name: str, text: str, parameters: Iterable[Parameter], run: Callable[..., None]
) -> None:
    def verb(**given: Any) -> None:
        door = Door(*(given.pop(part) for part in ("data", "server", "key", "organization")))
        run(door, given.pop("as_json"), **given)

    # Typer makes options of a function's signature; this one is known at run time only.
    verb.__signature__ = Signature([*parameters, *_DOOR])  # type: ignore[attr-defined]
    group.command(name, help=text)(verb)


def _key_of(thing: Thing, *, is_new: bool = False) -> Parameter:
    complete = None if is_new else thing.complete
    argument = typer.Argument(metavar=thing.metavar, autocompletion=complete, show_default=False)
    # The API key is an option of that name, so that the parameter has another.
    return Parameter("which", Parameter.KEYWORD_ONLY, annotation=Annotated[str, argument])


def _options(settings: Iterable[Setting], *, is_new: bool) -> list[Parameter]:
    return [parameter for setting in settings for parameter in setting.parameters(is_new=is_new)]


def _body(settings: Iterable[Setting], said: Said) -> Json:
    body: Json = {}
    for setting in settings:
        body |= setting.body(said)
    return body


def _flags(thing: Thing, *, is_new: bool = False) -> dict[str, str]:
    flags = {setting.field: setting.flag for setting in thing.settings}
    key = thing.metavar if is_new or thing.rename is None else thing.rename.flag
    return {thing.key: key, **flags}


def _path(thing: Thing, key: str) -> str:
    # Imported here, see ``Door.api``.
    from huntline.api_client import path_of

    return path_of(thing.path, key)


def _answer(thing: Json, notes: Iterable[str], as_json: bool) -> None:
    if as_json:
        print_json(thing)
        return
    for note in notes:
        typer.echo(note)
    shown: RenderableType = sheet(thing)
    console().print(shown)


def _changes(before: Json, after: Json) -> Iterator[str]:
    for field, value in after.items():
        if before.get(field) != value:
            name = field.replace("_", "-")
            yield f"{name}: {in_words(before.get(field))} -> {in_words(value)}"


def _settled(thing: Thing, body: Json, stored: Json) -> Iterator[str]:
    """What is stored otherwise than it was said, such as a rounded maximum wait."""
    flags = _flags(thing)
    for field, value in body.items():
        if isinstance(value, str | int) and field in stored and stored[field] != value:
            yield f"{flags.get(field, field)}: {value} is stored as {in_words(stored[field])}"
