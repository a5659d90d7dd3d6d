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
        sa.Column("key_mark", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "name", name=op.f("pk_shards")),
    )
    op.create_table(
        "moving_files",
        sa.Column("organization_id", sa.String(36), nullable=False),
        sa.Column("to_shard", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organization_id", "folder", "name", "position", name=op.f("pk_moving_files")
        ),
    )
    for name in ("shards", "moving_files") if op.get_bind().dialect.name == "postgresql" else ():
        op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_organization ON {name} USING ({_IS_MET} = '*' OR organization_id = {_IS_MET})"
        )
