"""The pages are served as browsers and people need them, and bring nothing in that is not ours (web)."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from huntline.config import Config
from huntline.network.setting_values import Listener
from huntline.web.app import build_app
from huntline.web.built_pages import NONCE, web_socket_sources
from tests.web.browser import Browser, browser_on
from tests.web.routes import Asker

INDEX = f'<!doctype html><meta name="csp-nonce" content="{NONCE}"><div id="root"></div>'
SCRIPT = "console.log('huntline');" * 100
SERVER = "http://huntline.test"


def build(folder: Path) -> Path:
    """What Vite would leave there."""
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (folder / "favicon.svg").write_text("<svg/>")
    (folder / "assets/index-4f2a.js").write_text(SCRIPT)
    (folder / "assets/phone-77ab.js").write_text(SCRIPT)
    (folder / "assets/phone-77ab.js.gz").write_bytes(gzip.compress(b"made beforehand"))
    (folder.parent / "secret").write_text("of the server")
    return folder


@contextmanager
def app_on(data: Path, pages: Path) -> Iterator[FastAPI]:
    app = build_app(Config(data=data), pages=pages)
    yield app
    app.state.backstage.close()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with app_on(tmp_path / "data", build(tmp_path / "pages")) as app, browser_on(app, SERVER) as running:
        yield running


@pytest.fixture
def unbuilt(tmp_path: Path) -> Iterator[Browser]:
    with app_on(tmp_path / "data", tmp_path / "pages") as app, browser_on(app, SERVER) as running:
        yield running


NAVIGATES = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def get(browser: Browser, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    return browser.request(method, SERVER + path, headers=NAVIGATES | headers)


@pytest.mark.parametrize("path", ["/", "/queues/abc", "/users/amal@contoso.com", "/setup", "/apis", "/a.b/"])
def test_every_address_of_a_page_is_answered_by_the_index(browser: Browser, path: str) -> None:
    answer = get(browser, path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert '<div id="root">' in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    assert get(browser, path, "HEAD").status_code == 200


def test_the_index_allows_styles_by_a_word_that_is_another_each_time(browser: Browser) -> None:
    nonces = []
    for _ in range(2):
        answer = get(browser, "/")
        (nonce,) = re.findall(r'name="csp-nonce" content="([^"]+)"', answer.text)
        assert f"style-src 'self' 'nonce-{nonce}'" in answer.headers["content-security-policy"]
        nonces.append(nonce)
    assert len({*nonces, NONCE}) == 3


def test_the_index_may_do_what_it_needs_and_nothing_else(browser: Browser) -> None:
    headers = get(browser, "/", Host="pbx.contoso.com:8080").headers
    policy = dict(each.split(" ", 1) for each in headers["content-security-policy"].split("; "))
    assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'")
    assert policy["connect-src"] == "'self' ws://127.0.0.1:5062"
    assert {policy["base-uri"], policy["frame-ancestors"]} == {"'none'"}
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["permissions-policy"] == "microphone=(self), camera=(), geolocation=()"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"


EVERYWHERE = Config(sip=(Listener("ws", "0.0.0.0", 5062),))  # noqa: S104 - the wildcard is the point


@pytest.mark.parametrize(
    ("host", "sources"),
    [
        ("127.0.0.1:8080", ("ws://127.0.0.1:5062",)),
        ("pbx", ("ws://pbx:5062",)),
        ("[::1]:8080", ("ws:",)),
        ("", ()),
        ("a b", ()),
        ("evil.test; script-src *", ()),
        ("evil.test:1/", ()),
        ("*", ()),
        ("pbx\n", ()),
    ],
)
def test_who_asks_cannot_write_the_policy(host: str, sources: tuple[str, ...]) -> None:
    assert web_socket_sources(EVERYWHERE, host) == sources


def test_the_page_may_connect_to_where_its_phone_is_told_to() -> None:
    assert web_socket_sources(Config(), "localhost:8080") == ("ws://127.0.0.1:5062",)
    proxied = Config(websocket_url="wss://queue.contoso.com/sip")
    assert web_socket_sources(proxied, "pages.contoso.com") == ("wss://queue.contoso.com",)
    assert web_socket_sources(Config(sip=(Listener("udp", "127.0.0.1", 5060),)), "pbx") == ()


def test_an_asset_is_kept_for_ever_and_sent_small(browser: Browser) -> None:
    answer = get(browser, "/assets/index-4f2a.js", **{"Accept-Encoding": "gzip"})
    assert answer.text == SCRIPT
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"].startswith("text/javascript")
    plain = get(browser, "/assets/index-4f2a.js", **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == answer.headers["vary"] == "Accept-Encoding"


def test_what_was_made_small_beforehand_is_sent_to_who_can_read_it(browser: Browser) -> None:
    small = get(browser, "/assets/phone-77ab.js", **{"Accept-Encoding": "br, gzip"})
    assert small.text == "made beforehand"
    assert small.headers["content-type"].startswith("text/javascript")
    assert (small.headers["content-encoding"], small.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert get(browser, "/assets/phone-77ab.js", **{"Accept-Encoding": "identity"}).text == SCRIPT
    again = get(
        browser,
        "/assets/phone-77ab.js",
        **{"Accept-Encoding": "gzip", "If-None-Match": small.headers["etag"]},
    )
    assert again.status_code == 304


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "*/*"},
        {"Accept": "application/openmetrics-text,text/plain;q=0.5,*/*;q=0.1"},
        {"Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Mode": "no-cors", "Accept": "image/avif,*/*"},
    ],
)
@pytest.mark.parametrize("path", ["/metrics", "/queues/abc", "/.env", "/index.php"])
def test_what_a_program_asks_for_and_is_not_there_is_a_problem(
    browser: Browser, path: str, headers: dict[str, str]
) -> None:
    answer = get(browser, path, **headers)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert get(browser, path, **{"Sec-Fetch-Mode": "navigate"}).status_code == 200


def test_the_front_page_is_there_for_everybody(browser: Browser) -> None:
    assert get(browser, "/", Accept="*/*").status_code == 200


@pytest.mark.parametrize("path", ["/assets/none.js", "/assets/", "/api/v1/none", "/api", "/scim"])
def test_what_is_no_page_and_not_there_is_a_problem(browser: Browser, path: str) -> None:
    answer = get(browser, path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.headers["cache-control"] == "no-store"


def test_programs_are_still_told_of_a_wrong_method_and_of_a_wrong_path(browser: Browser) -> None:
    assert browser.request("POST", "/none", json={}).status_code == 404
    assert browser.request("PUT", "/queues", json={}).status_code == 405
    assert get(browser, "/queues/abc", "POST").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../secret",
        "/assets/../../secret",
        "/..%2fsecret",
        "/assets/..%2f..%2fsecret",
        "//etc/passwd",
        "/assets//etc/passwd",
        "/%00",
        "/assets/%00",
        f"/{'a' * 5000}",
        f"/assets/{'a' * 5000}",
    ],
)
def test_nothing_outside_the_pages_is_served(tmp_path: Path, path: str) -> None:
    with app_on(tmp_path / "data", build(tmp_path / "pages")) as app, asyncio.Runner() as runner:
        answer = Asker(app, runner).ask("GET", path, None)
    assert "of the server" not in answer.body
    assert "root:" not in answer.body
    assert answer.status == 404


def test_a_file_beside_the_index_is_served_by_its_name(browser: Browser) -> None:
    answer = get(browser, "/favicon.svg")
    assert (answer.text, answer.headers["content-type"]) == ("<svg/>", "image/svg+xml")
    assert answer.headers["cache-control"] == "no-cache"
    assert NONCE not in get(browser, "/index.html").text


def test_without_pages_people_are_told_how_to_build_them(unbuilt: Browser) -> None:
    front = get(unbuilt, "/")
    assert (front.status_code, "<code>make run</code>" in front.text) == (200, True)
    assert get(unbuilt, "/queues/abc").status_code == 404
    assert get(unbuilt, "/assets/index.js").status_code == 404
    assert get(unbuilt, "/healthz").status_code == 503


def test_pages_that_are_built_while_the_server_runs_are_there(unbuilt: Browser, tmp_path: Path) -> None:
    assert get(unbuilt, "/assets/index-4f2a.js").status_code == 404
    build(tmp_path / "pages")
    assert get(unbuilt, "/assets/index-4f2a.js").status_code == 200
    assert '<div id="root">' in get(unbuilt, "/").text
