"""An empty server leads to its first call: by the link that it prints, and nothing but HTTP after it."""

from __future__ import annotations

import re

import httpx
import pytest

from .server import Server

pytestmark = pytest.mark.scenario

WANTED = {
    "organization": "Contoso",
    "domain": "contoso.com",
    "admin_name": "anna",
    "admin_password": "correct horse battery",
}


def test_the_printed_link_sets_an_empty_server_up_once(own_server: Server) -> None:
    token = _printed_token(own_server)
    with httpx.Client(base_url=f"http://127.0.0.1:{own_server.http_port}/api/v1") as browser:
        assert browser.get("/setup").json() == {"needed": True}
        made = browser.post("/setup", json={"token": token, **WANTED})
        assert made.status_code == 201, made.text
        browser.headers["X-CSRF-Token"] = made.json()["csrf_token"]
        assert browser.post("/queues", json={"name": "Help Desk"}).status_code == 201
        assert browser.post("/setup", json={"token": token, **WANTED}).status_code == 409
    # The organization is in force: the signalling process knows its queue.
    assert [queue["name"] for queue in own_server.status()["queues"]] == ["Help Desk"]
    assert token not in own_server.log_text().replace(f"#token={token}", "")


def test_a_server_that_has_an_organization_prints_no_link(own_server: Server) -> None:
    _printed_token(own_server)
    own_server.stop()
    file = own_server.data / "contoso.yaml"
    file.write_text("{organization: Contoso, domains: [contoso.com]}")
    own_server.apply(file)
    own_server.log.unlink()
    own_server.start()
    answer = httpx.get(f"http://127.0.0.1:{own_server.http_port}/api/v1/setup")
    assert answer.json() == {"needed": False}
    assert not (own_server.data / "setup-token").exists()
    assert "First run" not in own_server.log_text()


def _printed_token(server: Server) -> str:
    """The token in the link on the terminal."""
    link = f"First run: open http://127.0.0.1:{server.http_port}/setup#token="
    (token,) = re.findall(f"^{re.escape(link)}(\\S+)$", server.log_text(), re.MULTILINE)
    return str(token)
