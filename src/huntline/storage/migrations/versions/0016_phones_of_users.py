"""Phones with an account of their own, and whether they fetch their settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    switch: sa.Column[bool] = sa.Column(
        "phones_fetch_settings", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("organizations", switch)
    op.add_column("users", sa.Column("phones", sa.JSON(), nullable=False, server_default="[]"))
