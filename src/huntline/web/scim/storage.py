"""The settings of one organization as the storage of a SCIM service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from scim2_models import (
    ConflictException,
    InvalidValueException,
    Meta,
    NotFoundException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    ScimFilter,
    SearchRequest,
    UniquenessException,
)
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator
from scim2_server.storage import ScimStorage, SearchPage

from huntline.directory.edits import InUse, added, detached, removed, replaced
from huntline.directory.organization import Group, Organization, User
from huntline.directory.problems import Problem
from huntline.organization_file.parts import Dump, group_dump, user_dump
from huntline.storage.ids import made_at
from huntline.storage.settings import SettingsRefused
from huntline.web.access import Access
from huntline.web.etags import etag_of
from huntline.web.scim import groups, users
from huntline.web.scim.people import People

ItemT = TypeVar("ItemT", User, Group)

# What a client calls the settings that a rule may refuse.
_SCIM_NAMES = {
    "upn": "userName",
    "name": "displayName",
    "display_name": "displayName",
    "line_uri": "phoneNumbers",
    "licences": "entitlements",
    "external_id": "externalId",
    "is_active": "active",
    "voice_enabled": "voiceEnabled",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceKind(Generic[ItemT]):
    """One kind of thing that a directory pushes.

    ``attribute`` is where an organization has them; ``name_of`` is what must be unique among them and
    ``name_field`` is what SCIM calls that. ``keys`` are what they are looked up by, by SCIM name in lower
    case.
    """

    attribute: str
    noun: str
    name_field: str
    id_of: Callable[[ItemT], str]
    name_of: Callable[[ItemT], str]
    keys: dict[str, Callable[[ItemT], str | None]]
    dump: Callable[[ItemT], Dump]
    resource_of: Callable[[ItemT, People, bool], Resource[Any]]
    item_of: Callable[[Any, ItemT | None, People], ItemT]

    def items(self, organization: Organization) -> tuple[ItemT, ...]:
        """All of an organization."""
        items: tuple[ItemT, ...] = getattr(organization, self.attribute)
        return items

    def get(self, organization: Organization, item_id: str) -> ItemT:
        """The one of an id. Raises NotFoundException."""
        for item in self.items(organization):
            if self.id_of(item) == item_id:
                return item
        raise NotFoundException(detail=f"there is no {self.noun} {item_id!r}")

    def version_of(self, item: ItemT) -> str:
        """The entity tag: weak, for a representation also tells where the server is."""
        return f"W/{etag_of(self.dump(item))}"

    def check_version(self, item: ItemT, expected: str | None) -> None:
        """Raises PreconditionFailedException when the thing is no longer as it was."""
        if expected is not None and expected != self.version_of(item):
            raise PreconditionFailedException

    def check_name(self, organization: Organization, wanted: ItemT, before: ItemT | None) -> None:
        """Raises UniquenessException when another one is called so."""
        name = self.name_of(wanted).casefold()
        for item in self.items(organization):
            if item is not before and self.name_of(item).casefold() == name:
                taken = (
                    f"{self.name_field}: value {self.name_of(wanted)!r}: there is a {self.noun} of that name"
                )
                raise UniquenessException(detail=taken)


USERS: ResourceKind[User] = ResourceKind(
    attribute="users",
    noun="user",
    name_field="userName",
    id_of=lambda user: user.user_id,
    name_of=lambda user: user.upn,
    keys={
        "id": lambda user: user.user_id,
        "username": lambda user: user.upn,
        "externalid": lambda user: user.external_id,
    },
    dump=user_dump,
    resource_of=lambda user, people, with_members: users.resource_of(user),
    item_of=lambda resource, before, people: users.user_of(resource, before),
)
GROUPS: ResourceKind[Group] = ResourceKind(
    attribute="groups",
    noun="group",
    name_field="displayName",
    id_of=lambda group: group.group_id,
    name_of=lambda group: group.name,
    keys={
        "id": lambda group: group.group_id,
        "displayname": lambda group: group.name,
        "externalid": lambda group: group.external_id,
    },
    dump=group_dump,
    resource_of=lambda group, people, with_members: groups.resource_of(
        group, people, with_members=with_members
    ),
    item_of=groups.group_of,
)
KINDS: dict[str | None, ResourceKind[Any]] = {"User": USERS, "Group": GROUPS}


class OrganizationStorage(ScimStorage):
    """What ``access`` may change. A change is in force when its method returns.

    There is no ``meta.lastModified``: the settings do not keep when a single thing last changed.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        """One user or group. Raises NotFoundException."""
        organization = self._access.organization
        item = KINDS[resource_type.name].get(organization, resource_id)
        return _resource(resource_type, item, People(organization), _needs_members(response_parameters))

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,
    ) -> SearchPage:
        """One page; without a filter or an order only what is on the page is made into resources."""
        organization = self._access.organization
        people = People(organization)
        found = [
            (resource_type, item)
            for resource_type in resource_types
            for item in _candidates(KINDS[resource_type.name], organization, search_request.filter)
        ]
        start = search_request.start_index_0 or 0
        page = slice(start, None if search_request.count is None else start + search_request.count)
        with_members = _needs_members(search_request) or _asks_for_members(search_request)
        if search_request.filter is None and search_request.sort_by is None:
            shown = [_resource(each, item, people, with_members) for each, item in found[page]]
            return SearchPage(len(found), shown)
        made = (_resource(each, item, people, with_members) for each, item in found)
        resources = _in_order(search_request, [each for each in made if _matches(search_request, each)])
        return SearchPage(len(resources), resources[page])

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """Add a user or group. Raises UniquenessException, InvalidValueException."""
        kind = KINDS[resource_type.name]

        def edit(organization: Organization) -> tuple[Organization, int]:
            item = kind.item_of(resource, None, People(organization))
            kind.check_name(organization, item, None)
            return added(organization, kind.attribute, item), len(kind.items(organization))

        return self._put(resource_type, kind, edit)

    def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        """Change a user or group into ``resource``; what calls it by an old name calls it by the new one.

        Raises NotFoundException, PreconditionFailedException, UniquenessException, InvalidValueException.
        """
        kind = KINDS[resource_type.name]

        def edit(organization: Organization) -> tuple[Organization, int]:
            before = kind.get(organization, resource.id or "")
            kind.check_version(before, expected_version)
            item = kind.item_of(resource, before, People(organization))
            kind.check_name(organization, item, before)
            place = kind.items(organization).index(before)
            return replaced(organization, kind.attribute, before, item), place

        return self._put(resource_type, kind, edit)

    def delete(
        self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None
    ) -> None:
        """Remove a user or group from the organization, its groups and its queues.

        Raises NotFoundException, PreconditionFailedException, and ConflictException when something leads
        to it that cannot do without.
        """
        kind = KINDS[resource_type.name]

        def edit(organization: Organization) -> Organization:
            item = kind.get(organization, resource_id)
            kind.check_version(item, expected_version)
            alone = detached(organization, item)
            return removed(
                alone, kind.attribute, kind.get(alone, resource_id), f"{kind.noun} {kind.name_of(item)}"
            )

        try:
            self._access.change(edit)
        except InUse as refusal:
            raise ConflictException(detail=str(refusal)) from None
        except SettingsRefused as refusal:
            raise _invalid(refusal) from None

    def _put(
        self,
        resource_type: ResourceType,
        kind: ResourceKind[Any],
        edit: Callable[[Organization], tuple[Organization, int]],
    ) -> Resource[Any]:
        """Change the organization; the resource at the place that ``edit`` says, as it is stored."""
        place = 0

        def noted(organization: Organization) -> Organization:
            nonlocal place
            wanted, place = edit(organization)
            return wanted

        try:
            after = self._access.change(noted).organization
        except SettingsRefused as refusal:
            raise _invalid(refusal.seen_from((kind.attribute, place))) from None
        return _resource(resource_type, kind.items(after)[place], People(after))


def _resource(
    resource_type: ResourceType, item: Any, people: People, with_members: bool = True
) -> Resource[Any]:
    kind = KINDS[resource_type.name]
    resource = kind.resource_of(item, people, with_members)
    resource.meta = Meta(
        resource_type=resource_type.name,
        created=made_at(kind.id_of(item)),
        version=kind.version_of(item),
    )
    return resource


def _candidates(
    kind: ResourceKind[ItemT], organization: Organization, scim_filter: ScimFilter[Any] | None
) -> list[ItemT]:
    """What a filter may match: few, where it asks for keys, so that few resources have to be made."""
    items = list(kind.items(organization))
    for alternatives in _conditions(scim_filter):
        wanted = _keys_in(kind, alternatives)
        if wanted is not None:
            items = [
                item
                for item in items
                if any((kind.keys[key](item) or "").casefold() in values for key, values in wanted.items())
            ]
    return items


def _conditions(scim_filter: ScimFilter[Any] | None) -> Iterator[tuple[FilterNode, ...]]:
    """What must all hold for the filter to match: of each, one of some alternatives."""
    if scim_filter is None:
        return
    for term in _terms(scim_filter.ast, LogicalOperator.and_):
        yield _terms(term, LogicalOperator.or_)


def _terms(node: FilterNode, operator: LogicalOperator) -> tuple[FilterNode, ...]:
    return node.terms if isinstance(node, LogicalExpr) and node.op is operator else (node,)


def _keys_in(kind: ResourceKind[Any], alternatives: tuple[FilterNode, ...]) -> dict[str, set[str]] | None:
    """The values of keys that alternatives ask for; None when one of them asks for anything else."""
    wanted: dict[str, set[str]] = {}
    for each in alternatives:
        if not isinstance(each, Comparison) or each.op is not CompareOperator.eq:
            return None
        name = each.attr_path.attr.lower()
        if each.attr_path.sub_attr or name not in kind.keys or not isinstance(each.value, str):
            return None
        wanted.setdefault(name, set()).add(each.value.casefold())
    return wanted


def _matches(search_request: SearchRequest[Any], resource: Resource[Any]) -> bool:
    return search_request.filter is None or search_request.filter.match(resource)


def _in_order(search_request: SearchRequest[Any], resources: list[Resource[Any]]) -> list[Resource[Any]]:
    if search_request.sort_by is None:
        return resources

    def place(resource: Resource[Any]) -> tuple[bool, Any]:
        value = search_request.sort_value(resource)
        return value is None, "" if value is None else value  # RFC 7644 section 3.4.2.3: without one, last

    descending = search_request.sort_order == SearchRequest.SortOrder.descending
    return sorted(resources, key=place, reverse=descending)


def _needs_members(parameters: ResponseParameters[Any] | None) -> bool:
    """Whether an answer may have the members of groups in it, of which there can be thousands."""
    excluded = (parameters.excluded_attributes if parameters else None) or ()
    return not any(str(path).lower() == "members" for path in excluded)


def _asks_for_members(search_request: SearchRequest[Any]) -> bool:
    return "members" in f"{search_request.filter} {search_request.sort_by}".lower()


def _invalid(refusal: SettingsRefused) -> InvalidValueException:
    return InvalidValueException(detail="; ".join(map(_told, refusal.problems)))


def _told(problem: Problem) -> str:
    field = _SCIM_NAMES.get(problem.field, problem.field)
    return f"{field}: value {problem.value!r}: {problem.message}"
