"""What the routes work with: the settings, the sounds and the line to the signalling process."""

from __future__ import annotations

import contextlib
from typing import Any

from sqlalchemy import Engine

from huntline.config import Config
from huntline.control.client import ControlClient
from huntline.control.messages import ServerNotRunning
from huntline.storage.accounts import Accounts
from huntline.storage.blobs import Blobs
from huntline.storage.database import open_database
from huntline.storage.sealing import Sealing
from huntline.storage.sessions import Sessions
from huntline.storage.settings import Settings
from huntline.voicemail.boxes import Voicemail
from huntline.web.attempts import Attempts
from huntline.web.live_streams import LiveStreams
from huntline.web.openid_connect import OpenIdConnect
from huntline.web.outlooks import Outlooks
from huntline.web.principal import Principal

SIGN_IN_WINDOW = 300.0  # seconds
MOST_BY_NAME = 10  # attempts to sign in within the window
MOST_BY_ADDRESS = 50  # the same, of those that fail: a whole office may stand behind one address


class Backstage:
    """One for each application, at ``app.state.backstage``.

    ``trusted`` is who everybody is taken for, without any sign of who they are: for an application that
    runs inside the command of someone who owns the data folder. ``database`` is one that may be away now;
    without it the database of the settings is opened, and has to be there.
    """

    def __init__(
        self, config: Config, trusted: Principal | None = None, database: Engine | None = None
    ) -> None:
        self.config = config
        self.trusted = trusted
        self.database = database or open_database(config.data, config.database, config.shard)
        self.settings = Settings(self.database)
        self.sealing = Sealing.of(self.database)
        self.accounts = Accounts(self.database)
        self.sessions = Sessions(self.database)
        self.attempts_by_name = Attempts(MOST_BY_NAME, SIGN_IN_WINDOW)
        self.attempts_by_address = Attempts(MOST_BY_ADDRESS, SIGN_IN_WINDOW)
        self.openid_connect = OpenIdConnect(config.oidc) if config.oidc is not None else None
        self.blobs = Blobs(config.data)
        self.voicemail = Voicemail(self.database, config.data)
        self.outlooks = Outlooks()
        self.live = LiveStreams(config.control_socket, self.accounts)

    def settings_changed(self) -> None:
        """Tell the signalling process, and return when it works by the new settings.

        Where no server runs nothing is to be told: it will read them when it starts.
        """
        self._tell("settings-changed")

    def number_erased(self) -> None:
        """Have a number that was erased go out of what the running server has written down, too."""
        self._tell("number-erased")

    def voicemail_changed(self, box_id: str) -> None:
        """Tell the signalling process that a mailbox is set otherwise, or its messages are others: lamps
        follow."""
        self._tell("voicemail-changed", box_id=box_id)

    def _tell(self, verb: str, **arguments: Any) -> None:
        with contextlib.suppress(ServerNotRunning):
            self.ask(verb, **arguments)

    def ask(self, verb: str, **arguments: Any) -> dict[str, Any]:
        """A request on the control socket. Raises ServerNotRunning, ServerDoesNotAnswer, RequestRefused."""
        with ControlClient(self.config.control_socket) as client:
            return client.request(verb, **arguments)

    def close(self) -> None:
        """Give the database back."""
        self.database.dispose()
