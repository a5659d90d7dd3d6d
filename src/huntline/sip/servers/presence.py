"""Presence: what users publish about themselves (PUBLISH, RFC 3903)."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from huntline.directory.names import host_key, without_parameters
from huntline.directory.plan import Account
from huntline.engine.model import Presence
from huntline.sip.core.events import RequestReceived
from huntline.sip.core.grammar import GrammarError, Uri, parse_address, parse_uri
from huntline.sip.core.message import Request, parse_number
from huntline.sip.servers.answering import Headers, Responder, SipRefusal
from huntline.sip.servers.expiry import Expiry
from huntline.sip.servers.pidf import NotPidf, most_restrictive, parse_pidf

CONTENT_TYPE = "application/pidf+xml"


@dataclass(frozen=True, slots=True)
class PublicationLimits:
    """Expiries in seconds."""

    shortest: int = 60
    usual: int = 3600
    longest: int = 3600
    publications_per_user: int = 10
    publications: int = 100_000


@dataclass(frozen=True, slots=True)
class _Publication:
    etag: str
    presence: Presence
    expires_at: float


class PresenceServer:
    """Answers PUBLISH and knows every user's presence; who has published nothing is available.

    What somebody chose by hand (``choose``) counts, and nothing published, until it is given up.

    ``on_presence(user_id, presence)`` tells of changes; ``on_change(user_id)`` also of refreshed
    publications, for a journal that keeps ``state(user_id)``.
    """

    def __init__(
        self,
        responder: Responder,
        entropy: Callable[[int], bytes] = os.urandom,
        limits: PublicationLimits | None = None,
        *,
        on_presence: Callable[[str, Presence], None] = lambda user_id, presence: None,
        on_change: Callable[[str], None] = lambda user_id: None,
    ) -> None:
        self._responder = responder
        self._entropy = entropy
        self._limits = limits or PublicationLimits()
        self._publications: dict[str, dict[str, _Publication]] = {}
        self._chosen: dict[str, Presence] = {}
        self._told: dict[str, Presence] = {}
        self._count = 0
        self._expiry = Expiry()
        self._on_presence = on_presence
        self._on_change = on_change

    def __len__(self) -> int:
        return self._count

    def presence(self, user_id: str) -> Presence:
        """A user's presence: chosen by hand, or over all that is published."""
        if (chosen := self._chosen.get(user_id)) is not None:
            return chosen
        publications = self._publications.get(user_id, {}).values()
        return most_restrictive(publication.presence for publication in publications)

    def is_chosen(self, user_id: str) -> bool:
        """Whether a user's presence was chosen by hand."""
        return user_id in self._chosen

    def choose(self, user_id: str, presence: Presence | None) -> None:
        """Set a user's presence by hand; None: follow what is published again."""
        if presence is None:
            self._chosen.pop(user_id, None)
        else:
            self._chosen[user_id] = presence
        self._changed(user_id)

    def handle(self, event: RequestReceived, account: Account, now: float) -> None:
        """Answer a PUBLISH of an identified user."""
        try:
            headers = self._publish(event.request, account, now)
        except SipRefusal as refusal:
            self._responder.respond(event.transaction_id, refusal.sip_status, now, headers=refusal.headers)
        else:
            self._responder.respond(event.transaction_id, 200, now, headers=headers)
            self._changed(account.user_id)

    def next_deadline(self) -> float | None:
        """When ``tick`` is wanted next."""
        return self._expiry.next_look()

    def tick(self, now: float) -> None:
        """Let publications expire."""
        if not self._expiry.is_due(now):
            return
        expired = [
            (user_id, etag)
            for user_id, publications in self._publications.items()
            for etag, publication in publications.items()
            if publication.expires_at <= now
        ]
        for user_id, etag in expired:
            self._remove(user_id, etag)
        left = (each.expires_at for user in self._publications.values() for each in user.values())
        self._expiry.looked(now, left)
        for user_id in {user_id for user_id, _ in expired}:
            self._changed(user_id)

    def state(self, user_id: str, unix_offset: float) -> dict[str, Any] | None:
        """What a user has published and what was chosen, as plain data; None when there is nothing.

        Moments in it are in UNIX time, which is ``unix_offset`` ahead of the clock used here: so it holds
        over a restart of the machine.
        """
        publications = [
            {**asdict(each), "expires_at": each.expires_at + unix_offset}
            for each in self._publications.get(user_id, {}).values()
        ]
        chosen = self._chosen.get(user_id)
        return {"publications": publications, "chosen": chosen} if publications or chosen else None

    def restore(self, user_id: str, state: Mapping[str, Any], now: float, unix_offset: float) -> None:
        """Take back what ``state`` gave another process, but for what has expired since."""
        for saved in state["publications"]:
            # The wall clock may have been set back meanwhile.
            expires_at = min(saved["expires_at"] - unix_offset, now + self._limits.longest)
            if expires_at > now:
                self._put(user_id, _Publication(saved["etag"], Presence(saved["presence"]), expires_at))
        if state["chosen"] is not None:
            self._chosen[user_id] = Presence(state["chosen"])
        self._changed(user_id)

    def _publish(self, request: Request, account: Account, now: float) -> Headers:
        """RFC 3903 section 6, in its order of checks."""
        _check_own(_request_uri(request), request, account)
        if (request.header("event") or "").partition(";")[0].strip().lower() != "presence":
            raise SipRefusal(489, [("Allow-Events", "presence")])
        replaced = self._matched(request, account)
        expires = self._expires(request)
        published = self._published(request, account, replaced)
        if replaced is None and expires:
            self._check_room(account)
        if replaced is not None:
            self._remove(account.user_id, replaced.etag)
        publication = replace(published, expires_at=now + expires)
        if expires:
            self._put(account.user_id, publication)
        return [("SIP-ETag", publication.etag), ("Expires", str(expires))]

    def _matched(self, request: Request, account: Account) -> _Publication | None:
        """The publication that SIP-If-Match names; None for a new one."""
        if request.count("sip-if-match") > 1:
            raise SipRefusal(400)
        etag = request.header("sip-if-match")
        if etag is None:
            return None
        publication = self._publications.get(account.user_id, {}).get(etag)
        if publication is None:
            raise SipRefusal(412)
        return publication

    def _expires(self, request: Request) -> int:
        expires = parse_number(request.header("expires"))
        if expires is None:
            expires = self._limits.usual
        if 0 < expires < self._limits.shortest:
            raise SipRefusal(423, [("Min-Expires", str(self._limits.shortest))])
        return min(expires, self._limits.longest)

    def _published(self, request: Request, account: Account, replaced: _Publication | None) -> _Publication:
        """What the body says, under a new entity tag; without a body what was said before."""
        etag = self._entropy(8).hex()
        if not request.body:
            if replaced is None:
                raise SipRefusal(400)
            return replace(replaced, etag=etag)
        if request.content_type != CONTENT_TYPE:
            raise SipRefusal(415, [("Accept", CONTENT_TYPE)])
        try:
            document = parse_pidf(request.body)
        except NotPidf:
            raise SipRefusal(400) from None
        _check_own(document.entity, request, account)
        return _Publication(etag, document.presence, 0.0)

    def _check_room(self, account: Account) -> None:
        if len(self._publications.get(account.user_id, ())) >= self._limits.publications_per_user:
            raise SipRefusal(403)
        if self._count >= self._limits.publications:
            raise SipRefusal(503, [("Retry-After", str(self._limits.shortest))])

    def _put(self, user_id: str, publication: _Publication) -> None:
        self._publications.setdefault(user_id, {})[publication.etag] = publication
        self._count += 1
        self._expiry.add(publication.expires_at)

    def _remove(self, user_id: str, etag: str) -> None:
        publications = self._publications[user_id]
        del publications[etag]
        self._count -= 1
        if not publications:
            del self._publications[user_id]

    def _changed(self, user_id: str) -> None:
        presence = self.presence(user_id)
        if presence is not self._told.get(user_id, Presence.AVAILABLE):
            if presence is Presence.AVAILABLE:
                del self._told[user_id]
            else:
                self._told[user_id] = presence
            self._on_presence(user_id, presence)
        self._on_change(user_id)


def _check_own(uri: Uri, request: Request, account: Account) -> None:
    """Only one's own presence may be published: under the UPN, or as From (which is proven) says."""
    sender = parse_address(request.raw_from).uri
    if _address(uri) not in (account.upn, _address(sender)):
        raise SipRefusal(403)


def _address(uri: Uri) -> str:
    return f"{without_parameters(uri.user or '')}@{host_key(uri.host)}".lower()


def _request_uri(request: Request) -> Uri:
    try:
        return parse_uri(request.uri)
    except GrammarError:
        raise SipRefusal(400) from None
