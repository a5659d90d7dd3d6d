"""Message waiting: the event package ``message-summary`` (RFC 3842), and word to phones that have registered
and do not subscribe."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from huntline.directory.names import host_key, without_parameters
from huntline.directory.plan import Account
from huntline.sip.core.core import OutgoingRequest
from huntline.sip.core.dialog import routed
from huntline.sip.core.grammar import GrammarError, parse_address, parse_uri
from huntline.sip.core.message import Request
from huntline.sip.servers.answering import SipRefusal
from huntline.sip.servers.bindings import Binding
from huntline.sip.servers.event_packages import Subscription, Watched
from huntline.sip.servers.subscriptions import OWN_USER, Notifier, Subscriptions, notify_headers

EVENT = "message-summary"
CONTENT_TYPE = "application/simple-message-summary"


class Waiting(NamedTuple):
    """How many messages wait for a user, and how many they have heard."""

    new: int = 0
    old: int = 0


class MessageSummaryPackage:
    """One's own messages; ``waiting(user_id)`` is the truth."""

    event = EVENT
    content_type = CONTENT_TYPE

    def __init__(self, waiting: Callable[[str], Waiting]) -> None:
        self._waiting = waiting

    def watched(self, request: Request, account: Account) -> Watched:
        """The user themself: nobody's messages are anybody else's business."""
        _check_own(request, account)
        return Watched(account.user_id, f"sip:{account.upn}")

    def is_there(self, subscription: Subscription) -> bool:
        """Whoever subscribes is there."""
        return True

    def note(self, subscription: Subscription) -> None:
        """How many messages there are is all that counts."""

    def has_news(self, subscription: Subscription) -> bool:
        """Whether there are other messages than were told of."""
        return subscription.told != self._waiting(subscription.resource)

    def tell(self, subscription: Subscription) -> str:
        """The summary."""
        subscription.told = waiting = self._waiting(subscription.resource)
        return _summary(subscription.entity, waiting)


class MessageSummaries:
    """Tells each phone how many messages its user has: those that subscribe, by ``subscriptions``, and those
    that only register, after each new registration; all of them whenever it changes.

    ``waiting(user_id)`` is the truth; ``bindings(user_id)`` are phones.
    """

    def __init__(
        self,
        subscriptions: Subscriptions,
        notifier: Notifier,
        waiting: Callable[[str], Waiting],
        bindings: Callable[[str], Iterable[Binding]],
    ) -> None:
        self._subscriptions = subscriptions
        self._notifier = notifier
        self._waiting = waiting
        self._bindings = bindings
        self._accounts: dict[str, str] = {}  # addresses of record, of users whose phones have registered
        self._phones: dict[
            str, dict[tuple[str, str], Waiting]
        ] = {}  # what phones were told, by their bindings

    def registered(self, account: Account, now: float) -> None:
        """A user's phones may have registered: those that are new, or were started again, are told."""
        self._accounts[account.user_id] = f"sip:{account.upn}"
        self._tell_phones(account.user_id, now, only_new=True)

    def returned(self, account: Account) -> None:
        """A user's phones have registered with an earlier process. What they were told is not known: they are
        told with the next change, or when they register again."""
        self._accounts[account.user_id] = f"sip:{account.upn}"

    def changed(self, user_id: str, now: float) -> None:
        """The messages of a user may be others: who was told otherwise is told."""
        self._subscriptions.changed(EVENT, user_id, now)
        self._tell_phones(user_id, now)

    def changed_for_all(self, now: float) -> None:
        """Whose messages anybody hears may be otherwise."""
        for user_id in {*self._subscriptions.resources(EVENT), *self._phones}:
            self.changed(user_id, now)

    def _tell_phones(self, user_id: str, now: float, *, only_new: bool = False) -> None:
        """Phones that do not subscribe are told all the same, outside any dialog, as many expect it."""
        subscriptions = self._subscriptions.of(EVENT, user_id)
        address = self._accounts.get(user_id) or next((each.entity for each in subscriptions), None)
        if address is None:  # nobody of theirs has ever registered
            return
        waiting, before = self._waiting(user_id), self._phones.pop(user_id, {})
        subscribed = {each.flow.remote for each in subscriptions}
        now_told: dict[tuple[str, str], Waiting] = {}
        for binding in self._bindings(user_id):
            key = binding.key, binding.call_id
            told = before.get(key)
            if told is None or (told != waiting and not only_new):
                if binding.flow.remote not in subscribed and not binding.flow.transport.is_websocket:
                    self._tell_phone(address, binding, waiting, now)
                told = waiting
            now_told[key] = told
        if now_told:
            self._phones[user_id] = now_told

    def _tell_phone(self, address: str, binding: Binding, waiting: Waiting, now: float) -> None:
        uri, route = routed(binding.contact_uri, binding.path)
        self._notifier.send_request(
            OutgoingRequest(
                "NOTIFY",
                uri,
                binding.flow,
                f"<{address}>",
                f"<{address}>",
                headers=(
                    *(("Route", each) for each in route),
                    *notify_headers(EVENT, "terminated", self._notifier.contact(OWN_USER, binding.flow)),
                ),
                body=_summary(address, waiting),
                content_type=CONTENT_TYPE,
            ),
            now,
        )


def _summary(address: str, waiting: Waiting) -> str:
    """RFC 3842 section 3.5."""
    return (
        f"Messages-Waiting: {'yes' if waiting.new else 'no'}\r\n"
        f"Message-Account: {address}\r\n"
        f"Voice-Message: {waiting.new}/{waiting.old} (0/0)\r\n"
    )


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
