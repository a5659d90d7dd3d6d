"""All organizations of the server, compiled into look-ups that are asked for every call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from huntline.attendant.dial_by_name import DialDirectory
from huntline.attendant.model import FlowPlan
from huntline.directory.attendant_plans import NOBODY_TO_DIAL, dial_directory, flow_plan, texts_of
from huntline.directory.attendants import Attendant
from huntline.directory.caller_id import ShownCallerId, caller_id_in_effect, policies_in_effect
from huntline.directory.encryption import Encryption
from huntline.directory.engine_plan import EngineSettings, engine_settings_of
from huntline.directory.groups import LeftOut, left_out_of
from huntline.directory.index import ForwardTarget, Mailbox, OrganizationIndex, OutsideTarget
from huntline.directory.mailboxes import BoxOwner, owner_of
from huntline.directory.may_dial import MayDial, NumberClass
from huntline.directory.names import (
    host_key,
    line_uri_number,
    number_digits,
    plain_number,
    without_parameters,
)
from huntline.directory.opening import flow_at
from huntline.directory.organization import (
    NOWHERE,
    OWN_VOICEMAIL,
    USER_NUMBERS,
    CallerIdPolicy,
    Digest,
    Organization,
    QueueSettings,
    Trunk,
    User,
    missing_for_calls,
)
from huntline.directory.propagation import as_of
from huntline.directory.star_codes import StarCode, star_code
from huntline.directory.trunks import TrunkOf, TrunkTable, destinations, takes_calls
from huntline.languages.waiting import call_sentence, place_sentences, waited_sentences


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who may register and call. ``realm`` and ``digests`` check their password, and those of phones
    with an account of their own.

    ``may_call_outside`` where the licences allow it. Without ``encryption`` it follows from the way the phone
    comes.
    """

    user_id: str
    organization_id: str
    upn: str
    display_name: str
    realm: str
    digests: tuple[Digest, ...]
    contacts: tuple[str, ...]
    may_call_outside: bool = False
    encryption: Encryption | None = None

    def ha1(self, username: str, algorithm: str) -> str | None:
        """The stored HA1 for one spelling of the user name and one algorithm (``MD5``, ``SHA-256``)."""
        for digest in self.digests:
            if digest.username == username and digest.algorithm == algorithm:
                return digest.ha1
        return None


@dataclass(frozen=True, slots=True)
class QueueTarget:
    """The dialled address is a queue."""

    queue_id: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class UserTarget:
    """The dialled address is a user."""

    user_id: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class OutsideNumber:
    """The dialled digits are a number of the outside world, for a user of the organization to call;
    ``hides_number``: and to be shown nobody's number, where the caller's policy allows it."""

    number: str
    organization_id: str
    hides_number: bool = False


@dataclass(frozen=True, slots=True)
class OutsideAddress:
    """An address of a forward that is nothing of the organization's and no number."""

    uri: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class AttendantTarget:
    """An auto attendant."""

    attendant_id: str
    organization_id: str


@dataclass(frozen=True, slots=True)
class VoicemailTarget:
    """A mailbox, by the id of whom it belongs to: of a user, a group or a queue."""

    box_id: str
    organization_id: str


MoveTarget = QueueTarget | UserTarget | OutsideNumber | OutsideAddress | AttendantTarget | VoicemailTarget
"""Where a call can go, but for its end (rules section 5)."""

Target = MoveTarget | StarCode


@dataclass(frozen=True, slots=True)
class AlsoRung:
    """Whom a person has rung beside their own phones, after so many seconds."""

    to: UserTarget | OutsideNumber | OutsideAddress
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRule:
    """What a person wants done with direct calls (rules section 5): with all of them, or with those that they
    do not take. None is to have no wish, or to refuse the call."""

    always: MoveTarget | None = None
    busy: MoveTarget | None = None
    no_answer: MoveTarget | None = None
    not_reachable: MoveTarget | None = None
    ring_time: int = USER_NUMBERS["ring_time"].default or 0
    also_ring: tuple[AlsoRung, ...] = ()

    def or_of(self, other: PersonRule) -> PersonRule:
        """The same, with another person's wish for calls not taken where this one has none."""
        return replace(
            self,
            busy=self.busy or other.busy,
            no_answer=self.no_answer or other.no_answer,
            not_reachable=self.not_reachable or other.not_reachable,
        )


NO_WISH = PersonRule()
"""Of whoever is no person of ours."""


_SIP_PORT = 5060  # RFC 3261 section 19.1.2
_SHORTEST_OUTSIDE_NUMBER = 3  # digits: 112, 911; what is shorter is a slip


class ServerPlan:
    """Everything that calls need to know about the settings. Never changes: build a new one instead, which
    takes from the one ``before`` what is made of the very same organization.

    ``own_hosts`` are names and addresses of the server itself, in lower case, IPv6 without brackets; a
    phone may use them in place of its organization's domain. Queues have the agents that groups have
    for them ``now`` (see ``propagation``); without it every change of a group counts. ``realms`` are the
    digest realms of all users, sorted.
    """

    def __init__(
        self,
        organizations: tuple[Organization, ...],
        own_hosts: frozenset[str] = frozenset(),
        before: ServerPlan | None = None,
        now: datetime | None = None,
    ) -> None:
        self.organizations = organizations
        self.own_hosts = own_hosts
        self.realms = sorted({each.realm for each in organizations if each.domains})
        self._trunks = TrunkTable(organizations)
        self._indexes: dict[str, OrganizationIndex] = {}
        self._by_domain: dict[str, OrganizationIndex] = {}
        self._service_numbers: dict[str, QueueTarget | AttendantTarget] = {}
        self._attendants: dict[str, tuple[Attendant, OrganizationIndex]] = {}
        self._dial_directories: dict[str, DialDirectory] = {}
        self._queues: dict[str, tuple[QueueSettings, OrganizationIndex]] = {}
        self._accounts: dict[str, Account] = {}
        self._accounts_by_upn: dict[str, Account] = {}
        self._accounts_by_local_part: dict[str, Account | None] = {}
        self._engine_settings: dict[str, EngineSettings] = {}
        self._queues_of: dict[str, list[str]] = {}
        self._policies: dict[str, dict[str, CallerIdPolicy]] = {}  # by UPN
        for organization in organizations:
            self._add_organization(organization, as_of(organization, now) if now else organization, before)

    def _add_organization(
        self, stored: Organization, organization: Organization, before: ServerPlan | None
    ) -> None:
        """Take in an organization as it is stored and, for its queues, as of now."""
        organization_id = organization.organization_id
        index = before._indexes.get(organization_id) if before else None
        if before is None or index is None or index.organization is not organization:
            index = OrganizationIndex(organization)
            compiled, policies = engine_settings_of(index), policies_in_effect(stored)
        else:
            compiled = before.engine_settings(organization_id)
            policies = before._policies[organization_id]
        self._indexes[organization_id] = index
        self._policies[organization_id] = policies
        for domain in organization.domains:
            self._by_domain[domain] = index
        for queue in organization.queues:
            self._queues[queue.queue_id] = (queue, index)
            if queue.line_uri and (digits := number_digits(queue.line_uri[4:])):
                self._service_numbers[digits] = QueueTarget(queue.queue_id, organization.organization_id)
        for attendant in organization.attendants:
            self._attendants[attendant.attendant_id] = (attendant, index)
            known_people = before._dial_directories.get(attendant.attendant_id) if before else None
            directory = dial_directory(attendant, index, known_people)
            self._dial_directories[attendant.attendant_id] = directory
            for line_uri in attendant.line_uris:
                if digits := number_digits(line_uri[4:]):
                    self._service_numbers[digits] = AttendantTarget(attendant.attendant_id, organization_id)
        known = before._accounts_of_the_same(organization) if before else {}
        for user in organization.users:
            if user.is_active:
                self._add_account(user, known.get(id(user)) or _account_of(user, organization))
        queues, agents = self._engine_settings[organization_id] = compiled
        self._queues_of |= {agent.agent_id: [] for agent in agents}
        for call_queue in queues:
            for agent_id in call_queue.agents:
                self._queues_of[agent_id].append(call_queue.queue_id)

    def _accounts_of_the_same(self, organization: Organization) -> dict[int, Account]:
        """Accounts by the identities of the users that they are made of, where they are still right."""
        stored = self.organization(organization.organization_id)
        if stored is None or stored.realm != organization.realm:
            return {}
        return {id(user): self._accounts[user.user_id] for user in stored.users if user.is_active}

    def _add_account(self, user: User, account: Account) -> None:
        self._accounts[user.user_id] = account
        self._accounts_by_upn[user.upn] = account
        is_taken = user.local_part in self._accounts_by_local_part
        self._accounts_by_local_part[user.local_part] = None if is_taken else account

    def account(self, user: str, host: str) -> Account | None:
        """The account of an address of record, in any letter case.

        ``host`` is a domain of an organization, or one of ``own_hosts``: then the local part must be
        unique on the server, or ``user`` be a whole UPN.
        """
        name, host = without_parameters(user).lower(), host_key(host)
        if host in self.own_hosts:
            return self._accounts_by_upn.get(name) or self._accounts_by_local_part.get(name)
        return self._accounts_by_upn.get(f"{name}@{host}")

    def realm_of(self, domain: str) -> str | None:
        """The digest realm of the users of a domain, which is in lower case; None when it is nobody's."""
        index = self._by_domain.get(domain)
        return index.organization.realm if index else None

    def account_by_id(self, user_id: str) -> Account | None:
        """The account of a user id."""
        return self._accounts.get(user_id)

    def trunks_of(self, address: str, port: int) -> tuple[TrunkOf, ...]:
        """The providers that a source address may be (IPv6 without brackets)."""
        return self._trunks.trunks_of(address, port)

    def target(self, uri_user: str, uri_host: str, organization_id: str | None) -> Target | None:
        """What a dialled address is; None when it is nobody's.

        ``uri_user`` is unescaped; for ``tel:`` it is the number and ``uri_host`` is empty. A service
        number or a domain decides by itself whose call it is. Star codes, personal numbers and names
        without a domain count only for callers of an organization (``organization_id``), within it.
        """
        name = without_parameters(uri_user)
        caller = self._indexes.get(organization_id) if organization_id else None
        if caller and (code := _star_code(caller, name)):
            return self._coded(code, uri_host)
        if digits := number_digits(name):
            if service := self._service_numbers.get(digits):
                return service
            if caller and (user := caller.user_by_number(digits)):
                return UserTarget(user.user_id, caller.organization.organization_id)
        host = host_key(uri_host)
        found = None
        if index := self._by_domain.get(host):
            found = _found(index, name, host)
        elif caller and host in self.own_hosts:
            found = _found(caller, name, None)
        if found is None and caller is not None and self._is_ours(host, caller):
            return self._outside_number(name, caller.organization)
        return found

    def _coded(self, code: StarCode, uri_host: str) -> Target | None:
        """What a star code is for call control: somebody to call, or a thing to do."""
        if code.action == "hide-number":
            target = self.target(code.dialled, uri_host, code.organization_id)
            return replace(target, hides_number=True) if isinstance(target, OutsideNumber) else target
        return self._box_behind(code, uri_host) if code.action == "voicemail" and code.dialled else code

    def _box_behind(self, code: StarCode, uri_host: str) -> VoicemailTarget | None:
        """The mailbox of the user or queue that was dialled behind a code, or of who has that extension."""
        organization_id = code.organization_id
        if user := self._indexes[organization_id].user_by_extension(code.dialled):
            return VoicemailTarget(user.user_id, organization_id)
        match self.target(code.dialled, uri_host, organization_id):
            case UserTarget(box_id, owner) | QueueTarget(box_id, owner) if owner == organization_id:
                return VoicemailTarget(box_id, organization_id)
            case _:
                return None

    def organization_called(self, uri_user: str, uri_host: str) -> str | None:
        """The id of the organization that an address belongs to, by its number or domain, whether there is
        anything at the address or not."""
        service = self._service_numbers.get(number_digits(uri_user) or "")
        index = self._by_domain.get(host_key(uri_host))
        if service is not None:
            return service.organization_id
        return index.organization.organization_id if index is not None else None

    def _is_ours(self, host: str, caller: OrganizationIndex) -> bool:
        """Whether a number at this host (none with ``tel:``) is for this server to call."""
        return not host or host in self.own_hosts or self._by_domain.get(host) is caller

    def _outside_number(self, dialled: str, organization: Organization) -> OutsideNumber | None:
        number = plain_number(dialled)
        digits = (number or "").removeprefix("+")
        if number is None:
            return None
        organization_id = organization.organization_id
        if len(digits) < _SHORTEST_OUTSIDE_NUMBER and not self.is_emergency(organization_id, number):
            return None
        is_held = any(number.number[1:] == digits for number in organization.numbers)
        if is_held or self.outbound_trunk(organization_id) is None:
            return None
        return OutsideNumber(number, organization_id)

    def is_at_a_trunk(self, organization_id: str, host: str, port: int | None) -> bool:
        """Whether an address is at one of the organization's providers."""
        organization = self.organization(organization_id)
        trunks = organization.trunks if organization else ()
        name = host_key(host)
        if any(name == each.name for trunk in trunks for each in destinations(trunk)):
            return True
        return any(of.organization_id == organization_id for of in self.trunks_of(name, port or _SIP_PORT))

    def number_class(self, organization_id: str, number: str) -> NumberClass:
        """The class of a number outside for an organization."""
        index = self._indexes.get(organization_id)
        return index.class_of(number) if index else NumberClass.INTERNATIONAL

    def is_emergency(self, organization_id: str, number: str) -> bool:
        """Whether a number calls for help, which everybody may (rules section 8)."""
        return self.number_class(organization_id, number) is NumberClass.EMERGENCY

    def may_dial(self, organization_id: str, user_id: str | None) -> MayDial:
        """How far a user may call, or (None) whatever is nobody's own: queues and attendants."""
        organization = self.organization(organization_id)
        usual = organization.dialling.may_dial if organization else MayDial.INTERNAL
        found = self._user_and_policy(user_id) if user_id is not None else None
        return (found[0].may_dial if found else None) or usual

    def caller_id_of(self, user_id: str, *, hides_number: bool = False) -> ShownCallerId:
        """What a call of a user shows outside; nobody's number for a user who is gone.

        ``hides_number``: the user's phone asks to hide the number for this call.
        """
        found = self._user_and_policy(user_id)
        if found is None:
            return ShownCallerId(None)
        user, policy = found
        hides_number = hides_number or user.hides_number
        return caller_id_in_effect(replace(user, hides_number=hides_number), policy)

    def own_number(self, user_id: str) -> str | None:
        """The number of a user (``+digits``), whatever their calls show."""
        found = self._user_and_policy(user_id)
        line_uri = found[0].line_uri if found else None
        return line_uri_number(line_uri) if line_uri else None

    def blocks_incoming_caller_id(self, user_id: str) -> bool:
        """Whether a user is not to see the numbers of callers from outside."""
        found = self._user_and_policy(user_id)
        return found is not None and found[1].block_incoming_pstn_caller_id

    def _user_and_policy(self, user_id: str) -> tuple[User, CallerIdPolicy] | None:
        account = self._accounts.get(user_id)
        if account is None:
            return None
        organization_id, upn = account.organization_id, account.upn
        return self._indexes[organization_id].users[upn], self._policies[organization_id][upn]

    def way(self, to: MoveTarget) -> tuple[tuple[Account, ...], MoveTarget]:
        """Who has all calls to them sent on, in order, and where calls to a target come then. Should it go
        round, which the rules refuse, it stops where it was before."""
        passed: list[Account] = []
        while isinstance(to, UserTarget):
            account = self._accounts.get(to.user_id)
            always = self.rule_of(to.user_id).always
            if account is None or always is None or account in passed:
                break
            passed.append(account)
            to = always
        return tuple(passed), to

    def written_target(self, organization_id: str, written: str) -> MoveTarget | None:
        """What the target of a forward is, as settings have it; None for nothing that is there."""
        index = self._indexes.get(organization_id)
        return _move_target(index.forward_target(written), organization_id) if index else None

    def rule_of(self, user_id: str) -> PersonRule:
        """The rule of a user for direct calls; who is not there, or not active, has no wish."""
        account = self._accounts.get(user_id)
        if account is None:
            return NO_WISH
        index = self._indexes[account.organization_id]
        user = index.users[account.upn]

        def leads_to(written: str | None, default: str | None = None) -> MoveTarget | None:
            wish = written or default
            if wish is None or wish == NOWHERE:
                return None
            return _move_target(index.rule_target(user, wish), account.organization_id)

        mailbox = OWN_VOICEMAIL if user.voicemail else None
        rung = ((leads_to(also.target), also.after) for also in user.also_ring)
        return PersonRule(
            always=leads_to(user.forward_to),
            busy=leads_to(user.when_busy, mailbox),
            no_answer=leads_to(user.when_no_answer, mailbox),
            not_reachable=leads_to(user.when_not_reachable, mailbox),
            ring_time=user.ring_time,
            also_ring=tuple(
                AlsoRung(to, after)
                for to, after in rung
                if isinstance(to, UserTarget | OutsideNumber | OutsideAddress)
            ),
        )

    def box_owner(self, box_id: str) -> BoxOwner | None:
        """Whose mailbox this is; None where there is none."""
        for index in self._indexes.values():
            if (mailbox := index.mailbox_by_id(box_id)) is not None:
                return owner_of(mailbox, index)
        return None

    def box_owners(self, organization_id: str) -> tuple[BoxOwner, ...]:
        """All mailboxes of an organization: of users, groups and queues."""
        index = self._indexes.get(organization_id)
        if index is None:
            return ()
        owners = (owner_of(mailbox, index) for mailbox in index.mailboxes())
        return tuple(owner for owner in owners if owner is not None)

    def changed_organizations(self, before: ServerPlan) -> list[str]:
        """Ids of the organizations whose queues or agents differ, those that came or went included."""
        ids = dict.fromkeys((*before._engine_settings, *self._engine_settings))
        return [each for each in ids if self.engine_settings(each) != before.engine_settings(each)]

    def changed_accounts(self, before: ServerPlan) -> list[str]:
        """Ids of the users whose accounts differ, those that came or went included."""
        ids = dict.fromkeys((*before._accounts, *self._accounts))
        pairs = ((each, before._accounts.get(each), self._accounts.get(each)) for each in ids)
        return [user_id for user_id, old, new in pairs if old is not new and old != new]

    def engine_settings(self, organization_id: str) -> EngineSettings:
        """Queues with their agents expanded, and every agent of any of them; empty for an unknown id."""
        return self._engine_settings.get(organization_id, ((), ()))

    def queues_of(self, user_id: str) -> tuple[str, ...]:
        """Ids of the queues that a user is an agent of."""
        return tuple(self._queues_of.get(user_id, ()))

    def left_out(self, queue_id: str) -> tuple[LeftOut, ...]:
        """Who is reached by a queue but not rung, and why: not allowed, or past the agent limit."""
        if (found := self._queues.get(queue_id)) is None:
            return ()
        settings, index = found
        return left_out_of(settings, index.users, index.groups)

    def queue(self, queue_id: str) -> QueueSettings | None:
        """A queue's settings."""
        found = self._queues.get(queue_id)
        return found[0] if found else None

    def attendant(self, attendant_id: str) -> Attendant | None:
        """An attendant's settings."""
        found = self._attendants.get(attendant_id)
        return found[0] if found else None

    def attendant_flow(
        self, attendant_id: str, moment: datetime, zone_of: Callable[[str | None], tzinfo]
    ) -> FlowPlan | None:
        """What a caller of an attendant gets at a moment; ``zone_of`` makes a time zone of its name, the
        server's of None."""
        found = self._attendants.get(attendant_id)
        if found is None:
            return None
        attendant, index = found
        zone = zone_of(attendant.time_zone or index.organization.time_zone)
        return flow_plan(attendant, flow_at(attendant, moment, zone), index)

    def attendant_texts(self) -> dict[tuple[str, str], None]:
        """What all attendants may have to say that is no name of somebody, in which language; each once."""
        return dict.fromkeys(
            each for attendant, index in self._attendants.values() for each in texts_of(attendant, index)
        )

    def queue_texts(self) -> dict[tuple[str, str], None]:
        """What queues may have to say by themselves to who waits, and to agents, in which language; each
        once."""
        texts: dict[tuple[str, str], None] = {}
        for queue in (queue for index in self._indexes.values() for queue in index.organization.queues):
            language = queue.language
            if queue.announce_position or queue.announce_wait:
                texts |= dict.fromkeys((text, language) for text in place_sentences(language))
            if queue.announce_to_agent:
                spoken = (call_sentence(queue.name, language), *waited_sentences(language))
                texts |= dict.fromkeys((text, language) for text in spoken)
        return texts

    def dial_directory(self, attendant_id: str) -> DialDirectory:
        """Whom callers of an attendant can dial by name or extension."""
        return self._dial_directories.get(attendant_id) or NOBODY_TO_DIAL

    def organization(self, organization_id: str) -> Organization | None:
        """An organization by its id."""
        index = self._indexes.get(organization_id)
        return index.organization if index else None

    def outbound_trunks(self, organization_id: str) -> tuple[Trunk, ...]:
        """The organization's providers that calls may go to, in order."""
        organization = self.organization(organization_id)
        return tuple(filter(takes_calls, organization.trunks)) if organization else ()

    def outbound_trunk(self, organization_id: str) -> Trunk | None:
        """The first of the organization's providers that calls may go to."""
        return next(iter(self.outbound_trunks(organization_id)), None)


def _move_target(found: ForwardTarget | None, organization_id: str) -> MoveTarget | None:
    match found:
        case User(user_id=user_id):
            return UserTarget(user_id, organization_id)
        case QueueSettings(queue_id=queue_id):
            return QueueTarget(queue_id, organization_id)
        case Attendant(attendant_id=attendant_id):
            return AttendantTarget(attendant_id, organization_id)
        case Mailbox(box_id=box_id):
            return VoicemailTarget(box_id, organization_id)
        case OutsideTarget() as address:
            number = line_uri_number(address)
            if number is None:
                return OutsideAddress(str(address), organization_id)
            return OutsideNumber(number, organization_id)
        case None:
            return None


def _account_of(user: User, organization: Organization) -> Account:
    return Account(
        user_id=user.user_id,
        organization_id=organization.organization_id,
        upn=user.upn,
        display_name=user.shown_name,
        realm=organization.realm,
        digests=(*user.digests, *(each for phone in user.phones for each in phone.digests)),
        contacts=user.contacts,
        may_call_outside=not missing_for_calls(user),
        encryption=user.encryption,
    )


def _star_code(caller: OrganizationIndex, dialled: str) -> StarCode | None:
    organization = caller.organization
    return star_code(organization.organization_id, organization.star_codes, dialled)


def _found(index: OrganizationIndex, name: str, domain: str | None) -> Target | None:
    organization_id = index.organization.organization_id
    match index.find(name, domain):
        case User() as user:
            return UserTarget(user.user_id, organization_id)
        case QueueSettings() as queue:
            return QueueTarget(queue.queue_id, organization_id)
        case Attendant() as attendant:
            return AttendantTarget(attendant.attendant_id, organization_id)
        case None:
            return None
