"""The link of the first run leads somewhere, also from a machine with a screen to one without."""

from __future__ import annotations

import getpass
import socket
from pathlib import Path

import pytest

from huntline.config import Config
from huntline.network.setting_values import SocketAddress
from huntline.web.first_run import how_to_set_up, make_setup_token, setup_token


@pytest.mark.parametrize(
    ("host", "link", "elsewhere"),
    [
        (
            "127.0.0.1",
            "http://127.0.0.1:8080",
            f"ssh -L 8080:127.0.0.1:8080 {getpass.getuser()}@{socket.gethostname()}, and open this",
        ),
        ("::1", "http://[::1]:8080", "ssh -L 8080:[::1]:8080"),
        ("0.0.0.0", "http://127.0.0.1:8080", f"the same link with {socket.gethostname()} in the place"),  # noqa: S104
        ("192.0.2.10", "http://192.0.2.10:8080", None),
    ],
)
def test_it_is_said_how_to_open_the_link(tmp_path: Path, host: str, link: str, elsewhere: str | None) -> None:
    config = Config(data=tmp_path, http=SocketAddress(host, 8080))
    assert list(how_to_set_up(config)) == []
    make_setup_token(tmp_path)
    first, *more = how_to_set_up(config)
    assert first == f"First run: open {link}/setup#token={setup_token(tmp_path)}"
    assert len(more) == (elsewhere is not None)
    assert not more or (elsewhere or "") in more[0]
