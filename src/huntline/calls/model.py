"""Calls as the B2BUA sees them: a caller's leg, the rings it causes, and whom it talks to."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from huntline.attendant.visit import Visit
from huntline.calls.box_visit import BoxVisit
from huntline.calls.caller_identity import CallerId
from huntline.calls.contacts import Contact, Display, PhoneKind
from huntline.calls.diversion import Hop, Path
from huntline.calls.failures import NO_PHONE, Header, RingFailure, Unreached
from huntline.directory.encryption import Encryption
from huntline.directory.plan import NO_WISH, AlsoRung, PersonRule, Target
from huntline.engine.model import Transfer
from huntline.engine.reasons import Cause, Destination, Reason
from huntline.sip.core.events import LegRinging
from huntline.sip.core.flow import Flow
from huntline.sip.core.message import MAX_FORWARDS

log = logging.getLogger(__name__)


class Party(StrEnum):
    """Whose side of the call a leg is."""

    CALLER = "caller"
    AGENT = "agent"
    TARGET = "target"  # a person or number reached by a forward or dialled directly


class LegState(StrEnum):
    """How far a leg has come."""

    RINGING = "ringing"
    ANSWERED = "answered"


class CallProgress(StrEnum):
    """How far a call has come; what a queue makes of it is the engine's ``CallState``."""

    ALERTING = "alerting"  # somebody is rung for the caller, who talks to nobody
    IN_MENU = "in-menu"  # of an attendant
    IN_MAILBOX = "in-mailbox"
    TALKING = "talking"
    RELEASED = "released"


class KeyWay(StrEnum):
    """How a phone sends the keys that are pressed on it; one that sends both ways is heard by its audio."""

    AUDIO = "audio"  # telephone-events, RFC 4733
    INFO = "info"


class OwnerKind(StrEnum):
    """Which part has a ring, or a call: a record names it, and by that name it is found again."""

    QUEUE = "queue"
    FORWARD = "forward"
    DIRECT = "direct"
    VOICEMAIL = "voicemail"
    TRANSFER = "transfer"
    ATTENDANT = "attendant"


class RingOwner(Protocol):
    """Who has somebody rung, and decides what comes of it. All methods return at once.

    A ring ends with one of ``failed``, ``not_connected``, ``left`` and ``left_by_transfer``, unless it is
    stopped, by its owner or with the call.
    """

    @property
    def kind(self) -> OwnerKind:
        """Its name in records."""
        ...

    @property
    def party(self) -> Party:
        """What its callees are in the call."""
        ...

    def ringing(self, call: Call, ring: Ring, event: LegRinging) -> None:
        """A phone of the ring says how far it has come."""
        ...

    def answered(self, call: Call, ring: Ring) -> None:
        """One phone answered; ``ring.answered`` and ``ring.sdp_answer`` are set, the others are stopped."""
        ...

    def failed(self, call: Call, ring: Ring) -> None:
        """Nobody can be reached any more; ``ring.declined`` and ``ring.failure`` say why."""
        ...

    def connected(self, call: Call, ring: Ring) -> None:
        """The audio path to who answered is there."""
        ...

    def not_connected(self, call: Call, ring: Ring, reason: Reason) -> None:
        """Who answered cannot be heard, and has been hung up on."""
        ...

    def left(self, call: Call, ring: Ring) -> None:
        """Who answered has hung up, or is lost."""
        ...

    def left_by_transfer(self, call: Call, ring: Ring, to: Destination) -> None:
        """Who answered has handed the caller on to somebody who is still rung, and is gone."""
        ...


class CallOwner(Protocol):
    """Who decides what becomes of a call. All methods return at once."""

    @property
    def kind(self) -> OwnerKind:
        """Its name in records."""
        ...

    @property
    def has_places(self) -> bool:
        """Whether its callers hold a place, in a line or with an agent, which another caller may be given and
        which they cannot hand on themselves."""
        ...

    def prompt_finished(self, call: Call, sources: tuple[str, ...]) -> None:
        """What was played once to the caller is over: ``call.prompt``, where it was that, is empty again."""
        ...

    def key_pressed(self, call: Call, key: str) -> None:
        """The caller, who talks to nobody, has pressed a key (0-9, *, #, A-D): told once a press."""
        ...

    def caller_left(self, call: Call) -> None:
        """The caller has hung up."""
        ...

    def caller_lost(self, call: Call, reason: Reason) -> None:
        """The caller cannot be heard or reached any more, and has been hung up on."""
        ...

    def caller_renamed(self, call: Call) -> None:
        """The caller is known by another name now."""
        ...

    def caller_replaced(self, call: Call, transfer: Transfer) -> None:
        """Somebody else is the caller now, by a transfer."""
        ...

    def handed_on(self, call: Call, to: Destination) -> None:
        """One party has handed the other one on: that one is gone, and the call over for who is left."""
        ...

    def transfer_failed(self, call: Call, reason: Reason) -> None:
        """Whom a party that is gone has had rung for the other one cannot be had."""
        ...

    def transfer_by(self, call: Call, user_id: str | None) -> Transfer:
        """How a queue is told of a transfer out of the call by a user."""
        ...

    def let_go(self, call: Call) -> None:
        """The call goes on elsewhere, or is over: what is held for it here is given back."""
        ...


@dataclass(slots=True, eq=False)
class Leg:
    """One party's side of a call: a SIP leg and the media leg that goes with it."""

    leg_id: str
    media_id: str
    party: Party
    call_id: str
    address: str
    account_id: str | None = None
    phone_kind: PhoneKind = PhoneKind.DESK
    state: LegState = LegState.RINGING
    is_holding: bool = False
    key_way: KeyWay | None = None
    told_key: tuple[str, float] | None = None  # the last key by INFO, and when by the loop's clock
    is_trusted: bool = False  # a provider that is told, and believed, who calls
    charged_to: str | None = None  # the user for whose ceilings it counts (``Tolls``)
    answered_at: datetime | None = None
    identity: CallerId | None = None  # who such a provider says was reached by it
    unapplied: str | None = None  # what the peer has described, and media has not taken yet
    trunk: str | None = None  # the provider at the other end
    flow: Flow | None = None  # by which way it was called
    further: tuple[Contact, ...] = ()  # other ways to the number that is called, as long as nothing is heard
    has_rung: bool = False
    is_narrowed: bool = False  # has been offered G.711 in place of what it speaks
    is_renewed: bool = False  # its audio was lost, and what makes it anew is offered

    def answer(self) -> None:
        """The party has answered, or is answered by us: nothing else writes the state."""
        ids = {"call_id": self.call_id, "leg_id": self.leg_id}
        log.debug("state of a leg", extra=ids | {"was": self.state, "state": LegState.ANSWERED})
        self.state, self.answered_at = LegState.ANSWERED, datetime.now(UTC)


@dataclass(slots=True, eq=False)
class RingPlan:
    """Whom a ring is still to reach and what they are told. ``looked_up`` are contacts whose host is a name,
    while its address is asked for."""

    contacts: list[Contact]
    display: Display
    looked_up: list[Contact] = field(default_factory=list)

    def take(self, kind: PhoneKind) -> list[Contact]:
        """All phones of a kind, which are reached now and are not in the plan any more."""
        taken = [contact for contact in self.contacts if contact.phone_kind is kind]
        self.contacts = [contact for contact in self.contacts if contact.phone_kind is not kind]
        return taken


@dataclass(frozen=True, slots=True)
class DueRing:
    """Somebody is to be rung beside a person at a moment, by the clock of the user agent."""

    also: AlsoRung
    at: float


@dataclass(slots=True, eq=False)
class Ring:
    """One attempt to reach a party on all of its phones; ``ring_id`` is the engine's for agents.

    ``path`` is how the call came to them: their hop is the last one. ``is_outside``: the telephone network is
    asked. ``rule`` says where the call goes that they do not take, as it was when the ring began, and ``due``
    who is rung beside them in time. ``failure`` says why nobody was reached.
    ``plan`` is None once nobody else is to be rung; ``rings_until`` is when the alert time is over, where we
    and not the engine keep it, by the clock of the user agent.
    """

    ring_id: str
    call_id: str
    owner: RingOwner
    account_id: str | None
    path: Path = ()
    is_outside: bool = False
    rule: PersonRule = NO_WISH
    due: list[DueRing] = field(default_factory=list)
    legs: dict[str, Leg] = field(default_factory=dict)
    plan: RingPlan | None = None
    rings_until: float | None = None
    unreached: int = 0  # contacts to whom no INVITE could be sent yet
    answered: Leg | None = None
    sdp_answer: str | None = None
    is_accepted: bool = False  # the answer goes to media, or has gone
    introduction: tuple[str, ...] = ()  # what who answered is told before they hear the caller
    declined: bool = False
    failure: RingFailure = NO_PHONE
    unfits: list[Cause | None] = field(default_factory=list)

    def answer(self, leg: Leg, sdp: str) -> None:
        """One of its phones has answered, the first that did."""
        leg.answer()
        self.answered, self.sdp_answer = leg, sdp

    def speak_by(self, leg: Leg) -> None:
        """Who has answered speaks by this leg, which has been answered elsewhere."""
        self.legs[leg.leg_id] = self.answered = leg

    def phone_failed(self, failure: RingFailure) -> None:
        """One of its phones cannot be reached, or refuses."""
        self.failure = failure.or_better(self.failure)
        self.unfits.append(failure.unfit)

    @property
    def unfit(self) -> Cause | None:
        """Why the party can take no call at all: none of their phones can."""
        return self.unfits[0] if self.unfits and all(self.unfits) else None


@dataclass(slots=True, eq=False)
class CalleeMedia:
    """The media leg that all phones of one kind share that ring for a call: only one of them can win, and
    so every INVITE carries the same description, ``sdp``. ``unsent`` are rings that wait for it."""

    media_id: str
    sdp: str | None = None
    unsent: list[Ring] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a caller has dialled and offers, until their audio is ready and the call goes on."""

    target: Target
    sdp_offer: str | None
    encryption: Encryption = Encryption.NEVER


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a caller is who speaks to nobody but to us: an attendant, a mailbox."""

    hop: Hop
    shown: Destination


@dataclass(slots=True, eq=False)
class Call:
    """The whole affair. ``callee_media`` has what the rings of this call share, for each kind of phones. Once
    the winner is connected its media leg is that leg's alone, and the next rings share another.

    ``connect``, ``disconnect`` and ``release`` alone write its state. A leg that went on in another call, by
    a transfer, is not this call's any more.
    """

    call_id: str
    organization_id: str
    caller: Leg
    caller_id: CallerId
    dialled: str
    music: str
    owner: CallOwner
    source: str = ""  # the address that the caller's INVITE came from
    sdp_for_caller: str = ""
    queue_id: str | None = None
    callee_media: dict[PhoneKind, CalleeMedia] = field(default_factory=dict)
    rings: dict[str, Ring] = field(default_factory=dict)
    connected_ring: Ring | None = None
    prompt: tuple[str, ...] = ()  # what is played to the caller once, by ``Prompting``
    announcement: tuple[str, ...] = ()  # what the caller is told over the music
    is_leaving: bool = False  # the last prompt of a queue was that of an exit, not the greeting
    path: Path = ()  # the targets it had before it came to whoever it is for now
    max_forwards: int = MAX_FORWARDS  # how much further it may go
    early: Leg | None = None  # whom the caller hears before they answer
    may_hear_early: bool = False  # the caller can be given audio before the answer
    is_early_told: bool = False  # and has been: nobody but us makes them hear ringing any more
    unreached: Unreached | None = None  # whom it was sent on to last, if that came to nothing
    stop: Stop | None = None  # the attendant or mailbox that its caller is with
    visit: Visit | None = None  # to the attendant
    steps: tuple[Reason, ...] = ()  # what belongs on its record, should it get one
    transferred: Transfer | None = None  # how its caller came into it, if by a transfer
    farewell: tuple[Header, ...] = ()  # what of the last words of a party the other one is told
    transfer: PendingTransfer | None = None
    arrival: Arrival | None = None
    arrived_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    box_visit: BoxVisit | None = None  # while it is in a mailbox
    is_released: bool = False
    hides_number: bool = False  # its caller wants nobody's number to be shown outside, for this call
    is_handed_on: bool = False  # its caller talked to somebody else before, and knows them by name

    @property
    def is_with_engine(self) -> bool:
        """Whether it has come to a queue: the engine keeps its record, wherever it goes, to its end."""
        return self.queue_id is not None

    @property
    def callee(self) -> Leg | None:
        """The leg of the party that the caller talks to, if any."""
        return self.connected_ring.answered if self.connected_ring else None

    @property
    def state(self) -> CallProgress:
        """How far it has come."""
        if self.is_released:
            return CallProgress.RELEASED
        if self.connected_ring is not None:
            return CallProgress.TALKING
        if self.box_visit is not None:
            return CallProgress.IN_MAILBOX
        return CallProgress.ALERTING if self.stop is None else CallProgress.IN_MENU

    def is_connecting(self, leg: Leg) -> bool:
        """Whether media is about to connect this party of the call, or has done so a moment ago."""
        accepted = (
            ring for ring in self.rings.values() if ring.is_accepted and ring is not self.connected_ring
        )
        return any(leg in (self.caller, ring.answered) for ring in accepted)

    def connect(self, ring: Ring) -> None:
        """The caller talks to who answered this ring, which becomes one of the call's if it was another's."""
        was = self.state
        self.rings[ring.ring_id] = self.connected_ring = ring
        self._log_state(was, ring)

    def disconnect(self) -> Ring | None:
        """The caller talks to nobody any more; returns the ring of whom they talked to."""
        was, ring, self.connected_ring = self.state, self.connected_ring, None
        self._log_state(was, ring)
        return ring

    def release(self) -> None:
        """The call is over, and what it held is given back."""
        was, self.is_released = self.state, True
        self._log_state(was, self.connected_ring)

    def _log_state(self, was: CallProgress, ring: Ring | None) -> None:
        if was is not self.state:
            ids = {"call_id": self.call_id, "ring_id": ring and ring.ring_id}
            log.debug("state of a call", extra=ids | {"was": was, "state": self.state})

    def legs(self) -> list[Leg]:
        """All legs that are in the call, the caller's first."""
        legs = (self.caller, *(leg for ring in self.rings.values() for leg in ring.legs.values()))
        return [leg for leg in legs if leg.call_id == self.call_id]


@dataclass(slots=True, eq=False)
class PendingTransfer:
    """A party hands the other one on to somebody who is still rung: until they answer, all is as it was.

    ``successor`` is the call in which the far party will be the caller. The transferor may hang up before
    that, and is alone no longer asked.
    """

    transferor: Leg
    successor: Call
    to: Destination
    is_on_its_own: bool = False

    @property
    def far(self) -> Leg:
        """The party that is handed on."""
        return self.successor.caller

    def replace_leg(self, old: Leg, new: Leg) -> None:
        """A party speaks by another leg now."""
        if self.transferor is old:
            self.transferor = new
        if self.successor.caller is old:
            self.successor.caller = new


class CallBook:
    """All calls of this process, and which leg belongs to which.

    ``on_other_calls`` is told how many legs a user has that no queue made: calls placed, direct calls,
    forwards to the person. ``on_charged`` is told of legs that count for somebody's ceilings: that one is
    there, or (False) is over.
    """

    def __init__(
        self,
        on_other_calls: Callable[[str, int], None],
        on_charged: Callable[[Leg, bool], None] = lambda leg, is_there: None,
    ) -> None:
        self._on_other_calls = on_other_calls
        self._on_charged = on_charged
        self.calls: dict[str, Call] = {}
        self._legs: dict[str, tuple[Call, Ring | None]] = {}
        self._media: dict[str, Call] = {}
        self._media_ids: defaultdict[str, set[str]] = defaultdict(set)  # by call
        self._other_calls: dict[str, int] = {}
        self._by_trunk: Counter[str] = Counter()
        self._by_organization: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, call: Call) -> None:
        """Take a call in, with its caller's leg."""
        self._take(call)
        self.add_leg(call, call.caller, None)

    def take_up(self, call: Call) -> None:
        """Take in a call of an earlier process, with all legs that are in it."""
        self._take(call)
        rings = {leg.leg_id: ring for ring in call.rings.values() for leg in ring.legs.values()}
        for leg in call.legs():
            self.add_leg(call, leg, rings.get(leg.leg_id))

    def add_leg(self, call: Call, leg: Leg, ring: Ring | None) -> None:
        """Take a leg in."""
        self._place(call, leg, ring)
        self._count(leg, 1)
        if leg.charged_to is not None:
            self._on_charged(leg, True)

    def adopt(self, call: Call) -> None:
        """Take in a call whose legs come out of others."""
        self._take(call)
        self.move_leg(call.caller, call, None)
        for ring in call.rings.values():
            self.move_ring(ring, call)

    def move_ring(self, ring: Ring, call: Call) -> None:
        """Let a ring, with its legs, go on in another call."""
        ring.call_id = call.call_id
        call.rings[ring.ring_id] = ring
        for leg in ring.legs.values():
            self.move_leg(leg, call, ring)

    def move_leg(self, leg: Leg, call: Call, ring: Ring | None) -> None:
        """Let a leg go on in another call, in a ring of it or as its caller."""
        self._media_ids[leg.call_id].discard(leg.media_id)
        leg.call_id, leg.party = call.call_id, Party.CALLER if ring is None else Party.TARGET
        self._place(call, leg, ring)

    def replace_leg(self, old: Leg, new: Leg) -> None:
        """Put a leg in the place of one of the same party, which is forgotten."""
        call, ring = self._legs[old.leg_id]
        self.add_leg(call, new, ring)
        if ring is None:
            call.caller = new
        else:
            del ring.legs[old.leg_id]
            ring.speak_by(new)
        if call.transfer is not None:
            call.transfer.replace_leg(old, new)
        self.drop_leg(old)

    def _place(self, call: Call, leg: Leg, ring: Ring | None) -> None:
        self._legs[leg.leg_id] = (call, ring)
        self._media[leg.media_id] = call
        self._media_ids[call.call_id].add(leg.media_id)

    def drop_leg(self, leg: Leg) -> None:
        """Forget a leg; unknown ones are ignored."""
        if self._legs.pop(leg.leg_id, None) is not None:
            self._count(leg, -1)
            if leg.charged_to is not None:
                self._on_charged(leg, False)

    def drop(self, call: Call) -> None:
        """Forget a call with whatever is left of its legs."""
        self.calls.pop(call.call_id, None)
        self._by_organization[call.organization_id].discard(call.call_id)
        for leg in call.legs():
            self.drop_leg(leg)
        for media_id in self._media_ids.pop(call.call_id, ()):
            self._media.pop(media_id, None)

    def _take(self, call: Call) -> None:
        self.calls[call.call_id] = call
        self._by_organization[call.organization_id].add(call.call_id)

    def calls_in(self, organization_id: str) -> int:
        """How many calls an organization has."""
        return len(self._by_organization.get(organization_id, ()))

    def calls_by_trunk(self, trunk: str) -> int:
        """How many legs there are with a provider."""
        return self._by_trunk[trunk]

    def by_leg(self, leg_id: str) -> tuple[Call, Ring | None] | None:
        """The call of a SIP leg, and the ring unless it is the caller's leg."""
        return self._legs.get(leg_id)

    def by_media(self, media_id: str) -> Call | None:
        """The call of a media leg."""
        return self._media.get(media_id)

    def is_on_a_call(self, user_id: str) -> bool:
        """Whether a user talks to somebody, in a call of whatever kind."""
        found = (ring.legs.get(name) if ring else call.caller for name, (call, ring) in self._legs.items())
        legs = [leg for leg in found if leg is not None and leg.account_id == user_id]
        return any(leg.state is LegState.ANSWERED for leg in legs)

    def _count(self, leg: Leg, step: int) -> None:
        if leg.trunk is not None:
            self._by_trunk[leg.trunk] += step
        if leg.account_id is None or leg.party is Party.AGENT:
            return
        count = self._other_calls.get(leg.account_id, 0) + step
        if count:
            self._other_calls[leg.account_id] = count
        else:
            self._other_calls.pop(leg.account_id, None)
        self._on_other_calls(leg.account_id, count)
