"""What a rung phone is told about a call, once the policies of the users on both sides have been asked."""

from __future__ import annotations

from huntline.directory.plan import Account, ServerPlan
from huntline.sip.calls import Call
from huntline.sip.dialling import Callee, Display
from huntline.sip.presentation import (
    ANONYMOUS,
    CallerId,
    from_header,
    identity_headers,
    name_addr,
    outside_caller,
)


def display_of(
    plan: ServerPlan,
    call: Call,
    to: str,
    queue_name: str | None,
    callee: Callee,
    transferor: Account | None = None,
) -> Display:
    """The display for one callee; ``to`` is a UPN or a URI, ``queue_name`` None for a call of no queue.

    Outside, what a ``transferor`` has rung shows them, for it is a call that they might place; inside, it
    shows the caller, and by whom they are referred (RFC 3892).
    """
    organization = plan.organization(call.organization_id)
    domain = organization.domains[0] if organization else "invalid"
    if transferor is not None and callee.is_by_trunk:
        caller_id = outside_caller(plan.caller_id_of(transferor.user_id), transferor)
    else:
        caller_id = caller_as_shown_to(plan, callee, call)
    return Display(
        from_=from_header(caller_id, domain, queue_name),
        to=name_addr("", to if ":" in to else f"sip:{to}"),
        headers=(
            *identity_headers(caller_id, domain, queue_name=queue_name, dialled=call.dialled),
            *referred_by(transferor, callee),
        ),
    )


def referred_by(transferor: Account | None, callee: Callee) -> tuple[tuple[str, str], ...]:
    """Who has the callee rung for somebody else; nobody's business outside."""
    if transferor is None or callee.is_by_trunk:
        return ()
    return (("Referred-By", name_addr(transferor.display_name, f"sip:{transferor.upn}")),)


def caller_as_shown_to(plan: ServerPlan, callee: Callee, call: Call) -> CallerId:
    """What the policies of users let them show to the telephone network, and see of it."""
    caller = plan.account_by_id(call.caller.account_id or "")
    if caller is None:
        is_blocked = callee.user_id and plan.blocks_incoming_caller_id(callee.user_id)
        return CallerId(ANONYMOUS) if is_blocked else call.caller_id
    if not callee.is_by_trunk:
        return call.caller_id
    hides_number = call.caller_id.is_anonymous
    return outside_caller(plan.caller_id_of(caller.user_id, hides_number=hides_number), caller)
