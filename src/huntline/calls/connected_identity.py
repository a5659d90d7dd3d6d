"""Connected identity: who is at the other end is told to the parties of a call when it changes, and heard.

RFC 4916, by P-Asserted-Identity (RFC 3325, RFC 5876) as phones and providers have it. It is told to phones of
ours and to trusted providers, and believed of those alone.
"""

from __future__ import annotations

from collections.abc import Callable

from huntline.calls.caller_identity import (
    ANONYMOUS,
    CallerId,
    asserted_identity,
    hides_identity,
    identity_headers,
    inside_caller,
    outside_caller,
)
from huntline.calls.model import Call, CallBook, Leg
from huntline.directory.in_force import SettingsInForce
from huntline.directory.plan import ServerPlan
from huntline.sip.core.events import PeerIdentified
from huntline.sip.core.message import Message
from huntline.sip.user_agent import UserAgent


class ConnectedIdentity:
    """``on_change`` is called with a call of which a snapshot would be another one."""

    def __init__(
        self,
        user_agent: UserAgent,
        settings: SettingsInForce,
        book: CallBook,
        on_change: Callable[[Call], None],
    ) -> None:
        self._user_agent = user_agent
        self._settings = settings
        self._book = book
        self._on_change = on_change

    def introduce(self, call: Call) -> None:
        """Tell both parties of a call whom they talk to now."""
        if call.callee is not None:
            self.tell(call, call.caller, call.callee)
            self.tell(call, call.callee, call.caller)

    def tell(self, call: Call, leg: Leg, other: Leg) -> None:
        """Tell a party that the other one is at the other end now."""
        shown = self._shown_to(call, leg, other)
        if shown is not None:
            self._tell(call, leg, shown)

    def tell_queue(self, call: Call) -> None:
        """Tell a caller who was handed on that a queue is at the other end."""
        queue = self._plan.queue(call.queue_id or "")
        if queue is not None and may_be_told(call.caller):
            number = (queue.line_uri or queue.primary_uri).partition(":")[2].partition("@")[0]
            self._tell(call, call.caller, CallerId(number, queue.name))

    def heard(self, event: PeerIdentified) -> None:
        """A peer says who is at its end."""
        found = self._book.by_leg(event.leg_id)
        if found is None:
            return
        call, ring = found
        leg = call.caller if ring is None else ring.legs.get(event.leg_id)
        identity = _identity_in(event.message)
        if leg is None or not leg.is_trusted or identity is None:
            return
        if leg is call.caller:
            if identity == call.caller_id:
                return
            call.caller_id = identity
            call.owner.caller_renamed(call)
        else:
            leg.identity = identity
        self._pass_on(call, leg)

    def _pass_on(self, call: Call, leg: Leg) -> None:
        callee = call.callee
        if callee is not None and leg in (call.caller, callee):
            other = callee if leg is call.caller else call.caller
            self.tell(call, other, leg)
        self._on_change(call)

    @property
    def _plan(self) -> ServerPlan:
        return self._settings.plan

    def _shown_to(self, call: Call, leg: Leg, other: Leg) -> CallerId | None:
        """Who a party is, as the policies let the other one see them; None: is told nothing."""
        if not may_be_told(leg):
            return None
        account = self._plan.account_by_id(other.account_id or "")
        if leg.account_id is None:
            # Outside only users of ours have a number that is ours to show.
            return outside_caller(self._plan.caller_id_of(account.user_id), account) if account else None
        if account is not None:
            is_hidden = other is call.caller and call.caller_id.is_anonymous
            return CallerId(ANONYMOUS) if is_hidden else inside_caller(account)
        party = call.caller_id if other is call.caller else other.identity
        is_blocked = self._plan.blocks_incoming_caller_id(leg.account_id)
        return CallerId(ANONYMOUS) if is_blocked and party is not None else party

    def _tell(self, call: Call, leg: Leg, shown: CallerId) -> None:
        organization = self._plan.organization(call.organization_id)
        domain = organization.realm if organization else "invalid"
        headers = identity_headers(shown, domain)
        self._user_agent.identify(leg.leg_id, headers)


def may_be_told(leg: Leg) -> bool:
    """Whether a party may be told who is at the other end: a user of ours, or a provider that is trusted."""
    return leg.account_id is not None or leg.is_trusted


def _identity_in(message: Message) -> CallerId | None:
    return CallerId(ANONYMOUS) if hides_identity(message) else asserted_identity(message)
