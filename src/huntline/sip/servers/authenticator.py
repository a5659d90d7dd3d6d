"""Who sends a request: a user of ours who proves it, someone yet to prove it, or a stranger."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from huntline.directory.in_force import SettingsInForce
from huntline.directory.names import host_key
from huntline.directory.plan import Account, ServerPlan
from huntline.network.peers import source_of
from huntline.sip.core import digest
from huntline.sip.core.digest import Challenger, Verdict
from huntline.sip.core.flow import Flow
from huntline.sip.core.grammar import GrammarError, Uri, parse_address
from huntline.sip.core.message import Request
from huntline.sip.servers.phone_credentials import Holder, PhoneCredential, PhoneCredentials
from huntline.sip.servers.redirecting import contact_elsewhere

log = logging.getLogger(__name__)

WRONG_PASSWORDS_ALLOWED = 20
_COUNTED_FOR = 60.0  # seconds
_BLOCKED_FOR = 60.0
_REMEMBERED_SOURCES = 10_000
_CREDENTIALS_CHECKED = 4  # of one request


@dataclass(frozen=True, slots=True)
class Identified:
    """The password was right and the user is who the request says."""

    account: Account


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody whom we gave leave to call the queues of an organization, and nothing else."""

    organization_id: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """Answer 401 with these headers (we are a server, not a proxy: RFC 3261 section 22.2)."""

    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SenderForbidden:
    """Answer 403: another user's password, one that has had its time, or too many wrong ones from that
    address."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """The request does not even claim to come from a user of ours."""


@dataclass(frozen=True, slots=True)
class SentElsewhere:
    """Answer 302 with this header: the domain that the request claims to come from is another server's."""

    contact: tuple[str, str]


Identity = Identified | Guest | Challenge | SenderForbidden | Stranger | SentElsewhere


class Authenticator:
    """Decides on requests outside dialogs. Unknown users are challenged exactly like known ones, and so both
    are sent to another server that has their domain.

    ``secret`` makes nonces: keep it over restarts, or the phones' next requests count as wrong passwords.
    ``algorithms`` are offered in that order. MD5 alone is the default: phones in use (baresip 1.0, many desk
    phones) give up at a challenge they do not know instead of passing over it, as RFC 8760 would have it.
    ``phone_credentials`` are good beside the users' own passwords; ``unix_now`` tells when they end.
    """

    def __init__(
        self,
        settings: SettingsInForce,
        secret: bytes,
        algorithms: Sequence[str] = ("MD5",),
        unix_now: Callable[[], float] = time.time,
    ) -> None:
        self._secret = secret
        self.phone_credentials = PhoneCredentials(secret, unix_now)
        self._challenger = Challenger(secret, algorithms, os.urandom(6).hex())
        self._wrong_passwords = _WrongPasswords()
        self._settings = settings

    @property
    def _plan(self) -> ServerPlan:
        return self._settings.plan

    def identify(self, request: Request, flow: Flow, now: float) -> Identity:
        """Who sends it: by To for REGISTER (the address of record), by From for everything else."""
        if (elsewhere := self.elsewhere(request, flow)) is not None:
            return elsewhere
        claim = _claimed_uri(request)
        realm = self._realm(claim) if claim else None
        if claim is None or realm is None:
            return Stranger()
        source = source_of(flow.remote[0])
        if self._wrong_passwords.is_blocked(source, now):
            return SenderForbidden()
        claimed = self._plan.account(claim.user or "", claim.host)
        owner: Account | PhoneCredential | None = None

        def ha1(username: str, told_realm: str, algorithm: str) -> str | None:
            nonlocal owner
            owner = self._owner(username, told_realm, claimed)
            if isinstance(owner, PhoneCredential):
                return digest.ha1(username, realm, owner.password, algorithm)
            return owner.ha1(username, algorithm) if owner else None

        verdict, wrong = self._check(request, realm, ha1, now)
        if verdict.outcome == "ok" and owner is not None:
            if isinstance(owner, PhoneCredential):
                return self._holder(owner, claimed, realm)
            return Identified(owner) if owner is claimed else SenderForbidden()
        for _ in range(wrong):
            self._wrong_passwords.add(source, now)
        challenges = self._challenger.challenges(realm, now, stale=verdict.outcome == "stale")
        return Challenge(tuple(("WWW-Authenticate", challenge) for challenge in challenges))

    def elsewhere(self, request: Request, flow: Flow) -> SentElsewhere | None:
        """Where the sender is at home, whoever it is, by the domain alone; None where that is no other
        server."""
        if (claim := _claimed_uri(request)) is None:
            return None
        elsewhere, own_hosts = self._settings.elsewhere, self._plan.own_hosts
        shard = elsewhere.shard_of_user(claim.user or "", claim.host, own_hosts)
        contact = contact_elsewhere(shard, request, flow) if shard is not None else None
        return SentElsewhere(contact) if contact is not None else None

    def _check(
        self, request: Request, realm: str, ha1: Callable[[str, str, str], str | None], now: float
    ) -> tuple[Verdict, int]:
        """The verdict on the credentials for our realm, and how many of them were wrong if none was right.

        RFC 3261 section 22.3: a request may carry credentials for other servers on its way, which are none of
        our business.
        """
        values = request.all("authorization") + request.all("proxy-authorization")
        realms = [(digest.realm_in(value), value) for value in values]
        ours = [value for told, value in realms if told == realm]
        ours = ours or [value for told, value in realms if told in self._plan.realms]
        verdict, wrong = Verdict("missing"), 0
        for value in ours[:_CREDENTIALS_CHECKED]:
            verdict = self._challenger.check(value, request.method, request.uri, ha1, now)
            if verdict.outcome in ("ok", "stale"):
                return verdict, 0
            wrong += verdict.outcome == "bad"
        return verdict, wrong

    def _realm(self, claim: Uri) -> str | None:
        """The realm to challenge with; None when the host is not ours."""
        host = host_key(claim.host)
        if realm := self._plan.realm_of(host):
            return realm
        if host not in self._plan.own_hosts or not self._plan.realms:
            return None
        if account := self._plan.account(claim.user or "", host):
            return account.realm
        # Nobody: yet the realm must look as unchanging as that of somebody.
        name = (claim.user or "").lower().encode("utf-8", "surrogateescape")
        choice = int.from_bytes(hmac.digest(self._secret, name, hashlib.sha256)[:4], "big")
        return self._plan.realms[choice % len(self._plan.realms)]

    def _owner(self, username: str, realm: str, claimed: Account | None) -> Account | PhoneCredential | None:
        """Whose credentials these are; the claimed user's if they may be."""
        if claimed is not None and claimed.realm == realm and claimed.ha1(username, "MD5"):
            return claimed
        if credential := self.phone_credentials.read(username):
            return credential
        local_part, at, domain = username.rpartition("@")
        owner = self._plan.account(*((local_part, domain) if at else (username, realm)))
        return owner if owner is not None and owner.realm == realm else None

    def _holder(
        self, credential: PhoneCredential, claimed: Account | None, realm: str
    ) -> Identified | Guest | SenderForbidden:
        """Who has proven to hold a credential of ours, if it still opens anything."""
        if self.phone_credentials.is_expired(credential):
            log.info("phone credential expired, a new one is needed", extra={"holder": credential.holder_id})
            return SenderForbidden()
        if credential.kind is Holder.GUEST:
            organization = self._plan.organization(credential.holder_id)
            is_theirs = organization is not None and organization.realm == realm
            return Guest(credential.holder_id) if is_theirs else SenderForbidden()
        account = self._plan.account_by_id(credential.holder_id)
        if account is None:
            log.info("phone credential of nobody any more", extra={"holder": credential.holder_id})
        return Identified(account) if account is not None and account is claimed else SenderForbidden()


class _WrongPasswords:
    """Counts wrong passwords by source and blocks the source for a while; bounded memory."""

    def __init__(self) -> None:
        self._sources: dict[str, tuple[int, float]] = {}

    def is_blocked(self, source: str, now: float) -> bool:
        count, until = self._sources.get(source, (0, 0.0))
        return count >= WRONG_PASSWORDS_ALLOWED and now < until

    def add(self, source: str, now: float) -> None:
        count, until = self._sources.pop(source, (0, 0.0))
        if now >= until:
            count, until = 0, now + _COUNTED_FOR
        count += 1
        if count >= WRONG_PASSWORDS_ALLOWED:
            until = now + _BLOCKED_FOR
            log.warning("too many wrong passwords, source blocked", extra={"source": source})
        if len(self._sources) >= _REMEMBERED_SOURCES:
            del self._sources[next(iter(self._sources))]
        self._sources[source] = (count, until)


def _claimed_uri(request: Request) -> Uri | None:
    try:
        return parse_address(request.raw_to if request.method == "REGISTER" else request.raw_from).uri
    except GrammarError:
        return None
