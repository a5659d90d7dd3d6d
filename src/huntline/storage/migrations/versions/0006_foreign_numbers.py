"""Whether a trunk takes calls that show a number which is none of the organization's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.add_column(
        "trunks", sa.Column("foreign_numbers", sa.Boolean(), nullable=False, server_default=sa.false())
    )
