"""Since when failed attempts to sign in to an account count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.add_column("accounts", sa.Column("forgiven_at", sa.DateTime(timezone=True)))
