"""What all routes of the API have in common."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from starlette.routing import compile_path

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
        route_class=RouteMadeLate,
    )


class RouteMadeLate(APIRoute):
    """A route that is known by its path and methods, and made whole when it is first asked for more.

    What it validates and answers with is a model for each parameter and each status: for the API that was
    half of the time it took to load, while a command asks one route and a server few of them.
    """

    def __init__(
        self, path: str, endpoint: Callable[..., Any], *, methods: list[str] | None = None, **options: Any
    ) -> None:
        self.path, self.endpoint = path, endpoint
        self.path_regex, self.path_format, self.param_convertors = compile_path(path)
        self.methods = {*(methods or ["GET"])}
        self._make = functools.partial(super().__init__, path, endpoint, methods=methods, **options)

    def __getattr__(self, name: str) -> Any:
        """Asked for what it has not got: all of it is made, once."""
        with _making:
            if "_make" in vars(self):
                vars(self).pop("_make")()
            elif name not in vars(self):
                raise AttributeError(name, name=name, obj=self)
        return getattr(self, name)


_making = threading.RLock()
"""Held for some milliseconds by whoever asks a route first: others may ask in threads of their own."""
