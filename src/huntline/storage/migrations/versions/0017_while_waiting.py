"""What callers of a queue are told while they wait, and agents before they hear them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.add_column("queues", sa.Column("messages", sa.JSON(), nullable=False, server_default="[]"))
    for name in ("message_interval", "announce_interval"):
        op.add_column("queues", sa.Column(name, sa.Integer(), nullable=False, server_default="60"))
    for name in ("announce_position", "announce_wait", "announce_to_agent"):
        op.add_column("queues", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
