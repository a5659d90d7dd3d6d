"""ICE-lite (RFC 8445 section 2.5): answers the peer's checks, follows its choice, and asks for its consent.

Sans-IO. Times are ticks of the media clock.
"""

from __future__ import annotations

import random
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from huntline.media.worker import stun
from huntline.media.worker.latch import Address
from huntline.media.worker.media_clock import TICKS_PER_SECOND

CONSENT_SECONDS = 30.0
"""RFC 7675 section 5.1: after so long without an answer nothing more may be sent; no rule can extend it."""

_CONSENT_INTERVAL = 5.0
_MOVE_INTERVAL = 1.0
"""Seconds between two requests to an address that the peer wants to move to."""

_MOVE_TRIES = 5

_MOST_ADDRESSES = 16
_MOST_REQUESTS = 16


@dataclass(frozen=True, slots=True)
class IceCredentials:
    """What one side must know to check the other."""

    ufrag: str
    password: str = field(repr=False)


@dataclass(slots=True, eq=False)
class _Exchange:
    """The credentials of both sides, and the addresses from which the peer has shown that it knows ours."""

    ours: IceCredentials
    theirs: IceCredentials
    addresses: OrderedDict[Address, None] = field(default_factory=OrderedDict)

    @property
    def username(self) -> str:
        """What the peer's requests must carry."""
        return f"{self.ours.ufrag}:{self.theirs.ufrag}"

    def admit(self, source: Address) -> None:
        """Believe an address; of too many the oldest is forgotten."""
        self.addresses[source] = None
        self.addresses.move_to_end(source)
        while len(self.addresses) > _MOST_ADDRESSES:
            self.addresses.popitem(last=False)


class IceLite:
    """Who the peer is, where it is, and whether it still wants to hear us."""

    def __init__(self, consent_seconds: float = CONSENT_SECONDS) -> None:
        self._consent_ticks = min(consent_seconds, CONSENT_SECONDS) * TICKS_PER_SECOND
        self.chosen: Address | None = None
        """Where the peer wants to be sent to."""
        self._exchanges: list[_Exchange] = []
        """The newest last; the one before it holds until the peer has chosen by the new one."""
        self._used: _Exchange | None = None
        self._move: tuple[_Exchange, Address] | None = None
        self._asked: OrderedDict[bytes, tuple[_Exchange, Address]] = OrderedDict()
        self._move_tries = 0
        self._consented_at = self._ask_at = self._ask_move_at = 0
        self._tie_breaker = secrets.randbits(64)

    def expect(self, ours: IceCredentials, theirs: IceCredentials) -> None:
        """Believe the peer with these credentials, too: it begins anew (RFC 8445 section 9)."""
        newest = self._exchanges[-1] if self._exchanges else None
        if newest is None or (newest.ours, newest.theirs) != (ours, theirs):
            used = [each for each in self._exchanges if each is self._used]
            self._exchanges = [*used, _Exchange(ours, theirs)]

    def forget(self) -> None:
        """Believe nobody any more."""
        self.chosen = self._used = self._move = None
        self._exchanges.clear()
        self._asked.clear()

    def settle(self, address: Address, now: int) -> None:
        """Know by other means that the expected peer uses this address; its own choice goes before."""
        if self.chosen is None and self._exchanges:
            exchange = self._exchanges[-1]
            exchange.admit(address)
            self._choose(exchange, address, now)

    def admits(self, source: Address) -> bool:
        """Whether the peer has shown that it is at this address."""
        return any(source in exchange.addresses for exchange in self._exchanges)

    @property
    def target(self) -> Address | None:
        """Where the peer is reached: at its choice, until then where it was last."""
        if self.chosen is not None or not self._exchanges:
            return self.chosen
        return next(reversed(self._exchanges[-1].addresses), None)

    def receive(self, datagram: bytes, source: Address, now: int) -> bytes | None:
        """Take what looks like STUN; returns what is to be sent back."""
        message = stun.read(datagram)
        if message is None:
            return None
        if message.is_request:
            return self._answer(message, source, now)
        self._take_answer(message, source, now)
        return None

    def requests(self, now: int) -> list[tuple[bytes, Address]]:
        """The requests that are due: for consent, and to an address that the peer wants to move to."""
        due = []
        if self._move is not None and now >= self._ask_move_at:
            self._ask_move_at = now + int(_MOVE_INTERVAL * TICKS_PER_SECOND)
            due.append(self._ask(*self._move))
            self._move_tries -= 1
            if not self._move_tries:
                self._move = None
        if self._used is not None and self.chosen is not None and now >= self._ask_at:
            # RFC 7675 section 5.1: the interval is spread, so that requests do not fall into step.
            spread = random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, guards nothing
            self._ask_at = now + int(_CONSENT_INTERVAL * spread * TICKS_PER_SECOND)
            due.append(self._ask(self._used, self.chosen))
        return due

    def has_consent(self, now: int) -> bool:
        """Whether the peer has lately agreed to be sent to, or has not chosen yet."""
        return self.chosen is None or now - self._consented_at < self._consent_ticks

    def _answer(self, asked: stun.StunBinding, source: Address, now: int) -> bytes | None:
        """RFC 8445 section 7.3; a stranger gets no answer, so that nothing can be learnt or amplified."""
        exchange = next((each for each in self._exchanges if each.username == asked.username), None)
        if exchange is None or not asked.is_signed_with(exchange.ours.password):
            return None
        if asked.is_from_controlled:
            # A lite side never chooses (section 6.1.1), so the peer has to.
            return stun.role_conflict(asked, exchange.ours.password)
        exchange.admit(source)
        if asked.is_nomination:
            self._nominate(exchange, source, now)
        return stun.success(asked, source, exchange.ours.password)

    def _nominate(self, exchange: _Exchange, source: Address, now: int) -> None:
        """Follow the peer. To another address only when it answers there: a check may be a replay."""
        if self.chosen is None or source == self.chosen:
            if exchange is not self._used:
                self._choose(exchange, source, now)
        elif self._move != (exchange, source):
            self._move, self._move_tries, self._ask_move_at = (exchange, source), _MOVE_TRIES, now

    def _choose(self, exchange: _Exchange, address: Address, now: int) -> None:
        self.chosen, self._used, self._move = address, exchange, None
        self._consented_at = self._ask_at = now
        # What was before the newest credentials that are in use is over.
        self._exchanges = self._exchanges[self._exchanges.index(exchange) :]

    def _ask(self, exchange: _Exchange, address: Address) -> tuple[bytes, Address]:
        username = f"{exchange.theirs.ufrag}:{exchange.ours.ufrag}"
        transaction_id, request = stun.request(username, exchange.theirs.password, self._tie_breaker)
        self._asked[transaction_id] = (exchange, address)
        while len(self._asked) > _MOST_REQUESTS:
            self._asked.popitem(last=False)
        return request, address

    def _take_answer(self, answer: stun.StunBinding, source: Address, now: int) -> None:
        """RFC 7675 section 5.1: only an authentic answer from where we have asked counts."""
        exchange, address = self._asked.get(answer.transaction_id, (None, None))
        if exchange is None or source != address or not answer.is_success:
            return
        if not answer.is_signed_with(exchange.theirs.password):
            return
        del self._asked[answer.transaction_id]
        if (exchange, source) == self._move:
            self._choose(exchange, source, now)
        elif source == self.chosen:
            self._consented_at = now
