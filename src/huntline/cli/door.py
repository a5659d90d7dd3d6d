"""Which server a command is about: the data folder of one here, or one that is reached over HTTP by a key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from huntline.cli.completion import organization_names
from huntline.cli.options import config_of, local_user
from huntline.data_folder import API_SOCKET, data_folder, made_data_folder
from huntline.errors import ConfigurationError

if TYPE_CHECKING:
    from huntline.cli.api_client import Api

KEY_VARIABLE = "HUNTLINE_KEY"

ServerOption = Annotated[
    str | None,
    typer.Option("--server", help="A server elsewhere, in place of --data.", metavar="URL"),
]
KeyOption = Annotated[
    str | None,
    typer.Option(
        "--key",
        help="The API key for --server; better in the environment.",
        metavar="KEY",
        envvar=KEY_VARIABLE,
    ),
]
OrganizationOption = Annotated[
    str | None,
    typer.Option(
        "--organization",
        help="Which one, on a server with several.",
        metavar="NAME",
        autocompletion=organization_names,
    ),
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Check and show everything, change nothing.")]


@dataclass(frozen=True, slots=True)
class Door:
    """What was said about where the settings are; ``name`` is the door's own, for the audit."""

    data: Path | None = None
    server: str | None = None
    key: str | None = None
    organization: str | None = None
    name: str = "cli"

    @contextmanager
    def api(self) -> Iterator[Api]:
        """The API there. Raises ConfigurationError for options that do not go together."""
        # Imported here: help and completion should not wait for it.
        from huntline.cli.api_client import is_answered, local_api, remote_api, running_api

        if self.server is None:
            path = data_folder(self.data) / API_SOCKET
            if is_answered(path):
                # A server that runs has everything at hand that would take seconds to load here.
                yield running_api(path, local_user(), self.name, self.organization)
                return
            made_data_folder(self.data)
            with local_api(config_of(self.data), local_user(), self.name, self.organization) as api:
                yield api
            return
        if self.data is not None:
            raise ConfigurationError("--server: say either this or --data, they are two servers")
        if not self.key:
            raise ConfigurationError(f"--key: is needed with --server; say it here or in {KEY_VARIABLE}")
        if not self.server.startswith(("http://", "https://")):
            wanted = "must be a URL such as http://127.0.0.1:8080"
            raise ConfigurationError(f"--server: value {self.server!r}: {wanted}")
        with remote_api(self.server, self.key, self.name, self.organization) as api:
            yield api
