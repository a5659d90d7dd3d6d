"""The form of settings in the organization file and in the API: which there are, of what type each is.

What a value may be is for ``directory.rules`` to say, for every door alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Optional, TypeVar, cast, get_type_hints
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    create_model,
)

from huntline.clean_text import normalized
from huntline.clock import is_time_zone
from huntline.directory.attendants import FlowAction, Menu, MenuAction, NoInputAction
from huntline.directory.may_dial import DiallingSettings, MayDial
from huntline.directory.numbers import NumberSetting, numbers_of, switches_of
from huntline.directory.organization import (
    NOWHERE,
    ORGANIZATION_NUMBERS,
    QUEUE_PROMPTS,
    USER_NUMBERS,
    AlsoRing,
    Encryption,
    Group,
    GroupKind,
    Home,
    Licence,
    NumberKind,
    NumberState,
    OrganizationLimits,
    QueueExitAction,
    QueueSettings,
    StarCodes,
    Substitute,
    Trunk,
    TrunkTransport,
    User,
)
from huntline.directory.phones import PhoneFamily
from huntline.directory.problems import did_you_mean
from huntline.directory.quota import Quota
from huntline.engine.model import CallsAlerting, Distribution
from huntline.languages.speaking import DEFAULT_LANGUAGE
from huntline.plain import fields_of


def one_of(kind: type[StrEnum], *, or_none: bool = False) -> BeforeValidator:
    """One of an enumeration's words, with a suggestion when it is none."""

    def check(value: object) -> object:
        if value is None and or_none:
            return None
        words = [str(each) for each in kind]
        if isinstance(value, str) and value in words:
            return kind(value)
        raise ValueError(f"must be one of {', '.join(words)}{did_you_mean(str(value), words)}")

    return BeforeValidator(check)


def _none_as_empty(value: object) -> object:
    return [] if value is None else value


def _telephone(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(f'YAML reads this as a number and drops the plus; write it in quotes: "+{value}"')
    return value


def _digits(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(
            f'YAML reads this as a number, without zeros in front; write it in quotes: "{value}"'
        )
    return value


def _off_as_text(value: object) -> object:
    return NOWHERE if value is False else value  # YAML 1.1 reads a bare off as no


_MaybeEmpty = BeforeValidator(_none_as_empty)
_SPAN = re.compile(r"([0-9]{2}):([0-5][0-9])-([0-9]{2}):([0-5][0-9])", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


def _storable(text: str) -> str:
    if _NOT_TEXT.search(text):
        raise ValueError("must not contain NUL or half of a surrogate pair")
    return text


AsTyped = Annotated[str, AfterValidator(_storable)]
"""What every database can keep."""

Text = Annotated[AsTyped, AfterValidator(normalized)]
"""The same for whatever people read: two that look alike are alike."""

_RuleTarget = Annotated[Text | None, BeforeValidator(_off_as_text)]

_Texts = Annotated[list[Text], _MaybeEmpty]


def _time_zone(name: str) -> str:
    if is_time_zone(name):
        return name
    hint = did_you_mean(name, sorted(available_timezones()))
    raise ValueError(f"must be an IANA time zone such as Europe/Paris, or null for the server's{hint}")


_TimeZone = Annotated[Text, AfterValidator(_time_zone)]


def _attendant_zone(name: str) -> str:
    if is_time_zone(name):
        return name
    hint = did_you_mean(name, sorted(available_timezones()))
    raise ValueError(f"must be an IANA time zone such as Europe/Paris, or null for the organization's{hint}")


_AttendantZone = Annotated[Text, AfterValidator(_attendant_zone)]


def _day(value: object) -> object:
    """A day: YAML makes one of it by itself, in JSON it is text."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        return value


def _span(text: str) -> str:
    if not _SPAN.fullmatch(text):
        wanted = (
            "must be a span such as 09:00-12:30; 00:00-24:00 is a whole day, 18:00-02:00 goes past midnight"
        )
        raise ValueError(wanted)
    return text


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


_FormT = TypeVar("_FormT", bound=_Part)


def _bounds(number: NumberSetting) -> dict[str, Any]:
    return {"minimum": 0 if number.range.or_zero else number.range.low, "maximum": number.range.high}


def _plain_settings_of(thing: type) -> Callable[[type[_FormT]], type[_FormT]]:
    """The form with the numbers and switches of the thing that it does not have itself, in the thing's order.

    The ranges are there to be read: what lies outside is for the rules to refuse, in words.
    """
    plain: dict[str, Any] = {name: (bool, default) for name, default in switches_of(thing).items()}
    for name, number in numbers_of(thing).items():
        kind = Annotated[int, Field(json_schema_extra=_bounds(number))]
        plain[name] = (kind if number.default is not None else Optional[kind], number.default)  # noqa: UP045

    def completed(form: type[_FormT]) -> type[_FormT]:
        hints = get_type_hints(form, include_extras=True)
        own = {
            name: (hints[name], ... if field.is_required() else field.default)
            for name, field in form.model_fields.items()
        }
        settings = plain | own
        order = [each.name for each in fields(thing) if each.name in settings]
        made = create_model(
            form.__name__,
            __base__=_Part,
            __doc__=form.__doc__,
            __module__=form.__module__,
            **{name: settings[name] for name in order},
        )
        return cast("type[_FormT]", made)

    return completed


@_plain_settings_of(OrganizationLimits)
class LimitsForm(_Part):
    """``limits``."""


@_plain_settings_of(Quota)
class QuotaForm(_Part):
    """``quota``."""


class StarCodesForm(_Part):
    """``star_codes``."""

    opt_out: Text | None = StarCodes().opt_out
    opt_in: Text | None = StarCodes().opt_in
    forward_all: Text | None = StarCodes().forward_all
    forward_all_off: Text | None = StarCodes().forward_all_off
    forward_busy: Text | None = StarCodes().forward_busy
    forward_busy_off: Text | None = StarCodes().forward_busy_off
    forward_no_answer: Text | None = StarCodes().forward_no_answer
    forward_no_answer_off: Text | None = StarCodes().forward_no_answer_off
    hide_number: Text | None = StarCodes().hide_number


@_plain_settings_of(DiallingSettings)
class DiallingForm(_Part):
    """``dialling``."""

    country: Text | None = None
    may_dial: Annotated[MayDial, one_of(MayDial)] = MayDial.NATIONAL


@_plain_settings_of(Trunk)
class TrunkFields(_Part):
    """A trunk, its password aside."""

    name: Text
    addresses: _Texts = []
    foreign_numbers: bool = False
    is_trusted: bool = False
    hosts: _Texts = []
    transport: Annotated[TrunkTransport, one_of(TrunkTransport)] = TrunkTransport.UDP
    username: Text | None = None
    registers: bool = False
    registers_all_numbers: bool = False
    prefixes_in: _Texts = []
    prefixes_out: _Texts = []
    encryption: Annotated[Encryption, one_of(Encryption)] = Encryption.NEVER
    is_enabled: bool = True
    numbers: Annotated[list[Annotated[Text, BeforeValidator(_telephone)]], _MaybeEmpty] = []


class TrunkForm(TrunkFields):
    """One of ``trunks``; ``sealed_password`` is a password as ``huntline export`` writes it."""

    password: Text | None = None
    sealed_password: Text | None = None


class NumberForm(_Part):
    """One of ``numbers``."""

    number: Annotated[Text, BeforeValidator(_telephone)]
    kind: Annotated[NumberKind, one_of(NumberKind)]
    state: Annotated[NumberState, one_of(NumberState)] = NumberState.ACTIVE
    country: Text | None = None


class DigestForm(_Part):
    """One of a user's ``sip_digests``: a password as ``huntline export`` writes it."""

    username: Text
    algorithm: Literal["MD5", "SHA-256"]
    ha1: Text


@_plain_settings_of(AlsoRing)
class AlsoRingForm(_Part):
    """One of a user's ``also_ring``."""

    target: Annotated[Text, BeforeValidator(_telephone)]


def _also_ring_of_text(value: object) -> object:
    return fields_of(AlsoRing.read(value)) if isinstance(value, str) else value


_AlsoRing = Annotated[list[Annotated[AlsoRingForm, BeforeValidator(_also_ring_of_text)]], _MaybeEmpty]
_RingTime = Annotated[int, Field(json_schema_extra=_bounds(USER_NUMBERS["ring_time"]))]


class OwnRuleForm(_Part):
    """What users say themselves about direct calls to them, and about their number in calls out."""

    forward_to: _RuleTarget = None
    when_busy: _RuleTarget = None
    when_no_answer: _RuleTarget = None
    when_not_reachable: _RuleTarget = None
    ring_time: Annotated[int, Field(json_schema_extra=_bounds(USER_NUMBERS["ring_time"]))] = User(
        upn=""
    ).ring_time
    also_ring: _AlsoRing = []
    hides_number: bool = False


@_plain_settings_of(User)
class UserFields(_Part):
    """A user, passwords aside."""

    upn: Text
    display_name: Text = ""
    licences: Annotated[list[Annotated[Licence, one_of(Licence)]], _MaybeEmpty] = []
    voice_enabled: bool = False
    homed: Annotated[Home, one_of(Home)] = Home.ONLINE
    line_uri: Text | None = None
    extension: Annotated[Text | None, BeforeValidator(_digits)] = None
    contacts: _Texts = []
    voicemail: Text | None = None
    forward_to: _RuleTarget = None
    when_busy: _RuleTarget = None
    when_no_answer: _RuleTarget = None
    when_not_reachable: _RuleTarget = None
    also_ring: _AlsoRing = []
    hides_number: bool = False
    may_dial: Annotated[MayDial, one_of(MayDial)] | None = None
    caller_id_policy: Text | None = None
    external_id: Text | None = None
    is_active: bool = True
    encryption: Annotated[Encryption | None, one_of(Encryption, or_none=True)] = None


class PhoneForm(_Part):
    """One of a user's ``phones``, as ``huntline export`` writes it."""

    id: Text
    family: Annotated[PhoneFamily, one_of(PhoneFamily)]
    mac: Text | None = None
    name: Text = ""
    language: Text = DEFAULT_LANGUAGE
    address_sha256: Text | None = None
    sip_digests: list[DigestForm]
    sealed_password: Text


class UserForm(UserFields):
    """One of ``users``."""

    sip_password: Text | None = None
    sip_digests: list[DigestForm] | None = None
    phones: Annotated[list[PhoneForm], _MaybeEmpty] = []


@_plain_settings_of(Group)
class GroupForm(_Part):
    """One of ``groups``."""

    name: Text
    kind: Annotated[GroupKind, one_of(GroupKind)]
    mail: Text | None = None
    members: _Texts = []
    caller_id_policy: Text | None = None
    external_id: Text | None = None


class PolicyForm(_Part):
    """One of ``caller_id_policies``."""

    name: Text
    substitute: Annotated[Substitute, one_of(Substitute)] = Substitute.LINE_URI
    service_number: Annotated[Text | None, BeforeValidator(_telephone)] = None
    enable_user_override: bool = False
    block_incoming_pstn_caller_id: bool = False
    company_name: Text = ""
    description: Text = ""


class QueueAllowanceForm(_Part):
    """One step of ``queue_table``."""

    phone_system_licences: int = 0
    conferencing_licences: int = 0
    queues: int


class AllowanceForm(_Part):
    """One step of ``service_number_table``."""

    phone_system_licences: int
    service_numbers: int


class FileForm(_Part):
    """Sound from a file."""

    file: Text


class SpeechForm(_Part):
    """Sound spoken from a text."""

    say: Text
    language: Literal["en", "fr"] = "en"


class ExitForm(_Part):
    """``overflow``, ``timeout`` or ``no_agents`` of a queue."""

    action: Annotated[QueueExitAction, one_of(QueueExitAction)]
    target: Text | None = None


def _kind_of_sound(value: object) -> str | None:
    # What is read is settings by name; what is written is a form already.
    names = value if isinstance(value, dict) else getattr(value, "model_fields_set", ())
    return next((kind for kind in ("SAY", "FILE") if kind.lower() in names), None)


def _default_as_none(value: object) -> object:
    return None if value == "default" else value


_Speech = Annotated[SpeechForm, Tag("SAY")]
_File = Annotated[FileForm, Tag("FILE")]
_Greeting = Annotated[
    _Speech | _File,
    Discriminator(
        _kind_of_sound,
        custom_error_type="sound",
        custom_error_message="must be {file: NAME}, {say: TEXT, language: en} or null",
    ),
]
_Music = Annotated[FileForm | None, BeforeValidator(_default_as_none)]


_QUEUE = QueueSettings(name="", domain="")
"""A queue of which nothing is said."""


@_plain_settings_of(QueueSettings)
class QueueForm(_Part):
    """One of ``queues``; its numbers and most of its switches are defined in ``QueueSettings``."""

    name: Text
    primary_uri: Text | None = None
    domain: Text | None = None
    line_uri: Text | None = None
    greeting: _Greeting | None = None
    music: _Music = None
    overflow_prompt: _Greeting | None = None
    timeout_prompt: _Greeting | None = None
    no_agents_prompt: _Greeting | None = None
    disconnect_prompt: _Greeting | None = None
    messages: Annotated[list[_Greeting], _MaybeEmpty] = []
    language: Literal["en", "fr"] = "en"
    distribution: Annotated[Distribution, one_of(Distribution)] = _QUEUE.distribution
    alerting: Annotated[CallsAlerting, one_of(CallsAlerting)] | None = None
    agents: _Texts = []
    groups: _Texts = []
    overflow: ExitForm = ExitForm.model_construct(action=_QUEUE.overflow.action)
    timeout: ExitForm = ExitForm.model_construct(action=_QUEUE.timeout.action)
    no_agents: ExitForm = ExitForm.model_construct(action=_QUEUE.no_agents.action)
    presence_based_routing: bool | None = None


class MenuKeyForm(_Part):
    """One of ``keys`` of a menu."""

    key: Annotated[Text, BeforeValidator(_digits)]
    action: Annotated[MenuAction, one_of(MenuAction)]
    target: Text | None = None
    label: Text = ""


class NoInputForm(_Part):
    """``no_input`` of a menu."""

    action: Annotated[NoInputAction, one_of(NoInputAction)]
    target: Text | None = None


@_plain_settings_of(Menu)
class MenuForm(_Part):
    """``menu`` of a flow."""

    prompt: _Greeting | None = None
    keys: Annotated[list[MenuKeyForm], _MaybeEmpty] = []
    no_input: NoInputForm | None = None


class FlowForm(_Part):
    """``open`` or ``after_hours`` of an attendant, or ``flow`` of a holiday."""

    greeting: _Greeting | None = None
    action: Annotated[FlowAction, one_of(FlowAction)] = FlowAction.DISCONNECT
    target: Text | None = None
    menu: MenuForm | None = None


class HolidayForm(_Part):
    """One of ``holidays`` of an attendant; with one day it need not say the last."""

    name: Text
    first: Annotated[date, BeforeValidator(_day)]
    last: Annotated[date | None, BeforeValidator(_day)] = None
    flow: FlowForm | None = None


class DialDirectoryForm(_Part):
    """``directory`` of an attendant."""

    groups: _Texts = []
    excluded: _Texts = []


_Spans = Annotated[list[Annotated[Text, AfterValidator(_span)]], _MaybeEmpty]


class HoursForm(_Part):
    """``hours`` of an attendant: spans such as ``09:00-12:30`` by the day on which they begin."""

    monday: _Spans = []
    tuesday: _Spans = []
    wednesday: _Spans = []
    thursday: _Spans = []
    friday: _Spans = []
    saturday: _Spans = []
    sunday: _Spans = []


class AttendantForm(_Part):
    """One of ``attendants``."""

    name: Text
    domain: Text | None = None
    line_uris: _Texts = []
    language: Literal["en", "fr"] = "en"
    time_zone: _AttendantZone | None = None
    operator: Text | None = None
    hours: HoursForm | None = None
    open: FlowForm = FlowForm()
    after_hours: FlowForm = FlowForm()
    holidays: Annotated[list[HolidayForm], _MaybeEmpty] = []
    directory: DialDirectoryForm = DialDirectoryForm()


class OrganizationFields(_Part):
    """What an organization has once."""

    organization: Text
    domains: list[Text]
    limits: LimitsForm = LimitsForm()
    quota: QuotaForm = QuotaForm()
    communication_credits: bool = True
    propagation_delay: bool = False
    time_zone: _TimeZone | None = None
    queue_name_in_identity: bool = True
    star_codes: StarCodesForm = StarCodesForm()
    dialling: DiallingForm = DiallingForm()
    licence_pools: Annotated[
        dict[Annotated[Licence, one_of(Licence)], int], BeforeValidator(lambda value: value or {})
    ] = {}
    service_number_table: Annotated[list[AllowanceForm], _MaybeEmpty] = []
    queue_table: Annotated[list[QueueAllowanceForm], _MaybeEmpty] = []
    queues_need_licences: bool = False
    phones_fetch_settings: bool = False
    history_days: Annotated[int, Field(json_schema_extra=_bounds(ORGANIZATION_NUMBERS["history_days"]))] = 0


class OrganizationForm(OrganizationFields):
    """The whole file."""

    trunks: Annotated[list[TrunkForm], _MaybeEmpty] = []
    numbers: Annotated[list[NumberForm], _MaybeEmpty] = []
    users: Annotated[list[UserForm], _MaybeEmpty] = []
    groups: Annotated[list[GroupForm], _MaybeEmpty] = []
    audio: Annotated[list[FileForm], _MaybeEmpty] = []
    queues: Annotated[list[QueueForm], _MaybeEmpty] = []
    attendants: Annotated[list[AttendantForm], _MaybeEmpty] = []
    caller_id_policies: Annotated[list[PolicyForm], _MaybeEmpty] = []


FORM_OF: dict[str, Any] = {
    "limits": LimitsForm,
    "quota": QuotaForm,
    "star_codes": StarCodesForm,
    "dialling": DiallingForm,
    "service_number_table": AllowanceForm,
    "queue_table": QueueAllowanceForm,
    "trunks": TrunkForm,
    "numbers": NumberForm,
    "users": UserForm,
    "phones": PhoneForm,
    "sip_digests": DigestForm,
    "groups": GroupForm,
    "audio": FileForm,
    "queues": QueueForm,
    "attendants": AttendantForm,
    "hours": HoursForm,
    "open": FlowForm,
    "after_hours": FlowForm,
    "flow": FlowForm,
    "menu": MenuForm,
    "keys": MenuKeyForm,
    "no_input": NoInputForm,
    "holidays": HolidayForm,
    "directory": DialDirectoryForm,
    "caller_id_policies": PolicyForm,
    "overflow": ExitForm,
    "timeout": ExitForm,
    "no_agents": ExitForm,
    "greeting": SpeechForm,
    "prompt": SpeechForm,
    "music": FileForm,
    "messages": SpeechForm,
    **dict.fromkeys(QUEUE_PROMPTS, SpeechForm),
}
"""The form of what stands under a name."""
