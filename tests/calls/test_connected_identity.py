"""Who is told, and believed, who is at the other end (unit)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.fakes.messages import request
from tests.fakes.owners import FakeOwner, queue_owner
from tests.fakes.plans import CONTOSO

from huntline.calls.caller_identity import CallerId
from huntline.calls.connected_identity import ConnectedIdentity
from huntline.calls.model import Call, CallBook, Leg, Party, Ring
from huntline.directory.in_force import SettingsInForce
from huntline.directory.organization import CallerIdPolicy
from huntline.directory.plan import ServerPlan
from huntline.sip.core.events import PeerIdentified

JANE = CallerId("+14255551234", "Jane")
PROVIDER = Leg("in", "m1", Party.CALLER, "c1", JANE.user)
TRUSTED = replace(PROVIDER, is_trusted=True)
AMAL = Leg("amal", "m2", Party.TARGET, "c1", "sip:x", "amal")


class Office:
    """A caller talks to a callee; what either is told, and the engine."""

    def __init__(self, caller: Leg, callee: Leg, policy: CallerIdPolicy | None = None) -> None:
        self.told: list[tuple[str, dict[str, str]]] = []
        owner = queue_owner()
        self.book = CallBook(lambda user, count: None)
        self.call = Call("c1", "contoso", caller, JANE, "desk", "music", owner, queue_id="q1")
        self.heard_by_owner = owner.heard
        ring = Ring("c1.1", "c1", FakeOwner(), callee.account_id, legs={callee.leg_id: callee})
        ring.answered = callee
        self.call.rings[ring.ring_id] = self.call.connected_ring = ring
        self.book.add(self.call)
        self.book.add_leg(self.call, callee, ring)
        policies = (policy,) if policy else ()
        plan = ServerPlan((replace(CONTOSO, caller_id_policies=policies),))
        agent: Any = self
        settings = SettingsInForce(plan)
        self.identity = ConnectedIdentity(agent, settings, self.book, lambda call: None)

    def identify(self, leg_id: str, headers: tuple[tuple[str, str], ...]) -> None:
        self.told.append((leg_id, dict(headers)))

    def hears(self, leg_id: str, *headers: str) -> None:
        message = request("UPDATE", "sip:huntline@192.0.2.1", *headers)
        self.identity.heard(PeerIdentified(leg_id, message))


def asserted(name: str, user: str) -> dict[str, str]:
    return {"P-Asserted-Identity": f'"{name}" <sip:{user}@contoso.com>'}


def test_phones_of_ours_are_told_and_an_untrusted_provider_is_not() -> None:
    office = Office(PROVIDER, AMAL)
    office.identity.introduce(office.call)
    assert office.told == [("amal", asserted("Jane", "+14255551234"))]


def test_a_trusted_provider_is_told_what_the_policy_shows() -> None:
    office = Office(TRUSTED, AMAL)
    office.identity.introduce(office.call)
    assert office.told[0] == ("in", {"Privacy": "id"})  # amal has no number to show
    assert "amal" not in str(office.told[0][1])


def test_colleagues_are_told_each_other() -> None:
    bao = Leg("bao", "m1", Party.CALLER, "c1", "bao", "bao")
    office = Office(bao, AMAL)
    office.identity.introduce(office.call)
    assert office.told == [("bao", asserted("amal", "amal")), ("amal", asserted("bao", "bao"))]


def test_a_policy_that_blocks_numbers_blocks_them_here_too() -> None:
    office = Office(PROVIDER, AMAL, CallerIdPolicy(name="Global", block_incoming_pstn_caller_id=True))
    office.identity.introduce(office.call)
    assert office.told == [("amal", {"Privacy": "id"})]


def test_a_trusted_provider_is_believed_shown_and_passed_on() -> None:
    office = Office(TRUSTED, AMAL)
    line = 'P-Asserted-Identity: "Doe, Jo" <sip:+14255559999@p.example>, <tel:+14255559999>'
    office.hears("in", line)
    office.hears("in", line)
    assert office.call.caller_id == CallerId("+14255559999", "Doe, Jo")
    assert office.heard_by_owner == [("caller_renamed", "+14255559999")]
    assert office.told == [("amal", asserted("Doe, Jo", "+14255559999"))]
    office.hears("in", line, "Privacy: id")
    assert office.told[-1] == ("amal", {"Privacy": "id"})


def test_nobody_else_is_believed() -> None:
    office = Office(PROVIDER, AMAL)
    for leg_id in ("in", "amal", "nobody"):
        office.hears(leg_id, "P-Asserted-Identity: <sip:+1900@p.example>")
    assert (office.call.caller_id, office.heard_by_owner, office.told) == (JANE, [], [])
