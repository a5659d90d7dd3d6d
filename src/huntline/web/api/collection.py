"""The routes that all kinds of things in an organization share: list, read, create, replace, change, remove.

What differs is in a ``Collection``. Annotations are not postponed here: FastAPI reads forms from them that
are known at run time only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Optional, TypeVar, get_type_hints

from fastapi import APIRouter, Body, Path, Query, Response
from pydantic import BaseModel, ValidationError, create_model, model_validator

from huntline.directory.edits import added, removed, replaced
from huntline.directory.organization import Organization
from huntline.directory.problems import Problem, did_you_mean
from huntline.directory.uses import Item
from huntline.errors import Refused
from huntline.organization_file.parts import Dump
from huntline.organization_file.validation import problem_of
from huntline.storage.settings import SettingsRefused
from huntline.web.access import Access, ChangeSettings, ReadSettings
from huntline.web.backstage import Backstage
from huntline.web.etags import IfMatch, check_if_match, etag_of
from huntline.web.listing import Listing, Page, Search, Sort, in_order
from huntline.web.problems import FieldsRefused
from huntline.web.routing import api_router

ItemT = TypeVar("ItemT", bound=Item)

DryRun = Annotated[bool, Query(description="Check and answer as usual, but change nothing.")]


def would_create(view: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The answer of a route that creates when it is asked only to check, for OpenAPI."""
    return {200: {"model": view, "description": "Nothing is wrong with it; nothing was created (dry_run)"}}


class NotThere(Refused):
    """No such thing belongs to the organization."""

    error_id = "not-found"
    status = 404


def merged(current: Dump, patch: Dump, form: type[BaseModel]) -> Dump:
    """Settings with those of a patch: null stands for the default."""
    settings = current | patch
    for name, value in patch.items():
        if value is None and form.model_fields[name].default is not None:
            del settings[name]
    return settings


def nothing_to_do(access: Access, item: Any) -> None:
    """What most collections do besides."""


def nothing(item: Any) -> None:
    """What most collections leave in the place of a removed thing."""


@dataclass(frozen=True, kw_only=True)
class Collection(Generic[ItemT]):
    """One kind of things.

    ``attribute`` is where an organization has them. ``form`` is what is sent, ``view`` what is answered:
    ``dump`` (in the form, without secrets) with what ``deriving`` adds, which is read-only. ``find`` takes
    whatever people call a thing; ``build`` makes one of a form, given the one that it replaces.
    ``names`` are what a search looks at. ``access`` is who may change one, besides ``check_change``.
    ``reset`` is what a thing becomes that cannot go away: its removal sets it back.
    """

    attribute: str
    noun: str
    form: type[BaseModel]
    view: type[BaseModel]
    find: Callable[[Organization, str], ItemT | None]
    build: Callable[[Any, Organization, ItemT | None, Backstage], ItemT]
    dump: Callable[[ItemT], Dump]
    deriving: Callable[[Organization], Callable[[ItemT], Dump]]
    names: Callable[[ItemT], tuple[str, ...]]
    merge: Callable[[Dump, Dump, type[BaseModel]], Dump] = merged
    access: Any = ChangeSettings
    check_change: Callable[[Access, ItemT], None] = nothing_to_do
    after_removal: Callable[[Access, ItemT], None] = nothing_to_do
    reset: Callable[[ItemT], ItemT | None] = nothing

    def items(self, organization: Organization) -> tuple[ItemT, ...]:
        """All of an organization."""
        return tuple(getattr(organization, self.attribute))

    def get(self, organization: Organization, key: str) -> ItemT:
        """The one that ``key`` calls. Raises NotThere."""
        item = self.find(organization, key)
        if item is None:
            known = (self.names(each)[0] for each in self.items(organization))
            raise NotThere(f"there is no {self.noun} {key!r}{did_you_mean(key, known)}")
        return item

    def shown(self, item: ItemT, organization: Organization) -> Dump:
        """The view."""
        return self.showing(organization)(item)

    def showing(self, organization: Organization) -> Callable[[ItemT], Dump]:
        """The views of many."""
        derived = self.deriving(organization)
        return lambda item: self.dump(item) | derived(item)

    def matching(self, organization: Organization, search: str) -> list[ItemT]:
        """Those with ``search`` in a name."""
        wanted = search.casefold()
        return [
            item
            for item in self.items(organization)
            if any(wanted in name.casefold() for name in self.names(item))
        ]

    def listed(self, organization: Organization, search: str, sort: str) -> Sequence[ItemT]:
        """Those that match, in the order that is wanted. Raises FieldsRefused."""
        return in_order(self.matching(organization, search), sort, self.showing(organization), self.view)

    def create(self, access: Access, form: BaseModel, dry_run: bool) -> tuple[ItemT, Organization]:
        """Add a thing; returns it as it is stored. Raises Refused."""

        def edit(organization: Organization) -> tuple[Organization, int]:
            item = self.build(form, organization, None, access.backstage)
            return added(organization, self.attribute, item), len(self.items(organization))

        return self._changed(access, edit, dry_run)

    def put(
        self,
        access: Access,
        key: str,
        form_of: Callable[[ItemT], BaseModel],
        if_match: str | None,
        dry_run: bool,
    ) -> tuple[ItemT, Organization]:
        """Replace a thing by what ``form_of`` makes of it; returns it as it is stored. Raises Refused."""

        def edit(organization: Organization) -> tuple[Organization, int]:
            current = self.get(organization, key)
            self.check_change(access, current)
            check_if_match(if_match, self.dump(current))
            new = self.build(form_of(current), organization, current, access.backstage)
            self._check_name(organization, current, new)
            place = self.items(organization).index(current)
            return replaced(organization, self.attribute, current, new), place

        return self._changed(access, edit, dry_run)

    def remove(self, access: Access, key: str, if_match: str | None, dry_run: bool) -> ItemT:
        """Remove a thing; returns it, or what it was reset to. Raises Refused, naming what uses it."""
        item = self.get(access.organization, key)
        reset = self.reset(item)

        def edit(organization: Organization) -> Organization:
            current = self.get(organization, key)
            self.check_change(access, current)
            check_if_match(if_match, self.dump(current))
            if reset is not None:
                return replaced(organization, self.attribute, current, reset)
            return removed(organization, self.attribute, current, f"{self.noun} {self.names(current)[0]}")

        access.change(edit, dry_run=dry_run)
        if reset is not None:
            return reset
        if not dry_run:
            self.after_removal(access, item)
        return item

    def _check_name(self, organization: Organization, current: ItemT, new: ItemT) -> None:
        """The rules would blame whichever of two namesakes comes later, not the one that is renamed."""
        name = self.names(new)[0]
        others = (self.names(item)[0] for item in self.items(organization) if item is not current)
        if name != self.names(current)[0] and name.casefold() in map(str.casefold, others):
            field = next(iter(self.form.model_fields))
            taken = f"must be unique, letter case aside; another {self.noun} has it already"
            raise FieldsRefused([Problem((field,), name, taken)])

    def _changed(
        self, access: Access, edit: Callable[[Organization], tuple[Organization, int]], dry_run: bool
    ) -> tuple[ItemT, Organization]:
        """Change the organization; returns the thing at the place that ``edit`` says, as it is stored."""
        place = 0

        def noted(organization: Organization) -> Organization:
            nonlocal place
            wanted, place = edit(organization)
            return wanted

        try:
            after = access.change(noted, dry_run=dry_run).organization
        except SettingsRefused as refusal:
            raise refusal.seen_from((self.attribute, place)) from None
        return self.items(after)[place], after


def parsed(form: type[BaseModel], settings: Dump) -> BaseModel:
    """Settings in their form. Raises FieldsRefused."""
    try:
        return form.model_validate(settings)
    except ValidationError as error:
        raise FieldsRefused([problem_of(each, form) for each in error.errors()]) from None


def tolerant(form: type[BaseModel], view: type[BaseModel]) -> type[BaseModel]:
    """The form for what is sent: the read-only part of a view may be sent back and does not count."""
    derived = view.model_fields.keys() - form.model_fields.keys()
    return create_model(form.__name__, __base__=form, __validators__={"drop": _dropping(derived)})


def patch_of(form: type[BaseModel], view: type[BaseModel]) -> type[BaseModel]:
    """A form with everything left to choice."""
    fields: dict[str, Any] = {
        name: (Optional[hint], None)  # noqa: UP045 - made at run time
        for name, hint in get_type_hints(form, include_extras=True).items()
        if name in form.model_fields
    }
    derived = view.model_fields.keys() - form.model_fields.keys()
    return create_model(
        form.__name__.removesuffix("Form") + "Patch",
        __config__=form.model_config,
        __validators__={"drop": _dropping(derived)},
        **fields,
    )


def _dropping(names: set[str]) -> Any:
    def drop(value: object) -> object:
        return (
            {key: each for key, each in value.items() if key not in names}
            if isinstance(value, dict)
            else value
        )

    return model_validator(mode="before")(drop)


def router_of(collection: Collection[Any]) -> APIRouter:
    """The routes of a collection."""
    path = collection.attribute.replace("_", "-")
    router = api_router(f"/{path}", tag=path)
    noun = collection.noun
    described = Path(description=f"The {noun}, by id or name; a name with a slash in it only by id.")
    name = noun.lower().replace(" ", "_").replace("-", "_")
    _add_reading(router, collection, name, Annotated[str, described])
    _add_coming_and_going(router, collection, name, Annotated[str, described])
    _add_changing(router, collection, name, Annotated[str, described])
    return router


def _answer(collection: Collection[Any], item: Any, organization: Organization, response: Response) -> Dump:
    response.headers["ETag"] = etag_of(collection.dump(item))
    return collection.shown(item, organization)


def _add_reading(router: APIRouter, collection: Collection[Any], name: str, Key: Any) -> None:
    noun, view = collection.noun, collection.view

    @router.get("", response_model=Listing[view], operation_id=f"list_{name}", summary=f"List: {noun}")  # type: ignore[valid-type]
    def list_all(access: ReadSettings, page: Page, search: Search = "", sort: Sort = "") -> Any:
        organization = access.organization
        found = collection.listed(organization, search, sort)
        return page.of(found, collection.showing(organization))

    @router.get("/{key}", response_model=view, operation_id=f"read_{name}", summary=f"Read: {noun}")
    def read(access: ReadSettings, key: Key, response: Response) -> Any:
        organization = access.organization
        return _answer(collection, collection.get(organization, key), organization, response)


def _add_coming_and_going(router: APIRouter, collection: Collection[Any], name: str, Key: Any) -> None:
    noun, view = collection.noun, collection.view
    sent = tolerant(collection.form, view)

    @router.post(
        "",
        response_model=view,
        status_code=201,
        operation_id=f"create_{name}",
        summary=f"Create: {noun}",
        responses=would_create(view),
    )
    def create(
        access: ChangeSettings,
        form: Annotated[sent, Body()],  # type: ignore[valid-type]
        response: Response,
        dry_run: DryRun = False,
    ) -> Any:
        item, organization = collection.create(access, form, dry_run)
        if dry_run:
            response.status_code = 200
        return _answer(collection, item, organization, response)

    @router.delete("/{key}", response_model=view, operation_id=f"remove_{name}", summary=f"Remove: {noun}")
    def remove(access: ChangeSettings, key: Key, if_match: IfMatch = None, dry_run: DryRun = False) -> Any:
        organization = access.organization
        return collection.shown(collection.remove(access, key, if_match, dry_run), organization)


def _add_changing(router: APIRouter, collection: Collection[Any], name: str, Key: Any) -> None:
    noun, view = collection.noun, collection.view
    sent, changes = tolerant(collection.form, view), patch_of(collection.form, view)

    @router.put("/{key}", response_model=view, operation_id=f"replace_{name}", summary=f"Replace: {noun}")
    def replace_(
        access: collection.access,  # type: ignore[name-defined]
        key: Key,
        form: Annotated[sent, Body()],  # type: ignore[valid-type]
        response: Response,
        if_match: IfMatch = None,
        dry_run: DryRun = False,
    ) -> Any:
        item, organization = collection.put(access, key, lambda current: form, if_match, dry_run)
        return _answer(collection, item, organization, response)

    @router.patch("/{key}", response_model=view, operation_id=f"change_{name}", summary=f"Change: {noun}")
    def change(
        access: collection.access,  # type: ignore[name-defined]
        key: Key,
        patch: Annotated[changes, Body()],  # type: ignore[valid-type]
        response: Response,
        if_match: IfMatch = None,
        dry_run: DryRun = False,
    ) -> Any:
        wanted = patch.model_dump(exclude_unset=True)  # type: ignore[attr-defined]

        def form_of(current: Any) -> BaseModel:
            settings = collection.merge(collection.dump(current), wanted, collection.form)
            return parsed(collection.form, settings)

        item, organization = collection.put(access, key, form_of, if_match, dry_run)
        return _answer(collection, item, organization, response)
