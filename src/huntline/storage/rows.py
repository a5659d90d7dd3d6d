"""Organizations as rows of tables, and back. Pure: what is read or written is said elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Table

from huntline.directory.organization import (
    Audio,
    Digest,
    Group,
    GroupKind,
    Home,
    Licence,
    Limits,
    NumberKind,
    Organization,
    QueueExit,
    QueueSettings,
    ServiceNumber,
    StarCodes,
    Trunk,
    User,
)
from huntline.engine.model import Alerting, Distribution, ExitAction
from huntline.storage import schema

Row = dict[str, Any]
Rows = Mapping[Table, list[Row]]

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
    schema.queues,
    schema.queue_agents,
    schema.queue_groups,
    schema.opt_outs,
)

# Columns of the queues table that are fields of QueueSettings of the same name and form.
_PLAIN_QUEUE_COLUMNS = (
    "queue_id",
    "primary_uri",
    "name",
    "domain",
    "distribution",
    "alerting",
    "agent_limit",
    "agent_alert_time",
    "allow_opt_out",
    "max_waiting",
    "max_wait",
    "no_agents_new_calls_only",
    "presence_based_routing",
    "ring_busy",
    "wrap_up",
)


def rows_of(organization: Organization) -> dict[Table, list[Row]]:
    """All rows of one organization, whose ids are known."""
    rows = {
        schema.organizations: [_organization_row(organization)],
        schema.domains: _placed({"domain": domain} for domain in organization.domains),
        schema.trunks: _placed(
            {"name": trunk.name, "addresses": list(trunk.addresses)} for trunk in organization.trunks
        ),
        schema.numbers: _placed(
            {"number": number.number, "kind": str(number.kind)} for number in organization.numbers
        ),
        schema.users: _placed(map(_user_row, organization.users)),
        schema.groups: _placed(
            {"name_key": group.name.casefold(), "name": group.name, "kind": str(group.kind)}
            for group in organization.groups
        ),
        schema.group_members: list(_member_rows(organization)),
        schema.audio: list(_audio_rows(organization)),
        schema.queues: _placed(map(_queue_row, organization.queues)),
        schema.queue_agents: list(_queue_agent_rows(organization)),
        schema.queue_groups: list(_queue_group_rows(organization)),
        schema.opt_outs: [
            {"user_id": user_id, "queue_id": queue_id} for user_id, queue_id in sorted(organization.opt_outs)
        ],
    }
    for table_rows in rows.values():
        for row in table_rows:
            row["organization_id"] = organization.organization_id
    return rows


def _placed(rows: Iterator[Row]) -> list[Row]:
    return [{**row, "position": place} for place, row in enumerate(rows)]


def _organization_row(organization: Organization) -> Row:
    return {
        "name": organization.name,
        "name_key": organization.name.casefold(),
        "max_waiting": organization.limits.max_waiting,
        "agent_limit": organization.limits.agent_limit,
        "communication_credits": organization.communication_credits,
        "opt_out_code": organization.star_codes.opt_out,
        "opt_in_code": organization.star_codes.opt_in,
        "revision": organization.revision,
    }


def _user_row(user: User) -> Row:
    return {
        "user_id": user.user_id,
        "upn": user.upn,
        "display_name": user.display_name,
        "licences": sorted(map(str, user.licences)),
        "voice_enabled": user.voice_enabled,
        "homed": str(user.homed),
        "number": _number_of(user.line_uri),
        "contacts": list(user.contacts),
        "digests": [[digest.username, digest.algorithm, digest.ha1] for digest in user.digests],
    }


def _number_of(line_uri: str | None) -> str | None:
    return line_uri.removeprefix("tel:") if line_uri else None


def _line_uri_of(number: str | None) -> str | None:
    return f"tel:{number}" if number else None


def _member_rows(organization: Organization) -> Iterator[Row]:
    user_ids = {user.upn: user.user_id for user in organization.users}
    for group in organization.groups:
        for place, member in enumerate(group.members):
            user_id = user_ids.get(member)
            yield {
                "group_key": group.name.casefold(),
                "position": place,
                "user_id": user_id,
                "member_group_key": None if user_id else member.casefold(),
            }


def _audio_rows(organization: Organization) -> Iterator[Row]:
    used = (audio for queue in organization.queues for audio in (queue.greeting, queue.music) if audio)
    for audio in {each.sha256: each for each in used}.values():
        yield {"sha256": audio.sha256, "duration": audio.duration}


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
    }


def _queue_agent_rows(organization: Organization) -> Iterator[Row]:
    user_ids = {user.upn: user.user_id for user in organization.users}
    for queue in organization.queues:
        for place, upn in enumerate(queue.agents):
            yield {"queue_id": queue.queue_id, "position": place, "user_id": user_ids[upn]}


def _queue_group_rows(organization: Organization) -> Iterator[Row]:
    for queue in organization.queues:
        for place, name in enumerate(queue.groups):
            yield {"queue_id": queue.queue_id, "position": place, "group_key": name.casefold()}


def organization_of(rows: Rows) -> Organization:
    """The organization that ``rows_of`` wrote; names in any letter case come back as the thing is called."""
    row = rows[schema.organizations][0]
    upns = {user["user_id"]: user["upn"] for user in rows[schema.users]}
    group_names = {group["name_key"]: group["name"] for group in rows[schema.groups]}
    return Organization(
        organization_id=row["organization_id"],
        name=row["name"],
        domains=tuple(domain["domain"] for domain in rows[schema.domains]),
        limits=Limits(row["max_waiting"], row["agent_limit"]),
        communication_credits=row["communication_credits"],
        star_codes=StarCodes(row["opt_out_code"], row["opt_in_code"]),
        trunks=tuple(Trunk(trunk["name"], tuple(trunk["addresses"])) for trunk in rows[schema.trunks]),
        numbers=tuple(
            ServiceNumber(number["number"], NumberKind(number["kind"])) for number in rows[schema.numbers]
        ),
        users=tuple(map(_user_of, rows[schema.users])),
        groups=tuple(_groups_of(rows, upns, group_names)),
        queues=tuple(_queues_of(rows, upns, group_names)),
        revision=row["revision"],
        opt_outs=frozenset((opt_out["user_id"], opt_out["queue_id"]) for opt_out in rows[schema.opt_outs]),
    )


def _user_of(row: Row) -> User:
    return User(
        user_id=row["user_id"],
        upn=row["upn"],
        display_name=row["display_name"],
        licences=frozenset(map(Licence, row["licences"])),
        voice_enabled=row["voice_enabled"],
        homed=Home(row["homed"]),
        line_uri=_line_uri_of(row["number"]),
        contacts=tuple(row["contacts"]),
        digests=tuple(Digest(*digest) for digest in row["digests"]),
    )


def _groups_of(rows: Rows, upns: Mapping[str, str], group_names: Mapping[str, str]) -> Iterator[Group]:
    members: dict[str, list[str]] = {}
    for row in rows[schema.group_members]:
        name = upns[row["user_id"]] if row["user_id"] else group_names[row["member_group_key"]]
        members.setdefault(row["group_key"], []).append(name)
    for row in rows[schema.groups]:
        yield Group(row["name"], GroupKind(row["kind"]), tuple(members.get(row["name_key"], ())))


def _queues_of(
    rows: Rows, upns: Mapping[str, str], group_names: Mapping[str, str]
) -> Iterator[QueueSettings]:
    durations = {row["sha256"]: row["duration"] for row in rows[schema.audio]}
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
                "greeting": _audio_of(row, "greeting", durations),
                "music": _audio_of(row, "music", durations),
                "distribution": Distribution(row["distribution"]),
                "alerting": Alerting(row["alerting"]),
                "agents": tuple(agents.get(row["queue_id"], ())),
                "groups": tuple(groups.get(row["queue_id"], ())),
                "overflow": _exit_of(row, "overflow"),
                "timeout": _exit_of(row, "timeout"),
                "no_agents": _exit_of(row, "no_agents"),
            }
        )


def _audio_of(row: Row, field: str, durations: Mapping[str, float]) -> Audio | None:
    sha256 = row[f"{field}_sha256"]
    if sha256 is None:
        return None
    return Audio(sha256, row[f"{field}_name"], durations[sha256], row.get(f"{field}_language"))


def _exit_of(row: Row, field: str) -> QueueExit:
    return QueueExit(ExitAction(row[f"{field}_action"]), row[f"{field}_target"])
