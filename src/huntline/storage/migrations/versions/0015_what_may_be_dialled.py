"""How far organizations and users may call, and how much of it a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.add_column("organizations", sa.Column("country", sa.String()))
    usual = sa.Column("may_dial", sa.String(), nullable=False, server_default="national")
    op.add_column("organizations", usual)
    for name, number in (("international_calls_a_day", "20"), ("international_minutes_a_day", "60")):
        ceiling = sa.Column(name, sa.Integer(), nullable=False, server_default=number)
        op.add_column("organizations", ceiling)
    op.add_column("users", sa.Column("may_dial", sa.String()))
