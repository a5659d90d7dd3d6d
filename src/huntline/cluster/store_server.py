"""The store of one machine: a ``nats-server`` that this process starts, and starts again when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
from pathlib import Path

from huntline.cluster.certificates import ISSUER, OWN, OWN_KEY
from huntline.cluster.membership import ROUTES_PORT, STORE_PORT, Membership, cluster_folder
from huntline.errors import ConfigurationError

log = logging.getLogger(__name__)

_CONFIG, _LOG, _FOLDER = "store.conf", "store.log", "store"
_PAUSE = 0.3  # seconds before one that died is started again

_TEXT = """\
server_name: "{own}"
listen: "{own}:{port}"
log_file: "{folder}/{log}"
logfile_size_limit: 4MB
ping_interval: "2s"
ping_max: 3
write_deadline: "2s"
tls {{ {files}, verify: true }}
jetstream {{ store_dir: "{folder}/{store}", max_memory_store: 16MB, max_file_store: 64MB }}
"""
_CLUSTER = """\
cluster {{
  name: huntline
  listen: "{own}:{port}"
  tls {{ {files}, verify: true }}
  routes: [{routes}]
}}
"""


def store_program() -> str:
    """Where the program is. Raises ConfigurationError where it is not installed."""
    for folder in (*os.get_exec_path(), "/usr/sbin", "/usr/local/sbin"):
        if found := shutil.which("nats-server", path=folder):
            return found
    raise ConfigurationError(
        "nats-server is missing, which keeps who owns the server; on Debian: apt-get install nats-server"
    )


class StoreServer:
    """Runs the store of the machine that ``membership`` is about."""

    def __init__(self, data: Path) -> None:
        self._folder = cluster_folder(data)
        self._program = store_program()
        self._process: asyncio.subprocess.Process | None = None
        self._nodes = 0

    async def keep(self, membership: Membership) -> None:
        """Run it until cancelled."""
        self._write(membership)
        while True:
            # It ends with this process, whose next life starts it again.
            self._process = await asyncio.create_subprocess_exec(
                *("setpriv", "--pdeathsig", "KILL", self._program, "-c", str(self._folder / _CONFIG)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            status = await self._process.wait()
            log.error("the store ended and is started again", extra={"status": status, "log": str(self._log)})
            await asyncio.sleep(_PAUSE)

    def change(self, membership: Membership) -> None:
        """The machines are others: the store learns of them, or starts anew as one of several."""
        was_alone = self._nodes == 1
        self._write(membership)
        self._signal(signal.SIGTERM if was_alone != (self._nodes == 1) else signal.SIGHUP)

    def end(self) -> None:
        """End it."""
        self._signal(signal.SIGKILL)

    @property
    def _log(self) -> Path:
        return self._folder / _LOG

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _write(self, membership: Membership) -> None:
        own, folder, self._nodes = membership.own, self._folder, len(membership.nodes)
        files = f'cert_file: "{folder / OWN}", key_file: "{folder / OWN_KEY}", ca_file: "{folder / ISSUER}"'
        # Alone and one of several keep apart what they store: they cannot read each other's.
        store = _FOLDER if membership.others else f"{_FOLDER}-alone"
        text = _TEXT.format(own=own, port=STORE_PORT, folder=folder, files=files, log=_LOG, store=store)
        if membership.others:
            routes = ", ".join(f'"nats://{node.address}:{ROUTES_PORT}"' for node in membership.others)
            text += _CLUSTER.format(own=own, port=ROUTES_PORT, files=files, routes=routes)
        (folder / _CONFIG).write_text(text)
