"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.create_table(
        "calls",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("queue_id", sa.String(length=36), nullable=False),
        sa.Column("first_queue_id", sa.String(length=36), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "month", "call_id", name="pk_calls"),
    )
    op.create_index("ix_calls_arrived_at", "calls", ["arrived_at"], unique=False)
    op.create_index(
        "ix_calls_organization_id_arrived_at", "calls", ["organization_id", "arrived_at"], unique=False
    )
    op.create_table(
        "decisions",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.String(length=36), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("queue_id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "month", "decision_id", name="pk_decisions"),
    )
    op.create_index(
        "ix_decisions_organization_id_call_id", "decisions", ["organization_id", "call_id"], unique=False
    )
    op.create_table(
        "organizations",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("max_waiting", sa.Integer(), nullable=False),
        sa.Column("agent_limit", sa.Integer(), nullable=False),
        sa.Column("communication_credits", sa.Boolean(), nullable=False),
        sa.Column("opt_out_code", sa.String(), nullable=True),
        sa.Column("opt_in_code", sa.String(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", name="pk_organizations"),
    )
    op.create_index("ix_organizations_name_key", "organizations", ["name_key"], unique=True)
    op.create_table(
        "rings",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("ring_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("queue_id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "month", "ring_id", name="pk_rings"),
    )
    op.create_index("ix_rings_organization_id_call_id", "rings", ["organization_id", "call_id"], unique=False)
    op.create_table(
        "audio",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("duration", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name="fk_audio_organization_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organization_id", "sha256", name="pk_audio"),
    )
    op.create_table(
        "domains",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name="fk_domains_organization_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organization_id", "domain", name="pk_domains"),
    )
    op.create_index("ix_domains_domain", "domains", ["domain"], unique=True)
    op.create_table(
        "groups",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name="fk_groups_organization_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organization_id", "name_key", name="pk_groups"),
    )
    op.create_table(
        "numbers",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name="fk_numbers_organization_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organization_id", "number", name="pk_numbers"),
    )
    op.create_index("ix_numbers_number", "numbers", ["number"], unique=True)
    op.create_table(
        "trunks",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("addresses", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name="fk_trunks_organization_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organization_id", "name", name="pk_trunks"),
    )
    op.create_table(
        "queues",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("queue_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("primary_uri", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("greeting_sha256", sa.String(length=64), nullable=True),
        sa.Column("greeting_name", sa.String(), nullable=True),
        sa.Column("greeting_language", sa.String(), nullable=True),
        sa.Column("music_sha256", sa.String(length=64), nullable=True),
        sa.Column("music_name", sa.String(), nullable=True),
        sa.Column("distribution", sa.String(), nullable=False),
        sa.Column("alerting", sa.String(), nullable=False),
        sa.Column("agent_limit", sa.Integer(), nullable=False),
        sa.Column("agent_alert_time", sa.Integer(), nullable=False),
        sa.Column("allow_opt_out", sa.Boolean(), nullable=False),
        sa.Column("max_waiting", sa.Integer(), nullable=False),
        sa.Column("overflow_action", sa.String(), nullable=False),
        sa.Column("overflow_target", sa.String(), nullable=True),
        sa.Column("max_wait", sa.Integer(), nullable=False),
        sa.Column("timeout_action", sa.String(), nullable=False),
        sa.Column("timeout_target", sa.String(), nullable=True),
        sa.Column("no_agents_action", sa.String(), nullable=False),
        sa.Column("no_agents_target", sa.String(), nullable=True),
        sa.Column("no_agents_new_calls_only", sa.Boolean(), nullable=False),
        sa.Column("presence_based_routing", sa.Boolean(), nullable=False),
        sa.Column("ring_busy", sa.Boolean(), nullable=False),
        sa.Column("wrap_up", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "domain"],
            ["domains.organization_id", "domains.domain"],
            name="fk_queues_organization_id_domain",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "greeting_sha256"],
            ["audio.organization_id", "audio.sha256"],
            name="fk_queues_organization_id_greeting_sha256",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "music_sha256"],
            ["audio.organization_id", "audio.sha256"],
            name="fk_queues_organization_id_music_sha256",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "number"],
            ["numbers.organization_id", "numbers.number"],
            name="fk_queues_organization_id_number",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name="fk_queues_organization_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organization_id", "queue_id", name="pk_queues"),
        sa.UniqueConstraint("organization_id", "name_key", name="uq_queues_organization_id_name_key"),
        sa.UniqueConstraint("organization_id", "number", name="uq_queues_organization_id_number"),
        sa.UniqueConstraint("organization_id", "primary_uri", name="uq_queues_organization_id_primary_uri"),
    )
    op.create_table(
        "users",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("upn", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("licences", sa.JSON(), nullable=False),
        sa.Column("voice_enabled", sa.Boolean(), nullable=False),
        sa.Column("homed", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("contacts", sa.JSON(), nullable=False),
        sa.Column("digests", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "number"],
            ["numbers.organization_id", "numbers.number"],
            name="fk_users_organization_id_number",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.organization_id"],
            name="fk_users_organization_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organization_id", "user_id", name="pk_users"),
        sa.UniqueConstraint("organization_id", "number", name="uq_users_organization_id_number"),
        sa.UniqueConstraint("organization_id", "upn", name="uq_users_organization_id_upn"),
    )
    op.create_table(
        "group_members",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=True),
        sa.Column("member_group_key", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id", "group_key"],
            ["groups.organization_id", "groups.name_key"],
            name="fk_group_members_organization_id_group_key",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "member_group_key"],
            ["groups.organization_id", "groups.name_key"],
            name="fk_group_members_organization_id_member_group_key",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["users.organization_id", "users.user_id"],
            name="fk_group_members_organization_id_user_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organization_id", "group_key", "position", name="pk_group_members"),
    )
    op.create_table(
        "opt_outs",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("queue_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "queue_id"],
            ["queues.organization_id", "queues.queue_id"],
            name="fk_opt_outs_organization_id_queue_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["users.organization_id", "users.user_id"],
            name="fk_opt_outs_organization_id_user_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organization_id", "user_id", "queue_id", name="pk_opt_outs"),
    )
    op.create_table(
        "queue_agents",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("queue_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "queue_id"],
            ["queues.organization_id", "queues.queue_id"],
            name="fk_queue_agents_organization_id_queue_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "user_id"],
            ["users.organization_id", "users.user_id"],
            name="fk_queue_agents_organization_id_user_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organization_id", "queue_id", "position", name="pk_queue_agents"),
    )
    op.create_table(
        "queue_groups",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("queue_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id", "group_key"],
            ["groups.organization_id", "groups.name_key"],
            name="fk_queue_groups_organization_id_group_key",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organization_id", "queue_id"],
            ["queues.organization_id", "queues.queue_id"],
            name="fk_queue_groups_organization_id_queue_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("organization_id", "queue_id", "position", name="pk_queue_groups"),
    )


def downgrade() -> None:
    """Take the schema back to the revision before."""
    op.drop_table("queue_groups")
    op.drop_table("queue_agents")
    op.drop_table("opt_outs")
    op.drop_table("group_members")
    op.drop_table("users")
    op.drop_table("queues")
    op.drop_table("trunks")
    op.drop_index("ix_numbers_number", table_name="numbers")
    op.drop_table("numbers")
    op.drop_table("groups")
    op.drop_index("ix_domains_domain", table_name="domains")
    op.drop_table("domains")
    op.drop_table("audio")
    op.drop_index("ix_rings_organization_id_call_id", table_name="rings")
    op.drop_table("rings")
    op.drop_index("ix_organizations_name_key", table_name="organizations")
    op.drop_table("organizations")
    op.drop_index("ix_decisions_organization_id_call_id", table_name="decisions")
    op.drop_table("decisions")
    op.drop_index("ix_calls_organization_id_arrived_at", table_name="calls")
    op.drop_index("ix_calls_arrived_at", table_name="calls")
    op.drop_table("calls")
