"""Records: how they are declared, and as plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeVar, dataclass_transform

Kind = TypeVar("Kind")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(kind: type[Kind]) -> type[Kind]:
    """A frozen dataclass for whoever reads and for the type checker, which sees to it that nobody changes
    one. Nothing does at run time: each would take three times as long to be made, and a call has sixty."""
    return dataclass(slots=True, unsafe_hash=True)(kind)


def fields_of(record: Any) -> dict[str, Any]:
    """A dataclass as a dict, one level deep and nothing copied: ``asdict`` costs twenty times as much.

    As ``default`` of ``json.dumps`` it writes records inside of records.
    """
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
