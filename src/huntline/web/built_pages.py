"""The pages as Vite has built them: files, and one index for every address that a page may have."""

from __future__ import annotations

import mimetypes
import os
import re
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from huntline.config import Config
from huntline.web.page_addresses import websocket_url
from huntline.web.paths import PROVISION_PATH

PAGES = Path(__file__).parent / "pages"
"""Where ``make run`` and ``make test`` have the pages built."""

NONCE = "__CSP_NONCE__"
"""Stands in the index for what allows a style element of ours: another word in each answer."""

_INDEX = "index.html"
_ASSETS = "/assets"
_PROGRAMS = ("/api", "/scim", "/healthz", PROVISION_PATH, _ASSETS)
"""Where no page is, whatever is asked for below."""

_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")

_FOR_EVER = "public, max-age=31536000, immutable"  # the name of an asset changes with what is in it

_NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Huntline</title>
<h1>Huntline runs here, but its pages are not built</h1>
<p>To build them and run the server: <code>make run</code>, in the checkout.
<p>To see queues, agents and calls without them: <code>huntline status --data DIR</code>
"""


def install(app: FastAPI, folder: Path, config: Config) -> None:
    """Have the application serve the pages in ``folder`` wherever it has nothing else."""
    app.mount(_ASSETS, GZipMiddleware(_Assets(directory=folder / _ASSETS[1:], check_dir=False)))
    # No route of its own: one for every path would turn "no such path" into "no such method" for programs.
    app.router.default = _Pages(folder, config, app.router.default)


class _Assets(StaticFiles):
    """Files with a mark of their content in their name, compressed beforehand where that was done."""

    async def check_config(self) -> None:
        """Pages may be built later."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """A file, or what was made smaller of it for who can read that."""
        headers = {"Cache-Control": _FOR_EVER}
        kind = mimetypes.guess_type(full_path)[0] or "application/octet-stream"
        sent, request = Path(full_path), Headers(scope=scope)
        smaller = sent.with_name(f"{sent.name}.gz")
        if "gzip" in request.get("accept-encoding", "") and smaller.is_file():
            sent, stat_result = smaller, smaller.stat()
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        response = FileResponse(sent, status_code, headers, kind, stat_result=stat_result)
        for name in ("Last-Modified", "Accept-Ranges"):  # the ETag says it, and each is sent with every file
            del response.headers[name]
        is_known = self.is_not_modified(response.headers, request)
        return NotModifiedResponse(response.headers) if is_known else response


class _Pages:
    """Files of the folder by their names, and its index by every other: which page that is, it knows."""

    def __init__(self, folder: Path, config: Config, not_found: ASGIApp) -> None:
        self._config = config
        self._index = folder / _INDEX
        self._files = StaticFiles(directory=folder, check_dir=False)
        self._not_found = not_found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, as ASGI has it."""
        answering: ASGIApp = self._not_found
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and not _is_for_programs(scope):
            page = await self._page(scope) if _is_for_people(scope) else None
            answering = await self._file(scope) or page or self._not_found
        await answering(scope, receive, send)

    async def _file(self, scope: Scope) -> Response | None:
        path = self._files.get_path(scope)
        if path == _INDEX:
            return None
        try:
            response = await self._files.get_response(path, scope)
        except HTTPException:
            return None
        response.headers["Cache-Control"] = "no-cache"
        return response

    async def _page(self, scope: Scope) -> Response | None:
        try:
            index = await run_in_threadpool(self._index.read_text)
        except FileNotFoundError:
            return HTMLResponse(_NOT_BUILT) if scope["path"] == "/" else None
        nonce = secrets.token_urlsafe(16)
        return HTMLResponse(
            index.replace(NONCE, nonce), headers=_headers(Request(scope), self._config, nonce)
        )


def _headers(request: Request, config: Config, nonce: str) -> dict[str, str]:
    """What the page may do, which is what it needs."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": f"'self' 'nonce-{nonce}'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "media-src": "'self' blob:",
        "connect-src": " ".join(["'self'", *web_socket_sources(config, request.headers.get("host", ""))]),
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in policy.items()),
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-cache",
    }


def web_socket_sources(config: Config, host: str) -> tuple[str, ...]:
    """Where the page may open WebSockets, given the ``Host`` that it was asked of: where its phone is told to
    connect, which may be that host.

    Nowhere for what is no host: the policy is not for whoever asks to write.
    """
    found = _HOST.fullmatch(host)
    url = websocket_url(config, found[1].strip("[]")) if found else None
    if url is None:
        return ()
    parts = urlsplit(url)
    # CSP section 2.3.1: host-source has no form for an IPv6 address.
    return (f"{parts.scheme}:",) if ":" in (parts.hostname or "") else (f"{parts.scheme}://{parts.netloc}",)


def _is_for_programs(scope: Scope) -> bool:
    path = scope["path"]
    return any(path == each or path.startswith(f"{each}/") for each in _PROGRAMS)


def _is_for_people(scope: Scope) -> bool:
    """The front page, or whatever a browser goes to: what a program asks for and is not there, is not there.

    A browser says that it navigates (Fetch Metadata) only over https and to this machine: elsewhere what it
    accepts has to do.
    """
    headers = Headers(scope=scope)
    goes_there = headers.get("sec-fetch-mode", "navigate") == "navigate"
    return scope["path"] == "/" or ("text/html" in headers.get("accept", "") and goes_there)
