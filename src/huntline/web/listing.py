"""Lists in pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

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
