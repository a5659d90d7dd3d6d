"""The web process: the API, and whether the server is well."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import uvicorn
from fastapi import APIRouter, Depends, FastAPI
from fastapi.responses import JSONResponse

from huntline.config import Address, Config
from huntline.control import AsyncControlClient
from huntline.errors import ConfigurationError, HuntlineError
from huntline.first_run import discard_setup_token, make_setup_token
from huntline.web import built_pages, problems
from huntline.web.api import (
    accounts,
    agents,
    audio,
    audit,
    calls,
    check,
    colleagues,
    domains,
    groups,
    imports,
    licences,
    live,
    me,
    not_rung,
    numbers,
    organization,
    organizations,
    policies,
    queues,
    refused,
    reports,
    server,
    session,
    setup,
    trunks,
    user_accounts,
    users,
)
from huntline.web.backstage import Backstage
from huntline.web.built_pages import PAGES
from huntline.web.guards import BodyLimit, SecurityHeaders
from huntline.web.language import AnswersInLanguage, language_in_query
from huntline.web.paths import API_PATH as API_PATH
from huntline.web.paths import DESCRIPTION_PATH
from huntline.web.principal import Principal

HEALTH_TIME_LIMIT = 2.0  # seconds
TIME_TO_CLOSE = 1  # seconds that open requests get at the end

LONGEST_BODY = 1_000_000  # bytes
LONGEST_UPLOAD = 6_000_000  # bytes: a sound file of the largest size, with what a form puts around it

_UPLOADS = (f"{API_PATH}/audio", f"{API_PATH}/imports", "/scim/v2")
ROUTERS = (
    setup.router,
    session.router,
    accounts.router,
    accounts.host_router,
    organizations.router,
    organization.router,
    server.router,
    domains.router,
    licences.router,
    users.router,
    user_accounts.router,
    groups.router,
    numbers.router,
    trunks.router,
    queues.router,
    audio.router,
    policies.router,
    imports.router,
    check.router,
    agents.router,
    live.router,
    calls.router,
    refused.router,
    reports.router,
    audit.router,
    me.router,
    colleagues.router,
    not_rung.router,
)

# Shared by all applications of this process: to put the routes together takes longer than most requests.
_API = APIRouter(prefix=API_PATH, responses=problems.RESPONSES, dependencies=[Depends(language_in_query)])
for _router in ROUTERS:
    _API.include_router(_router)


def build_app(config: Config, trusted: Principal | None = None, pages: Path = PAGES) -> FastAPI:
    """The pages and the API, as one ASGI application.

    Its ``state.backstage`` is to be closed in the end. ``trusted`` is who everybody is taken for, see
    ``Backstage``. ``pages`` is the folder of the built pages.
    """
    app = FastAPI(
        title="Huntline",
        version=version("huntline"),
        docs_url=None,
        redoc_url=None,
        openapi_url=DESCRIPTION_PATH,
        responses=problems.RESPONSES,
    )
    app.state.backstage = Backstage(config, trusted)
    problems.install(app)
    app.add_middleware(BodyLimit, limit_of=_longest_body)
    # Around the limit, so that its refusals are in the language and have the headers as well.
    app.add_middleware(AnswersInLanguage)
    app.add_middleware(SecurityHeaders)
    app.router.routes.extend(_API.routes)
    if trusted is None:
        # A command that runs the application in its own process is no directory and no browser, and would
        # wait for this.
        from huntline.web.scim import endpoint as scim

        scim.install(app)
        built_pages.install(app, pages, config)

    @app.get("/healthz", include_in_schema=False)
    async def health() -> JSONResponse:
        parts = {
            "signalling": await _signalling_answers(config.control_socket),
            "media": await _accepts_connections(config.media_socket),
        }
        return JSONResponse(parts, status_code=200 if all(parts.values()) else 503)

    return app


def _longest_body(path: str) -> int:
    return LONGEST_UPLOAD if path.startswith(_UPLOADS) else LONGEST_BODY


async def run_web(config: Config, ready: Callable[[], None]) -> None:
    """Serve HTTP until cancelled. Raises ConfigurationError when the address cannot be used."""
    with _listen(config.http) as listening:
        app = build_app(config)
        _prepare_first_run(app.state.backstage)
        # Whoever ran before may have been killed between storing a change and telling of it.
        with contextlib.suppress(HuntlineError):
            await asyncio.to_thread(app.state.backstage.settings_changed)
        server = _Server(
            uvicorn.Config(
                app,
                access_log=False,
                log_config=None,
                log_level="warning",
                lifespan="off",
                timeout_graceful_shutdown=TIME_TO_CLOSE,
            ),
            ready,
        )
        serving = asyncio.ensure_future(server.serve(sockets=[listening]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            app.state.backstage.live.close()
            server.should_exit = True
            await serving
            raise
        finally:
            app.state.backstage.close()


def _prepare_first_run(backstage: Backstage) -> None:
    """Let whoever has the data folder set up an empty server, and nobody one that is none."""
    data = backstage.config.data
    (discard_setup_token if backstage.settings.organizations() else make_setup_token)(data)


class _Server(uvicorn.Server):
    """uvicorn, with signals left to the process and readiness reported."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((address.host, address.port))
    except OSError as error:
        listening.close()
        raise ConfigurationError(
            f"http: {address} cannot be listened on: {error.strerror}; free it, or use another --http"
        ) from None
    return listening


async def _signalling_answers(path: Path) -> bool:
    try:
        async with asyncio.timeout(HEALTH_TIME_LIMIT), await AsyncControlClient.connect(path) as client:
            await client.request("ping")
    except (HuntlineError, TimeoutError):
        return False
    return True


async def _accepts_connections(path: Path) -> bool:
    try:
        async with asyncio.timeout(HEALTH_TIME_LIMIT):
            _, writer = await asyncio.open_unix_connection(str(path))
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
