"""The web process: the API, and whether the server is well."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import Engine

from huntline.config import Config
from huntline.control.server import bind_private
from huntline.errors import ConfigurationError, HuntlineError
from huntline.network.peers import BACKLOG, connections_for
from huntline.network.setting_values import SocketAddress
from huntline.storage.database import database_of
from huntline.storage.opening import opened, tried
from huntline.web import built_pages, problems, provisioning
from huntline.web.api import (
    accounts,
    agents,
    attendants,
    audio,
    audit,
    calls,
    check,
    colleagues,
    domains,
    erasures,
    groups,
    holiday_calendars,
    imports,
    licences,
    live,
    mailboxes,
    me,
    metrics,
    moves,
    not_rung,
    numbers,
    organization,
    organizations,
    phones,
    policies,
    queues,
    quota_usage,
    refused,
    reports,
    server,
    session,
    setup,
    toll_alarms,
    trunks,
    user_accounts,
    users,
    voicemail,
    what_if,
)
from huntline.web.authentication import authenticated
from huntline.web.backstage import Backstage
from huntline.web.built_pages import PAGES
from huntline.web.connection_limits import (
    HEALTH_PATH,
    HttpConnections,
    HttpLimits,
    protocol_with,
)
from huntline.web.first_run import discard_setup_token, make_setup_token
from huntline.web.guards import BodyLimit, BodyRules, Faults, RequestLimit, SecurityHeaders
from huntline.web.health import WELL_ALL_THE_SAME, Health, HealthPart
from huntline.web.language import AnswersInLanguage
from huntline.web.letting_go import let_go_daily
from huntline.web.look_ahead import look_ahead_while_watched
from huntline.web.mailing import mail_messages
from huntline.web.paths import API_PATH as API_PATH
from huntline.web.paths import DESCRIPTION_PATH
from huntline.web.principal import Principal
from huntline.web.scim import door
from huntline.web.toll_mailing import mail_toll_alarms

log = logging.getLogger(__name__)

TIME_TO_CLOSE = 1  # seconds that open requests get at the end
_DATE_EVERY = 1.0  # seconds

LONGEST_BODY = 1_000_000  # bytes
LONGEST_UPLOAD = 6_000_000  # bytes: a sound file of the largest size, with what a form puts around it
LONGEST_OF_STRANGERS = 16_000  # bytes: names and passwords
MOST_UNDER_WAY = 48_000_000  # bytes of all bodies at a time

_UPLOADS = (f"{API_PATH}/audio", f"{API_PATH}/imports", door.PATH)
_FOR_STRANGERS = frozenset({f"{API_PATH}/session", f"{API_PATH}/setup"})
ROUTERS = (
    setup.router,
    session.router,
    accounts.router,
    accounts.host_router,
    organizations.router,
    moves.router,
    organization.router,
    server.router,
    domains.router,
    licences.router,
    users.router,
    user_accounts.router,
    phones.router,
    phones.own_router,
    groups.router,
    numbers.router,
    trunks.router,
    queues.router,
    what_if.router,
    attendants.router,
    holiday_calendars.router,
    audio.router,
    policies.router,
    imports.router,
    check.router,
    agents.router,
    live.router,
    metrics.router,
    calls.router,
    refused.router,
    quota_usage.router,
    toll_alarms.router,
    erasures.router,
    reports.router,
    audit.router,
    me.router,
    colleagues.router,
    voicemail.router,
    mailboxes.router,
    not_rung.router,
)


def build_app(
    config: Config,
    trusted: Principal | None = None,
    pages: Path = PAGES,
    database: Engine | None = None,
) -> FastAPI:
    """The pages and the API, as one ASGI application.

    Its ``state.backstage`` is to be closed in the end. ``trusted`` is who everybody is taken for, and
    ``database`` one that may be away, see ``Backstage``. ``pages`` is the folder of the built pages.
    """
    app = FastAPI(
        title="Huntline",
        version=version("huntline"),
        docs_url=None,
        redoc_url=None,
        openapi_url=DESCRIPTION_PATH,
    )
    app.state.backstage = Backstage(config, trusted, database)
    problems.install(app)
    app.add_middleware(
        BodyLimit,
        rules=BodyRules(
            longest=_longest_body,
            sender_of=_sender_of if trusted is None else None,
            for_strangers=_FOR_STRANGERS,
            longest_of_strangers=LONGEST_OF_STRANGERS,
            in_all=MOST_UNDER_WAY,
        ),
    )
    if trusted is None:
        # A command that runs the application in its own process says itself what went wrong.
        app.add_middleware(Faults)
        app.add_middleware(RequestLimit, most=config.limits.max_connections_per_address)
    # Around the limits, so that their refusals are in the language and have the headers as well.
    app.add_middleware(AnswersInLanguage)
    app.add_middleware(SecurityHeaders)
    for router in ROUTERS:
        app.router.routes.extend(router.routes)
    if trusted is None:
        # A command that runs the application in its own process is no directory and no browser.
        door.install(app)
        provisioning.install(app)
        built_pages.install(app, pages, config)

    health = app.state.health = Health(config, app.state.backstage.database)

    @app.get(HEALTH_PATH, include_in_schema=False)
    async def read_health() -> JSONResponse:
        faults = await health.faults()
        wrong = {fault.part for fault in faults}
        parts: dict[str, object] = {part: part not in wrong for part in HealthPart}
        problems = [fault.model_dump() for fault in faults]
        status = 503 if wrong - WELL_ALL_THE_SAME else 200
        return JSONResponse(parts | {"problems": problems}, status_code=status)

    return app


def _sender_of(request: Request) -> None:
    """Raises Refused when nobody known asks the API; directories and pages are told in their own way."""
    if request.url.path.startswith(API_PATH):
        authenticated(request)


def _longest_body(path: str) -> int:
    return LONGEST_UPLOAD if path.startswith(_UPLOADS) else LONGEST_BODY


async def run_web(config: Config, ready: Callable[[], None]) -> None:
    """Serve HTTP until cancelled. Raises ConfigurationError when the address cannot be used."""
    with _listen(config.http) as listening, _listen_to_the_owner(config.api_socket) as for_the_owner:
        app = build_app(config, database=database_of(config.data, config.database, config.shard))
        is_there = await tried(app.state.backstage.database) is None
        if is_there:
            _prepare_first_run(app.state.backstage)
        # Whoever ran before may have been killed between storing a change and telling of it.
        with contextlib.suppress(HuntlineError):
            await asyncio.to_thread(app.state.backstage.settings_changed)
        connections = HttpConnections(_http_limits(config))
        server = _Server(
            uvicorn.Config(
                app,
                http=protocol_with(connections),  # type: ignore[arg-type] # it only calls what it takes for a class
                ws="none",
                access_log=False,
                log_config=None,
                log_level="error",  # what strangers send is for connection_limits to tell
                lifespan="off",
                backlog=BACKLOG,
                timeout_graceful_shutdown=TIME_TO_CLOSE,
            ),
            ready,
        )
        background = (
            *([] if is_there else [asyncio.ensure_future(_catch_up(app.state.backstage))]),
            asyncio.ensure_future(app.state.health.watch()),
            asyncio.ensure_future(let_go_daily(app.state.backstage)),
            asyncio.ensure_future(mail_messages(app.state.backstage)),
            asyncio.ensure_future(mail_toll_alarms(app.state.backstage)),
            asyncio.ensure_future(look_ahead_while_watched(app.state.backstage)),
        )
        serving = asyncio.ensure_future(server.serve(sockets=[for_the_owner, listening]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            app.state.backstage.live.close()
            server.end()
            await serving
            raise
        finally:
            for task in background:
                task.cancel()
            connections.close()
            app.state.backstage.close()


def _http_limits(config: Config) -> HttpLimits:
    limits = config.limits
    return HttpLimits(
        connections=connections_for(limits.max_http_connections),
        connections_per_address=limits.max_connections_per_address,
    )


async def _catch_up(backstage: Backstage) -> None:
    """Do what waits for the database. Ends when cancelled."""
    try:
        await opened(backstage.database)
        await asyncio.to_thread(_prepare_first_run, backstage)
    except HuntlineError as error:
        log.error("the database cannot be used", extra={"reason": str(error)})


def _prepare_first_run(backstage: Backstage) -> None:
    """Let whoever has the data folder set up an empty server, and nobody one that is none."""
    data = backstage.config.data
    (make_setup_token if backstage.settings.is_empty() else discard_setup_token)(data)


class _Server(uvicorn.Server):
    """uvicorn, with signals left to the process and readiness reported."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._ends = asyncio.Event()

    def end(self) -> None:
        """Serve what is under way, and nothing more."""
        self.should_exit = True
        self._ends.set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def main_loop(self) -> None:
        """Wake up once a second, for the date in answers: uvicorn looks ten times whether it is to end."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_DATE_EVERY):
                    await self._ends.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(address: SocketAddress) -> socket.socket:
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


@contextlib.contextmanager
def _listen_to_the_owner(path: Path) -> Iterator[socket.socket]:
    """The socket of ``authentication.came_by_owners_socket``, whose file goes with it."""
    with bind_private(path) as listening:
        try:
            yield listening
        finally:
            path.unlink(missing_ok=True)
