"""From the form of one thing to the thing and back; the organization file and the API share both ways.

Sounds are left out on the way in: where they come from differs between the doors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from huntline.directory.digests import password_digests
from huntline.directory.may_dial import DiallingSettings
from huntline.directory.numbers import switches_of
from huntline.directory.organization import (
    GROUP_NUMBERS,
    QUEUE_NUMBERS,
    QUEUE_SOUNDS,
    RULE_FIELDS,
    TRUNK_NUMBERS,
    USER_NUMBERS,
    Allowance,
    AlsoRing,
    Audio,
    CallerIdPolicy,
    Digest,
    Group,
    LicencePool,
    Organization,
    OrganizationLimits,
    QueueAllowance,
    QueueExit,
    QueueSettings,
    Secret,
    ServiceNumber,
    StarCodes,
    Trunk,
    User,
)
from huntline.directory.phones import Phone, mac_of
from huntline.directory.problems import Problem
from huntline.directory.quota import Quota
from huntline.engine.model import CallsAlerting, Distribution
from huntline.organization_file.form import (
    AlsoRingForm,
    DigestForm,
    ExitForm,
    GroupForm,
    NumberForm,
    OrganizationFields,
    OwnRuleForm,
    PhoneForm,
    PolicyForm,
    QueueForm,
    TrunkFields,
    TrunkForm,
    UserFields,
    UserForm,
)
from huntline.plain import fields_of

Dump = dict[str, Any]
"""Plain data in the form that its kind has in the organization file, every setting written out."""

_PARALLEL_BY_DEFAULT = (Distribution.ROUND_ROBIN, Distribution.LONGEST_IDLE)
_LONGEST_PASSWORD = 128
_PLAIN_USER_FIELDS = (
    "display_name",
    "voice_enabled",
    "homed",
    "voicemail",
    "hides_number",
    "may_dial",
    "caller_id_policy",
    "external_id",
    *RULE_FIELDS,
    *USER_NUMBERS,
    "is_active",
    "encryption",
)
_PLAIN_TRUNK_FIELDS = (
    *("name", "transport", "username", "encryption"),
    *TRUNK_NUMBERS,
    *switches_of(Trunk),
)
_TRUNK_LISTS = ("addresses", "hosts", "prefixes_in", "prefixes_out", "numbers")
_PLAIN_QUEUE_FIELDS = (
    *("name", "language", "distribution", *QUEUE_NUMBERS),
    *(name for name in switches_of(QueueSettings) if name != "presence_based_routing"),
)
_EXITS = ("overflow", "timeout", "no_agents")


def with_fields(organization: Organization, form: OrganizationFields) -> Organization:
    """The organization with what it has once as the form says."""
    return replace(
        organization,
        name=form.organization,
        domains=tuple(domain.lower() for domain in form.domains),
        limits=OrganizationLimits(**form.limits.model_dump()),
        quota=Quota(**form.quota.model_dump()),
        communication_credits=form.communication_credits,
        propagation_delay=form.propagation_delay,
        time_zone=form.time_zone,
        queue_name_in_identity=form.queue_name_in_identity,
        star_codes=StarCodes(**form.star_codes.model_dump()),
        dialling=DiallingSettings(**dict(form.dialling)),
        licence_pools=tuple(LicencePool(*item) for item in form.licence_pools.items()),
        service_number_table=tuple(
            Allowance(step.phone_system_licences, step.service_numbers) for step in form.service_number_table
        ),
        queue_table=tuple(QueueAllowance(**step.model_dump()) for step in form.queue_table),
        queues_need_licences=form.queues_need_licences,
        phones_fetch_settings=form.phones_fetch_settings,
        history_days=form.history_days,
    )


def fields_dump(organization: Organization) -> Dump:
    """What the organization has once (``OrganizationFields``)."""
    return {
        "organization": organization.name,
        "domains": list(organization.domains),
        "limits": fields_of(organization.limits),
        "quota": fields_of(organization.quota),
        "communication_credits": organization.communication_credits,
        "propagation_delay": organization.propagation_delay,
        "time_zone": organization.time_zone,
        "queue_name_in_identity": organization.queue_name_in_identity,
        "star_codes": fields_of(organization.star_codes),
        "dialling": {
            **fields_of(organization.dialling),
            "may_dial": str(organization.dialling.may_dial),
        },
        "licence_pools": {str(pool.licence): pool.size for pool in organization.licence_pools},
        "service_number_table": [
            {
                "phone_system_licences": step.phone_system_licences,
                "service_numbers": step.service_numbers,
            }
            for step in organization.service_number_table
        ],
        "queue_table": [fields_of(step) for step in organization.queue_table],
        "queues_need_licences": organization.queues_need_licences,
        "phones_fetch_settings": organization.phones_fetch_settings,
        "history_days": organization.history_days,
    }


def trunk_of(form: TrunkFields) -> Trunk:
    """The trunk of a form."""
    lists: Dump = {field: tuple(getattr(form, field)) for field in _TRUNK_LISTS}
    return Trunk(
        **{field: getattr(form, field) for field in _PLAIN_TRUNK_FIELDS},
        **lists,
        password=_secret_of(form) if isinstance(form, TrunkForm) else None,
    )


def _secret_of(form: TrunkForm) -> Secret | None:
    if form.password is not None:
        return Secret(clear=form.password)
    return Secret(form.sealed_password) if form.sealed_password is not None else None


def trunk_dump(trunk: Trunk) -> Dump:
    """``TrunkFields``."""
    return {
        **{field: getattr(trunk, field) for field in _PLAIN_TRUNK_FIELDS},
        **{field: list(getattr(trunk, field)) for field in _TRUNK_LISTS},
        "transport": str(trunk.transport),
        "encryption": str(trunk.encryption),
    }


def number_of(form: NumberForm) -> ServiceNumber:
    """The number of a form."""
    country = form.country.strip().upper() if form.country else None
    return ServiceNumber(form.number, form.kind, form.state, country)


def number_dump(number: ServiceNumber) -> Dump:
    """``NumberForm``."""
    return {
        "number": number.number,
        "kind": str(number.kind),
        "state": str(number.state),
        "country": number.country,
    }


def user_of(form: UserFields, realm: str) -> tuple[User, list[Problem]]:
    """The user of a form, and what is wrong with the password; ``realm`` is the organization's."""
    password = form.sip_password if isinstance(form, UserForm) else None
    written = (form.sip_digests or []) if isinstance(form, UserForm) else []
    problems = []
    if password is not None and not (0 < len(password) <= _LONGEST_PASSWORD and password.isprintable()):
        wanted = f"must be 1 to {_LONGEST_PASSWORD} printable characters"
        problems.append(Problem(("sip_password",), None, wanted))
    digests = _digests_of(written)
    user = User(
        upn=form.upn.lower(),
        licences=frozenset(form.licences),
        line_uri=lower_scheme(form.line_uri),
        extension=form.extension,
        contacts=tuple(form.contacts),
        also_ring=_also_ring(form.also_ring),
        digests=password_digests(form.upn, realm, password) if password else digests,
        phones=tuple(map(_phone_of, form.phones)) if isinstance(form, UserForm) else (),
        **{field: getattr(form, field) for field in _PLAIN_USER_FIELDS},
    )
    return user, problems


def _digests_of(forms: Iterable[DigestForm]) -> tuple[Digest, ...]:
    return tuple(Digest(each.username, each.algorithm, each.ha1) for each in forms)


def _phone_of(form: PhoneForm) -> Phone:
    return Phone(
        phone_id=form.id,
        family=form.family,
        mac=mac_of(form.mac) if form.mac is not None else None,
        name=form.name,
        language=form.language,
        address_sha256=form.address_sha256,
        digests=_digests_of(form.sip_digests),
        password=Secret(form.sealed_password),
    )


def with_own_rule(user: User, form: OwnRuleForm) -> User:
    """The user with what they say themselves."""
    return replace(user, **dict(form) | {"also_ring": _also_ring(form.also_ring)})


def own_rule_dump(user: User) -> Dump:
    """``OwnRuleForm``."""
    dump = user_dump(user)
    return {name: dump[name] for name in OwnRuleForm.model_fields}


def _also_ring(forms: Iterable[AlsoRingForm]) -> tuple[AlsoRing, ...]:
    return tuple(AlsoRing(**form.model_dump()) for form in forms)


def user_dump(user: User) -> Dump:
    """``UserFields``."""
    return {
        "upn": user.upn,
        **{field: getattr(user, field) for field in _PLAIN_USER_FIELDS},
        "homed": str(user.homed),
        "may_dial": str(user.may_dial) if user.may_dial is not None else None,
        "encryption": user.encryption and str(user.encryption),
        "licences": sorted(map(str, user.licences)),
        "line_uri": user.line_uri,
        "extension": user.extension,
        "contacts": list(user.contacts),
        "also_ring": list(map(fields_of, user.also_ring)),
    }


def group_of(form: GroupForm) -> Group:
    """The group of a form."""
    return Group(
        name=form.name,
        kind=form.kind,
        members=tuple(member.lower() if "@" in member else member for member in form.members),
        caller_id_policy=form.caller_id_policy,
        **{field: getattr(form, field) for field in GROUP_NUMBERS},
        external_id=form.external_id,
        mail=form.mail.lower() if form.mail else None,
    )


def group_dump(group: Group) -> Dump:
    """``GroupForm``."""
    return {
        "name": group.name,
        "kind": str(group.kind),
        "mail": group.mail,
        "members": list(group.members),
        "caller_id_policy": group.caller_id_policy,
        **{field: getattr(group, field) for field in GROUP_NUMBERS},
        "external_id": group.external_id,
    }


def policy_of(form: PolicyForm) -> CallerIdPolicy:
    """The caller-ID policy of a form."""
    return CallerIdPolicy(**{field: getattr(form, field) for field in PolicyForm.model_fields})


def policy_dump(policy: CallerIdPolicy) -> Dump:
    """``PolicyForm``."""
    dump = {field: getattr(policy, field) for field in PolicyForm.model_fields}
    return dump | {"substitute": str(policy.substitute)}


def queue_of(form: QueueForm, domains: tuple[str, ...]) -> QueueSettings:
    """The queue of a form, without its sounds; with a single domain it need not say it."""
    is_parallel = form.distribution in _PARALLEL_BY_DEFAULT
    by_presence = form.presence_based_routing
    if by_presence is None:
        by_presence = form.distribution is Distribution.LONGEST_IDLE
    return QueueSettings(
        primary_uri=(form.primary_uri or "").lower(),
        domain=domain_of(form.domain, domains),
        line_uri=lower_scheme(form.line_uri),
        alerting=form.alerting or (CallsAlerting.PARALLEL if is_parallel else CallsAlerting.ONE),
        agents=tuple(upn.lower() for upn in form.agents),
        groups=tuple(form.groups),
        overflow=_exit_of(form.overflow),
        timeout=_exit_of(form.timeout),
        no_agents=_exit_of(form.no_agents),
        presence_based_routing=by_presence,
        **{field: getattr(form, field) for field in _PLAIN_QUEUE_FIELDS},
    )


def queue_dump(queue: QueueSettings) -> Dump:
    """``QueueForm``; sounds by the names of their files."""
    return {
        "name": queue.name,
        "primary_uri": queue.primary_uri,
        "domain": queue.domain,
        "line_uri": queue.line_uri,
        **{field: sound_dump(getattr(queue, field)) for field in QUEUE_SOUNDS},
        "messages": list(map(sound_dump, queue.messages)),
        "agents": list(queue.agents),
        "groups": list(queue.groups),
        **{field: getattr(queue, field) for field in _PLAIN_QUEUE_FIELDS},
        "distribution": str(queue.distribution),
        "alerting": str(queue.alerting),
        "presence_based_routing": queue.presence_based_routing,
        **{field: _exit_dump(getattr(queue, field)) for field in _EXITS},
    }


def _exit_of(form: ExitForm) -> QueueExit:
    return QueueExit(form.action, form.target)


def _exit_dump(exit_: QueueExit) -> Dump:
    return {"action": str(exit_.action), "target": exit_.target}


def sound_dump(audio: Audio | None) -> Dump | None:
    """``FileForm`` or ``SpeechForm``."""
    if audio is None:
        return None
    if audio.language is not None:
        return {"say": audio.name, "language": audio.language}
    return {"file": audio.name}


def domain_of(domain: str | None, domains: tuple[str, ...]) -> str:
    """A domain as it is stored; with a single one it need not be said."""
    return domain.lower() if domain else (domains[0] if len(domains) == 1 else "")


def lower_scheme(line_uri: str | None) -> str | None:
    """``TEL:`` in any letter case is accepted and stored in lower case (rules section 1)."""
    if line_uri is not None and line_uri[:4].lower() == "tel:":
        return "tel:" + line_uri[4:]
    return line_uri
