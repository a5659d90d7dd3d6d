"""Voicemail: how boxes are set, and their messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.create_table(
        "mailboxes",
        sa.Column("organization_id", sa.String(36), nullable=False),
        sa.Column("box_id", sa.String(36), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("greeting_text", sa.String()),
        sa.Column("greeting_file", sa.String()),
        sa.Column("operator", sa.String()),
        sa.Column("longest", sa.Integer(), nullable=False),
        sa.Column("kept_days", sa.Integer(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("mail", sa.String()),
        sa.Column("attach_sound", sa.Boolean(), nullable=False),
        sa.Column("pin_hash", sa.String()),
        sa.Column("wrong_pins", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("organization_id", "box_id", name=op.f("pk_mailboxes")),
    )
    op.create_table(
        "voicemail_messages",
        sa.Column("organization_id", sa.String(36), nullable=False),
        sa.Column("message_id", sa.String(36), nullable=False),
        sa.Column("box_id", sa.String(36), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("caller_name", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float()),
        sa.Column("heard_at", sa.DateTime(timezone=True)),
        sa.Column("saved_at", sa.DateTime(timezone=True)),
        sa.Column("taken_by", sa.String(36)),
        sa.Column("taken_at", sa.DateTime(timezone=True)),
        sa.Column("mail_due_at", sa.DateTime(timezone=True)),
        sa.Column("mail_tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("mail_error", sa.String()),
        sa.PrimaryKeyConstraint("organization_id", "message_id", name=op.f("pk_voicemail_messages")),
    )
    op.create_index(
        op.f("ix_voicemail_messages_organization_id_box_id"),
        "voicemail_messages",
        ["organization_id", "box_id"],
    )
    op.create_index(op.f("ix_voicemail_messages_mail_due_at"), "voicemail_messages", ["mail_due_at"])
