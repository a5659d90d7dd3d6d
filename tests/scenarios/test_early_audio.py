"""What a caller hears while a number outside is rung (field case O11), the trunk being led by hand."""

from __future__ import annotations

import time

import pytest

from . import tones
from .leg import Leg
from .office import Office
from .stories import a_moment, hear_each_other
from .test_outside import OUTSIDE, provider_of

pytestmark = pytest.mark.scenario

RINGBACK = tones.AGENT


class Desk:
    """Amal, who calls outside, and the trunk."""

    def __init__(self, office: Office) -> None:
        self.trunk = provider_of(office, tone=RINGBACK)
        self.trunk.on_call = lambda leg: None
        office.user("amal")
        office.open()
        self.amal = office.agent("amal", tone=tones.CALLER)

    def call(self) -> tuple[Leg, Leg]:
        caller = self.amal.dial(OUTSIDE)
        return caller, self.trunk.wait_call()


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def assert_talk(caller: Leg, trunk: Leg) -> None:
    """The answer ends all that was heard before it: within one packet, and for good."""
    trunk.answer()
    trunk.wait_up()
    caller.wait_answered()
    hear_each_other(caller, trunk)
    answered_at = time.time()
    a_moment(caller)
    assert caller.sound.count(tones.RINGING, since=answered_at) == 0
    caller.hang_up()
    trunk.wait_ended()


def test_a_caller_is_told_that_it_rings_when_it_rings(desk: Desk) -> None:
    caller, trunk = desk.call()
    assert not {180, 183} & set(caller.responses())
    trunk.ring()
    caller.wait_response("INVITE", 180)
    assert caller.responses().count(180) == 1
    assert 183 not in caller.responses()
    assert_talk(caller, trunk)


@pytest.mark.parametrize("status", [180, 183])
def test_the_trunks_ringback_is_heard_at_once(desk: Desk, status: int) -> None:
    caller, trunk = desk.call()
    trunk.progress(status)
    assert caller.wait_response("INVITE", 183).body
    caller.sound.wait_for(RINGBACK)
    assert_talk(caller, trunk)


@pytest.mark.parametrize("then_rings", [False, True])
def test_ringing_is_heard_where_the_trunk_promises_audio_and_sends_none(desk: Desk, then_rings: bool) -> None:
    caller, trunk = desk.call()
    trunk.progress(is_heard=False)
    caller.wait_response("INVITE", 183)
    if then_rings:
        trunk.ring()
    caller.sound.wait_for(tones.RINGING)
    assert_talk(caller, trunk)


def test_the_first_packet_of_the_trunk_takes_the_place_of_the_ringing(desk: Desk) -> None:
    caller, trunk = desk.call()
    trunk.progress(is_heard=False)
    caller.sound.wait_for(tones.RINGING)
    trunk.speak()
    heard_at = caller.sound.wait_for(RINGBACK)
    a_moment(caller)
    assert caller.sound.count(tones.RINGING, since=heard_at) == 0
    assert caller.sound.longest_gap(since=heard_at, until=time.time()) < 0.1
    assert_talk(caller, trunk)


def test_after_an_announcement_the_mailbox_is_rung_and_heard(office: Office) -> None:
    trunk = provider_of(office, tone=RINGBACK)
    trunk.on_call = lambda leg: None
    office.user("amal", forward_to=f"tel:{OUTSIDE}", voicemail="tel:+442071230000")
    office.user("bao")
    office.open()
    bao = office.agent("bao", tone=tones.CALLER)
    caller = bao.dial("amal")
    first = trunk.wait_call()
    first.progress()
    caller.sound.wait_for(RINGBACK)
    first.decline(486)
    mailbox = trunk.wait_call()
    caller.sound.wait_for(tones.RINGING, since=time.time())
    mailbox.ring()
    assert_talk(caller, mailbox)


def test_a_caller_who_leaves_us_the_offer_is_told_that_it_rings_and_no_more(desk: Desk) -> None:
    caller = desk.amal.dial(OUTSIDE, late_offer=True)
    trunk = desk.trunk.wait_call()
    trunk.progress(180)
    assert not caller.wait_response("INVITE", 180).body
    assert 183 not in caller.responses()
    assert_talk(caller, trunk)


def test_who_waited_in_a_queue_hears_the_announcement_in_place_of_music(office: Office) -> None:
    trunk = provider_of(office, tone=RINGBACK)
    trunk.on_call = lambda leg: None
    timeout = {"action": "forward", "target": f"tel:{OUTSIDE}"}
    number = office.queue("amal", max_wait=0, timeout=timeout)
    office.open()
    caller = office.caller(tone=tones.CALLER).dial(number)
    forwarded = trunk.wait_call()
    forwarded.progress()
    caller.sound.wait_for(RINGBACK)
    assert_talk(caller, forwarded)
