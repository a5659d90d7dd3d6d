"""Caller-ID policies, licence pools, sound files by name, accounts and the audit.

Columns that come to a table which exists carry no reference: SQLite can only add those with a new table.
"""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    _add_columns()
    _identify_groups()
    _create_settings()
    _name_sound_files()
    _create_accounts()
    _create_audit()
    _index_members()
    _index_history()


def _id(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=36), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _within(table: str, target: str, *columns: str, of: tuple[str, ...] = ()) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{'_'.join(('organization_id', *columns))}"
    targets = [f"{target}.{column}" for column in ("organization_id", *(of or columns))]
    return sa.ForeignKeyConstraint(
        ["organization_id", *columns], targets, name=name, deferrable=True, initially="DEFERRED"
    )


def _add_columns() -> None:
    def flag(name: str) -> sa.Column[Any]:
        return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())

    def empty_list(name: str) -> sa.Column[Any]:
        return sa.Column(name, sa.JSON(), nullable=False, server_default="[]")

    added: dict[str, list[sa.Column[Any]]] = {
        "organizations": [
            flag("propagation_delay"),
            empty_list("licence_pools"),
            empty_list("service_number_table"),
        ],
        "users": [
            sa.Column("voicemail", sa.String()),
            sa.Column("forward_to", sa.String()),
            flag("hides_number"),
            sa.Column("caller_id_policy", sa.String()),
            sa.Column("external_id", sa.String()),
            sa.Column("is_active", sa.Boolean(), nullable=False, server_default=sa.true()),
        ],
        "groups": [
            sa.Column("group_id", sa.String(length=36), nullable=False, server_default=""),
            empty_list("earlier"),
            sa.Column("caller_id_policy", sa.String()),
            sa.Column("caller_id_rank", sa.Integer()),
            sa.Column("external_id", sa.String()),
        ],
        "audio": [sa.Column("loudness", sa.Float())],
    }
    for table, columns in added.items():
        for column in columns:
            op.add_column(table, column)


def _identify_groups() -> None:
    groups = sa.table("groups", sa.column("organization_id"), sa.column("name_key"), sa.column("group_id"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(groups)).all():
        is_row = (groups.c.organization_id == row.organization_id) & (groups.c.name_key == row.name_key)
        connection.execute(sa.update(groups).where(is_row).values(group_id=str(uuid.uuid4())))


def _create_settings() -> None:
    op.create_table(
        "sound_files",
        _id("organization_id"),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "name_key", name="pk_sound_files"),
        _within("sound_files", "organizations"),
        _within("sound_files", "audio", "sha256"),
    )
    op.create_table(
        "caller_id_policies",
        _id("organization_id"),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("substitute", sa.String(), nullable=False),
        sa.Column("service_number", sa.String()),
        sa.Column("enable_user_override", sa.Boolean(), nullable=False),
        sa.Column("block_incoming_pstn_caller_id", sa.Boolean(), nullable=False),
        sa.Column("company_name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "name_key", name="pk_caller_id_policies"),
        _within("caller_id_policies", "organizations"),
        _within("caller_id_policies", "numbers", "service_number", of=("number",)),
    )


def _name_sound_files() -> None:
    """What queues already play becomes the library; the first content of a name keeps the name."""
    queues = sa.table(
        "queues",
        *(
            sa.column(name)
            for name in (
                "organization_id",
                "position",
                "greeting_sha256",
                "greeting_name",
                "greeting_language",
                "music_sha256",
                "music_name",
            )
        ),
    )
    connection = op.get_bind()
    named: dict[tuple[str, str], dict[str, object]] = {}
    for row in connection.execute(sa.select(queues).order_by(queues.c.position)).all():
        sounds = [(row.music_name, row.music_sha256)]
        if row.greeting_language is None:
            sounds.insert(0, (row.greeting_name, row.greeting_sha256))
        for name, sha256 in sounds:
            if sha256 is not None:
                key = (row.organization_id, name.casefold())
                named.setdefault(
                    key,
                    {
                        "organization_id": key[0],
                        "name_key": key[1],
                        "position": len(named),
                        "name": name,
                        "sha256": sha256,
                    },
                )
    if named:
        columns: list[Any] = [sa.column(name) for name in next(iter(named.values()))]
        connection.execute(sa.insert(sa.table("sound_files", *columns)), list(named.values()))


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        _id("organization_id"),
        _id("account_id"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String()),
        sa.Column("queue_ids", sa.JSON(), nullable=False),
        sa.Column("user_id", sa.String(length=36)),
        sa.Column("oidc_subject", sa.String()),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("organization_id", "account_id", name="pk_accounts"),
        sa.UniqueConstraint("organization_id", "name_key", name="uq_accounts_organization_id_name_key"),
    )
    op.create_table(
        "api_keys",
        _id("organization_id"),
        _id("key_id"),
        _id("account_id"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        _moment("created_at"),
        _moment("expires_at", nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "key_id", name="pk_api_keys"),
        _within("api_keys", "accounts", "account_id"),
    )
    op.create_index("ix_api_keys_key_hash", "api_keys", ["key_hash"], unique=True)
    op.create_table(
        "sessions",
        _id("organization_id"),
        sa.Column("session_hash", sa.String(length=64), nullable=False),
        _id("account_id"),
        sa.Column("csrf_token", sa.String(), nullable=False),
        _moment("created_at"),
        _moment("expires_at"),
        sa.PrimaryKeyConstraint("organization_id", "session_hash", name="pk_sessions"),
        _within("sessions", "accounts", "account_id"),
    )
    op.create_index("ix_sessions_session_hash", "sessions", ["session_hash"], unique=True)


def _create_audit() -> None:
    op.create_table(
        "audit",
        _id("organization_id"),
        _id("audit_id"),
        _moment("at"),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("field", sa.String()),
        sa.Column("before", sa.String()),
        sa.Column("after", sa.String()),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "audit_id", name="pk_audit"),
    )
    op.create_index("ix_audit_organization_id_at", "audit", ["organization_id", "at"], unique=False)


def _index_members() -> None:
    for table in ("group_members", "queue_agents"):
        op.create_index(f"ix_{table}_organization_id_user_id", table, ["organization_id", "user_id"])


def _index_history() -> None:
    op.create_index("ix_calls_organization_id_call_id", "calls", ["organization_id", "call_id"], unique=False)
    columns = ["organization_id", "agent_id", "started_at"]
    op.create_index("ix_rings_organization_id_agent_id_started_at", "rings", columns, unique=False)
