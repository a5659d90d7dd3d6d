"""Message waiting: subscriptions to ``message-summary`` (RFC 6665, RFC 3842), and word to phones that have
registered and do not subscribe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Protocol

from huntline.directory.names import host_key, without_parameters
from huntline.directory.plan import Account
from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.dialog import routed
from huntline.sip.core.events import RequestReceived, ResponseReceived
from huntline.sip.core.flow import Flow
from huntline.sip.core.grammar import GrammarError, parse_address, parse_uri
from huntline.sip.core.message import Request, parse_number
from huntline.sip.servers.answering import Headers, Responder, SipRefusal
from huntline.sip.servers.bindings import Binding, flow_from_state
from huntline.sip.servers.expiry import Expiry

EVENT = "message-summary"
CONTENT_TYPE = "application/simple-message-summary"

_GONE = (404, 405, 410, 480, 481, 483, 484, 485, 489, 501, 604)
"""RFC 6665 section 4.2.2 and RFC 5057: answers to a NOTIFY after which there is no subscription any more."""


class Waiting(NamedTuple):
    """How many messages wait for a user, and how many they have heard."""

    new: int = 0
    old: int = 0


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
    subscriptions_per_user: int = 20
    subscriptions: int = 100_000


@dataclass(slots=True)
class Subscription:
    """One subscriber's dialog. ``ours`` and ``theirs`` are name-addr values with their tags apart."""

    call_id: str
    ours: str
    our_tag: str
    theirs: str
    target: str
    route_set: tuple[str, ...]
    flow: Flow
    remote_cseq: int
    expires_at: float
    cseq: int = 0
    told: Waiting | None = None


class MessageSummaries:
    """Answers SUBSCRIBE and tells each phone how many messages its user has: at once after every SUBSCRIBE
    and each new registration, and whenever it changes.

    ``waiting(user_id)`` is the truth; ``bindings(user_id)`` are phones. ``on_change(user_id)`` is for a
    journal that keeps ``state(user_id)``.
    """

    def __init__(
        self,
        notifier: Notifier,
        waiting: Callable[[str], Waiting],
        bindings: Callable[[str], Iterable[Binding]],
        *,
        on_change: Callable[[str], None] = lambda user_id: None,
        limits: SubscriptionLimits | None = None,
    ) -> None:
        self._notifier = notifier
        self._waiting = waiting
        self._bindings = bindings
        self._on_change = on_change
        self._limits = limits or SubscriptionLimits()
        self._subscriptions: dict[str, dict[str, Subscription]] = {}  # by user and our tag
        self._accounts: dict[str, str] = {}  # addresses of record by user
        self._phones: dict[
            str, dict[tuple[str, str], Waiting]
        ] = {}  # what phones were told, by their bindings
        self._sent: dict[str, tuple[str, str]] = {}  # user and our tag, by NOTIFY that is not answered yet
        self._count = 0
        self._expiry = Expiry()

    def __len__(self) -> int:
        return self._count

    # -- who wants to know

    def handle(self, event: RequestReceived, account: Account, now: float) -> None:
        """Answer a SUBSCRIBE of an identified user, and tell at once."""
        try:
            subscription, expires = self._subscribed(event, account, now)
        except SipRefusal as refusal:
            self._notifier.respond(event.transaction_id, refusal.sip_status, now, headers=refusal.headers)
            return
        self._accounts[account.user_id] = f"sip:{account.upn}"
        headers = [("Expires", str(expires)), ("Contact", self._contact(event.flow))]
        self._notifier.respond(event.transaction_id, 200, now, headers=headers)
        self._notify(account.user_id, subscription, now)
        if not expires:
            self._remove(account.user_id, subscription.our_tag)
        self._on_change(account.user_id)

    def registered(self, account: Account, now: float) -> None:
        """A user's phones may have registered: those that are new, or were started again, are told."""
        self._accounts[account.user_id] = f"sip:{account.upn}"
        self._tell_phones(account.user_id, now, only_new=True)

    def changed(self, user_id: str, now: float) -> None:
        """The messages of a user may be others: who was told otherwise is told."""
        waiting = self._waiting(user_id)
        for subscription in list(self._subscriptions.get(user_id, {}).values()):
            if subscription.told != waiting:
                self._notify(user_id, subscription, now)
        self._tell_phones(user_id, now)
        self._on_change(user_id)

    def changed_for_all(self, now: float) -> None:
        """Whose messages anybody hears may be otherwise."""
        for user_id in {*self._subscriptions, *self._phones}:
            self.changed(user_id, now)

    def answered(self, event: ResponseReceived) -> None:
        """A NOTIFY was answered, or not: who does not know of the subscription has none any more."""
        sent = self._sent.pop(event.transaction_id, None)
        if sent is not None and (event.response is None or event.response.status in _GONE):
            self._remove(*sent)
            self._on_change(sent[0])

    def next_deadline(self) -> float | None:
        """When ``tick`` is wanted next."""
        return self._expiry.next_look()

    def tick(self, now: float) -> None:
        """Let subscriptions expire, and tell their subscribers."""
        if not self._expiry.is_due(now):
            return
        expired = [
            (user_id, each)
            for user_id, subscriptions in self._subscriptions.items()
            for each in subscriptions.values()
            if each.expires_at <= now
        ]
        for user_id, subscription in expired:
            self._notify(user_id, subscription, now)
            self._remove(user_id, subscription.our_tag)
            self._on_change(user_id)
        left = (each.expires_at for user in self._subscriptions.values() for each in user.values())
        self._expiry.looked(now, left)

    # -- over a restart

    def state(self, user_id: str, unix_offset: float) -> dict[str, Any] | None:
        """A user's subscriptions as plain data; None when there are none. Moments are in UNIX time."""
        kept = [
            {**asdict(each), "expires_at": each.expires_at + unix_offset, "told": None}
            for each in self._subscriptions.get(user_id, {}).values()
        ]
        return {"address": self._accounts.get(user_id, ""), "subscriptions": kept} if kept else None

    def restore(self, user_id: str, state: Mapping[str, Any], now: float, unix_offset: float) -> None:
        """Take back what ``state`` gave another process, but for what has expired since. What each was told
        is not known: with the next ``changed`` all are told."""
        self._accounts[user_id] = state["address"]
        for saved in state["subscriptions"]:
            expires_at = min(saved["expires_at"] - unix_offset, now + self._limits.longest)
            if expires_at > now:
                parts = {"flow": flow_from_state(saved["flow"]), "route_set": tuple(saved["route_set"])}
                self._put(user_id, Subscription(**{**saved, **parts, "expires_at": expires_at, "told": None}))

    def returned(self, account: Account) -> None:
        """A user's phones have registered with an earlier process. What they were told is not known: they are
        told with the next change, or when they register again."""
        self._accounts[account.user_id] = f"sip:{account.upn}"

    # -- a SUBSCRIBE

    def _subscribed(self, event: RequestReceived, account: Account, now: float) -> tuple[Subscription, int]:
        """RFC 6665 section 4.2.1. Raises SipRefusal."""
        request = event.request
        if (request.header("event") or "").partition(";")[0].strip().lower() != EVENT:
            raise SipRefusal(489, [("Allow-Events", EVENT)])
        expires = self._expires(request)
        known = self._subscriptions.get(account.user_id, {}).get(request.to_tag or "")
        if request.to_tag is not None:
            if known is None or known.call_id != request.call_id:
                raise SipRefusal(481)
            if request.cseq.sequence <= known.remote_cseq:
                raise SipRefusal(500)
            known.target, known.flow = _target(request), event.flow
            known.remote_cseq, known.expires_at = request.cseq.sequence, now + expires
            if expires:
                self._expiry.add(known.expires_at)
            return known, expires
        _check_own(request, account)
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
        )
        self._put(account.user_id, subscription)
        return subscription, expires

    def _expires(self, request: Request) -> int:
        expires = parse_number(request.header("expires"))
        if expires is None:
            expires = self._limits.usual
        if 0 < expires < self._limits.shortest:
            raise SipRefusal(423, [("Min-Expires", str(self._limits.shortest))])
        return min(expires, self._limits.longest)

    def _check_room(self, account: Account) -> None:
        if len(self._subscriptions.get(account.user_id, ())) >= self._limits.subscriptions_per_user:
            raise SipRefusal(403)
        if self._count >= self._limits.subscriptions:
            raise SipRefusal(503, [("Retry-After", str(self._limits.shortest))])

    def _put(self, user_id: str, subscription: Subscription) -> None:
        self._subscriptions.setdefault(user_id, {})[subscription.our_tag] = subscription
        self._count += 1
        self._expiry.add(subscription.expires_at)

    def _remove(self, user_id: str, our_tag: str) -> None:
        subscriptions = self._subscriptions.get(user_id, {})
        if subscriptions.pop(our_tag, None) is not None:
            self._count -= 1
            if not subscriptions:
                del self._subscriptions[user_id]

    # -- a NOTIFY

    def _notify(self, user_id: str, subscription: Subscription, now: float) -> None:
        left = round(subscription.expires_at - now)
        state = f"active;expires={left}" if left > 0 else "terminated;reason=timeout"
        waiting = subscription.told = self._waiting(user_id)
        subscription.cseq += 1
        uri, route = routed(subscription.target, subscription.route_set)
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
                    *_headers(state, self._contact(subscription.flow)),
                ),
                body=self._body(user_id, waiting),
                content_type=CONTENT_TYPE,
                from_tag=subscription.our_tag,
            ),
            now,
        )
        self._sent[sent] = (user_id, subscription.our_tag)

    def _tell_phones(self, user_id: str, now: float, *, only_new: bool = False) -> None:
        """Phones that do not subscribe are told all the same, outside any dialog, as many expect it."""
        if user_id not in self._accounts:  # nobody of theirs has ever registered
            return
        waiting, before = self._waiting(user_id), self._phones.pop(user_id, {})
        subscribed = {each.flow.remote for each in self._subscriptions.get(user_id, {}).values()}
        now_told: dict[tuple[str, str], Waiting] = {}
        for binding in self._bindings(user_id):
            key = binding.key, binding.call_id
            told = before.get(key)
            if told is None or (told != waiting and not only_new):
                if binding.flow.remote not in subscribed and not binding.flow.transport.is_websocket:
                    self._tell_phone(user_id, binding, waiting, now)
                told = waiting
            now_told[key] = told
        if now_told:
            self._phones[user_id] = now_told

    def _tell_phone(self, user_id: str, binding: Binding, waiting: Waiting, now: float) -> None:
        address = f"<{self._accounts.get(user_id, '')}>"
        uri, route = routed(binding.contact_uri, binding.path)
        self._notifier.send_request(
            OutgoingRequest(
                "NOTIFY",
                uri,
                binding.flow,
                address,
                address,
                headers=(
                    *(("Route", each) for each in route),
                    *_headers("terminated", self._contact(binding.flow)),
                ),
                body=self._body(user_id, waiting),
                content_type=CONTENT_TYPE,
            ),
            now,
        )

    def _contact(self, flow: Flow) -> str:
        return self._notifier.contact("voicemail", flow)

    def _body(self, user_id: str, waiting: Waiting) -> str:
        """RFC 3842 section 3.5."""
        return (
            f"Messages-Waiting: {'yes' if waiting.new else 'no'}\r\n"
            f"Message-Account: {self._accounts.get(user_id, '')}\r\n"
            f"Voice-Message: {waiting.new}/{waiting.old} (0/0)\r\n"
        )


def _headers(state: str, contact: str) -> Headers:
    return (("Event", EVENT), ("Subscription-State", state), ("Contact", contact))


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


def _check_own(request: Request, account: Account) -> None:
    """One's own lamp alone: under the UPN, as From (which is proven) says, or as the server's own address."""
    try:
        uri, sender = parse_uri(request.uri), parse_address(request.raw_from).uri
    except GrammarError:
        raise SipRefusal(400) from None
    asked = f"{without_parameters(uri.user or '')}@{host_key(uri.host)}".lower()
    own = f"{without_parameters(sender.user or '')}@{host_key(sender.host)}".lower()
    is_name = (uri.user or "").lower() == account.upn.partition("@")[0]
    if asked not in (account.upn, own) and not is_name:
        raise SipRefusal(403)
