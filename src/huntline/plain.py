"""Records as plain data."""

from __future__ import annotations

from typing import Any


def fields_of(record: Any) -> dict[str, Any]:
    """A dataclass as a dict, one level deep and nothing copied: ``asdict`` costs twenty times as much.

    As ``default`` of ``json.dumps`` it writes records inside of records.
    """
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
