"""The registrar: keeps where users are reachable (RFC 3261 section 10, RFC 3327, RFC 5626)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

from huntline.clean_text import cleaned
from huntline.directory.plan import Account
from huntline.sip.core.events import RequestReceived
from huntline.sip.core.flow import Flow
from huntline.sip.core.grammar import Address, GrammarError, Uri, parse_address
from huntline.sip.core.listener import flow_to_listener
from huntline.sip.core.message import Request, parse_number
from huntline.sip.servers.answering import Responder, SipRefusal
from huntline.sip.servers.bindings import Binding, Bindings, from_state, to_state


@dataclass(frozen=True, slots=True)
class RegistrarLimits:
    """Expiries in seconds; a phone that asks for more gets ``longest``, for less is told ``shortest``.

    ``flow_timer`` is how long a phone that registers a connection of its own (RFC 5626) may send nothing by
    it, not even a keep-alive, and ``flow_grace`` how much later one may come.
    """

    shortest: int = 60
    usual: int = 300
    longest: int = 3600
    contacts_per_user: int = 10
    contacts: int = 100_000
    flow_timer: int = 120
    flow_grace: int = 15


class Registrar:
    """Answers REGISTER and knows every user's bindings.

    ``on_reachability(user_id, is_reachable)`` tells of the first binding and of the last one's end;
    ``on_change(user_id)`` of every change, for a journal that keeps ``state(user_id)``. ``on_return(before,
    flow)`` tells that whoever was at the end of a connection is at the end of another one now,
    ``on_new_phone(user_id)`` that a phone registered which was not there, or has been started again.
    ``on_kept_flow(flow, seconds)`` that its phone will send by a connection at least so often.
    ``takes_phones(organization_id, registered, more, now)`` says whether an organization may have so many
    phones beside those that are registered.
    """

    def __init__(
        self,
        responder: Responder,
        limits: RegistrarLimits | None = None,
        *,
        on_reachability: Callable[[str, bool], None] = lambda user_id, is_reachable: None,
        on_change: Callable[[str], None] = lambda user_id: None,
        on_return: Callable[[Flow, Flow], None] = lambda before, flow: None,
        on_new_phone: Callable[[str], None] = lambda user_id: None,
        on_kept_flow: Callable[[Flow, float], None] = lambda flow, seconds: None,
        takes_phones: Callable[[str, int, int, float], bool] = lambda *_: True,
    ) -> None:
        self._responder = responder
        self._limits = limits or RegistrarLimits()
        self._bindings = Bindings()
        self._reachable: set[str] = set()
        self._on_reachability = on_reachability
        self._on_change = on_change
        self._on_return = on_return
        self._on_new_phone = on_new_phone
        self._on_kept_flow = on_kept_flow
        self._takes_phones = takes_phones

    def __len__(self) -> int:
        return len(self._bindings)

    def phones_in(self, organization_id: str) -> int:
        """How many phones the users of an organization have registered."""
        return self._bindings.count_in(organization_id)

    def bindings(self, user_id: str) -> tuple[Binding, ...]:
        """Where a user is reachable now, the most wanted contact first: each device once, by the way that it
        registered last (RFC 5626 section 7)."""
        return self._bindings.of_devices(user_id)

    def handle(self, event: RequestReceived, account: Account, now: float) -> None:
        """Answer a REGISTER of an identified user; all of its contacts are taken or none."""
        try:
            changes = self._changes(event.request, event.flow, account, now)
        except SipRefusal as refusal:
            self._responder.respond(event.transaction_id, refusal.sip_status, now, headers=refusal.headers)
            return
        for key, binding in changes.items():
            if binding is None:
                self._bindings.remove(account.user_id, key)
            else:
                self._put(account.user_id, binding)
        headers = self._ok_headers(event.request, account, event.flow, now)
        self._responder.respond(event.transaction_id, 200, now, headers=headers)
        if changes:
            self._changed(account.user_id)

    def flow_lost(self, flow: Flow, now: float) -> None:
        """A connection has ended: whoever was bound to it cannot be reached there any more."""
        for user_id in self._bindings.remove_connection(flow):
            self._changed(user_id)

    def forget(self, user_id: str) -> None:
        """Drop all bindings of a user who is no more."""
        for binding in (*self._bindings.of(user_id), *self._bindings.cut_off(user_id)):
            self._bindings.remove(user_id, binding.key)
        self._changed(user_id)

    def next_deadline(self) -> float | None:
        """When ``tick`` is wanted next."""
        return self._bindings.next_deadline()

    def tick(self, now: float) -> None:
        """Let bindings expire."""
        for user_id in self._bindings.remove_expired(now):
            self._changed(user_id)

    def state(self, user_id: str, unix_offset: float) -> dict[str, Any] | None:
        """A user's bindings as plain data, None when there are none.

        Moments in it are in UNIX time, which is ``unix_offset`` ahead of the clock used here: so it holds
        over a restart of the machine.
        """
        bindings = [to_state(binding, unix_offset) for binding in self._bindings.of(user_id)]
        cut_off = [to_state(binding, unix_offset) for binding in self._bindings.cut_off(user_id)]
        return {"bindings": bindings, "cut_off": cut_off} if bindings or cut_off else None

    def restore(self, user_id: str, state: Mapping[str, Any], now: float, unix_offset: float) -> None:
        """Take back what ``state`` gave another process, but for what has expired since.

        Connections are gone: who was bound to one is reached where it listens, over TCP, which is told by
        ``on_return``, or comes back.
        """
        for kind in ("bindings", "cut_off"):
            for saved in state[kind]:
                binding = from_state(saved, unix_offset)
                # The wall clock may have been set back meanwhile.
                binding = replace(binding, expires_at=min(binding.expires_at, now + self._limits.longest))
                if binding.expires_at > now:
                    self._restore(user_id, binding, is_cut_off=kind == "cut_off")
        self._changed(user_id)

    def _restore(self, user_id: str, binding: Binding, *, is_cut_off: bool) -> None:
        if not binding.flow.connection:
            self._bindings.put(user_id, binding)
            return
        listener = flow_to_listener(binding.flow, f"<{binding.contact_uri}>")
        if listener is not None and not is_cut_off:
            self._bindings.put(user_id, replace(binding, flow=listener))
            self._on_return(binding.flow, listener)
        self._bindings.remember(user_id, binding)

    def _changed(self, user_id: str) -> None:
        is_reachable = bool(self._bindings.of(user_id))
        if is_reachable != (user_id in self._reachable):
            (self._reachable.add if is_reachable else self._reachable.discard)(user_id)
            self._on_reachability(user_id, is_reachable)
        self._on_change(user_id)

    def _put(self, user_id: str, binding: Binding) -> None:
        before = self._bindings.before(user_id, binding.key)
        self._bindings.put(user_id, binding)
        if before is None or before.call_id != binding.call_id:  # a phone keeps its Call-ID while it runs
            self._on_new_phone(user_id)
        if before is not None and before.flow.connection and before.flow != binding.flow:
            self._on_return(before.flow, binding.flow)

    def _changes(
        self, request: Request, flow: Flow, account: Account, now: float
    ) -> dict[str, Binding | None]:
        """What a REGISTER asks for, by key: None removes. Raises when any of it is refused."""
        contacts = _contacts(request)
        if any(contact.raw_uri == "*" for contact in contacts):
            if len(contacts) > 1 or parse_number(request.header("expires")) != 0:
                raise SipRefusal(400)
            keys = [binding.key for binding in self._bindings.of(account.user_id)]
            changes: dict[str, Binding | None] = dict.fromkeys(keys)
        else:
            changes = {}
            for contact in contacts:
                binding = self._binding(request, contact, flow, account, now)
                changes.update(self._other_contacts(account, binding))
                changes[binding.key] = binding if binding.expires_at > now else None
        self._check_order(request, account, changes)
        self._check_room(account, changes)
        self._check_quota(request, account, changes, now)
        return changes

    def _other_contacts(self, account: Account, binding: Binding) -> dict[str, None]:
        """What a device had registered that now registers in the old way: it has one contact."""
        if binding.reg_id or not binding.instance:
            return {}
        return {
            other.key: None
            for other in self._bindings.of(account.user_id)
            if other.instance == binding.instance and other.key != binding.key
        }

    def _binding(
        self, request: Request, contact: Address, flow: Flow, account: Account, now: float
    ) -> Binding:
        if contact.uri.scheme not in ("sip", "sips"):
            raise SipRefusal(416)
        return Binding(
            key=_key(contact),
            contact_uri=contact.raw_uri,
            flow=flow,
            path=tuple(request.all("path")),
            expires_at=now + self._expires(request, contact),
            user_agent=cleaned(request.header("user-agent") or ""),
            q=_q(contact),
            call_id=request.call_id,
            cseq=request.cseq.sequence,
            instance=contact.parameters.get("+sip.instance") or "",
            reg_id=_reg_id(request, contact, flow),
            organization_id=account.organization_id,
        )

    def _expires(self, request: Request, contact: Address) -> int:
        expires = parse_number(contact.parameters.get("expires"))
        if expires is None:
            expires = parse_number(request.header("expires"))
        if expires is None:
            expires = self._limits.usual
        if 0 < expires < self._limits.shortest:
            raise SipRefusal(423, [("Min-Expires", str(self._limits.shortest))])
        return min(expires, self._limits.longest)

    def _check_order(self, request: Request, account: Account, changes: Mapping[str, Binding | None]) -> None:
        """RFC 3261 section 10.3, steps 6 and 7: nothing older than what is bound may change it."""
        for key in changes:
            bound = self._bindings.get(account.user_id, key)
            if bound and bound.call_id == request.call_id and bound.cseq >= request.cseq.sequence:
                raise SipRefusal(500)

    def _check_room(self, account: Account, changes: Mapping[str, Binding | None]) -> None:
        new = sum(
            binding is not None and self._bindings.get(account.user_id, key) is None
            for key, binding in changes.items()
        )
        if not new:
            return
        if len(self._bindings.of(account.user_id)) + new > self._limits.contacts_per_user:
            raise SipRefusal(403)
        if len(self._bindings) + new > self._limits.contacts:
            raise SipRefusal(503, [("Retry-After", str(self._limits.shortest))])

    def _check_quota(
        self, request: Request, account: Account, changes: Mapping[str, Binding | None], now: float
    ) -> None:
        """Who was there a short while ago comes back in any case, though their connection has ended."""
        user_id, organization_id = account.user_id, account.organization_id
        come = [key for key, each in changes.items() if each and not self._bindings.before(user_id, key)]
        gone = [key for key, each in changes.items() if each is None and self._bindings.get(user_id, key)]
        more, registered = len(come) - len(gone), self.phones_in(organization_id)
        if more > 0 and not self._takes_phones(organization_id, registered, more, now):
            # Not all at once: a place may be free by then.
            later = self._limits.shortest + crc32(request.call_id.encode()) % self._limits.shortest
            raise SipRefusal(503, [("Retry-After", str(later))])

    def _ok_headers(
        self, request: Request, account: Account, flow: Flow, now: float
    ) -> list[tuple[str, str]]:
        bound = self._bindings.of(account.user_id)
        headers = [("Contact", _contact_value(binding, now)) for binding in bound]
        headers += [("Path", path) for path in request.all("path")]  # RFC 3327 section 5.3
        if any(binding.reg_id and binding.flow == flow for binding in bound):
            headers += [("Require", "outbound"), *self._flow_timer(flow)]  # RFC 5626 section 6
        return [*headers, ("Supported", "path, outbound")]

    def _flow_timer(self, flow: Flow) -> list[tuple[str, str]]:
        """Whoever is told so keeps the flow alive (RFC 5626 section 4.4.1). Pages answer pings instead."""
        if flow.transport.is_websocket:
            return []
        self._on_kept_flow(flow, self._limits.flow_timer + self._limits.flow_grace)
        return [("Flow-Timer", str(self._limits.flow_timer))]


def _contacts(request: Request) -> list[Address]:
    try:
        return [parse_address(value) for value in request.all("contact")]
    except GrammarError:
        raise SipRefusal(400) from None


def _key(contact: Address) -> str:
    """A device that names itself replaces its own contact, whatever address it has now."""
    if instance := contact.parameters.get("+sip.instance"):
        return f"{instance};{contact.parameters.get('reg-id') or ''}"
    return _comparable(contact.uri)


def _reg_id(request: Request, contact: Address, flow: Flow) -> str:
    """The number of a flow that a device registers beside others; empty where it does not.

    It does so with its instance and an option tag (RFC 5626 section 6), and by its own connection: a proxy
    in between would have to take part, and datagrams would have to be kept alive by STUN.
    """
    reg_id = contact.parameters.get("reg-id") or ""
    is_direct = bool(flow.connection) and not request.all("path")
    is_asked = "outbound" in request.tokens("supported") and "+sip.instance" in contact.parameters
    return reg_id if is_asked and is_direct and parse_number(reg_id) else ""


def _comparable(uri: Uri) -> str:
    """A URI written so that equal ones (RFC 3261 section 19.1.4) have equal texts, as far as phones vary."""
    parameters = sorted(
        (name, (value or "").lower())
        for name, value in uri.parameters.items()
        if name in ("transport", "user", "ttl", "method", "maddr")
    )
    return f"{uri.scheme}:{uri.user or ''}@{uri.host.lower()}:{uri.port or ''}{parameters or ''}"


def _q(contact: Address) -> str | None:
    """The preference as it came, if it is a number from 0 to 1 (RFC 3261 section 25.1)."""
    text = contact.parameters.get("q") or ""
    whole, _, fraction = text.partition(".")
    is_number = whole in ("0", "1") and text.isascii() and (fraction or "0").isdigit() and len(fraction) <= 3
    return text if is_number and float(text) <= 1 else None


def _contact_value(binding: Binding, now: float) -> str:
    q = f";q={binding.q}" if binding.q else ""
    device = f';+sip.instance="{binding.instance}";reg-id={binding.reg_id}' if binding.reg_id else ""
    return f"<{binding.contact_uri}>{q}{device};expires={max(round(binding.expires_at - now), 0)}"
