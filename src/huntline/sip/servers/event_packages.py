"""What an event package is (RFC 6665 section 5): whom one may watch, and what is told of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from huntline.directory.plan import Account
from huntline.sip.core.flow import Flow
from huntline.sip.core.message import Request


class Watched(NamedTuple):
    """Who is watched: their id, and the address that documents about them name."""

    resource: str
    entity: str


@dataclass(slots=True)
class Subscription:
    """One subscriber's dialog. ``ours`` and ``theirs`` are name-addr values with their tags apart.

    ``told`` is what was told last, ``open`` is a package's own: what was told of that is not over yet. An
    ``is_cut_off`` one is told nothing, for the connection that it came by is gone.
    """

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
    told: object = None
    subscriber: str = ""
    event: str = "message-summary"
    event_id: str = ""
    resource: str = ""
    entity: str = ""
    open: dict[str, str] = field(default_factory=dict)
    is_under_way: bool = False  # a NOTIFY is not answered yet
    not_before: float = 0.0  # the next NOTIFY
    is_cut_off: bool = False
    flow_before: Flow | None = None  # the connection that it came by, while its peer is tried to be reached


class EventPackage(Protocol):
    """One event package. What it knows changes elsewhere: ``Subscriptions.changed`` is told so."""

    @property
    def event(self) -> str:
        """Its name."""
        ...

    @property
    def content_type(self) -> str:
        """Of its documents."""
        ...

    def watched(self, request: Request, account: Account) -> Watched:
        """Whom a SUBSCRIBE of a user is about. Raises SipRefusal."""
        ...

    def is_there(self, subscription: Subscription) -> bool:
        """Whether who is watched is there still, and may be watched."""
        ...

    def note(self, subscription: Subscription) -> None:
        """Something changed that may be over before it is told."""
        ...

    def has_news(self, subscription: Subscription) -> bool:
        """Whether there is anything else to tell than was told last."""
        ...

    def tell(self, subscription: Subscription) -> str:
        """The document of all that there is to tell, for the NOTIFY whose number is in ``cseq``. The
        subscription knows from now on that it was told so."""
        ...
