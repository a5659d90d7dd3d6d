"""Routes of the API are made whole when they are first asked for more than where they are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from huntline.web.app import API_PATH
from huntline.web.routing import api_router

from .browser import browser_on


@pytest.fixture
def app() -> FastAPI:
    router = api_router("/clocks", tag="clocks")

    @router.get("/{name}")
    async def read(name: str, hours: int = 24) -> list[int]:
        """Read a clock."""
        return [hours]

    @router.delete("/{name}", status_code=204)
    async def stop(name: str) -> None:
        """Stop a clock."""

    app = FastAPI()
    app.router.routes.extend(router.routes)
    return app


def made(app: FastAPI) -> list[Any]:
    routes = [route for route in app.router.routes if isinstance(route, APIRoute)]
    return [(route.endpoint.__name__, "dependant" in vars(route)) for route in routes]


def test_a_route_is_made_when_it_is_asked_and_no_other_with_it(app: FastAPI) -> None:
    assert made(app) == [("read", False), ("stop", False)]
    with browser_on(app) as browser:
        assert browser.get("/clocks/hall", hours=12).json() == [12]
        assert browser.get("/clocks/hall", hours="noon").status_code == 422
        assert browser.request("PUT", "/clocks/hall").status_code == 405
    assert made(app) == [("read", True), ("stop", False)]


def test_the_description_has_all_routes(app: FastAPI) -> None:
    described = app.openapi()["paths"][f"{API_PATH}/clocks/{{name}}"]
    assert [(method, route["summary"]) for method, route in described.items()] == [
        ("get", "Read"),
        ("delete", "Stop"),
    ]
    assert made(app) == [("read", True), ("stop", True)]


def test_what_no_route_has_is_missing_here_too(app: FastAPI) -> None:
    route = app.router.routes[-1]
    assert not hasattr(route, "colour")
    assert not hasattr(route, "colour")


def test_whoever_asks_while_a_route_is_made_waits_for_it() -> None:
    begun, asked = Event(), Event()
    router = api_router("/clocks", tag="clocks")

    def name_of(route: APIRoute) -> str:
        begun.set()
        assert asked.wait(5)
        return "read"

    @router.get("", generate_unique_id_function=name_of)
    async def read() -> None:
        """Read the clocks."""

    (route,) = (each for each in router.routes if isinstance(each, APIRoute))
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(lambda: route.app)
        assert begun.wait(5)
        second = threads.submit(lambda: route.app)
        while not (second.running() or second.done()):
            pass
        asked.set()
        assert first.result() is second.result()
