"""What Alembic runs: our migrations, within the connection that ``database.migrate`` gives."""

from typing import Any, Literal

from alembic import context

from huntline.storage.columns import EnumText, ReasonText, UtcDateTime
from huntline.storage.schema import metadata


def _render(kind: str, thing: Any, _context: Any) -> str | Literal[False]:
    """New migrations name plain types: they must run when our own types have moved on."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return "sa.String()" if kind == "type" and isinstance(thing, ReasonText | EnumText) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=_render,
)
with context.begin_transaction():
    context.run_migrations()
