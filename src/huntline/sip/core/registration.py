"""A registration of ours at a provider, as a client (RFC 3261 section 10, RFC 3327, RFC 3608, RFC 6140).

It sends nothing itself: ``request`` is what to send once ``due_at`` has come, ``answered`` takes what came of
it. Requests go to one registrar after the other until one takes us; then all further ones go there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.digest_client import (
    MOST_PROOFS,
    DigestChallenge,
    DigestCredentials,
    challenges_in,
    is_stale,
)
from huntline.sip.core.flow import Flow
from huntline.sip.core.grammar import GrammarError, parse_address
from huntline.sip.core.message import HeaderLines, Response, parse_number, seconds_of

USUAL_EXPIRY = 600
"""Seconds that are asked for; the registrar has the last word."""
LONGEST_EXPIRY = 7 * 86_400
REFUSED_PAUSE = 60.0
"""Seconds, at least, after which a password that was refused is tried again."""

_FIRST_PAUSE = 15.0  # seconds, after every registrar has failed once
_LONGEST_PAUSE = 600.0
_REFRESH_AT = (0.7, 0.9)  # of the time for which we are registered, so that not all come at once
_SHORTEST_REFRESH = 5.0
_MOST_CHANGES = 3  # of what is asked for, until an attempt counts as failed
_AFTER_DEATH = 5.0  # seconds in which connections are made anew that ended with an earlier process


class RegistrationState(StrEnum):
    """How far it is."""

    TRYING = "trying"
    REGISTERED = "registered"
    FAILED = "failed"
    REFUSED = "refused"
    """The registrar does not know our user name and password."""
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class RegistrarAddress:
    """One that we may register at: its Request-URI, and how it is reached."""

    uri: str
    flow: Flow


@dataclass(frozen=True, slots=True)
class RegistrationWish:
    """What is to be registered: ``address`` is whom calls are for, ``contact_user`` what calls by the
    registration are addressed to. ``for_all_numbers``: for all numbers at once (RFC 6140)."""

    address: str
    contact_user: str
    credentials: DigestCredentials
    for_all_numbers: bool = False


@dataclass(slots=True)
class RegistrationRecord:
    """What lives of a registration. Moments are in UNIX time; no password is in it."""

    state: str
    call_id: str
    from_tag: str
    cseq: int
    expires: int
    until: float | None
    due_at: float | None
    registrar: RegistrarAddress | None
    challenges: tuple[DigestChallenge, ...] = ()
    service_route: tuple[str, ...] = ()
    failures: int = 0
    is_under_way: bool = False


class Registration:
    """One registration, kept up until ``end``. ``contact_at(user, flow)`` writes our Contact."""

    def __init__(
        self,
        wish: RegistrationWish,
        contact_at: Callable[[str, Flow], str],
        token: Callable[[], str],
        random: Callable[[], float],
        now: float,
    ) -> None:
        self.wish = wish
        self._contact_at = contact_at
        self._token, self._random = token, random
        self.state = RegistrationState.TRYING
        self.until: float | None = None
        """Until when we are registered."""
        self.due_at: float | None = now
        """When ``request`` is wanted; None while a request is under way, and after the end."""
        self.registrar: RegistrarAddress | None = None
        """Where we are registered, or try to be."""
        self.service_route: tuple[str, ...] = ()
        self.last: Response | None = None
        """The last answer that was no success; None also when there was none."""
        self._call_id = token() + token()
        self._from_tag = token()
        self._cseq = 0
        self._expires = USUAL_EXPIRY
        self._challenges: tuple[DigestChallenge, ...] = ()
        self._tries = 0  # with proofs, of the request that is under way
        self._changes = 0
        self._tried: set[Flow] = set()
        self._failures = 0
        self._asked_to_wait = 0.0  # by a registrar of this round (Retry-After)
        self._is_ending = False

    # -- what is sent

    def request(self, registrars: Sequence[RegistrarAddress]) -> OutgoingRequest | None:
        """The REGISTER that is due; None when there is nowhere to send it, which is a failure."""
        self.due_at = None
        registrar = self._next(registrars)
        if registrar is None:
            return None
        if registrar != self.registrar:
            self._challenges = ()
        self.registrar = registrar
        self._cseq += 1
        proofs = self._proofs(registrar.uri)
        self._tries += bool(proofs)
        return OutgoingRequest(
            method="REGISTER",
            uri=registrar.uri,
            flow=registrar.flow,
            from_=self.wish.address,
            to=self.wish.address,
            call_id=self._call_id,
            cseq=self._cseq,
            headers=(*self._headers(registrar.flow), *proofs),
            from_tag=self._from_tag,
        )

    def _next(self, registrars: Sequence[RegistrarAddress]) -> RegistrarAddress | None:
        known = next((each for each in registrars if each == self.registrar), None)
        if known is not None and known.flow not in self._tried:
            return known
        if self._is_ending:
            return self.registrar
        return next((each for each in registrars if each.flow not in self._tried), None)

    def _headers(self, flow: Flow) -> HeaderLines:
        expires = 0 if self._is_ending else self._expires
        if self.wish.for_all_numbers:
            # RFC 6140 section 5.2: no user part, for every number stands there by itself.
            contact = self._contact_at("", flow).replace("<sip:@", "<sip:").replace(">", ";bnc>")
            required: HeaderLines = (("Require", "gin"), ("Proxy-Require", "gin"))
        else:
            contact, required = self._contact_at(self.wish.contact_user, flow), ()
        supported = ("Supported", "path, gin" if required else "path")
        return (("Contact", f"{contact};expires={expires}"), ("Expires", str(expires)), supported, *required)

    def _proofs(self, uri: str) -> HeaderLines:
        self._challenges = tuple(each.used() for each in self._challenges)
        answered = (
            each.answer(self.wish.credentials, "REGISTER", uri, self._token()) for each in self._challenges
        )
        return tuple(answered)

    # -- what comes of it

    def answered(self, response: Response | None, now: float) -> None:
        """The final response to the last request; None when there was none."""
        self.last = response
        status = 408 if response is None else response.status
        if self._is_ending:
            self._end_answered(response, now)
        elif response is not None and status < 300:
            self._registered(response, now)
        elif response is not None and status in (401, 407):
            self._challenged(response, now)
        elif response is not None and status == 423 and self._takes(response):
            self._again(now)
        else:
            self._failed(now, _retry_after(response))

    def renew(self, flow: Flow, now: float) -> None:
        """The registrar may know nothing of us any more: a connection has ended, by which calls came, or
        it was gone itself for a while."""
        registrar = self.registrar
        is_same = registrar is not None and registrar.flow == replace(flow, connection=0)
        if is_same and self.state is RegistrationState.REGISTERED and self.due_at is not None:
            self.due_at = min(self.due_at, now + 1.0 + self._random())

    def is_back(self, flow: Flow, now: float, *, knows_us: bool = False) -> None:
        """A registrar answers that did not: no pause goes on that was for its silence. Unless it ``knows_us``
        still, what it knew of us is told again."""
        if self.state is RegistrationState.FAILED and self.due_at is not None:
            self.due_at = min(self.due_at, now + 1.0 + self._random())
        elif not knows_us:
            self.renew(flow, now)

    def end(self, now: float) -> None:
        """Sign off, as far as we are registered; ``request`` is due once more then."""
        if self.state is RegistrationState.ENDED:
            return
        is_there = self.state is RegistrationState.REGISTERED
        self._is_ending, self.state = True, RegistrationState.ENDED
        self._tries, self._changes, self._tried = 0, 0, set()
        self.due_at = now if is_there else None

    def _registered(self, response: Response, now: float) -> None:
        lifetime = min(max(self._granted(response), 1), LONGEST_EXPIRY)
        low, high = _REFRESH_AT
        wait = max(lifetime * (low + (high - low) * self._random()), min(_SHORTEST_REFRESH, lifetime / 2))
        self.state, self.last = RegistrationState.REGISTERED, None
        self.until, self.due_at = now + lifetime, now + wait
        self.service_route = tuple(response.all("service-route"))
        self._tries = self._changes = self._failures = 0
        self._tried = set()

    def _granted(self, response: Response) -> int:
        """For how long: by our Contact in the answer, else by Expires, else as asked for."""
        registrar = self.registrar
        ours = None if registrar is None else _uri_of(self._headers(registrar.flow)[0][1])
        for value in response.all("contact"):
            try:
                address = parse_address(value)
            except GrammarError:
                continue
            expires = parse_number(address.parameters.get("expires"))
            if expires is not None and address.raw_uri.partition(";")[0] == ours:
                return expires
        expires = parse_number(response.header("expires"))
        return self._expires if expires is None else expires

    def _challenged(self, response: Response, now: float) -> None:
        """RFC 7616 section 3.3: a nonce that we have not used yet is answered, and then no more."""
        found = challenges_in(response)
        used = {(each.header, each.realm, each.nonce) for each in self._challenges}
        fresh = [each for each in found if (each.header, each.realm, each.nonce) not in used]
        if not fresh or self._tries >= MOST_PROOFS + is_stale(response):
            self._challenges = ()
            self._refused(now)
            return
        renewed = {(each.header, each.realm) for each in fresh}
        kept = (each for each in self._challenges if (each.header, each.realm) not in renewed)
        self._challenges = (*kept, *fresh)
        self._again(now)

    def _takes(self, response: Response) -> bool:
        """Whether a longer time can be asked for (RFC 3261 section 10.3, 423)."""
        wanted = parse_number(response.header("min-expires"))
        if wanted is None or not self._expires < wanted <= LONGEST_EXPIRY or self._changes >= _MOST_CHANGES:
            return False
        self._changes += 1
        self._expires = wanted
        return True

    def _again(self, now: float) -> None:
        if self.registrar is not None:
            self._tried.discard(self.registrar.flow)
        self.due_at = now

    def _refused(self, now: float) -> None:
        self.state, self.until = RegistrationState.REFUSED, None
        self._tries = self._changes = 0
        self._tried = set()
        self.due_at = now + REFUSED_PAUSE * (1 + self._random() / 2)

    def _failed(self, now: float, retry_after: float) -> None:
        """On to the next registrar at once; a round without success is followed by an ever longer pause."""
        self._tries = self._changes = 0
        if self.registrar is not None:
            self._tried.add(self.registrar.flow)
        if self.state is not RegistrationState.REGISTERED or (self.until or now) <= now:
            self.state, self.until = RegistrationState.FAILED, None
        self._asked_to_wait = max(self._asked_to_wait, retry_after)
        self.due_at = now

    def nowhere(self, now: float) -> None:
        """There was no further registrar to ask: the round is over."""
        if self._is_ending:
            return
        self._tried, self._tries = set(), 0
        pause = min(_FIRST_PAUSE * 2**self._failures, _LONGEST_PAUSE) * (0.5 + self._random() / 2)
        pause, self._asked_to_wait = max(pause, self._asked_to_wait), 0.0
        self._failures = min(self._failures + 1, 10)
        if self.until is None or self.until <= now:
            self.state, self.until = RegistrationState.FAILED, None
        self.due_at = now + pause

    def _end_answered(self, response: Response | None, now: float) -> None:
        is_asked = response is not None and response.status in (401, 407)
        if response is not None and is_asked and self._tries < MOST_PROOFS:
            self._challenges = challenges_in(response)
            self.due_at = now if self._challenges else None
        else:
            self.until = None

    # -- the way out and the way back in

    def record(self, unix_offset: float) -> RegistrationRecord:
        """What another process needs to go on; UNIX time is so much ahead of the clock used here."""

        def at(moment: float | None) -> float | None:
            return None if moment is None else moment + unix_offset

        return RegistrationRecord(
            str(self.state),
            self._call_id,
            self._from_tag,
            self._cseq,
            self._expires,
            at(self.until),
            at(self.due_at),
            self.registrar,
            self._challenges,
            self.service_route,
            self._failures,
            self.due_at is None,
        )

    def restore(self, record: RegistrationRecord, now: float, unix_offset: float) -> None:
        """Go on where the record was made: nothing is sent that is not due. What was under way is sent
        again; a connection that was lost with the process is made anew within a few seconds."""
        self.state = RegistrationState(record.state)
        self._call_id, self._from_tag = record.call_id, record.from_tag
        # A request may have left after the record was made: two at most, each with its number.
        self._cseq, self._expires = record.cseq + 2, record.expires
        self.registrar, self.service_route = record.registrar, record.service_route
        self._challenges, self._failures = record.challenges, record.failures
        self._is_ending = self.state is RegistrationState.ENDED
        if record.until is not None and record.until - unix_offset > now:
            self.until = min(record.until - unix_offset, now + LONGEST_EXPIRY)
        elif self.state is RegistrationState.REGISTERED:
            self.state = RegistrationState.TRYING
        soon = now + _AFTER_DEATH * self._random()
        due_at = soon if record.due_at is None else max(record.due_at - unix_offset, now)
        is_connected = record.registrar is not None and record.registrar.flow.transport.is_reliable
        self.due_at = min(due_at, soon) if is_connected else min(due_at, now + LONGEST_EXPIRY)
        if self._is_ending:
            self.due_at = None


def _uri_of(contact: str) -> str:
    return parse_address(contact).raw_uri.partition(";")[0]


def _retry_after(response: Response | None) -> float:
    seconds = None if response is None else seconds_of(response.header("retry-after"))
    return float(min(seconds or 0, _LONGEST_PAUSE))
