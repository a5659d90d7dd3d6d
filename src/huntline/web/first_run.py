"""The one-time token of the first run: whoever has it may make the first organization of an empty server."""

from __future__ import annotations

import getpass
import ipaddress
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

from huntline.config import Config
from huntline.control.secret import keep_private
from huntline.network.setting_values import SocketAddress

FILE_NAME = "setup-token"


def make_setup_token(data: Path) -> None:
    """Keep a token in the data folder, readable by its owner alone; one that is there stays."""
    if setup_token(data) is None:
        keep_private(data / FILE_NAME, f"{secrets.token_urlsafe(32)}\n".encode())


def setup_token(data: Path) -> str | None:
    """The token of a data folder, if there is one."""
    try:
        return (data / FILE_NAME).read_text().strip() or None
    except FileNotFoundError:
        return None


def discard_setup_token(data: Path) -> None:
    """There is nothing to set up any more."""
    (data / FILE_NAME).unlink(missing_ok=True)


def how_to_set_up(config: Config) -> Iterator[str]:
    """What to say at the start of a server without an organization, which may have no screen."""
    if (link := setup_link(config)) is None:
        return
    yield f"First run: open {link}"
    host, port = config.http.host, config.http.port
    if ipaddress.ip_address(host).is_loopback:
        target = SocketAddress(host, port)
        yield (
            f"  from another machine: ssh -L {port}:{target} {getpass.getuser()}@{socket.gethostname()},"
            " and open this link there"
        )
    elif ipaddress.ip_address(host).is_unspecified:
        yield f"  from another machine: the same link with {socket.gethostname()} in the place of the address"


def setup_link(config: Config) -> str | None:
    """Where a server without an organization is set up: what a person opens in a browser.

    The token is in the fragment, which browsers send nowhere, so that no log has it.
    """
    token = setup_token(config.data)
    if token is None:
        return None
    return f"{config.web_address}/setup#token={token}"
