"""What callers are told before an exit of a queue happens, and the language that a queue speaks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.add_column("queues", sa.Column("prompts", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("queues", sa.Column("language", sa.String(), nullable=False, server_default="en"))
