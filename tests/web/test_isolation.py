"""Whatever belongs to another organization does not exist, by any route, name or id (web).

An administrator of Contoso asks for Fabrikam's things and for things that nobody has, and must not be able
to tell the two apart.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from huntline.directory.access import Permission, Role
from huntline.storage.accounts import HOST
from huntline.web.access import RouteAccess
from huntline.web.app import API_PATH
from tests.web.rig import ServerRig, server_rig
from tests.web.routes import (
    ROUTES,
    Answer,
    Asker,
    Things,
    furnish,
    kind_of,
    parameters_of,
    path_with,
    route_id,
)
from tests.web.signalling import FakeSignalling, signalling

MARK = "Zyxw"
"""Is in every name of Fabrikam's, and in nothing else."""

SHARED = {"licences", "countries"}
"""What all organizations have alike, so that asking for one tells nothing."""

BODIES: dict[str, dict[str, Any]] = {
    "users": {"upn": "new@contoso.com"},
    "groups": {"name": "New", "kind": "security-group"},
    "numbers": {"number": "+14255550177", "kind": "service-toll"},
    "trunks": {"name": "New", "addresses": ["192.0.2.9"]},
    "queues": {"name": "New"},
    "attendants": {"name": "New"},
    "caller-id-policies": {"name": "New"},
    "presence": {"presence": "available"},
    "pause": {"reason": "lunch"},
}
"""Something that a route would take, by a word in its path: so that the key is what is looked at."""

CLOSED = [route for route in ROUTES if route.permission is not None]
NESTED = [route for route in CLOSED if len(parameters_of(route)) > 1 and "/host/" not in route.path]
READ = [
    route for route in CLOSED if route.method == "GET" and route.permission is not Permission.ORGANIZATIONS
]


@dataclass(frozen=True)
class World:
    """Two furnished organizations, and the key of one's administrator; nothing of ``theirs`` may be told."""

    rig: ServerRig
    asker: Asker
    fabrikam: str
    own: Things
    theirs: Things
    key: str

    def ask(self, route: RouteAccess, names: list[str], body: Any, **params: str) -> Answer:
        """What Contoso's administrator is answered, with the names that were asked for left out."""
        answer = self.asker.ask(route.method, path_with(route, names), self.key, body, params)
        told = answer.body
        for name in [*names, *params.values()]:
            told = told.replace(json.dumps(name)[1:-1], "<key>")
        return Answer(answer.status, told, {})


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ExitStack() as stack:
        rig = stack.enter_context(server_rig(tmp_path_factory.mktemp("isolation")))
        runner = stack.enter_context(asyncio.Runner())
        fabrikam = rig.add_organization("Fabrikam", "fabrikam.com")
        own = furnish(rig, rig.contoso, "Aquamarine-and-turquoise", "contoso.com", "+14255550100")
        theirs = furnish(rig, fabrikam, MARK, "fabrikam.com", "+12065550123")
        theirs.add("organizations", "Fabrikam", fabrikam)
        hosts = rig.api(Role.HOST, HOST).post("/host/accounts", {"name": f"{MARK} host", "role": "host"})
        theirs.add("host/accounts", hosts["name"], hosts["id"])
        fake = stack.enter_context(signalling(rig))
        show(fake, rig.contoso, own)
        show(fake, fabrikam, theirs)
        # With a user of its own, so that what is below /me can be asked for as well.
        yield World(rig, Asker(rig.app, runner), fabrikam, own, theirs, rig.key(user_id=own.keys["users"][0]))


def show(fake: FakeSignalling, organization_id: str, things: Things) -> None:
    """Let the signalling process see an organization's queue, agent and a call."""
    name, queue_id, _ = things.keys["queues"]
    user_id, upn, _ = things.keys["users"]
    whose = {"organization_id": organization_id}
    fake.snapshot["queues"].append(fake.queue(queue_id, name, organization_id))
    fake.snapshot["agents"].append(fake.agent(user_id, upn, queue_id, queues=[name], **whose))
    call = fake.call(
        things.keys["calls"][0], queue_id, user_id, queue=name, ringing=[upn], agent=upn, **whose
    )
    fake.snapshot["calls"].append(call)


def nobodys(kind: str, key: str) -> str:
    """Something of the same shape that does not exist: its last character that says anything is another."""
    if kind == "domains":
        return "nobodys.com"
    stem, dot, ending = key.partition(".") if kind in ("users", "audio") else (key, "", "")
    return f"{stem[:-1]}{'7' if stem[-1] != '7' else '8'}{dot}{ending}"


def bodies_of(route: RouteAccess) -> list[Any]:
    """What to send: nothing, an empty form, and one that would be taken."""
    if route.method in ("GET", "DELETE"):
        return [None]
    words = route.path.split("/")
    return [{}, *(body for word, body in BODIES.items() if word in words)]


@pytest.mark.parametrize("route", [route for route in CLOSED if parameters_of(route)], ids=route_id)
def test_another_organizations_thing_is_answered_as_if_nobody_had_it(
    world: World, route: RouteAccess
) -> None:
    kinds = [kind_of(route, parameter) for parameter in parameters_of(route)]
    before = world.rig.backstage.settings.organization(world.fabrikam)
    accounts = world.rig.backstage.accounts.all(world.fabrikam)
    # Every name of the first thing, with the first name of the others: in two-part paths both are theirs.
    for name in world.theirs.keys[kinds[0]]:
        theirs = [name, *(world.theirs.keys[kind][0] for kind in kinds[1:])]
        made_up = [
            nobodys(kind, key) if kind not in SHARED else key for kind, key in zip(kinds, theirs, strict=True)
        ]
        for body in bodies_of(route):
            answer = world.ask(route, theirs, body)
            assert answer == world.ask(route, made_up, body)
            assert answer.status >= 400 or set(kinds) <= SHARED
            assert MARK.casefold() not in answer.body.casefold()
    assert world.rig.backstage.settings.organization(world.fabrikam) == before
    assert world.rig.backstage.accounts.all(world.fabrikam) == accounts


@pytest.mark.parametrize("route", NESTED, ids=route_id)
def test_a_part_of_another_organization_is_not_reached_by_way_of_ones_own(
    world: World, route: RouteAccess
) -> None:
    first, second = (kind_of(route, parameter) for parameter in parameters_of(route))
    own, theirs = world.own.keys[first][0], world.theirs.keys[second][0]
    for body in bodies_of(route):
        answer = world.ask(route, [own, theirs], body)
        assert answer == world.ask(route, [own, nobodys(second, theirs)], body)
        assert answer.status >= 400


@pytest.mark.parametrize("route", CLOSED, ids=route_id)
def test_acting_for_another_organization_is_answered_as_if_it_did_not_exist(
    world: World, route: RouteAccess
) -> None:
    names = [world.theirs.of(route, parameter)[0] for parameter in parameters_of(route)]
    for name, made_up in (("Fabrikam", "Fabrikan"), (world.fabrikam, nobodys("id", world.fabrikam))):
        for body in bodies_of(route):
            answer = world.ask(route, names, body, organization=name)
            assert answer == world.ask(route, names, body, organization=made_up)
            assert MARK.casefold() not in answer.body.casefold()


@pytest.mark.parametrize("route", READ, ids=route_id)
def test_nothing_that_can_be_read_tells_of_another_organization(world: World, route: RouteAccess) -> None:
    names = [world.own.of(route, parameter)[0] for parameter in parameters_of(route)]
    answer = world.ask(route, names, None)
    assert answer.status == 200
    told = answer.body.casefold()
    secrets = {MARK, "fabrikam", "+12065550123", world.fabrikam}
    for kind, keys in world.theirs.keys.items():
        secrets |= set(keys) if kind not in SHARED else set()
    assert [secret for secret in secrets if secret.casefold() in told] == []


REFERENCES = [
    ("POST", "/queues", "users", {"name": "New", "agents": ["<key>"]}),
    ("POST", "/queues", "groups", {"name": "New", "groups": ["<key>"]}),
    ("POST", "/queues", "numbers", {"name": "New", "line_uri": "tel:<key>"}),
    ("POST", "/queues", "domains", {"name": "New", "domain": "<key>"}),
    ("POST", "/queues", "audio", {"name": "New", "greeting": {"file": "<key>"}}),
    ("POST", "/queues", "audio", {"name": "New", "music": {"file": "<key>"}}),
    ("POST", "/queues", "queues", {"name": "New", "timeout": {"action": "forward", "target": "<key>"}}),
    ("POST", "/groups", "users", {"name": "New", "kind": "security-group", "members": ["<key>"]}),
    ("POST", "/groups", "groups", {"name": "New", "kind": "security-group", "members": ["<key>"]}),
    ("POST", "/users", "caller-id-policies", {"upn": "new@contoso.com", "caller_id_policy": "<key>"}),
    (
        "POST",
        "/caller-id-policies",
        "numbers",
        {"name": "New", "substitute": "service", "service_number": "<key>"},
    ),
    ("POST", "/accounts", "queues", {"name": "new", "role": "queue-owner", "queues": ["<key>"]}),
    ("POST", "/accounts", "users", {"name": "new", "role": "agent", "user": "<key>"}),
]
"""Where a body may name a thing, and of what kind."""


@pytest.mark.parametrize(("method", "path", "kind", "body"), REFERENCES, ids=str)
def test_a_body_that_names_another_organizations_thing_is_refused_as_if_nobody_had_it(
    world: World, method: str, path: str, kind: str, body: dict[str, Any]
) -> None:
    def answer(key: str) -> tuple[int, str]:
        sent = json.loads(json.dumps(body).replace("<key>", key))
        told = world.asker.ask(method, API_PATH + path, world.key, sent, {"dry_run": "true"})
        return told.status, told.body.replace(key, "<key>").replace(key.casefold(), "<key>")

    # A SIP address in another domain may be anybody's: it is forwarded to as any address elsewhere is.
    for key in [key for key in world.theirs.keys[kind] if not key.startswith("sip:") or kind != "queues"]:
        assert answer(key) == answer(nobodys(kind, key))
        assert answer(key)[0] == 422


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/numbers", {"number": "+12065550123", "kind": "service-toll"}),
        ("/users", {"upn": "new@contoso.com", "line_uri": "tel:+12065550123"}),
        ("/domains", {"domain": "fabrikam.com"}),
        ("/users", {"upn": f"{MARK}-user@fabrikam.com".casefold()}),
    ],
)
def test_what_is_unique_on_the_server_is_refused_without_saying_whose_it_is(
    world: World, path: str, body: dict[str, str]
) -> None:
    answer = world.asker.ask("POST", API_PATH + path, world.key, body)
    assert answer.status in (409, 422)
    told = answer.body.replace(body.get("upn", "?"), "").replace(body.get("domain", "?"), "")
    assert MARK.casefold() not in told.casefold()
    assert "fabrikam" not in told.casefold().replace("fabrikam.com", "")
