"""A person's browser: keeps cookies, has no API key, and follows redirects when told to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from huntline.web.app import API_PATH

PASSWORD = "correct horse battery"


class Browser:
    """Requests on the API of ``app``, one after the other; other addresses are reached over the network."""

    def __init__(self, client: httpx.AsyncClient, runner: asyncio.Runner) -> None:
        self._client = client
        self._runner = runner
        self.csrf_token = ""

    @property
    def cookies(self) -> dict[str, str]:
        """What it keeps."""
        return dict(self._client.cookies)

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Any request: to a path below the API, or to a whole address."""
        address = path if path.startswith("http") else API_PATH + path
        return self._runner.run(self._client.request(method, address, **arguments))

    def get(self, path: str, **params: Any) -> httpx.Response:
        """Look at something."""
        return self.request("GET", path, params=params)

    def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Change something, as a page of ours does."""
        return self.request(method, path, json=body, headers={"X-CSRF-Token": self.csrf_token})

    def sign_in(self, name: str, password: str = PASSWORD, organization: str | None = None) -> httpx.Response:
        """Sign in by password; what pages need is kept."""
        form = {"name": name, "password": password, "organization": organization}
        answer = self.request("POST", "/session", json=form)
        if answer.status_code == 201:
            self.csrf_token = answer.json()["csrf_token"]
        return answer


@contextmanager
def browser_on(
    app: FastAPI, server: str = "http://huntline.test", address: str = "192.0.2.1"
) -> Iterator[Browser]:
    """A browser at an IP address."""
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(
            base_url=server,
            transport=httpx.ASGITransport(app=app, client=(address, 40_000)),
            # Without TLS: to read all authorities takes longer than most of these stories.
            mounts={"http://127.0.0.1": httpx.AsyncHTTPTransport(verify=False)},
        )
        try:
            yield Browser(client, runner)
        finally:
            runner.run(client.aclose())
