"""The path of a call: whom it was for, why it went on from there, and the headers that tell the next one.

History-Info (RFC 7044) tells the whole path, Diversion (RFC 5806) who had the call sent on, newest first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from urllib.parse import unquote

from huntline.calls.caller_identity import ANONYMOUS, CallerId, name_addr, outside_caller
from huntline.directory.names import number_digits
from huntline.directory.plan import Account, ServerPlan
from huntline.engine.model import MAX_TARGETS as MAX_TARGETS
from huntline.engine.model import Outcome, QueueLeft
from huntline.plain import frozen
from huntline.sip.core.grammar import Address, GrammarError, Uri, parse_address, parse_uri, split_list
from huntline.sip.core.message import Request

NOBODY = Uri(scheme="sip", user=ANONYMOUS, host="anonymous.invalid")
"""Stands for who must not be shown (RFC 3323 section 4.1.1.3)."""

_CAUSE = re.compile(r"\bSIP\s*;\s*cause\s*=\s*(\d{3})\b", re.IGNORECASE | re.ASCII)


class DiversionReason(StrEnum):
    """Why a call went on from a target, as RFC 5806 section 4.2 has it."""

    UNCONDITIONAL = "unconditional"
    BUSY = "user-busy"
    """Of a queue: it is full."""
    NO_ANSWER = "no-answer"
    """Of a queue: the longest wait is over."""
    UNREACHABLE = "unavailable"
    """Of a queue: nobody serves it."""
    DEFLECTION = "deflection"
    """Somebody who had the call handed it on."""
    UNKNOWN = "unknown"

    @property
    def cause(self) -> int:
        """The SIP status that stands for it in History-Info (RFC 4458 section 2)."""
        return _CAUSES[self]


_CAUSES = {
    DiversionReason.UNCONDITIONAL: 302,
    DiversionReason.BUSY: 486,
    DiversionReason.NO_ANSWER: 408,
    DiversionReason.UNREACHABLE: 480,
    DiversionReason.DEFLECTION: 302,
    DiversionReason.UNKNOWN: 404,
}

_WHEN_LEFT = {
    Outcome.OVERFLOWED: DiversionReason.BUSY,
    Outcome.TIMED_OUT: DiversionReason.NO_ANSWER,
    Outcome.NO_AGENTS: DiversionReason.UNREACHABLE,
}


@frozen
class Hop:
    """One target of a call. ``diverted`` says why the call went on from there; None: it is still there.

    ``uri`` and ``name`` are what people inside are told, ``outside`` what the telephone network is told.
    ``queue_id``, ``user_id`` and ``attendant_id`` say whose address it is, where it is one of ours.
    """

    uri: Uri
    name: str = ""
    outside: Uri | None = None
    queue_id: str | None = None
    user_id: str | None = None
    attendant_id: str | None = None
    diverted: DiversionReason | None = None

    def shown(self, *, is_outside: bool) -> tuple[str, Uri]:
        """Name and address as they are told; names of ours stay inside."""
        return ("", self.outside or self.uri) if is_outside else (self.name, self.uri)

    def left(self, reason: DiversionReason) -> Hop:
        """The same target, from which the call has gone on."""
        return replace(self, diverted=reason)


Path = tuple[Hop, ...]
"""The targets of a call, in order; the last one is where it is now."""


def person_hop(plan: ServerPlan, account: Account) -> Hop:
    """A person: outside only the number that their caller-ID policy lets them show."""
    shown = outside_caller(plan.caller_id_of(account.user_id), account)
    outside = NOBODY if shown.is_anonymous else _at(plan, account.organization_id, shown.user)
    name, _, domain = account.upn.partition("@")
    uri = Uri(scheme="sip", user=name, host=domain)
    return Hop(uri, account.display_name, outside, user_id=account.user_id)


def number_hop(plan: ServerPlan, organization_id: str, number: str) -> Hop:
    """A number outside."""
    return Hop(_at(plan, organization_id, number))


def queue_hop(plan: ServerPlan, queue_id: str) -> Hop | None:
    """A queue, by its service number where it has one; None for one that is gone."""
    queue = plan.queue(queue_id)
    if queue is None:
        return None
    number = queue.line_uri.removeprefix("tel:") if queue.line_uri else None
    uri = Uri("sip", number, queue.domain) if number else parse_uri(queue.primary_uri)
    return Hop(uri, queue.name, queue_id=queue_id)


def attendant_hop(plan: ServerPlan, attendant_id: str) -> Hop | None:
    """An attendant, by its service number where it has one; None for one that is gone."""
    attendant = plan.attendant(attendant_id)
    if attendant is None:
        return None
    number = attendant.line_uris[0].removeprefix("tel:") if attendant.line_uris else None
    uri = Uri("sip", number, attendant.domain) if number else parse_uri(attendant.primary_uri)
    return Hop(uri, attendant.name, attendant_id=attendant_id)


def people_passed(plan: ServerPlan, accounts: Sequence[Account]) -> Path:
    """People who have all their calls forwarded."""
    return tuple(person_hop(plan, each).left(DiversionReason.UNCONDITIONAL) for each in accounts)


def queues_passed(plan: ServerPlan, left: Sequence[QueueLeft]) -> Path:
    """Queues that a call has left without an agent."""
    hops = [(queue_hop(plan, each.queue_id), _WHEN_LEFT.get(each.outcome)) for each in left]
    return tuple(hop.left(reason or DiversionReason.UNKNOWN) for hop, reason in hops if hop)


def through_queues(plan: ServerPlan, before: Path, left: Sequence[QueueLeft], queue_id: str) -> Path:
    """The path of a call that is in a queue now, and has left others before; ``before`` is how it came to
    the first of them."""
    here = queue_hop(plan, queue_id)
    return (*before, *queues_passed(plan, left), *((here,) if here else ()))


def forwarder_of(plan: ServerPlan, organization_id: str, path: Path) -> CallerId:
    """Who had a call sent on last, as the telephone network may know them: by a number of ours."""
    for hop in reversed(path):
        uri = hop.outside or hop.uri
        is_ours = any((hop.user_id, hop.queue_id, hop.attendant_id))
        if is_ours and hop.diverted and number_digits(uri.user or ""):
            return CallerId(uri.user or "", hop.name)
    organization = plan.organization(organization_id)
    numbers = organization.numbers if organization else ()
    return CallerId(numbers[0].number if numbers else ANONYMOUS)


def _at(plan: ServerPlan, organization_id: str, number: str) -> Uri:
    organization = plan.organization(organization_id)
    return Uri(scheme="sip", user=number, host=organization.realm if organization else "invalid")


def path_headers(path: Path, *, is_outside: bool) -> tuple[tuple[str, str], ...]:
    """Diversion and History-Info of an INVITE to the last hop of a path; nothing for a call that was never
    sent on."""
    diverted = diversions(path, is_outside=is_outside)
    return (*diverted, *history_info(path, is_outside=is_outside)) if diverted else ()


def diversions(path: Path, *, is_outside: bool) -> tuple[tuple[str, str], ...]:
    """Diversion alone: those who had the call sent on, newest first."""
    diverted = (hop for hop in reversed(path) if hop.diverted)
    return tuple(("Diversion", _diversion(hop, is_outside=is_outside)) for hop in diverted)


def history_info(path: Path, *, is_outside: bool) -> tuple[tuple[str, str], ...]:
    """History-Info alone: each target is mapped to the next one (RFC 7044 sections 10.3 and 10.4)."""
    headers = []
    for place, hop in enumerate(path):
        name, uri = hop.shown(is_outside=is_outside)
        reason = "" if hop.diverted is None else f"?Reason=SIP%3Bcause%3D{hop.diverted.cause}"
        value = f"{name_addr(name, f'{uri}{reason}')};index={_index(place)}"
        headers.append(("History-Info", f"{value};mp={_index(place - 1)}" if place else value))
    return tuple(headers)


def _index(place: int) -> str:
    return ".".join(["1"] * (place + 1))


def _diversion(hop: Hop, *, is_outside: bool) -> str:
    name, uri = hop.shown(is_outside=is_outside)
    value = f"{name_addr(name, uri)};reason={hop.diverted};counter=1"
    is_hidden = is_outside and hop.outside == NOBODY
    return f"{value};privacy=full" if is_hidden else value


def told_path(request: Request) -> Path:
    """The targets that a call had before it came to us, as the INVITE of a trunk tells: by History-Info where
    there is any, for that has those who did not divert it, too. The last one is ours and not among them."""
    history = [hop for value in _values(request, "history-info") if (hop := _from_history(value))]
    if history:
        return tuple(hop for hop in history if hop.diverted)
    diversions = [hop for value in _values(request, "diversion") if (hop := _from_diversion(value))]
    return tuple(reversed(diversions))


def _values(request: Request, header: str) -> list[str]:
    return [value for line in request.all(header) for value in split_list(line)]


def _from_history(value: str) -> Hop | None:
    address = _address(value)
    if address is None:
        return None
    cause = _CAUSE.search(unquote(address.uri.headers))
    known = {reason.cause: reason for reason in reversed(DiversionReason)}
    reason = known.get(int(cause[1]), DiversionReason.UNKNOWN) if cause else None
    return Hop(_bare(address.uri), address.display_name, diverted=reason)


def _from_diversion(value: str) -> Hop | None:
    address = _address(value)
    if address is None:
        return None
    try:
        reason = DiversionReason((address.parameters.get("reason") or "").lower())
    except ValueError:
        reason = DiversionReason.UNKNOWN
    return Hop(_bare(address.uri), address.display_name, diverted=reason)


def _address(value: str) -> Address | None:
    try:
        return parse_address(value)
    except GrammarError:
        return None


def _bare(uri: Uri) -> Uri:
    """The address without what was said about it."""
    return Uri(scheme=uri.scheme, user=uri.user, host=uri.host, port=uri.port)
