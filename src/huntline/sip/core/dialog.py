"""A dialog: the ids, numbers and route that requests within it need (RFC 3261 section 12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from huntline.sip.core.grammar import GrammarError, parse_address
from huntline.sip.core.message import Message, Request, RequestHead, Response


@dataclass(slots=True)
class Dialog:
    """Plain data. ``local`` and ``remote`` are whole From/To values with their tags, as the wire has them."""

    call_id: str
    local: str
    remote: str
    local_tag: str
    remote_tag: str | None
    target: str
    local_cseq: int
    remote_cseq: int | None = None
    route_set: tuple[str, ...] = ()

    @classmethod
    def from_request(cls, request: Request, local_tag: str) -> Dialog:
        """The UAS side of a request that makes a dialog (section 12.1.1)."""
        remote = request.raw_from
        local = request.raw_to if request.to_tag else f"{request.raw_to};tag={local_tag}"
        # inv2543 of RFC 4475: an old peer sends no Contact, its From is all there is.
        target = contact_of(request) or parse_address(remote).raw_uri
        return cls(
            request.call_id,
            local,
            remote,
            local_tag,
            request.from_tag,
            target,
            local_cseq=0,
            remote_cseq=request.cseq.sequence,
            route_set=tuple(request.all("record-route")),
        )

    @classmethod
    def from_response(
        cls, head: RequestHead, local_tag: str, response: Response, early: Dialog | None = None
    ) -> Dialog:
        """The UAC side, from our INVITE and the response that makes the dialog (section 12.1.2).

        An early dialog hands its numbers on; its route set is made anew (section 13.2.2.4).
        """
        return cls(
            head.call_id,
            head.from_,
            response.raw_to,
            local_tag,
            response.to_tag,
            contact_of(response) or (head.uri if early is None else early.target),
            local_cseq=head.cseq if early is None else early.local_cseq,
            remote_cseq=None if early is None else early.remote_cseq,
            route_set=tuple(reversed(response.all("record-route"))),
        )

    def next_head(self, method: str, via: str) -> RequestHead:
        """The head of the next request within the dialog."""
        self.local_cseq += 1
        return self.head(method, via, self.local_cseq)

    def head(self, method: str, via: str, cseq: int) -> RequestHead:
        """The head of a request with a given number: an ACK has that of its INVITE (section 13.2.2.4)."""
        uri, route = routed(self.target, self.route_set)
        return RequestHead(method, uri, via, self.local, self.remote, self.call_id, cseq, route)

    def is_in_order(self, request: Request) -> bool:
        """Whether a request is no older than the last one (section 12.2.2); remembers its number."""
        sequence = request.cseq.sequence
        if self.remote_cseq is not None and sequence < self.remote_cseq:
            return False
        self.remote_cseq = sequence
        return True

    def refresh_target(self, message: Message) -> None:
        """A re-INVITE or UPDATE, or the 2xx to one, may move the peer's Contact (section 12.2.1.2)."""
        self.target = contact_of(message) or self.target


def contact_of(message: Message) -> str | None:
    """The URI of the first Contact, or None when there is none that can be used."""
    contacts = message.all("contact")
    if not contacts:
        return None
    try:
        address = parse_address(contacts[0])
    except GrammarError:
        return None
    return address.raw_uri if address.uri.scheme in ("sip", "sips", "tel") else None


def routed(target: str, route_set: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Request-URI and Route values (section 12.2.1.1)."""
    if not route_set:
        return target, ()
    try:
        first = parse_address(route_set[0])
    except GrammarError:
        return target, tuple(route_set)
    if "lr" in first.uri.parameters:
        return target, tuple(route_set)
    # A strict router (RFC 2543) wants itself as Request-URI and the target last.
    return first.raw_uri, (*route_set[1:], f"<{target}>")
