"""On PostgreSQL a transaction meets the rows of the organization that it acts for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_IS_MET = "(SELECT current_setting('huntline.organization', true))"


def upgrade() -> None:
    """Bring the schema here from the revision before."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for name in sa.inspect(connection).get_table_names():
        if name != "alembic_version":
            op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY of_organization ON {name}"
                f" USING ({_IS_MET} = '*' OR organization_id = {_IS_MET})"
            )
