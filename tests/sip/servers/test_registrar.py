"""The registrar without a network: contacts come, go and expire (unit)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.messages import request
from tests.fakes.plans import account
from tests.fakes.responder import Answer, FakeResponder

from huntline.sip.core.events import RequestReceived
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.servers.registrar import Registrar, RegistrarLimits

LOCAL = ("127.0.0.1", 5060)
UDP = Flow(Transport.UDP, LOCAL, ("127.0.0.1", 40000))
TCP = Flow(Transport.TCP, LOCAL, ("127.0.0.1", 40001), 7)


class Office:
    """A registrar and what it tells."""

    def __init__(self, limits: RegistrarLimits | None = None) -> None:
        self.responder = FakeResponder()
        self.reachability: list[tuple[str, bool]] = []
        self.changes: list[str] = []
        self.new_phones: list[str] = []
        self.returns: list[tuple[Flow, Flow]] = []
        self.kept: list[tuple[Flow, float]] = []
        self.registrar = Registrar(
            self.responder,
            limits,
            on_reachability=lambda user, up: self.reachability.append((user, up)),
            on_change=self.changes.append,
            on_return=lambda before, flow: self.returns.append((before, flow)),
            on_new_phone=self.new_phones.append,
            on_kept_flow=lambda flow, seconds: self.kept.append((flow, seconds)),
            takes_phones=self._takes_phones,
        )
        self.most_phones: dict[str, int] = {}
        self.cseq = 0

    def _takes_phones(self, organization_id: str, registered: int, more: int, now: float) -> bool:
        return registered + more <= self.most_phones.get(organization_id, 100)

    def register(
        self, *headers: str, now: float = 0.0, user: str = "amal", flow: Flow = UDP, **fields: Any
    ) -> Answer:
        self.cseq += 1
        message = request("REGISTER", "sip:contoso.com", *headers, **{"cseq": self.cseq, **fields})
        self.registrar.handle(RequestReceived("t", message, flow), account(user), now)
        return self.responder.last

    def uris(self, user: str = "amal") -> list[str]:
        return [binding.contact_uri for binding in self.registrar.bindings(user)]


def test_a_phone_registers_refreshes_and_leaves() -> None:
    office = Office()
    answer = office.register("Contact: <sip:amal@10.0.0.5:5062>", "Expires: 120", "User-Agent: Desk 1")
    assert answer.status == 200
    assert answer.all("Contact") == ["<sip:amal@10.0.0.5:5062>;expires=120"]
    [binding] = office.registrar.bindings("amal")
    assert (binding.flow, binding.expires_at, binding.user_agent) == (UDP, 120.0, "Desk 1")
    assert office.register("Contact: <sip:amal@10.0.0.5:5062>;expires=60", now=100.0).status == 200
    assert office.registrar.bindings("amal")[0].expires_at == 160.0
    assert office.reachability == [("amal", True)]
    answer = office.register("Contact: <sip:amal@10.0.0.5:5062>;expires=0", now=101.0)
    assert answer.all("Contact") == []
    assert office.reachability == [("amal", True), ("amal", False)]
    assert len(office.registrar) == 0


def test_contact_without_brackets_names_its_device_in_quotes() -> None:
    """RFC 3261 section 20.10: its parameters are the header's."""
    office = Office()
    answer = office.register('Contact: sip:amal@10.0.0.5;expires=120;+sip.instance="<urn:uuid:1>";reg-id=1')
    assert answer.header("Contact") == "<sip:amal@10.0.0.5>;expires=120"
    [binding] = office.registrar.bindings("amal")
    assert binding.key == "<urn:uuid:1>;1"


def test_a_phone_that_is_started_again_is_told_from_one_that_refreshes() -> None:
    office = Office()
    office.register("Contact: <sip:amal@10.0.0.5>")
    office.register("Contact: <sip:amal@10.0.0.5>")
    assert office.new_phones == ["amal"]
    office.register("Contact: <sip:amal@10.0.0.5>", call_id="after-the-start")
    office.register("Contact: <sip:amal@10.0.0.6>", call_id="after-the-start")
    assert office.new_phones == ["amal"] * 3


def test_expiry_defaults_and_bounds() -> None:
    office = Office()
    contact = "Contact: <sip:amal@10.0.0.5>"
    assert office.register(contact).header("Contact") == "<sip:amal@10.0.0.5>;expires=300"
    assert office.register(contact, "Expires: 86400").header("Contact") == "<sip:amal@10.0.0.5>;expires=3600"
    assert office.register(contact, "Expires: soon").header("Contact") == "<sip:amal@10.0.0.5>;expires=300"
    answer = office.register(contact, "Expires: 59")
    assert (answer.status, answer.header("Min-Expires")) == (423, "60")
    assert office.uris() == ["sip:amal@10.0.0.5"]


def test_a_silent_phone_expires() -> None:
    office = Office()
    office.register("Contact: <sip:amal@10.0.0.5>", "Expires: 60")
    office.register("Contact: <sip:amal@10.0.0.6>", "Expires: 90")
    assert office.registrar.next_deadline() == 60.0
    office.registrar.tick(59.9)
    assert len(office.registrar) == 2
    office.registrar.tick(60.0)
    assert office.uris() == ["sip:amal@10.0.0.6"]
    office.registrar.tick(90.0)
    assert office.reachability == [("amal", True), ("amal", False)]
    assert office.registrar.next_deadline() is None


def test_fetching_changes_nothing() -> None:
    office = Office()
    office.register("Contact: <sip:a@10.0.0.5>;q=0.5, <sip:b@10.0.0.6>")
    answer = office.register(now=10.0)
    assert answer.all("Contact") == ["<sip:b@10.0.0.6>;expires=290", "<sip:a@10.0.0.5>;q=0.5;expires=290"]
    assert office.changes == ["amal"]


def test_removing_all_contacts() -> None:
    office = Office()
    office.register("Contact: <sip:a@10.0.0.5>", "Contact: <sip:b@10.0.0.6>")
    assert office.register("Contact: *", "Expires: 60").status == 400
    assert office.register("Contact: *", "Contact: <sip:a@10.0.0.5>", "Expires: 0").status == 400
    assert len(office.registrar) == 2
    assert office.register("Contact: *", "Expires: 0", call_id="another").status == 200
    assert len(office.registrar) == 0


def test_late_requests_of_the_same_call_are_refused() -> None:
    office = Office()
    assert office.register("Contact: <sip:a@10.0.0.5>", cseq=7).status == 200
    assert office.register("Contact: <sip:a@10.0.0.5>;expires=0", cseq=7).status == 500
    assert office.register("Contact: *", "Expires: 0", cseq=6).status == 500
    assert office.uris() == ["sip:a@10.0.0.5"]
    assert office.register("Contact: <sip:a@10.0.0.5>;expires=0", cseq=1, call_id="rebooted").status == 200


def test_one_bad_contact_refuses_all() -> None:
    office = Office()
    assert office.register("Contact: <sip:a@10.0.0.5>, <mailto:a@contoso.com>").status == 416
    assert office.register("Contact: <sip:a@10.0.0.5>, <sip:>").status == 400
    assert len(office.registrar) == 0
    assert office.changes == []


def test_a_named_device_replaces_its_own_contact() -> None:
    office = Office()
    instance = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"'
    office.register(f"Contact: <sip:a@10.0.0.5:1111>;{instance}")
    office.register(f"Contact: <sip:a@10.0.0.5:2222>;{instance}", call_id="rebooted")
    office.register("Contact: <sip:a@10.0.0.7>")
    assert office.uris() == ["sip:a@10.0.0.5:2222", "sip:a@10.0.0.7"]
    # Who does not say that it keeps several flows has one contact (RFC 5626 section 6).
    office.register(f"Contact: <sip:a@10.0.0.5:2222>;{instance};reg-id=1", call_id="c3")
    office.register(f"Contact: <sip:a@10.0.0.5:3333>;{instance};reg-id=2", call_id="c4")
    assert len(office.registrar) == 2
    assert office.uris() == ["sip:a@10.0.0.7", "sip:a@10.0.0.5:3333"]


OUTBOUND = "Supported: path, outbound"
OTHER = Flow(Transport.TLS, LOCAL, ("127.0.0.1", 40009), 9)


def flow_of(number: int, instance: str = "<urn:uuid:1>") -> str:
    """A contact of a device that keeps several flows."""
    return f'Contact: <sip:a@10.0.0.5;transport=tcp>;+sip.instance="{instance}";reg-id={number}'


def test_a_device_with_several_flows_is_rung_by_the_one_that_came_last() -> None:
    """RFC 5626 sections 6 and 7."""
    office = Office()
    answer = office.register(flow_of(1), OUTBOUND, flow=TCP)
    assert (answer.header("Require"), answer.header("Flow-Timer")) == ("outbound", "120")
    assert answer.all("Contact")[0].endswith(';+sip.instance="<urn:uuid:1>";reg-id=1;expires=300')
    assert len(office.register(flow_of(2), OUTBOUND, flow=OTHER, call_id="c2").all("Contact")) == 2
    assert office.kept == [(TCP, 135), (OTHER, 135)]
    assert [binding.flow for binding in office.registrar.bindings("amal")] == [OTHER]
    office.register(flow_of(1), OUTBOUND, flow=TCP)
    assert [binding.flow for binding in office.registrar.bindings("amal")] == [TCP]
    office.registrar.flow_lost(TCP, 1.0)
    assert [binding.flow for binding in office.registrar.bindings("amal")] == [OTHER]
    office.registrar.flow_lost(OTHER, 2.0)
    assert office.reachability == [("amal", True), ("amal", False)]


@pytest.mark.parametrize(
    ("contact", "headers", "flow"),
    [
        (flow_of(1), (), TCP),
        (flow_of(0), (OUTBOUND,), TCP),
        (flow_of(1).replace("reg-id=1", "reg-id=x"), (OUTBOUND,), TCP),
        (flow_of(1).partition(";+sip")[0] + ";reg-id=1", (OUTBOUND,), TCP),
        (flow_of(1), (OUTBOUND, "Path: <sip:edge;lr>"), TCP),
        (flow_of(1), (OUTBOUND,), UDP),
    ],
)
def test_who_does_not_keep_a_flow_is_not_told_to(contact: str, headers: tuple[str, ...], flow: Flow) -> None:
    office = Office()
    answer = office.register(contact, *headers, flow=flow)
    assert answer.status == 200
    assert answer.all("Require") == answer.all("Flow-Timer") == []
    assert office.kept == []
    assert len(office.uris()) == 1


def test_a_page_is_pinged_and_need_not_keep_alive() -> None:
    office = Office()
    answer = office.register(flow_of(1), OUTBOUND, flow=Flow(Transport.WSS, LOCAL, ("127.0.0.1", 40002), 8))
    assert (answer.header("Require"), answer.all("Flow-Timer")) == ("outbound", [])
    assert office.kept == []


def test_flows_of_devices_are_known_after_a_restart() -> None:
    office, heir = Office(), Office()
    office.register(flow_of(1), OUTBOUND, flow=TCP)
    office.register(flow_of(1, "<urn:uuid:2>"), OUTBOUND, flow=OTHER, call_id="c2")
    state = json.loads(json.dumps(office.registrar.state("amal", 1000.0)))
    heir.registrar.restore("amal", state, 1.0, 1000.0)
    heir.register(flow_of(1, "<urn:uuid:2>"), OUTBOUND, flow=LATER, call_id="c2")
    assert heir.returns == [(OTHER, LATER)]


def test_equal_uris_are_one_contact() -> None:
    office = Office()
    office.register("Contact: <sip:a@Host.Contoso.com;transport=TCP>")
    office.register('Contact: "Amal" <SIP:%61@host.contoso.com;transport=tcp;ob>')
    assert office.uris() == ["SIP:%61@host.contoso.com;transport=tcp;ob"]


def test_the_path_is_kept_and_echoed() -> None:
    office = Office()
    answer = office.register("Contact: <sip:a@10.0.0.5>", "Path: <sip:edge1;lr>,<sip:edge2;lr>")
    assert answer.all("Path") == ["<sip:edge1;lr>", "<sip:edge2;lr>"]
    assert office.registrar.bindings("amal")[0].path == ("<sip:edge1;lr>", "<sip:edge2;lr>")


def test_a_lost_connection_takes_its_contacts_along() -> None:
    office = Office()
    office.register("Contact: <sip:a@10.0.0.5;transport=tcp>, <sip:b@10.0.0.5;transport=tcp>", flow=TCP)
    office.register("Contact: <sip:c@10.0.0.6>", flow=UDP)
    office.register("Contact: <sip:bao@10.0.0.7>", flow=TCP, user="bao")
    office.registrar.flow_lost(TCP, 1.0)
    assert office.uris() == ["sip:c@10.0.0.6"]
    assert ("bao", False) in office.reachability
    office.registrar.flow_lost(TCP, 1.0)
    assert len(office.registrar) == 1


def test_a_phone_that_reconnected_survives_its_old_connection() -> None:
    office = Office()
    office.register("Contact: <sip:a@10.0.0.5;transport=tcp>", flow=TCP)
    again = Flow(Transport.TCP, LOCAL, ("127.0.0.1", 40002), 8)
    office.register("Contact: <sip:a@10.0.0.5;transport=tcp>", flow=again)
    office.registrar.flow_lost(TCP, 1.0)
    assert [binding.flow for binding in office.registrar.bindings("amal")] == [again]


def test_limits_refuse_new_contacts_and_keep_the_old() -> None:
    office = Office(RegistrarLimits(contacts_per_user=2, contacts=3))
    assert office.register("Contact: <sip:a@10.0.0.1>, <sip:a@10.0.0.2>").status == 200
    assert office.register("Contact: <sip:a@10.0.0.3>").status == 403
    assert office.register("Contact: <sip:a@10.0.0.2>").status == 200
    assert office.register("Contact: <sip:b@10.0.0.4>", user="bao").status == 200
    answer = office.register("Contact: <sip:b@10.0.0.5>", user="bao")
    assert (answer.status, answer.header("Retry-After")) == (503, "60")


def test_an_organization_has_no_more_phones_than_it_may_and_its_neighbour_does_not_feel_it() -> None:
    office = Office()
    office.most_phones["contoso"] = 2
    first, second = "Contact: <sip:a@10.0.0.1>", "Contact: <sip:b@10.0.0.2>"
    assert office.register(first).status == office.register(second, user="bao").status == 200
    answer = office.register("Contact: <sip:a@10.0.0.3>", call_id="third")
    assert answer.status == 503
    assert 60 <= int(answer.header("Retry-After") or 0) < 120
    assert office.register("Contact: <sip:f@10.0.0.4>", user="fay").status == 200
    assert (office.registrar.phones_in("contoso"), office.registrar.phones_in("fabrikam")) == (2, 1)
    assert office.register(first).status == 200, "a refresh"
    assert office.register(f"{first};expires=0").status == 200, "a removal"
    assert office.register("Contact: <sip:a@10.0.0.3>", call_id="third").status == 200


def test_phones_that_are_refused_are_told_different_times_to_come_back() -> None:
    office = Office()
    office.most_phones["contoso"] = 0
    answers = [office.register("Contact: <sip:a@10.0.0.1>", call_id=f"c{n}") for n in range(50)]
    assert len({answer.header("Retry-After") for answer in answers}) > 25


def test_a_device_that_takes_the_place_of_its_own_contact_is_no_phone_more() -> None:
    office = Office()
    office.most_phones["contoso"] = 1
    office.register(flow_of(1), OUTBOUND, flow=TCP)
    in_the_old_way = 'Contact: <sip:a@10.0.0.5>;+sip.instance="<urn:uuid:1>"'
    assert office.register(in_the_old_way, call_id="c2").status == 200
    assert office.registrar.phones_in("contoso") == 1


def test_who_was_there_comes_back_though_the_connection_ended_and_others_came() -> None:
    office = Office()
    office.most_phones["contoso"] = 1
    office.register(INSTANCE, "Expires: 120", flow=PAGE)
    office.registrar.flow_lost(PAGE, 1.0)
    assert office.registrar.phones_in("contoso") == 0
    assert office.register("Contact: <sip:b@10.0.0.2>", user="bao", now=2.0).status == 200
    assert office.register(INSTANCE, "Expires: 120", now=3.0, flow=LATER).status == 200
    assert office.register("Contact: <sip:a@10.0.0.3>", now=4.0, call_id="new").status == 503


def test_phones_of_an_earlier_process_count() -> None:
    before, after = Office(), Office()
    before.register("Contact: <sip:a@10.0.0.1>")
    state = json.loads(json.dumps(before.registrar.state("amal", 0.0)))
    after.registrar.restore("amal", state, 1.0, 0.0)
    assert after.registrar.phones_in("contoso") == 1
    after.registrar.forget("amal")
    assert after.registrar.phones_in("contoso") == 0


PAGE = Flow(Transport.WS, LOCAL, ("127.0.0.1", 40002), 8)
LATER = Flow(Transport.WS, LOCAL, ("127.0.0.1", 40003), 9)
INSTANCE = 'Contact: <sip:x1@a.invalid;transport=ws>;+sip.instance="<urn:uuid:1>";reg-id=1'
RELOADED = 'Contact: <sip:x2@b.invalid;transport=ws>;+sip.instance="<urn:uuid:1>";reg-id=1'


@pytest.mark.parametrize("is_noticed", [True, False])
@pytest.mark.parametrize("contact", [INSTANCE, RELOADED])
def test_a_page_that_comes_back_is_the_same_page(contact: str, is_noticed: bool) -> None:
    office = Office()
    office.register(INSTANCE, "Expires: 120", flow=PAGE)
    if is_noticed:
        office.registrar.flow_lost(PAGE, 1.0)
        assert office.uris() == []
    office.register(contact, "Expires: 120", now=100.0, flow=LATER, call_id="c2")
    assert office.returns == [(PAGE, LATER)]
    assert len(office.uris()) == 1
    office.registrar.flow_lost(PAGE, 101.0)
    assert len(office.uris()) == 1
    office.register(contact, "Expires: 120", now=102.0, flow=LATER, call_id="c2")
    assert len(office.returns) == 1


def test_who_comes_back_too_late_or_is_somebody_else_takes_nothing_over() -> None:
    office = Office()
    office.register(INSTANCE, "Expires: 60", flow=PAGE)
    office.registrar.flow_lost(PAGE, 1.0)
    office.register(INSTANCE, "Expires: 60", flow=LATER, user="bao", call_id="c2")
    office.register(INSTANCE.replace("uuid:1", "uuid:2"), "Expires: 60", flow=LATER, call_id="c3")
    office.registrar.tick(62.0)
    office.register(INSTANCE, "Expires: 60", now=62.0, flow=LATER, call_id="c4")
    assert office.returns == []
    assert office.registrar.next_deadline() == pytest.approx(122.0)


def test_who_has_signed_out_does_not_come_back() -> None:
    office = Office()
    office.register(INSTANCE, "Expires: 120", flow=PAGE)
    office.register(INSTANCE, "Expires: 0", flow=PAGE)
    office.registrar.flow_lost(PAGE, 1.0)
    office.register(INSTANCE, "Expires: 120", now=2.0, flow=LATER, call_id="c2")
    assert office.returns == []


def test_a_desk_phone_and_a_page_are_two_contacts() -> None:
    office = Office()
    office.register("Contact: <sip:amal@10.0.0.5>")
    office.register(INSTANCE, flow=PAGE, call_id="c2")
    assert office.uris() == ["sip:amal@10.0.0.5", "sip:x1@a.invalid;transport=ws"]
    office.registrar.flow_lost(PAGE, 1.0)
    assert office.uris() == ["sip:amal@10.0.0.5"]
    assert office.reachability == [("amal", True)]


def test_bindings_survive_a_restart_but_connections_do_not() -> None:
    office = Office()
    office.register("Contact: <sip:a@10.0.0.1>;q=0.7", "Path: <sip:edge;lr>", "Expires: 100")
    office.register("Contact: <sip:a@10.0.0.2>", "Expires: 60")
    office.register("Contact: <sip:a@10.0.0.3>", flow=TCP)
    state = json.loads(json.dumps(office.registrar.state("amal", 1000.0)))
    restarted = Office()
    restarted.registrar.restore("amal", state, 61.0, 1000.0)
    assert restarted.registrar.bindings("amal") == tuple(
        binding for binding in office.registrar.bindings("amal") if binding.contact_uri == "sip:a@10.0.0.1"
    )
    assert restarted.reachability == [("amal", True)]
    assert restarted.registrar.next_deadline() == 100.0
    assert restarted.registrar.state("bao", 1000.0) is None


def test_forgetting_a_user() -> None:
    office = Office()
    office.register("Contact: <sip:a@10.0.0.1>")
    office.registrar.forget("amal")
    assert office.reachability[-1] == ("amal", False)
    assert len(office.registrar) == 0


@pytest.mark.parametrize("q", ["2", "0.5555", "x", "-1", "1.5", "0.٣", "", "nan"])
def test_senseless_preferences_are_dropped(q: str) -> None:
    office = Office()
    assert office.register(f"Contact: <sip:a@10.0.0.5>;q={q}").status == 200
    assert office.registrar.bindings("amal")[0].q is None


def after_restart(office: Office, now: float, **later: float) -> Office:
    """Another process with what the first one wrote down; its clocks may say something else."""
    restarted = Office()
    state = office.registrar.state("amal", 1_000.0)
    if state is not None:
        offset = later.get("unix_offset", 1_000.0)
        restarted.registrar.restore("amal", json.loads(json.dumps(state)), now, offset)
    restarted.cseq = office.cseq
    return restarted


def test_a_page_comes_back_to_the_next_process() -> None:
    office = Office()
    office.register(INSTANCE, "Expires: 120", flow=PAGE)
    restarted = after_restart(office, 1.0)
    assert restarted.uris() == []
    assert restarted.reachability == []
    assert restarted.registrar.state("amal", 1_000.0) is not None, "it may come back after a second restart"
    again = after_restart(restarted, 2.0)
    again.register(INSTANCE, "Expires: 120", now=3.0, flow=LATER)
    assert again.returns == [(PAGE, LATER)]
    assert again.reachability == [("amal", True)]
    assert again.new_phones == []


def test_a_phone_that_was_cut_off_before_the_restart_comes_back_after_it() -> None:
    office = Office()
    office.register(INSTANCE, "Expires: 120", flow=PAGE)
    office.registrar.flow_lost(PAGE, 1.0)
    restarted = after_restart(office, 2.0)
    restarted.register(INSTANCE, "Expires: 120", now=3.0, flow=LATER)
    assert restarted.returns == [(PAGE, LATER)]


def test_a_phone_over_tcp_is_reached_where_it_listens_and_comes_back() -> None:
    office = Office()
    contact = "Contact: <sip:amal@127.0.0.1:5070;transport=tcp>"
    office.register(contact, "Expires: 120", flow=TCP)
    restarted = after_restart(office, 1.0)
    (binding,) = restarted.registrar.bindings("amal")
    assert binding.flow == Flow(Transport.TCP, LOCAL, ("127.0.0.1", 5070))
    assert restarted.reachability == [("amal", True)]
    assert restarted.returns == [(TCP, binding.flow)], "its calls are found there"
    restarted.returns.clear()
    back = Flow(Transport.TCP, LOCAL, ("127.0.0.1", 40002), 8)
    restarted.register(contact, "Expires: 120", now=3.0, flow=back)
    assert restarted.returns == [(TCP, back)]
    assert [each.flow for each in restarted.registrar.bindings("amal")] == [back]


def test_moments_hold_over_a_restart_of_the_machine() -> None:
    office = Office()
    office.register("Contact: <sip:a@10.0.0.1>", "Expires: 100", now=50_000.0)
    restarted = after_restart(office, 10.0, unix_offset=51_020.0)  # 30 seconds later, its clock began anew
    (binding,) = restarted.registrar.bindings("amal")
    assert binding.expires_at == 80.0
    set_back = after_restart(office, 10.0, unix_offset=-1_000_000.0)
    (binding,) = set_back.registrar.bindings("amal")
    assert binding.expires_at == 10.0 + RegistrarLimits().longest
    assert after_restart(office, 10.0, unix_offset=60_000.0).registrar.bindings("amal") == ()


def test_forgetting_a_user_forgets_who_might_come_back() -> None:
    office = Office()
    office.register(INSTANCE, "Expires: 120", flow=PAGE)
    office.registrar.flow_lost(PAGE, 1.0)
    office.registrar.forget("amal")
    assert office.registrar.state("amal", 0.0) is None


events = st.tuples(
    st.sampled_from(["register", "leave", "lose", "wait"]),
    st.sampled_from(["<sip:a@10.0.0.1>", "<sip:a@10.0.0.2>;q=0.5", INSTANCE.removeprefix("Contact: ")]),
    st.sampled_from([60, 100, 3600]),
    st.sampled_from([UDP, TCP, PAGE, LATER]),
    st.sampled_from(["c1", "c2"]),
)


@given(before=st.lists(events, max_size=10), after=st.lists(events, max_size=6))
def test_whoever_registered_goes_on_over_a_restart(before: Any, after: Any) -> None:
    going_on, now = Office(), 0.0
    for event in before:
        now = happens(going_on, event, now)
    going_on.registrar.tick(now)
    restarted = after_restart(going_on, now)
    for flow in (TCP, PAGE, LATER):  # connections do not outlive their process
        going_on.registrar.flow_lost(flow, now)
    going_on.returns.clear()
    going_on.responder.answers.clear()
    for event in after:
        happens(going_on, event, now)
        now = happens(restarted, event, now)
    assert restarted.registrar.bindings("amal") == going_on.registrar.bindings("amal")
    assert restarted.returns == going_on.returns
    answers = [answer.status for answer in restarted.responder.answers]
    assert answers == [answer.status for answer in going_on.responder.answers]


def happens(office: Office, event: tuple[str, str, int, Flow, str], now: float) -> float:
    """One thing happens; when it is then."""
    what, contact, seconds, flow, call_id = event
    office.registrar.tick(now)
    match what:
        case "register" | "leave":
            expires = seconds if what == "register" else 0
            office.register(f"Contact: {contact}", f"Expires: {expires}", now=now, flow=flow, call_id=call_id)
        case "lose":
            office.registrar.flow_lost(flow, now)
        case _:
            return now + seconds / 2
    return now
