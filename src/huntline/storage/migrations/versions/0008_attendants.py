"""Auto attendants, and by which extension their callers reach people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _within(table: str, target: str, *columns: str) -> sa.ForeignKeyConstraint:
    own = ["organization_id", *columns]
    return sa.ForeignKeyConstraint(
        own,
        [f"{target}.{column}" for column in own],
        name=f"fk_{table}_{'_'.join(own)}",
        deferrable=True,
        initially="DEFERRED",
    )


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.add_column("users", sa.Column("extension", sa.String()))
    op.create_table(
        "attendants",
        sa.Column("organization_id", sa.String(36), nullable=False),
        sa.Column("attendant_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String()),
        sa.Column("operator", sa.String()),
        sa.Column("hours", sa.JSON()),
        sa.Column("open", sa.JSON(), nullable=False),
        sa.Column("after_hours", sa.JSON(), nullable=False),
        sa.Column("holidays", sa.JSON(), nullable=False),
        sa.Column("directory", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "attendant_id", name="pk_attendants"),
        sa.UniqueConstraint("organization_id", "name_key", name="uq_attendants_organization_id_name_key"),
        _within("attendants", "organizations"),
        _within("attendants", "domains", "domain"),
    )
    op.create_table(
        "attendant_numbers",
        sa.Column("organization_id", sa.String(36), nullable=False),
        sa.Column("attendant_id", sa.String(36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "attendant_id", "position", name="pk_attendant_numbers"),
        sa.UniqueConstraint("organization_id", "number", name="uq_attendant_numbers_organization_id_number"),
        _within("attendant_numbers", "attendants", "attendant_id"),
        _within("attendant_numbers", "numbers", "number"),
    )
