"""What a rung phone is told about a call, once the policies of the users on both sides have been asked."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from huntline.calls.caller_identity import (
    ANONYMOUS,
    TEST_CALL,
    CallerId,
    from_header,
    hidden_identity_headers,
    identity_headers,
    name_addr,
    outside_caller,
)
from huntline.calls.contacts import Callee, Display
from huntline.calls.diversion import DiversionReason, Path, diversions, history_info
from huntline.calls.model import Call
from huntline.directory.names import plain_number
from huntline.directory.plan import Account, ServerPlan
from huntline.directory.shown_numbers import shown_number
from huntline.plain import frozen


@frozen
class QueueTurn:
    """The queue that somebody is rung for, how long the caller has waited, and how many wait behind."""

    queue_name: str
    waited: timedelta
    others_waiting: int


def display_of(
    plan: ServerPlan,
    call: Call,
    to: str,
    line: QueueTurn | None,
    callee: Callee,
    transferor: Account | None = None,
    shown: CallerId | None = None,
    path: Path = (),
) -> Display:
    """The display for one callee; ``to`` is a UPN or a URI, ``line`` None for a call of no queue, ``shown``
    who stands in the caller's place. ``path`` is how a call of a queue comes to them, with the queue last.

    Outside, what a ``transferor`` has rung shows them, for it is a call that they might place; inside, it
    shows the caller, and by whom they are referred (RFC 3892).
    """
    organization = plan.organization(call.organization_id)
    domain = organization.domains[0] if organization else "invalid"
    queue_name = line.queue_name if line else None
    if transferor is not None and callee.is_by_trunk:
        caller_id = outside_caller(plan.caller_id_of(transferor.user_id), transferor)
    else:
        caller_id = shown or caller_as_shown_to(plan, callee, call)
    return Display(
        from_=from_header(caller_id, domain, queue_name),
        to=name_addr("", to if ":" in to else f"sip:{to}"),
        headers=(
            *_identity(plan, call, caller_id, callee, queue_name, transferor),
            *(_queue_headers(path) if line else ()),
            *referred_by(transferor, callee),
        ),
        page_headers=_page_headers(call, caller_id, line) if callee.has_page else (),
    )


def _identity(
    plan: ServerPlan,
    call: Call,
    caller_id: CallerId,
    callee: Callee,
    queue_name: str | None,
    transferor: Account | None,
) -> tuple[tuple[str, str], ...]:
    """Who calls, as an assertion: to a provider only if the organization trusts it (RFC 3325 section 7)."""
    organization = plan.organization(call.organization_id)
    domain = organization.realm if organization else "invalid"
    if callee.is_by_trunk:
        if not caller_id.is_anonymous and not callee.is_trusted:
            return ()
        user_id = transferor.user_id if transferor else call.caller.account_id
        own_number = plan.own_number(user_id or "")
        if caller_id.is_anonymous and callee.is_trusted and own_number is not None:
            return hidden_identity_headers(own_number, domain)
    is_named = organization is not None and organization.queue_name_in_identity
    return identity_headers(caller_id, domain, queue_name if is_named else None)


def _queue_headers(path: Path) -> tuple[tuple[str, str], ...]:
    """The queue that somebody is rung for, which had the call sent on to them, and how it came there."""
    if not path:
        return ()
    sent_on = (*path[:-1], path[-1].left(DiversionReason.UNCONDITIONAL))
    return (*diversions(sent_on, is_outside=False), *history_info(path, is_outside=False))


def referred_by(transferor: Account | None, callee: Callee) -> tuple[tuple[str, str], ...]:
    """Who has the callee rung for somebody else; nobody's business outside."""
    if transferor is None or callee.is_by_trunk:
        return ()
    return (("Referred-By", name_addr(transferor.display_name, f"sip:{transferor.upn}")),)


def _page_headers(call: Call, caller_id: CallerId, line: QueueTurn | None) -> tuple[tuple[str, str], ...]:
    """What a page shows of a call in words of its own, each value as in a URL."""
    shown = {"Call-ID": call.call_id, "Caller": caller_id.shown}
    if number := plain_number(caller_id.user):
        shown["Number"] = shown_number(number)
    if line is not None:
        shown["Queue"] = line.queue_name
        shown["Waited"] = str(int(line.waited.total_seconds()))
        shown["Waiting"] = str(line.others_waiting)
    return tuple((f"X-Huntline-{name}", _as_in_url(value)) for name, value in shown.items())


def _as_in_url(text: str) -> str:
    # What a phone wrote of its user need be no text: lone surrogates stand for its bytes.
    return quote(text, safe="+", errors="replace")


def caller_as_shown_to(plan: ServerPlan, callee: Callee, call: Call) -> CallerId:
    """What the policies of users let them show to the telephone network, and see of it."""
    if call.caller_id == TEST_CALL:
        return TEST_CALL
    caller = plan.account_by_id(call.caller.account_id or "")
    if caller is None:
        is_blocked = callee.user_id and plan.blocks_incoming_caller_id(callee.user_id)
        return CallerId(ANONYMOUS) if is_blocked else call.caller_id
    if not callee.is_by_trunk:
        return call.caller_id
    hides_number = call.hides_number or call.caller_id.is_anonymous
    return outside_caller(plan.caller_id_of(caller.user_id, hides_number=hides_number), caller)
