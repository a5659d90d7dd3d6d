"""Who is told who calls, and which calls were turned away."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.add_column(
        "organizations",
        sa.Column("queue_name_in_identity", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.add_column("trunks", sa.Column("is_trusted", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "refused_calls",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("refusal_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("dialled", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "month", "refusal_id", name="pk_refused_calls"),
    )
    op.create_index("ix_refused_calls_organization_id_at", "refused_calls", ["organization_id", "at"])
    op.create_index("ix_refused_calls_at", "refused_calls", ["at"])
