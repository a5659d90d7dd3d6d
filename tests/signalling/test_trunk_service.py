"""Providers on the running server: kept registered, asked whether they are there, chosen for calls (edge)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from huntline.calls.failures import TRUNK_REFUSES_US, TRUNKS_DOWN, RingFailure
from huntline.directory.in_force import SettingsInForce
from huntline.directory.organization import Organization, Secret, Trunk
from huntline.directory.plan import ServerPlan
from huntline.engine.reason_data import as_data
from huntline.engine.reasons import Cause, SipAnswer
from huntline.signalling.trunk_service import TrunkService
from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.events import LegRejected, ResponseReceived
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.locating import LocatedServer, in_order
from huntline.sip.core.message import Response, parse_message
from huntline.sip.resolver import Located, Unreachable
from huntline.sip.user_agent import UserAgent

LOCAL = ("127.0.0.1", 5060)
NAMES = {"sip.one.example": ("192.0.2.1", "192.0.2.2"), "sip.two.example": ("192.0.2.9",)}
ONE = Trunk("one", hosts=("sip.one.example",), options_interval=30)
TWO = Trunk("two", ("192.0.2.9",), is_trusted=True, foreign_numbers=True, prefixes_out=("+44>0",))
SIGNED_IN = replace(ONE, username="acme", password=Secret(clear="secret"), registers=True)
LOST = RingFailure.of_refusal(LegRejected("l", 408, "Timeout", is_local=True))


class FakeUserAgent:
    """A clock that the test sets, names that it knows, and what is sent."""

    def __init__(self) -> None:
        self.time = 100.0
        self.sent: dict[str, OutgoingRequest] = {}
        self.names = dict(NAMES)

    def contact(self, user: str, flow: Flow) -> str:
        return f"<sip:{user}@{flow.local[0]}:{flow.local[1]}{flow.transport.uri_parameter}>"

    def now(self) -> float:
        return self.time

    def send_soon(self) -> None:
        pass

    def why_failed(self, flow: Flow) -> None:
        return None

    def send_request(self, request: OutgoingRequest) -> str:
        self.sent[f"r{len(self.sent)}"] = request
        return f"r{len(self.sent) - 1}"

    async def locate(self, name: str, port: int | None, transport: Transport) -> Located:
        addresses = self.names.get(name) or ((name,) if name[0].isdigit() else ())
        if not addresses:
            raise Unreachable(f"no address for {name}")
        return Located(name, (LocatedServer((0, 0), 0, transport, port or 5060, addresses),), self.time + 60)

    def flows(self, located: Located, random: Callable[[], float]) -> list[Flow]:
        return [Flow(by, LOCAL, (host, port)) for by, host, port in in_order(located.places, random)]

    def take(self, method: str) -> dict[str, OutgoingRequest]:
        """What was sent of a kind since the last look."""
        taken = {name: request for name, request in self.sent.items() if request.method == method}
        self.sent = {name + "x" if name in taken else name: each for name, each in self.sent.items()}
        return {name: each for name, each in taken.items() if not name.endswith("x")}


class House:
    """A trunk service with its clock."""

    def __init__(self, *trunks: Trunk, agent: FakeUserAgent | None = None) -> None:
        self.agent = agent or FakeUserAgent()
        self.in_force = SettingsInForce(plan(*trunks))
        self.work: list[Coroutine[Any, Any, None]] = []
        self.calls: dict[str, int] = {}
        self.changed: list[str] = []
        self.service = TrunkService(
            self.in_force,
            lambda secret: secret.clear if secret else None,
            self.work.append,
            lambda key: self.calls.get(key, 0),
            self.changed.append,
            lambda: None,
            random=lambda: 0.5,
        )

    async def begin(self) -> None:
        self.service.begin(cast(UserAgent, self.agent))
        await self.pass_time(0)

    async def pass_time(self, seconds: float) -> None:
        """Do what falls due meanwhile."""
        end = self.agent.time + seconds
        for _ in range(500):
            due = self.service.next_deadline()
            if due is None or due > end:
                break
            self.agent.time = max(self.agent.time, due)
            self.service.tick(self.agent.time)
            while self.work:
                await self.work.pop()
        self.agent.time = end

    def answer(self, request_id: str, status: int, *headers: tuple[str, str]) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        data = (
            f"SIP/2.0 {status} Said\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
            f"To: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n{lines}Content-Length: 0\r\n\r\n"
        )
        response = parse_message(data.encode())
        assert isinstance(response, Response)
        assert self.service.answered(ResponseReceived(request_id, response))

    def register(self) -> None:
        """The registrar takes us without asking."""
        for request_id in self.agent.take("REGISTER"):
            self.answer(request_id, 200, ("Expires", "600"))

    def ways(self) -> list[str]:
        """Where a call would go now, in order."""
        contacts, _ = self.service.ways("contoso", "+442071234567")
        assert all(contact.flow is not None for contact in contacts)
        return [contact.flow.remote[0] for contact in contacts if contact.flow]

    def state(self, name: str) -> dict[str, Any]:
        return self.service.shown("contoso", name)


def plan(*trunks: Trunk) -> ServerPlan:
    return ServerPlan(
        (Organization(organization_id="contoso", name="Contoso", domains=("contoso.com",), trunks=trunks),)
    )


def run(house: House, story: Callable[[House], Awaitable[None]]) -> None:
    async def told() -> None:
        await house.begin()
        await story(house)

    asyncio.run(told())


def test_a_call_may_go_to_all_hosts_of_all_trunks_as_each_wants_it() -> None:
    async def story(house: House) -> None:
        (first, _, last), _ = house.service.ways("contoso", "+442071234567")
        assert house.ways()[2] == "192.0.2.9"
        assert sorted(house.ways()[:2]) == ["192.0.2.1", "192.0.2.2"]
        assert (first.uri, first.trunk) == ("sip:+442071234567@sip.one.example", "contoso/one")
        assert (last.uri, last.trunk) == ("sip:02071234567@192.0.2.9", "contoso/two")
        assert (last.is_trusted, last.shows_foreign_numbers, first.is_trusted) == (True, True, False)
        assert house.service.ways("nobody", "+1")[0] == []

    run(House(ONE, TWO), story)


def test_a_host_that_does_not_answer_is_skipped_until_it_does() -> None:
    async def story(house: House) -> None:
        await house.pass_time(2)
        asked = house.agent.take("OPTIONS")
        assert sorted(request.flow.remote[0] for request in asked.values()) == ["192.0.2.1", "192.0.2.2"]
        one, two = sorted(asked, key=lambda name: asked[name].flow.remote)
        house.answer(two, 404)
        await house.pass_time(5)
        assert house.ways() == ["192.0.2.2"]
        assert house.state("one")["state"] == "up"
        house.answer(one, 200)  # late
        assert len(house.ways()) == 2

    run(House(ONE), story)


def test_when_nobody_answers_calls_fail_at_once_and_people_see_why() -> None:
    async def story(house: House) -> None:
        await house.pass_time(7)
        assert house.service.ways("contoso", "+1") == ([], TRUNKS_DOWN)
        state = house.state("one")
        assert (state["state"], state["why"]) == ("down", as_data(Cause.TRUNK_SILENT))
        assert [host["is_up"] for host in state["hosts"]] == [False, False]

    run(House(ONE), story)


def test_a_call_that_was_not_heard_is_as_good_as_a_question_and_has_one_asked_at_once() -> None:
    async def story(house: House) -> None:
        await house.pass_time(2)
        for request_id in house.agent.take("OPTIONS"):
            house.answer(request_id, 200)
        silent = Flow(Transport.UDP, LOCAL, ("192.0.2.1", 5060))
        house.service.heard("contoso/one", silent, LOST)
        assert house.ways() == ["192.0.2.2"]
        await house.pass_time(0.1)
        (again,) = house.agent.take("OPTIONS")
        house.answer(again, 200)
        assert len(house.ways()) == 2

    run(House(ONE), story)


def test_limits_count_calls_at_once_and_new_ones_in_a_second() -> None:
    async def story(house: House) -> None:
        assert house.service.has_room("contoso/one")
        house.calls["contoso/one"] = 3
        assert not house.service.has_room("contoso/one")
        house.calls["contoso/one"] = 0
        assert house.service.has_room("contoso/one")
        assert not house.service.has_room("contoso/one")
        await house.pass_time(1.1)
        assert house.service.has_room("contoso/one")
        assert not house.service.has_room("contoso/nobody")

    run(House(replace(ONE, most_calls=3, most_calls_per_second=2)), story)


def test_it_registers_and_calls_go_by_the_route_of_the_service() -> None:
    async def story(house: House) -> None:
        (request_id,) = house.agent.take("REGISTER")
        house.answer(request_id, 200, ("Service-Route", "<sip:edge;lr>"), ("Expires", "600"))
        contacts, _ = house.service.ways("contoso", "+1")
        assert contacts[0].route == ("<sip:edge;lr>",)
        state = house.state("one")
        assert (state["state"], state["registered_until"] is not None) == ("up", True)
        credentials = house.service.credentials("contoso/one")
        assert credentials is not None
        assert (credentials.username, credentials.account) == ("acme", "contoso/one")
        assert "contoso/one" in house.changed

    run(House(SIGNED_IN), story)


def test_a_refused_password_closes_the_trunk_and_says_so() -> None:
    async def story(house: House) -> None:
        for nonce in ("n1", "n1"):
            (request_id,) = house.agent.take("REGISTER")
            house.answer(request_id, 401, ("WWW-Authenticate", f'Digest realm="p", nonce="{nonce}"'))
            await house.pass_time(0)
        assert house.service.ways("contoso", "+1") == ([], TRUNK_REFUSES_US)
        assert house.state("one")["why"] == as_data(Cause.TRUNK_REFUSES_US)
        assert house.service.alarms() == [{"name": "one", "why": as_data(Cause.TRUNK_REFUSES_US)}]
        await house.pass_time(120)
        house.register()
        assert house.service.alarms() == []

    run(House(SIGNED_IN), story)


def test_a_call_that_is_refused_raises_an_alarm_until_one_is_let_in() -> None:
    async def story(house: House) -> None:
        wrong = RingFailure.of_refusal(LegRejected("l", 407, "Proxy Authentication Required"))
        flow = Flow(Transport.UDP, LOCAL, ("192.0.2.1", 5060))
        house.service.heard("contoso/one", flow, wrong)
        assert house.service.ways("contoso", "+1") == ([], TRUNK_REFUSES_US)
        await house.pass_time(61)
        for request_id in house.agent.take("OPTIONS"):
            house.answer(request_id, 200)
        assert house.ways(), "a call tries again"
        assert (house.state("one")["state"], len(house.service.alarms())) == ("down", 1)
        house.service.heard("contoso/one", flow, None)
        assert (house.state("one")["state"], house.service.alarms()) == ("up", [])

    run(House(replace(SIGNED_IN, registers=False)), story)


def test_a_provider_that_was_long_gone_has_our_registration_as_soon_as_it_answers() -> None:
    async def story(house: House) -> None:
        for _ in range(12):  # the pauses grow up to ten minutes
            for request_id in house.agent.take("REGISTER"):
                house.answer(request_id, 408)
            await house.pass_time(300)
        assert house.state("one")["state"] == "down"
        house.agent.take("REGISTER")
        house.agent.take("OPTIONS")
        await house.pass_time(35)
        assert house.agent.take("REGISTER") == {}
        for request_id in house.agent.take("OPTIONS"):
            house.answer(request_id, 200)
        await house.pass_time(2.1)
        house.register()
        assert house.state("one")["state"] == "up"

    run(House(replace(SIGNED_IN, hosts=("sip.two.example",))), story)


def test_a_provider_that_answers_before_it_was_found_to_be_away_has_our_registration_too() -> None:
    async def story(house: House) -> None:
        for request_id in house.agent.take("REGISTER"):
            house.answer(request_id, 408)
        await house.pass_time(3)
        assert house.agent.take("REGISTER") == {}
        (first,) = house.agent.take("OPTIONS")
        house.answer(first, 200)
        await house.pass_time(2.1)
        house.register()
        assert house.state("one")["state"] == "up"

    run(House(replace(SIGNED_IN, hosts=("sip.two.example",), options_interval=5)), story)


def test_a_registration_that_is_forbidden_raises_an_alarm_and_one_that_fails_does_not() -> None:
    async def story(house: House) -> None:
        for status, alarms in ((500, []), (403, [{"name": "one", "why": as_data(SipAnswer(403, "Said"))}])):
            for request_id in house.agent.take("REGISTER"):
                house.answer(request_id, status)
                await house.pass_time(0)
            assert house.service.alarms() == alarms

    run(House(SIGNED_IN), story)


def test_an_alarm_does_not_tell_one_organization_of_the_trunks_of_another() -> None:
    async def story(house: House) -> None:
        wrong = RingFailure.of_refusal(LegRejected("l", 401, "Unauthorized"))
        house.service.heard("contoso/one", Flow(Transport.UDP, LOCAL, ("192.0.2.1", 5060)), wrong)
        fabrikam = Organization(organization_id="fabrikam", name="Fabrikam", domains=("fabrikam.com",))
        house.in_force.put_in_force(ServerPlan((*house.in_force.plan.organizations, fabrikam)))
        assert house.service.alarms() == [{"name": None, "why": as_data(Cause.TRUNK_REFUSES_US)}]

    run(House(replace(SIGNED_IN, registers=False)), story)


def test_another_process_goes_on_with_the_registration_and_asks_nobody_anew() -> None:
    before = House(SIGNED_IN)

    async def story(house: House) -> None:
        house.register()
        record = house.service.state("contoso/one", 0.0)
        assert record is not None
        heir = House(SIGNED_IN, agent=house.agent)
        heir.service.restore("contoso/one", record, 0.0)
        await heir.begin()
        await heir.pass_time(60)
        assert heir.agent.take("REGISTER") == {}
        assert heir.state("one")["registered_until"] is not None

    run(before, story)


def test_a_trunk_that_is_removed_or_drained_signs_off_and_one_that_stays_is_left_alone() -> None:
    async def story(house: House) -> None:
        house.register()
        house.service.plan_changed(plan(SIGNED_IN, TWO))
        assert house.agent.take("REGISTER") == {}
        house.service.turn(on=False)
        (off,) = house.agent.take("REGISTER").values()
        assert dict(off.headers)["Expires"] == "0"
        house.service.turn(on=True)
        await house.pass_time(0)
        house.register()
        house.service.plan_changed(plan(TWO))
        (gone,) = house.agent.take("REGISTER").values()
        assert dict(gone.headers)["Expires"] == "0"
        assert house.service.state("contoso/one", 0.0) is None

    run(House(SIGNED_IN), story)


def test_calls_come_from_where_the_names_of_hosts_lead() -> None:
    async def story(house: House) -> None:
        assert [each.key for each in house.service.trunks_of("192.0.2.2", 40000)] == ["contoso/one"]
        assert [each.key for each in house.service.trunks_of("192.0.2.9", 40000)] == ["contoso/two"]
        assert house.service.trunks_of("198.51.100.1", 5060) == ()

    run(House(ONE, TWO), story)


def test_a_name_that_nobody_knows_is_said_and_looked_up_again() -> None:
    house = House(replace(ONE, hosts=("sip.gone.example",)))

    async def story(house: House) -> None:
        assert house.state("one")["why"] == as_data(Cause.TRUNK_NOT_FOUND)
        assert house.service.ways("contoso", "+1") == ([], TRUNKS_DOWN)
        house.agent.names["sip.gone.example"] = ("192.0.2.5",)
        await house.pass_time(11)
        assert house.ways() == ["192.0.2.5"]

    run(house, story)


def test_a_trunk_that_is_off_is_neither_asked_nor_called() -> None:
    async def story(house: House) -> None:
        await house.pass_time(60)
        assert house.agent.sent == {}
        assert house.ways() == []
        assert house.state("one")["state"] == "off"

    run(House(replace(SIGNED_IN, is_enabled=False)), story)


async def settled() -> None:
    """Let everything happen that waits for no answer."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_a_test_says_what_is_wrong_with_each_host_and_changes_nothing() -> None:
    async def story(house: House) -> None:
        house.register()
        test = asyncio.ensure_future(house.service.test("contoso", "one"))
        await settled()
        asked = house.agent.take("OPTIONS")
        assert len(asked) == 2
        for request_id, request in asked.items():
            if request.flow.remote[0] == "192.0.2.1":
                house.answer(request_id, 200)
            else:
                house.answer(request_id, 503)
        await settled()
        ((request_id, request),) = house.agent.take("REGISTER").items()
        assert "Contact" not in dict(request.headers)
        house.answer(request_id, 403)
        steps = await test
        assert [(step["step"], step["is_ok"]) for step in steps] == [
            *(("found", True), ("answers", True), ("answers", False), ("signs-in", False)),
        ] or [(step["step"], step["is_ok"]) for step in steps] == [
            *(("found", True), ("answers", False), ("answers", True), ("signs-in", False)),
        ]
        assert steps[-1]["why"] == as_data(Cause.TRUNK_REFUSES_US)
        assert await house.service.test("contoso", "nobody") == []

    run(House(SIGNED_IN), story)


def test_a_trunk_that_ends_while_its_hosts_are_looked_up_asks_nobody_any_more() -> None:
    async def story() -> None:
        house = House(ONE)
        house.service.begin(cast(UserAgent, house.agent))
        house.service.tick(house.agent.time)
        house.service.plan_changed(plan())
        while house.work:
            await house.work.pop()
        await house.pass_time(60)
        assert house.agent.sent == {}
        assert house.service.next_deadline() is None
        assert house.service.trunks_of("192.0.2.1", 5060) == ()

    asyncio.run(story())


_HAPPENINGS = st.one_of(
    st.tuples(st.just("time passes"), st.floats(0, 40)),
    st.tuples(st.just("answered"), st.tuples(st.integers(0, 9), st.sampled_from((None, 200, 401, 403, 503)))),
    st.tuples(st.just("heard"), st.sampled_from(("192.0.2.1", "192.0.2.2", "192.0.2.9"))),
    st.tuples(st.just("flow lost"), st.sampled_from(("192.0.2.1", "192.0.2.9"))),
    st.tuples(st.just("turned"), st.booleans()),
    st.tuples(st.just("settings"), st.sampled_from(((ONE, TWO), (SIGNED_IN,), (TWO,), ()))),
)


@given(st.lists(_HAPPENINGS, max_size=25))
def test_what_is_due_next_and_who_is_where_is_known_without_asking_each_trunk(
    happenings: list[tuple[str, Any]],
) -> None:
    async def story(house: House) -> None:
        service, agent = house.service, house.agent
        for what, value in happenings:
            match what:
                case "time passes":
                    await house.pass_time(value)
                case "answered" if under_way := sorted(service._sent):
                    place, status = value
                    request_id = under_way[place % len(under_way)]
                    if status is None:
                        service.answered(ResponseReceived(request_id, None))
                    else:
                        house.answer(request_id, status)
                case "heard":
                    service.heard("contoso/one", Flow(Transport.UDP, LOCAL, (value, 5060)), LOST)
                case "flow lost":
                    service.flow_lost(Flow(Transport.UDP, LOCAL, (value, 5060)), agent.time)
                case "turned":
                    service.turn(on=value)
                case "settings":
                    service.plan_changed(plan(*value))
                case _:
                    pass  # nobody waits for an answer
            lines = service._lines.values()
            due = [at for line in lines if (at := line.next_deadline()) is not None]
            assert service.next_deadline() == min(due, default=None)
            for address in ("192.0.2.1", "192.0.2.2", "192.0.2.9"):
                known = {line.trunk.name for line in lines if address in line.known_as}
                found = {each.trunk.name for each in service.trunks_of(address, 5060)}
                assert found >= {name for name in known if service.line("contoso", name) is not None}

    run(House(ONE, TWO), story)
