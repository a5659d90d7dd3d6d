"""The event package ``presence`` (RFC 3856): what users publish, and whether they are on the phone, for those
who watch them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

from huntline.directory.plan import Account
from huntline.engine.model import Presence
from huntline.sip.core.message import Request
from huntline.sip.servers.event_packages import Subscription, Watched
from huntline.sip.servers.presence import CONTENT_TYPE
from huntline.sip.servers.watched_resources import WatchedResources

EVENT = "presence"

_ACTIVITIES = {Presence.DO_NOT_DISTURB: "busy", Presence.BUSY: "busy", Presence.AWAY: "away"}


class WatchedPresence(NamedTuple):
    """What is shown of a user."""

    presence: Presence
    is_on_the_phone: bool


class PresencePackage:
    """``presence(user_id)`` is what counts of what was published or chosen."""

    event = EVENT
    content_type = CONTENT_TYPE

    def __init__(
        self,
        resources: WatchedResources,
        presence: Callable[[str], Presence],
        is_on_the_phone: Callable[[str], bool],
    ) -> None:
        self._resources = resources
        self._presence = presence
        self._is_on_the_phone = is_on_the_phone

    def watched(self, request: Request, account: Account) -> Watched:
        """A user."""
        return self._resources.user(request, account)

    def is_there(self, subscription: Subscription) -> bool:
        """Whether there is such a user still."""
        return self._resources.is_there(subscription)

    def note(self, subscription: Subscription) -> None:
        """What is true now is all that counts."""

    def has_news(self, subscription: Subscription) -> bool:
        """Whether the user is otherwise than was told."""
        return subscription.told != self._now(subscription)

    def tell(self, subscription: Subscription) -> str:
        """The document."""
        subscription.told = now = self._now(subscription)
        return written_pidf(subscription.entity, now)

    def _now(self, subscription: Subscription) -> WatchedPresence:
        user_id = subscription.resource
        return WatchedPresence(self._presence(user_id), self._is_on_the_phone(user_id))


def written_pidf(entity: str, shown: WatchedPresence) -> str:
    """A presence document (RFC 3863) with activities (RFC 4480).

    Do not disturb has no activity of its own: it is busy. There are no notes, which phones would show to
    people of whatever language.
    """
    is_open = shown.presence is not Presence.OFFLINE
    names = [_ACTIVITIES[shown.presence]] if shown.presence in _ACTIVITIES else []
    names += ["on-the-phone"] if shown.is_on_the_phone else []
    activities = "".join(f"<rpid:{name}/>" for name in names)
    # RFC 4479 section 4: activities are a person's, not a device's. Many phones know these very prefixes.
    person = f'<dm:person id="p"><rpid:activities>{activities}</rpid:activities></dm:person>\r\n'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n'
        '<presence xmlns="urn:ietf:params:xml:ns:pidf"'
        ' xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"'
        f' xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity={quoteattr(entity)}>\r\n'
        f'<tuple id="t"><status><basic>{"open" if is_open else "closed"}</basic></status>'
        f"</tuple>\r\n{person if activities else ''}</presence>\r\n"
    )
