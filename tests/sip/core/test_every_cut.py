"""Two cores talk; one dies again and again and goes on from its records, and nobody may notice (pure)."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace

import pytest
from tests.sip.core.desk import counted_entropy, restored, write_down

from huntline.sip.core.core import CoreSettings, Invite, Send, SipCore
from huntline.sip.core.events import (
    DtmfReceived,
    InviteReceived,
    LegAnswered,
    LegCancelled,
    LegConfirmed,
    LegEnded,
    LegRejected,
    OfferAnswered,
    OfferReceived,
    OfferRejected,
    SipEvent,
)
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.message import Request, Response, parse_message

CALLS = 4
SETTINGS = CoreSettings(ring_limit=60, session_expires=90)
ONE, OTHER = ("192.0.2.1", 5060), ("192.0.2.2", 5060)
DELAY = 0.01
LAST_WISH = 150.0  # seconds: more than a whole session interval


def chance(*of: object) -> random.Random:
    """The same luck for the same thing, whatever happens around it."""
    return random.Random("/".join(map(str, of)))  # noqa: S311


class StrictPeer:
    """Looks at all that one side sends, as the strictest peer would."""

    def __init__(self) -> None:
        self.requests: dict[str, bytes] = {}
        self.numbers: dict[tuple[str, str | None, str | None], int] = {}
        self.refusals: Counter[tuple[str, int]] = Counter()

    def look_at(self, data: bytes) -> None:
        message = parse_message(data)
        if isinstance(message, Response):
            if message.status >= 300:
                self.refusals[message.cseq.method, message.status] += 1
            return
        if message.method in ("ACK", "CANCEL"):
            return
        key = f"{message.top_via.branch}{message.method}"
        if key in self.requests:
            assert self.requests[key] == data, "a request that is sent again is the same request"
        else:
            self.requests[key] = data
            self.check_number(message)

    def check_number(self, request: Request) -> None:
        dialog = (request.call_id, request.from_tag, request.to_tag)
        number = request.cseq.sequence
        assert number > self.numbers.get(dialog, 0), f"{request.method} {number} is out of order"
        self.numbers[dialog] = number


@dataclass
class Side:
    """A core, the records of its legs, and a user who decides by chance but always the same."""

    name: str
    seed: int
    core: SipCore
    flow: Flow
    journal: dict[str, bytes] = field(default_factory=dict)
    lives: dict[str, str] = field(default_factory=dict)  # leg -> its name for the story, as long as it lives
    ends: dict[str, str] = field(default_factory=dict)
    wishes: list[tuple[float, str, str]] = field(default_factory=list)
    heard: Counter[str] = field(default_factory=Counter)
    open_offers: set[str] = field(default_factory=set)
    deaths: int = 0

    def wish(self, at: float, what: str, leg_id: str) -> None:
        self.wishes.append((at, what, leg_id))

    def luck(self, leg_id: str, what: str) -> random.Random:
        self.heard[leg_id + what] += 1
        return chance(self.seed, self.name, self.lives[leg_id], what, self.heard[leg_id + what])

    def take_events(self, now: float) -> None:
        for event in self.core.take_events():
            self.react(event, now)

    def react(self, event: SipEvent, now: float) -> None:
        match event:
            case InviteReceived(leg_id, request, _, _):
                self.lives[leg_id] = request.header("subject") or ""
                luck = self.luck(leg_id, "invited")
                self.wish(now + 1, luck.choice(("ring", "early")), leg_id)
                self.wish(now + 3 + 4 * luck.random(), luck.choice(("answer", "answer", "reject")), leg_id)
            case OfferReceived(leg_id, _):
                if leg_id not in self.open_offers:  # else it is told once more
                    self.open_offers.add(leg_id)
                    luck = self.luck(leg_id, "offered")
                    self.wish(now + 2 * luck.random(), luck.choice(("accept", "accept", "refuse")), leg_id)
            case LegConfirmed(leg_id, _) | LegAnswered(leg_id, _):
                if leg_id in self.lives and self.heard[leg_id + "talks"] == 0:
                    self.core.accept_offer(leg_id, f"v=0 {self.name} late", now)
                    self.talk(leg_id, now)
            case LegEnded(leg_id, reason):
                self.over(leg_id, reason)
            case LegCancelled(leg_id):
                self.over(leg_id, "cancelled")
            case LegRejected(leg_id, status):
                self.over(leg_id, f"rejected {status}")
            case OfferAnswered(leg_id) | OfferRejected(leg_id) | DtmfReceived(leg_id):
                self.heard[f"{self.lives[leg_id]} {type(event).__name__}"] += 1
            case _:
                pass

    def talk(self, leg_id: str, now: float) -> None:
        luck = self.luck(leg_id, "talks")
        for _ in range(luck.randrange(5)):
            self.wish(now + 20 * luck.random(), luck.choice(("offer", "identify", "key")), leg_id)
        self.wish(now + 6 + luck.choice((10, LAST_WISH)) * luck.random(), "hang_up", leg_id)

    def over(self, leg_id: str, how: str) -> None:
        assert leg_id in self.lives, "a leg ends once, and only when nobody hung up on it"
        self.ends[self.lives.pop(leg_id)] = how
        self.open_offers.discard(leg_id)

    def act(self, now: float) -> None:
        due = [wish for wish in self.wishes if wish[0] <= now]
        self.wishes = [wish for wish in self.wishes if wish[0] > now]
        for _, what, leg_id in due:
            if leg_id in self.lives:
                self.do(what, leg_id, now)

    def do(self, what: str, leg_id: str, now: float) -> None:
        core, mine = self.core, f"v=0 {self.name} {self.lives[leg_id]}"
        match what:
            case "ring":
                core.ring(leg_id, now)
            case "early":
                core.ring(leg_id, now, status=183, sdp=mine)
            case "answer":
                core.answer(leg_id, mine, now)
            case "reject":
                core.reject(leg_id, 486, now)
                self.over(leg_id, "refused")
            case "offer":
                self.heard[leg_id + "offers"] += 1
                core.offer(leg_id, f"{mine} {self.heard[leg_id + 'offers']}", now)
            case "identify":
                core.identify(leg_id, (("P-Asserted-Identity", "<sip:somebody@contoso.com>"),), now)
            case "key":
                core.send_key(leg_id, "5", now)
            case "accept":
                self.open_offers.discard(leg_id)
                core.accept_offer(leg_id, f"{mine} accepted", now)
            case "refuse":
                self.open_offers.discard(leg_id)
                core.reject_offer(leg_id, 488, now)
            case _:
                core.hang_up(leg_id, now)
                self.over(leg_id, "hung up")

    def die_and_go_on(self, now: float) -> None:
        """Another core takes over, which knows the records and nothing else."""
        self.deaths += 1
        self.core = restored(self.journal, SETTINGS, now, self.seed * 1000 + 100 + self.deaths)
        self.take_events(now)
        write_down(self.core, self.journal)


class Story:
    """What happens between a caller and a callee, of whom one may die."""

    def __init__(
        self, seed: int, *, mortal: str, loss: float = 0.0, transport: Transport = Transport.UDP
    ) -> None:
        self.luck = chance(seed, "network")
        self.loss = loss
        connection = int(transport.is_reliable)
        there, back = Flow(transport, ONE, OTHER, connection), Flow(transport, OTHER, ONE, connection)
        self.caller = Side("caller", seed, SipCore(SETTINGS, counted_entropy(1)), there)
        self.callee = Side("callee", seed, SipCore(SETTINGS, counted_entropy(2)), back)
        self.mortal = self.caller if mortal == "caller" else self.callee
        self.strict = StrictPeer()
        self.wire: list[tuple[float, Side, bytes]] = []
        self.now = 0.0
        self.steps = 0
        for number in range(CALLS):
            self.call(f"call{number}", chance(seed, number))

    def call(self, name: str, luck: random.Random) -> None:
        caller = self.caller
        caller.lives[name] = name
        headers: tuple[tuple[str, str], ...] = (("Subject", name),)
        headers += (("Require", "100rel"),) * luck.randrange(2)
        sdp = luck.choice(("v=0 offer", "v=0 offer", ""))
        invite = Invite(name, "sip:b@192.0.2.2", caller.flow, "<sip:a@a>", "<sip:b@b>", sdp, "a", headers)
        caller.core.invite(invite, 0.0)
        if luck.random() < 0.3:
            caller.wish(luck.random() * 8, "hang_up", name)

    def run(self, deaths: str = "none", share: float = 1.0) -> None:
        moment: float | None = 0.0
        while moment is not None and moment < 10_000:
            self.now = moment
            for item in [item for item in self.wire if item[0] <= self.now]:
                if item not in self.wire:
                    continue  # its connection has ended
                self.wire.remove(item)
                item[1].core.receive(item[2], item[1].flow, self.now)
                self.turn(item[1], deaths, share)
            for side in (self.caller, self.callee):
                side.core.tick(self.now)
                side.act(self.now)
                self.turn(side, deaths, share)
            moment = self.next_moment()

    def turn(self, side: Side, deaths: str, share: float) -> None:
        """Events, records, output; and death before or after the output."""
        side.take_events(self.now)
        has_changed = write_down(side.core, side.journal)
        dies = side is self.mortal and has_changed and deaths != "none" and self.luck.random() < share
        for send in side.core.take_output():
            if side is self.mortal:
                self.strict.look_at(send.data)
            if not (dies and deaths == "before sending"):
                self.carry(side, send)
        if dies:
            self.die()

    def die(self) -> None:
        """The mortal side dies, and goes on."""
        self.mortal.die_and_go_on(self.now)
        self.steps += 1

    def peer_of(self, side: Side) -> Side:
        return self.callee if side is self.caller else self.caller

    def carry(self, sender: Side, send: Send) -> None:
        if self.luck.random() >= self.loss:
            self.wire.append((self.now + DELAY, self.peer_of(sender), send.data))

    def next_moment(self) -> float | None:
        moments = [item[0] for item in self.wire]
        for side in (self.caller, self.callee):
            moments += [wish[0] for wish in side.wishes]
            if (deadline := side.core.next_deadline()) is not None:
                moments.append(max(deadline, self.now))
        return min(moments, default=None)

    def check_end(self) -> None:
        """Every call is over for both, and nothing is left anywhere."""
        for side in (self.caller, self.callee):
            assert side.lives == {}
            assert (side.core.leg_count, side.core.transaction_count) == (0, 0)
        assert self.mortal.journal == {}

    @property
    def ends(self) -> tuple[dict[str, str], dict[str, str]]:
        return self.caller.ends, self.callee.ends


class ConnectedStory(Story):
    """The two are connected, and no connection outlives the process at one of its ends.

    The peer comes back after a while, as one that registers again; one over TCP listens as well.
    """

    def __init__(self, seed: int, *, mortal: str, transport: Transport) -> None:
        super().__init__(seed, mortal=mortal, transport=transport)
        self.number = 1
        self.is_connected = True
        self.lost: dict[str, Flow] = {}
        self.back_at: float | None = None
        self.failures: list[tuple[Side, Flow]] = []

    def turn(self, side: Side, deaths: str, share: float) -> None:
        super().turn(side, deaths if self.back_at is None else "none", share)

    def die(self) -> None:
        peer = self.peer_of(self.mortal)
        self.lost = {side.name: side.flow for side in (peer, self.mortal)}
        self.wire.clear()
        self.is_connected = False
        self.back_at = self.now + 4 * self.luck.random()
        super().die()
        peer.core.flow_failed(peer.flow, self.now)
        peer.take_events(self.now)

    def carry(self, sender: Side, send: Send) -> None:
        is_to_listener = not send.flow.connection and sender is self.mortal
        if is_to_listener and not self.is_connected:
            self.connect()
        if is_to_listener or (self.is_connected and send.flow == sender.flow):
            super().carry(sender, send)
        else:
            self.failures.append((sender, send.flow))

    def connect(self) -> None:
        self.number += 1
        self.is_connected = True
        for side in (self.caller, self.callee):
            side.flow = replace(side.flow, connection=self.number)

    def come_back(self) -> None:
        self.back_at = None
        if not self.is_connected:
            self.connect()
        for side in (self.caller, self.callee):
            side.core.move_flow(self.lost[side.name], side.flow, self.now)
            side.take_events(self.now)

    def next_moment(self) -> float | None:
        if self.back_at is not None and self.back_at <= self.now:
            self.come_back()
        failures, self.failures = self.failures, []
        for side, flow in failures:
            side.core.flow_failed(flow, self.now)
            side.take_events(self.now)
        moments = [moment for moment in (super().next_moment(), self.back_at) if moment is not None]
        return self.now if failures else min(moments, default=None)


MORTALS = pytest.mark.parametrize("mortal", ["caller", "callee"])


@MORTALS
@pytest.mark.parametrize("seed", range(12))
def test_a_process_that_dies_after_every_turn_changes_nothing(seed: int, mortal: str) -> None:
    undisturbed, cut = Story(seed, mortal=mortal), Story(seed, mortal=mortal)
    undisturbed.run()
    cut.run("after sending")
    cut.check_end()
    assert cut.steps > 10
    assert cut.ends == undisturbed.ends
    unknown = {("BYE", 481)}  # a BYE that comes again: the dialog is over for both
    assert set(cut.strict.refusals) - unknown <= set(undisturbed.strict.refusals)


@MORTALS
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("loss", [0.0, 0.2])
def test_what_a_dying_process_did_not_get_out_is_made_up_for(seed: int, mortal: str, loss: float) -> None:
    story = Story(seed, mortal=mortal, loss=loss)
    story.run("before sending", share=0.2)
    story.check_end()


@MORTALS
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("transport", [Transport.WS, Transport.TCP])
def test_calls_find_their_peers_again_by_other_connections(
    seed: int, mortal: str, transport: Transport
) -> None:
    story = ConnectedStory(seed, mortal=mortal, transport=transport)
    story.run("after sending", share=0.2)
    story.check_end()
    assert story.steps
