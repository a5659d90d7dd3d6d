"""Several servers on one database, each of which has organizations of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_IS_MET = "(SELECT current_setting('huntline.organization', true))"


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    op.add_column("organizations", sa.Column("shard", sa.String(), nullable=False, server_default="main"))
    op.create_table(
        "shards",
        sa.Column("organization_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sip", sa.JSON(), nullable=False),
        sa.Column("pages", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "name", name=op.f("pk_shards")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE shards ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE shards FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_organization ON shards USING ({_IS_MET} = '*' OR organization_id = {_IS_MET})"
        )
