"""What all routes of the API have in common."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from huntline.web.language import language_in_query
from huntline.web.paths import API_PATH
from huntline.web.problems import RESPONSES


def api_router(prefix: str = "", *, tag: str) -> APIRouter:
    """A router whose routes are part of the API as they are.

    A router that is included in another one has all its routes made a second time: for the API that was half
    of what the web process takes to start.
    """
    return APIRouter(
        prefix=API_PATH + prefix,
        tags=[tag],
        dependencies=[Depends(language_in_query)],
        responses=RESPONSES,
    )
