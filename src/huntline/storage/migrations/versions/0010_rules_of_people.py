"""Rules of people for calls that they do not take, and the codes by which they set them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_RING_TIME = 20  # seconds, as it was for everybody


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    for name in ("when_busy", "when_no_answer", "when_not_reachable"):
        op.add_column("users", sa.Column(name, sa.String()))
    op.add_column(
        "users", sa.Column("ring_time", sa.Integer(), nullable=False, server_default=str(_RING_TIME))
    )
    op.add_column(
        "organizations", sa.Column("more_star_codes", sa.JSON(), nullable=False, server_default="{}")
    )
    op.add_column("users", sa.Column("also_ring", sa.JSON(), nullable=False, server_default="[]"))
