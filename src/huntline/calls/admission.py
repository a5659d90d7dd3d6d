"""Admission: who is calling, and whom: a trunk, a user of ours or a stranger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from huntline.directory.in_force import SettingsInForce
from huntline.directory.may_dial import NumberClass
from huntline.directory.names import number_digits
from huntline.directory.organization import Trunk
from huntline.directory.plan import (
    Account,
    AttendantTarget,
    OutsideNumber,
    QueueTarget,
    ServerPlan,
    Target,
)
from huntline.directory.refused import RefusalReason
from huntline.directory.star_codes import StarCode
from huntline.directory.trunks import TrunkOf, brings, rewritten
from huntline.sip.core.flow import Flow
from huntline.sip.core.grammar import GrammarError, Uri, parse_address, parse_uri
from huntline.sip.core.message import Request
from huntline.sip.servers.authenticator import (
    Authenticator,
    Challenge,
    Guest,
    Identified,
    Identity,
    SentElsewhere,
    Stranger,
)
from huntline.sip.servers.redirecting import MOVED, contact_elsewhere


@dataclass(frozen=True, slots=True)
class Admitted:
    """The call may be set up. ``account`` is the calling user, None for a call by trunk or of a guest.

    ``trunk`` names the provider that brings it, whose word on who calls counts where it ``is_trusted``;
    ``dialled`` is the number as we write it.
    """

    target: Target
    account: Account | None
    is_guest: bool = False
    trunk: str | None = None
    is_trusted: bool = False
    dialled: str | None = None


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """The INVITE is refused with this status and these headers; ``reason`` None: the caller is only asked to
    prove who they are, or sent to another server. ``organization_id`` is whose call it would have been, empty
    where it is nobody's."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    reason: RefusalReason | None = None
    organization_id: str = ""


class Admission:
    """Decides on each new INVITE by the plan in force."""

    def __init__(
        self,
        settings: SettingsInForce,
        authenticator: Authenticator,
        trunks_of: Callable[[str, int], tuple[TrunkOf, ...]],
    ) -> None:
        self._settings = settings
        self._authenticator = authenticator
        self._trunks_of = trunks_of

    def decide(self, request: Request, flow: Flow, now: float) -> Admitted | NotAdmitted:
        """Who calls is asked first: a stranger gets 403 whatever was dialled, and learns nothing."""
        # Pages come through a proxy, from whose address anybody would be taken for a provider next to it.
        is_page = flow.transport.is_websocket
        by_trunk = None if is_page else self._by_trunk(request, flow)
        if by_trunk is not None:
            return by_trunk
        identity = self._authenticator.identify(request, flow, now)
        if isinstance(identity, Guest):
            return self._admit_guest(request, identity.organization_id)
        caller = _user_of(identity)
        if isinstance(caller, NotAdmitted):
            return replace(caller, organization_id=self.owner_of(request))
        target = self.target_for(caller, _dialled(request))
        return target if isinstance(target, NotAdmitted) else Admitted(target, caller)

    def user_behind(self, request: Request, flow: Flow, now: float) -> Account | NotAdmitted:
        """The user of ours who sends a request, once they have proven it."""
        return _user_of(self._authenticator.identify(request, flow, now))

    def owner_of(self, request: Request) -> str:
        """The id of the organization that was called, whoever did it; empty for none. It may have a provider
        that it has not told us of."""
        if (dialled := _dialled(request)) is None:
            return ""
        return self._settings.plan.organization_called(dialled.user or "", dialled.host) or ""

    def target_for(self, account: Account, dialled: Uri | None) -> Target | NotAdmitted:
        """What an address is to a user who calls it, or transfers somebody to it; None is nobody's."""
        target = self._target(dialled, account.organization_id)
        if isinstance(target, OutsideNumber) and (reason := self._why_not_outside(account, target)):
            return NotAdmitted(403, (), reason, account.organization_id)
        if target is None or dialled is None or not _may_reach(dialled, account, target):
            return NotAdmitted(404, (), RefusalReason.UNKNOWN_NUMBER, account.organization_id)
        return target

    def _why_not_outside(self, account: Account, target: OutsideNumber) -> RefusalReason | None:
        plan = self._settings.plan
        number_class = plan.number_class(account.organization_id, target.number)
        if number_class is NumberClass.EMERGENCY:
            return None  # rules section 8: always, and whatever the licence
        if not account.may_call_outside:
            return RefusalReason.NO_LICENCE
        is_allowed = plan.may_dial(account.organization_id, account.user_id).allows(number_class)
        return None if is_allowed else RefusalReason.NUMBER_NOT_ALLOWED

    def _claims_user_of_ours(self, request: Request) -> bool:
        try:
            sender = parse_address(request.header("from") or "").uri
        except GrammarError:
            return False
        return self._settings.plan.account(sender.user or "", sender.host) is not None

    def _by_trunk(self, request: Request, flow: Flow) -> Admitted | NotAdmitted | None:
        """What comes of a call that a provider brings; None for one that none does."""
        trunks, foreign = self._trunks_of(*flow.remote), self._settings.elsewhere.trunks_of(*flow.remote)
        if not (trunks or foreign) or self._claims_user_of_ours(request):
            return None
        if (brought := _brought(self._settings.plan, request, trunks)) is not None:
            of = brought.of
            return Admitted(
                *(brought.target, None),
                trunk=of.key,
                is_trusted=self._is_trusted(trunks, of.organization_id),
                dialled=brought.dialled if of.trunk.prefixes_in else None,
            )
        return self._brought_elsewhere(request, flow, foreign) or self._not_theirs(request, flow, trunks)

    def _brought_elsewhere(
        self, request: Request, flow: Flow, foreign: tuple[TrunkOf, ...]
    ) -> NotAdmitted | None:
        """Only whose own provider calls there is told where that is, as only that one would get through."""
        elsewhere = self._settings.elsewhere
        brought = _brought(elsewhere.plan, request, foreign)
        shard = elsewhere.shard_of(brought.of.organization_id) if brought is not None else None
        contact = contact_elsewhere(shard, request, flow) if shard is not None else None
        return NotAdmitted(MOVED, (contact,)) if contact is not None else None

    def _not_theirs(self, request: Request, flow: Flow, trunks: tuple[TrunkOf, ...]) -> NotAdmitted | None:
        if not trunks:
            return None
        if (sent := self._authenticator.elsewhere(request, flow)) is not None:
            return NotAdmitted(MOVED, (sent.contact,))
        organization_ids = tuple(dict.fromkeys(each.organization_id for each in trunks))
        owner = self.owner_of(request)
        if owner not in organization_ids:  # a number that nobody has is only told to who alone could
            owner = organization_ids[0] if len(organization_ids) == 1 else ""
        return NotAdmitted(404, (), RefusalReason.UNKNOWN_NUMBER, owner)

    def _is_trusted(self, trunks: tuple[TrunkOf, ...], organization_id: str) -> bool:
        return any(each.trunk.is_trusted for each in trunks if each.organization_id == organization_id)

    def _admit_guest(self, request: Request, organization_id: str) -> Admitted | NotAdmitted:
        target = self._target(_dialled(request), organization_id)
        is_service = isinstance(target, QueueTarget | AttendantTarget)
        if not is_service or target is None or target.organization_id != organization_id:
            return NotAdmitted(403, (), RefusalReason.NOT_FOR_GUESTS, organization_id)
        return Admitted(target, None, is_guest=True)

    def _target(self, dialled: Uri | None, organization_id: str | None) -> Target | None:
        if dialled is None:
            return None
        return self._settings.plan.target(dialled.user or "", dialled.host, organization_id)


def _user_of(identity: Identity) -> Account | NotAdmitted:
    if isinstance(identity, Challenge):
        return NotAdmitted(401, tuple(identity.headers))
    if isinstance(identity, Identified):
        return identity.account
    if isinstance(identity, SentElsewhere):
        return NotAdmitted(MOVED, (identity.contact,))
    is_stranger = isinstance(identity, Stranger)
    reason = RefusalReason.UNKNOWN_CALLER if is_stranger else RefusalReason.WRONG_CREDENTIALS
    return NotAdmitted(403, (), reason)


def _dialled(request: Request) -> Uri | None:
    try:
        return parse_uri(request.uri)
    except GrammarError:
        return None


@dataclass(frozen=True, slots=True)
class _Brought:
    """What a provider's call is for, with the number as we write it."""

    of: TrunkOf
    target: Target
    dialled: str | None


def _brought(plan: ServerPlan, request: Request, trunks: tuple[TrunkOf, ...]) -> _Brought | None:
    """By the first provider that brings calls to what is called, which is its own organization's."""
    for each in trunks:
        dialled = called_by_trunk(request, each.trunk)
        target = plan.target(dialled.user or "", dialled.host, None) if dialled is not None else None
        is_theirs = target is not None and target.organization_id == each.organization_id
        if target is None or dialled is None or not is_theirs or isinstance(target, StarCode):
            continue
        if brings(each.trunk, f"+{number_digits(dialled.user or '') or ''}"):
            return _Brought(each, target, dialled.user)
    return None


def called_by_trunk(request: Request, trunk: Trunk) -> Uri | None:
    """Whom a provider calls, with the number as we write it. Calls by a registration of ours may be addressed
    to the account that is registered: the number stands elsewhere then (RFC 7315 section 4.2)."""
    dialled = _dialled(request)
    if dialled is None:
        return None
    account = (trunk.username or "").partition("@")[0]
    if trunk.registers and dialled.user == account:
        dialled = next(filter(None, map(_uri_in, _said_elsewhere(request))), dialled)
    if dialled.user is None or not trunk.prefixes_in:
        return dialled
    return replace(dialled, user=rewritten(dialled.user, trunk.prefixes_in))


def _said_elsewhere(request: Request) -> tuple[str, ...]:
    return (*request.all("p-called-party-id"), request.raw_to)


def _uri_in(address: str) -> Uri | None:
    try:
        return parse_address(address).uri
    except GrammarError:
        return None


def _may_reach(dialled: Uri, account: Account, target: Target) -> bool:
    """Of another organization a user reaches what everybody reaches: by service number."""
    if target.organization_id == account.organization_id:
        return True
    return isinstance(target, QueueTarget | AttendantTarget) and number_digits(dialled.user or "") is not None
