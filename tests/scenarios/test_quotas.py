"""An organization has what it may of the server, and its neighbour does not feel it."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from huntline.control.client import ControlClient
from huntline.data_folder import CONTROL_SOCKET

from .leg import Leg
from .office import Office
from .reactor import Reactor
from .server import Json, Server
from .sipp import Sipp
from .stories import talk
from .test_outside import provider_of

pytestmark = pytest.mark.scenario

MOST, CALLS = 5, 60


@pytest.fixture
def offices(hurt_server: Server, reactor: Reactor, tmp_path: Path) -> Iterator[tuple[Office, Office]]:
    """One that comes to its quota, and its neighbour."""
    with contextlib.ExitStack() as stack:
        made = []
        for name in ("at its quota", "at work"):
            (tmp_path / name).mkdir()
            office = Office(hurt_server, reactor, tmp_path / name)
            made.append(stack.enter_context(contextlib.closing(office)))
        yield made[0], made[1]


def usage(office: Office) -> Json:
    """What an organization uses, as the running server counts it."""
    shown = json.loads(office.server.run("organization", "show", office.name, "--json").stdout)
    with ControlClient(office.server.data / CONTROL_SOCKET) as client:
        return client.request("quota-usage", organization_id=shown["id"])


def callers_of(office: Office, number: str, rate: float) -> Sipp:
    target = office.server.address
    return Sipp(office.folder, "caller.xml", target=target, service=number, calls=CALLS, rate=rate)


def held(office: Office, number: str, count: int) -> list[Leg]:
    """Callers who wait with music."""
    legs = [office.caller(f"+1206555010{n}").dial(number) for n in range(count)]
    for leg in legs:
        leg.wait_answered()
    return legs


def test_the_neighbour_of_a_flooded_organization_answers_all_calls_though_signalling_is_killed(
    offices: tuple[Office, Office],
) -> None:
    full, calm = offices
    number = full.queue("amal")
    full.settings["quota"] = {"max_calls": MOST}
    full.open()
    agents = Sipp(calm.folder, "agent.xml", timeout=90)
    names = [f"a{n}" for n in range(20)]
    for name in names:
        calm.user(name, contacts=[f"sip:{name}@127.0.0.1:{agents.port}"])
    beside = calm.queue(*names, distribution="round-robin")
    calm.open()
    waiting = held(full, number, MOST)
    flood, callers = callers_of(full, number, 30), callers_of(calm, beside, 10)
    refused = full.caller("+12065550199").dial(number)
    assert refused.wait_refused() == 486
    assert any("(max_calls)" in message.header("warning") for message in refused.log)
    full.server.kill_child("signalling")
    assert full.caller("+12065550198").dial(number).wait_refused(15) == 486
    flooded, served = flood.wait(), callers.wait()
    agents.stop()
    assert (flooded.succeeded, flooded.failed) == (0, CALLS)
    assert (served.succeeded, served.failed) == (CALLS, 0), served.errors
    used = usage(full)
    assert used["calls"] == MOST
    assert used["refused"]["max_calls"] > 0
    assert usage(calm)["refused"] == {"max_calls": 0, "max_calls_per_second": 0, "max_registrations": 0}
    assert {each["why"] for each in full.refused(10)} == {"quota-calls"}
    full.server.wait_log("an organization has come to its quota")
    waiting[0].hang_up()
    full.server.wait_status(lambda _: usage(full)["calls"] == MOST - 1, "a place is free")
    waiting += held(full, number, 1)
    for leg in waiting[1:]:
        leg.hang_up()
    full.server.assert_empty()
    assert (usage(full)["calls"], usage(calm)["calls"]) == (0, 0)


def test_whoever_needs_help_is_put_through_and_what_goes_on_is_not_refused(
    offices: tuple[Office, Office],
) -> None:
    full, _ = offices
    provider = provider_of(full)
    number = full.queue("amal")
    full.user("bao")
    full.settings["quota"] = {"max_calls": 1, "max_calls_per_second": 1}
    full.open()
    amal, bao = full.agent("amal"), full.agent("bao")
    caller, ring = talk(full.caller(), number, amal)
    assert ring.refer(bao.aor).status == 202
    second = bao.wait_call()
    second.answer()
    second.wait_up()
    ring.wait_ended()
    assert full.caller("+12065550199").dial(number).wait_refused() == 486
    for_help = amal.dial("911")
    provider.wait_call().answer()
    for_help.wait_answered()
    assert usage(full)["calls"] == 2
    for_help.hang_up()
    caller.hang_up()
    second.wait_ended()


def test_an_organization_registers_no_more_phones_than_it_may(offices: tuple[Office, Office]) -> None:
    full, calm = offices
    for name in ("amal", "bao", "cleo"):
        full.user(name)
    calm.user("dora")
    full.settings["quota"] = {"max_registrations": 2}
    full.open()
    calm.open()
    amal, bao = full.agent("amal"), full.agent("bao")
    cleo = full.agent("cleo", is_registered=False)
    answer = cleo.register()
    assert answer.status == 503
    assert 60 <= int(answer.header("retry-after")) < 120
    full.server.kill_child("signalling")
    assert cleo.register().status == 503
    assert bao.register().status == 200
    assert usage(full)["registrations"] == 2
    assert calm.agent("dora").register().status == 200
    assert amal.register(expires=0).status == 200
    assert cleo.register().status == 200
