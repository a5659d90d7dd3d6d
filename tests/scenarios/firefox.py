"""Firefox, steered by what it listens to itself: Marionette, JSON with its length in front."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from . import ports

_PATIENCE = 30.0
_PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    "intl.accept_languages": "en",
}


class FirefoxRefused(Exception):
    """Firefox says why it cannot do something."""


class Firefox:
    """One headless Firefox with a profile of its own and one window."""

    def __init__(self, profile: Path, preferences: dict[str, Any]) -> None:
        port = ports.take(2)
        profile.mkdir()
        wanted = _PREFERENCES | preferences | {"marionette.port": port}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in wanted.items()]
        (profile / "user.js").write_text("\n".join(lines))
        self._process = subprocess.Popen(
            ["firefox-esr", "--headless", "--marionette", "--no-remote", "--profile", str(profile)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._buffer, self._count = b"", 0
        self._socket = socket.socket()
        try:
            self._connect(port)
            self._read()
            self.ask("WebDriver:NewSession")
        except BaseException:
            self.close()
            raise

    def ask(self, command: str, **parameters: Any) -> Any:
        """A command of Marionette; its answer. Raises FirefoxRefused."""
        self._count += 1
        message = json.dumps([0, self._count, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._read()
        if error is not None:
            raise FirefoxRefused(f"{command}: {error['message']}")
        return result

    def navigate(self, url: str) -> None:
        self.ask("WebDriver:Navigate", url=url)

    def run(self, script: str) -> Any:
        """Run a function's body in the page; what it returns."""
        return self.ask("WebDriver:ExecuteScript", script=script, args=[], sandbox=None)["value"]

    def find(self, using: str, what: str) -> str:
        """An element that is there, or comes in time."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                (found,) = self.ask("WebDriver:FindElement", using=using, value=what)["value"].values()
            except FirefoxRefused:
                assert time.monotonic() < deadline, f"Firefox shows no {what}"
            else:
                return str(found)

    def click(self, xpath: str) -> None:
        self.ask("WebDriver:ElementClick", id=self.find("xpath", xpath))

    def fill(self, css: str, text: str) -> None:
        self.ask("WebDriver:ElementSendKeys", id=self.find("css selector", css), text=text)

    def close(self) -> None:
        """End it; by force if it must be."""
        self._socket.close()
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)

    def _connect(self, port: int) -> None:
        deadline = time.monotonic() + _PATIENCE
        while self._socket.connect_ex(("127.0.0.1", port)):
            is_alive = self._process.poll() is None and time.monotonic() < deadline
            assert is_alive, "Firefox does not run"
            time.sleep(0.1)  # it says nowhere that it listens
            self._socket.close()
            self._socket = socket.socket()
        self._socket.settimeout(_PATIENCE)

    def _read(self) -> Any:
        while b":" not in self._buffer:
            self._buffer += self._receive()
        digits, _, self._buffer = self._buffer.partition(b":")
        while len(self._buffer) < int(digits):
            self._buffer += self._receive()
        message, self._buffer = self._buffer[: int(digits)], self._buffer[int(digits) :]
        return json.loads(message)

    def _receive(self) -> bytes:
        data = self._socket.recv(65_536)
        assert data, "Firefox is gone"
        return data
