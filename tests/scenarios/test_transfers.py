"""Transfers (docs/transfers.md): blind and consultative, to people, queues and outside, and their races."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any

import pytest

from . import sounds, tones
from .baresip import Baresip
from .leg import Leg
from .office import Office
from .stories import Talk, a_moment, direct, hear_each_other, taken, talk
from .test_outside import OUTSIDE, provider_of

pytestmark = pytest.mark.scenario


class Desk:
    """A queue with amal, its caller's music a tone; bao and cy are colleagues. A call is under way."""

    def __init__(self, office: Office, folder: Path, **settings: Any) -> None:
        self.office = office
        music = sounds.tone_file(folder, tones.MUSIC, 3)
        self.number = office.queue("amal", name=f"{office.name} help", music={"file": str(music)}, **settings)
        office.user("bao")
        office.user("cy")

    def open(self) -> None:
        self.office.open()
        self.amal, self.bao = self.office.agent("amal"), self.office.agent("bao")

    def call(self) -> Talk:
        """The caller talks to amal."""
        return talk(self.office.caller(), self.number, self.amal)

    def uri(self, name: str) -> str:
        return f"sip:{self.office.upn(name)}"


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    desk = Desk(office, tmp_path)
    desk.open()
    return desk


def hears_music(leg: Leg) -> None:
    leg.sound.wait_for(tones.MUSIC, since=time.time())


# Blind, to a person


def test_an_agent_transfers_the_caller_to_a_colleague(desk: Desk) -> None:
    caller, agent = desk.call()
    assert agent.refer(desk.uri("bao")).status == 202
    agent.wait_notified(100)
    ring = desk.bao.wait_call()
    assert ring.invite is not None
    assert "+12065550100" in ring.invite.header("from")
    assert desk.uri("amal") in ring.invite.header("referred-by")
    agent.wait_notified(180)
    hears_music(caller)
    (status,) = desk.office.server.status()["calls"]
    assert (status["agent"], status["ringing"]) == (desk.office.upn("amal"), [desk.office.upn("bao")])
    assert len(status["agent_ids"]) == 2
    ring.answer()
    ring.wait_up()
    assert agent.wait_notified(200).header("subscription-state").startswith("terminated")
    agent.wait_ended()
    assert agent.notified() == [100, 180, 200]
    hear_each_other(caller, ring)
    (direct,) = desk.office.server.status()["calls"]
    assert (direct["queue"], direct["state"], direct["agent"]) == (None, "talking", desk.office.upn("bao"))
    assert desk.office.agent_state("amal") == "ready"
    (record,) = desk.office.calls()
    assert (record["outcome"], record["agent"]) == ("answered", desk.office.upn("amal"))
    assert record["reason"] == f"transferred to {desk.office.upn('bao')}"
    assert [
        (each["agent"], each["reason"]) for each in record["decisions"] if each["decision"] == "transferred"
    ] == [(desk.office.upn("amal"), f"to {desk.office.upn('bao')}")]
    ring.hang_up()
    caller.wait_ended()
    assert len(desk.office.calls()) == 1


@pytest.mark.parametrize("status", [486, 603])
def test_a_colleague_who_declines_leaves_the_call_as_it_was(desk: Desk, status: int) -> None:
    caller, agent = desk.call()
    agent.refer(desk.uri("bao"))
    desk.bao.wait_call().decline(status)
    agent.wait_notified(status)
    hear_each_other(caller, agent)
    assert agent.refer(desk.uri("bao")).status == 202
    ring = taken(desk.bao)
    hear_each_other(caller, ring)
    caller.hang_up()
    ring.wait_ended()


def test_nobody_is_rung_who_has_no_phone(desk: Desk) -> None:
    caller, agent = desk.call()
    assert agent.refer(desk.uri("cy")).status == 202
    agent.wait_notified(480)
    assert agent.notified() == [100, 480]
    hear_each_other(caller, agent)
    assert agent.refer("sip:nobody@" + desk.office.domain).status == 202
    agent.wait_notified(404)
    hear_each_other(caller, agent)
    caller.hang_up()
    agent.wait_ended()


def test_who_hangs_up_right_after_refer_is_free_and_the_transfer_goes_on(desk: Desk) -> None:
    caller, agent = desk.call()
    agent.refer(desk.uri("bao"))
    agent.hang_up()
    ring = desk.bao.wait_call()
    hears_music(caller)
    desk.office.server.wait_status(
        lambda status: [call["state"] for call in status["calls"]] == ["transferring"], "transferring"
    )
    assert desk.office.agent_state("amal") == "ready"
    ring.answer()
    ring.wait_up()
    hear_each_other(caller, ring)
    (record,) = desk.office.calls()
    assert record["reason"] == f"transferred to {desk.office.upn('bao')}"
    caller.hang_up()
    ring.wait_ended()


def test_a_caller_whom_nobody_takes_comes_back_to_the_head_of_the_queue(desk: Desk) -> None:
    caller, agent = desk.call()
    agent.refer(desk.uri("bao"))
    ring = desk.bao.wait_call()
    second = desk.office.caller("+12065550102", tone=tones.SECOND_AGENT).dial(desk.number)
    second.wait_answered()
    agent.hang_up()
    other = desk.amal.wait_call()
    assert other.invite is not None
    assert "+12065550102" in other.invite.header("from")
    ring.decline(486)
    other.wait_ended()  # an earlier call is back
    back = desk.amal.wait_call()
    assert back.invite is not None
    assert "+12065550100" in back.invite.header("from")
    back.answer()
    back.wait_up()
    hear_each_other(caller, back)
    hears_music(second)
    second.hang_up()
    back.hang_up()
    caller.wait_ended()
    first, _ = desk.office.calls(2)
    assert (first["outcome"], len(first["rings"])) == ("answered", 2)
    assert any("back in line" in each["reason"] for each in first["decisions"])


def test_a_caller_who_hangs_up_ends_the_transfer(desk: Desk) -> None:
    caller, agent = desk.call()
    agent.refer(desk.uri("bao"))
    ring = desk.bao.wait_call()
    caller.hang_up()
    agent.wait_notified(487)
    agent.wait_ended()
    ring.wait_cancelled()


def test_a_caller_who_hangs_up_on_a_transfer_without_transferor(desk: Desk) -> None:
    caller, agent = desk.call()
    agent.refer(desk.uri("bao"))
    ring = desk.bao.wait_call()
    agent.hang_up()
    caller.hang_up()
    ring.wait_cancelled()
    (record,) = desk.office.calls()
    assert (record["outcome"], record["reason"]) == ("answered", "the caller hung up")


def test_an_answer_that_crosses_the_transferors_bye(desk: Desk) -> None:
    caller, agent = desk.call()
    agent.refer(desk.uri("bao"))
    ring = desk.bao.wait_call()
    with desk.office.reactor.changed:
        ring.answer()
        agent.hang_up()
    ring.wait_up()
    hear_each_other(caller, ring)
    ring.hang_up()
    caller.wait_ended()


def test_a_transfer_out_of_hold(desk: Desk) -> None:
    caller, agent = desk.call()
    assert agent.reinvite(direction="sendonly").status == 200
    hears_music(caller)
    agent.refer(desk.uri("bao"))
    desk.bao.wait_call().decline(486)
    agent.wait_notified(486)
    hears_music(caller)  # as it was
    assert agent.reinvite().status == 200
    hear_each_other(caller, agent)
    assert agent.reinvite(direction="inactive").status == 200
    agent.refer(desk.uri("bao"))
    ring = taken(desk.bao)
    hear_each_other(caller, ring)
    caller.hang_up()
    ring.wait_ended()


def test_who_resumes_during_a_transfer_talks_again_when_it_has_failed(desk: Desk) -> None:
    caller, agent = desk.call()
    agent.reinvite(direction="sendonly")
    agent.refer(desk.uri("bao"))
    ring = desk.bao.wait_call()
    assert agent.reinvite().status == 200
    hears_music(caller)
    ring.decline(486)
    agent.wait_notified(486)
    hear_each_other(caller, agent)
    caller.hang_up()
    agent.wait_ended()


def test_a_caller_who_holds_is_transferred_and_resumes(desk: Desk) -> None:
    caller, agent = desk.call()
    assert caller.reinvite(direction="sendonly").status == 200
    agent.refer(desk.uri("bao"))
    ring = taken(desk.bao)
    hears_music(ring)
    assert caller.reinvite().status == 200
    hear_each_other(caller, ring)
    caller.hang_up()
    ring.wait_ended()


def test_no_notify_for_who_wants_none(desk: Desk) -> None:
    caller, agent = desk.call()
    accepted = agent.refer(desk.uri("bao"), headers=(("Refer-Sub", "false"),))
    assert (accepted.status, accepted.header("refer-sub")) == (202, "false")
    ring = taken(desk.bao)
    agent.wait_ended()
    assert agent.notified() == []
    hear_each_other(caller, ring)
    caller.hang_up()
    ring.wait_ended()


def test_what_is_not_allowed_is_refused_and_changes_nothing(desk: Desk) -> None:
    caller, agent = desk.call()
    for leg, target, reason in (
        (agent, desk.uri("amal"), "in the call already"),
        (agent, f"sip:*8@{desk.office.domain}", ""),
        (caller, desk.uri("bao"), "caller of a queue cannot transfer"),
    ):
        answer = leg.refer(target)
        assert answer.status in (403, 202), answer
        if answer.status == 403:
            assert reason in answer.header("warning")
    assert agent.transact("REFER").status == 400
    hear_each_other(caller, agent)
    agent.refer(desk.uri("bao"))
    desk.bao.wait_call()
    assert agent.refer(desk.uri("bao")).status == 491
    assert desk.amal.request("REFER", desk.uri("bao"), (("Refer-To", f"<{desk.uri('bao')}>"),)).status == 403
    caller.hang_up()
    agent.wait_ended()


def test_a_person_whose_calls_go_to_a_queue_or_to_the_transferor(office: Office, tmp_path: Path) -> None:
    desk = Desk(office, tmp_path)
    sales = office.queue("dora", name=f"{office.name} sales")
    office.settings["users"][1]["forward_to"] = f"tel:{sales}"
    office.settings["users"][2]["forward_to"] = f"sip:{office.upn('amal')}"
    desk.open()
    caller, agent = desk.call()
    assert agent.refer(desk.uri("cy")).status == 403
    agent.refer(desk.uri("bao"))
    agent.wait_notified(200)
    agent.wait_ended()
    caller.hang_up()
    _, second = office.calls(2)
    assert second["queue"] == f"{office.name} sales"


# Blind, between people


def test_either_side_of_a_direct_call_transfers_the_other(desk: Desk) -> None:
    cy = desk.office.agent("cy")
    for is_caller in (True, False):
        placed, ring = direct(desk.amal, desk.bao)
        transferor, far = (placed, ring) if is_caller else (ring, placed)
        assert transferor.refer(desk.uri("cy")).status == 202
        target = taken(cy)
        transferor.wait_notified(200)
        transferor.wait_ended()
        hear_each_other(far, target)
        shown = "bao" if is_caller else "amal"
        assert target.invite is not None
        assert target.invite.header("from").startswith(f'"{shown.title()}"')
        target.hang_up()
        far.wait_ended()


def test_a_direct_call_that_nobody_takes_ends_when_the_transferor_has_left(desk: Desk) -> None:
    cy = desk.office.agent("cy")
    for is_caller in (True, False):
        placed, ring = direct(desk.amal, desk.bao)
        transferor, far = (placed, ring) if is_caller else (ring, placed)
        transferor.refer(desk.uri("cy"))
        target = cy.wait_call()
        transferor.hang_up()
        target.decline(603)
        far.wait_ended()


def test_to_whom_one_talks_already(desk: Desk) -> None:
    placed, ring = direct(desk.amal, desk.bao)
    assert placed.refer(desk.uri("bao")).status == 403
    hear_each_other(placed, ring)
    placed.hang_up()
    ring.wait_ended()


# Blind, outside


def test_a_number_outside_is_called_as_the_transferor_would_call_it(office: Office, tmp_path: Path) -> None:
    provider = provider_of(office)
    desk = Desk(office, tmp_path)
    office.settings["users"][0]["line_uri"] = f"tel:{office.personal_number}"
    office.settings["users"][1]["licences"] = ["E3"]
    desk.open()
    caller, agent = desk.call()
    assert agent.refer(f"tel:{OUTSIDE}").status == 202
    outgoing = provider.wait_call()
    assert outgoing.invite is not None
    assert outgoing.invite.start.startswith(f"INVITE sip:{OUTSIDE}@")
    assert office.personal_number in outgoing.invite.header("p-asserted-identity")
    assert "+12065550100" not in str(outgoing.invite.headers)
    assert outgoing.invite.header("referred-by") == ""
    outgoing.answer()
    outgoing.wait_up()
    agent.wait_ended()
    hear_each_other(caller, outgoing)
    outgoing.hang_up()
    caller.wait_ended()
    (record,) = office.calls()
    assert record["reason"] == f"transferred to {OUTSIDE}"
    placed, ring = direct(desk.amal, desk.bao)
    assert ring.refer(f"tel:{OUTSIDE}").status == 403
    placed.hang_up()
    ring.wait_ended()


# Blind, to a queue


@pytest.mark.parametrize("by", ["number", "primary uri", "name"])
def test_the_caller_is_a_new_arrival_in_another_queue(office: Office, tmp_path: Path, by: str) -> None:
    desk = Desk(office, tmp_path, wrap_up=60)
    greeting = sounds.tone_file(tmp_path, tones.GREETING, 1)
    sales = office.queue("dora", name=f"Sales{office.domain[5:-5]}", greeting={"file": str(greeting)})
    desk.open()
    dora = office.agent("dora", tone=tones.THIRD_AGENT)
    caller, agent = desk.call()
    queue = office.settings["queues"][1]
    target = {
        "number": f"tel:{sales}",
        "primary uri": primary_uri(office, queue["name"]),
        "name": f"sip:{queue['name']}@{office.domain}",
    }[by]
    referred_at = time.time()
    assert agent.refer(target).status == 202
    agent.wait_notified(200)
    agent.wait_ended()
    caller.sound.wait_for(tones.GREETING, since=referred_at)
    assert office.agent_state("amal") == "wrap-up"
    ring = taken(dora)
    hear_each_other(caller, ring)
    caller.hang_up()
    ring.wait_ended()
    first, second = office.calls(2)
    assert (first["queue"], first["outcome"]) == (office.settings["queues"][0]["name"], "answered")
    assert first["reason"] == f"transferred to {queue['name']}"
    assert (second["queue"], second["outcome"]) == (queue["name"], "answered")
    assert second["transferred_from"] == first["call_id"]
    transferred = next(each for each in second["decisions"] if each["decision"] == "transferred")
    assert (transferred["agent"], transferred["reason"]) == (office.upn("amal"), f"from {first['queue']}")


def primary_uri(office: Office, name: str) -> str:
    exported = office.server.run("export", "--organization", office.name, expect=None)
    lines = exported.stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if f"name: {name}" in line)
    return next(line.split(": ", 1)[1].strip() for line in lines[at:] if "primary_uri:" in line)


def test_a_full_queue_hangs_up_and_one_that_forwards_forwards(office: Office, tmp_path: Path) -> None:
    desk = Desk(office, tmp_path)
    full = office.queue("dora", name="full", max_waiting=0)
    to_bao = {"action": "forward", "target": f"sip:{office.upn('bao')}"}
    onward = office.queue("dora", name="onward", max_waiting=0, overflow=to_bao)
    desk.open()
    caller, agent = desk.call()
    agent.refer(f"tel:{full}")
    agent.wait_notified(200)
    caller.wait_ended(10)  # who is answered hears a goodbye
    caller, agent = desk.call()
    agent.refer(f"tel:{onward}")
    ring = taken(desk.bao)
    hear_each_other(caller, ring)
    assert [call["outcome"] for call in office.calls(3)] == ["answered", "overflowed", "answered"]
    # Whom the call was forwarded to may transfer it as well.
    back = ring.refer(desk.uri("amal"))
    assert back.status == 202
    target = taken(desk.amal)
    hear_each_other(caller, target)
    target.hang_up()
    caller.wait_ended()
    *_, last = office.calls(4)
    assert last["reason"].endswith(f"transferred to {office.upn('amal')}")


def test_another_customers_queue_is_reached_by_its_number_and_learns_nothing(
    office: Office, second_office: Office, tmp_path: Path
) -> None:
    theirs = second_office.queue("dora")
    second_office.open()
    dora = second_office.agent("dora", tone=tones.THIRD_AGENT)
    desk = Desk(office, tmp_path)
    desk.open()
    caller, agent = desk.call()
    assert agent.refer(f"sip:dora@{second_office.domain}").status == 202
    agent.wait_notified(404)
    agent.refer(f"tel:{theirs}")
    ring = taken(dora)
    hear_each_other(caller, ring)
    caller.hang_up()
    (record,) = second_office.calls()
    assert (record["transferred_from"], record["outcome"]) == (None, "answered")
    assert office.domain not in str(record)


# Consultative


def test_the_caller_is_joined_with_whom_the_agent_has_asked(desk: Desk) -> None:
    caller, agent = desk.call()
    agent.reinvite(direction="sendonly")
    asked, ring = direct(desk.amal, desk.bao)
    assert agent.refer(desk.uri("bao"), replaces=asked.replaces).status == 202
    agent.wait_notified(200)
    agent.wait_ended()
    asked.wait_ended()
    hear_each_other(caller, ring)
    assert not ring.is_ended
    (record,) = desk.office.calls()
    assert record["reason"] == f"transferred to {desk.office.upn('bao')}"
    (direct_call,) = desk.office.server.status()["calls"]
    assert direct_call["agent_ids"] == [agent_id(desk.office, "bao")]
    caller.hang_up()
    ring.wait_ended()


def agent_id(office: Office, name: str) -> str:
    """The id of a user, as the live snapshot has it."""
    (call,) = office.server.status()["calls"]
    assert call["agent"] == office.upn(name)
    return str(call["agent_ids"][0])


def test_a_direct_call_is_joined_too_from_either_side(desk: Desk) -> None:
    cy = desk.office.agent("cy")
    placed, ring = direct(desk.bao, desk.amal)
    ring.reinvite(direction="sendonly")
    asked, target = direct(desk.amal, cy)
    assert asked.refer(desk.uri("bao"), replaces=ring.replaces).status == 202
    asked.wait_notified(200)
    ring.wait_ended()
    asked.wait_ended()
    hear_each_other(placed, target)
    placed.hang_up()
    target.wait_ended()


def test_whom_the_agent_has_rung_is_rung_on_for_the_caller(desk: Desk) -> None:
    for answer in (True, False):
        caller, agent = desk.call()
        asked = desk.amal.dial(desk.uri("bao"))
        ring = desk.bao.wait_call()
        asked.wait_response("INVITE", 180)
        assert agent.refer(desk.uri("bao"), replaces=asked.replaces).status == 202
        assert asked.wait_refused() == 480
        agent.wait_notified(180)
        hears_music(caller)
        if answer:
            ring.answer()
            ring.wait_up()
            agent.wait_notified(200)
            agent.wait_ended()
            hear_each_other(caller, ring)
            ring.hang_up()
            caller.wait_ended()
        else:
            ring.decline(486)
            agent.wait_notified(486)
            hear_each_other(caller, agent)
            agent.hang_up()
            caller.wait_ended()


@pytest.mark.parametrize("is_answered", [True, False])
def test_the_caller_takes_the_agents_place_in_another_queue(
    office: Office, tmp_path: Path, is_answered: bool
) -> None:
    desk = Desk(office, tmp_path)
    music = sounds.tone_file(tmp_path, tones.SECOND_MUSIC, 3)
    sales = office.queue("dora", name=f"{office.name} sales", music={"file": str(music)})
    desk.open()
    dora = office.agent("dora", tone=tones.THIRD_AGENT)
    caller, agent = desk.call()
    agent.reinvite(direction="sendonly")
    asked = desk.amal.dial(f"sip:{sales}@{office.domain}")
    asked.wait_answered()
    ring = dora.wait_call()
    if is_answered:
        ring.answer()
        ring.wait_up()
        hear_each_other(asked, ring)
    assert agent.refer(f"sip:{sales}@{office.domain}", replaces=asked.replaces).status == 202
    agent.wait_notified(200)
    agent.wait_ended()
    asked.wait_ended()
    if not is_answered:
        caller.sound.wait_for(tones.SECOND_MUSIC, since=time.time())
        ring.answer()
        ring.wait_up()
    hear_each_other(caller, ring)
    caller.hang_up()
    ring.wait_ended()
    first, second = office.calls(2)
    assert first["reason"] == f"transferred to {office.name} sales"
    assert (second["caller"], second["transferred_from"]) == ("+12065550100", first["call_id"])


def test_joins_that_make_no_sense_are_refused_and_change_nothing(desk: Desk) -> None:
    cy = desk.office.agent("cy")
    caller, agent = desk.call()
    others, ring = direct(desk.bao, cy)
    assert agent.refer(desk.uri("bao"), replaces=others.replaces).status == 403
    assert agent.refer(desk.uri("bao"), replaces=agent.replaces).status == 403
    assert agent.refer(desk.uri("bao"), replaces="nothing;to-tag=1;from-tag=2").status == 202
    agent.wait_notified(481)
    hear_each_other(caller, agent)
    hear_each_other(others, ring)
    others.hang_up()
    caller.hang_up()
    ring.wait_ended()
    agent.wait_ended()


# Real phones


def test_softphones_transfer_and_are_transferred_to(desk: Desk, tmp_path: Path) -> None:
    """baresip 1.0 transfers blindly only; asking first is the test phone's part, answering is baresip's."""
    server = desk.office.server.address
    desk.bao.register(expires=0)
    bao = Baresip(tmp_path / "bao", "bao", desk.office.domain, server, tone=tones.SECOND_AGENT)
    with contextlib.closing(bao):
        caller, agent = desk.call()
        asked = desk.amal.dial(desk.uri("bao"))
        bao.wait("CALL_INCOMING")
        bao.answer()
        asked.sound.wait_for(tones.SECOND_AGENT)
        assert agent.refer(desk.uri("bao"), replaces=asked.replaces).status == 202
        agent.wait_ended()
        ends_at_softphone(caller, bao)
        desk.amal.register(expires=0)
        amal = Baresip(tmp_path / "amal", "amal", desk.office.domain, server, tone=tones.AGENT)
        with contextlib.closing(amal):
            caller = desk.office.caller().dial(desk.number)
            amal.wait("CALL_INCOMING")
            amal.answer()
            caller.sound.wait_for(tones.AGENT)
            amal.transfer(desk.uri("bao"))
            bao.wait("CALL_INCOMING")
            bao.answer()
            amal.wait("CALL_CLOSED")
            ends_at_softphone(caller, bao)
    first, second = desk.office.calls(2)
    assert first["reason"] == second["reason"] == f"transferred to {desk.office.upn('bao')}"


def ends_at_softphone(caller: Leg, softphone: Baresip) -> None:
    """The caller and the softphone hear each other; then the caller hangs up."""
    caller.sound.wait_for(tones.SECOND_AGENT, since=time.time())
    a_moment(caller)
    caller.hang_up()
    softphone.wait("CALL_CLOSED")
    assert tones.CALLER in [tone for _, tone in softphone.heard()]
