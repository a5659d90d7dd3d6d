"""The servers that share a database: where each is, and which organizations are not of this one."""

from __future__ import annotations

import zlib

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, func, insert, select

from huntline.directory.elsewhere import Shard
from huntline.errors import ConfigurationError
from huntline.storage import schema
from huntline.storage.accounts import HOST
from huntline.storage.database import shard_of, writing

CHANNEL = "huntline_shards"
"""Where servers on one PostgreSQL tell each other that organizations or addresses are others than before:
each says its own name."""

_LIVING = 0x5ABE  # the first key of the locks of living servers; the second one is made of the name


class ShardTaken(ConfigurationError):
    """Another server that lives has the name."""


def of_this_server(database: Engine, table: Table) -> ColumnElement[bool]:
    """Rows of no organization that another server has. What is left of an organization that is gone is
    everybody's."""
    organizations = schema.organizations
    elsewhere = select(organizations.c.organization_id).where(organizations.c.shard != shard_of(database))
    return table.c.organization_id.not_in(elsewhere)


def tell_others(connection: Connection) -> None:
    """Have the other servers on the database look at what is stored, once this transaction is."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(CHANNEL, shard_of(connection.engine))))


def life_lock(shard: str) -> tuple[int, int]:
    """The keys of the advisory lock that a server holds while it lives."""
    return _LIVING, zlib.crc32(shard.encode()) - 2**31


def known_shards(connection: Connection) -> tuple[Shard, ...]:
    """All servers that were ever started on the database."""
    table = schema.shards
    columns = (table.c.name, table.c.sip, table.c.pages, table.c.key_mark)
    rows = connection.execute(select(*columns).order_by(table.c.name))
    return tuple(Shard(row.name, tuple(row.sip), row.pages, row.key_mark) for row in rows)


def shards_of(database: Engine) -> tuple[Shard, ...]:
    """``known_shards`` of a database."""
    with database.begin() as connection:
        return known_shards(connection)


def announce(database: Engine, own: Shard) -> None:
    """Say where this server is. Raises ShardTaken where a server that lives has the name at another address;
    one with the same address is this one before a restart, or on another machine of its cluster."""
    with writing(database) as connection:
        before = next((each for each in known_shards(connection) if each.name == own.name), None)
        if before == own:
            return
        if before is not None and before.sip != own.sip and _lives(connection, own.name):
            raise ShardTaken(
                f"shard: the server at {' '.join(before.sip) or before.pages} is {own.name!r} already, and it"
                " lives; give this one another name (shard in huntline.toml), or end that one"
            )
        table = schema.shards
        connection.execute(delete(table).where(table.c.name == own.name))
        row = {"name": own.name, "sip": list(own.sip), "pages": own.pages, "key_mark": own.key_mark}
        connection.execute(insert(table), row | {"organization_id": HOST})
        tell_others(connection)


def _lives(connection: Connection, name: str) -> bool:
    return not connection.execute(select(func.pg_try_advisory_xact_lock(*life_lock(name)))).scalar_one()
