"""Whether each setting is allowed by itself: its form, its length, its range. Nothing is clamped."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace

from huntline.clean_text import hidden_in
from huntline.directory.attendant_rules import check_attendant
from huntline.directory.attendants import Attendant, flows_of
from huntline.directory.may_dial import DIALLING_NUMBERS
from huntline.directory.names import is_address, is_written_target, line_uri_number, sip_uri_parts
from huntline.directory.numbers import NumberSetting, Range
from huntline.directory.organization import (
    ALSO_RING_NUMBERS,
    EXITS,
    GROUP_NUMBERS,
    LIMIT_NUMBERS,
    MOST_ALSO_RUNG,
    MOST_MESSAGES,
    NOWHERE,
    ORGANIZATION_NUMBERS,
    OWN_VOICEMAIL,
    QUEUE_NUMBERS,
    RULE_FIELDS,
    TRUNK_NUMBERS,
    USER_NUMBERS,
    CallerIdPolicy,
    Group,
    NumberKind,
    Organization,
    OrganizationLimits,
    QueueExitAction,
    QueueSettings,
    StarCodes,
    Substitute,
    Trunk,
    User,
)
from huntline.directory.problems import Path, Problem, Problems
from huntline.directory.quota import QUOTA_NUMBERS
from huntline.directory.trunks import parse_prefix_rule, parse_trunk_address, parse_trunk_host
from huntline.engine.model import Distribution

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*", re.ASCII)
_EXTENSION = re.compile(r"[0-9]{1,6}", re.ASCII)
_LOCAL_PART = re.compile(r"[a-z0-9_.!~*'&=+$-]{1,64}", re.ASCII)
_NUMBER_OR_PREFIX = re.compile(r"\+[0-9]{1,15}", re.ASCII)
_NUMBER = re.compile(r"\+[0-9]{3,15}", re.ASCII)
_MAIL = re.compile(rf"(?=.{{3,254}}$)[a-z0-9_.!#$%&'*+/=?^`{{|}}~-]{{1,64}}@{_LABEL}(\.{_LABEL})*", re.ASCII)
_STAR_CODE = re.compile(r"[*#][0-9*#]{1,7}", re.ASCII)
LONGEST_NAME = 64
"""Characters, also in the pages (``web/openapi.py``)."""
LONGEST_FILE_NAME = 100
_LONGEST_DESCRIPTION = 256
_LONGEST_EXTERNAL_ID = 256
_LONGEST_SECRET = 128
_MOST_OF_A_TRUNK = 100
_TRUNK_ADDRESS = (
    "must be an IP address, optionally with a port, or a network: 192.0.2.1, 192.0.2.1:5060,"
    " [2001:db8::1]:5060, 192.0.2.0/24"
)
_TRUNK_HOST = (
    "must be a host name or an IP address, optionally with a port: sip.provider.example,"
    " sip.provider.example:5060, 192.0.2.1, [2001:db8::1]:5060"
)
_PREFIX_RULE = "must be PREFIX>REPLACEMENT, each of digits, * and #, with or without a + in front: 00>+"
_MARKS = ("attendant:", "voicemail:")
"""In front of what targets name that is no queue (``OrganizationIndex.forward_target``)."""
_RAISED_BY = {
    "max_waiting": f"limits.max_waiting raises this, up to {LIMIT_NUMBERS['max_waiting'].range.high}",
    "agent_limit": "limits.agent_limit",
}
_NEED_OF_TARGET = {
    QueueExitAction.FORWARD: "a queue name, sip:user@domain, attendant:NAME or tel:+digits",
    QueueExitAction.VOICEMAIL: "a person, sip:user@domain or tel:+digits",
}


def check_values(organization: Organization) -> Problems:
    """Problems that a setting has whatever the others are."""
    yield from _check_organization(organization)
    yield from _check_each(organization)


def _check_organization(organization: Organization) -> Problems:
    yield from _check_name(("organization",), organization.name)
    if not organization.domains:
        yield Problem(("domains",), [], "must name at least one domain")
    for place, domain in enumerate(organization.domains):
        if not _DOMAIN.fullmatch(domain):
            yield Problem(("domains", place), domain, "must be a domain such as contoso.com")
    yield from _check_numbers((), organization, ORGANIZATION_NUMBERS)
    yield from _check_numbers(("limits",), organization.limits, LIMIT_NUMBERS)
    yield from _check_numbers(("quota",), organization.quota, QUOTA_NUMBERS)
    yield from _check_star_codes(organization.star_codes)
    yield from _check_numbers(("dialling",), organization.dialling, DIALLING_NUMBERS)


def _check_star_codes(codes: StarCodes) -> Problems:
    taken: dict[str, str] = {}
    for each in fields(codes):
        code: str | None = getattr(codes, each.name)
        if code is None:
            continue
        if not _STAR_CODE.fullmatch(code):
            wanted = "must be * or # and up to 7 of 0-9, * and #, or null"
            yield Problem(("star_codes", each.name), code, wanted)
        # Whoever had a code of their own before there were so many keeps it: it goes before these.
        elif code in taken and code != each.default:
            yield Problem(("star_codes", each.name), code, f"must differ from {taken[code]}")
        taken.setdefault(code, each.name)


def _check_each(organization: Organization) -> Problems:
    for place, trunk in enumerate(organization.trunks):
        yield from _check_trunk(("trunks", place), trunk)
    for place, number in enumerate(organization.numbers):
        path = ("numbers", place)
        if not _NUMBER.fullmatch(number.number):
            yield Problem((*path, "number"), number.number, "must be + and 3 to 15 digits, nothing else")
        if number.kind is NumberKind.SERVICE_TOLL_FREE and not organization.communication_credits:
            needed = "needs communication_credits: true in the organization"
            yield Problem((*path, "kind"), str(number.kind), needed)
    for place, user in enumerate(organization.users):
        yield from _check_user(("users", place), user, organization.domains)
    for place, group in enumerate(organization.groups):
        yield from _check_group(("groups", place), group)
    for place, audio in enumerate(organization.audio):
        yield from _check_name(("audio", place, "name"), audio.name, LONGEST_FILE_NAME)
    for place, queue in enumerate(organization.queues):
        yield from _check_queue(("queues", place), queue, organization.limits)
    for place, attendant in enumerate(organization.attendants):
        yield from _check_attendant(("attendants", place), attendant)
    for place, policy in enumerate(organization.caller_id_policies):
        yield from _check_policy(("caller_id_policies", place), policy)


def _check_numbers(path: Path, thing: object, numbers: Mapping[str, NumberSetting]) -> Problems:
    for field, number in numbers.items():
        value: int | None = getattr(thing, field)
        if value is not None:
            yield from number.range.check((*path, field), value)


def _within_limits(field: str, allowed: Range, limits: OrganizationLimits) -> Range:
    """What a queue of this organization may say."""
    if field not in LIMIT_NUMBERS:
        return allowed
    return replace(allowed, high=getattr(limits, field), unit=f"{allowed.unit} ({_RAISED_BY[field]})")


def _check_name(path: Path, name: str, longest: int = LONGEST_NAME) -> Problems:
    if not 1 <= len(name) <= longest:
        yield Problem(path, name, f"must be 1 to {longest} characters, this is {len(name)}")
    if name != name.strip():
        yield Problem(path, name, "must not begin or end with a blank")
    yield from _check_printable(path, name)


def _check_printable(path: Path, text: str) -> Problems:
    if (hidden := hidden_in(text)) is not None:
        yield Problem(path, text, f"must not contain characters that nobody sees, such as {hidden}")


def _check_note(path: Path, text: str, longest: int) -> Problems:
    if len(text) > longest:
        yield Problem(path, text, f"must be at most {longest} characters, this is {len(text)}")
    yield from _check_printable(path, text)


def _check_trunk(path: Path, trunk: Trunk) -> Problems:
    yield from _check_name((*path, "name"), trunk.name)
    if not trunk.addresses and not trunk.hosts:
        yield Problem((*path, "addresses"), [], "must hold at least one address, where hosts has none")
    yield from _check_each_of(path, "addresses", trunk.addresses, parse_trunk_address, _TRUNK_ADDRESS)
    yield from _check_each_of(path, "hosts", trunk.hosts, parse_trunk_host, _TRUNK_HOST)
    for field in ("prefixes_in", "prefixes_out"):
        yield from _check_each_of(path, field, getattr(trunk, field), parse_prefix_rule, _PREFIX_RULE)
    for place, number in enumerate(trunk.numbers):
        if not _NUMBER_OR_PREFIX.fullmatch(number):
            wanted = "must be a number or the beginning of numbers: + and 1 to 15 digits, nothing else"
            yield Problem((*path, "numbers", place), number, wanted)
    yield from _check_numbers(path, trunk, TRUNK_NUMBERS)
    yield from _check_sign_in(path, trunk)


def _check_each_of(
    path: Path, field: str, values: tuple[str, ...], parse: Callable[[str], object], wanted: str
) -> Problems:
    if len(values) > _MOST_OF_A_TRUNK:
        yield Problem((*path, field), len(values), f"must hold at most {_MOST_OF_A_TRUNK}")
    for place, value in enumerate(values):
        try:
            parse(value)
        except ValueError:
            yield Problem((*path, field, place), value, wanted)


def _check_sign_in(path: Path, trunk: Trunk) -> Problems:
    """What a provider is told of who we are."""
    if trunk.username is not None and not (
        1 <= len(trunk.username) <= _LONGEST_SECRET and trunk.username.isprintable()
    ):
        wanted = f"must be 1 to {_LONGEST_SECRET} printable characters, or null"
        yield Problem((*path, "username"), trunk.username, wanted)
    if trunk.password is not None:
        clear = trunk.password.clear
        if not trunk.password.sealed and not (1 <= len(clear) <= _LONGEST_SECRET and clear.isprintable()):
            wanted = f"must be 1 to {_LONGEST_SECRET} printable characters"
            yield Problem((*path, "password"), None, wanted)
        if not trunk.username:
            yield Problem((*path, "username"), None, "missing: a password needs a username")
    if trunk.registers and not (trunk.username and trunk.password and trunk.hosts):
        wanted = "needs username, password and at least one of hosts"
        yield Problem((*path, "registers"), True, wanted)
    if trunk.registers_all_numbers and not trunk.registers:
        yield Problem((*path, "registers_all_numbers"), True, "needs registers: true")


def _check_user(path: Path, user: User, domains: tuple[str, ...]) -> Problems:
    if not _LOCAL_PART.fullmatch(user.local_part) or user.upn.count("@") != 1:
        wanted = "must be name@domain, the name of letters, digits and _.!~*'&=+$-"
        yield Problem((*path, "upn"), user.upn, wanted)
    elif user.domain not in domains:
        wanted = f"must be in a domain of the organization: {', '.join(domains)}"
        yield Problem((*path, "upn"), user.upn, wanted)
    if user.display_name:
        yield from _check_name((*path, "display_name"), user.display_name)
    yield from _check_line_uri((*path, "line_uri"), user.line_uri)
    if user.extension is not None and not _EXTENSION.fullmatch(user.extension):
        yield Problem((*path, "extension"), user.extension, "must be 1 to 6 digits, nothing else")
    for place, contact in enumerate(user.contacts):
        if sip_uri_parts(contact) is None:
            wanted = "must be a SIP URI such as sip:front@10.0.0.5:5060"
            yield Problem((*path, "contacts", place), contact, wanted)
    yield from _check_address((*path, "voicemail"), user.voicemail)
    yield from _check_own_rule(path, user)
    yield from _check_external_id((*path, "external_id"), user.external_id)


def _check_own_rule(path: Path, user: User) -> Problems:
    for field in RULE_FIELDS:
        target = getattr(user, field)
        words = (OWN_VOICEMAIL,) if field == "forward_to" else (OWN_VOICEMAIL, NOWHERE)
        if target is not None and target not in words and not is_written_target(target):
            others = "".join(f" or {word}" for word in words)
            wanted = f"must be sip:user@host, tel:+digits, attendant:NAME, voicemail:NAME{others}"
            yield Problem((*path, field), target, wanted)
    yield from _check_numbers(path, user, USER_NUMBERS)
    if len(user.also_ring) > MOST_ALSO_RUNG:
        wanted = f"must hold at most {MOST_ALSO_RUNG} numbers, these are {len(user.also_ring)}"
        yield Problem((*path, "also_ring"), len(user.also_ring), wanted)
    for place, also in enumerate(user.also_ring):
        yield from _check_address((*path, "also_ring", place, "target"), also.target)
        yield from _check_numbers((*path, "also_ring", place), also, ALSO_RING_NUMBERS)
        if user.ring_time <= also.after <= (ALSO_RING_NUMBERS["after"].range.high or 0):
            wanted = f"must be less than ring_time, {user.ring_time} seconds, after which nothing rings"
            yield Problem((*path, "also_ring", place, "after"), also.after, wanted)


def _check_address(path: Path, address: str | None) -> Problems:
    if address is not None and not is_address(address):
        wanted = "must be sip:user@host, or tel:+ and 3 to 15 digits without blanks, dots or hyphens"
        yield Problem(path, address, wanted)


def _check_external_id(path: Path, external_id: str | None) -> Problems:
    if external_id is None:
        return
    if not 1 <= len(external_id) <= _LONGEST_EXTERNAL_ID or hidden_in(external_id):
        wanted = f"must be 1 to {_LONGEST_EXTERNAL_ID} characters, all of them visible"
        yield Problem(path, external_id, wanted)


def _check_group(path: Path, group: Group) -> Problems:
    yield from _check_name((*path, "name"), group.name)
    yield from _check_external_id((*path, "external_id"), group.external_id)
    if group.mail is not None and not _MAIL.fullmatch(group.mail):
        yield Problem(
            (*path, "mail"), group.mail, "must be a mail address such as sales@contoso.com, or null"
        )
    if "@" in group.name:
        yield Problem((*path, "name"), group.name, "must not contain @, which marks a user")
    rank, policy = group.caller_id_rank, group.caller_id_policy
    if policy is not None and rank is None:
        wanted = "missing: a group with a caller_id_policy needs a rank, 1 or more; the lowest goes first"
        yield Problem((*path, "caller_id_rank"), None, wanted)
    if policy is None and rank is not None:
        yield Problem((*path, "caller_id_rank"), rank, "has a meaning only with a caller_id_policy")
    yield from _check_numbers(path, group, GROUP_NUMBERS)


def _check_policy(path: Path, policy: CallerIdPolicy) -> Problems:
    yield from _check_name((*path, "name"), policy.name)
    yield from _check_note((*path, "company_name"), policy.company_name, LONGEST_NAME)
    yield from _check_note((*path, "description"), policy.description, _LONGEST_DESCRIPTION)
    if policy.substitute is Substitute.SERVICE and policy.service_number is None:
        wanted = "missing: substitute service needs one of the organization's service numbers"
        yield Problem((*path, "service_number"), None, wanted)
    if policy.substitute is not Substitute.SERVICE and policy.service_number is not None:
        wanted = "has a meaning only with substitute: service"
        yield Problem((*path, "service_number"), policy.service_number, wanted)


def _check_line_uri(path: Path, line_uri: str | None) -> Problems:
    if line_uri is not None and line_uri_number(line_uri) is None:
        wanted = "must be tel:+ and 3 to 15 digits, without blanks, dots or hyphens"
        yield Problem(path, line_uri, wanted)


def _check_dialled_name(path: Path, name: str) -> Problems:
    """A name by which targets and phones know a queue or an attendant."""
    yield from _check_name(path, name)
    if "@" in name:
        yield Problem(path, name, "must not contain @, which marks a user")
    if name.casefold().startswith(_MARKS):
        yield Problem(path, name, "must not begin with attendant: or voicemail:, which mark other targets")


def _check_attendant(path: Path, attendant: Attendant) -> Problems:
    yield from _check_dialled_name((*path, "name"), attendant.name)
    for place, line_uri in enumerate(attendant.line_uris):
        yield from _check_line_uri((*path, "line_uris", place), line_uri)
    for flow_path, flow in flows_of(attendant):
        for place, key in enumerate(flow.menu.keys if flow.menu else ()):
            label_path = (*path, *flow_path, "menu", "keys", place, "label")
            yield from _check_note(label_path, key.label, LONGEST_NAME)
    for place, holiday in enumerate(attendant.holidays):
        yield from _check_name((*path, "holidays", place, "name"), holiday.name)
    yield from check_attendant(path, attendant)


def _check_queue(path: Path, queue: QueueSettings, limits: OrganizationLimits) -> Problems:
    yield from _check_dialled_name((*path, "name"), queue.name)
    yield from _check_line_uri((*path, "line_uri"), queue.line_uri)
    for field, number in QUEUE_NUMBERS.items():
        allowed = _within_limits(field, number.range, limits)
        yield from allowed.check((*path, field), getattr(queue, field))
    if len(queue.messages) > MOST_MESSAGES:
        wanted = f"must hold at most {MOST_MESSAGES} messages, these are {len(queue.messages)}"
        yield Problem((*path, "messages"), len(queue.messages), wanted)
    if queue.distribution is Distribution.LONGEST_IDLE and not queue.presence_based_routing:
        wanted = "must be true with distribution longest-idle, which switches it on: leave it out"
        yield Problem((*path, "presence_based_routing"), False, wanted)
    for field in EXITS:
        exit_ = getattr(queue, field)
        if exit_.action is QueueExitAction.QUEUE and field != "no_agents":
            yield Problem((*path, field, "action"), "queue", "must be disconnect, forward or voicemail")
        if exit_.action in _NEED_OF_TARGET and not exit_.target:
            wanted = f"missing: {exit_.action} needs {_NEED_OF_TARGET[exit_.action]}"
            yield Problem((*path, field, "target"), None, wanted)
        if exit_.action not in _NEED_OF_TARGET and exit_.target is not None:
            wanted = "has a meaning only with action: forward or voicemail"
            yield Problem((*path, field, "target"), exit_.target, wanted)
