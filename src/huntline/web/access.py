"""What a route may do on behalf of whoever asks, and for which organization."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from huntline.directory.access import PERMISSIONS, Permission, Role
from huntline.directory.organization import Organization
from huntline.errors import Refused
from huntline.storage.accounts import HOST
from huntline.storage.audit import Actor
from huntline.storage.settings import Changed, UnknownOrganization, with_name
from huntline.web.authentication import SignedIn, credential_of
from huntline.web.backstage import Backstage
from huntline.web.principal import Principal

QUOTA_IS_THE_HOSTS = "what an organization may use of the server (quota) is for the host to set"

_DOORS = ("cli", "cmdlet", "import", "page")

OrganizationName = Annotated[
    str | None,
    Query(
        alias="organization",
        description="The organization to act for, by id or name: for accounts of the host on a server"
        " with several. Everybody else acts for their own.",
    ),
]


class Forbidden(Refused):
    """The role of whoever asks does not permit it."""

    error_id = "forbidden"
    status = 403


class OrganizationNotNamed(Refused):
    """The host must say whom it acts for, where the server has several organizations."""

    error_id = "organization-not-named"
    status = 422


class NoOrganization(Refused):
    """The server has no organization yet."""

    error_id = "no-organization"
    status = 422


@dataclass(frozen=True, slots=True)
class Access:
    """Leave to do what a route does. ``organization_id`` is empty where the route needs none.

    ``credential`` is what was shown for it (``authentication.credential_of``): for what goes on after the
    answer has begun.
    """

    principal: Principal
    backstage: Backstage
    organization_id: str
    door: str
    credential: str | None = None

    @property
    def organization(self) -> Organization:
        """The organization as it is now."""
        return self.backstage.settings.organization(self.organization_id)

    @property
    def actor(self) -> Actor:
        """Who it is, for the audit."""
        return Actor(self.principal.name, self.door)

    def change(self, edit: Callable[[Organization], Organization], *, dry_run: bool = False) -> Changed:
        """Change the organization; it is in force when this returns. Raises as ``Settings.change``, and
        Forbidden where the quota would be another and whoever asks is not the host."""

        def permitted(before: Organization) -> Organization:
            after = edit(before)
            if after.quota != before.quota and not self.principal.may(Permission.ORGANIZATIONS):
                raise Forbidden(QUOTA_IS_THE_HOSTS)
            return after

        changed = self.backstage.settings.change(self.organization_id, permitted, self.actor, dry_run=dry_run)
        if changed.changes and not dry_run:
            self.backstage.settings_changed()
        return changed

    def require_queue(self, queue_id: str) -> None:
        """Raises Forbidden when the queue is none of a queue owner's."""
        if not self.principal.may_touch_queue(queue_id):
            raise Forbidden("this queue is not among those that your account may change")


def needs(permission: Permission, *, organization: bool = True) -> Any:
    """A dependency that gives a route its ``Access``, and refuses whoever lacks the permission.

    Without ``organization`` the route is about the whole server or about the account itself.
    """

    def allowed(request: Request, principal: SignedIn) -> Access:
        require_permission(principal, permission)
        return _access(request, principal, HOST)

    def allowed_for_one(request: Request, principal: SignedIn, name: OrganizationName = None) -> Access:
        require_permission(principal, permission)
        organization_id = organization_id_for(request.app.state.backstage, principal, name)
        return _access(request, principal, organization_id)

    dependency = allowed_for_one if organization else allowed
    dependency.permission = permission  # type: ignore[attr-defined] # for the table of roles and routes
    return Depends(dependency)


def _access(request: Request, principal: Principal, organization_id: str) -> Access:
    door = request.headers.get("huntline-door", "")
    backstage: Backstage = request.app.state.backstage
    known_door = door if door in _DOORS else "api"
    return Access(principal, backstage, organization_id, known_door, credential_of(request))


def require_permission(principal: Principal, permission: Permission) -> None:
    """Raises Forbidden, saying which roles permit it."""
    if not principal.may(permission):
        may = ", ".join(role for role in Role if permission in PERMISSIONS[role])
        raise Forbidden(f"the role {principal.role} may not do this; it takes one of: {may}")


def organization_id_for(backstage: Backstage, principal: Principal, name: str | None) -> str:
    """The organization that someone acts for: their own, or the one they name.

    Raises OrganizationNotNamed, NoOrganization, OrganizationElsewhere, and UnknownOrganization also for one
    that is not theirs to see.
    """
    settings = backstage.settings
    if principal.organization_id != HOST:
        settings.check_is_here(principal.organization_id)
        if name is None or with_name((settings.organization(principal.organization_id),), name):
            return principal.organization_id
        raise UnknownOrganization(f"there is no organization {name!r}")
    if name is None:
        organizations = settings.organizations()
        if not organizations:
            raise NoOrganization(
                "there is no organization on this server yet; make one with huntline apply FILE or"
                " POST /api/v1/organizations"
            )
        if len(organizations) > 1:
            raise OrganizationNotNamed("name the organization to act for: ?organization=NAME")
        return organizations[0].organization_id
    return settings.named(name).organization_id


ReadSettings = Annotated[Access, needs(Permission.READ_SETTINGS)]
ChangeSettings = Annotated[Access, needs(Permission.CHANGE_SETTINGS)]
ChangeQueues = Annotated[Access, needs(Permission.CHANGE_QUEUES)]
SteerAgents = Annotated[Access, needs(Permission.STEER_AGENTS)]
ReadLive = Annotated[Access, needs(Permission.READ_LIVE)]
ReadLiveOfServer = Annotated[Access, needs(Permission.READ_LIVE, organization=False)]
ReadHistory = Annotated[Access, needs(Permission.READ_HISTORY)]
ReadAudit = Annotated[Access, needs(Permission.READ_AUDIT)]
ManageAccounts = Annotated[Access, needs(Permission.ACCOUNTS)]
Own = Annotated[Access, needs(Permission.OWN)]
Myself = Annotated[Access, needs(Permission.OWN, organization=False)]
Host = Annotated[Access, needs(Permission.ORGANIZATIONS, organization=False)]


@dataclass(frozen=True, slots=True)
class RouteAccess:
    """What a route takes: ``permission`` None is a route for everybody, signed in or not."""

    method: str
    path: str
    permission: Permission | None


def route_access(app: FastAPI) -> Iterator[RouteAccess]:
    """Every route of an application with what it takes, in its order; what is mounted speaks for itself."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            for method in sorted(route.methods or ()):
                yield RouteAccess(method, str(route.path), _permission_in(route.dependant))


def _permission_in(dependant: Dependant) -> Permission | None:
    for each in dependant.dependencies:
        permission = getattr(each.call, "permission", None) or _permission_in(each)
        if permission is not None:
            return Permission(permission)
    return None
