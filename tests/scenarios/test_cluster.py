"""A machine is lost in the middle of calls, and another one goes on with them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from huntline.directory.access import Role

from . import tones
from .baresip import Baresip
from .cluster import OFFICE, SERVER, TLS_PORT, Cluster, cluster, until
from .cluster_calls import ORGANIZATION, Calls
from .moving_server import MovingServer
from .office import Office
from .pages import LOUDEST, Chromiums, People, assert_hears
from .reactor import Reactor

pytestmark = [pytest.mark.scenario, pytest.mark.alone]

_LONGEST_GAP = 3.0  # seconds
_PAGE_BACK_WITHIN = 6.0  # seconds, on a machine that does ten things at once; alone it is less than two


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster"), ORGANIZATION) as made:
        yield made


@pytest.fixture
def calls(reactor: Reactor, machines: Cluster) -> Iterator[Calls]:
    machines.wait_whole()
    before = machines.recorded
    made = Calls(reactor)
    yield made
    made.close()
    until(lambda: machines.recorded >= before + made.made, 10, "each call is on record")
    assert machines.recorded == before + made.made


def test_calls_go_on_when_their_machine_is_lost_and_it_follows_when_it_comes_back(
    machines: Cluster, calls: Calls
) -> None:
    lost = machines.owner
    lost.lose()
    assert max(calls.go_on()) < _LONGEST_GAP
    assert machines.owner is not lost
    calls.waiting.append(calls.call(9))
    calls.end_in_order()
    lost.come_back()
    machines.wait_whole()
    assert machines.owner is not lost


def test_calls_go_on_when_their_machine_stands_still_for_a_while(machines: Cluster, calls: Calls) -> None:
    frozen = machines.owner
    frozen.freeze()
    try:
        assert max(calls.go_on()) < _LONGEST_GAP
    finally:
        frozen.thaw()
    machines.wait_whole()
    assert machines.owner is not frozen
    calls.end_in_order()


def test_a_machine_that_is_shut_down_gives_its_calls_to_another_one(machines: Cluster, calls: Calls) -> None:
    before = machines.owner
    before.shut_down()
    assert max(calls.go_on()) < _LONGEST_GAP
    assert machines.owner is not before
    calls.end_in_order()
    before.serve()
    assert "3 machines are up to date: any of them may be lost." in before.run("cluster", "wait")


def test_a_server_moves_on_purpose_with_its_calls(machines: Cluster, calls: Calls) -> None:
    before = machines.owner
    to = next(machine for machine in machines.machines if machine is not before)
    assert before.run("cluster", "move", to.own) == f"{to.own} serves in place of {before.own}.\n"
    assert max(calls.go_on()) < _LONGEST_GAP
    until(lambda: machines.owner is to, 5, "the other machine serves")
    assert f"{before.own}: follows" in to.run("cluster")
    assert to.own in before.refused("cluster", "move", to.own)
    calls.end_in_order()


def test_a_phone_over_tls_and_a_page_go_on_when_their_machine_is_lost(
    machines: Cluster, reactor: Reactor, chromiums: Chromiums, tmp_path: Path
) -> None:
    machines.wait_whole()
    server = MovingServer(machines)
    with (
        contextlib.closing(Office(server, reactor, tmp_path)) as office,
        contextlib.closing(People(chromiums, server)) as people,
    ):
        office.settings["trunks"] = []
        office.user("amal")
        bao = office.user("bao")
        office.open()
        person = people.arrive(tone=tones.SECOND_AGENT)
        page = person.sign_in(people.account(office, Role.AGENT, bao), "/agent")
        expect(page.get_by_text("Connected")).to_be_visible()
        desk = Baresip(
            tmp_path / "desk",
            "amal",
            office.domain,
            (SERVER, TLS_PORT),
            tone=tones.AGENT,
            transport="tls",
            address=OFFICE,
            trusted=machines.authority.file,
            outbound=True,
        )
        with contextlib.closing(desk):
            desk.dial(f"sip:{bao}")
            page.get_by_role("button", name="Accept").click()
            desk.wait("CALL_ESTABLISHED")
            assert_hears(page, tones.AGENT)

            lost = machines.owner
            lost.lose()
            assert silence(page, tones.AGENT) < _PAGE_BACK_WITHIN
            desk.wait("REGISTER_FAIL")  # it has learnt that its connection is no more, and will wait a while
            desk.listen(1.0)
            desk.hang_up()
            expect(page.get_by_role("button", name="Hang up")).to_be_hidden()
            assert [tone for _, tone in desk.heard()][-1] == tones.SECOND_AGENT
    lost.come_back()
    machines.wait_whole()


def silence(page: Page, tone: int) -> float:
    """For how many seconds the page does not hear a tone, which it will soon hear no more."""
    moments = []
    for is_heard in (False, True):
        until(lambda is_heard=is_heard: hears(page, tone) == is_heard, 10, "the page is silent, and hears")  # type: ignore[misc]
        moments.append(time.monotonic())
    return moments[1] - moments[0]


def hears(page: Page, tone: int) -> bool:
    page.wait_for_timeout(10)
    return bool(abs(page.evaluate(LOUDEST) - tone) <= 25)


def test_a_machine_that_leaves_is_forgotten_and_the_server_goes_on(machines: Cluster, calls: Calls) -> None:
    witness, owner = machines.machines[-1], machines.owner
    assert f"{witness.own}: witness; if it is lost, nobody notices" in owner.run("cluster")
    assert "first move the server" in owner.refused("cluster", "leave")
    witness.run("cluster", "leave")
    witness.close()
    left = [machine for machine in machines.machines if machine is not witness]
    until(lambda: all(len(machine.state()["nodes"]) == len(left) for machine in left), 10, "it is forgotten")
    assert max(calls.go_on()) < _LONGEST_GAP
    calls.end_in_order()
