"""Every route in every role: who may, who may not, and that the page that says so is right (web)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from huntline.directory.access import PERMISSIONS, Permission, Role
from huntline.storage.accounts import HOST
from huntline.web.access import RouteAccess
from huntline.web.app import API_PATH
from huntline.web.roles import roles_table
from tests.web.rig import ServerRig, server_rig
from tests.web.routes import ROUTES, Answer, Asker, Things, furnish, parameters_of, path_with, route_id
from tests.web.signalling import signalling

ROLES_PAGE = Path(__file__).parents[2] / "docs/roles.md"

PUBLIC = {
    "GET /healthz",
    "GET /provision/{secret}/{name}",
    f"GET {API_PATH}/setup",
    f"POST {API_PATH}/setup",
    f"POST {API_PATH}/session",
    f"GET {API_PATH}/session/oidc",
    f"GET {API_PATH}/session/oidc/callback",
}
"""What everybody may ask: the only routes of which no test shows that they are closed to somebody."""

CLOSED = [route for route in ROUTES if route.permission is not None]


@dataclass(frozen=True)
class World:
    """A server with one of everything, and somebody of every role; the queue is the queue owner's, and there
    is another one that is not."""

    rig: ServerRig
    asker: Asker
    things: Things
    keys: dict[Role, str]

    def ask(self, route: RouteAccess, key: str | None, body: Any = None) -> Answer:
        """Ask a route for the first thing that it could be asked for; nothing is changed for good."""
        names = [self.things.of(route, parameter)[0] for parameter in parameters_of(route)]
        params = {} if route.method == "GET" else {"dry_run": "true"}
        return self.asker.ask(route.method, path_with(route, names), key, body, params)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with server_rig(tmp_path_factory.mktemp("access")) as rig, asyncio.Runner() as runner:
        things = furnish(rig, rig.contoso, "Aqua", "contoso.com", "+14255550100")
        things.add("organizations", "Contoso")
        host = rig.api(Role.HOST, HOST).post("/host/accounts", {"name": "spare", "role": "host"})
        things.add("host/accounts", host["id"])
        rig.api().post("/queues", {"name": "Other queue"})
        (user,) = rig.organization().users
        keys = {
            Role.HOST: rig.key(Role.HOST, HOST),
            Role.ADMIN: rig.key(),
            Role.QUEUE_OWNER: rig.key(Role.QUEUE_OWNER, queue_ids=(rig.queue("Aqua queue").queue_id,)),
            Role.AGENT: rig.key(Role.AGENT, user_id=user.user_id),
            Role.AUDITOR: rig.key(Role.AUDITOR),
        }
        with signalling(rig):
            yield World(rig, Asker(rig.app, runner), things, keys)


def test_only_signing_in_and_the_pages_for_everybody_are_open() -> None:
    assert {route_id(route) for route in ROUTES if route.permission is None} == PUBLIC


@pytest.mark.parametrize("route", CLOSED, ids=route_id)
def test_a_role_may_what_it_is_permitted_and_nothing_else_and_nobody_may_anything(
    world: World, route: RouteAccess
) -> None:
    for role in Role:
        answer = world.ask(route, world.keys[role], None if route.method in ("GET", "DELETE") else {})
        if route.permission in PERMISSIONS[role]:
            assert answer.status not in (401, 403), role
        else:
            assert (answer.status, '"forbidden"' in answer.body) == (403, True), role
    assert [world.ask(route, key).status for key in (None, "", "hl_made-up")] == [401, 401, 401]


@pytest.mark.parametrize("role", Role)
def test_a_directory_takes_the_permission_to_change_settings(world: World, role: Role) -> None:
    answer = world.asker.ask("GET", "/scim/v2/Users", world.keys[role])
    assert answer.status == (200 if Permission.CHANGE_SETTINGS in PERMISSIONS[role] else 403)
    assert world.asker.ask("GET", "/scim/v2/Users", None).status == 401


def of_queues(*permissions: Permission) -> list[RouteAccess]:
    """The routes about one queue that a queue owner may use for their own."""
    return [
        route
        for route in CLOSED
        if route.path.startswith(f"{API_PATH}/queues/{{key}}") and route.permission in permissions
    ]


@pytest.mark.parametrize("route", of_queues(Permission.CHANGE_QUEUES), ids=route_id)
def test_a_queue_owner_changes_the_own_queue_and_no_other(world: World, route: RouteAccess) -> None:
    key, other = world.keys[Role.QUEUE_OWNER], world.rig.queue("Other queue")
    for name in (other.name, other.queue_id, other.primary_uri):
        answer = world.asker.ask(route.method, path_with(route, [name]), key, {"name": "Mine now"})
        assert (answer.status, '"forbidden"' in answer.body) == (403, True)
    assert world.rig.queue("Other queue") == other
    own = world.asker.ask(route.method, path_with(route, ["Aqua queue"]), key, {"name": "Aqua queue"})
    assert own.status == 200


def test_the_page_of_roles_is_what_the_program_does(world: World) -> None:
    refresh = ".venv/bin/python -m huntline.web.roles docs/roles.md"
    assert ROLES_PAGE.read_text() == roles_table(world.rig.app), f"refresh the page: {refresh}"
