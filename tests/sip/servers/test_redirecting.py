"""Where phones and providers are sent whose server another one is (unit)."""

from __future__ import annotations

import pytest
from tests.fakes.messages import request
from tests.fakes.plans import PLAN

from huntline.directory.elsewhere import Elsewhere, Shard
from huntline.directory.in_force import SettingsInForce
from huntline.directory.organization import Organization
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.servers.authenticator import WRONG_PASSWORDS_ALLOWED, Authenticator, SentElsewhere, Stranger
from huntline.sip.servers.redirecting import contact_elsewhere

NORTH = Shard(
    "north", ("udp:192.0.2.10:5060", "tcp:192.0.2.10:5060", "tls:[2001:db8::1]:5061"), "https://north.example"
)


def flow(transport: Transport = Transport.UDP) -> Flow:
    return Flow(transport, ("192.0.2.1", 5060), ("198.51.100.9", 5060))


@pytest.mark.parametrize(
    ("uri", "transport", "contact"),
    [
        ("sip:+14255550100@contoso.com", Transport.UDP, "<sip:+14255550100@192.0.2.10:5060>"),
        ("sip:amal@contoso.com", Transport.TCP, "<sip:amal@192.0.2.10:5060;transport=tcp>"),
        ("sip:amal@contoso.com", Transport.TLS, "<sip:amal@[2001:db8::1]:5061;transport=tls>"),
        ("sips:amal@contoso.com", Transport.TLS, "<sips:amal@[2001:db8::1]:5061>"),
        ("sip:amal@contoso.com", Transport.WSS, "<sip:amal@192.0.2.10:5060>"),
        ("tel:+14255550100", Transport.UDP, "<sip:+14255550100@192.0.2.10:5060>"),
        ("sip:a%20b@contoso.com", Transport.UDP, "<sip:a%20b@192.0.2.10:5060>"),
    ],
)
def test_a_call_goes_to_whom_it_was_for(uri: str, transport: Transport, contact: str) -> None:
    assert contact_elsewhere(NORTH, request("INVITE", uri), flow(transport)) == ("Contact", contact)


def test_a_registration_goes_to_the_server() -> None:
    found = contact_elsewhere(NORTH, request("REGISTER", "sip:contoso.com"), flow())
    assert found == ("Contact", "<sip:192.0.2.10:5060>")


def test_nobody_is_sent_where_no_phone_can_go() -> None:
    assert contact_elsewhere(Shard("north", (), ""), request("INVITE"), flow()) is None


FOREIGN = Organization(organization_id="o", name="North", domains=("north.example",), shard="north")
IN_FORCE = SettingsInForce(PLAN, Elsewhere((FOREIGN,), (NORTH,)))


@pytest.mark.parametrize("method", ["REGISTER", "SUBSCRIBE", "PUBLISH", "INVITE"])
@pytest.mark.parametrize("user", ["ada", "nobody"])
def test_whoever_there_is_or_is_not_is_sent_there(method: str, user: str) -> None:
    """Strangers learn from it what a challenge told them: that the domain is served."""
    authenticator = Authenticator(IN_FORCE, b"kept secret")
    message = request(method, "sip:contoso.com", sender=f"sip:{user}@north.example")
    assert isinstance(authenticator.identify(message, flow(), 0.0), SentElsewhere)
    stranger = request(method, "sip:north.example", sender="sip:ada@elsewhere.net")
    assert authenticator.identify(stranger, flow(), 0.0) == Stranger()


def test_a_wrong_password_is_none_of_our_business_there() -> None:
    authenticator = Authenticator(IN_FORCE, b"kept secret")
    wrong = 'Authorization: Digest username="ada", realm="contoso.com", nonce="n", uri="u", response="r"'
    for _ in range(WRONG_PASSWORDS_ALLOWED + 1):
        message = request("REGISTER", "sip:x", wrong, sender="sip:ada@north.example")
        assert isinstance(authenticator.identify(message, flow(), 0.0), SentElsewhere)
