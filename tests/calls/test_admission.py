"""Who may call whom: users within their organization, trunks to their service numbers, strangers nobody."""

from __future__ import annotations

from dataclasses import replace

import pytest

from huntline.calls.admission import Admission, Admitted, NotAdmitted
from huntline.directory.attendants import Attendant
from huntline.directory.elsewhere import Elsewhere, Shard
from huntline.directory.in_force import SettingsInForce
from huntline.directory.may_dial import DiallingSettings
from huntline.directory.organization import (
    Licence,
    NumberKind,
    Organization,
    QueueSettings,
    Secret,
    ServiceNumber,
    Trunk,
    User,
)
from huntline.directory.plan import AttendantTarget, OutsideNumber, QueueTarget, ServerPlan, UserTarget
from huntline.directory.refused import RefusalReason as R
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.grammar import parse_uri
from huntline.sip.core.message import Request, parse_message
from huntline.sip.servers.authenticator import Authenticator, Guest, Identified, Identity, Stranger


def organization(name: str, number: str, trunk: str) -> Organization:
    domain = f"{name}.example"
    return Organization(
        organization_id=name,
        name=name,
        domains=(domain,),
        dialling=DiallingSettings(country="GB"),
        trunks=(Trunk("provider", (trunk,)),),
        numbers=(ServiceNumber(number, NumberKind.SERVICE_TOLL),),
        users=(
            User(user_id=f"{name}-amal", upn=f"amal@{domain}"),
            User(
                user_id=f"{name}-bao",
                upn=f"bao@{domain}",
                licences=frozenset({Licence.E5}),
                voice_enabled=True,
            ),
        ),
        queues=(
            QueueSettings(queue_id=f"{name}-desk", name="Desk", domain=domain, line_uri=f"tel:{number}"),
        ),
        attendants=(Attendant(attendant_id=f"{name}-lobby", name="Lobby", domain=domain),),
    )


PLAN = ServerPlan(
    (organization("a", "+14255550100", "192.0.2.1"), organization("b", "+14255550200", "192.0.2.2"))
)
IN_FORCE = SettingsInForce(PLAN)


class Believing(Authenticator):
    """Takes everybody for whom From says, as if the password had been right."""

    def identify(self, request: Request, flow: Flow, now: float) -> Identity:
        user, _, host = request.raw_from.strip("<>").removeprefix("sip:").partition("@")
        if user == "guest":
            return Guest(host.partition(".")[0])
        account = PLAN.account(user, host.partition(">")[0])
        return Identified(account) if account else Stranger()


def invite(sender: str, dialled: str) -> Request:
    lines = [
        f"INVITE {dialled} SIP/2.0",
        "Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKa",
        f"From: <sip:{sender}>;tag=1",
        f"To: <{dialled}>",
        "Call-ID: c1",
        "CSeq: 1 INVITE",
        "Content-Length: 0",
    ]
    request = parse_message(("\r\n".join(lines) + "\r\n\r\n").encode())
    assert isinstance(request, Request)
    return request


def refused(decision: object) -> tuple[int, R | None, str]:
    """What is told of a refusal."""
    assert isinstance(decision, NotAdmitted)
    return decision.status, decision.reason, decision.organization_id


def decide(
    sender: str, dialled: str, source: str = "198.51.100.9", transport: Transport = Transport.UDP
) -> Admitted | NotAdmitted:
    flow = Flow(transport, ("127.0.0.1", 5060), (source, 5060))
    return Admission(IN_FORCE, Believing(IN_FORCE, b"s" * 32), PLAN.trunks_of).decide(
        invite(sender, dialled), flow, 0.0
    )


@pytest.mark.parametrize(
    "dialled",
    [
        "sip:+14255550100@a.example",
        "sip:14255550100@a.example",
        "tel:+14255550100",
        "tel:+1(425)555-01.00;ext=7",
        "sip:+14255550100;npdi;rn=+14255550999@a.example;user=phone",
        "sip:14255550100;phone-context=a.example@a.example;user=phone",
        "sip:desk@a.example",
    ],
)
def test_a_user_reaches_a_queue_by_number_and_by_name(dialled: str) -> None:
    decision = decide("amal@a.example", dialled)
    assert isinstance(decision, Admitted)
    assert decision.target == QueueTarget("a-desk", "a")


def test_a_user_reaches_a_colleague() -> None:
    decision = decide("amal@a.example", "sip:amal@a.example")
    assert isinstance(decision, Admitted)
    assert decision.target == UserTarget("a-amal", "a")


@pytest.mark.parametrize("dialled", ["sip:amal@b.example", "sip:desk@b.example", "sip:nobody@b.example"])
def test_people_and_names_of_another_organization_are_not_there(dialled: str) -> None:
    assert refused(decide("amal@a.example", dialled)) == (404, R.UNKNOWN_NUMBER, "a")


def test_the_service_number_of_another_organization_is_for_everybody() -> None:
    decision = decide("amal@a.example", "sip:+14255550200@a.example")
    assert isinstance(decision, Admitted)
    assert decision.target == QueueTarget("b-desk", "b")


def test_a_trunk_brings_calls_for_its_own_organization_alone() -> None:
    ours = decide("+33@provider.example", "sip:+14255550100@a.example", source="192.0.2.1")
    assert isinstance(ours, Admitted)
    assert ours.account is None
    foreign = decide("+33@provider.example", "tel:+14255550200", source="192.0.2.1")
    assert refused(foreign) == (404, R.UNKNOWN_NUMBER, "a")


def test_nobody_who_comes_by_websocket_is_taken_for_a_provider() -> None:
    """All pages come from the address of the proxy, and a provider's equipment may stand there too."""
    by_page = decide("+33@provider.example", "tel:+14255550100", "192.0.2.1", Transport.WS)
    assert refused(by_page) == (403, R.UNKNOWN_CALLER, "a")
    assert isinstance(decide("bao@a.example", "tel:+14255550100", "192.0.2.1", Transport.WS), Admitted)


@pytest.mark.parametrize("dialled", ["sip:desk@a.example", "sip:+14255550100@a.example", "tel:+14255550100"])
def test_a_guest_reaches_the_queues_of_the_organization(dialled: str) -> None:
    decision = decide("guest@a.example", dialled)
    assert decision == Admitted(QueueTarget("a-desk", "a"), None, is_guest=True)


def test_a_guest_reaches_the_attendants_of_the_organization() -> None:
    decision = decide("guest@a.example", "sip:lobby@a.example")
    assert decision == Admitted(AttendantTarget("a-lobby", "a"), None, is_guest=True)
    assert refused(decide("guest@a.example", "sip:lobby@b.example")) == (403, R.NOT_FOR_GUESTS, "a")


@pytest.mark.parametrize(
    "dialled",
    [
        "sip:amal@a.example",
        "sip:bao@a.example",
        "tel:+442071234567",
        "sip:*45@a.example",
        "sip:+14255550200@b.example",
        "tel:+14255550200",
        "sip:desk@b.example",
        "sip:nobody@a.example",
    ],
)
def test_a_guest_reaches_nothing_else(dialled: str) -> None:
    assert refused(decide("guest@a.example", dialled)) == (403, R.NOT_FOR_GUESTS, "a")


def test_a_stranger_learns_nothing() -> None:
    for dialled, owner in (("tel:+14255550100", "a"), ("tel:+999", ""), ("sip:nobody@b.example", "b")):
        assert refused(decide("x@elsewhere.example", dialled)) == (403, R.UNKNOWN_CALLER, owner)


@pytest.mark.parametrize(
    "dialled",
    [
        "tel:+442071234567",
        "sip:+44-20-7123-4567@a.example",
        "tel:+442071234567;isub=1",
        "sip:+442071234567;cic=1@a.example",
    ],
)
def test_a_user_who_may_take_calls_may_call_outside(dialled: str) -> None:
    decision = decide("bao@a.example", dialled)
    assert isinstance(decision, Admitted)
    assert decision.target == OutsideNumber("+442071234567", "a")
    assert refused(decide("amal@a.example", dialled)) == (403, R.NO_LICENCE, "a")


def test_nobody_else_gets_out_through_a_trunk() -> None:
    """Calls outside cost money: neither a provider nor a stranger may make any."""
    outside = "sip:+442071234567@a.example"
    by_trunk = decide("+33@provider.example", outside, source="192.0.2.1")
    assert refused(by_trunk) == (404, R.UNKNOWN_NUMBER, "a")
    assert refused(decide("x@elsewhere.example", outside)) == (403, R.UNKNOWN_CALLER, "a")


@pytest.mark.parametrize(
    ("dialled", "refusal"),
    [
        ("tel:+442071234567", None),
        ("tel:+33123456789", R.NUMBER_NOT_ALLOWED),
        ("sip:0033123456789@a.example", R.NUMBER_NOT_ALLOWED),
        ("sip:*67+33123456789@a.example", R.NUMBER_NOT_ALLOWED),
        ("tel:+449098790000", R.NUMBER_NOT_ALLOWED),  # premium, at home
        ("tel:112", None),
        ("tel:999", None),
    ],
)
def test_a_user_calls_as_far_as_they_may(dialled: str, refusal: R | None) -> None:
    decision = decide("bao@a.example", dialled)
    if refusal is None:
        assert isinstance(decision, Admitted)
    else:
        assert refused(decision) == (403, refusal, "a")


@pytest.mark.parametrize("number", ["112", "999"])
def test_everybody_may_call_for_help(number: str) -> None:
    decision = decide("amal@a.example", f"sip:{number}@a.example")
    assert isinstance(decision, Admitted), "amal has no licence"
    assert decision.target == OutsideNumber(number, "a")


def test_a_number_of_another_server_or_organization_is_not_dialled_outside() -> None:
    for host in ("elsewhere.example", "b.example"):
        assert refused(decide("bao@a.example", f"sip:+442071234567@{host}"))[:2] == (404, R.UNKNOWN_NUMBER)


def test_a_number_that_the_organization_holds_for_nobody_is_not_dialled_outside() -> None:
    held = organization("c", "+14255550300", "192.0.2.3")
    idle = replace(held, queues=())
    assert ServerPlan((idle,)).target("+14255550300", "c.example", "c") is None


def test_a_user_transfers_to_what_they_may_call_themselves() -> None:
    admission = Admission(IN_FORCE, Believing(IN_FORCE, b"secret"), PLAN.trunks_of)
    amal, bao = PLAN.account_by_id("a-amal"), PLAN.account_by_id("a-bao")
    assert amal is not None
    assert bao is not None
    assert admission.target_for(amal, parse_uri("sip:desk@a.example")) == QueueTarget("a-desk", "a")
    assert admission.target_for(amal, parse_uri("sip:bao@a.example")) == UserTarget("a-bao", "a")
    assert admission.target_for(amal, parse_uri("tel:+14255550200")) == QueueTarget("b-desk", "b")
    for nobody in (parse_uri("sip:bao@b.example"), None):
        assert refused(admission.target_for(amal, nobody)) == (404, R.UNKNOWN_NUMBER, "a")
    outside = parse_uri("tel:+442071234567")
    assert refused(admission.target_for(amal, outside)) == (403, R.NO_LICENCE, "a")
    assert admission.target_for(bao, outside) == OutsideNumber("+442071234567", "a")


def test_whoever_takes_a_call_over_proves_who_they_are() -> None:
    admission = Admission(IN_FORCE, Believing(IN_FORCE, b"secret"), PLAN.trunks_of)
    flow = Flow(Transport.UDP, ("192.0.2.9", 5060), ("192.0.2.1", 5060))
    ours = admission.user_behind(invite("amal@a.example", "sip:x@a.example"), flow, 0.0)
    assert ours == PLAN.account_by_id("a-amal")
    provider = admission.user_behind(invite("+33@provider.example", "sip:x@a.example"), flow, 0.0)
    assert refused(provider) == (403, R.UNKNOWN_CALLER, "")


# -- what a trunk says of its calls

PROVIDER = Trunk("provider", ("192.0.2.1",))


def by_trunk(request: Request, *trunks: Trunk) -> Admitted | NotAdmitted:
    plan = ServerPlan((replace(organization("a", "+14255550100", "192.0.2.1"), trunks=trunks),))
    flow = Flow(Transport.UDP, ("127.0.0.1", 5060), ("192.0.2.1", 5060))
    in_force = SettingsInForce(plan)
    return Admission(in_force, Believing(in_force, b"s" * 32), plan.trunks_of).decide(request, flow, 0.0)


def test_a_number_is_written_as_the_rules_of_the_trunk_say() -> None:
    rules = replace(PROVIDER, prefixes_in=("00>+", "0>+44", ">+1"), is_trusted=True)
    admitted = by_trunk(invite("+33@provider.example", "sip:4255550100@a.example"), rules)
    assert isinstance(admitted, Admitted)
    assert (admitted.target, admitted.dialled) == (QueueTarget("a-desk", "a"), "+14255550100")
    assert (admitted.trunk, admitted.is_trusted) == ("a/provider", True)
    assert refused(by_trunk(invite("+33@p.example", "sip:04255550100@a.example"), rules))[0] == 404


def test_a_number_comes_in_by_the_trunk_that_has_it() -> None:
    call = invite("+33@provider.example", "sip:+14255550100@a.example")
    other = replace(PROVIDER, name="other", numbers=("+33",))
    admitted = by_trunk(call, other, replace(PROVIDER, numbers=("+1425",)))
    assert isinstance(admitted, Admitted)
    assert admitted.trunk == "a/provider"
    assert refused(by_trunk(call, other))[:2] == (404, R.UNKNOWN_NUMBER)


@pytest.mark.parametrize(
    "more", ["P-Called-Party-ID: <sip:+14255550100@p.example>", "To: <sip:+14255550100@p.example>"]
)
def test_a_call_to_the_account_that_is_registered_is_for_the_number_that_is_said_elsewhere(more: str) -> None:
    account = replace(
        PROVIDER, hosts=("192.0.2.1",), username="acme@p.example", password=Secret("x"), registers=True
    )
    to = "" if more.startswith("To:") else "To: <sip:acme@p.example>\r\n"
    request = parse_message(
        "INVITE sip:acme@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\n"
        f"From: <sip:+33@p.example>;tag=f\r\n{to}{more}\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n".encode()
    )
    assert isinstance(request, Request)
    admitted = by_trunk(request, account)
    assert isinstance(admitted, Admitted)
    assert admitted.target == QueueTarget("a-desk", "a")
    assert refused(by_trunk(request, PROVIDER))[0] == 404


NORTH = Shard("north", ("udp:203.0.113.10:5060",), "https://north.example")
C = replace(organization("c", "+14255550300", "192.0.2.3"), shard="north", users=())
SHARED = replace(
    organization("d", "+14255550400", "192.0.2.1"),
    shard="north",
    users=(),
    trunks=(Trunk("provider", ("192.0.2.1",), prefixes_in=("00>+",), numbers=("+1425",)),),
)
WITH_OTHERS = SettingsInForce(PLAN, Elsewhere((C, SHARED), (NORTH,)))


def decide_beside(sender: str, dialled: str, source: str = "198.51.100.9") -> Admitted | NotAdmitted:
    """On a server that shares its database with another one."""
    flow = Flow(Transport.UDP, ("127.0.0.1", 5060), (source, 5060))
    authenticator = _Honest(WITH_OTHERS, b"s" * 32)
    return Admission(WITH_OTHERS, authenticator, PLAN.trunks_of).decide(invite(sender, dialled), flow, 0.0)


class _Honest(Believing):
    def identify(self, request: Request, flow: Flow, now: float) -> Identity:
        return self.elsewhere(request, flow) or super().identify(request, flow, now)


@pytest.mark.parametrize(
    ("sender", "dialled", "source"),
    [
        ("+33@provider.example", "sip:+14255550300@c.example", "192.0.2.3"),  # known there alone
        ("+33@provider.example", "sip:0014255550400@203.0.113.1", "192.0.2.1"),  # known here, too
        ("amal@c.example", "sip:+14255550300@c.example", "198.51.100.9"),
        ("nobody@c.example", "sip:nothing@c.example", "198.51.100.9"),
        ("amal@c.example", "sip:+14255550999@c.example", "192.0.2.2"),  # behind another's provider
    ],
)
def test_whose_server_another_one_is_is_sent_there(sender: str, dialled: str, source: str) -> None:
    decision = decide_beside(sender, dialled, source)
    user = parse_uri(dialled).user
    contact = ("Contact", f"<sip:{user}@203.0.113.10:5060>")
    assert decision == NotAdmitted(302, (contact,))


@pytest.mark.parametrize(
    ("sender", "dialled", "source", "wanted"),
    [
        # A provider of others learns of no number that it could not call there either.
        ("+33@provider.example", "sip:+14255550300@c.example", "192.0.2.2", 404),
        ("+33@provider.example", "sip:+14255550999@c.example", "192.0.2.3", 403),
        ("somebody@elsewhere.net", "sip:+14255550300@c.example", "198.51.100.9", 403),
        # Users here call others elsewhere as they call anybody: by their provider.
        ("amal@a.example", "sip:amal@c.example", "198.51.100.9", 404),
    ],
)
def test_nobody_else_is_told_of_it(sender: str, dialled: str, source: str, wanted: int) -> None:
    assert refused(decide_beside(sender, dialled, source))[0] == wanted


def test_a_number_elsewhere_is_one_outside() -> None:
    abroad = decide_beside("bao@a.example", "sip:+14255550300@a.example")
    assert refused(abroad) == (403, R.NUMBER_NOT_ALLOWED, "a")


def test_what_is_here_stays_here() -> None:
    assert isinstance(decide_beside("+33@p.example", "sip:+14255550100@x", "192.0.2.1"), Admitted)
    assert isinstance(decide_beside("amal@a.example", "sip:bao@a.example", "192.0.2.1"), Admitted)
