"""Subscriptions to events (RFC 6665), one machinery for all event packages: SUBSCRIBE is answered, and each
subscriber told the whole truth at once and whenever it changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from huntline.directory.plan import Account
from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.dialog import routed
from huntline.sip.core.events import RequestReceived, ResponseReceived
from huntline.sip.core.flow import Flow
from huntline.sip.core.grammar import GrammarError, parse_address
from huntline.sip.core.message import Request, parse_number
from huntline.sip.servers.answering import Headers, Responder, SipRefusal
from huntline.sip.servers.bindings import flow_from_state
from huntline.sip.servers.event_packages import EventPackage, Subscription
from huntline.sip.servers.expiry import Expiry

OWN_USER = "huntline"
"""Who we are in our Contact."""

_GONE = (404, 405, 410, 480, 481, 483, 484, 485, 489, 501, 604)
"""RFC 6665 section 4.2.2 and RFC 5057: answers to a NOTIFY after which there is no subscription any more."""

_SPACING = 0.1
"""Seconds between two NOTIFY requests of a subscription: what changes in between is told together."""

_AT_ONCE = 200
"""So many NOTIFY requests are sent in one turn of the loop; the others wait for what else there is to do."""


class Notifier(Responder, Protocol):
    """What of the core is needed here."""

    def contact(self, user: str, flow: Flow) -> str:
        """Our Contact value."""
        ...

    def tag_for(self, transaction_id: str) -> str:
        """The To tag of our answer."""
        ...

    def send_request(self, request: OutgoingRequest, now: float) -> str:
        """Send a request; ``ResponseReceived`` has the returned id."""
        ...


@dataclass(frozen=True, slots=True)
class SubscriptionLimits:
    """Expiries in seconds."""

    shortest: int = 60
    usual: int = 3600
    longest: int = 86_400
    subscriptions_per_user: int = 200
    subscriptions: int = 100_000


class Subscriptions:
    """All subscriptions, of all packages.

    A subscription has one NOTIFY under way at most, so that its states arrive in order; what changes
    meanwhile is told next. ``on_change(our_tag)`` is for a journal that keeps ``state(our_tag)``.
    """

    def __init__(
        self,
        notifier: Notifier,
        packages: Iterable[EventPackage],
        *,
        on_change: Callable[[str], None] = lambda our_tag: None,
        limits: SubscriptionLimits | None = None,
    ) -> None:
        self._notifier = notifier
        self._packages = {package.event: package for package in packages}
        self._on_change = on_change
        self._limits = limits or SubscriptionLimits()
        self._subscriptions: dict[str, Subscription] = {}  # by our tag
        self._watching: dict[tuple[str, str], dict[str, Subscription]] = {}  # by event and resource
        self._by_user: Counter[str] = Counter()
        self._sent: dict[str, tuple[str, Flow]] = {}  # our tags, by NOTIFY that is not answered yet
        self._due: dict[str, None] = {}
        self._due_at: float | None = None
        self._expiry = Expiry()

    def __len__(self) -> int:
        return len(self._subscriptions)

    def of(self, event: str, resource: str) -> Collection[Subscription]:
        """Who watches somebody."""
        return self._watching.get((event, resource), {}).values()

    def resources(self, event: str) -> list[str]:
        """Who is watched by anybody."""
        return [resource for of_event, resource in self._watching if of_event == event]

    def is_watched(self, resource: str) -> bool:
        """Whether anybody watches somebody, in whatever way."""
        return any((event, resource) in self._watching for event in self._packages)

    # -- who wants to know

    def handle(self, event: RequestReceived, account: Account, now: float) -> None:
        """Answer a SUBSCRIBE of an identified user, and tell at once."""
        try:
            subscription, expires = self._subscribed(event, account, now)
        except SipRefusal as refusal:
            self._notifier.respond(event.transaction_id, refusal.sip_status, now, headers=refusal.headers)
            return
        headers = [("Expires", str(expires)), ("Contact", self._notifier.contact(OWN_USER, event.flow))]
        self._notifier.respond(event.transaction_id, 200, now, headers=headers)
        subscription.told, subscription.not_before = None, now
        if not expires:
            self._end(subscription, "timeout", now)
        elif subscription.is_under_way:
            self._plan(subscription, now)
        else:
            self._notify(subscription, f"active;expires={expires}", now)

    def changed(self, event: str, resource: str, now: float) -> None:
        """Somebody may be otherwise: who was told otherwise is told."""
        package = self._packages[event]
        for subscription in self.of(event, resource):
            package.note(subscription)
            self._plan(subscription, now)

    def changed_for_all(self, now: float) -> None:
        """Anybody may be otherwise."""
        for event, resource in list(self._watching):
            self.changed(event, resource, now)

    def look_who_is_there(self, accounts: Callable[[str], Account | None], now: float) -> None:
        """End what is about somebody who is no more, or of a user who is none any more."""
        for subscription in list(self._subscriptions.values()):
            if accounts(subscription.subscriber) is None:
                self._end(subscription, "rejected", now)
            elif not self._packages[subscription.event].is_there(subscription):
                self._end(subscription, "noresource", now)

    def answered(self, event: ResponseReceived, now: float) -> None:
        """A NOTIFY was answered, or not: who does not know of the subscription has none any more."""
        our_tag, flow = self._sent.pop(event.transaction_id, ("", None))
        subscription = self._subscriptions.get(our_tag)
        if subscription is None:
            return
        subscription.is_under_way = False
        if event.response is None and subscription.flow_before is not None:
            # They do not listen: they come back by a connection of theirs, or not at all.
            subscription.flow, subscription.flow_before = subscription.flow_before, None
            subscription.is_cut_off = True
        is_lost = event.response is None and (subscription.is_cut_off or flow != subscription.flow)
        if not is_lost and (event.response is None or event.response.status in _GONE):
            self._remove(subscription)
        elif is_lost or self._packages[subscription.event].has_news(subscription):
            self._plan(subscription, now)

    def flow_lost(self, flow: Flow) -> None:
        """A connection has ended: who subscribed by it is told when they are back."""
        for subscription in self._by_flow(flow):
            subscription.is_cut_off = True

    def move_flow(self, old: Flow, new: Flow, now: float) -> None:
        """The peer of a connection has come back by another, or may be reached where it listens."""
        for subscription in self._by_flow(old):
            subscription.flow_before = None if new.connection else old
            subscription.flow, subscription.is_cut_off, subscription.told = new, False, None
            self._plan(subscription, now)

    def next_deadline(self) -> float | None:
        """When ``tick`` is wanted next."""
        look = self._expiry.next_look()
        if self._due_at is None or look is None:
            return look if self._due_at is None else self._due_at
        return min(look, self._due_at)

    def tick(self, now: float) -> None:
        """Tell what is to be told, and let subscriptions expire."""
        if self._expiry.is_due(now):
            for subscription in [each for each in self._subscriptions.values() if each.expires_at <= now]:
                self._end(subscription, "timeout", now)
            self._expiry.looked(now, (each.expires_at for each in self._subscriptions.values()))
        if self._due_at is not None and self._due_at <= now:
            self._tell_who_is_due(now)

    # -- over a restart

    def state(self, our_tag: str, unix_offset: float) -> Subscription | None:
        """A subscription as another process goes on with it; None when there is none. Moments are in UNIX
        time."""
        subscription = self._subscriptions.get(our_tag)
        return None if subscription is None else _without_the_moment(subscription, unix_offset)

    def restore(
        self, name: str, state: Subscription | Mapping[str, Any], now: float, unix_offset: float
    ) -> None:
        """Take back what ``state`` gave another process, but for what has expired since.

        What each was told is not known: with the next ``changed`` all are told, but who came by a connection
        when they are back.
        """
        for saved in (state,) if isinstance(state, Subscription) else _of_former_release(name, state):
            subscription = _without_the_moment(saved, -unix_offset)
            # The wall clock may have been set back meanwhile.
            subscription.expires_at = min(subscription.expires_at, now + self._limits.longest)
            subscription.is_cut_off = bool(subscription.flow.connection)
            if subscription.expires_at > now and subscription.event in self._packages:
                self._put(subscription)
                self._on_change(subscription.our_tag)
        self._on_change(name)

    # -- a SUBSCRIBE

    def _subscribed(self, event: RequestReceived, account: Account, now: float) -> tuple[Subscription, int]:
        """RFC 6665 section 4.2.1. Raises SipRefusal."""
        request = event.request
        name, event_id = _event(request)
        package = self._packages.get(name)
        if package is None:
            raise SipRefusal(489, [("Allow-Events", ", ".join(self._packages))])
        _check_accepted(request, package)
        expires = self._expires(request)
        if request.to_tag is not None:
            known = self._subscriptions.get(request.to_tag)
            if known is None or _usage(known) != (account.user_id, request.call_id, name, event_id):
                raise SipRefusal(481)
            self._refresh(known, event, now + expires)
            if expires:
                self._expiry.add(known.expires_at)
            return known, expires
        watched = package.watched(request, account)
        self._check_room(account)
        subscription = Subscription(
            request.call_id,
            _without_tag(request.raw_to),
            self._notifier.tag_for(event.transaction_id),
            request.raw_from,
            _target(request),
            tuple(request.all("record-route")),
            event.flow,
            request.cseq.sequence,
            now + expires,
            subscriber=account.user_id,
            event=name,
            event_id=event_id,
            resource=watched.resource,
            entity=watched.entity,
        )
        self._put(subscription)
        return subscription, expires

    def _refresh(self, known: Subscription, event: RequestReceived, expires_at: float) -> None:
        if event.request.cseq.sequence <= known.remote_cseq:
            raise SipRefusal(500)
        known.target, known.flow, known.flow_before = _target(event.request), event.flow, None
        known.is_cut_off = False
        known.remote_cseq, known.expires_at = event.request.cseq.sequence, expires_at

    def _expires(self, request: Request) -> int:
        expires = parse_number(request.header("expires"))
        if expires is None:
            expires = self._limits.usual
        if 0 < expires < self._limits.shortest:
            raise SipRefusal(423, [("Min-Expires", str(self._limits.shortest))])
        return min(expires, self._limits.longest)

    def _check_room(self, account: Account) -> None:
        if self._by_user[account.user_id] >= self._limits.subscriptions_per_user:
            raise SipRefusal(403)
        if len(self) >= self._limits.subscriptions:
            raise SipRefusal(503, [("Retry-After", str(self._limits.shortest))])

    def _put(self, subscription: Subscription) -> None:
        key = subscription.event, subscription.resource
        self._subscriptions[subscription.our_tag] = subscription
        self._watching.setdefault(key, {})[subscription.our_tag] = subscription
        self._by_user[subscription.subscriber] += 1
        self._expiry.add(subscription.expires_at)

    def _remove(self, subscription: Subscription) -> None:
        if self._subscriptions.pop(subscription.our_tag, None) is None:
            return
        key = subscription.event, subscription.resource
        del self._watching[key][subscription.our_tag]
        if not self._watching[key]:
            del self._watching[key]
        self._by_user[subscription.subscriber] -= 1
        if not self._by_user[subscription.subscriber]:
            del self._by_user[subscription.subscriber]
        self._due.pop(subscription.our_tag, None)
        self._on_change(subscription.our_tag)

    def _by_flow(self, flow: Flow) -> list[Subscription]:
        return [each for each in self._subscriptions.values() if flow in (each.flow, each.flow_before)]

    # -- a NOTIFY

    def _plan(self, subscription: Subscription, now: float) -> None:
        """Let the subscriber be told as soon as they can be."""
        if subscription.is_under_way or subscription.is_cut_off:
            return  # whoever ends that comes here again
        self._due[subscription.our_tag] = None
        at = max(now, subscription.not_before)
        self._due_at = at if self._due_at is None else min(self._due_at, at)

    def _tell_who_is_due(self, now: float) -> None:
        ready = [tag for tag in self._due if self._subscriptions[tag].not_before <= now]
        for our_tag in ready[:_AT_ONCE]:
            del self._due[our_tag]
            subscription = self._subscriptions[our_tag]
            if self._packages[subscription.event].has_news(subscription):
                left = max(round(subscription.expires_at - now), 1)
                self._notify(subscription, f"active;expires={left}", now)
        self._due_at = min((self._subscriptions[tag].not_before for tag in self._due), default=None)

    def _end(self, subscription: Subscription, reason: str, now: float) -> None:
        self._notify(subscription, f"terminated;reason={reason}", now, tells=reason == "timeout")
        self._remove(subscription)

    def _notify(self, subscription: Subscription, state: str, now: float, *, tells: bool = True) -> None:
        package = self._packages[subscription.event]
        subscription.cseq += 1
        uri, route = routed(subscription.target, subscription.route_set)
        event_id = f";id={subscription.event_id}" if subscription.event_id else ""
        contact = self._notifier.contact(OWN_USER, subscription.flow)
        sent = self._notifier.send_request(
            OutgoingRequest(
                "NOTIFY",
                uri,
                subscription.flow,
                subscription.ours,
                subscription.theirs,
                call_id=subscription.call_id,
                cseq=subscription.cseq,
                headers=(
                    *(("Route", each) for each in route),
                    *notify_headers(f"{subscription.event}{event_id}", state, contact),
                ),
                body=package.tell(subscription) if tells else "",
                content_type=package.content_type if tells else None,
                from_tag=subscription.our_tag,
            ),
            now,
        )
        subscription.is_under_way, subscription.not_before = True, now + _SPACING
        self._due.pop(subscription.our_tag, None)
        self._sent[sent] = subscription.our_tag, subscription.flow
        self._on_change(subscription.our_tag)


def notify_headers(event: str, state: str, contact: str) -> Headers:
    """What every NOTIFY has."""
    return (("Event", event), ("Subscription-State", state), ("Contact", contact))


def _event(request: Request) -> tuple[str, str]:
    """The event package, and the id by which a subscriber tells its subscriptions apart."""
    name, *parameters = (part.strip() for part in (request.header("event") or "").split(";"))
    ids = (each.partition("=")[2].strip() for each in parameters if each.lower().startswith("id="))
    return name.lower(), next(ids, "")


def _usage(known: Subscription) -> tuple[str, str, str, str]:
    return known.subscriber, known.call_id, known.event, known.event_id


def _check_accepted(request: Request, package: EventPackage) -> None:
    """RFC 6665 section 3.1.3: whoever says nothing takes what the package has."""
    accepted = {each.partition(";")[0].strip().lower() for each in request.tokens("accept")}
    kind = package.content_type.partition("/")[0]
    if accepted and accepted.isdisjoint({package.content_type, f"{kind}/*", "*/*"}):
        raise SipRefusal(406, [("Accept", package.content_type)])


def _target(request: Request) -> str:
    """Where the subscriber wants its NOTIFY requests."""
    try:
        return parse_address(request.header("contact") or "").raw_uri
    except GrammarError:
        raise SipRefusal(400) from None


def _without_tag(name_addr: str) -> str:
    try:
        return f"<{parse_address(name_addr).raw_uri}>"
    except GrammarError:
        raise SipRefusal(400) from None


def _without_the_moment(subscription: Subscription, time_ahead: float) -> Subscription:
    """The same without what is so at this moment only, by a clock that is so far ahead."""
    return replace(
        subscription,
        flow=subscription.flow_before or subscription.flow,
        expires_at=subscription.expires_at + time_ahead,
        told=None,
        is_under_way=False,
        not_before=0.0,
        is_cut_off=False,
        flow_before=None,
    )


def _of_former_release(user_id: str, state: Mapping[str, Any]) -> list[Subscription]:
    """What it wrote under the name of a user: their subscriptions to their own messages."""
    known = {"subscriber": user_id, "resource": user_id, "entity": state["address"]}
    return [
        Subscription(
            flow=flow_from_state(saved.pop("flow")),
            route_set=tuple(saved.pop("route_set")),
            **{**saved, **known},
        )
        for saved in map(dict, state["subscriptions"])
    ]
