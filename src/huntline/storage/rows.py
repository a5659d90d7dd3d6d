"""Organizations as rows of tables, and back. Pure: what is read or written is said elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Table

from huntline.attendant.hours import Week
from huntline.directory.attendants import Attendant, AttendantFlow, DialScope, Holiday, sounds_in
from huntline.directory.may_dial import DIALLING_NUMBERS, DiallingSettings, MayDial
from huntline.directory.numbers import switches_of
from huntline.directory.organization import (
    LIMIT_NUMBERS,
    QUEUE_NUMBERS,
    QUEUE_PROMPTS,
    RULE_FIELDS,
    TRUNK_NUMBERS,
    USER_NUMBERS,
    Allowance,
    AlsoRing,
    Audio,
    CallerIdPolicy,
    Digest,
    EarlierMembers,
    Encryption,
    Group,
    GroupKind,
    Home,
    Licence,
    LicencePool,
    NumberKind,
    NumberState,
    Organization,
    OrganizationLimits,
    QueueAllowance,
    QueueExit,
    QueueExitAction,
    QueueSettings,
    Secret,
    ServiceNumber,
    StarCodes,
    Substitute,
    Trunk,
    TrunkTransport,
    User,
    sounds_of,
)
from huntline.directory.quota import QUOTA_NUMBERS, Quota
from huntline.engine.model import CallsAlerting, Distribution
from huntline.plain import fields_of
from huntline.storage import schema
from huntline.storage.phone_rows import digest_rows, phone_of, phone_row

Row = dict[str, Any]
Rows = Mapping[Table, list[Row]]
_ItemT = TypeVar("_ItemT")

_NOTHING = Organization(name="", domains=())

# In the order in which rows may be written; every table but the first is in the order of ``position`` or key.
SETTINGS_TABLES = (
    schema.organizations,
    schema.domains,
    schema.trunks,
    schema.numbers,
    schema.users,
    schema.groups,
    schema.group_members,
    schema.audio,
    schema.sound_files,
    schema.caller_id_policies,
    schema.queues,
    schema.queue_agents,
    schema.queue_groups,
    schema.attendants,
    schema.attendant_numbers,
    schema.opt_outs,
)

# Columns that are fields of the same name and form.
_PLAIN_USER_COLUMNS = (
    "user_id",
    "upn",
    "display_name",
    "extension",
    "voice_enabled",
    "voicemail",
    *RULE_FIELDS,
    *USER_NUMBERS,
    "hides_number",
    "caller_id_policy",
    "external_id",
    "is_active",
)
_PLAIN_TRUNK_COLUMNS = ("name", "username", *TRUNK_NUMBERS, *switches_of(Trunk))
_TRUNK_LISTS = ("addresses", "hosts", "prefixes_in", "prefixes_out", "numbers")
_PLAIN_GROUP_COLUMNS = ("name", "group_id", "caller_id_policy", "caller_id_rank", "external_id", "mail")
_PLAIN_POLICY_COLUMNS = (
    "name",
    "service_number",
    "enable_user_override",
    "block_incoming_pstn_caller_id",
    "company_name",
    "description",
)
_PLAIN_QUEUE_COLUMNS = (
    "queue_id",
    "primary_uri",
    "name",
    "domain",
    "language",
    "distribution",
    "alerting",
    *QUEUE_NUMBERS,
    *switches_of(QueueSettings),
)


_PLAIN_ATTENDANT_COLUMNS = ("attendant_id", "name", "domain", "language", "time_zone", "operator")
_ATTENDANT_DATA: Mapping[str, Any] = {
    "hours": Week | None,
    "open": AttendantFlow,
    "after_hours": AttendantFlow,
    "holidays": tuple[Holiday, ...],
    "directory": DialScope,
}
"""Fields that are stored as plain data, with their types."""


def rows_of(organization: Organization, unlike: Organization | None = None) -> dict[Table, list[Row]]:
    """The rows of one organization, whose ids are known.

    With ``unlike``, rows of what both have as the very same object are left out: what differs between two
    states of a large organization is soon found then. Such an object may be at another place, see
    ``places_of``.
    """
    other = unlike or _NOTHING
    user_ids = _user_ids(organization)
    # Rows that name users by id are the same only where the same ids stand behind the same names.
    naming = other if user_ids == _user_ids(other) else _NOTHING
    groups = [group for _, group in _unshared(organization.groups, naming.groups)]
    queues = [queue for _, queue in _unshared(organization.queues, naming.queues)]
    rows = {
        schema.organizations: [_organization_row(organization)],
        schema.domains: _placed(lambda domain: {"domain": domain}, organization.domains),
        schema.trunks: _placed(_trunk_row, organization.trunks, other.trunks),
        schema.numbers: _placed(_number_row, organization.numbers, other.numbers),
        schema.users: _placed(_user_row, organization.users, other.users),
        schema.groups: _placed(_group_row, organization.groups, other.groups),
        schema.group_members: [row for group in groups for row in _member_rows(group, user_ids)],
        schema.audio: list(_audio_rows(organization)),
        schema.sound_files: _placed(_sound_file_row, organization.audio),
        schema.caller_id_policies: _placed(_policy_row, organization.caller_id_policies),
        schema.queues: _placed(_queue_row, organization.queues, other.queues),
        schema.queue_agents: [row for queue in queues for row in _queue_agent_rows(queue, user_ids)],
        schema.queue_groups: [row for queue in queues for row in _queue_group_rows(queue)],
        schema.attendants: _placed(_attendant_row, organization.attendants, other.attendants),
        schema.attendant_numbers: [
            row
            for _, attendant in _unshared(organization.attendants, other.attendants)
            for row in _attendant_number_rows(attendant)
        ],
        schema.opt_outs: [
            {"user_id": user_id, "queue_id": queue_id} for user_id, queue_id in sorted(organization.opt_outs)
        ],
    }
    return _owned(rows, organization)


def _owned(rows: dict[Table, list[Row]], organization: Organization) -> dict[Table, list[Row]]:
    for table_rows in rows.values():
        for row in table_rows:
            row["organization_id"] = organization.organization_id
    return rows


def _user_ids(organization: Organization) -> dict[str, str]:
    return {user.upn: user.user_id for user in organization.users}


def places_of(organization: Organization, unlike: Organization) -> dict[Table, list[Row]]:
    """Key and position of each row that ``rows_of`` leaves out though it is at another place now."""
    rows = {
        schema.trunks: _moved("name", organization.trunks, unlike.trunks),
        schema.numbers: _moved("number", organization.numbers, unlike.numbers),
        schema.users: _moved("user_id", organization.users, unlike.users),
        schema.groups: [
            {"name_key": row["name"].casefold(), "position": row["position"]}
            for row in _moved("name", organization.groups, unlike.groups)
        ],
        schema.queues: _moved("queue_id", organization.queues, unlike.queues),
        schema.attendants: _moved("attendant_id", organization.attendants, unlike.attendants),
    }
    return _owned(rows, organization)


def _moved(key: str, items: tuple[object, ...], others: tuple[object, ...]) -> list[Row]:
    places = {id(item): place for place, item in enumerate(others)}
    return [
        {key: getattr(item, key), "position": place}
        for place, item in enumerate(items)
        if places.get(id(item), place) != place
    ]


def _unshared(items: tuple[_ItemT, ...], others: tuple[_ItemT, ...]) -> Iterator[tuple[int, _ItemT]]:
    """Items with their places, but for those that both have."""
    shared = set(map(id, others))
    return ((place, item) for place, item in enumerate(items) if id(item) not in shared)


def _placed(
    row_of: Callable[[_ItemT], Row], items: tuple[_ItemT, ...], others: tuple[_ItemT, ...] = ()
) -> list[Row]:
    return [{**row_of(item), "position": place} for place, item in _unshared(items, others)]


def _organization_row(organization: Organization) -> Row:
    return {
        "name": organization.name,
        "name_key": organization.name.casefold(),
        **fields_of(organization.limits),
        **fields_of(organization.quota),
        "communication_credits": organization.communication_credits,
        "opt_out_code": organization.star_codes.opt_out,
        "opt_in_code": organization.star_codes.opt_in,
        "more_star_codes": _more_star_codes(organization.star_codes),
        "propagation_delay": organization.propagation_delay,
        "time_zone": organization.time_zone,
        "queue_name_in_identity": organization.queue_name_in_identity,
        **fields_of(organization.dialling),
        "may_dial": str(organization.dialling.may_dial),
        "licence_pools": [[str(pool.licence), pool.size] for pool in organization.licence_pools],
        "queue_table": [
            [step.phone_system_licences, step.conferencing_licences, step.queues]
            for step in organization.queue_table
        ],
        "queues_need_licences": organization.queues_need_licences,
        "phones_fetch_settings": organization.phones_fetch_settings,
        "history_days": organization.history_days,
        "service_number_table": [
            [step.phone_system_licences, step.service_numbers] for step in organization.service_number_table
        ],
        "shard": organization.shard,
        "revision": organization.revision,
    }


def _more_star_codes(codes: StarCodes) -> Row:
    usual = fields_of(StarCodes())
    others = (name for name in usual if name not in ("opt_out", "opt_in"))
    return {name: code for name in others if (code := getattr(codes, name)) != usual[name]}


def _trunk_row(trunk: Trunk) -> Row:
    return {
        **{column: getattr(trunk, column) for column in _PLAIN_TRUNK_COLUMNS},
        **{column: list(getattr(trunk, column)) for column in _TRUNK_LISTS},
        "transport": str(trunk.transport),
        "encryption": str(trunk.encryption),
        "password": trunk.password.sealed if trunk.password else None,
    }


def _trunk_of(row: Row) -> Trunk:
    lists: Row = {column: tuple(row[column]) for column in _TRUNK_LISTS}
    return Trunk(
        **{column: row[column] for column in _PLAIN_TRUNK_COLUMNS},
        **lists,
        transport=TrunkTransport(row["transport"]),
        encryption=Encryption(row["encryption"]),
        password=Secret(row["password"]) if row["password"] is not None else None,
    )


def _number_row(number: ServiceNumber) -> Row:
    return {
        "number": number.number,
        "kind": str(number.kind),
        "state": str(number.state),
        "country": number.country,
    }


def _sound_file_row(audio: Audio) -> Row:
    return {"name_key": audio.name.casefold(), "name": audio.name, "sha256": audio.sha256}


def _user_row(user: User) -> Row:
    return {column: getattr(user, column) for column in _PLAIN_USER_COLUMNS} | {
        "licences": sorted(map(str, user.licences)),
        "homed": str(user.homed),
        "may_dial": str(user.may_dial) if user.may_dial is not None else None,
        "number": _number_of(user.line_uri),
        "contacts": list(user.contacts),
        "digests": digest_rows(user.digests),
        "phones": list(map(phone_row, user.phones)),
        "encryption": user.encryption and str(user.encryption),
        "also_ring": [[also.target, also.after] for also in user.also_ring],
    }


def _group_row(group: Group) -> Row:
    return {column: getattr(group, column) for column in _PLAIN_GROUP_COLUMNS} | {
        "name_key": group.name.casefold(),
        "kind": str(group.kind),
        "earlier": [[each.until.isoformat(), list(each.members)] for each in group.earlier],
    }


def _policy_row(policy: CallerIdPolicy) -> Row:
    return {column: getattr(policy, column) for column in _PLAIN_POLICY_COLUMNS} | {
        "name_key": policy.name.casefold(),
        "substitute": str(policy.substitute),
    }


def _number_of(line_uri: str | None) -> str | None:
    return line_uri.removeprefix("tel:") if line_uri else None


def _line_uri_of(number: str | None) -> str | None:
    return f"tel:{number}" if number else None


def _member_rows(group: Group, user_ids: Mapping[str, str]) -> Iterator[Row]:
    for place, member in enumerate(group.members):
        user_id = user_ids.get(member)
        yield {
            "group_key": group.name.casefold(),
            "position": place,
            "user_id": user_id,
            "member_group_key": None if user_id else member.casefold(),
        }


def _audio_rows(organization: Organization) -> Iterator[Row]:
    played = [audio for queue in organization.queues for _, audio in sounds_of(queue)]
    played += [audio for attendant in organization.attendants for _, audio in sounds_in(attendant)]
    for audio in {each.sha256: each for each in (*organization.audio, *played)}.values():
        yield {"sha256": audio.sha256, "duration": audio.duration, "loudness": audio.loudness}


def _queue_row(queue: QueueSettings) -> Row:
    row: Row = {column: getattr(queue, column) for column in _PLAIN_QUEUE_COLUMNS}
    for field in ("overflow", "timeout", "no_agents"):
        exit_: QueueExit = getattr(queue, field)
        row[f"{field}_action"] = str(exit_.action)
        row[f"{field}_target"] = exit_.target
    return row | {
        "name_key": queue.name.casefold(),
        "number": _number_of(queue.line_uri),
        "distribution": str(queue.distribution),
        "alerting": str(queue.alerting),
        "greeting_sha256": queue.greeting.sha256 if queue.greeting else None,
        "greeting_name": queue.greeting.name if queue.greeting else None,
        "greeting_language": queue.greeting.language if queue.greeting else None,
        "music_sha256": queue.music.sha256 if queue.music else None,
        "music_name": queue.music.name if queue.music else None,
        "prompts": {
            field: _prompt_row(audio)
            for field in QUEUE_PROMPTS
            if (audio := getattr(queue, field)) is not None
        },
        "messages": list(map(_prompt_row, queue.messages)),
    }


def _queue_agent_rows(queue: QueueSettings, user_ids: Mapping[str, str]) -> Iterator[Row]:
    for place, upn in enumerate(queue.agents):
        yield {"queue_id": queue.queue_id, "position": place, "user_id": user_ids[upn]}


def _queue_group_rows(queue: QueueSettings) -> Iterator[Row]:
    for place, name in enumerate(queue.groups):
        yield {"queue_id": queue.queue_id, "position": place, "group_key": name.casefold()}


def _attendant_row(attendant: Attendant) -> Row:
    return {column: getattr(attendant, column) for column in _PLAIN_ATTENDANT_COLUMNS} | {
        "name_key": attendant.name.casefold(),
        **{column: msgspec.to_builtins(getattr(attendant, column)) for column in _ATTENDANT_DATA},
    }


def _attendant_number_rows(attendant: Attendant) -> Iterator[Row]:
    for place, line_uri in enumerate(attendant.line_uris):
        yield {
            "attendant_id": attendant.attendant_id,
            "position": place,
            "number": _number_of(line_uri),
        }


def _attendants_of(rows: Rows) -> Iterator[Attendant]:
    line_uris: dict[str, list[str]] = {}
    for row in rows[schema.attendant_numbers]:
        line_uris.setdefault(row["attendant_id"], []).append(f"tel:{row['number']}")
    for row in rows[schema.attendants]:
        yield Attendant(
            **{column: row[column] for column in _PLAIN_ATTENDANT_COLUMNS},
            line_uris=tuple(line_uris.get(row["attendant_id"], ())),
            **{column: msgspec.convert(row[column], kind) for column, kind in _ATTENDANT_DATA.items()},
        )


def organization_of(rows: Rows, users: tuple[User, ...] | None = None) -> Organization:
    """The organization that ``rows_of`` wrote; names in any letter case come back as the thing is called.

    ``users`` stand for the rows of users where they have been made already.
    """
    row = rows[schema.organizations][0]
    users = tuple(map(user_of, rows[schema.users])) if users is None else users
    upns = {user.user_id: user.upn for user in users}
    group_names = {group["name_key"]: group["name"] for group in rows[schema.groups]}
    content = {
        audio["sha256"]: Audio(audio["sha256"], "", audio["duration"], loudness=audio["loudness"])
        for audio in rows[schema.audio]
    }
    return Organization(
        organization_id=row["organization_id"],
        name=row["name"],
        domains=tuple(domain["domain"] for domain in rows[schema.domains]),
        limits=OrganizationLimits(**{name: row[name] for name in LIMIT_NUMBERS}),
        quota=Quota(**{name: row[name] for name in QUOTA_NUMBERS}),
        communication_credits=row["communication_credits"],
        propagation_delay=row["propagation_delay"],
        time_zone=row["time_zone"],
        queue_name_in_identity=row["queue_name_in_identity"],
        dialling=DiallingSettings(
            country=row["country"],
            may_dial=MayDial(row["may_dial"]),
            **{name: row[name] for name in DIALLING_NUMBERS},
        ),
        licence_pools=tuple(LicencePool(Licence(name), size) for name, size in row["licence_pools"]),
        queue_table=tuple(QueueAllowance(*step) for step in row["queue_table"]),
        queues_need_licences=row["queues_need_licences"],
        phones_fetch_settings=row["phones_fetch_settings"],
        history_days=row["history_days"],
        service_number_table=tuple(Allowance(*step) for step in row["service_number_table"]),
        star_codes=StarCodes(row["opt_out_code"], row["opt_in_code"], **row["more_star_codes"]),
        trunks=tuple(map(_trunk_of, rows[schema.trunks])),
        numbers=tuple(
            ServiceNumber(
                number["number"], NumberKind(number["kind"]), NumberState(number["state"]), number["country"]
            )
            for number in rows[schema.numbers]
        ),
        users=users,
        groups=tuple(_groups_of(rows, upns, group_names)),
        audio=tuple(replace(content[file["sha256"]], name=file["name"]) for file in rows[schema.sound_files]),
        queues=tuple(_queues_of(rows, upns, group_names, content)),
        attendants=tuple(_attendants_of(rows)),
        caller_id_policies=tuple(map(_policy_of, rows[schema.caller_id_policies])),
        shard=row["shard"],
        revision=row["revision"],
        opt_outs=frozenset((opt_out["user_id"], opt_out["queue_id"]) for opt_out in rows[schema.opt_outs]),
    )


def user_of(row: Row) -> User:
    """The user of a row."""
    return User(
        **{column: row[column] for column in _PLAIN_USER_COLUMNS},
        licences=frozenset(map(Licence, row["licences"])),
        homed=Home(row["homed"]),
        may_dial=MayDial(row["may_dial"]) if row["may_dial"] is not None else None,
        line_uri=_line_uri_of(row["number"]),
        contacts=tuple(row["contacts"]),
        digests=tuple(Digest(*digest) for digest in row["digests"]),
        phones=tuple(map(phone_of, row["phones"])),
        encryption=row["encryption"] and Encryption(row["encryption"]),
        also_ring=tuple(AlsoRing(*also) for also in row["also_ring"]),
    )


def _groups_of(rows: Rows, upns: Mapping[str, str], group_names: Mapping[str, str]) -> Iterator[Group]:
    members: dict[str, list[str]] = {}
    for row in rows[schema.group_members]:
        name = upns[row["user_id"]] if row["user_id"] else group_names[row["member_group_key"]]
        members.setdefault(row["group_key"], []).append(name)
    for row in rows[schema.groups]:
        yield Group(
            **{column: row[column] for column in _PLAIN_GROUP_COLUMNS},
            kind=GroupKind(row["kind"]),
            members=tuple(members.get(row["name_key"], ())),
            earlier=tuple(
                EarlierMembers(datetime.fromisoformat(until), tuple(earlier))
                for until, earlier in row["earlier"]
            ),
        )


def _policy_of(row: Row) -> CallerIdPolicy:
    return CallerIdPolicy(
        **{column: row[column] for column in _PLAIN_POLICY_COLUMNS},
        substitute=Substitute(row["substitute"]),
    )


def _queues_of(
    rows: Rows, upns: Mapping[str, str], group_names: Mapping[str, str], content: Mapping[str, Audio]
) -> Iterator[QueueSettings]:
    agents: dict[str, list[str]] = {}
    for row in rows[schema.queue_agents]:
        agents.setdefault(row["queue_id"], []).append(upns[row["user_id"]])
    groups: dict[str, list[str]] = {}
    for row in rows[schema.queue_groups]:
        groups.setdefault(row["queue_id"], []).append(group_names[row["group_key"]])
    for row in rows[schema.queues]:
        plain = {column: row[column] for column in _PLAIN_QUEUE_COLUMNS}
        yield QueueSettings(
            **plain
            | {
                "line_uri": _line_uri_of(row["number"]),
                "greeting": _audio_of(row, "greeting", content),
                "music": _audio_of(row, "music", content),
                **{field: _prompt_of(prompt, content) for field, prompt in row["prompts"].items()},
                "messages": tuple(_prompt_of(message, content) for message in row["messages"]),
                "distribution": Distribution(row["distribution"]),
                "alerting": CallsAlerting(row["alerting"]),
                "agents": tuple(agents.get(row["queue_id"], ())),
                "groups": tuple(groups.get(row["queue_id"], ())),
                "overflow": _exit_of(row, "overflow"),
                "timeout": _exit_of(row, "timeout"),
                "no_agents": _exit_of(row, "no_agents"),
            }
        )


def _audio_of(row: Row, field: str, content: Mapping[str, Audio]) -> Audio | None:
    sha256 = row[f"{field}_sha256"]
    if sha256 is None:
        return None
    return replace(content[sha256], name=row[f"{field}_name"], language=row.get(f"{field}_language"))


def _prompt_row(audio: Audio) -> list[str | None]:
    return [audio.sha256, audio.name, audio.language]


def _prompt_of(prompt: tuple[str, str, str | None], content: Mapping[str, Audio]) -> Audio:
    sha256, name, language = prompt
    return replace(content[sha256], name=name, language=language)


def _exit_of(row: Row, field: str) -> QueueExit:
    return QueueExit(QueueExitAction(row[f"{field}_action"]), row[f"{field}_target"])
