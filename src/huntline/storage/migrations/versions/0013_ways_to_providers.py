"""Where calls to a provider go, what we prove ourselves with there, and how many calls it takes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    for name in ("hosts", "prefixes_in", "prefixes_out", "numbers"):
        op.add_column("trunks", sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
    for name, usual in (("transport", "udp"), ("encryption", "never")):
        op.add_column("trunks", sa.Column(name, sa.String(), nullable=False, server_default=usual))
    for name in ("username", "password"):
        op.add_column("trunks", sa.Column(name, sa.String()))
    for name, number in (("options_interval", "30"), ("most_calls", "0"), ("most_calls_per_second", "0")):
        op.add_column("trunks", sa.Column(name, sa.Integer(), nullable=False, server_default=number))
    for name, switch in (
        ("registers", sa.false()),
        ("registers_all_numbers", sa.false()),
        ("is_enabled", sa.true()),
    ):
        op.add_column("trunks", sa.Column(name, sa.Boolean(), nullable=False, server_default=switch))
