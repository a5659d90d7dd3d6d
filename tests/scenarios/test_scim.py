"""A directory pushes users and groups to a running server: what calls and phones notice of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from huntline.web.scim.door import PATH
from tests.web.scim import Directory

from .office import Office

pytestmark = pytest.mark.scenario


@contextmanager
def directory(office: Office) -> Iterator[Directory]:
    """A directory that the organisation's administrator has connected."""
    server = office.server
    made = server.run(
        "account", "create", "entra", "--role", "admin", "--organization", office.name, "--json"
    )
    headers = {"Authorization": f"Bearer {json.loads(made.stdout)['key']}"}
    url = f"http://127.0.0.1:{server.http_port}{PATH}"
    with httpx.Client(base_url=url, headers=headers, timeout=30) as client:
        yield Directory(client)


def test_a_member_who_is_pushed_is_rung_for_the_call_that_waits(office: Office) -> None:
    office.settings["groups"].append({"name": "First line", "kind": "security-group", "members": []})
    number = office.queue(groups=["First line"])
    office.user("amal")
    office.open()
    amal = office.agent("amal")
    caller = office.caller().dial(number)
    caller.wait_answered()
    with directory(office) as pushing:
        (group,) = pushing.get("/Groups", filter='displayName eq "First line"')["Resources"]
        (user,) = pushing.get("/Users", filter=f'userName eq "{office.upn("amal")}"')["Resources"]
        member = {"op": "Add", "path": "members", "value": [{"value": user["id"]}]}
        pushing.patch(f"/Groups/{group['id']}", member)
        ring = amal.wait_call(timeout=1.0)
    ring.answer()
    ring.wait_up()
    caller.hang_up()
    ring.wait_ended()


def test_the_phone_of_a_user_who_left_is_refused_until_they_are_back(office: Office) -> None:
    office.queue("amal")
    office.open()
    amal = office.agent("amal")
    with directory(office) as pushing:
        (user,) = pushing.get("/Users")["Resources"]
        pushing.patch(f"/Users/{user['id']}", {"op": "Replace", "path": "active", "value": "False"})
        assert amal.register().status == 401
        pushing.patch(f"/Users/{user['id']}", {"op": "Replace", "path": "active", "value": "True"})
        assert amal.register().status == 200


def test_scim2_tester_finds_nothing_wrong_over_the_network(office: Office) -> None:
    # Here, since each worker collects all stories, and this takes longer than to collect the others.
    from tests.web.scim_tester import checked, wrong

    office.open()
    with directory(office) as pushing:
        assert wrong(checked(pushing.wire, office.domain)) == []
