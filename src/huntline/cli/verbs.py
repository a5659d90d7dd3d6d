"""The verbs that all kinds of things share: list, show, create, set, remove; a ``Thing`` is what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any

import typer

from huntline.cli.completion import Complete
from huntline.cli.door import Door, DryRunOption, KeyOption, OrganizationOption, ServerOption
from huntline.cli.options import DataOption, JsonOption
from huntline.cli.printing import console, in_words, print_json, rows, say, sheet
from huntline.cli.refusals import in_options
from huntline.cli.settings import Json, PartOption, Password, Setting, SoundOption, Typed
from huntline.errors import ConfigurationError

Column = Callable[[Json], Any]


def keyword(name: str, annotation: Any, default: Any = None) -> Parameter:
    """A parameter of a verb, with Typer's annotation."""
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


_DOOR = [
    keyword("data", DataOption),
    keyword("server", ServerOption),
    keyword("key", KeyOption),
    keyword("organization", OrganizationOption),
    keyword("as_json", JsonOption, False),
]
DRY_RUN = keyword("dry_run", DryRunOption, False)
SEARCH = keyword(
    "search", Annotated[str, typer.Option(help="Only what has this in a name.", metavar="TEXT")], ""
)


def nothing_more(things: Any, thing: Json) -> Json:
    """What most things show: themselves."""
    return {}


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One kind of things.

    ``path`` is where the API has them, ``key`` the field that names one and ``rename`` its option where that
    may be changed; ``own`` is the path of the one that is meant where none is named. ``columns`` are what a
    list shows. ``more`` adds to what is shown of one thing.
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
    own: str | None = None
    more: Callable[[Any, Json], Json] = nothing_more

    @property
    def one(self) -> str:
        """Any one of them, with its article."""
        return f"{'an' if self.noun.startswith(('a', 'o')) else 'a'} {self.noun}"

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
        with door.api() as api, in_options():
            found = list(api.items(f"/{thing.path}", search=search or None))
        if as_json:
            print_json(found)
        elif not found:
            say(f"There are no {thing.plural}.")
        else:
            console().print(
                rows(thing.columns, ([cell(each) for cell in thing.columns.values()] for each in found))
            )

    add_verb(group, "list", f"Show all {thing.plural}.", [SEARCH], list_all)


def add_show(group: typer.Typer, thing: Thing) -> None:
    """``show``."""

    def show(door: Door, as_json: bool, which: str | None) -> None:
        with door.api() as api, in_options():
            found = api.get(path_to(thing, which))
            found |= thing.more(api, found)
        answer_with(found if as_json else _in_words(thing, found), (), as_json)

    add_verb(group, "show", f"Show everything about one {thing.noun}.", [key_argument(thing)], show)


def add_create(group: typer.Typer, thing: Thing) -> None:
    """``create``."""
    parameters = [key_argument(thing, is_new=True), *_options(thing.settings, is_new=True), DRY_RUN]

    def create(door: Door, as_json: bool, which: str, dry_run: bool, **values: Any) -> None:
        flags = _flags(thing, is_new=True)
        with door.api() as api, in_options(flags):
            said = Typed(values, None, api, dry_run, flags)
            body = {thing.key: which} | _body(thing.settings, said)
            made = api.post(f"/{thing.path}", body, dry_run=dry_run or None)
        done = f"{'Would create' if dry_run else 'Created'} {thing.noun} {made[thing.key]}."
        notes = [done, *said.notes, *_settled(thing, body, made)]
        answer_with(made if as_json else _in_words(thing, made), notes, as_json)

    add_verb(group, "create", f"Make {thing.one}; what is not said gets its default.", parameters, create)


def add_set(group: typer.Typer, thing: Thing) -> None:
    """``set``."""
    settings = (*([thing.rename] if thing.rename else []), *thing.settings)
    parameters = [key_argument(thing), *_options(settings, is_new=False), DRY_RUN]

    def set_(door: Door, as_json: bool, which: str | None, dry_run: bool, **values: Any) -> None:
        path, flags = path_to(thing, which), _flags(thing)
        with door.api() as api, in_options(flags):
            answer = api.response("GET", path)
            before = answer.json()
            said = Typed(values, before, api, dry_run, flags)
            body = _body(settings, said)
            if not body:
                known = ", ".join(setting.flag for setting in settings)
                raise ConfigurationError(f"say what to set: {known}")
            headers = {"If-Match": answer.headers["etag"]}
            params = {"dry_run": dry_run or None}
            after = api.request("PATCH", path, json=body, params=params, headers=headers)
        secrets = [each.field for each in settings if isinstance(each, Password) and each.field in body]
        changes = _changes(_in_words(thing, before), _in_words(thing, after), secrets, dry_run)
        notes = [*changes, *said.notes, *_settled(thing, body, after)]
        answer_with(after if as_json else _in_words(thing, after), notes, as_json)

    add_verb(group, "set", f"Change settings of {thing.one}; all others stay.", parameters, set_)


def add_remove(group: typer.Typer, thing: Thing) -> None:
    """``remove``."""

    def remove(door: Door, as_json: bool, which: str, dry_run: bool) -> None:
        with door.api() as api, in_options():
            removed = api.delete(path_to(thing, which), dry_run=dry_run or None)
        done = "Would remove" if dry_run else "Removed"
        if as_json:
            print_json(removed)
        else:
            say(f"{done} {thing.noun} {removed[thing.key]}.")

    text = f"Remove {thing.one}; refused while something uses it, and by what is said."
    add_verb(group, "remove", text, [key_argument(thing), DRY_RUN], remove)


def add_verb(
    group: typer.Typer, name: str, text: str, parameters: Iterable[Parameter], run: Callable[..., None]
) -> None:
    """Add a verb; ``run`` gets the door, whether JSON is wanted, and what its own parameters were given."""

    def verb(**given: Any) -> None:
        door = Door(*(given.pop(part) for part in ("data", "server", "key", "organization")))
        run(door, given.pop("as_json"), **given)

    # Typer makes options of a function's signature; this one is known at run time only.
    verb.__signature__ = Signature([*parameters, *_DOOR])  # type: ignore[attr-defined]
    group.command(name, help=text)(verb)


def key_argument(thing: Thing, *, is_new: bool = False) -> Parameter:
    """The argument ``which`` that names one thing."""
    complete = None if is_new else thing.complete
    argument = typer.Argument(metavar=thing.metavar, autocompletion=complete, show_default=False)
    # The API key is an option of that name, so that the parameter has another.
    if thing.own is None or is_new:
        return keyword("which", Annotated[str, argument], Parameter.empty)
    return keyword("which", Annotated[str | None, argument])


def _options(settings: Iterable[Setting], *, is_new: bool) -> list[Parameter]:
    return [parameter for setting in settings for parameter in setting.parameters(is_new=is_new)]


def _body(settings: Iterable[Setting], said: Typed) -> Json:
    body: Json = {}
    for setting in settings:
        for name, value in setting.body(said).items():
            body[name] = body.get(name, {}) | value if isinstance(setting, PartOption) else value
    return body


def _flags(thing: Thing, *, is_new: bool = False) -> dict[str, str]:
    flags = {setting.field: setting.flag for setting in thing.settings}
    key = thing.metavar if is_new or thing.rename is None else thing.rename.flag
    return {thing.key: key, **flags}


def path_to(thing: Thing, key: str | None) -> str:
    """Where the API has one thing."""
    if key is None:
        assert thing.own is not None
        return thing.own
    # Imported here, see ``Door.api``.
    from huntline.cli.api_client import path_of

    return path_of(thing.path, key)


def answer_with(thing: Json, notes: Iterable[str], as_json: bool) -> None:
    """Print a thing as it is stored, for people after what there is to say about it."""
    if as_json:
        print_json(thing)
        return
    for note in notes:
        say(note)
    console().print(sheet(thing))


def _in_words(thing: Thing, found: Json) -> Json:
    """The thing for people: a sound that is not set is the word that unsets it."""
    unset = {setting.field: setting.unset for setting in thing.settings if isinstance(setting, SoundOption)}
    return {name: unset.get(name) if value is None else value for name, value in found.items()}


def _changes(before: Json, after: Json, secrets: Sequence[str], dry_run: bool) -> Iterator[str]:
    """What is said of a change. Of a secret nobody sees what it was, so that it is always said to be new."""
    if before == after and not secrets:
        yield "Nothing would change." if dry_run else "Nothing changed."
    elif dry_run:
        yield "Would change:"
    for name, value in after.items():
        if before.get(name) != value:
            yield f"{name.replace('_', '-')}: {in_words(before.get(name))} -> {in_words(value)}"
    for name in secrets:
        yield f"{name.replace('_', '-')}: set anew"


def _settled(thing: Thing, body: Json, stored: Json) -> Iterator[str]:
    """What is stored otherwise than it was said, such as a rounded maximum wait."""
    flags = _flags(thing)
    for field, value in body.items():
        if isinstance(value, str | int) and field in stored and stored[field] != value:
            yield f"{flags.get(field, field)}: {value} is stored as {in_words(stored[field])}"
