"""Busy lamps: the event package ``dialog`` (RFC 4235), how far the calls of somebody have come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from xml.sax.saxutils import escape, quoteattr

from huntline.directory.plan import Account
from huntline.sip.core.message import Request
from huntline.sip.servers.event_packages import Subscription, Watched
from huntline.sip.servers.watched_resources import WatchedResources

EVENT = "dialog"
CONTENT_TYPE = "application/dialog-info+xml"

_MOST_SHOWN = 10
"""Dialogs in one document: a telephone shows that there are calls, and has one datagram for them."""


class DialogState(StrEnum):
    """How far a dialog has come (RFC 4235 section 3.7.1), of those states that lamps know."""

    TRYING = "trying"
    EARLY = "early"
    CONFIRMED = "confirmed"
    TERMINATED = "terminated"


class Direction(StrEnum):
    """Who has called."""

    INITIATOR = "initiator"
    RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True)
class OtherParty:
    """Who is at the other end."""

    uri: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ShownDialog:
    """One call of somebody, or the part of it that concerns them. ``other`` is None where it is nobody's
    business."""

    state: DialogState
    direction: Direction
    is_holding: bool = False
    other: OtherParty | None = None


Shown = Mapping[str, ShownDialog]


class DialogPackage:
    """``shown(resource, watcher)`` are the dialogs that somebody has now, by their ids.

    A dialog is told with ``terminated`` once, after its end, whether it was told of before or not.
    """

    event = EVENT
    content_type = CONTENT_TYPE

    def __init__(self, resources: WatchedResources, shown: Callable[[str, str], Shown]) -> None:
        self._resources = resources
        self._shown = shown

    def watched(self, request: Request, account: Account) -> Watched:
        """A user or a queue."""
        return self._resources.user_or_queue(request, account)

    def is_there(self, subscription: Subscription) -> bool:
        """Whether there is such a user or queue still."""
        return self._resources.is_there(subscription)

    def note(self, subscription: Subscription) -> None:
        """A call that is over before it is told is told as over."""
        if len(subscription.open) < 2 * _MOST_SHOWN:
            directions = {key: each.direction.value for key, each in self._now(subscription).items()}
            subscription.open |= directions

    def has_news(self, subscription: Subscription) -> bool:
        """Whether a dialog is there that was not told of, or another one than was."""
        return subscription.told != self._to_tell(subscription)

    def tell(self, subscription: Subscription) -> str:
        """A full document; the number of the NOTIFY is its version, which begins with 0."""
        dialogs = self._to_tell(subscription)
        living = {key: each for key, each in dialogs.items() if each.state is not DialogState.TERMINATED}
        subscription.open = {key: each.direction.value for key, each in living.items()}
        subscription.told = living
        return dialog_info(subscription.entity, subscription.cseq - 1, dialogs)

    def _to_tell(self, subscription: Subscription) -> Shown:
        """What there is, and what is over since it was told."""
        now = self._now(subscription)
        over = {
            dialog_id: ShownDialog(DialogState.TERMINATED, Direction(direction))
            for dialog_id, direction in subscription.open.items()
            if dialog_id not in now
        }
        return {**over, **now} if over else now

    def _now(self, subscription: Subscription) -> Shown:
        shown = self._shown(subscription.resource, subscription.subscriber)
        return shown if len(shown) <= _MOST_SHOWN else dict(islice(shown.items(), _MOST_SHOWN))


def dialog_info(entity: str, version: int, dialogs: Shown) -> str:
    """The document (RFC 4235 section 4.1)."""
    written = "".join(_dialog(entity, dialog_id, dialog) for dialog_id, dialog in dialogs.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n'
        '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info"'
        f' version="{version}" state="full" entity={_attribute(entity)}>\r\n{written}</dialog-info>\r\n'
    )


@lru_cache(maxsize=1024)  # the same for all who watch
def _dialog(entity: str, dialog_id: str, dialog: ShownDialog) -> str:
    state = f"<state>{dialog.state}</state>"
    local = "" if dialog.state is DialogState.TERMINATED else _local(entity, dialog)
    remote = "" if dialog.other is None else _remote(dialog.other)
    return (
        f'<dialog id={_attribute(dialog_id)} direction="{dialog.direction}">'
        f"{state}{local}{remote}</dialog>\r\n"
    )


def _local(entity: str, dialog: ShownDialog) -> str:
    # RFC 4235 section 4.3: who has put the other side on hold is busy, and plays nothing.
    rendering = "no" if dialog.is_holding else "yes"
    return (
        f"<local><identity>{_text(entity)}</identity><target uri={_attribute(entity)}>"
        f'<param pname="+sip.rendering" pval="{rendering}"/></target></local>'
    )


def _remote(other: OtherParty) -> str:
    name = f" display={_attribute(other.name)}" if other.name else ""
    return (
        f"<remote><identity{name}>{_text(other.uri)}</identity><target uri={_attribute(other.uri)}/></remote>"
    )


def _text(text: str) -> str:
    return escape(_in_xml(text))


def _attribute(text: str) -> str:
    return quoteattr(_in_xml(text))


def _in_xml(text: str) -> str:
    """Without the characters that no document may have: what a stranger calls themself may have any."""
    return text if text.isprintable() else "".join(each for each in text if each.isprintable())
