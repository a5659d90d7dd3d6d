"""Call control whole, without sockets: SIP, media and the house around it are written by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.fakes.messages import request
from tests.fakes.plans import CONTOSO

from huntline.attendant.dial_by_name import DialDirectory
from huntline.attendant.model import FlowPlan, KeyAction, MenuChoice, MenuPlan, Person, Sound, SpokenText
from huntline.calls.admission import Admitted, NotAdmitted
from huntline.calls.b2bua import B2bua, Recorded
from huntline.calls.box_visit import HeardMessage, MessageChange
from huntline.calls.contacts import Callee, Contact
from huntline.calls.diversion import number_hop, person_hop
from huntline.calls.mailroom import NoRoom, Said
from huntline.calls.model import Call, Leg, Ring
from huntline.calls.refusals import Refusals
from huntline.calls.tools import CallTools
from huntline.directory.attendants import Attendant
from huntline.directory.encryption import Encryption
from huntline.directory.in_force import SettingsInForce
from huntline.directory.mailboxes import BoxKind, BoxOwner, MailboxSettings
from huntline.directory.organization import QueueSettings
from huntline.directory.plan import (
    Account,
    AttendantTarget,
    OutsideNumber,
    PersonRule,
    QueueTarget,
    ServerPlan,
    Target,
    UserTarget,
    VoicemailTarget,
)
from huntline.directory.refused import RefusedCall
from huntline.directory.star_codes import StarCode
from huntline.engine import commands as do
from huntline.engine import events as told
from huntline.engine.model import ExitPrompt
from huntline.engine.waits import WaitBand
from huntline.errors import PeerError
from huntline.media.interface import NotAcceptable, PlayFinished, SpeechUnavailable
from huntline.sip.core.core import Invite
from huntline.sip.core.events import (
    DtmfReceived,
    InviteReceived,
    LegAnswered,
    LegEnded,
    LegRejected,
    LegRinging,
    ReferReceived,
    SipEvent,
)
from huntline.sip.core.flow import Flow, Transport
from huntline.sip.core.grammar import Uri, parse_uri
from huntline.sip.core.leg_record import LegView
from huntline.sip.core.replaces_header import Replaces

DESK = QueueSettings(
    queue_id="desk", name="Help Desk", domain="contoso.com", primary_uri="sip:desk@contoso.com"
)
RECEPTION = Attendant(attendant_id="reception", name="Reception", domain="contoso.com")
NIGHT = Attendant(attendant_id="night", name="Night", domain="contoso.com")
PLAN = ServerPlan((replace(CONTOSO, queues=(DESK,), attendants=(RECEPTION, NIGHT)),))
MENU = MenuPlan(
    prompts=(SpokenText("menu"),),
    choices=(
        MenuChoice("1", KeyAction.GO, "Help Desk"),
        MenuChoice("2", KeyAction.GO, "attendant:Night"),
        MenuChoice("3", KeyAction.BY_EXTENSION),
        MenuChoice("4", KeyAction.DISCONNECT),
        MenuChoice("5", KeyAction.GO, "gone"),
        MenuChoice("*", KeyAction.BACK),
    ),
    wait_for_key=5,
    repeats=1,
)
"""What the flows of both have, see ``FakeSite``."""
FLOW = Flow(Transport.UDP, ("127.0.0.1", 5060), ("10.0.0.5", 5060))
SDP = "v=0\r\no=- 1 1 IN IP4 10.0.0.5\r\ns=-\r\nc=IN IP4 10.0.0.5\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
QUEUE = QueueTarget("desk", "contoso")
BAO = UserTarget("bao", "contoso")
ATTENDANT = AttendantTarget("reception", "contoso")
CODE = StarCode("contoso", "opt-out")
AMAL_BOX = VoicemailTarget("amal", "contoso")
ECHO = StarCode("contoso", "echo")
LISTEN = StarCode("contoso", "voicemail")
OUTSIDE = OutsideNumber("+442071234567", "contoso")


def account(user_id: str) -> Account:
    """A user of the plan."""
    found = PLAN.account_by_id(user_id)
    assert found is not None
    return found


class FakeUserAgent:
    """Keeps what it is told to do: the verb, the leg and the status or key that goes with it."""

    def __init__(self) -> None:
        self.did: list[tuple[Any, ...]] = []
        self.invites: list[Invite] = []
        self.dialogs: dict[str, Any] = {}  # by the tag of Replaces

    def now(self) -> float:
        return 0.0

    def resolve_literal(self, uri: str) -> Flow:
        return FLOW

    def invite(self, invite: Invite) -> None:
        self.invites.append(invite)

    def leg(self, leg_id: str) -> Any:
        return None

    def replaced_leg(self, replaces: Replaces) -> LegView | None:
        found: LegView | None = self.dialogs.get(replaces.to_tag)
        return found

    def ring(self, leg_id: str, *, status: int = 180, sdp: str | None = None) -> None:
        self.did.append(("ring", leg_id, status))

    def offer(self, leg_id: str, sdp: str) -> None:
        self.did.append(("offer", leg_id))

    def answer(self, leg_id: str, sdp: str) -> None:
        self.did.append(("answer", leg_id))

    def reject(self, leg_id: str, status: int, *, headers: Any = ()) -> None:
        self.did.append(("reject", leg_id, status))

    def hang_up(self, leg_id: str, *, headers: Any = ()) -> None:
        self.did.append(("hang up", leg_id))

    def accept_offer(self, leg_id: str, sdp: str, *, fork: str = "") -> None:
        self.did.append(("accept offer", leg_id))

    def identify(self, leg_id: str, headers: Any) -> None:
        self.did.append(("identify", leg_id))

    def send_key(self, leg_id: str, key: str) -> None:
        self.did.append(("key", leg_id, key))

    def ask_whether_there(self, leg_id: str) -> None:
        self.did.append(("ask", leg_id))

    def accept_refer(self, leg_id: str) -> None:
        self.did.append(("accept refer", leg_id))

    def refuse_refer(self, leg_id: str, status: int, *, headers: Any = ()) -> None:
        self.did.append(("refuse refer", leg_id, status))

    def notify_refer(self, leg_id: str, status: int) -> None:
        self.did.append(("notify", leg_id, status))


class FakeMedia:
    """Has an answer to everything, unless it is to fail; ``legs`` are those that nobody gave back."""

    def __init__(self) -> None:
        self.did: list[tuple[str, ...]] = []
        self.legs: set[str] = set()
        self.failure: PeerError | None = None
        self.wide: set[str] = set()  # legs that speak another codec than any other
        self.encryptions: list[Encryption] = []  # of offers of ours, and answers

    async def answer(self, leg_id: str, sdp_offer: str, *, encryption: Encryption = Encryption.NEVER) -> str:
        return await self.offer(leg_id, encryption=encryption)

    async def offer(
        self,
        leg_id: str,
        like: str | None = None,
        *,
        is_secure: bool = False,
        encryption: Encryption = Encryption.NEVER,
    ) -> str:
        if self.failure is not None:
            raise self.failure
        self.legs.add(leg_id)
        self.encryptions.append(encryption)
        return SDP

    async def renew(self, leg_id: str) -> str:
        return await self.offer(leg_id)

    async def accept(self, leg_id: str, sdp_answer: str, *, bridge: str | None = None) -> None:
        if self.failure is not None:
            raise self.failure

    def play(self, leg_id: str, sources: Sequence[str], *, loop: bool) -> None:
        self.did.append(("play", leg_id, *sources))

    def announce(self, leg_id: str, sources: Sequence[str]) -> None:
        self.did.append(("announce", leg_id, *sources))

    def stop(self, leg_id: str) -> None:
        self.did.append(("stop", leg_id))

    def bridge(self, leg_a: str, leg_b: str) -> None:
        self.did.append(("bridge", leg_a, leg_b))

    def unbridge(self, leg_id: str) -> None:
        self.did.append(("unbridge", leg_id))

    def relatch(self, leg_id: str) -> None:
        self.did.append(("relatch", leg_id))

    def record(self, leg_id: str, path: str, *, most_s: float, silence_s: float) -> None:
        self.did.append(("record", leg_id, path))

    def stop_recording(self, leg_id: str) -> None:
        self.did.append(("stop-recording", leg_id))

    def to_narrow(self, leg_a: str, leg_b: str) -> list[str]:
        return [leg_id for leg_id in (leg_a, leg_b) if leg_id in self.wide]

    async def offer_narrow(self, leg_id: str, like: str) -> str:
        self.did.append(("offer-narrow", leg_id, like))
        return SDP

    def takes_keys(self, leg_id: str) -> bool:
        return False

    def delete(self, leg_id: str) -> None:
        self.legs.discard(leg_id)


class FakeSite:
    """Everybody has one phone; whom a queue forwards to is outside."""

    ringing_tone = "ringing"

    def __init__(self) -> None:
        self.greetings: dict[str, str] = {}
        self.flows = {
            "reception": FlowPlan("reception", "en", (Sound("hello"),), MENU),
            "night": FlowPlan("night", "fr", (), MENU),
        }
        self.exit_prompts: dict[ExitPrompt, str] = {}
        self.messages: list[str] = []
        self.unspoken: set[str] = set()
        self.rule = PersonRule()
        self.outside = Contact("sip:x@10.0.0.9", FLOW)

    def contacts(self, account_id: str) -> list[Contact]:
        return [Contact(f"sip:{account_id}@10.0.0.5", FLOW)]

    def person(self, person: Account) -> Callee:
        path = (person_hop(PLAN, person),)
        return Callee(person.user_id, self.contacts(person.user_id), path=path, rule=self.rule)

    def callee(self, organization_id: str, target: str) -> Callee:
        hop = number_hop(PLAN, organization_id, target.removeprefix("tel:"))
        return Callee(None, [self.outside], is_by_trunk=True, path=(hop,))

    def exit_prompt(self, queue_id: str, prompt: ExitPrompt) -> str | None:
        return self.exit_prompts.get(prompt)

    def message(self, queue_id: str, number: int) -> str | None:
        return self.messages[number] if number < len(self.messages) else None

    def place_in_line(self, queue_id: str, position: int | None, wait: WaitBand | None) -> Sequence[str]:
        told = [f"position {position}"] if position else []
        told += [f"wait {wait.least}"] if wait else []
        return [each for each in told if each not in self.unspoken]

    def introduction(self, queue_id: str, waited: timedelta) -> Sequence[str]:
        return (f"call from {queue_id}", f"waited {waited.seconds}")

    def greeting(self, queue_id: str) -> str | None:
        return self.greetings.get(queue_id)

    def flow(self, attendant_id: str) -> FlowPlan | None:
        return self.flows.get(attendant_id)

    def dial_directory(self, attendant_id: str) -> DialDirectory:
        return DialDirectory((Person("sip:bao@contoso.com", "Bao Tran", "301"),))

    def sound(self, sha256: str) -> str:
        return f"sound {sha256}"

    def music(self, queue_id: str | None) -> str:
        return "music"

    async def obey_star_code(self, account_id: str, code: StarCode) -> str:
        return "tone"


class FakeSpeech:
    """Has spoken everything already, but for what is ``unknown``, and nothing that is ``unspeakable``."""

    def __init__(self) -> None:
        self.unknown: set[str] = set()
        self.unspeakable: set[str] = set()

    def known(self, text: str, language: str) -> str | None:
        return None if text in self.unknown | self.unspeakable else f"{language}: {text}"

    async def source(self, text: str, language: str) -> str:
        if text in self.unspeakable:
            raise SpeechUnavailable("no voice")
        await asyncio.sleep(0)
        return f"{language}: {text}"


class FakeMailroom:
    """Boxes in memory: what is said is one source for each sentence. ``failure`` is raised by all that
    waits."""

    beep = "beep"

    def __init__(self) -> None:
        self.boxes = {"amal": MailboxSettings()}
        self.is_box_full = False
        self.pin: str | None = "2468"
        self.wrong_pins = 0
        self.begun: list[tuple[str, str, str]] = []
        self.finished: list[str] = []
        self.has_speech = True
        self.heard_ids: list[str] = []
        self.changes: list[tuple[str, MessageChange]] = []
        self.kept: list[HeardMessage] = []
        self.greetings: list[str] = []
        self.failure: Exception | None = None
        self.asked = asyncio.Event()  # for a sentence, or for the end of a message

    def owner(self, box_id: str) -> BoxOwner | None:
        if box_id not in self.boxes:
            return None
        return BoxOwner(box_id, "contoso", BoxKind.PERSON, "Amal", (box_id,), "sip:amal@contoso.com")

    def settings(self, box_id: str) -> MailboxSettings:
        return self.boxes[box_id]

    async def is_full(self, box_id: str) -> bool:
        self._fail()
        return self.is_box_full

    async def sources(self, box_id: str, said: Sequence[Said]) -> tuple[str, ...]:
        self.asked.set()
        return tuple(str(each.prompt) for each in said)

    async def begin(self, box_id: str, call_id: str, number: str, name: str) -> tuple[str, str]:
        self._fail()
        if self.is_box_full:
            raise NoRoom("full")
        self.begun.append((box_id, call_id, number))
        message_id = f"m{len(self.begun)}"
        return message_id, f"/voicemail/{message_id}.wav"

    async def finish(self, message_id: str) -> bool:
        self._fail()
        self.asked.set()
        self.finished.append(message_id)
        return self.has_speech

    async def has_pin(self, box_id: str) -> bool:
        return self.pin is not None

    async def is_locked(self, box_id: str) -> bool:
        return self.wrong_pins >= 5

    async def is_pin(self, box_id: str, pin: str) -> bool:
        self.wrong_pins += pin != self.pin
        return pin == self.pin and not await self.is_locked(box_id)

    async def messages(self, box_id: str) -> list[HeardMessage]:
        self._fail()
        return list(self.kept)

    async def heard(self, message_id: str, box_id: str) -> None:
        self.heard_ids.append(message_id)

    async def change(self, message_id: str, box_id: str, change: MessageChange) -> None:
        self.changes.append((message_id, change))

    def greeting_file(self, box_id: str) -> tuple[str, str]:
        return "greeting.wav", "/voicemail/greeting.wav"

    async def keep_greeting(self, box_id: str, name: str) -> bool:
        self.greetings.append(name)
        return True

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


class FakeAdmission:
    """Lets everybody in; ``target`` is what they dial, or hand somebody on to."""

    def __init__(self) -> None:
        self.target: Target = QUEUE
        self.caller: Account | None = None
        self.refusal: NotAdmitted | None = None

    def decide(self, *_: Any) -> Admitted | NotAdmitted:
        return self.refusal or Admitted(self.target, self.caller)

    def target_for(self, person: Account, dialled: Uri) -> Target:
        return self.target

    def owner_of(self, *_: Any) -> str:
        return "contoso"


class Exchange:
    """What the engine hears is in ``posted``, what is written down in ``recorded``, calls that were
    refused in ``refused``. ``media`` has legs of an earlier process; ``changed`` hears of each call in which
    something is different."""

    def __init__(
        self, media: FakeMedia | None = None, changed: Callable[[Call], None] = lambda call: None
    ) -> None:
        self.agent, self.media, self.site, self.admission = (
            FakeUserAgent(),
            media or FakeMedia(),
            FakeSite(),
            FakeAdmission(),
        )
        self.posted: list[told.Event] = []
        self.recorded: list[Recorded] = []
        self.refused: list[RefusedCall] = []
        agent: Any = self.agent
        driver: Any = self.media
        admission: Any = self.admission
        self.speech = FakeSpeech()
        self.tools = CallTools(
            agent, driver, SettingsInForce(PLAN), self.site, self._post, changed, self.speech
        )
        refusals = Refusals(self.refused.append, lambda seconds, call: None)
        self.mailroom = FakeMailroom()
        self.b2bua = B2bua(
            self.tools,
            admission,
            refusals,
            self.recorded.append,
            attendants=self.site,
            mailroom=self.mailroom,
        )
        self._legs = 0

    def _post(self, event: told.Event) -> None:
        if not isinstance(event, told.OtherCallsChanged):
            self.posted.append(event)

    # -- what SIP and media say

    async def said(self, event: SipEvent) -> None:
        """SIP tells something; returns when nothing is under way any more."""
        self.b2bua.handle_sip(event)
        await self.tools.tasks.done()

    async def dials(self, target: Target, caller: Account | None = None) -> Call:
        """Somebody calls; the call as it is once their audio is ready."""
        self._legs += 1
        self.admission.target, self.admission.caller = target, caller
        before = set(self.tools.book.calls)
        invite = request("INVITE", "sip:desk@contoso.com", sender="sip:+14255550123@provider.example")
        self.b2bua.handle_sip(InviteReceived(f"in{self._legs}", invite, FLOW, SDP))
        (call,) = [each for key, each in self.tools.book.calls.items() if key not in before]
        await self.tools.tasks.done()
        return call

    async def answers(self, call: Call) -> None:
        """The phone that rings for a call answers."""
        await self.said(LegAnswered(self.ringing_leg(call).leg_id, SDP))

    async def rejects(self, call: Call, status: int) -> None:
        """The phone that rings for a call refuses."""
        await self.said(LegRejected(self.ringing_leg(call).leg_id, status, "No"))

    async def answers_by(self, leg: Leg) -> None:
        """One of the phones that ring answers."""
        await self.said(LegAnswered(leg.leg_id, SDP))

    async def refuses(self, leg: Leg, status: int) -> None:
        """One of the phones that ring refuses."""
        await self.said(LegRejected(leg.leg_id, status, "No"))

    async def rings(self, call: Call) -> None:
        """The phone of a call rings."""
        await self.said(LegRinging(self.ringing_leg(call).leg_id, 180, None))

    async def hangs_up(self, leg: Leg, why: str = "bye") -> None:
        """A party of a call is gone."""
        await self.said(LegEnded(leg.leg_id, why))

    async def refers(self, leg: Leg, target: Target, replaces: Replaces | None = None) -> None:
        """A party hands the other one on."""
        self.admission.target = target
        await self.said(ReferReceived(leg.leg_id, parse_uri("sip:somebody@contoso.com"), replaces))

    async def presses(self, call: Call, keys: str) -> None:
        """The caller presses keys, one after the other."""
        for key in keys:
            await self.said(DtmfReceived(call.caller.leg_id, key))

    async def heard_out(self, call: Call) -> None:
        """What is played to the caller comes to its end."""
        self.b2bua.handle_media(PlayFinished(call.caller.media_id, call.prompt))
        await self.tools.tasks.done()

    # -- what the engine asks

    async def asks(self, *commands: do.Command) -> None:
        """The engine asks for something."""
        for command in commands:
            self.b2bua.dispatch(command)
        await self.tools.tasks.done()

    # -- calls as they may be

    async def waiting(self) -> Call:
        """A caller waits in the queue and hears its music."""
        call = await self.dials(QUEUE)
        await self.asks(do.AnswerCall(call.call_id), do.PlayMusic(call.call_id, "desk"))
        return call

    async def with_agent(self) -> Call:
        """A caller of the queue talks to amal."""
        call = await self.waiting()
        ring_id = f"{call.call_id}.1"
        await self.asks(do.RingAgent(ring_id, call.call_id, "desk", "amal"))
        await self.answers(call)
        await self.asks(do.BridgeCall(call.call_id, ring_id, "amal"))
        return call

    async def forwarded(self) -> Call:
        """The queue has rung somebody outside, who talks to its caller."""
        call = await self.waiting()
        await self.asks(do.ForwardCall(call.call_id, "tel:+442071234567"))
        await self.answers(call)
        return call

    async def direct(self) -> Call:
        """Amal has called bao, and they talk."""
        call = await self.dials(BAO, account("amal"))
        await self.answers(call)
        return call

    # -- looks

    def ringing_leg(self, call: Call) -> Leg:
        """The one leg that is rung for a call."""
        (leg,) = self.ringing(call).legs.values()
        return leg

    def ringing(self, call: Call) -> Ring:
        """The one ring of a call that is not connected."""
        (ring,) = [ring for ring in call.rings.values() if ring is not call.connected_ring]
        return ring

    def heard(self) -> list[told.Event]:
        """What the engine has heard since the last look."""
        posted, self.posted = self.posted, []
        return posted

    def did(self) -> list[tuple[Any, ...]]:
        """What SIP was told to do since the last look."""
        did, self.agent.did = self.agent.did, []
        return did

    def assert_nothing_is_left(self) -> None:
        """All calls are over, and everything is given back."""
        assert self.tools.book.calls == {}
        assert self.media.legs == set()


def fails_to_connect(exchange: Exchange) -> None:
    """From now on nobody can be heard."""
    exchange.media.failure = NotAcceptable("nothing in common")


def play(story: Callable[[Exchange], Awaitable[None]]) -> None:
    """Run a story of one exchange."""

    async def told_once() -> None:
        exchange = Exchange()
        try:
            await story(exchange)
        finally:
            exchange.b2bua.end_calls()
            await exchange.b2bua.close()

    asyncio.run(told_once())
