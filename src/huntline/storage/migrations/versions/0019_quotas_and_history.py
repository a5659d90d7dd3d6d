"""What each organization may use of the server, and how long its history is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    for name in ("max_calls", "max_calls_per_second", "max_registrations", "history_days"):
        op.add_column("organizations", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
