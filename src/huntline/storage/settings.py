"""Reading and changing organizations, whole and all or nothing: the one way in for every door."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Table,
    Text,
    UniqueConstraint,
    and_,
    bindparam,
    cast,
    delete,
    insert,
    select,
    true,
    update,
)

from huntline.directory.changes import Change, changes_between, removed, sharing, with_rounding
from huntline.directory.elsewhere import Elsewhere, Shard
from huntline.directory.identity import check_identity, identify
from huntline.directory.organization import Organization, User
from huntline.directory.problems import Path, Problem
from huntline.directory.propagation import propagated
from huntline.directory.rules import check, settled
from huntline.errors import Refused
from huntline.storage import schema
from huntline.storage.accounts import SignInAccount, add_account
from huntline.storage.audit import Actor, write_audit
from huntline.storage.database import act_for, shard_of, writing
from huntline.storage.elsewhere import OrganizationElsewhere, ReadElsewhere
from huntline.storage.ids import new_id, new_primary_user
from huntline.storage.rows import SETTINGS_TABLES, Row, organization_of, places_of, rows_of, user_of
from huntline.storage.sealing import Sealing
from huntline.storage.setting_rows import read_rows
from huntline.storage.shards import tell_others

Key = tuple[Any, ...]
StoredRow = tuple[Any, ...]

_READ_AT_ONCE = 100  # organizations: so many rows more are in memory for a moment


class SettingsRefused(Refused):
    """Settings that the rules do not allow; ``problems`` holds all of them."""

    error_id = "settings-refused"
    status = 422

    def __init__(self, problems: Sequence[Problem]) -> None:
        lines = (f"{problem.field}: value {problem.value!r}: {problem.message}" for problem in problems)
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)

    def seen_from(self, path: Path) -> SettingsRefused:
        """The same for somebody who has only the thing at ``path`` before them."""
        return SettingsRefused(
            [
                replace(problem, path=problem.path[len(path) :])
                if problem.path[: len(path)] == path and len(problem.path) > len(path)
                else problem
                for problem in self.problems
            ]
        )

    def about(self, field: str) -> SettingsRefused:
        """The same for somebody who sent nothing but one field."""
        return SettingsRefused([replace(problem, path=(field,)) for problem in self.problems])


class UnknownOrganization(Refused):
    """No organization of that id or name is on the server, or none that may be seen."""

    error_id = "unknown-organization"
    status = 404


class ServerNotEmpty(Refused):
    """The server has an organization, so that there is nothing to set up."""

    error_id = "server-not-empty"

    def __init__(self) -> None:
        super().__init__("this server is set up already; sign in")


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change came to: the organization as it is now (or, of a dry run, would be) and all
    differences, none when everything was so already."""

    organization: Organization
    changes: tuple[Change, ...]


class Settings:
    """All organizations that one server has, of those on its database.

    Reading is cheap while nothing changes, whoever changes it: what is kept is known by its revision. May
    be used from several threads and processes at once. What is changed of an organization that another
    server has is refused with OrganizationElsewhere.
    """

    def __init__(self, database: Engine, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._shard = shard_of(database)
        self._sealing = Sealing.of(database)
        self._now = now
        self._kept: dict[str, _Kept] = {}
        self._read_elsewhere = ReadElsewhere(database)

    def organizations(self) -> tuple[Organization, ...]:
        """All organizations as they are at one moment, in the order in which they came."""
        with self._database.begin() as connection:
            return self._load(connection)

    def here_and_elsewhere(self) -> tuple[tuple[Organization, ...], Elsewhere]:
        """The same, and what other servers on the database have at that moment."""
        with self._database.begin() as connection:
            return self._load(connection), self._read_elsewhere.read(connection)

    def organization(self, organization_id: str) -> Organization:
        """One organization. Raises UnknownOrganization, OrganizationElsewhere."""
        with self._database.begin() as connection:
            for organization in self._load(connection):
                if organization.organization_id == organization_id:
                    return organization
            raise _missing(organization_id, self._read_elsewhere.read(connection))

    def named(self, name: str) -> Organization:
        """The organization of an id or name. Raises UnknownOrganization, OrganizationElsewhere."""
        with self._database.begin() as connection:
            if (found := with_name(self._load(connection), name)) is not None:
                return found
            elsewhere = self._read_elsewhere.read(connection)
        foreign = with_name(elsewhere.plan.organizations, name)
        raise _missing(foreign.organization_id if foreign is not None else name, elsewhere)

    def check_is_here(self, organization_id: str) -> None:
        """Raises OrganizationElsewhere; cheap."""
        if self._database.dialect.name == "sqlite":
            return  # nobody can share a file in a data folder
        table = schema.organizations
        query = select(table.c.shard).where(table.c.organization_id == organization_id)
        with self._database.begin() as connection:
            shard = connection.execute(query).scalar()
        if shard is not None and shard != self._shard:
            self.organization(organization_id)

    def is_empty(self) -> bool:
        """Whether there is no organization on the database, of this server or another."""
        with self._database.begin() as connection:
            query = select(schema.organizations.c.organization_id).limit(1)
            return connection.execute(query).first() is None

    def change(
        self,
        organization_id: str,
        edit: Callable[[Organization], Organization],
        by: Actor,
        *,
        dry_run: bool = False,
    ) -> Changed:
        """Put ``edit(the organization as it is)`` in its place, if the rules allow it.

        Nobody else changes anything in between. Raises SettingsRefused, UnknownOrganization and whatever
        Refused ``edit`` raises, with nothing changed.
        """
        with writing(self._database) as connection:
            stored = self._load_everywhere(connection)
            existing = self._one_of(stored, organization_id, connection)
            changed = self._put(connection, stored, existing, edit(existing), by, dry_run)
        return self._remembered(changed, dry_run)

    def add(self, wanted: Organization, by: Actor, *, dry_run: bool = False) -> Changed:
        """Put ``wanted`` beside the others. Raises SettingsRefused, also when its name is taken."""
        with writing(self._database) as connection:
            changed = self._put(connection, self._load_everywhere(connection), None, wanted, by, dry_run)
        return self._remembered(changed, dry_run)

    def add_first(self, wanted: Organization, admin: SignInAccount, by: Actor) -> SignInAccount:
        """Put ``wanted`` on a server that has none, with its first account; both or neither.

        Returns the account. Raises SettingsRefused, ServerNotEmpty.
        """
        with writing(self._database) as connection:
            if self._load_everywhere(connection):
                raise ServerNotEmpty()
            changed = self._put(connection, (), None, wanted, by, dry_run=False)
            owned = replace(admin, organization_id=changed.organization.organization_id)
            account = add_account(connection, owned, by, self._now())
        self._remembered(changed, dry_run=False)
        return account

    def put(self, wanted: Organization, by: Actor, *, dry_run: bool = False) -> Changed:
        """Put ``wanted`` in the place of the organization of the same name, or beside the others.

        Ids are kept where things go on existing (see ``directory.identity.identify``). Raises
        SettingsRefused, with nothing changed.
        """
        with writing(self._database) as connection:
            stored = self._load_everywhere(connection)
            name = wanted.name.casefold()
            existing = next((each for each in stored if each.name.casefold() == name), None)
            if existing is not None:
                self._refuse_elsewhere(existing, connection)
            changed = self._put(connection, stored, existing, wanted, by, dry_run)
        return self._remembered(changed, dry_run)

    def remove(self, organization_id: str, by: Actor) -> None:
        """Remove an organization with all its settings and accounts; its history and audit stay."""
        with writing(self._database) as connection:
            existing = self._one_of(self._load_everywhere(connection), organization_id, connection)
            tell_others(connection)
            act_for(connection, organization_id)
            for table in (schema.sessions, schema.api_keys, schema.accounts, *reversed(SETTINGS_TABLES)):
                connection.execute(delete(table).where(table.c.organization_id == organization_id))
            change = removed("organization", existing.name)
            write_audit(connection, organization_id, [change], by, self._now(), existing.revision)

    def move(
        self, organization_id: str, to: str, by: Actor, with_files: Callable[[Connection], None]
    ) -> Organization:
        """Give an organization to another server, with all that ``with_files`` puts beside it: both or
        neither. Whoever is signed in to it is so no more. Raises UnknownOrganization, OrganizationElsewhere,
        and what ``with_files`` raises, with nothing changed."""
        with writing(self._database) as connection:
            existing = self._one_of(self._load_everywhere(connection), organization_id, connection)
            after = replace(existing, shard=to, revision=existing.revision + 1)
            tell_others(connection)
            act_for(connection, organization_id)
            with_files(connection)
            _write(connection, existing, after)
            own_sessions = schema.sessions.c.organization_id == organization_id
            connection.execute(delete(schema.sessions).where(own_sessions))
            change = Change("organization", after.name, "server", existing.shard, to)
            write_audit(connection, organization_id, [change], by, self._now(), after.revision)
        return after

    def _put(
        self,
        connection: Connection,
        stored: Iterable[Organization],
        existing: Organization | None,
        wanted: Organization,
        by: Actor,
        dry_run: bool,
    ) -> Changed:
        others = [each for each in stored if each is not existing]
        unreadable = self._sealing.unreadable(wanted, existing)
        if problems := [*check(wanted, others), *check_identity(wanted, existing), *unreadable]:
            raise SettingsRefused(problems)
        wanted = replace(self._sealing.sealed(wanted, existing), shard=self._shard)
        after = identify(settled(wanted), existing, new_id, new_primary_user)
        after = sharing(propagated(existing, after, self._now()), existing)
        changes = tuple(with_rounding(changes_between(existing, after), wanted, after))
        if changes and not dry_run:
            after = replace(after, revision=after.revision + 1)
            tell_others(connection)
            act_for(connection, after.organization_id)
            _write(connection, existing, after)
            write_audit(connection, after.organization_id, changes, by, self._now(), after.revision)
        return Changed(after, changes)

    def _remembered(self, changed: Changed, dry_run: bool) -> Changed:
        """Keep what has just been committed, which need not be read then."""
        after = changed.organization
        if changed.changes and not dry_run:
            kept = self._kept.get(after.organization_id)
            self._kept = self._kept | {after.organization_id: _Kept(after, kept.users if kept else {})}
        return changed

    def _one_of(
        self, stored: Iterable[Organization], organization_id: str, connection: Connection
    ) -> Organization:
        for each in stored:
            if each.organization_id == organization_id:
                self._refuse_elsewhere(each, connection)
                return each
        raise UnknownOrganization(f"there is no organization {organization_id!r}")

    def _refuse_elsewhere(self, organization: Organization, connection: Connection) -> None:
        if organization.shard != self._shard:
            elsewhere = self._read_elsewhere.read(connection)
            raise _missing(organization.organization_id, elsewhere)

    def _load(self, connection: Connection) -> tuple[Organization, ...]:
        is_elsewhere = {
            key: kept for key, kept in self._kept.items() if kept.organization.shard != self._shard
        }
        loaded = self._load_of(connection, schema.organizations.c.shard == self._shard)
        self._kept = is_elsewhere | self._kept  # the next change asks for them again
        return loaded

    def _load_everywhere(self, connection: Connection) -> tuple[Organization, ...]:
        """Also those of other servers: names, domains and numbers are unique among all."""
        return self._load_of(connection, true())

    def _load_of(self, connection: Connection, which: ColumnElement[bool]) -> tuple[Organization, ...]:
        table = schema.organizations
        query = select(table.c.organization_id, table.c.revision).order_by(table.c.organization_id)
        revisions = {row.organization_id: row.revision for row in connection.execute(query.where(which))}
        opt_outs = _load_opt_outs(connection)  # these change without a new revision
        kept = self._kept
        stale = {
            key: kept.get(key)
            for key, revision in revisions.items()
            if key not in kept or kept[key].organization.revision != revision
        }
        kept = kept | _read(connection, stale)
        # A new dictionary each time: another thread may be reading the one before.
        now = {key: _with_opt_outs(kept[key], opt_outs.get(key, frozenset())) for key in revisions}
        self._kept = now
        return tuple(each.organization for each in now.values())


@dataclass(frozen=True, slots=True)
class _Kept:
    """An organization as it was read or written last, and ``users`` by the rows that they were made of."""

    organization: Organization
    users: Mapping[StoredRow, User]


def _load_opt_outs(connection: Connection) -> dict[str, frozenset[tuple[str, str]]]:
    pairs: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in connection.execute(select(schema.opt_outs)):
        pairs[row.organization_id].add((row.user_id, row.queue_id))
    return {organization_id: frozenset(each) for organization_id, each in pairs.items()}


def with_name(organizations: Iterable[Organization], name: str) -> Organization | None:
    """The one of an id, or of a name in any letter case."""
    for each in organizations:
        if name == each.organization_id or name.casefold() == each.name.casefold():
            return each
    return None


def _missing(organization_id: str, elsewhere: Elsewhere) -> Refused:
    organization = elsewhere.plan.organization(organization_id)
    if organization is None:
        return UnknownOrganization(f"there is no organization {organization_id!r}")
    shard = elsewhere.shards.get(organization.shard) or Shard(organization.shard, (), "")
    return OrganizationElsewhere(organization.name, shard)


def _with_opt_outs(kept: _Kept, opt_outs: frozenset[tuple[str, str]]) -> _Kept:
    """The same object as before where nothing has changed."""
    if kept.organization.opt_outs == opt_outs:
        return kept
    return replace(kept, organization=replace(kept.organization, opt_outs=opt_outs))


def _read(connection: Connection, stale: Mapping[str, _Kept | None]) -> dict[str, _Kept]:
    """What is stored of some organizations, by their ids. Many take hardly longer than one."""
    read: dict[str, _Kept] = {}
    ids = [*stale]
    for first in range(0, len(ids), _READ_AT_ONCE):
        read |= _read_together(connection, {key: stale[key] for key in ids[first : first + _READ_AT_ONCE]})
    return read


def _read_together(connection: Connection, stale: Mapping[str, _Kept | None]) -> dict[str, _Kept]:
    tables = [table for table in SETTINGS_TABLES if table is not schema.users]
    rows = {table: read_rows(connection, stale, table) for table in tables}
    users = _read_users(connection, {key: kept.users if kept else {} for key, kept in stale.items()})
    read: dict[str, _Kept] = {}
    for key, kept in stale.items():
        made = organization_of({table: rows[table][key] for table in tables}, tuple(users[key].values()))
        read[key] = _Kept(sharing(made, kept.organization if kept else None), users[key])
    return read


def _read_users(
    connection: Connection, known: Mapping[str, Mapping[StoredRow, User]]
) -> dict[str, dict[StoredRow, User]]:
    """All users of each organization by their rows; ``known`` are those of before. There are many and few
    change: only what is new is made anew."""
    table = schema.users
    columns = [column for column in table.c if column.name not in ("organization_id", "position")]
    as_stored = [cast(column, Text) if isinstance(column.type, JSON) else column for column in columns]
    query = select(table.c.organization_id, *as_stored).where(table.c.organization_id.in_(known))
    users: dict[str, dict[StoredRow, User]] = {organization_id: {} for organization_id in known}
    for organization_id, *values in connection.execute(query.order_by(table.c.position)).all():
        row = tuple(values)
        users[organization_id][row] = known[organization_id].get(row) or _user_of(columns, row)
    return users


def _user_of(columns: Sequence[Column[Any]], row: StoredRow) -> User:
    return user_of(
        {
            column.name: json.loads(value) if isinstance(column.type, JSON) else value
            for column, value in zip(columns, row, strict=True)
        }
    )


def _write(connection: Connection, before: Organization | None, after: Organization) -> None:
    """Make the stored rows, which are those of ``before``, those of ``after``, touching what differs."""
    stored, wanted = _keyed_rows(before, after), _keyed_rows(after, before)
    for table in SETTINGS_TABLES:
        _delete(connection, table, [row for key, row in stored[table].items() if key not in wanted[table]])
    for table in SETTINGS_TABLES:
        if fresh := [row for key, row in wanted[table].items() if key not in stored[table]]:
            connection.execute(insert(table), fresh)
        changed = [row for key, row in wanted[table].items() if stored[table].get(key, row) != row]
        _update(connection, table, changed)
    if before is not None:
        for table, moved in places_of(after, before).items():
            _update(connection, table, moved)


def _keyed_rows(
    organization: Organization | None, unlike: Organization | None
) -> dict[Table, dict[Key, Row]]:
    if organization is None:
        return {table: {} for table in SETTINGS_TABLES}
    rows = rows_of(organization, unlike)
    return {table: {_key(table, row): row for row in rows[table]} for table in SETTINGS_TABLES}


def _key(table: Table, row: Row) -> Key:
    """Everything about a row that no other may have: a row with another unique value counts as another row,
    which goes and comes anew, so that two that swap such a value never collide."""
    return tuple(row[name] for name in _unique_columns(table))


@cache
def _unique_columns(table: Table) -> tuple[str, ...]:
    columns = list(table.primary_key.columns)
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            columns += constraint.columns
    for index in table.indexes:
        if index.unique:
            columns += index.columns
    return tuple(sorted({column.name for column in columns}))


def _delete(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        connection.execute(delete(table).where(_is_row(table)), [_row_key(table, row) for row in rows])


def _update(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        # Unique values are the same: to write them would have all that refers to them looked through.
        rest = rows[0].keys() - set(_unique_columns(table))
        values = [{name: row[name] for name in rest} | _row_key(table, row) for row in rows]
        connection.execute(update(table).where(_is_row(table)), values)


def _is_row(table: Table) -> ColumnElement[bool]:
    return and_(*(column == bindparam(f"key_{column.name}") for column in table.primary_key))


def _row_key(table: Table, row: Row) -> Row:
    return {f"key_{column.name}": row[column.name] for column in table.primary_key}


def _exists(connection: Connection, table: Table, row: Row) -> bool:
    is_row = and_(*(column == row[column.name] for column in table.primary_key))
    return connection.execute(select(table.c.organization_id).where(is_row)).first() is not None


def set_opted_out(
    engine: Engine, organization_id: str, user_id: str, queue_id: str, is_opted_out: bool
) -> None:
    """Remember an agent's own choice. Said twice is fine; a user or queue that is gone is passed over."""
    row = {"organization_id": organization_id, "user_id": user_id, "queue_id": queue_id}
    with writing(engine, organization_id) as connection:
        _delete(connection, schema.opt_outs, [row])
        if (
            is_opted_out
            and _exists(connection, schema.users, row)
            and _exists(connection, schema.queues, row)
        ):
            connection.execute(insert(schema.opt_outs), row)
