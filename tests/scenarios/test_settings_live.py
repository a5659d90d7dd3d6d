"""Settings changed through the API while calls are there: in force within a second, for those calls too."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from huntline.cli.api_client import Api, path_of, remote_api
from huntline.directory.access import Role
from huntline.errors import ConfigurationError, HuntlineError
from huntline.storage.accounts import Accounts, SignInAccount
from huntline.storage.audit import Actor
from huntline.storage.database import open_database
from huntline.storage.settings import Settings

from .leg import Leg
from .office import Office
from .reactor import Reactor
from .server import Server
from .stories import a_moment, assert_heard_each_other, desk

pytestmark = pytest.mark.scenario

IN_FORCE = 1.0  # seconds from asking for a change to its effect
IN_THE_MIDDLE = 0.02  # seconds after asking: about when the change is being written
RESTART = 20.0  # seconds that a killed part may be away


@contextmanager
def admin_of(office: Office) -> Iterator[Api]:
    """The API as the organization's administrator has it."""
    with remote_api(f"http://127.0.0.1:{office.server.http_port}", admin_key(office), "api") as api:
        yield api


@contextmanager
def agent_of(office: Office, name: str) -> Iterator[Api]:
    """The API as one of the organization's users has it, on their own page."""
    key = _key_of(office, Role.AGENT, office.upn(name))
    with remote_api(f"http://127.0.0.1:{office.server.http_port}", key, "api") as api:
        yield api


def admin_key(office: Office) -> str:
    """The API key of a new administrator."""
    return _key_of(office, Role.ADMIN)


def _key_of(office: Office, role: Role, upn: str | None = None) -> str:
    database = open_database(office.server.data)
    try:
        (organization,) = (each for each in Settings(database).organizations() if each.name == office.name)
        user_id = next((user.user_id for user in organization.users if user.upn == upn), None)
        accounts, by = Accounts(database), Actor("the story", "test")
        name = upn or "admin"
        account = SignInAccount(
            organization_id=organization.organization_id, name=name, role=role, user_id=user_id
        )
        _, key = accounts.add_key(accounts.add(account, by), "test", by)
    finally:
        database.dispose()
    return key


class Change:
    """Asks for a change; ``left`` is what remains then of the second in which it must take effect."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._deadline = 0.0

    def __call__(self, method: str, *path: str, **settings: Any) -> Change:
        self._deadline = time.monotonic() + IN_FORCE
        self._api.request(method, path_of(*path), json=settings or None)
        return self

    @property
    def left(self) -> float:
        return self._deadline - time.monotonic()


def test_an_agent_added_to_a_nested_group_is_rung_by_the_call_that_waits(office: Office) -> None:
    amal = office.user("amal")
    office.settings["groups"] = [
        {"name": "Support", "kind": "security-group", "members": ["First Line"]},
        {"name": "First Line", "kind": "distribution-list", "members": []},
    ]
    number = office.queue(groups=["Support"])
    office.open()
    phone = office.agent("amal")
    caller = office.caller().dial(number)
    caller.wait_answered()
    with admin_of(office) as api:
        change = Change(api)("PATCH", "groups", "First Line", members=[amal])
        ring = phone.wait_call(change.left)
    ring.answer()
    ring.wait_up()
    assert_heard_each_other(caller, ring)
    caller.hang_up()
    ring.wait_ended()


def test_agents_changed_during_a_ring_stop_and_start_ringing_and_callers_keep_their_order(
    office: Office,
) -> None:
    number = office.queue("amal", "bao", distribution="serial")
    office.user("chi")
    office.open()
    amal, bao, chi = (office.agent(name) for name in ("amal", "bao", "chi"))
    first = office.caller("+12065550101").dial(number)
    removed = amal.wait_call()
    second = office.caller("+12065550102").dial(number)
    second.wait_answered()
    with admin_of(office) as api:
        agents = [office.upn("chi"), office.upn("bao")]
        change = Change(api)("PATCH", "queues", office.queue_name(), agents=agents)
        removed.wait_cancelled(change.left)
        ring = chi.wait_call(change.left)
    assert "+12065550101" in shown(ring)
    assert not bao.legs
    ring.answer()
    ring.wait_up()
    next_ring = bao.wait_call()
    assert "+12065550102" in shown(next_ring)
    second.hang_up()
    next_ring.wait_cancelled()
    first.hang_up()
    ring.wait_ended()
    assert len(amal.legs) == 1


def test_switching_opt_out_off_opts_everybody_in_and_rings_them_for_the_call_that_waits(
    office: Office,
) -> None:
    number, [amal] = desk(office, "amal")
    office.server.agent("opt-out", office.upn("amal"), office.queue_name())
    caller = office.caller().dial(number)
    caller.wait_answered()
    a_moment(caller)
    assert not amal.legs
    with admin_of(office) as api:
        change = Change(api)("PATCH", "queues", office.queue_name(), allow_opt_out=False)
        ring = amal.wait_call(change.left)
        assert [agent["opted_out"] for agent in queue_agents(api, office)] == [False]
    caller.hang_up()
    ring.wait_cancelled()


def test_a_call_that_waits_in_a_removed_queue_goes_through_its_timeout_action(office: Office) -> None:
    number = office.queue(timeout={"action": "forward", "target": office.queue_name(1)})
    office.queue("amal")
    dropped = office.queue()
    office.open()
    amal = office.agent("amal")
    caller, unlucky = (office.caller().dial(each) for each in (number, dropped))
    caller.wait_answered()
    unlucky.wait_answered()
    with admin_of(office) as api:
        change = Change(api)("DELETE", "queues", office.queue_name())
        ring = amal.wait_call(change.left)
        change("DELETE", "queues", office.queue_name(2))
        unlucky.wait_ended(10)  # after a goodbye
    ring.answer()
    ring.wait_up()
    assert_heard_each_other(caller, ring)
    caller.hang_up()
    ring.wait_ended()


def test_the_phone_of_a_removed_user_is_forgotten_even_when_the_name_is_given_again(office: Office) -> None:
    office.user("amal")
    office.open()
    phone = office.agent("amal")
    address = f"sip:{office.upn('amal')}"
    with admin_of(office) as api:
        change = Change(api)("DELETE", "users", office.upn("amal"))
        assert phone.register(timeout=change.left).status in (401, 403, 404)
        assert office.caller().dial(address).wait_refused() == 404
        change("POST", "users", upn=office.upn("amal"), sip_password="secret", licences=["E5"])
    assert office.caller().dial(address).wait_refused() == 480
    assert not phone.legs


def test_a_renamed_user_is_rung_on_phones_that_register_under_the_new_name_only(office: Office) -> None:
    number, [old_phone] = desk(office, "amal")
    with admin_of(office) as api:
        renamed = {"upn": office.upn("amalia"), "sip_password": "secret"}
        Change(api)("PATCH", "users", office.upn("amal"), **renamed)
    assert office.agent_state("amalia") == "signed-out"
    caller = office.caller().dial(number)
    caller.wait_answered()
    new_phone = office.agent("amalia")
    ring = new_phone.wait_call()
    assert not old_phone.legs
    caller.hang_up()
    ring.wait_cancelled()


def test_the_next_ring_shows_the_new_name_of_its_queue(office: Office) -> None:
    number, [amal, bao] = desk(office, "amal", "bao", distribution="serial")
    caller = office.caller().dial(number)
    ring = amal.wait_call()
    assert shown(ring).startswith(f'"{office.queue_name()}: ')
    with admin_of(office) as api:
        Change(api)("PATCH", "queues", office.queue_name(), name=f"{office.name} Help Desk")
    ring.decline()
    next_ring = bao.wait_call()
    assert shown(next_ring).startswith(f'"{office.name} Help Desk: ')
    caller.hang_up()
    next_ring.wait_cancelled()


def test_a_change_during_which_the_web_process_is_killed_is_there_whole_or_not_at_all(
    hurt_server: Server, reactor: Reactor, tmp_path: Path
) -> None:
    with closing(Office(hurt_server, reactor, tmp_path)) as office:
        number, phones = desk(office, "amal", "bao")
        before = {"agents": [office.upn("amal")], "wrap_up": 1, "name": "Before"}
        after = {"agents": [office.upn("bao")], "wrap_up": 2, "name": "After"}
        with admin_of(office) as api:
            queue_id = api.patch(path_of("queues", office.queue_name()), before)["id"]
            killing = threading.Timer(IN_THE_MIDDLE, os.kill, (child(hurt_server, "web"), signal.SIGKILL))
            killing.start()
            with suppress(HuntlineError):
                api.patch(path_of("queues", queue_id), after)
            killing.join()
            stored = once_back(lambda: api.get(path_of("queues", queue_id)))
        found = {name: stored[name] for name in before}
        assert found in (before, after)
        caller = office.caller().dial(number)
        ring = phones[[before, after].index(found)].wait_call()
        assert shown(ring).startswith(f'"{found["name"]}: ')
        caller.hang_up()
        ring.wait_cancelled()


def shown(ring: Leg) -> str:
    """What the phone that rings shows of the caller."""
    assert ring.invite is not None
    return ring.invite.header("from")


def queue_agents(api: Api, office: Office) -> list[dict[str, Any]]:
    """Who is rung for the office's first queue."""
    agents: list[dict[str, Any]] = api.get(path_of("queues", office.queue_name(), "agents"))["agents"]
    return agents


def child(server: Server, name: str) -> int:
    """The process id of one of the server's parts."""
    (pid,) = (pid for pid, role in server.children().items() if role == name)
    return pid


def once_back(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer, as soon as the web process gives one again."""
    deadline = time.monotonic() + RESTART
    while True:
        try:
            return ask()
        except ConfigurationError:
            assert time.monotonic() < deadline, f"the web process was not back after {RESTART:g} s"
            time.sleep(0.05)  # nothing tells that a port is listened on again
