"""What an administrator decides, as plain data: one organization with everything that belongs to it.

Things inside an organization refer to each other by their natural keys (UPN, group name, queue name),
which are compared in any letter case; ids are there for the engine and the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from huntline.data_folder import MAIN_SHARD
from huntline.directory.attendants import Attendant, sounds_in
from huntline.directory.audio import Audio as Audio
from huntline.directory.credentials import Digest as Digest
from huntline.directory.credentials import Secret as Secret
from huntline.directory.encryption import Encryption as Encryption
from huntline.directory.may_dial import USUAL_DIALLING, DiallingSettings, MayDial
from huntline.directory.numbers import Range, numbers_of, whole
from huntline.directory.phones import Phone
from huntline.directory.problems import Path
from huntline.directory.quota import NO_QUOTA, Quota
from huntline.engine.model import CallsAlerting, Distribution, ExitPrompt
from huntline.languages.speaking import DEFAULT_LANGUAGE

RULE_FIELDS = ("forward_to", "when_busy", "when_no_answer", "when_not_reachable")
"""The fields of a user that say where their direct calls go: all of them, or those that they do not take."""

OWN_VOICEMAIL = "voicemail"
NOWHERE = "off"
"""What a user's rule may say beside the target of a forward; ``NOWHERE`` not for all calls."""

MOST_ALSO_RUNG = 5

EXITS = ("overflow", "timeout", "no_agents")
"""The fields of a queue that say where its callers go."""

QUEUE_PROMPTS = ("overflow_prompt", "timeout_prompt", "no_agents_prompt", "disconnect_prompt")
QUEUE_SOUNDS = ("greeting", "music", *QUEUE_PROMPTS)
"""The settings of a queue that are a sound; its messages are several."""

MOST_MESSAGES = 10

_CALLS = Range(0, 10_000, "calls")
_CALLS_IN_2018 = Range(0, 200, "calls")
_AGENTS = Range(1, 10_000, "agents")
_DAYS = Range(0, 36_500, "days")
_RANK = Range(1, 10_000)
_OPTIONS_INTERVAL = Range(0, 3600, "seconds")
_CALLS_AT_ONCE = Range(0, 10_000, "calls")
_CALLS_PER_SECOND = Range(0, 1000, "calls")

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
    """What people dial for what the server does for them; None switches a code off.

    ``opt_out`` and ``opt_in``: an agent leaves and joins the rotation of all queues. ``forward_...``: a user
    has their direct calls sent on, to the number dialled behind the code, or without one to their mailbox;
    ``..._off``: they are sent on no more. ``hide_number``, before a number outside: that one call shows
    nobody's number, where the caller's policy allows it.
    """

    opt_out: str | None = "*45"
    opt_in: str | None = "*46"
    forward_all: str | None = "*72"
    forward_all_off: str | None = "*73"
    forward_busy: str | None = "*90"
    forward_busy_off: str | None = "*91"
    forward_no_answer: str | None = "*92"
    forward_no_answer_off: str | None = "*93"
    hide_number: str | None = "*67"


class TrunkTransport(StrEnum):
    """What calls to a provider travel by, where its name does not say."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class Trunk:
    """A provider. Calls come from its ``addresses``: ``IP``, ``IP:port`` or a network such as
    ``10.1.0.0/16``; they go to its ``hosts``, in that order: a name, ``host:port`` or an address. Without
    hosts they go to the single ones of the addresses.

    ``foreign_numbers``: it takes calls that show a number which is not the organization's, as that of a
    caller whose call is forwarded. ``is_trusted``: it is told who calls by P-Asserted-Identity (RFC 3325), as
    nobody else outside is.

    ``username`` and ``password`` are what we prove ourselves with; with ``registers`` we register there, with
    ``registers_all_numbers`` for all numbers at once (RFC 6140). ``options_interval`` is how often it is
    asked whether it is there, in seconds. 0 is never, and no limit for ``most_calls`` at once and
    ``most_calls_per_second``. The prefix rules are ``PREFIX>REPLACEMENT``; the first that fits counts.
    ``numbers`` are which numbers, or beginnings of numbers, of the organization come in by it; none is all.
    """

    name: str
    addresses: tuple[str, ...] = ()
    foreign_numbers: bool = False
    is_trusted: bool = False
    hosts: tuple[str, ...] = ()
    transport: TrunkTransport = TrunkTransport.UDP
    username: str | None = None
    password: Secret | None = None
    registers: bool = False
    registers_all_numbers: bool = False
    options_interval: int = whole(30, _OPTIONS_INTERVAL)
    most_calls: int = whole(0, _CALLS_AT_ONCE)
    most_calls_per_second: int = whole(0, _CALLS_PER_SECOND)
    prefixes_in: tuple[str, ...] = ()
    prefixes_out: tuple[str, ...] = ()
    encryption: Encryption = Encryption.NEVER
    is_enabled: bool = True
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceNumber:
    """A number the organization holds, ``+`` and digits; ``country`` in two capital letters (ISO 3166-1)."""

    number: str
    kind: NumberKind
    state: NumberState = NumberState.ACTIVE
    country: str | None = None


@dataclass(frozen=True, slots=True)
class AlsoRing:
    """What rings beside a user's own phones: ``tel:+digits`` or ``sip:user@domain`` of a colleague, ``after``
    so many seconds."""

    target: str
    after: int = whole(0, Range(0, 60, "seconds"))

    @classmethod
    def read(cls, text: str) -> Self:
        """``tel:+14255550142@10`` as spreadsheets and people write it: an address, and after how many
        seconds."""
        # A SIP address has an @ of its own, and no host is a number alone.
        target, at, after = text.rpartition("@")
        return cls(target, int(after)) if at and after.isdecimal() else cls(text)

    def __str__(self) -> str:
        return f"{self.target}@{self.after}" if self.after else self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person or a device with an address. ``upn`` is lower case; ``line_uri`` is ``tel:+digits``.

    ``voicemail`` is ``sip:user@host`` or ``tel:+digits``: where a call goes that is meant for the mailbox, in
    place of the user's own one here.

    The rest is the user's own rule (rules section 5), for direct calls and never for those of queues. Where
    they go is written as for a forward, or ``OWN_VOICEMAIL``: all of them (``forward_to``), or those that the
    user does not take because of what ``when_...`` says; None is the mailbox where there is a ``voicemail``,
    ``NOWHERE`` is to refuse them. ``ring_time`` is how long the user is rung.

    ``may_dial`` is how far they may call; None is as the organization says.
    ``caller_id_policy`` is the policy granted to the user. Callers of an attendant reach them by
    ``extension``. ``external_id`` is what a directory that pushes its users calls this one. Who is not active
    keeps all settings and places, but has no account for phones and is nobody's agent. ``encryption`` is
    whether audio with their phones is encrypted; without it that follows from the way a phone comes.
    ``phones`` have accounts of their own, beside the one that ``digests`` are of.
    """

    user_id: str = ""
    upn: str
    display_name: str = ""
    licences: frozenset[Licence] = frozenset()
    voice_enabled: bool = False
    homed: Home = Home.ONLINE
    line_uri: str | None = None
    extension: str | None = None
    contacts: tuple[str, ...] = ()
    digests: tuple[Digest, ...] = ()
    voicemail: str | None = None
    forward_to: str | None = None
    when_busy: str | None = None
    when_no_answer: str | None = None
    when_not_reachable: str | None = None
    ring_time: int = whole(20, Range(5, 60, "seconds"))
    also_ring: tuple[AlsoRing, ...] = ()
    hides_number: bool = False
    may_dial: MayDial | None = None
    caller_id_policy: str | None = None
    external_id: str | None = None
    is_active: bool = True
    encryption: Encryption | None = None
    phones: tuple[Phone, ...] = ()

    @property
    def local_part(self) -> str:
        """The UPN up to its ``@``."""
        return self.upn.partition("@")[0]

    @property
    def shown_name(self) -> str:
        """What people see: the display name, or else the local part."""
        return self.display_name or self.local_part

    @property
    def voicemail_target(self) -> str:
        """Where a call goes that is meant for the mailbox, as it is written for a forward."""
        return self.voicemail or f"voicemail:{self.upn}"

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
class QueueExit:
    """What happens to a caller who leaves the line.

    ``target`` is the name of a queue, ``sip:user@host`` or ``tel:+digits``; it is there when ``action``
    is forward or voicemail, and only then; voicemail leads to a person's mailbox (``voicemail_target``).
    """

    action: QueueExitAction
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSettings:
    """One queue as its owner set it; times are in seconds. ``music`` None is the default music.

    ``..._prompt`` is what callers are told before that exit happens, and ``disconnect_prompt`` before they
    are hung up on, where the exit has none; None there is a sentence of ours in the queue's language.
    ``messages`` are told to whoever waits, in turn.

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
    overflow_prompt: Audio | None = None
    timeout_prompt: Audio | None = None
    no_agents_prompt: Audio | None = None
    disconnect_prompt: Audio | None = None
    messages: tuple[Audio, ...] = ()
    language: str = DEFAULT_LANGUAGE
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
    message_interval: int = whole(60, Range(15, 600, "seconds", or_zero=True))
    announce_position: bool = False
    announce_wait: bool = False
    announce_interval: int = whole(60, Range(15, 600, "seconds"))
    announce_to_agent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """One organization, whole. ``revision`` rises with each change.

    The first domain is the realm of its users' passwords. ``opt_outs`` are pairs (user id, queue id):
    what agents chose themselves, which survives every change of settings. ``audio`` is the library of
    sound files by name. With ``propagation_delay`` changes of groups reach queues as late as in 2018, with
    ``queue_name_in_identity`` agents' phones read the queue in P-Asserted-Identity as well as in From.
    ``time_zone`` is an IANA name, by whose clocks days begin and moments are told; None is the server's.
    With ``queues_need_licences`` there are queues only with E5, or with E3 and Phone System, as in 2018.
    With ``phones_fetch_settings`` phones get what they are set to at the addresses that were made for them.
    History is kept for ``history_days``, or as long as the server says where that is less; 0 is as it says.
    ``shard`` names the server that has it, of those on one database.
    """

    organization_id: str = ""
    name: str
    domains: tuple[str, ...]
    limits: OrganizationLimits = OrganizationLimits()
    quota: Quota = NO_QUOTA
    communication_credits: bool = True
    propagation_delay: bool = False
    time_zone: str | None = None
    queue_name_in_identity: bool = True
    star_codes: StarCodes = StarCodes()
    dialling: DiallingSettings = USUAL_DIALLING
    licence_pools: tuple[LicencePool, ...] = ()
    service_number_table: tuple[Allowance, ...] = ()
    queue_table: tuple[QueueAllowance, ...] = ()
    queues_need_licences: bool = False
    phones_fetch_settings: bool = False
    history_days: int = whole(0, _DAYS)
    trunks: tuple[Trunk, ...] = ()
    numbers: tuple[ServiceNumber, ...] = ()
    users: tuple[User, ...] = ()
    groups: tuple[Group, ...] = ()
    audio: tuple[Audio, ...] = ()
    queues: tuple[QueueSettings, ...] = ()
    attendants: tuple[Attendant, ...] = ()
    caller_id_policies: tuple[CallerIdPolicy, ...] = ()
    shard: str = MAIN_SHARD
    revision: int = 0
    opt_outs: frozenset[tuple[str, str]] = frozenset()

    @property
    def realm(self) -> str:
        """The digest realm of its users: the first domain (empty without one, which the rules refuse)."""
        return self.domains[0] if self.domains else ""


ORGANIZATION_NUMBERS = numbers_of(Organization)
LIMIT_NUMBERS = numbers_of(OrganizationLimits)
GROUP_NUMBERS = numbers_of(Group)
TRUNK_NUMBERS = numbers_of(Trunk)
USER_NUMBERS = numbers_of(User)
ALSO_RING_NUMBERS = numbers_of(AlsoRing)
QUEUE_NUMBERS = numbers_of(QueueSettings)


def sound_files_of(organization: Organization) -> Iterator[Audio]:
    """The files that queues and attendants play, in their order; spoken texts are none."""
    sounds = [audio for queue in organization.queues for _, audio in sounds_of(queue)]
    sounds += [audio for attendant in organization.attendants for _, audio in sounds_in(attendant)]
    return (audio for audio in sounds if audio.language is None)


def sounds_of(queue: QueueSettings) -> Iterator[tuple[Path, Audio]]:
    """All that a queue has to play, with its path in the queue."""
    for field in QUEUE_SOUNDS:
        if (audio := getattr(queue, field)) is not None:
            yield (field,), audio
    for place, audio in enumerate(queue.messages):
        yield ("messages", place), audio


def with_sounds(
    queue: QueueSettings, sounds: Mapping[str, Audio | None], messages: Iterable[Audio]
) -> QueueSettings:
    """The queue with these sounds, by the names of the settings."""
    fields: Mapping[str, Any] = sounds
    return replace(queue, messages=tuple(messages), **fields)


def with_changed_queue_sounds(queue: QueueSettings, changed: Callable[[Audio], Audio]) -> QueueSettings:
    """The queue with everything that it plays as ``changed`` says."""
    sounds = {str(field): changed(audio) for (field, *place), audio in sounds_of(queue) if not place}
    return with_sounds(queue, sounds, map(changed, queue.messages))


def prompt_of(queue: QueueSettings, prompt: ExitPrompt) -> Audio | None:
    """What a queue has to say before an exit."""
    audio: Audio | None = getattr(queue, f"{prompt}_prompt")
    return audio


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
