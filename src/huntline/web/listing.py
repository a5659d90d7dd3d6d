"""Lists in pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

from huntline.directory.problems import Problem, did_you_mean
from huntline.web.problems import FieldsRefused

ItemT = TypeVar("ItemT")

LONGEST_PAGE = 1_000


class Listing(BaseModel, Generic[ItemT]):
    """A page of a list: ``total`` counts what matches on all pages."""

    items: list[ItemT]
    total: int
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class PageWanted:
    """Which part of a list is wanted."""

    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 100
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0

    def of(self, items: Sequence[Any], view: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """The page, only the items on it made into views."""
        page = items[self.offset : self.offset + self.limit]
        return {
            "items": [view(item) for item in page],
            "total": len(items),
            "offset": self.offset,
            "limit": self.limit,
        }


Page = Annotated[PageWanted, Depends()]
Search = Annotated[
    str, Query(max_length=200, description="Only what has this in a name, in any letter case.")
]
Sort = Annotated[
    str,
    Query(
        max_length=100,
        description="What to sort by: a field of the items, such as ``name``, with a ``-`` before it for the"
        " other way round; lists sort by their length, and what is empty comes last. Else the stored order.",
    ),
]


def in_order(
    items: Sequence[ItemT], sort: str, view: Callable[[ItemT], dict[str, Any]], form: type[BaseModel]
) -> Sequence[ItemT]:
    """Items by a field of their views, which ``form`` describes. Raises FieldsRefused for any other field."""
    if not sort:
        return items
    field = sort.removeprefix("-")
    if field not in form.model_fields:
        wanted = f"must be one of {', '.join(form.model_fields)}{did_you_mean(field, form.model_fields)}"
        raise FieldsRefused([Problem(("sort",), sort, wanted)])
    ranks = [(_rank(view(item).get(field)), item) for item in items]
    empty = [item for rank, item in ranks if rank is None]
    full = [(rank, item) for rank, item in ranks if rank is not None]
    full.sort(key=lambda each: each[0], reverse=sort.startswith("-"))
    return [item for _, item in full] + empty


def _rank(value: object) -> tuple[float, str] | None:
    """Where a value stands among others of its field; None for what is empty."""
    match value:
        case None | "":
            return None
        case bool() | int() | float():
            return value, ""
        case list() | dict():
            return len(value), ""
        case _:
            return 0, str(value).casefold()
