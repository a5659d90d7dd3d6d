"""Whether a number is in use yet and of which country, mail addresses of groups, and what bounds queues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.add_column("numbers", sa.Column("state", sa.String(), nullable=False, server_default="active"))
    op.add_column("numbers", sa.Column("country", sa.String()))
    op.add_column("groups", sa.Column("mail", sa.String()))
    op.add_column("organizations", sa.Column("queue_table", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column(
        "organizations",
        sa.Column("queues_need_licences", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
