"""What an administrator decides, as plain data: one organization with everything that belongs to it.

Things inside an organization refer to each other by their natural keys (UPN, group name, queue name),
which are compared in any letter case; ids are there for the engine and the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from huntline.directory.numbers import Range, numbers_of, whole
from huntline.engine.model import CallsAlerting, Distribution

EXITS = ("overflow", "timeout", "no_agents")
"""The fields of a queue that say where its callers go."""

_CALLS = Range(0, 10_000, "calls")
_CALLS_IN_2018 = Range(0, 200, "calls")
_AGENTS = Range(1, 10_000, "agents")
_RANK = Range(1, 10_000)

GLOBAL_POLICY = "Global"
"""The caller-ID policy that every organization has, for whoever was granted no other."""


class Licence(StrEnum):
    """What a user may be licensed for; Phone System is included in E5."""

    E3 = "E3"
    E5 = "E5"
    PHONE_SYSTEM = "PhoneSystem"
    CALLING_PLAN = "CallingPlan"
    AUDIO_CONFERENCING = "AudioConferencing"


class Home(StrEnum):
    """Where a user's account lives."""

    ONLINE = "online"
    HYBRID = "hybrid"
    LYNC_2010 = "lync-2010"


class NumberKind(StrEnum):
    """What a number may be used for: the service kinds for queues, ``user`` for persons."""

    SERVICE_TOLL = "service-toll"
    SERVICE_TOLL_FREE = "service-toll-free"
    USER = "user"


class NumberState(StrEnum):
    """Whether a number can be assigned yet: only one that is active."""

    ORDERED = "ordered"
    PORTING = "porting"
    ACTIVE = "active"


class GroupKind(StrEnum):
    """Which sort of directory group this is."""

    DISTRIBUTION_LIST = "distribution-list"
    SECURITY_GROUP = "security-group"
    OFFICE365_GROUP = "office365-group"


class Substitute(StrEnum):
    """What stands in the place of a caller's own number: nothing (``line-uri``), a service number, or
    nobody's number."""

    ANONYMOUS = "anonymous"
    SERVICE = "service"
    LINE_URI = "line-uri"


class QueueExitAction(StrEnum):
    """What a queue does with a caller who leaves its line; ``queue`` is to leave them in it."""

    DISCONNECT = "disconnect"
    FORWARD = "forward"
    VOICEMAIL = "voicemail"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class LicencePool:
    """How many of one licence the organization has; a licence without a pool has no bound."""

    licence: Licence
    size: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """One step of the service-number table: from so many Phone System licences on, so many numbers."""

    phone_system_licences: int
    service_numbers: int


@dataclass(frozen=True, slots=True)
class QueueAllowance:
    """One step of the queue table: from so many licences of both kinds on, so many queues."""

    phone_system_licences: int
    conferencing_licences: int
    queues: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerIdPolicy:
    """Which number a call out shows. ``service_number`` is ``+digits``, there with Service only."""

    name: str
    substitute: Substitute = Substitute.LINE_URI
    service_number: str | None = None
    enable_user_override: bool = False
    block_incoming_pstn_caller_id: bool = False
    company_name: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class OrganizationLimits:
    """Ceilings for what the organization's queues may set."""

    max_waiting: int = whole(_CALLS_IN_2018.high, _CALLS)
    agent_limit: int = whole(_AGENTS.high, _AGENTS)


@dataclass(frozen=True, slots=True)
class StarCodes:
    """What an agent dials to leave and to join the rotation of all queues; None switches a code off."""

    opt_out: str | None = "*45"
    opt_in: str | None = "*46"


@dataclass(frozen=True, slots=True)
class Trunk:
    """A provider, known by its source addresses: ``IP``, ``IP:port`` or a network such as ``10.1.0.0/16``.

    ``foreign_numbers``: it takes calls that show a number which is not the organization's, as that of a
    caller whose call is forwarded. ``is_trusted``: it is told who calls by P-Asserted-Identity (RFC 3325), as
    nobody else outside is.
    """

    name: str
    addresses: tuple[str, ...]
    foreign_numbers: bool = False
    is_trusted: bool = False


@dataclass(frozen=True, slots=True)
class ServiceNumber:
    """A number the organization holds, ``+`` and digits; ``country`` in two capital letters (ISO 3166-1)."""

    number: str
    kind: NumberKind
    state: NumberState = NumberState.ACTIVE
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """What checks a password without knowing it: HA1 of one way to write the user name (RFC 7616)."""

    username: str
    algorithm: str  # "MD5" or "SHA-256"
    ha1: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person or a device with an address. ``upn`` is lower case; ``line_uri`` is ``tel:+digits``.

    ``voicemail`` and ``forward_to`` are ``sip:user@host`` or ``tel:+digits``: where a call goes that is
    meant for the mailbox, and where all of the user's direct calls go. ``caller_id_policy`` is the policy
    granted to the user. ``external_id`` is what a directory that pushes its users calls this one. Who is not
    active keeps all settings and places, but has no account for phones and is nobody's agent.
    """

    user_id: str = ""
    upn: str
    display_name: str = ""
    licences: frozenset[Licence] = frozenset()
    voice_enabled: bool = False
    homed: Home = Home.ONLINE
    line_uri: str | None = None
    contacts: tuple[str, ...] = ()
    digests: tuple[Digest, ...] = ()
    voicemail: str | None = None
    forward_to: str | None = None
    hides_number: bool = False
    caller_id_policy: str | None = None
    external_id: str | None = None
    is_active: bool = True

    @property
    def local_part(self) -> str:
        """The UPN up to its ``@``."""
        return self.upn.partition("@")[0]

    @property
    def shown_name(self) -> str:
        """What people see: the display name, or else the local part."""
        return self.display_name or self.local_part

    @property
    def domain(self) -> str:
        """The UPN after its ``@``."""
        return self.upn.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class EarlierMembers:
    """Whom queues still reach through a group until a moment, where changes propagate with delay."""

    until: datetime
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Members in order, each a UPN (with ``@``) or the name of another group.

    ``earlier`` is in order of time. ``caller_id_policy`` goes with ``caller_id_rank``: of the policies of
    all groups someone is in, the one with the lowest rank counts. ``mail``, in lower case, names the group
    as well as its name does.
    """

    name: str
    kind: GroupKind
    members: tuple[str, ...] = ()
    group_id: str = ""
    earlier: tuple[EarlierMembers, ...] = ()
    caller_id_policy: str | None = None
    caller_id_rank: int | None = whole(None, _RANK)
    external_id: str | None = None
    mail: str | None = None


@dataclass(frozen=True, slots=True)
class Audio:
    """Audio by its content, ``duration`` in seconds, ``loudness`` in dB of full scale (RMS).

    ``name`` is what the file was called; with a ``language`` it is the text that was spoken.
    """

    sha256: str
    name: str
    duration: float
    language: str | None = None
    loudness: float | None = None


@dataclass(frozen=True, slots=True)
class QueueExit:
    """What happens to a caller who leaves the line.

    ``target`` is the name of a queue, ``sip:user@host`` or ``tel:+digits``; it is there when ``action``
    is forward or voicemail, and only then; voicemail leads to a person's mailbox.
    """

    action: QueueExitAction
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """One queue as its owner set it; times are in seconds. ``music`` None is the default music.

    What each number and switch is and may be stands here and nowhere else. Where the organization's limits
    have a number of the same name, that is the most which a queue may say.
    """

    queue_id: str = ""
    name: str
    primary_uri: str = ""
    domain: str
    line_uri: str | None = None
    greeting: Audio | None = None
    music: Audio | None = None
    distribution: Distribution = Distribution.ATTENDANT
    alerting: CallsAlerting = CallsAlerting.ONE
    agent_limit: int = whole(50, _AGENTS)
    agents: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    agent_alert_time: int = whole(30, Range(15, 180, "seconds"), in_2018=Range(30, 180, "seconds"))
    allow_opt_out: bool = True
    max_waiting: int = whole(50, _CALLS, in_2018=_CALLS_IN_2018)
    overflow: QueueExit = QueueExit(QueueExitAction.DISCONNECT)
    max_wait: int = whole(1200, Range(0, 2700, "seconds", step=15))
    timeout: QueueExit = QueueExit(QueueExitAction.DISCONNECT)
    no_agents: QueueExit = QueueExit(QueueExitAction.QUEUE)
    no_agents_new_calls_only: bool = False
    presence_based_routing: bool = False
    ring_busy: bool = False
    wrap_up: int = whole(0, Range(0, 3600, "seconds"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """One organization, whole. ``revision`` rises with each change.

    The first domain is the realm of its users' passwords. ``opt_outs`` are pairs (user id, queue id):
    what agents chose themselves, which survives every change of settings. ``audio`` is the library of
    sound files by name. With ``propagation_delay`` changes of groups reach queues as late as in 2018, with
    ``queue_name_in_identity`` agents' phones read the queue in P-Asserted-Identity as well as in From.
    ``time_zone`` is an IANA name, by whose clocks days begin and moments are told; None is the server's.
    With ``queues_need_licences`` there are queues only with E5, or with E3 and Phone System, as in 2018.
    """

    organization_id: str = ""
    name: str
    domains: tuple[str, ...]
    limits: OrganizationLimits = OrganizationLimits()
    communication_credits: bool = True
    propagation_delay: bool = False
    time_zone: str | None = None
    queue_name_in_identity: bool = True
    star_codes: StarCodes = StarCodes()
    licence_pools: tuple[LicencePool, ...] = ()
    service_number_table: tuple[Allowance, ...] = ()
    queue_table: tuple[QueueAllowance, ...] = ()
    queues_need_licences: bool = False
    trunks: tuple[Trunk, ...] = ()
    numbers: tuple[ServiceNumber, ...] = ()
    users: tuple[User, ...] = ()
    groups: tuple[Group, ...] = ()
    audio: tuple[Audio, ...] = ()
    queues: tuple[QueueSettings, ...] = ()
    caller_id_policies: tuple[CallerIdPolicy, ...] = ()
    revision: int = 0
    opt_outs: frozenset[tuple[str, str]] = frozenset()

    @property
    def realm(self) -> str:
        """The digest realm of its users: the first domain (empty without one, which the rules refuse)."""
        return self.domains[0] if self.domains else ""


LIMIT_NUMBERS = numbers_of(OrganizationLimits)
GROUP_NUMBERS = numbers_of(Group)
QUEUE_NUMBERS = numbers_of(QueueSettings)


def sound_files_of(queues: Iterable[QueueSettings]) -> Iterator[Audio]:
    """The files that queues play, in their order; spoken texts are none."""
    for queue in queues:
        for audio in (queue.greeting, queue.music):
            if audio is not None and audio.language is None:
                yield audio


class Lack(StrEnum):
    """What keeps a user from being an agent or the target of a forward, in words."""

    ACTIVE = "an active account (is_active: true)"
    PHONE_SYSTEM = "a licence for Phone System (PhoneSystem or E5)"
    VOICE = "voice-enabling (voice_enabled: true) or a CallingPlan licence"
    HOME = "a home other than lync-2010"


def missing_for_calls(user: User) -> tuple[Lack, ...]:
    """What a user lacks to be an agent or the target of a forward; empty when nothing."""
    missing = []
    if not user.is_active:
        missing.append(Lack.ACTIVE)
    if not user.licences & {Licence.PHONE_SYSTEM, Licence.E5}:
        missing.append(Lack.PHONE_SYSTEM)
    if not user.voice_enabled and Licence.CALLING_PLAN not in user.licences:
        missing.append(Lack.VOICE)
    if user.homed is Home.LYNC_2010:
        missing.append(Lack.HOME)
    return tuple(missing)
