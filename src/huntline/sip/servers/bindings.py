"""Bindings: which contacts each user has registered, and until when. No I/O; time is an argument."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

from huntline.sip.core.flow import Flow, Transport
from huntline.sip.servers.expiry import Expiry

_REMEMBERED_CUT_OFF = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One registered contact. Send to ``flow`` with ``path`` as Route; ``contact_uri`` is the Request-URI.

    ``key`` tells the contacts of a user apart: the device's instance id and registration number (RFC 5626),
    or the contact address. ``reg_id`` is that number where the device keeps several flows, and this is one.
    """

    key: str
    contact_uri: str
    flow: Flow
    path: tuple[str, ...]
    expires_at: float
    user_agent: str
    q: str | None
    call_id: str
    cseq: int
    instance: str = ""
    reg_id: str = ""
    organization_id: str = ""


class Bindings:
    """The store. Nothing in here is refused: limits and order are the registrar's business."""

    def __init__(self) -> None:
        self._by_user: dict[str, dict[str, Binding]] = {}
        self._by_connection: dict[Flow, set[str]] = {}
        self._by_organization: Counter[str] = Counter()
        self._cut_off: dict[str, dict[str, Binding]] = {}
        self._cut_off_count = 0
        self._expiry = Expiry()

    def __len__(self) -> int:
        return self._by_organization.total()

    def count_in(self, organization_id: str) -> int:
        """How many bindings the users of an organization have."""
        return self._by_organization[organization_id]

    def of(self, user_id: str) -> tuple[Binding, ...]:
        """A user's bindings, the most wanted (q) first, of equals the oldest."""
        bindings = self._by_user.get(user_id, {}).values()
        return tuple(sorted(bindings, key=lambda binding: -float(binding.q or 1)))

    def of_devices(self, user_id: str) -> tuple[Binding, ...]:
        """The same, of a device with several flows the one that came last."""
        newest = {each.instance: each for each in self._by_user.get(user_id, {}).values() if each.reg_id}
        return tuple(each for each in self.of(user_id) if not each.reg_id or newest[each.instance] is each)

    def get(self, user_id: str, key: str) -> Binding | None:
        """One binding."""
        return self._by_user.get(user_id, {}).get(key)

    def before(self, user_id: str, key: str) -> Binding | None:
        """The binding that a new one with this key follows on: also one that ended with its connection, for
        as long as it would have lasted."""
        return self._cut_off.get(user_id, {}).get(key) or self.get(user_id, key)

    def cut_off(self, user_id: str) -> tuple[Binding, ...]:
        """A user's bindings that ended with their connections, and whose phones may come back."""
        return tuple(self._cut_off.get(user_id, {}).values())

    def put(self, user_id: str, binding: Binding) -> None:
        """Add a binding or replace the one with its key."""
        self.remove(user_id, binding.key)
        self._by_user.setdefault(user_id, {})[binding.key] = binding
        self._by_organization[binding.organization_id] += 1
        if binding.flow.connection:
            self._by_connection.setdefault(binding.flow, set()).add(user_id)
        self._expiry.add(binding.expires_at)

    def remove(self, user_id: str, key: str) -> None:
        """Remove a binding, if it is there."""
        self._forget_cut_off(user_id, key)
        bindings = self._by_user.get(user_id, {})
        binding = bindings.pop(key, None)
        if binding is None:
            return
        self._by_organization[binding.organization_id] -= 1
        if not bindings:
            del self._by_user[user_id]
        users = self._by_connection.get(binding.flow)
        if users and not any(other.flow == binding.flow for other in bindings.values()):
            users.discard(user_id)
            if not users:
                del self._by_connection[binding.flow]

    def remove_connection(self, flow: Flow) -> set[str]:
        """Remove everything that was bound to a connection; the users concerned."""
        users = set(self._by_connection.get(flow, ()))
        for user_id in users:
            for binding in self.of(user_id):
                if binding.flow == flow:
                    self.remove(user_id, binding.key)
                    self.remember(user_id, binding)
        return users

    def remember(self, user_id: str, binding: Binding) -> None:
        """Its connection has ended: whoever was at its end may come back by another one."""
        self._forget_cut_off(user_id, binding.key)
        if self._cut_off_count >= _REMEMBERED_CUT_OFF:
            oldest = next(iter(self._cut_off))
            self._forget_cut_off(oldest, next(iter(self._cut_off[oldest])))
        self._cut_off.setdefault(user_id, {})[binding.key] = binding
        self._cut_off_count += 1
        self._expiry.add(binding.expires_at)

    def _forget_cut_off(self, user_id: str, key: str) -> None:
        cut_off = self._cut_off.get(user_id, {})
        if cut_off.pop(key, None) is not None:
            self._cut_off_count -= 1
            if not cut_off:
                del self._cut_off[user_id]

    def next_deadline(self) -> float | None:
        """When to call ``remove_expired`` next; may be early, never more than a second late."""
        return self._expiry.next_look()

    def remove_expired(self, now: float) -> set[str]:
        """Remove what has expired; the users concerned. Does nothing before ``next_deadline``."""
        if not self._expiry.is_due(now):
            return set()
        expired = [
            (user_id, binding.key)
            for user_id, bindings in self._by_user.items()
            for binding in bindings.values()
            if binding.expires_at <= now
        ]
        gone = [
            (user_id, binding.key)
            for user_id, cut_off in self._cut_off.items()
            for binding in cut_off.values()
            if binding.expires_at <= now
        ]
        for user_id, key in expired + gone:
            self.remove(user_id, key)
        left = chain.from_iterable(
            each.values() for each in (*self._by_user.values(), *self._cut_off.values())
        )
        self._expiry.looked(now, (binding.expires_at for binding in left))
        return {user_id for user_id, _ in expired}


def to_state(binding: Binding, unix_offset: float) -> dict[str, Any]:
    """Plain data, JSON-able; ``unix_offset`` is what UNIX time is ahead of the clock of the bindings."""
    return {**asdict(binding), "expires_at": binding.expires_at + unix_offset}


def from_state(state: Mapping[str, Any], unix_offset: float) -> Binding:
    """The binding that ``to_state`` wrote, on a clock that may be another one."""
    return Binding(
        **{
            **state,
            "path": tuple(state["path"]),
            "expires_at": state["expires_at"] - unix_offset,
            "flow": flow_from_state(state["flow"]),
        }
    )


def flow_from_state(state: Mapping[str, Any]) -> Flow:
    """The flow that ``asdict`` wrote."""
    return Flow(
        Transport(state["transport"]),
        (state["local"][0], state["local"][1]),
        (state["remote"][0], state["remote"][1]),
        state["connection"],
        state.get("server_name", ""),
    )
