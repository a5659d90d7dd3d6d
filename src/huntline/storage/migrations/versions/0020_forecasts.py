"""What was expected of half-hours of queues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_IS_MET = "(SELECT current_setting('huntline.organization', true))"


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.create_table(
        "forecasts",
        sa.Column("organization_id", sa.String(36), nullable=False),
        sa.Column("queue_id", sa.String(36), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True)),
        sa.Column("agents", sa.Integer()),
        sa.Column("more_came", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "queue_id", "begins_at", name=op.f("pk_forecasts")),
    )
    op.create_index(op.f("ix_forecasts_begins_at"), "forecasts", ["begins_at"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE forecasts ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE forecasts FORCE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY of_organization ON forecasts"
            f" USING ({_IS_MET} = '*' OR organization_id = {_IS_MET})"
        )
