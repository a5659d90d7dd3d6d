"""Busy lamps by real call control: field case O12, each call in true order and dark at its end (edge)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from tests.calls.exchange import BAO, FLOW, PLAN, QUEUE, Exchange, account
from tests.fakes.messages import request
from tests.fakes.notifier import FakeNotifier, answer_to

from huntline.calls.caller_identity import CallerId
from huntline.calls.contacts import Contact
from huntline.calls.model import Call
from huntline.directory.in_force import SettingsInForce
from huntline.engine import commands as do
from huntline.engine.model import Outcome
from huntline.engine.reasons import StopReason
from huntline.signalling.busy_lamps import BusyLamps
from huntline.sip.core.events import LegCancelled, LegRinging, RequestReceived
from huntline.sip.servers.dialog_info import DialogPackage
from huntline.sip.servers.subscriptions import Subscriptions
from huntline.sip.servers.watched_resources import WatchedResources

NS = "{urn:ietf:params:xml:ns:dialog-info}"
AMAL = "sip:amal@contoso.com"
DESK = "sip:help%20desk@contoso.com"


class Board:
    """A telephone with lamps, and all that it was shown."""

    def __init__(self) -> None:
        self.house = Exchange(changed=self._changed)
        self.notifier = FakeNotifier()
        settings = SettingsInForce(PLAN)
        self.lamps = BusyLamps(
            lambda: self.house.tools.book,
            settings,
            lambda resource: self.server.is_watched(resource),
            lambda resource: self.server.changed("dialog", resource, 0.0),
        )
        self.server = Subscriptions(
            self.notifier, [DialogPackage(WatchedResources(settings), self.lamps.shown)]
        )
        self._watches = 0

    def _changed(self, call: Call) -> None:
        self.lamps.call_changed(call)
        self.look()

    def watch(self, uri: str, by: str = "bao") -> None:
        self._watches += 1
        number = f"{self._watches}"
        headers = ("Event: dialog", "Contact: <sip:bao@10.0.0.5>")
        message = request("SUBSCRIBE", uri, *headers, sender=f"sip:{by}@contoso.com", call_id=number)
        self.server.handle(RequestReceived(number, message, FLOW), account(by), 0.0)
        assert self.notifier.last.status == 200
        self.look()

    def look(self) -> None:
        """What is sent arrives, and time goes by."""
        for sent in self.notifier.unanswered():
            self.server.answered(answer_to(sent, 200), 0.0)
        self.server.tick(1.0)
        for subscription in self.server.of("dialog", "amal"):
            subscription.not_before = 0.0
        for subscription in self.server.of("dialog", "desk"):
            subscription.not_before = 0.0

    def documents(self, watch: int = 1) -> list[Element]:
        sent = [each for each in self.notifier.sent if each.from_tag == f"tag-{watch}"]
        return [fromstring(str(each.body)) for each in sent]

    def states(self, watch: int = 1) -> dict[str, list[str]]:
        """The states that each dialog was shown in, without repetitions."""
        shown: dict[str, list[str]] = {}
        for document in self.documents(watch):
            for dialog in document:
                states = shown.setdefault(dialog.attrib["id"], [])
                state = str(dialog.findtext(f"{NS}state"))
                if states[-1:] != [state]:
                    states.append(state)
        return shown

    def assert_true(self) -> None:
        """O12: versions without a gap, and whatever was lit is dark at the end."""
        for watch in range(1, self._watches + 1):
            versions = [int(document.attrib["version"]) for document in self.documents(watch)]
            assert versions == list(range(len(versions)))
            assert all(states[-1] == "terminated" for states in self.states(watch).values())
            assert all(states.count("terminated") == 1 for states in self.states(watch).values())


def play(story: Callable[[Board], Awaitable[None]]) -> None:
    """Run a story, to the end of all its calls."""

    async def told_once() -> None:
        board = Board()
        try:
            await story(board)
            board.house.b2bua.end_calls()
            board.look()
            board.assert_true()
        finally:
            await board.house.b2bua.close()

    asyncio.run(told_once())


async def ring_amal(house: Exchange, call: Call, number: int = 1) -> str:
    ring_id = f"{call.call_id}.{number}"
    await house.asks(do.RingAgent(ring_id, call.call_id, "desk", "amal"))
    return ring_id


async def over(house: Exchange, call: Call) -> None:
    """The engine ends a call."""
    await house.asks(do.EndCall(call.call_id, Outcome.ANSWERED))


def test_an_agent_is_rung_talks_and_is_free() -> None:
    async def story(board: Board) -> None:
        board.watch(AMAL)
        call = await board.house.with_agent()
        await over(board.house, call)
        assert board.states() == {f"{call.call_id}.1": ["early", "confirmed", "terminated"]}

    play(story)


@pytest.mark.parametrize("status", [486, 603, 480, 404])
def test_a_phone_that_refuses_right_after_it_rang(status: int) -> None:
    async def story(board: Board) -> None:
        board.watch(AMAL)
        call = await board.house.waiting()
        await ring_amal(board.house, call)
        leg = board.house.ringing_leg(call)
        board.house.b2bua.handle_sip(LegRinging(leg.leg_id, 180, None))
        await board.house.refuses(leg, status)
        assert board.states() == {f"{call.call_id}.1": ["early", "terminated"]}
        await ring_amal(board.house, call, 2)
        assert board.states()[f"{call.call_id}.2"] == ["early"]

    play(story)


def test_the_losing_phone_of_a_ring_does_not_end_the_lamp() -> None:
    async def story(board: Board) -> None:
        house = board.house
        two = [Contact("sip:amal@10.0.0.5", FLOW), Contact("sip:amal@10.0.0.6", FLOW)]
        house.site.contacts = lambda account_id: list(two)  # type: ignore[method-assign]
        board.watch(AMAL)
        call = await house.waiting()
        ring_id = await ring_amal(house, call)
        first, second = house.ringing(call).legs.values()
        await house.refuses(first, 486)
        assert board.states() == {ring_id: ["early"]}
        await house.answers_by(second)
        assert board.states() == {ring_id: ["early", "confirmed"]}
        await house.asks(do.BridgeCall(call.call_id, ring_id, "amal"))
        await house.hangs_up(second)
        assert board.states() == {ring_id: ["early", "confirmed", "terminated"]}

    play(story)


def test_the_caller_gives_up_and_the_time_is_over() -> None:
    async def story(board: Board) -> None:
        board.watch(AMAL)
        call = await board.house.waiting()
        ring_id = await ring_amal(board.house, call)
        await board.house.asks(do.StopRinging(ring_id, StopReason.NO_ANSWER))
        assert board.states() == {ring_id: ["early", "terminated"]}
        again = await ring_amal(board.house, call, 2)
        await board.house.hangs_up(call.caller)
        await over(board.house, call)
        assert board.states()[again] == ["early", "terminated"]

    play(story)


def test_who_calls_is_trying_and_then_talks() -> None:
    async def story(board: Board) -> None:
        board.watch(AMAL)
        house = board.house
        call = await house.dials(BAO, account("amal"))
        assert board.states() == {call.call_id: ["trying", "early"]}
        await house.answers(call)
        (dialog,) = board.documents()[-1]
        assert (dialog.get("direction"), dialog.findtext(f"{NS}state")) == ("initiator", "confirmed")
        await house.hangs_up(call.caller)
        assert board.states() == {call.call_id: ["trying", "early", "confirmed", "terminated"]}

    play(story)


def test_a_call_of_ones_own_that_is_given_up_or_refused_is_over() -> None:
    async def story(board: Board) -> None:
        board.watch(AMAL)
        house = board.house
        given_up = await house.dials(BAO, account("amal"))
        await house.said(LegCancelled(given_up.caller.leg_id))
        refused = await house.dials(BAO, account("amal"))
        await house.rejects(refused, 486)
        assert [each[-1] for each in board.states().values()] == ["terminated", "terminated"]

    play(story)


def test_who_watches_in_the_middle_of_a_call_sees_it_at_once() -> None:
    async def story(board: Board) -> None:
        call = await board.house.with_agent()
        board.watch(AMAL)
        assert board.states() == {f"{call.call_id}.1": ["confirmed"]}

    play(story)


def test_a_queue_is_lit_while_somebody_waits_and_while_agents_talk() -> None:
    async def story(board: Board) -> None:
        board.watch(DESK)
        first = await board.house.with_agent()
        waits, talks = f"early-{first.call_id}", f"confirmed-{first.call_id}"
        assert board.states() == {waits: ["early", "terminated"], talks: ["confirmed"]}
        second, third = await board.house.waiting(), await board.house.waiting()
        told = len(board.documents())
        assert board.states()[f"early-{second.call_id}"] == ["early"]
        assert f"early-{third.call_id}" not in board.states()
        await over(board.house, third)
        assert len(board.documents()) == told

    play(story)


def test_a_call_that_has_left_the_queue_lights_nothing_there() -> None:
    async def story(board: Board) -> None:
        board.watch(DESK)
        call = await board.house.forwarded()
        assert board.states() == {f"early-{call.call_id}": ["early", "terminated"]}

    play(story)


def test_a_full_queue_refuses_and_is_dark() -> None:
    async def story(board: Board) -> None:
        board.watch(DESK)
        call = await board.house.dials(QUEUE)
        await board.house.asks(do.RefuseCall(call.call_id, Outcome.OVERFLOWED))

    play(story)


def test_who_calls_is_shown_to_oneself_and_not_to_colleagues_and_never_who_hides() -> None:
    async def story(board: Board) -> None:
        board.watch(AMAL, by="bao")
        board.watch(AMAL, by="amal")
        call = await board.house.with_agent()

        def remotes(watch: int) -> list[str | None]:
            return [each.text for each in board.documents(watch)[-1].iterfind(f".//{NS}remote/{NS}identity")]

        assert (remotes(1), remotes(2)) == ([], ["sip:+14255550123@contoso.com"])
        call.caller_id = CallerId("anonymous")
        board.lamps.call_changed(call)
        board.look()
        assert (remotes(1), remotes(2)) == ([], ["sip:anonymous@anonymous.invalid"])

    play(story)


def test_an_agent_on_hold_plays_nothing() -> None:
    async def story(board: Board) -> None:
        board.watch(AMAL)
        call = await board.house.with_agent()
        assert call.callee is not None
        call.callee.is_holding = True
        board.lamps.call_changed(call)
        board.look()
        (parameter,) = board.documents()[-1].iter(f"{NS}param")
        assert parameter.get("pval") == "no"

    play(story)


def test_who_is_watched_no_longer_is_forgotten() -> None:
    async def story(board: Board) -> None:
        board.watch(AMAL)
        call = await board.house.with_agent()
        (subscription,) = board.server.of("dialog", "amal")
        board.server.tick(subscription.expires_at)
        call.caller.is_holding = True
        await over(board.house, call)
        assert (board.lamps._of, board.lamps._of_calls) == ({}, {})

    async def told_once() -> None:
        board = Board()
        await story(board)
        await board.house.b2bua.close()

    asyncio.run(told_once())


def test_another_process_ends_what_was_lit_and_goes_on_with_what_is() -> None:
    async def story(board: Board) -> None:
        board.watch(AMAL)
        talking = await board.house.with_agent()
        gone = await board.house.waiting()
        ring_id = await ring_amal(board.house, gone)
        state = board.server.state("tag-1", 0.0)
        assert state is not None
        heir = Board()
        heir.house.tools.book.take_up(replace(talking))
        heir.server.restore("tag-1", state, 0.0, 0.0)
        heir.server.changed_for_all(1.0)
        heir.server.tick(1.0)
        (document,) = heir.documents()
        assert document.attrib["version"] == str(len(board.documents()))
        shown = {dialog.attrib["id"]: dialog.findtext(f"{NS}state") for dialog in document}
        assert shown == {f"{talking.call_id}.1": "confirmed", ring_id: "terminated"}
        await heir.house.b2bua.close()

    play(story)
